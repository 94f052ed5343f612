"""Parts of the total of each project as stacked shares: sources of financing, or products."""

from typing import TYPE_CHECKING, Literal

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import (
    METHODS,
    extremes,
    full_name,
    mark_of,
    of_part,
    printed_notes,
    projects_of,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.portfolio import Portfolio
from ruralimpact.schema.study import Study

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_NOTHING = marked("No project of these analyses declares such parts.")


class ShareOptions(OfAnalyses):
    """A figure of shares."""

    part: Literal["financing", "products"]
    """Whose shares are shown."""


def check_parts(study: Study, exhibit: ShareOptions) -> None:
    """Refuse analyses that declare no such parts.

    Raises
    ------
    ConfigError
    """
    for analysis in study.analyses_of(Portfolio, exhibit.analyses):
        if getattr(analysis, exhibit.part) is None:
            problem = f"'{analysis.name}' declares no {exhibit.part} in study.yaml."
            raise ConfigError(problem, key="part")


def share_figure(results: StudyResults, exhibit: ShareOptions) -> "Figure":
    """Draw a stacked bar a project, with its Herfindahl-Hirschman index."""
    frame = of_part(results, exhibit, exhibit.part)
    parts = frame[(frame["measure"] == "part") & (frame["project"] != "")].fillna({"share": 0.0})
    if parts.empty:
        return palette.notice(gettext(_NOTHING))
    projects = projects_of(parts)
    index = frame[frame["measure"] == "concentration"].set_index("project")["value"]
    figure = palette.new_figure(7.2, 1.1 + 0.3 * len(projects))
    axes = figure.subplots()
    places = dict(zip(reversed(projects["project"].tolist()), range(len(projects)), strict=True))
    left = dict.fromkeys(places, 0.0)
    labels = dict(zip(parts["name"], parts["label"], strict=True))
    colours = palette.colours(list(labels))
    for name, label in labels.items():
        own = parts[parts["name"] == name]
        starts = [left[project] for project in own["project"]]
        axes.barh(
            *(own["project"].map(places), 100 * own["share"], 0.7),
            left=starts,
            color=colours[name],
            label=label,
        )
        left |= {
            project: left[project] + 100 * share
            for project, share in zip(own["project"], own["share"], strict=True)
        }
    totals = frame[frame["measure"] == "total"].set_index("project")["agreement"]
    for project, position in places.items():
        text = " ".join([formatting.number(index.get(project), 2), *mark_of(totals[project])])
        axes.text(101, position, text, va="center", fontsize=7.5)
    axes.text(101, len(places) - 0.35, gettext("Index"), fontsize=7.5, color=palette.FAINT)
    names = [palette.wrapped(full_name(row), 44) for row in projects.iloc[::-1].to_dict("records")]
    axes.set_yticks(list(places.values()), names)
    axes.set_xlim(0, 108)
    axes.set_xticks([0, 25, 50, 75, 100])
    axes.set_xlabel(gettext("percent of the project's total"))
    palette.light_grid(axes, "x")
    figure.legend(loc="outside lower left", frameon=False, ncols=3)
    return figure


def share_words(results: StudyResults, exhibit: ShareOptions) -> str:
    """Return what the figure shows, in words."""
    frame = of_part(results, exhibit, exhibit.part)
    total = frame[(frame["measure"] == "part") & (frame["project"] == "")]
    if total.empty:
        return gettext(_NOTHING)
    shares = "; ".join(
        gettext("{label}: {share} percent").format(
            label=label, share=formatting.number(100 * share)
        )
        for label, share in zip(total["label"], total["share"], strict=True)
    )
    index = frame[frame["measure"] == "concentration"]
    if index.empty:
        return gettext(_NOTHING)
    least, most = extremes(index)
    words = gettext(
        "Of all projects together: {shares}. Most concentrated: {most}; least: {least}."
    ).format(shares=shares, most=most, least=least)
    return " ".join([words, *printed_notes(results, frame[frame["measure"] == "total"])])


KIND = kinds.FigureKind(
    kind="portfolio_shares",
    shows="shares of sources of financing or products in each project, and their concentration",
    section=kinds.DESCRIPTION,
    rank=25,
    needs=("portfolio",),
    options=ShareOptions,
    methods="portfolio.md",
    of_methods=METHODS,
    draw=share_figure,
    note=(
        marked(
            "Shares of the parts in the total of each project. At the right the "
            "Herfindahl-Hirschman index, the sum of the squared shares: 1 where one part "
            "is the whole. A dash: all parts are zero."
        )
    ),
    words=share_words,
    check=check_parts,
)
