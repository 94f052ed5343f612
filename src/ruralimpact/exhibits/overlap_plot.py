"""Overlap: propensity of the treated above the axis, of controls below it, before and after."""

from collections.abc import Mapping
from math import ceil
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from ruralimpact.exhibits import palette
from ruralimpact.exhibits.results import StudyResults

_EDGES = np.linspace(0, 1, 26)


def overlap_plot(results: StudyResults, exhibit: Mapping[str, Any]) -> Figure:
    """Draw mirrored histograms of the propensity score, one panel an analysis.

    Parameters
    ----------
    results : StudyResults
    exhibit : mapping
        Entry of exhibits.yaml with ``analyses``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    analyses = [
        name for name in exhibit["analyses"] if (results.propensity["analysis"] == name).any()
    ]
    used = [_weighted_strategies(results, analysis) for analysis in analyses]
    strategies = list(dict.fromkeys(name for names in used for name in names))
    columns = min(2, len(analyses))
    rows = ceil(len(analyses) / columns)
    figure = palette.new_figure(7.2, 2.7 * rows + 0.35 + 0.2 * len(strategies))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, analysis, names in zip(grid, analyses, used, strict=False):
        _panel(axes, results, analysis, names, palette.colours(strategies))
    for axes in grid[len(analyses) :]:
        axes.set_visible(False)
    figure.legend(
        handles=_legend(results, strategies), loc="outside lower left", frameon=False, ncols=2
    )
    return figure


def _weighted_strategies(results: StudyResults, analysis: str) -> list[str]:
    """Strategies whose control weights differ from no matching at all."""
    present = set(results.weights.loc[results.weights["analysis"] == analysis, "strategy"])
    unmatched = {
        entry["name"] for entry in results.study["strategies"] if entry["method"] == "unweighted"
    }
    names = results.analysis(analysis).get("strategies", [])
    return [name for name in names if name in present - unmatched]


def _shares(scores: pd.Series, weights: pd.Series | None = None) -> np.ndarray:
    """Share of an arm's weight in each bin of the probability."""
    counts, _ = np.histogram(scores, _EDGES, weights=weights)
    return counts / counts.sum() if counts.sum() > 0 else counts


def _panel(
    axes: Axes,
    results: StudyResults,
    analysis: str,
    names: list[str],
    colours: Mapping[str, str],
) -> None:
    scores = results.propensity[results.propensity["analysis"] == analysis]
    treated = _shares(scores.loc[scores["treated"] == 1, "probability"])
    controls = _shares(scores.loc[scores["treated"] == 0, "probability"])
    after = {name: _matched_shares(results, scores, analysis, name) for name in names}
    tallest = max(treated.max(), *(shares.max() for shares in after.values()), 0.05)
    limit = 1.12 * min(max(tallest, controls.max()), 1.6 * tallest)
    axes.stairs(treated, _EDGES, fill=True, color=palette.TREATED, alpha=0.85)
    axes.stairs(-controls, _EDGES, fill=True, color="#c9d0d8")
    for name, shares in after.items():
        axes.stairs(-shares, _EDGES, color=colours[name], linewidth=1.3, baseline=None)
    _note_clipped(axes, controls, limit)
    axes.axhline(0, color=palette.INK, linewidth=0.8)
    axes.set_xlim(0, 1)
    axes.set_ylim(-limit, limit)
    axes.yaxis.set_major_formatter(lambda value, _: f"{abs(100 * value):.0f}")
    axes.set_xlabel("Estimated probability of taking part")
    axes.set_ylabel(
        "Percent of the arm\n\N{LEFTWARDS ARROW} controls    treated \N{RIGHTWARDS ARROW}"
    )
    axes.set_title(palette.wrapped(results.analysis(analysis)["label"], 42))
    palette.light_grid(axes, "y")


def _matched_shares(
    results: StudyResults, scores: pd.DataFrame, analysis: str, strategy: str
) -> np.ndarray:
    frame = results.weights
    chosen = frame[(frame["analysis"] == analysis) & (frame["strategy"] == strategy)]
    chosen = chosen[(chosen["treated"] == 0) & (chosen["weight"] > 0)]
    joined = chosen.merge(scores[["unit_id", "probability"]], on="unit_id")
    return _shares(joined["probability"], joined["weight"])


def _note_clipped(axes: Axes, controls: np.ndarray, limit: float) -> None:
    """Write the share of the first bar that the axis cuts off beside it."""
    cut = np.flatnonzero(controls > limit)
    if not len(cut):
        return
    clear = cut[0] + 1 + int(np.argmin(controls[cut[0] + 1 :] > 0.8 * limit))
    axes.annotate(
        f"{100 * controls[cut[0]]:.0f} percent of controls\nare in the first bar"
        if cut[0] == 0
        else f"{100 * controls[cut[0]]:.0f} percent of controls are\nin the bar that is cut off",
        (_EDGES[clear], -0.95 * limit),
        xytext=(4, 0),
        textcoords="offset points",
        va="bottom",
        fontsize=7,
        color=palette.FAINT,
    )


def _legend(results: StudyResults, strategies: list[str]) -> list[Patch | Line2D]:
    colours = palette.colours(strategies)
    return [
        Patch(color=palette.TREATED, alpha=0.85, label="Treated"),
        Patch(color="#c9d0d8", label="Controls before matching"),
        *(
            Line2D([], [], color=colours[name], linewidth=1.5, label=results.strategy_label(name))
            for name in strategies
        ),
    ]
