"""Cells of a workbook that are shown in percent: who writes 50% into one, stores 0.5."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from ruralimpact.survey.workbook import open_workbook


@dataclass
class _Column:
    """Numbers of a column that are shown in percent, by row, and how many others it has."""

    in_percent: dict[int, float] = field(default_factory=dict)
    others: int = 0


@dataclass(frozen=True)
class PercentCells:
    """Cells that are shown in percent.

    Attributes
    ----------
    mixed : dict of (int, int) to str
        What is shown, by row and position, in columns that have numbers shown otherwise, too: which of
        the two is meant cannot be told.
    columns : int
        Columns of which all numbers are shown in percent.
    """

    mixed: dict[tuple[int, int], str]
    columns: int


def percent_cells(file: Path, title: str, first: int) -> PercentCells:
    """Find the cells of a sheet that are shown in percent.

    Parameters
    ----------
    file : path
    title : str
        Of the sheet.
    first : int
        Row that data begin in. Zeros are left out: they are zero either way.

    Returns
    -------
    PercentCells
    """
    columns: dict[int, _Column] = defaultdict(_Column)
    book = open_workbook(file)
    try:
        sheet = book[title]
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(), start=1):
            for position, cell in enumerate(row):
                value = cell.value
                number_there = isinstance(value, int | float) and not isinstance(value, bool)
                if number < first or not number_there or not value:
                    continue
                if "%" in cell.number_format:
                    columns[position].in_percent[number] = value
                else:
                    columns[position].others += 1
    finally:
        book.close()
    mixed = {
        (row, position): f"{(100 * Decimal(repr(value))).normalize():f}%"
        for position, column in columns.items()
        if column.others
        for row, value in column.in_percent.items()
    }
    whole = sum(bool(own.in_percent) and not own.others for own in columns.values())
    return PercentCells(mixed, whole)
