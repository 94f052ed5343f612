"""Love plot: standardised differences of every covariate before and after each strategy."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.analysed_outcomes import SHOWN_FOR, analysed_outcomes, behind
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


THRESHOLD = 0.1
_TICKS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_ROW = 0.29  # inches
_LETTERS = (44, 24, 18)  # of a title, in a column alone and beside one or two others


@dataclass(frozen=True)
class _LovePanel:
    """What a panel shows.

    Attributes
    ----------
    titles : tuple of str
        Lines of the title, before they are broken.
    frame : DataFrame
        Contract ``balance`` or ``analysed_balance``, of one analysis and outcome.
    strategies : sequence of str
    """

    titles: tuple[str, ...]
    frame: pd.DataFrame
    strategies: Sequence[str]

    @property
    def before(self) -> pd.DataFrame:
        """Differences before matching, smallest first."""
        before = self.frame[self.frame["stage"] == "before"].dropna(subset=["smd"])
        before = before.assign(size=before["smd"].abs())
        return before.sort_values(["size", "covariate"])


def love_plot(results: StudyResults, exhibit: OfAnalyses) -> "Figure":
    """Draw absolute standardised differences on a square-root scale.

    A panel an analysis, and one an outcome whose estimates rest on other units than the designs.
    """
    shown = [own for name in exhibit.analyses for own in _of_analysis(results, name)]
    shown = [own for own in shown if len(own.before)]
    if not shown:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    used = [own.strategies for own in shown]
    same_rows = len({frozenset(own.before["covariate"]) for own in shown}) == 1
    heights = [_ROW * len(own.before) for own in shown]
    panels = palette.panels(used, heights, frame=1.02, same_rows=same_rows)
    width = _LETTERS[panels.across - 1]
    for axes, own in zip(panels.axes, shown, strict=True):
        _panel(axes, own, shown[0] if same_rows else own, width)
        axes.set_title("\n".join(palette.wrapped(title, width) for title in own.titles))
    panels.add_legends([_legend(results, names) for names in used])
    return panels.figure


def _of_analysis(results: StudyResults, analysis: str) -> Iterator[_LovePanel]:
    """Yield the differences of the designs, then behind outcomes; those of the same units share a panel."""
    label = results.analysis(analysis).label
    names = results.matched_strategies(analysis)
    yield _LovePanel((label,), results.of("balance", analysis), names)
    by_units: dict[bytes, list[str]] = {}
    for outcome in analysed_outcomes(results, analysis):
        frame = results.of("analysed_balance", analysis, outcome=outcome)
        by_units.setdefault(frame["smd"].to_numpy(float).tobytes(), []).append(outcome)
    for outcomes in by_units.values():
        frame = results.of("analysed_balance", analysis, outcome=outcomes[0])
        yield _LovePanel((label, behind(results, outcomes)), frame, names)


def _panel(axes: "Axes", shown: _LovePanel, ordering: _LovePanel, width: int) -> None:
    """Draw a panel, its rows in the order of the differences before matching of another or its own."""
    order = list(ordering.before["covariate"])
    before = shown.before.set_index("covariate", drop=False).loc[order]
    position = {covariate: row for row, covariate in enumerate(before["covariate"])}
    axes.axvspan(0, THRESHOLD, color="#eef1f4", zorder=0, linewidth=0)
    axes.axvline(THRESHOLD, color=palette.FAINT, linewidth=0.8, linestyle=palette.DASHES, zorder=1)
    axes.scatter(
        before["size"],
        list(position.values()),
        s=34,
        facecolors="white",
        edgecolors=palette.FAINT,
        zorder=3,
    )
    _after(axes, shown, position)
    _scale(axes, shown.frame, width)
    labels = [palette.wrapped(label, 30) for label in before["label"]]
    palette.name_rows(axes, list(position.values()), labels)
    axes.set_ylim(-0.6, len(position) - 0.4)
    palette.light_grid(axes, "both")


def _after(axes: "Axes", shown: _LovePanel, position: Mapping[str, int]) -> None:
    """Draw each strategy's differences, a little above or below the row so that none hides another."""
    names, frame = shown.strategies, shown.frame
    colours, markers = palette.colours(names), palette.markers(names)
    offsets = dict(zip(names, np.linspace(0.24, -0.24, len(names)), strict=True))
    for name in names:
        after = frame[(frame["strategy"] == name) & frame["covariate"].isin(position)]
        rows = [position[covariate] + offsets[name] for covariate in after["covariate"]]
        axes.scatter(
            after["smd"].abs(),
            rows,
            s=20,
            marker=markers[name],
            color=colours[name],
            linewidths=0,
            zorder=4,
            clip_on=False,
        )


