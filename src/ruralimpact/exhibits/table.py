"""Tables of an exhibit: what all of them take from the study and from the entry in exhibits.yaml."""

from collections.abc import Iterable

from ruralimpact.exhibits.model import Column, Row, Table
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults


def table_of(
    results: StudyResults,
    exhibit: Exhibit,
    stub: str,
    columns: Iterable[Column],
    rows: Iterable[Row],
    *,
    title: str = "",
    interpretation: Iterable[str] = (),
    notes: Iterable[str] = (),
) -> Table:
    """Return a table with the source line of its entry, or else of its study.

    Parameters
    ----------
    results : StudyResults
    exhibit : Exhibit
    stub : str
        Label of the column of row labels.
    columns : iterable of Column
    rows : iterable of Row
    title : str
        The entry's when empty.
    interpretation, notes : iterable of str
        What the table says, and its conventions.
    """
    return Table(
        title=title or exhibit.title,
        stub=stub,
        columns=tuple(columns),
        rows=tuple(rows),
        interpretation=tuple(interpretation),
        notes=tuple(notes),
        source=exhibit.source or results.study.citation or "",
        synthetic=results.synthetic,
    )
