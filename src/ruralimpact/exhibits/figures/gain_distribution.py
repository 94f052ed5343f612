"""How gains before and after are distributed over the units, and within each level of a variable."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, palette
from ruralimpact.exhibits.disclosure import FEWEST_UNITS
from ruralimpact.exhibits.gains_rows import METHODS, NOT_ATTRIBUTABLE
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_SHOWN = (0.01, 0.99)
_BINS = 24
_TAILS = {"tenth": 0.1, "lower": 0.25, "median": 0.5, "upper": 0.75, "ninetieth": 0.9}


def gain_distribution_plot(results: StudyResults, exhibit: OfEstimates) -> "Figure":
    """Draw the distribution over all units, and a line from tenth to ninetieth percentile a level."""
    frame = unit_gains(results, exhibit)
    if frame.empty:
        return palette.notice(gettext(disclosure.NOTHING_LEFT))
    levels = level_quantiles(frame)
    figure = palette.new_figure(7.2, max(2.8, 0.9 + 0.24 * len(levels)))
    left, right = figure.subplots(1, 2)
    low, high = (float(frame["percent"].quantile(share)) for share in _SHOWN)
    edges = np.linspace(low, high, _BINS + 1)
    counts, _ = np.histogram(np.clip(frame["percent"], low, high), edges)
    colours = ["#d55e00" if edge < 0 else "#56b4e9" for edge in edges[:-1]]
    left.bar(
        *(edges[:-1], 100 * counts / len(frame), edges[1] - edges[0]),
        align="edge",
        color=colours,
        edgecolor="white",
        linewidth=0.4,
    )
    left.set_ylabel(
        gettext("{unit_label} (percent)").format(unit_label=results.study.unit_label.capitalize())
    )
    left.set_title(gettext("All"))
    _levels(right, levels)
    for axes in (left, right):
        axes.axvline(0, color=palette.INK, linewidth=0.9)
        axes.set_xlabel(gettext("Change (percent of before)"))
        palette.print_ticks(axes.xaxis)
        palette.light_grid(axes, "x")
    return figure


def unit_gains(results: StudyResults, exhibit: OfEstimates) -> pd.DataFrame:
    """Return the gains of the first outcome in the first analysis: ``level`` and ``percent``."""
    frame = results["gains_by_unit"]
    own = frame[(frame["analysis"] == exhibit.analyses[0]) & exhibit.wanted(frame["outcome"])]
    own = own[own["outcome"] == own["outcome"].iloc[0]] if len(own) else own
    return own.assign(percent=100 * own["ratio"]).dropna(subset=["percent"])


def level_quantiles(frame: pd.DataFrame) -> pd.DataFrame:
    """Return quantiles of gains by level, of levels with enough units, the lowest median first."""
    counts = frame.groupby("level")["percent"].transform("size")
    known = frame[(counts >= FEWEST_UNITS) & (frame["level"] != "")]
    percents = known.groupby("level")["percent"]
    table = pd.DataFrame({name: percents.quantile(share) for name, share in _TAILS.items()})
    return table.sort_values("median", kind="stable")


def _levels(axes: "Axes", levels: pd.DataFrame) -> None:
    places = np.arange(len(levels))
    if not len(levels):
        axes.set_visible(False)
        return
    tail_low, low, middle, high, tail_high = (levels[share].to_numpy(float) for share in _TAILS)
    axes.hlines(places, tail_low, tail_high, color="#56b4e9", linewidth=1.2)
    axes.hlines(places, low, high, color="#0072b2", linewidth=4)
    axes.plot(middle, places, "o", color="white", markeredgecolor=palette.INK, markersize=4.5)
    palette.name_rows(axes, places, [formatting.level_label(name) for name in levels.index])
    axes.set_title(gettext("Within each level"))


def gain_distribution_words(results: StudyResults, exhibit: OfEstimates) -> str:
    """Return what the figure shows, in words."""
    frame = unit_gains(results, exhibit)
    if frame.empty:
        return gettext(disclosure.NOTHING_LEFT)
    low, middle, high = (
        formatting.number(float(frame["percent"].quantile(share))) for share in (0.1, 0.5, 0.9)
    )
    parts = [
        gettext("{name} from {tenth} to {ninetieth}").format(
            name=str(name).replace("_", " "),
            tenth=formatting.number(row["tenth"]),
            ninetieth=formatting.number(row["ninetieth"]),
        )
        for name, row in level_quantiles(frame).iterrows()
    ]
    within = (
        gettext(" Tenth to ninetieth percentile by level: {parts}.").format(parts="; ".join(parts))
        if parts
        else ""
    )
    return gettext(
        "Changes in percent of before: a tenth is below {low}, the median is "
        "{middle}, a tenth above {high}.{within} {not_attributable}"
    ).format(
        low=low, middle=middle, high=high, within=within, not_attributable=gettext(NOT_ATTRIBUTABLE)
    )


KIND = kinds.FigureKind(
    kind="gain_distribution",
    shows="the distribution of gains of the first outcome over units, and within levels",
    section=kinds.ESTIMATES,
    rank=70,
    needs=("gains_by_unit",),
    options=OfEstimates,
    methods="gains.md",
    of_methods=METHODS,
    asks="gains",
    alone=True,
    draw=gain_distribution_plot,
    note=marked(
        "Left: units by their change in percent, losses in orange, the outer hundredths in the bars at the "
        "ends. Right: from the tenth to the ninetieth percentile, the thick part from the lower to the upper "
        "quartile, the median as a dot; levels with fewer than ten units are excluded. {not_attributable}",
        not_attributable=NOT_ATTRIBUTABLE,
    ),
    words=gain_distribution_words,
)
