"""What can still be read of a codebook that is malformed, so that it hides no other mistake."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.survey.codebook import ROLES, TIMINGS, TYPES, UNUSED
from ruralimpact.survey.grid import Grid
from ruralimpact.survey.values import day_of, normalised, number_of

# Columns whose cells hold several parts, and what stands between these.
PARTED = {"labels": "|", "missing_codes": "|"}
_OPEN = "?"


def lines_apart(path: Path, delimiter: str) -> Grid:
    """Return the cells of a text file that cannot be read whole, each line by itself; of a workbook nothing.

    Parameters
    ----------
    path : path
    delimiter : str
    """
    if path.suffix.lower() == ".xlsx" or not path.is_file():
        return {}
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return {line: _cells(own, delimiter) for line, own in enumerate(text.splitlines(), start=1)}


def _cells(line: str, delimiter: str) -> Sequence[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return [cell.replace('"', "") for cell in line.split(delimiter)]


def without_surplus(
    header: Sequence[str], cells: Sequence[str]
) -> tuple[str | None, CodebookRow] | None:
    """Return the row that a line with too many cells seems to be, and the column whose cell was parted.

    Parameters
    ----------
    header : sequence of str
        Columns of the codebook, empty where a column is none of it.
    cells : sequence of str
        Of the line.

    Returns
    -------
    (str or None, CodebookRow) or None
        The row whose type, role, timing and range can be read, and no column where the surplus stands
        behind it; None where there is none.
    """
    for column, texts in _together(header, cells):
        row = _row(header, texts)
        if is_readable(row):
            return column, row
    return None


def _together(
    header: Sequence[str], cells: Sequence[str]
) -> Iterator[tuple[str | None, Sequence[str]]]:
    """Yield the cells with those of one column put together, texts at the end of a line first."""
    surplus = len(cells) - len(header)
    for start in reversed(range(len(header))):
        end = start + surplus + 1
        mark = PARTED.get(header[start], ", ")
        own = mark.join(map(str.strip, cells[start:end]))
        yield header[start], [*cells[:start], own, *cells[end:]]
    yield None, cells[: len(header)]


def _row(header: Sequence[str], cells: Sequence[str]) -> CodebookRow:
    named = zip(header, map(normalised, cells), strict=False)
    return CodebookRow(**{column: text for column, text in named if column})


def is_readable(row: CodebookRow) -> bool:
    """Tell whether a row says in known words what its variable is.

    Parameters
    ----------
    row : CodebookRow
    """
    bounds = (row.minimum, row.maximum)
    return (
        bool(row.variable and row.raw_name)
        and row.type in (*TYPES, _OPEN)
        and row.role in (*ROLES, UNUSED, _OPEN)
        and row.timing in (*TIMINGS, _OPEN)
        and all("=" in pair for pair in row.labels.split("|") if pair != _OPEN and pair)
        and "=" not in row.missing_codes
        and all(
            not text or number_of(text) is not None or day_of(text) is not None for text in bounds
        )
    )
