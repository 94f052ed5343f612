"""Love plot: standardised differences of every covariate before and after each strategy."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


THRESHOLD = 0.1
_TICKS = (0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0)
_ROW = 0.29  # inches
_DASHES = (0, (4, 3))


def love_plot(results: StudyResults, exhibit: OfAnalyses) -> "Figure":
    """Draw absolute standardised differences, one panel an analysis, on a square-root scale."""
    analyses = [name for name in exhibit.analyses if len(_before(results, name))]
    if not analyses:
        return palette.notice(disclosure.NOTHING_LEFT)
    used = [results.matched_strategies(analysis) for analysis in analyses]
    heights = [_ROW * len(_before(results, analysis)) for analysis in analyses]
    panels = palette.panels(used, heights, frame=1.02)
    for axes, analysis, names in zip(panels.axes, analyses, used, strict=True):
        _panel(axes, results, analysis, names)
    panels.add_legends([_legend(results, names) for names in used])
    return panels.figure


def _before(results: StudyResults, analysis: str) -> Any:
    frame = results.of("balance", analysis)
    before = frame[frame["stage"] == "before"].dropna(subset=["smd"])
    before = before.assign(size=before["smd"].abs())
    return before.sort_values(["size", "covariate"])


def _panel(axes: "Axes", results: StudyResults, analysis: str, names: Sequence[str]) -> None:
    before = _before(results, analysis)
    position = {covariate: row for row, covariate in enumerate(before["covariate"])}
    axes.axvspan(0, THRESHOLD, color="#eef1f4", zorder=0, linewidth=0)
    axes.axvline(THRESHOLD, color=palette.FAINT, linewidth=0.8, linestyle=_DASHES, zorder=1)
    axes.scatter(
        before["size"],
        list(position.values()),
        s=34,
        facecolors="white",
        edgecolors=palette.FAINT,
        zorder=3,
    )
    _after(axes, results, analysis, names, position)
    _scale(axes, results, analysis)
    labels = [palette.wrapped(label, 30) for label in before["label"]]
    axes.set_yticks(list(position.values()), labels)
    axes.set_ylim(-0.6, len(position) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.set_title(palette.wrapped(results.analysis(analysis).label, 44))
    palette.light_grid(axes, "both")


def _after(
    axes: "Axes",
    results: StudyResults,
    analysis: str,
    names: Sequence[str],
    position: Mapping[str, int],
) -> None:
    """Draw each strategy's differences, a little above or below the row so that none hides another."""
    colours, markers = palette.colours(names), palette.markers(names)
    offsets = dict(zip(names, np.linspace(0.24, -0.24, len(names)), strict=True))
    frame = results.of("balance", analysis)
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


def _scale(axes: "Axes", results: StudyResults, analysis: str) -> None:
    frame = results.of("balance", analysis)
    top = max(1.1 * float(frame["smd"].abs().max()), 2 * THRESHOLD)
    axes.set_xscale("function", functions=(_root, np.square))
    axes.set_xlim(0, top)
    ticks = _spread_ticks(top)
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.set_xlabel("Absolute standardised difference\n(square-root scale)")


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
    common: dict[str, Any] = {"linestyle": "", "markersize": 5.5}
    before = palette.line(
        marker="o",
        markerfacecolor="white",
        markeredgecolor=palette.FAINT,
        label="Before matching",
        **common,
    )
    threshold = palette.line(
        color=palette.FAINT,
        linestyle=_DASHES,
        linewidth=0.8,
        label=f"Threshold, {formatting.number(THRESHOLD, 1)}",
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
    return "Absolute standardised mean differences by covariate. " + " ".join(parts)


def _analysis_words(results: StudyResults, analysis: str) -> str:
    designs = results.of("designs", analysis)
    matched = designs["strategy"].isin(results.matched_strategies(analysis))
    designs = designs[matched & ~designs["suppressed"]]
    before = results["balance"][
        (results["balance"]["analysis"] == analysis) & (results["balance"]["stage"] == "before")
    ]
    largest = formatting.number(before["smd"].abs().max(), 2)
    left = formatting.range_text(
        list(designs["max_abs_smd"].dropna()) or [float("nan")], 2, "after"
    )
    return f"{results.analysis(analysis).label}: up to {largest} before and {left}."


KIND = kinds.FigureKind(
    kind="love",
    shows="standardised differences before and after",
    section=kinds.BALANCE,
    rank=10,
    needs=("balance", "designs"),
    options=OfAnalyses,
    methods="balance.md",
    of_methods=MATCHED,
    draw=love_plot,
    note=(
        "Each row is a covariate. After a good match every mark lies in the shaded band, where treated and "
        "controls differ by less than a tenth of a standard deviation. The scale is a square root: "
        "it gives small differences more room than large ones."
    ),
    words=_words,
)
