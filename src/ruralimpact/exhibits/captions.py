"""Titles, captions and text alternatives of figures."""

from typing import Any

from ruralimpact.exhibits.document import ShownFigure
from ruralimpact.exhibits.kinds import FigureKind
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.exhibit import Exhibit


def with_warning(results: StudyResults, title: str) -> str:
    """Return a title, with the warning that synthetic data carry."""
    return f"{title} (synthetic stand-in)" if results.synthetic else title


def figure_words(
    results: StudyResults,
    kind: FigureKind[Any],
    entry: Exhibit,
    number: int,
    *,
    annex: bool = False,
) -> ShownFigure:
    """Return the name, kind, title, place, note and text alternative of a figure."""
    exhibit = kind.options_of(entry)
    own = results.for_exhibit(exhibit, kind.needs)
    return ShownFigure(
        name=exhibit.name,
        kind=exhibit.kind,
        title=with_warning(results, exhibit.title),
        number=number,
        annex=annex,
        note=" ".join([kind.note, *kind.warnings(own, exhibit)]),
        alt=kind.words(own, exhibit),
    )
