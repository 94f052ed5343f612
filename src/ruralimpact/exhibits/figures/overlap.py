"""Overlap: propensity of the treated above the axis, of controls below it, before and after."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_EDGES = np.linspace(0, 1, 26)


def overlap_plot(results: StudyResults, exhibit: OfAnalyses) -> "Figure":
    """Draw mirrored histograms of the propensity score, one panel an analysis."""
    hidden = set(results["designs"].loc[results["designs"]["suppressed_before"], "analysis"])
    scored = set(results["propensity"]["analysis"]) - hidden
    analyses = [name for name in exhibit.analyses if name in scored]
    if not analyses:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    used = [results.matched_strategies(analysis) for analysis in analyses]
    panels = palette.panels(used, [2.0] * len(analyses), frame=0.8)
    for axes, analysis, names in zip(panels.axes, analyses, used, strict=True):
        _panel(axes, results, analysis, names)
    panels.add_legends([_legend(results, names) for names in used])
    return panels.figure


def _shares(scores: pd.Series, weights: pd.Series | None = None) -> np.ndarray:
    """Share of an arm's weight in each bin of the probability."""
    counts, _ = np.histogram(scores, _EDGES, weights=weights)
    return counts / counts.sum() if counts.sum() > 0 else counts


def _panel(
    axes: "Axes",
    results: StudyResults,
    analysis: str,
    names: Sequence[str],
) -> None:
    colours, widths = palette.colours(names), palette.line_widths(names)
    scores = results.of("propensity", analysis)
    treated = _shares(scores.loc[scores["treated"] == 1, "probability"])
    controls = _shares(scores.loc[scores["treated"] == 0, "probability"])
    after = {name: _matched_shares(results, scores, analysis, name) for name in names}
    tallest = max(treated.max(), *(shares.max() for shares in after.values()), 0.05)
    limit = 1.12 * min(max(tallest, controls.max()), 1.6 * tallest)
    axes.stairs(treated, _EDGES, fill=True, color=palette.TREATED, alpha=0.85)
    axes.stairs(-controls, _EDGES, fill=True, color="#c9d0d8")
    for name, shares in after.items():
        axes.stairs(-shares, _EDGES, color=colours[name], linewidth=widths[name], baseline=None)
    _note_clipped(axes, controls, limit)
    axes.axhline(0, color=palette.INK, linewidth=0.8)
    axes.set_xlim(0, 1)
    axes.set_ylim(-limit, limit)
    axes.yaxis.set_major_formatter(lambda value, _: formatting.number(abs(100 * value)))
    axes.set_xlabel(gettext("Estimated probability of taking part"))
    axes.set_ylabel(
        gettext("Percent of the arm\n\N{LEFTWARDS ARROW} controls    treated \N{RIGHTWARDS ARROW}")
    )
    axes.set_title(palette.wrapped(results.analysis(analysis).label, 42))
    palette.light_grid(axes, "y")


def _matched_shares(
    results: StudyResults, scores: pd.DataFrame, analysis: str, strategy: str
) -> np.ndarray:
    chosen = results.of("weights", analysis, strategy=strategy)
    chosen = chosen[(chosen["treated"] == 0) & (chosen["weight"] > 0)]
    joined = chosen.merge(scores[["unit_id", "probability"]], on="unit_id")
    return _shares(joined["probability"], joined["weight"])


def _note_clipped(axes: "Axes", controls: np.ndarray, limit: float) -> None:
    """Write the share of the first bar that the axis cuts off beside it."""
    cut = np.flatnonzero(controls > limit)
    if not len(cut):
        return
    clear = cut[0] + 1 + int(np.argmin(controls[cut[0] + 1 :] > 0.8 * limit))
    axes.annotate(
        gettext("{controls} percent of controls\nare in the first bar").format(
            controls=formatting.number(100 * controls[cut[0]])
        )
        if cut[0] == 0
        else gettext("{controls} percent of controls are\nin the bar that is cut off").format(
            controls=formatting.number(100 * controls[cut[0]])
        ),
        (_EDGES[clear], -0.95 * limit),
        xytext=(4, 0),
        textcoords="offset points",
        va="bottom",
        fontsize=7,
        color=palette.FAINT,
    )


def _legend(results: StudyResults, strategies: Sequence[str]) -> "list[Artist]":
    colours, widths = palette.colours(strategies), palette.line_widths(strategies)
    return [
        palette.patch(color=palette.TREATED, alpha=0.85, label=gettext("Treated")),
        palette.patch(color="#c9d0d8", label=gettext("Controls before matching")),
        *(
            palette.line(
                color=colours[name], linewidth=widths[name], label=results.strategy_label(name)
            )
            for name in strategies
        ),
    ]


def _words(results: StudyResults, exhibit: OfAnalyses) -> str:
    labels = "; ".join(results.analysis(name).label for name in exhibit.analyses)
    return gettext(
        "Mirrored histograms of the estimated probability of taking part, treated "
        "against controls, before and after matching ({labels})."
    ).format(labels=labels)


KIND = kinds.FigureKind(
    kind="overlap",
    shows="propensity by arm",
    section=kinds.BALANCE,
    rank=10,
    needs=("propensity", "weights", "designs", "balance"),
    options=OfAnalyses,
    methods="balance.md",
    of_methods=MATCHED,
    draw=overlap_plot,
    note=(
        marked(
            "Treated units above the line, controls below. Grey bars show the controls "
            "as they came, coloured outlines as each strategy weights them; where an "
            "outline mirrors the dark bars the arms are alike."
        )
    ),
    words=_words,
)
