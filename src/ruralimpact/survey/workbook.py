"""Workbooks, opened so that their cells are read when they are asked for."""

from pathlib import Path
from typing import Any

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
