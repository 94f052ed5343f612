"""Love plot: standardised differences of every covariate before and after each strategy."""

from collections.abc import Mapping
from math import ceil
from typing import Any

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ruralimpact.exhibits import palette
from ruralimpact.exhibits.balance_table import matched_strategies
from ruralimpact.exhibits.results import StudyResults

THRESHOLD = 0.1


def love_plot(results: StudyResults, exhibit: Mapping[str, Any]) -> Figure:
    """Draw absolute standardised differences, one panel an analysis.

    Parameters
    ----------
    results : StudyResults
    exhibit : mapping
        Entry of exhibits.yaml with ``analyses``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    analyses = exhibit["analyses"]
    used = [matched_strategies(results, analysis) for analysis in analyses]
    strategies = list(dict.fromkeys(name for names in used for name in names))
    columns = min(2, len(analyses))
    rows = ceil(len(analyses) / columns)
    longest = max(_covariates(results, analysis).nunique() for analysis in analyses)
    figure = palette.new_figure(7.2, rows * (0.9 + 0.24 * longest) + 0.35 + 0.2 * len(strategies))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes, analysis, names in zip(grid, analyses, used, strict=False):
        _panel(axes, results, analysis, names, strategies)
    for axes in grid[len(analyses) :]:
        axes.set_visible(False)
    figure.legend(
        handles=_legend(results, strategies), loc="outside lower left", frameon=False, ncols=2
    )
    return figure


def _covariates(results: StudyResults, analysis: str) -> Any:
    frame = results.balance
    return frame.loc[(frame["analysis"] == analysis) & (frame["stage"] == "before"), "covariate"]


def _panel(
    axes: Axes, results: StudyResults, analysis: str, names: list[str], strategies: list[str]
) -> None:
    frame = results.balance[results.balance["analysis"] == analysis]
    before = frame[frame["stage"] == "before"].dropna(subset=["smd"])
    before = before.assign(size=before["smd"].abs()).sort_values(["size", "covariate"])
    place = {covariate: row for row, covariate in enumerate(before["covariate"])}
    colours, markers = palette.colours(strategies), palette.markers(strategies)
    axes.axvspan(0, THRESHOLD, color="#eef1f4", zorder=0, linewidth=0)
    axes.axvline(THRESHOLD, color=palette.FAINT, linewidth=0.8, linestyle=(0, (4, 3)), zorder=1)
    axes.scatter(
        before["size"],
        list(place.values()),
        s=30,
        facecolors="white",
        edgecolors=palette.FAINT,
        zorder=3,
    )
    for name in names:
        after = frame[(frame["strategy"] == name) & frame["covariate"].isin(place)]
        heights = [place[covariate] for covariate in after["covariate"]]
        axes.scatter(
            after["smd"].abs(),
            heights,
            s=22,
            marker=markers[name],
            color=colours[name],
            alpha=0.9,
            linewidths=0,
            zorder=4,
        )
    axes.set_yticks(list(place.values()), before["label"].tolist())
    axes.set_xlim(left=0)
    axes.set_ylim(-0.6, len(place) - 0.4)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("Absolute standardised mean difference")
    axes.set_title(palette.wrapped(results.analysis(analysis)["label"], 40))
    palette.light_grid(axes, "both")


def _legend(results: StudyResults, strategies: list[str]) -> list[Line2D]:
    colours, markers = palette.colours(strategies), palette.markers(strategies)
    common: dict[str, Any] = {"linestyle": "", "markersize": 5.5}
    before = Line2D(
        [],
        [],
        marker="o",
        markerfacecolor="white",
        markeredgecolor=palette.FAINT,
        label="Before matching",
        **common,
    )
    line = Line2D(
        [], [], color=palette.FAINT, linestyle=(0, (4, 3)), linewidth=0.8, label="Threshold, 0.1"
    )
    after = [
        Line2D(
            [],
            [],
            marker=markers[name],
            color=colours[name],
            markeredgewidth=0,
            label=results.strategy_label(name),
            **common,
        )
        for name in strategies
    ]
    return [before, line, *after]
