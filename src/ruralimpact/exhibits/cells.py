"""Cells of numbers: the text that is printed, and the unrounded number with its format behind it."""

import math
import re
from collections.abc import Sequence
from dataclasses import replace

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.disclosure import FEWEST_UNITS
from ruralimpact.exhibits.model import Cell, Number
from ruralimpact.language import gettext, number_marks

_PLAIN = re.compile(r"-?\d+(\.\d+)?")
_THOUSAND = 1000
_P_VALUE = '[<0.001]"<0.001";0.000'


def number(value: float | None, decimals: int = 0) -> Cell:
    """Return a cell of a number; a dash when it is missing.

    Parameters
    ----------
    value : float or None
    decimals : int
        Decimals printed.
    """
    return Cell(formatting.number(value, decimals), numbers=_numbers(value, _form(decimals)))


def parenthesised(value: float | None, decimals: int = 0) -> Cell:
    """Return a cell of a standard error, in parentheses; a dash when it is missing."""
    return in_parentheses(number(value, decimals))


def in_parentheses(cell: Cell) -> Cell:
    """Return the cell of a number with parentheses around it; a dash as it is."""
    if cell.text == formatting.DASH:
        return cell
    behind = tuple(replace(own, form=rf"\({own.form}\)") for own in cell.numbers)
    return replace(cell, text=f"({cell.text})", numbers=behind)


def interval(low: float | None, high: float | None, decimals: int = 0) -> Cell:
    """Return a cell of an interval; a dash when either end is missing."""
    text, form = formatting.interval(low, high, decimals), _form(decimals)
    if text == formatting.DASH:
        return Cell(text)
    return Cell(text, numbers=(*_numbers(low, form, "low"), *_numbers(high, form, "high")))


def p_value(value: float | None) -> Cell:
    """Return a cell of a p-value."""
    return Cell(formatting.p_value(value), numbers=_numbers(value, _P_VALUE))


def percent(fraction: float | None, decimals: int = 1) -> Cell:
    """Return a cell of a fraction, printed in percent with its sign."""
    if fraction is None or not math.isfinite(fraction):
        return Cell(formatting.DASH)
    form = f"{_form(decimals)}%"
    text = f"{formatting.number(100 * fraction, decimals)}%"
    return Cell(text, numbers=_numbers(fraction, form))


def count(value: float | None) -> Cell:
    """Return a cell of a count of units, coarse where the count itself could disclose.

    A count that is not a number is suppressed; None is a dash.
    """
    if value is None:
        return Cell(formatting.DASH)
    if math.isnan(value):
        return Cell(formatting.SUPPRESSED)
    if 0 < value < FEWEST_UNITS:
        return Cell(f"<{FEWEST_UNITS}")
    return number(value)


def size(value: float | None, decimals: int = 0) -> Cell:
    """Return a cell of a size of an arm, of which the small ones are suppressed already."""
    if value is not None and math.isnan(value):
        return Cell(formatting.SUPPRESSED)
    return number(value, decimals)


def count_and_percent(value: float, percent_of_all: float) -> Cell:
    """Return a cell ``no. (percent)``; a dash for none."""
    if not value > 0:
        return Cell(formatting.DASH)
    text = f"{formatting.count(value)} ({formatting.number(percent_of_all)})"
    parts = (*_numbers(value, _form(0), "no."), *_numbers(percent_of_all, _form(0), "percent"))
    return Cell(text, numbers=parts)


def of_all(counted: Cell) -> Cell:
    """Return the cell of a count as all there is, ``12 (100)``."""
    behind = [replace(own, part="no.") for own in counted.numbers]
    parts = (*behind, *_numbers(100.0, _form(0), "percent")) if behind else ()
    return Cell(f"{counted.text} (100)", numbers=parts)


def part_of(part: int, total: int) -> Cell:
    """Return a cell ``2 of 5``; a dash where there is none in all."""
    if not total:
        return Cell(formatting.DASH)
    return side_by_side([number(part), number(total)], ("number", "of"), gettext(" of "))


def side_by_side(several: Sequence[Cell], parts: Sequence[str], between: str = " / ") -> Cell:
    """Return a cell of several numbers, ``12 / 5``.

    Parameters
    ----------
    several : sequence of Cell
    parts : sequence of str
        What each is.
    between : str
        What is printed between them.
    """
    behind = tuple(
        replace(own, part=part)
        for cell, part in zip(several, parts, strict=False)
        for own in cell.numbers
    )
    return Cell(between.join(cell.text for cell in several), numbers=behind)


def as_printed(text: str) -> Cell:
    """Return a cell of what a document prints, with the number behind it where it is one.

    Parameters
    ----------
    text : str
        A number has the marks of the language, such as `formatting.number` returns.
    """
    marks = number_marks()
    plain = text.replace(formatting.MINUS, "-").replace(marks.group, "").replace(marks.decimal, ".")
    if not _PLAIN.fullmatch(plain):
        return Cell(text)
    form = _form(len(plain.partition(".")[2]))
    is_separated = marks.group in text or abs(float(plain)) < _THOUSAND
    return Cell(text, numbers=_numbers(float(plain), form if is_separated else "0"))


def year(value: float) -> Cell:
    """Return a cell of a year, without a thousands separator."""
    return Cell(f"{value:.0f}", numbers=_numbers(value, "0"))


def scientific(value: float) -> Cell:
    """Return a cell of a number that would round to zero, in powers of ten."""
    text = f"{value:.1e}".replace("-", formatting.MINUS)
    return Cell(text, numbers=_numbers(value, "0.0E+00"))


def _form(decimals: int) -> str:
    return "#,##0" if decimals < 1 else f"#,##0.{'0' * decimals}"


def _numbers(value: float | None, form: str, part: str = "") -> tuple[Number, ...]:
    if value is None or not math.isfinite(value):
        return ()
    return (Number(value, form, part),)
