"""Lines of cells, as text files and spreadsheets hold them, to a table with named columns."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.summary_rows import whole_line
from ruralimpact.survey.values import MERGED, normalised

MOST_COLUMNS = 16_384  # of a spreadsheet, by its format; more would take minutes
# Row of the file to its cells.
Grid = Mapping[int, Sequence[str]]


def table_of(
    grid: Grid, file: Path, header: Sequence[int] = (), *, notes: tuple[str, ...] = ()
) -> RawTable:
    """Name the columns of a grid.

    Parameters
    ----------
    grid : mapping of int to sequence of str
        Cells by row of the file, in its order; a blank row may be empty.
    file : path
        For messages.
    header : sequence of int, optional
        Rows of the file that hold the names; the first row when not given. Of several the words are joined
        by a slash, the cell to the left standing for a blank one in all but the last. Rows before the last
        of them are passed over.
    notes : tuple of str
        What was passed over in reading the grid.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError
        There is nothing in the file, no such row, a row with more or fewer cells than the names, or more
        columns than a spreadsheet has.
    """
    if not grid:
        raise DataError("is empty.", file=file)
    rows = list(header) or [next(iter(grid))]
    absent = [row for row in rows if not any(grid.get(row, ()))]
    if absent:
        hint = "Say under `header` in which row the names of the columns stand."
        raise DataError(
            "there are no names of columns in this row.", file=file, rows=absent, hint=hint
        )
    names = column_names([list(grid[row]) for row in rows])
    if len(names) > MOST_COLUMNS:
        problem = f"has {len(names):,} columns; at most {MOST_COLUMNS:,} are read."
        raise DataError(problem, file=file)
    below = [row for row in grid if row > max(rows)]
    body = {row: whole_line(grid[row], len(names)) for row in below if len(grid[row])}
    odd = [row for row, cells in body.items() if len(cells) != len(names)]
    if odd:
        problem = f"the header has {len(names)} fields, and row {odd[0]} has {len(body[odd[0]])}."
        stated = "If the names do not stand in the first row, state `header`."
        raise DataError(problem, file=file, rows=odd, hint=None if header else stated)
    index = pd.Index(list(body), name="row", dtype="int64")
    table = pd.DataFrame(list(body.values()), index=index, columns=names, dtype="str")
    return RawTable(stripped(table), blank_lines=len(below) - len(body), notes=notes)


def stripped(table: pd.DataFrame) -> pd.DataFrame:
    """Return cells without white space at their ends."""
    return pd.DataFrame(table.apply(lambda column: column.str.strip()))


def column_names(rows: list[list[str]]) -> list[str]:
    """Return a name a column from the rows of a header, see `table_of`."""
    *above, last = [[_name(cell) for cell in cells] for cells in rows]
    width = max(len(cells) for cells in (*above, last))
    filled = [_filled(cells + [""] * (width - len(cells))) for cells in above]
    last += [""] * (width - len(last))
    parts = zip(*filled, last, strict=True)
    return ["/".join(part for part in column if part) for column in parts]


def _filled(cells: list[str]) -> list[str]:
    """Give a blank cell the words of the one to its left: a heading over several columns."""
    filled: list[str] = []
    for cell in cells:
        filled.append(cell or (filled[-1] if filled else ""))
    return filled


def _name(cell: str) -> str:
    return "" if cell == MERGED else normalised(cell)
