"""Tables of an exhibit: what all of them take from the study and from the entry in exhibits.yaml."""

from collections.abc import Iterable, Sequence

from ruralimpact.exhibits import disclosure, formatting
from ruralimpact.exhibits.model import Column, Row, Table
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.language import gettext


def table_of(
    results: StudyResults,
    exhibit: Exhibit,
    stub: str,
    columns: Iterable[Column | Shown],
    rows: Iterable[Row],
    *,
    title: str = "",
    interpretation: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> Table:
    """Return a table with the source line of its entry, or else of its study.

    Where a cell is suppressed, a note says so, unless one of `notes` does.

    Parameters
    ----------
    results : StudyResults
    exhibit : Exhibit
    stub : str
        Label of the column of row labels.
    columns : iterable of Column or Shown
    rows : iterable of Row
    title : str
        The entry's when empty.
    interpretation, notes : iterable of str
        What the table says, and its conventions.
    """
    body = tuple(rows)
    return Table(
        title=title or exhibit.title,
        stub=stub,
        columns=tuple(column.column if isinstance(column, Shown) else column for column in columns),
        rows=body,
        interpretation=tuple(interpretation),
        notes=_explained(body, tuple(notes)),
        source=exhibit.source or results.study.citation or "",
        synthetic=results.synthetic,
    )


def _explained(rows: Sequence[Row], notes: tuple[str, ...]) -> tuple[str, ...]:
    """The notes, with what a suppressed cell is."""
    hides = any(cell.text == formatting.SUPPRESSED for row in rows for cell in row.cells)
    said = any(formatting.SUPPRESSED in note for note in notes)
    return (*notes, gettext(disclosure.NOTE)) if hides and not said else notes
