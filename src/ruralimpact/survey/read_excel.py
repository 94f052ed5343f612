"""Sheets of workbooks: values as stored, and what a sheet can hold that is no value."""

import zipfile
from collections.abc import Iterable, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.grid import Grid
from ruralimpact.survey.number_formats import TELLING, number_formats
from ruralimpact.survey.sheet_xml import (
    FORMULA,
    Area,
    hidden_rows,
    last_filled_row,
    mentions,
    merged_ranges,
)
from ruralimpact.survey.values import MERGED, NOT_CALCULATED, normalised, written
from ruralimpact.survey.workbook import filled_rows, open_workbook

# More would take minutes and gigabytes.
_MOST_UNPACKED = 150_000_000
_MOST_ROWS = 1_048_576  # of a sheet, by the format
_MOST_CELLS = 30_000_000
_MOST_BLANK = 10_000  # rows between two that are filled
_MOST_MERGED = 3_000_000  # cells
_MOST_DIGITS = 1e15  # a spreadsheet keeps fifteen
_STYLES = "xl/styles.xml"


def read_excel(
    file: Path,
    *,
    sheet: str | None = None,
    header: Sequence[int] = (),
    merged: str | None = None,
    decimal: str = ".",
    key: str = "",
) -> tuple[Grid, tuple[str, ...]]:
    """Read one sheet of a workbook.

    Parameters
    ----------
    file : path
    sheet : str, optional
        Name of the sheet; when not given, the one sheet that is not hidden and not empty.
    header : sequence of int, optional
        Rows of the names; the first when not given. Columns end with the last name.
    merged : {"fill"}, optional
        Give each cell of a merged range its value. Lines over most of a row, from its beginning on, are
        headings or notes: a single cell.
    decimal : str
        Mark that numbers are written with, so that texts and numbers of a column are read alike.
    key : str
        Configuration key of the source, for messages.

    Returns
    -------
    grid : mapping of int to list of str
        Cells by row of the sheet. A cell whose formula was never computed holds `NOT_CALCULATED`, one
        that is merged with another `MERGED`, and errors what the sheet shows (``#DIV/0!``): whatever uses
        such a cell refuses it. A number in percent among others that are not is ``50%``, which no number is.
    notes : tuple of str

    Raises
    ------
    DataError
        The workbook is too large, has no values, or several sheets and none is named.
    ConfigError
        There is no such sheet.
    """
    _refuse_large(file)
    book = open_workbook(file)
    try:
        chosen = _chosen(book, sheet, file, key)
        part = str(chosen._worksheet_path)
        last = last_filled_row(file, part)
        rows = _rows(chosen, file, decimal, last)
    finally:
        book.close()
    if mentions(file, part, FORMULA):
        _mark_uncalculated(rows, file, chosen.title, last)
    named = list(header) or [1]
    notes: list[str] = []
    if mentions(file, _STYLES, TELLING):
        formats = number_formats(file, chosen.title, max(named) + 1, last)
        for (row, position), text in formats.mixed.items():
            _put(rows, row, position, text)
        if formats.in_percent:
            notes.append(
                f"columns shown in percent, read as stored (0.5 for 50%): {formats.in_percent:,}"
            )
        for position, units in formats.units.items():
            shown = ", ".join(f"'{unit}'" if unit else "none" for unit in units)
            column = _cell(rows, max(named), position) or f"number {position + 1}"
            notes.append(f"column '{column}': numbers shown in several units, read alike: {shown}")
    width = max((len(rows.get(row, ())) for row in named), default=0)
    areas = [area for area in merged_ranges(file, part) if not _is_heading(area, max(named), width)]
    _spread_all(rows, areas, file, header=named, fill=merged == "fill")
    grid, beyond = _within_names(rows, named)
    if beyond:
        notes.append(f"cells to the right of the last named column, which are not read: {beyond:,}")
    hidden = hidden_rows(file, part)
    if hidden:
        notes.append(f"hidden rows, which are read like others: {hidden:,}")
    return grid, tuple(notes)


def _refuse_large(file: Path) -> None:
    with zipfile.ZipFile(file) as archive:
        largest = max((part.file_size for part in archive.infolist()), default=0)
    if largest > _MOST_UNPACKED:
        raise DataError(
            f"unpacks to {largest / 1e6:,.0f} MB, more than a spreadsheet of a survey holds "
            f"(at most {_MOST_UNPACKED / 1e6:,.0f} MB are read).",
            file=file,
            hint="Save the sheet as .csv.",
        )


def _chosen(book: Any, sheet: str | None, file: Path, key: str) -> Any:
    names = [sheet.title for sheet in book.worksheets]
    if sheet is not None:
        same = [name for name in names if normalised(name) == normalised(sheet)]
        if len(same) != 1:
            # Names of sheets may be those of people, so none is told.
            problem = f"the workbook has {len(names)} sheets, none of them '{sheet}'."
            raise ConfigError(problem, key=f"{key}.sheet")
        return book[same[0]]
    filled = [
        sheet for sheet in book.worksheets if sheet.sheet_state == "visible" and _has_rows(sheet)
    ]
    if len(filled) > 1:
        hint = f"State one under the key '{key}.sheet'."
        problem = f"has {len(filled)} sheets with cells, and none is named."
        raise DataError(problem, file=file, hint=hint)
    if not filled:
        hidden = sum(sheet.sheet_state != "visible" for sheet in book.worksheets)
        words = f"Hidden sheets: {hidden}." if hidden else None
        raise DataError("is empty.", file=file, hint=words)
    return filled[0]


