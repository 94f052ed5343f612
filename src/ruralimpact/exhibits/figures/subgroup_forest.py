"""Effects by level of a subgroup variable with their intervals, one panel an outcome."""

from collections.abc import Mapping
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
from ruralimpact.exhibits.options import OfSubgroup
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.subgroup_words import (
    equality_words,
    everyone,
    level_label,
    subgroup_rows,
)

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_ROW, _FRAME = 0.168, 0.6  # inches
_NOTHING = "No level has an estimate with an interval that can be shown."


def subgroup_plot(results: StudyResults, exhibit: OfSubgroup) -> "Figure":
    """Draw the effect in each level, and on everyone as a diamond."""
    frame = subgroup_rows(results, exhibit)
    levels = frame[frame["kind"] == "level"].dropna(subset=["estimate", "conf_low", "conf_high"])
    if levels.empty:
        hidden = bool(frame["suppressed"].any())
        return palette.notice(disclosure.NOTHING_LEFT if hidden else _NOTHING)
    outcomes = [name for name in results.study.outcomes if (levels["outcome"] == name).any()]
    several = len(exhibit.analyses) > 1
    layouts = [
        _layout(results, levels[levels["outcome"] == outcome], several=several)
        for outcome in outcomes
    ]
    heights = [_ROW * (1 - layout.bottom) for layout in layouts]
    figure = palette.new_figure(7.2, sum(heights) + _FRAME * len(outcomes) + 0.35)
    grid = figure.subplots(len(outcomes), 1, squeeze=False, height_ratios=heights).ravel()
    colours = palette.colours(list(dict.fromkeys(frame["strategy"])))
    for axes, outcome, layout in zip(grid, outcomes, layouts, strict=True):
        _panel(axes, results, outcome, layout, colours)
    figure.legend(handles=_legend(levels), loc="outside lower left", frameon=False, ncols=3)
    return figure


def _layout(results: StudyResults, levels: pd.DataFrame, *, several: bool) -> Layout:
    blocks = []
    for (analysis, strategy), part in levels.groupby(["analysis", "strategy"], sort=False):
        name = results.strategy_label(str(strategy))
        label = f"{results.analysis(str(analysis)).label}: {name}" if several else name
        own = {**everyone(results, str(part["spec_id"].iloc[0])), "whole": True}
        blocks.append(
            [
                (label, None),
                *((level_label(row), row) for row in part.to_dict("records")),
                *([("Everyone", own)] if pd.notna(own["conf_low"]) else []),
            ]
        )
    return lay_out(blocks)


def _panel(
    axes: "Axes", results: StudyResults, outcome: str, layout: Layout, colours: Mapping[str, str]
) -> None:
    factor, decimals = formatting.scale(results.unit(outcome)), results.decimals(outcome)
    for line in layout.lines:
        if line.record is None:
            continue
        values = [factor * line.record[name] for name in ("estimate", "conf_low", "conf_high")]
        whole = bool(line.record.get("whole", False))
        colour = palette.FAINT if whole else colours[str(line.record["strategy"])]
        solid = line.record["balanced"] != "no"
        draw_interval(axes, line.height, values, colour, solid=solid, marker="D" if whole else "o")
        write_number(axes, line.height, values, decimals)
    axes.axvline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
    finish_axes(axes, layout, results.outcome_label(outcome), results.unit(outcome))


def _legend(levels: pd.DataFrame) -> "list[Artist]":
    common: dict[str, Any] = {"color": palette.INK, "linewidth": 1.4, "markersize": 5}
    entries = [
        palette.line(marker="o", label="Level, with 95% interval", **common),
        palette.line(marker="D", label="Everyone", **(common | {"color": palette.FAINT})),
    ]
    if (levels["balanced"] == "no").any():
        entries.append(
            palette.line(marker="o", markerfacecolor="white", label="Fails balance", **common)
        )
    return entries


def subgroup_words(results: StudyResults, exhibit: OfSubgroup) -> str:
    """Return what the figure shows, in words, as its text alternative."""
    frame = subgroup_rows(results, exhibit)
    tests = frame[frame["kind"] == "equality"]
    parts = [
        f"{results.outcome_label(record['outcome'])}, {results.strategy_label(record['strategy'])}: "
        f"{formatting.lower_first(equality_words(record))}."
        for record in tests.to_dict("records")
    ]
    label = str(frame["subgroup_label"].iloc[0]) if len(frame) else ""
    return f"Estimates with 95 percent intervals by {formatting.lower_first(label)}. " + " ".join(
        parts
    )


KIND = kinds.FigureKind(
    kind="subgroup_forest",
    shows="effects by level of a subgroup variable",
    section=kinds.DETAIL,
    rank=10,
    needs=("estimates", "subgroups"),
    options=OfSubgroup,
    methods="heterogeneity.md",
    draw=subgroup_plot,
    note=(
        "Dots are effects within each level, diamonds the effect on everyone, lines 95 percent intervals. "
        "Whether levels differ is told by the tests in the table, not by whose interval crosses zero."
    ),
    words=subgroup_words,
)
