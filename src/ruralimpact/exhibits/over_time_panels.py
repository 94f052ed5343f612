"""What figures over time have in common: a panel an outcome, waves along the horizontal axis."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from ruralimpact.exhibits import formatting, palette
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


_HEIGHT = 2.35  # inches of a row of panels
_REFERENCE = "reference period"  # begin of its reason


@dataclass(frozen=True)
class OutcomePanel:
    """One outcome of one analysis.

    Attributes
    ----------
    analysis, outcome, title : str
    rows : DataFrame
        Of the table ``event_study``, of one kind, those that can be drawn: means, and effects with an
        interval or of the reference period.
    """

    analysis: str
    outcome: str
    title: str
    rows: pd.DataFrame


def panels_of(results: StudyResults, exhibit: OfAnalyses, kind: str) -> list[OutcomePanel]:
    """Collect the panels of a figure; outcomes without anything to draw have none.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfAnalyses
    kind : {"event", "mean"}
        Of the rows of ``event_study``.

    Returns
    -------
    list of OutcomePanel
    """
    several = len(exhibit.analyses) > 1
    panels = []
    for analysis in exhibit.analyses:
        for outcome in results.outcomes_of([analysis]):
            own = results.of("event_study", analysis, outcome=outcome, kind=kind)
            known = own["conf_low"].notna() | own["reason"].str.startswith(_REFERENCE)
            drawn = own[(known | (kind == "mean")) & own["estimate"].notna()]
            if drawn["conf_low"].notna().any():
                label = results.analysis(analysis).label
                name = results.outcome_label(outcome)
                title = palette.wrapped(f"{name}: {label}" if several else name, 38)
                panels.append(OutcomePanel(analysis, outcome, title, drawn))
    return panels


def grid(count: int) -> "tuple[Figure, tuple[Axes, ...]]":
    """Return a figure with so many panels, two beside each other."""
    across = min(count, 2)
    height = _HEIGHT * palette.down(count, across) + 0.45
    figure = palette.new_figure(7.2 if across == 2 else 5.4, height)
    return figure, palette.grid(figure, count, across)


def finish(axes: "Axes", panel: OutcomePanel, label: str, unit: str) -> None:
    """Label a panel and its axes, in the style of all such figures."""
    axes.set_title(panel.title)
    axes.set_xlabel(label)
    printed = formatting.translated(unit)
    axes.set_ylabel(palette.wrapped(printed[:1].upper() + printed[1:], 26))
    axes.locator_params(axis="y", nbins=6)
    palette.print_ticks(axes.yaxis)
    palette.light_grid(axes, "y")
