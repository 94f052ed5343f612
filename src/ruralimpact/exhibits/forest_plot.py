"""Forest plot: estimates with their intervals by strategy, one panel an outcome."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ruralimpact.exhibits import formatting, palette
from ruralimpact.exhibits.results import StudyResults

_ROW, _FRAME = 0.185, 0.72  # inches


def forest_plot(results: StudyResults, exhibit: Mapping[str, Any]) -> Figure:
    """Draw estimates and 95 percent intervals; the benchmark, where there is one, as a band.

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
    outcomes = results.outcomes_of(analyses)
    frames = [_estimates(results, analyses, outcome) for outcome in outcomes]
    heights = [_FRAME + _ROW * (len(frame) + frame["analysis"].nunique()) for frame in frames]
    figure = palette.new_figure(7.2, sum(heights) + 0.4)
    grid = figure.subplots(len(outcomes), 1, squeeze=False, height_ratios=heights).ravel()
    colours = palette.colours(analyses)
    for axes, outcome, frame in zip(grid, outcomes, frames, strict=True):
        _panel(axes, results, outcome, frame, colours)
    figure.legend(
        handles=_legend(results, frames), loc="outside lower left", frameon=False, ncols=3
    )
    return figure


def _estimates(results: StudyResults, analyses: Sequence[str], outcome: str) -> pd.DataFrame:
    frames = [results.estimates_of(analysis, outcome) for analysis in analyses]
    return pd.concat(frames).dropna(subset=["estimate", "conf_low", "conf_high"])


def _panel(
    axes: Axes,
    results: StudyResults,
    outcome: str,
    frame: pd.DataFrame,
    colours: Mapping[str, str],
) -> None:
    factor, decimals = formatting.scale(results.unit(outcome)), results.decimals(outcome)
    labels: list[tuple[float, str, bool]] = []
    height = 0.0
    for analysis, part in frame.groupby("analysis", sort=False):
        labels.append((height, results.analysis(str(analysis))["label"], True))
        for record in part.to_dict("records"):
            height -= 1
            values = [factor * record[name] for name in ("estimate", "conf_low", "conf_high")]
            _interval(
                axes, height, values, colours[str(analysis)], solid=record["balanced"] != "no"
            )
            labels.append((height, results.strategy_label(record["strategy"]), False))
            _number(axes, height, values, decimals)
        height -= 1.25
    _reference_lines(axes, results, outcome, factor)
    _label_rows(axes, labels)
    axes.set_ylim(height + 0.6, 0.7)
    axes.set_xlabel(_axis_label(results.unit(outcome)))
    axes.set_title(results.outcome_label(outcome))
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_formatter(lambda value, _: formatting.number(value, _tick_decimals(axes)))
    palette.light_grid(axes, "x")


def _interval(
    axes: Axes, height: float, values: Sequence[float], colour: str, *, solid: bool
) -> None:
    estimate, low, high = values
    axes.plot([low, high], [height, height], color=colour, linewidth=1.6, solid_capstyle="round")
    face = colour if solid else "white"
    axes.plot(
        estimate, height, "o", markersize=5, markerfacecolor=face, markeredgecolor=colour, zorder=4
    )


def _number(axes: Axes, height: float, values: Sequence[float], decimals: int) -> None:
    estimate, low, high = values
    text = f"{formatting.number(estimate, decimals)}  ({formatting.interval(low, high, decimals)})"
    axes.annotate(
        text,
        (1.0, height),
        xycoords=("axes fraction", "data"),
        xytext=(6, 0),
        textcoords="offset points",
        va="center",
        fontsize=7.5,
    )


def _reference_lines(axes: Axes, results: StudyResults, outcome: str, factor: float) -> None:
    axes.axvline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
    if not results.benchmark():
        return
    base = results.estimates_of(results.benchmark(), outcome).dropna(subset=["estimate"])
    if len(base):
        row = base.iloc[0]
        axes.axvspan(
            factor * row["conf_low"],
            factor * row["conf_high"],
            color="#e8eef4",
            zorder=0,
            linewidth=0,
        )
        axes.axvline(
            factor * row["estimate"],
            color=palette.INK,
            linewidth=1,
            linestyle=(0, (4, 3)),
            zorder=1,
        )


def _label_rows(axes: Axes, labels: Sequence[tuple[float, str, bool]]) -> None:
    axes.set_yticks([height for height, _, _ in labels], [text for _, text, _ in labels])
    axes.tick_params(axis="y", length=0)
    for tick, (_, _, strong) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if strong else "normal")
        tick.set_fontsize(7.5)


def _axis_label(unit: str) -> str:
    return unit[:1].upper() + unit[1:]


def _tick_decimals(axes: Axes) -> int:
    ticks = axes.get_xticks()
    step = abs(ticks[1] - ticks[0]) if len(ticks) > 1 else 1.0
    return 0 if step >= 1 else 1 if step >= 0.1 else 2


def _legend(results: StudyResults, frames: Sequence[pd.DataFrame]) -> list[Line2D]:
    common: dict[str, Any] = {
        "color": palette.INK,
        "linewidth": 1.4,
        "marker": "o",
        "markersize": 5,
    }
    entries = [Line2D([], [], label="Estimate and 95% interval", **common)]
    if any((frame["balanced"] == "no").any() for frame in frames):
        entries.append(
            Line2D([], [], markerfacecolor="white", label="Strategy fails balance", **common)
        )
    if results.benchmark():
        dashed: dict[str, Any] = {"color": palette.INK, "linewidth": 1, "linestyle": (0, (4, 3))}
        entries.append(Line2D([], [], label="Experiment (band: its 95% interval)", **dashed))
    return entries