def _has_rows(sheet: Any) -> bool:
    sheet.reset_dimensions()
    return any(any(cell.value is not None for cell in row) for row in sheet.iter_rows())


def _rows(sheet: Any, file: Path, decimal: str, final: int | None) -> dict[int, list[str]]:
    """Return the cells of each row up to its last, up to the last row that has any."""
    rows: dict[int, list[str]] = {}
    last = seen = 0
    for number, row in filled_rows(sheet, final, values_only=True):
        cells = _cells(row, decimal)
        seen += len(cells)
        if number > _MOST_ROWS or seen > _MOST_CELLS:
            problem = f"the sheet is too large to be read: row {number:,} has {len(cells):,} cells."
            raise DataError(problem, file=file, hint="Save the sheet as .csv.")
        rows[number] = cells
        if cells and number - last > _MOST_BLANK:
            problem = f"has a value in row {number:,}, after {number - last - 1:,} blank rows."
            hint = "Delete it, if it is a stray one."
            raise DataError(problem, file=file, rows=[number], hint=hint)
        last = number if cells else last
    return {number: rows[number] for number in range(1, last + 1)}


def _cells(filled: Sequence[tuple[int, Any]], decimal: str) -> list[str]:
    """Return the cells of a row up to the last that is not blank."""
    texts = [(position, text) for position, value in filled if (text := _text(value, decimal))]
    cells = [""] * (texts[-1][0] + 1 if texts else 0)
    for position, text in texts:
        cells[position] = text
    return cells


def _text(value: Any, decimal: str) -> str:
    """Write a cell; a number of more digits than a spreadsheet keeps as it shows it, in exponent form."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return written(value)
    long = abs(value) >= _MOST_DIGITS and value == value
    text = f"{Decimal(repr(value)):E}" if long else written(value)
    return text.replace(".", decimal)


def _within_names(
    rows: dict[int, list[str]], header: Sequence[int]
) -> tuple[dict[int, list[str]], int]:
    """Cut rows at the last name, exclude columns with neither name nor value, and count what was cut."""
    width = max((len(rows.get(row, ())) for row in header), default=0)
    beyond = sum(
        len(right) - right.count("") for cells in rows.values() if (right := cells[width:])
    )
    kept = sorted(
        {position for cells in rows.values() for position in _filled_places(cells[:width])}
    )
    grid = {
        row: _cells_at(cells, kept) if any(cells[:width]) else [] for row, cells in rows.items()
    }
    return grid, beyond


def _filled_places(cells: Sequence[str]) -> list[int]:
    return [position for position, cell in enumerate(cells) if cell]


def _cells_at(cells: Sequence[str], places: Sequence[int]) -> list[str]:
    return [cells[position] if position < len(cells) else "" for position in places]


def _mark_uncalculated(
    rows: dict[int, list[str]], file: Path, title: str, last: int | None
) -> None:
    """Mark cells that have a formula and no value: the workbook was never computed."""
    book = open_workbook(file, data_only=False)
    try:
        for number, row in filled_rows(book[title], last):
            for position, cell in row:
                if getattr(cell, "data_type", "") == "f" and not _cell(rows, number, position):
                    _put(rows, number, position, NOT_CALCULATED)
    finally:
        book.close()


def _is_heading(area: Area, header: int, width: int) -> bool:
    """Tell whether a range is a line of words between or under rows: most of one row, from its beginning."""
    left, top, right, bottom = area
    return top == bottom and top > header and left == 1 and right > max(width / 2, 2)


def _spread_all(
    rows: dict[int, list[str]],
    areas: Iterable[Area],
    file: Path,
    *,
    header: Sequence[int],
    fill: bool,
) -> None:
    """Fill merged ranges, those of the header first; none reaches beyond what has cells or a name."""
    widest = max(map(len, rows.values()), default=0)
    in_order = sorted(areas, key=lambda area: area[1] > max(header))
    seen = 0
    for left, top, right, bottom in in_order:
        below = top > max(header)
        width = max((len(rows.get(row, ())) for row in header), default=0) if below else widest
        area = (left, top, min(right, width), min(bottom, max(rows, default=0)))
        seen += max(area[2] - left + 1, 0) * max(area[3] - top + 1, 0)
        if seen > _MOST_MERGED:
            problem = f"has more than {_MOST_MERGED:,} merged cells."
            raise DataError(problem, file=file, hint="Take the merging out, or save it as .csv.")
        _spread(rows, area, fill=fill and below)


def _spread(rows: dict[int, list[str]], area: Area, *, fill: bool) -> None:
    """Fill a merged range with its value, in a row of its own width; mark it where it spans rows."""
    left, top, right, bottom = area
    value = _cell(rows, top, left - 1)
    if not value or top not in rows:
        return
    for row in range(top, bottom + 1):
        for column in range(left - 1, right):
            if (row, column) != (top, left - 1):
                _put(rows, row, column, value if fill else MERGED)


def _cell(rows: dict[int, list[str]], row: int, position: int) -> str:
    cells = rows.get(row, [])
    return cells[position] if position < len(cells) else ""


def _put(rows: dict[int, list[str]], row: int, position: int, text: str) -> None:
    cells = rows.setdefault(row, [])
    cells += [""] * (position + 1 - len(cells))
    cells[position] = text
