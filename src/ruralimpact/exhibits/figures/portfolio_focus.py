"""The weight that the design of each project gives to each theme, as a matrix."""

from typing import TYPE_CHECKING

from ruralimpact.exhibits import formatting, kinds, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import METHODS, full_name, of_part, projects_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_SIZE = 26  # area of a mark, in points squared, for a weight of one


def focus_figure(results: StudyResults, exhibit: OfAnalyses) -> "Figure":
    """Draw a mark a project and theme, larger where the weight is larger."""
    frame = of_part(results, exhibit, "focus")
    weights = frame[frame["project"] != ""]
    if weights.empty:
        return palette.notice(gettext("No project declares the weight of a theme."))
    projects = projects_of(weights)
    themes = dict(zip(weights["name"], weights["label"], strict=True))
    figure = palette.new_figure(7.2, 1.0 + 0.28 * len(projects))
    axes = figure.subplots()
    rows = dict(zip(projects["project"], range(len(projects)), strict=True))
    columns = dict(zip(themes, range(len(themes)), strict=True))
    axes.scatter(
        weights["name"].map(columns),
        weights["project"].map(rows),
        s=_SIZE * weights["value"] ** 2,
        color=palette.colours(["weight"])["weight"],
        zorder=3,
    )
    names = [palette.wrapped(full_name(row), 44) for row in projects.to_dict("records")]
    axes.set_yticks(list(rows.values()), names)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_xticks(list(columns.values()), list(themes.values()), rotation=30, ha="left")
    axes.set_xlim(-0.5, len(columns) - 0.5)
    axes.xaxis.tick_top()
    palette.light_grid(axes, "both")
    return figure


def focus_words(results: StudyResults, exhibit: OfAnalyses) -> str:
    """Return what the figure shows, in words."""
    frame = of_part(results, exhibit, "focus")
    means = frame[frame["project"] == ""].sort_values("value", ascending=False, kind="stable")
    listed = "; ".join(
        f"{label}: {formatting.number(value, 1)}"
        for label, value in zip(means["label"], means["value"], strict=True)
    )
    return (
        gettext("Mean weight over projects: {listed}.").format(listed=listed)
        if listed
        else gettext("Nothing to show.")
    )


KIND = kinds.FigureKind(
    kind="portfolio_focus",
    shows="the weight of themes in the design of projects",
    section=kinds.DESCRIPTION,
    rank=35,
    needs=("portfolio",),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    asks="focus",
    draw=focus_figure,
    note=marked("The larger a mark, the more weight the design of the project gives to the theme."),
    words=focus_words,
)
