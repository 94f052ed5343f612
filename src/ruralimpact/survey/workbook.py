"""Workbooks, opened so that their cells are read when they are asked for."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.reader.excel import ExcelReader


class _CellsReader(ExcelReader):  # type: ignore[misc]
    """Reads sheets of cells as `openpyxl.load_workbook` does, and passes over those of a chart alone."""

    def read_chartsheet(self, sheet: Any, rel: Any) -> None:
        """Read nothing: the numbers of a chart stand in a sheet of cells, and some charts stop openpyxl."""


def open_workbook(file: str | Path, *, data_only: bool = True) -> Any:
    """Open a workbook.

    Parameters
    ----------
    file : path
    data_only : bool
        Values of formulas instead of the formulas.

    Returns
    -------
    openpyxl.Workbook
        To be closed. Sheets that are a chart are not in it.
    """
    reader = _CellsReader(file, read_only=True, data_only=data_only, keep_links=False)
    reader.read()
    return reader.wb


def filled_rows(
    sheet: Any, last: int | None = None, *, values_only: bool = False
) -> Iterator[tuple[int, list[tuple[int, Any]]]]:
    """Yield the number of each row of a sheet, from 1, and its cells that are not blank by position.

    Parameters
    ----------
    sheet : openpyxl worksheet
    last : int, optional
        Last row to be read.
    values_only : bool
        Values instead of cells.
    """
    sheet.reset_dimensions()  # what a sheet states of its size may be wrong
    blank = None if values_only else EMPTY_CELL
    rows = sheet.iter_rows(max_row=last, values_only=values_only)
    for number, row in enumerate(rows, start=1):
        yield number, [(position, cell) for position, cell in enumerate(row) if cell is not blank]
