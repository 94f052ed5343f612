"""Waterfall: how the parts of the effect on net income add up to it, one panel a strategy."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.decomposition import (
    TOTAL,
    decomposition_rows,
    part_label,
    short_label,
    split_families,
)
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_PANEL, _FRAME = 1.75, 0.75  # inches
_UP, _DOWN = "#0072b2", "#d55e00"
_WIDTH = 0.62


def waterfall_plot(results: StudyResults, exhibit: OfAnalyses) -> "Figure":
    """Draw the parts of each estimate as steps from zero to the effect."""
    frame = decomposition_rows(results, exhibit)
    frame = frame[frame["product"] == ""].dropna(subset=["estimate"])
    families = list(split_families(frame))
    if not families:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    across = min(2, len(families))
    figure = palette.new_figure(7.2, (_PANEL + _FRAME) * palette.down(len(families), across) + 0.35)
    grid = palette.grid(figure, len(families), across, sharey=True)
    several = len(exhibit.analyses) > 1
    for axes, family in zip(grid, families, strict=True):
        _panel(axes, results, family, several=several)
    for axes in grid[::across]:
        unit = formatting.translated(results.unit(str(frame["outcome"].iloc[0])))
        axes.set_ylabel(unit[:1].upper() + unit[1:])
    parts = frame.loc[frame["part"] != TOTAL, "estimate"]
    palette.legend_below(figure, _legend(parts), 4)
    return figure


def _panel(axes: "Axes", results: StudyResults, family: pd.DataFrame, *, several: bool) -> None:
    parts = family[family["part"] != TOTAL]
    total = family[family["part"] == TOTAL].iloc[0]
    values = parts["estimate"].to_numpy(float)
    ends = np.cumsum(values)
    starts = ends - values
    decimals = results.decimals(str(total["outcome"]))
    for position, (start, record) in enumerate(zip(starts, parts.to_dict("records"), strict=True)):
        _bar(axes, position, start, record, _UP if record["estimate"] >= 0 else _DOWN, decimals)
        axes.plot(
            [position + _WIDTH / 2, position + 1 - _WIDTH / 2],
            [ends[position]] * 2,
            color=palette.FAINT,
            linewidth=0.8,
        )
    _bar(axes, len(values), 0.0, total.to_dict(), palette.BEFORE, decimals)
    axes.axhline(0, color=palette.FAINT, linewidth=0.9, zorder=1)
    labels = [short_label(str(name), family) for name in [*parts["part"], TOTAL]]
    axes.set_xticks(range(len(labels)), labels)
    axes.tick_params(axis="x", length=0, labelsize=7.5)
    axes.spines["bottom"].set_visible(False)
    axes.yaxis.set_major_formatter(lambda value, _: formatting.number(value))
    name = results.strategy_label(str(total["strategy"]))
    label = f"{results.analysis(str(total['analysis'])).label}: {name}" if several else name
    axes.set_title(palette.wrapped(label, 40))
    axes.margins(y=0.12)
    palette.light_grid(axes, "y")


def _bar(
    axes: "Axes", position: int, start: float, record: Mapping[Any, Any], colour: str, decimals: int
) -> None:
    value = record["estimate"]
    axes.bar(
        position, value, _WIDTH, bottom=start, color=colour, edgecolor=colour, alpha=0.85, zorder=2
    )
    low, high = (start + record[name] for name in ("conf_low", "conf_high"))
    axes.plot([position, position], [low, high], color=palette.INK, linewidth=1, zorder=3)
    axes.annotate(
        formatting.number(value, decimals),
        (position, max(high, start, start + value) if np.isfinite(high) else start + value),
        xytext=(0, 2),
        textcoords="offset points",
        ha="center",
        va="bottom",
        fontsize=7,
    )


def _legend(parts: "pd.Series[float]") -> "list[Artist]":
    """Return what the steps are, of those that are drawn, and what ends them."""
    up = palette.patch(color=_UP, alpha=0.85, label=gettext("Adds to net income"))
    down = palette.patch(color=_DOWN, alpha=0.85, label=gettext("Takes from it"))
    return [
        *([up] if (parts >= 0).any() else []),
        *([down] if (parts < 0).any() else []),
        palette.patch(color=palette.BEFORE, alpha=0.85, label=gettext("Effect (sum)")),
        palette.line(color=palette.INK, linewidth=1, label=gettext("95% interval of the step")),
    ]


def waterfall_words(results: StudyResults, exhibit: OfAnalyses) -> str:
    """Return what the figure shows, in words, as its text alternative."""
    frame = decomposition_rows(results, exhibit)
    frame = frame[frame["product"] == ""].dropna(subset=["estimate"])
    sentences = []
    for family in split_families(frame):
        first = family.iloc[0]
        steps = ", ".join(
            f"{formatting.lower_first(part_label(str(record['part']), family))} "
            f"{formatting.number(record['estimate'], results.decimals(str(record['outcome'])))}"
            for record in family.to_dict("records")
        )
        sentences.append(f"{results.strategy_label(str(first['strategy']))}: {steps}.")
    return gettext("Parts of the effect on net income as steps that add up to it. ") + " ".join(
        sentences
    )


KIND = kinds.FigureKind(
    kind="waterfall",
    shows="the effect on net income by its parts",
    section=kinds.DETAIL,
    rank=30,
    needs=("decomposition",),
    options=OfAnalyses,
    methods="decomposition.md",
    asks="decomposition",
    draw=waterfall_plot,
    note=(
        marked(
            "Each step is a part of the effect on net income and starts where the one "
            "before ends; the last bar is their sum. An accounting split, not a causal "
            "one."
        )
    ),
    words=waterfall_words,
)
