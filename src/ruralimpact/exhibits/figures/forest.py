"""Forest plot: estimates with their intervals by strategy, one panel an outcome."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.interval_rows import (
    Layout,
    draw_interval,
    finish_axes,
    lay_out,
    write_number,
)
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ROW, _FRAME = 0.168, 0.6  # inches


def forest_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw estimates and 95 percent intervals; the benchmark, where there is one, as a band."""
    analyses = exhibit.analyses
    result = {name: _estimates(results, analyses, name) for name in results.outcomes_of(analyses)}
    outcomes = [name for name, frame in result.items() if len(frame)]
    if not outcomes:
        return palette.notice(disclosure.NOTHING_LEFT)
    frames = [result[name] for name in outcomes]
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


def _layout(results: StudyResults, frame: pd.DataFrame) -> Layout:
    return lay_out(
        [
            [
                (results.analysis(str(analysis)).label, None),
                *(
                    (results.strategy_label(row["strategy"]), row)
                    for row in part.to_dict("records")
                ),
            ]
            for analysis, part in frame.groupby("analysis", sort=False)
        ]
    )


def _panel(
    axes: "Axes", results: StudyResults, outcome: str, layout: Layout, colours: Mapping[str, str]
) -> None:
    factor, decimals = formatting.scale(results.unit(outcome)), results.decimals(outcome)
    for line in layout.lines:
        if line.record is None:
            continue
        values = [factor * line.record[name] for name in ("estimate", "conf_low", "conf_high")]
        colour = colours[str(line.record["analysis"])]
        draw_interval(axes, line.height, values, colour, solid=line.record["balanced"] != "no")
        write_number(axes, line.height, values, decimals)
    _reference_lines(axes, results, outcome, factor)
    finish_axes(axes, layout, results.outcome_label(outcome), results.unit(outcome))


def _reference_lines(axes: "Axes", results: StudyResults, outcome: str, factor: float) -> None:
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


def _legend(results: StudyResults, frames: Sequence[pd.DataFrame]) -> "list[Artist]":
    common: dict[str, Any] = {
        "color": palette.INK,
        "linewidth": 1.4,
        "marker": "o",
        "markersize": 5,
    }
    entries = [palette.line(label="Estimate and 95% interval", **common)]
    if any((frame["balanced"] == "no").any() for frame in frames):
        entries.append(
            palette.line(markerfacecolor="white", label="Strategy fails balance", **common)
        )
    if results.benchmark():
        dashed: dict[str, Any] = {"color": palette.INK, "linewidth": 1, "linestyle": (0, (4, 3))}
        entries.append(palette.line(label="Experiment (band: its 95% interval)", **dashed))
    return entries


def _words(results: StudyResults, exhibit: OfEstimates) -> str:
    labels = "; ".join(results.analysis(name).label for name in exhibit.analyses)
    outcomes = ", ".join(
        formatting.lower_first(results.outcome_label(name))
        for name in results.outcomes_of(exhibit.analyses)
    )
    return (
        f"Estimates with 95 percent intervals by strategy for {outcomes} ({labels}). The numbers are "
        "in the tables of estimates."
    )


KIND = kinds.FigureKind(
    kind="forest",
    shows="estimates and intervals",
    section=kinds.ESTIMATES,
    rank=10,
    needs=("estimates",),
    options=OfEstimates,
    methods="matching.md",
    draw=forest_plot,
    note=(
        "Dots are estimates, lines their 95 percent intervals; the numbers stand at the right. An interval "
        "that crosses the grey line at zero does not rule out that there is no difference."
    ),
    words=_words,
)
