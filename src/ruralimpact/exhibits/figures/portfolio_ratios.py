"""Ratios of projects as bars, the highest first."""

from typing import TYPE_CHECKING

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import METHODS, extremes, full_name, of_part
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Names

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

_LABEL = 44


class RatioOptions(OfAnalyses):
    """A figure of ratios."""

    ratios: Names
    """Ratios shown, by name: bars of the first, in its order, and marks of the others."""


def ratio_figure(results: StudyResults, exhibit: RatioOptions) -> "Figure":
    """Draw a bar a project."""
    frame = _shown(results, exhibit)
    if frame.empty:
        return palette.notice(gettext("No project has both numbers of these ratios."))
    order = _order(frame, exhibit)
    figure = palette.new_figure(7.2, 0.9 + 0.32 * len(order))
    axes = figure.subplots()
    colours, markers = palette.colours(exhibit.ratios), palette.markers(exhibit.ratios)
    places = {project: position for position, project in enumerate(reversed(order))}
    names = {
        row["project"]: palette.wrapped(full_name(row), _LABEL) for row in frame.to_dict("records")
    }
    for number, name in enumerate(exhibit.ratios):
        own = frame[frame["name"] == name]
        heights = own["project"].map(places)
        label = f"{own['label'].iloc[0]} ({own['unit'].iloc[0]})" if len(own) else name
        if number == 0:
            axes.barh(heights, own["value"], 0.6, color=colours[name], label=label)
            alone = own if len(exhibit.ratios) == 1 else own.iloc[:0]
            for height, value, decimals in zip(
                alone["project"].map(places), alone["value"], alone["decimals"], strict=True
            ):
                text = f" {formatting.number(value, int(decimals))}"
                axes.text(value, height, text, va="center", fontsize=7.5)
        else:
            axes.plot(
                *(own["value"], heights, markers[name]), color=colours[name], label=label, zorder=3
            )
    axes.set_yticks(list(places.values()), [names[project] for project in places])
    axes.set_ylim(-0.6, len(order) - 0.4)
    axes.set_xlim(0, 1.12 * frame["value"].max())
    palette.print_ticks(axes.xaxis)
    palette.light_grid(axes, "x")
    figure.legend(loc="outside lower left", frameon=False, ncols=2)
    return figure


def _shown(results: StudyResults, exhibit: RatioOptions) -> "pd.DataFrame":
    frame = of_part(results, exhibit, "ratio")
    return frame[frame["name"].isin(exhibit.ratios) & (frame["project"] != "")]


def _order(frame: "pd.DataFrame", exhibit: RatioOptions) -> list[str]:
    """Projects by the first ratio, then those that have only others."""
    first = frame[frame["name"] == exhibit.ratios[0]].sort_values(
        ["value", "project"], ascending=[False, True]
    )
    return list(dict.fromkeys([*first["project"], *frame["project"]]))


def ratio_words(results: StudyResults, exhibit: RatioOptions) -> str:
    """Return what the figure shows, in words."""
    frame = _shown(results, exhibit)
    lines = []
    for name in exhibit.ratios:
        own = frame[frame["name"] == name]
        if len(own):
            low, high = extremes(own)
            lines.append(
                gettext("{label}: from {low} to {high} {unit}.").format(
                    label=own["label"].iloc[0], low=low, high=high, unit=own["unit"].iloc[0]
                )
            )
    return " ".join(lines) or gettext("Nothing to show.")


KIND = kinds.FigureKind(
    kind="portfolio_ratios",
    shows="ratios by project, the highest first",
    section=kinds.DESCRIPTION,
    rank=15,
    needs=("portfolio",),
    options=RatioOptions,
    methods="portfolio.md",
    of_methods=METHODS,
    asks="ratios",
    draw=ratio_figure,
    note=marked(
        "A bar a project that has both numbers; marks show other ratios of the same project."
    ),
    words=ratio_words,
)