def _scale(axes: "Axes", frame: pd.DataFrame, width: int) -> None:
    top = max(1.1 * float(frame["smd"].abs().max()), 2 * THRESHOLD)
    axes.set_xscale("function", functions=(_root, np.square))
    axes.set_xlim(0, top)
    ticks = _spread_ticks(top)
    axes.set_xticks(ticks, [formatting.with_marks(f"{tick:g}") for tick in ticks])
    label = palette.wrapped(gettext("Absolute standardised difference"), width)
    axes.set_xlabel(gettext("{label}\n(square-root scale)").format(label=label))


def _spread_ticks(top: float) -> list[float]:
    """Ticks up to `top` with room for their labels: zero, the threshold, and what fits after it."""
    chosen = [0.0, THRESHOLD]
    for tick in _TICKS:
        if tick <= top and np.sqrt(tick) - np.sqrt(chosen[-1]) >= 0.11 * np.sqrt(top):
            chosen.append(tick)
    return chosen


def _root(values: np.ndarray) -> np.ndarray:
    return np.asarray(np.sqrt(np.maximum(values, 0)))


def _legend(results: StudyResults, names: Sequence[str]) -> "list[Artist]":
    colours, markers = palette.colours(names), palette.markers(names)
    common: palette.Look = {"linestyle": "", "markersize": 5.5}
    before = palette.line(
        marker="o",
        markerfacecolor="white",
        markeredgecolor=palette.FAINT,
        label=gettext("Before matching"),
        **common,
    )
    threshold = palette.line(
        color=palette.FAINT,
        linestyle=palette.DASHES,
        linewidth=0.8,
        label=gettext("Threshold, {threshold}").format(threshold=formatting.number(THRESHOLD, 1)),
    )
    after = [
        palette.line(
            marker=markers[name],
            color=colours[name],
            markeredgewidth=0,
            label=results.strategy_label(name),
            **common,
        )
        for name in names
    ]
    return [before, threshold, *after]


def _words(results: StudyResults, exhibit: OfAnalyses) -> str:
    parts = [_analysis_words(results, name) for name in exhibit.analyses]
    return gettext("Absolute standardised mean differences by covariate. ") + " ".join(parts)


def _analysis_words(results: StudyResults, analysis: str) -> str:
    designs = results.of("designs", analysis)
    matched = designs["strategy"].isin(results.matched_strategies(analysis))
    designs = designs[matched & ~designs["suppressed"]]
    before = results["balance"][
        (results["balance"]["analysis"] == analysis) & (results["balance"]["stage"] == "before")
    ]
    largest = formatting.number(before["smd"].abs().max(), 2)
    left = formatting.range_text(
        list(designs["max_abs_smd"].dropna()) or [float("nan")], 2, gettext("after")
    )
    return gettext("{label}: up to {largest} before and {left}.").format(
        label=results.analysis(analysis).label, largest=largest, left=left
    )


KIND = kinds.FigureKind(
    kind="love",
    shows="standardised differences before and after",
    section=kinds.BALANCE,
    rank=10,
    needs=("balance", "designs", "analysed_balance", "analysed_balance_summary", "estimates"),
    options=OfAnalyses,
    methods="balance.md",
    of_methods=MATCHED,
    draw=love_plot,
    note=(
        marked(
            "Each row is a covariate. After a good match every mark lies in the shaded "
            "band, where treated and controls differ by less than a tenth of a standard "
            "deviation. The scale is a square root: it gives small differences more room "
            "than large ones. Panels of what is behind estimates are of the units whose "
            "outcome is known; {shown_for}.",
            shown_for=SHOWN_FOR,
        )
    ),
    words=_words,
)
