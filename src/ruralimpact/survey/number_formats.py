"""What the formats of a workbook's numbers say of them: percents (who writes 50%, stores 0.5), and units."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path

from ruralimpact.survey.workbook import filled_rows, open_workbook

# What styles of a workbook have in them where a format may be of percents, or name a unit or currency.
TELLING = rb"numFmtId=\"(?:[5-9]|10|42|44)\"|formatCode=\"[^\"]*(?:%|&quot;|[$\x80-\xff])"
_UNIT = re.compile(r'"([^"]*)"|\[\$([^\]-]*)[^\]]*\]|([$€£¥])')
_SPACING = re.compile(r"[_*\\].")


@dataclass
class _Column:
    """Numbers of a column that are shown in percent, by row, how many others it has, and their units."""

    in_percent: dict[int, float] = field(default_factory=dict)
    others: int = 0
    units: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class NumberFormats:
    """Numbers whose format says something of them.

    Attributes
    ----------
    mixed : dict of (int, int) to str
        What is shown in percent, by row and position, in columns that have numbers shown otherwise, too:
        which of the two is meant cannot be told.
    in_percent : int
        Columns of which all numbers are shown in percent.
    units : dict of int to list of str
        Units or currencies that numbers of a column are shown in, by its position, where there are several;
        the empty string for none.
    """

    mixed: Mapping[tuple[int, int], str]
    in_percent: int
    units: Mapping[int, list[str]]


def number_formats(file: Path, title: str, first: int, last: int | None = None) -> NumberFormats:
    """Look at the formats of the numbers of a sheet.

    Parameters
    ----------
    file : path
    title : str
        Of the sheet.
    first : int
        Row that data begin in. Zeros are left out: they are zero either way.
    last : int, optional
        Last row that has a value.

    Returns
    -------
    NumberFormats
    """
    columns: dict[int, _Column] = defaultdict(_Column)
    book = open_workbook(file)
    try:
        for number, row in filled_rows(book[title], last):
            for position, cell in row:
                value = cell.value
                number_there = isinstance(value, int | float) and not isinstance(value, bool)
                if number < first or not number_there or not value:
                    continue
                if "%" in cell.number_format:
                    columns[position].in_percent[number] = value
                else:
                    columns[position].others += 1
                    columns[position].units.add(_unit(cell.number_format))
    finally:
        book.close()
    mixed = {
        (row, position): f"{(100 * Decimal(repr(value))).normalize():f}%"
        for position, column in columns.items()
        if column.others
        for row, value in column.in_percent.items()
    }
    whole = sum(bool(own.in_percent) and not own.others for own in columns.values())
    units = {position: sorted(own.units) for position, own in columns.items()}
    return NumberFormats(
        mixed, whole, {position: several for position, several in units.items() if len(several) > 1}
    )


@cache
def _unit(number_format: str) -> str:
    """Return the words or the currency that a format shows beside a positive number."""
    positive = _SPACING.sub("", number_format.split(";")[0])
    words = ("".join(groups).strip() for groups in _UNIT.findall(positive))
    return " ".join(word for word in words if any(map(_tells, word)))


def _tells(letter: str) -> bool:
    return letter.isalpha() or letter in "$€£¥"
