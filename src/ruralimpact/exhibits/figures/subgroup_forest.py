"""Effects by level of a subgroup variable with their intervals, one panel an outcome."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.interval_rows import Layout, interval_figure, lay_out
from ruralimpact.exhibits.options import OfSubgroup
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.subgroup_words import (
    equality_words,
    everyone,
    level_label,
    subgroup_rows,
)
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure


_NOTHING = marked("No level has an estimate with an interval that can be shown.")


def subgroup_plot(results: StudyResults, exhibit: OfSubgroup) -> "Figure":
    """Draw the effect in each level, and on everyone as a diamond."""
    frame = subgroup_rows(results, exhibit)
    levels = frame[frame["kind"] == "level"].dropna(subset=["estimate", "conf_low", "conf_high"])
    if levels.empty:
        hidden = bool(frame["suppressed"].any())
        return palette.notice(gettext(disclosure.NOTHING_LEFT) if hidden else gettext(_NOTHING))
    outcomes = [name for name in results.study.outcomes if (levels["outcome"] == name).any()]
    several = len(exhibit.analyses) > 1
    colours = palette.colours(list(dict.fromkeys(frame["strategy"])))

    def look(record: Mapping[Any, Any]) -> tuple[str, str]:
        whole = record.get("whole", False)
        return (palette.FAINT, "D") if whole else (colours[str(record["strategy"])], "o")

    layouts = {
        outcome: _layout(results, levels[levels["outcome"] == outcome], several=several)
        for outcome in outcomes
    }
    return interval_figure(results, layouts, look, _legend(levels))


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
                *([(gettext("Everyone"), own)] if pd.notna(own["conf_low"]) else []),
            ]
        )
    return lay_out(blocks)


def _legend(levels: pd.DataFrame) -> "list[Artist]":
    common: palette.Look = {"color": palette.INK, "linewidth": 1.4, "markersize": 5}
    entries = [
        palette.line(marker="o", label=gettext("Level, with 95% interval"), **common),
        palette.line(marker="D", label=gettext("Everyone"), **(common | {"color": palette.FAINT})),
    ]
    if (levels["balanced"] == "no").any():
        entries.append(
            palette.line(
                marker="o", markerfacecolor="white", label=gettext("Fails balance"), **common
            )
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
    return gettext("Estimates with 95 percent intervals by {label}. ").format(
        label=formatting.lower_first(label)
    ) + " ".join(parts)


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
        marked(
            "Dots are effects within each level, diamonds the effect on everyone, lines "
            "95 percent intervals. Whether levels differ is told by the tests in the "
            "table, not by whose interval crosses zero."
        )
    ),
    words=subgroup_words,
)
