"""Forest plot: estimates with their intervals by strategy, one panel an outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from ruralimpact.exhibits import disclosure, formatting, palette
from ruralimpact.exhibits.results import StudyResults

_ROW, _FRAME = 0.168, 0.6  # inches
_LABEL = 38  # characters to the line


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
    found = {name: _estimates(results, analyses, name) for name in results.outcomes_of(analyses)}
    outcomes = [name for name, frame in found.items() if len(frame)]
    if not outcomes:
        return palette.notice(disclosure.NOTHING_LEFT)
    frames = [found[name] for name in outcomes]
    layouts = [_layout(results, frame) for frame in frames]
    heights = [_ROW * (1 - layout.bottom) for layout in layouts]
    figure = palette.new_figure(7.2, sum(heights) + _FRAME * len(outcomes) + 0.35)
    grid = figure.subplots(len(outcomes), 1, squeeze=False, height_ratios=heights).ravel()
    colours = palette.colours(analyses)
    for axes, outcome, layout in zip(grid, outcomes, layouts, strict=True):
        _panel(axes, results, outcome, layout, colours)
    figure.legend(
        handles=_legend(results, frames), loc="outside lower left", frameon=False, ncols=3
    )
    return figure


def _estimates(results: StudyResults, analyses: Sequence[str], outcome: str) -> pd.DataFrame:
    frames = [results.estimates_of(analysis, outcome) for analysis in analyses]
    return pd.concat(frames).dropna(subset=["estimate", "conf_low", "conf_high"])


@dataclass(frozen=True)
class _Line:
    """A row of a panel: a heading, or an estimate with its record."""

    height: float
    label: str
    record: Mapping[Any, Any] | None = None


@dataclass(frozen=True)
class _Layout:
    """Rows of a panel, downwards from zero, and where the last one ends."""

    lines: tuple[_Line, ...]
    bottom: float


def _layout(results: StudyResults, frame: pd.DataFrame) -> _Layout:
    lines: list[_Line] = []
    height = 0.0
    for analysis, part in frame.groupby("analysis", sort=False):
        entries: list[tuple[str, Mapping[Any, Any] | None]] = [
            (results.analysis(str(analysis))["label"], None),
            *((results.strategy_label(row["strategy"]), row) for row in part.to_dict("records")),
        ]
        for text, record in entries:
            label = palette.wrapped(text, _LABEL)
            further = 0.8 * label.count("\n")
            lines.append(_Line(height - further / 2, label, record))
            height -= 1 + further
        height -= 0.25
    return _Layout(tuple(lines), height + 0.25)


def _panel(
    axes: Axes, results: StudyResults, outcome: str, layout: _Layout, colours: Mapping[str, str]
) -> None:
    factor, decimals = formatting.scale(results.unit(outcome)), results.decimals(outcome)
    for line in layout.lines:
        if line.record is None:
            continue
        values = [factor * line.record[name] for name in ("estimate", "conf_low", "conf_high")]
        colour = colours[str(line.record["analysis"])]
        _interval(axes, line.height, values, colour, solid=line.record["balanced"] != "no")
        _number(axes, line.height, values, decimals)
    _reference_lines(axes, results, outcome, factor)
    _label_rows(axes, layout.lines)
    axes.set_ylim(layout.bottom + 0.3, 0.7)
    axes.set_xlabel(_axis_label(results.unit(outcome)))
    axes.set_title(results.outcome_label(outcome))
    axes.locator_params(axis="x", nbins=6)
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


def _label_rows(axes: Axes, lines: Sequence[_Line]) -> None:
    axes.set_yticks([line.height for line in lines], [line.label for line in lines])
    axes.tick_params(axis="y", length=0)
    for tick, line in zip(axes.get_yticklabels(), lines, strict=True):
        tick.set_fontweight("bold" if line.record is None else "normal")
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
