"""Titles, captions and text alternatives of figures."""

from collections.abc import Mapping
from typing import Any

from ruralimpact.exhibits.kinds import FigureKind
from ruralimpact.exhibits.results import StudyResults


def figure_title(results: StudyResults, title: str, number: int) -> str:
    """Return the numbered title of a figure, with the warning that synthetic data carry."""
    warning = " (synthetic stand-in)" if results.synthetic else ""
    return f"Figure {number}. {title}{warning}"


def figure_words(
    results: StudyResults, kind: FigureKind[Any], entry: Mapping[str, Any], number: int
) -> dict[str, Any]:
    """Return the name, kind, title, note and text alternative of a figure."""
    exhibit = kind.parsed(entry)
    own = results.for_exhibit(exhibit, kind.needs)
    return {
        "name": exhibit.name,
        "kind": exhibit.kind,
        "title": figure_title(results, exhibit.title, number),
        "note": " ".join([kind.note, *kind.warnings(own, exhibit)]),
        "alt": kind.words(own, exhibit),
    }
