"""Titles, captions and text alternatives of figures."""

from typing import Any

from ruralimpact.exhibits.document import ShownFigure
from ruralimpact.exhibits.kinds import FigureKind
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.exhibit import Exhibit


def figure_title(results: StudyResults, title: str, number: int) -> str:
    """Return the numbered title of a figure, with the warning that synthetic data carry."""
    warning = " (synthetic stand-in)" if results.synthetic else ""
    return f"Figure {number}. {title}{warning}"


def figure_words(
    results: StudyResults, kind: FigureKind[Any], entry: Exhibit, number: int
) -> ShownFigure:
    """Return the name, kind, title, note and text alternative of a figure."""
    exhibit = kind.options_of(entry)
    own = results.for_exhibit(exhibit, kind.needs)
    return ShownFigure(
        name=exhibit.name,
        kind=exhibit.kind,
        title=figure_title(results, exhibit.title, number),
        note=" ".join([kind.note, *kind.warnings(own, exhibit)]),
        alt=kind.words(own, exhibit),
    )
