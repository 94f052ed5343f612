"""One way to write texts, numbers, codes and dates, whatever file or configuration they come from.

Every cell of a raw file is text. Whether two of them are the same (a code of the codebook and a number that
Stata stores, an identifier in two waves) is decided here and nowhere else.
"""

import html
import re
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, TypeVar

import numpy as np
import pandas as pd

NOT_CALCULATED, MERGED, NO_VALUE = "#NOT CALCULATED!", "#MERGED!", "#NO VALUE!"
# What to do about a cell that has no value.
ERROR_HINTS = {
    NOT_CALCULATED: "Its formula was never computed: open the workbook in a spreadsheet and save it.",
    NO_VALUE: "The file holds a list, a structure or bytes there, and a table has one value a cell.",
    MERGED: "It is merged with others: take the merging out, or state `merged: fill` of the source.",
}
T = TypeVar("T", bound=str | int | float)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
# Numbers of so few digits, as they are written in their shortest form.
_SHORTEST = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{0,3}[1-9])?")
# A whole number, whose digits a float would not keep from 2 to the power of 53 on.
_WHOLE, EXACT = re.compile(r"([+-]?)0*(\d+)(?:[.,]0*)?"), 2.0**53
# How a spreadsheet writes a number of many digits, the last of which it does not keep.
_SHORTENED = re.compile(r"[+-]?\d+([.,]\d+)?[eE]\+\d+")
# What a spreadsheet shows in the place of a value, in its language: #DIV/0!, #N/D, #¡VALOR!
_ERROR = re.compile(r"#(N/[AD]|[¡¿]?[^\W\d_][\w/ ]*[!?])")
_DAY_ZERO = date(1970, 1, 1)
# A week, month, quarter or half-year as Stata writes it, and how many of them a year has.
_PERIOD = re.compile(r"(\d{4})([wmqh])(\d{1,2})")
_PERIODS = {"w": 52, "m": 12, "q": 4, "h": 2}


def normalised(text: str) -> str:
    """Return a text in the one form that it is compared in.

    Unicode composed (NFC), without characters that have no width (zero-width spaces, byte-order marks, soft
    hyphens, control characters), white space of any kind and length as one space, none at the ends.
    """
    composed = unicodedata.normalize("NFC", text)
    if composed.isascii() and composed.isprintable() and "  " not in composed:
        return composed.strip()
    seen = (
        letter
        for before, letter in zip(" " + composed, composed, strict=False)
        if letter.isspace() or before in _MISREAD or unicodedata.category(letter) not in _UNSEEN
    )
    return " ".join("".join(seen).split())


_UNSEEN = ("Cf", "Cc")
# The first half of an accented letter of UTF-8 that was read as Latin-1; the other half may be unseen.
_MISREAD = "\u00c2\u00c3"


def as_meant(text: str) -> str:
    """Return a text in which letters written as HTML, or misread from UTF-8 as Latin-1, are what was meant.

    ``&Ntilde;uflo`` is Ñuflo, and so is Ñuflo read in Windows' code page.
    """
    plain = html.unescape(text) if "&" in text else text
    if plain.isascii():
        return plain
    try:
        return b"".join(map(_byte_of, plain)).decode("utf-8")
    except UnicodeError:
        return plain


def _byte_of(letter: str) -> bytes:
    try:
        return letter.encode("cp1252")
    except UnicodeEncodeError:
        return letter.encode("latin-1")


def plain_words(text: str) -> str:
    """Return a text in small letters without accents, its words apart."""
    letters = unicodedata.normalize("NFKD", normalised(text).casefold())
    return "".join(sign for sign in letters if not unicodedata.combining(sign))


def is_error(text: str) -> bool:
    """Tell whether a text stands in a cell for a value that could not be computed or written."""
    return text.startswith("#") and _ERROR.fullmatch(text) is not None


def is_shortened(text: str) -> bool:
    """Tell whether a spreadsheet wrote a number of many digits in exponent form, as 1.23457E+11."""
    return _SHORTENED.fullmatch(text) is not None


def number_of(text: str, decimal: str = ".") -> float | None:
    """Return the number that a text is, or None; thousands marks make it none.

    Parameters
    ----------
    text : str
    decimal : str
        Decimal mark; where it is a comma, a point makes a text no number.
    """
    if decimal != ".":
        if "." in text:
            return None
        text = text.replace(decimal, ".")
    number = float(text) if _NUMBER.fullmatch(text) else np.nan
    return number + 0.0 if np.isfinite(number) else None  # -0 is 0


def code_of(value: Any, decimal: str = ".") -> str:
    """Return the form in which codes are compared: of a number its shortest decimal, else the text.

    ``1``, ``1.0``, ``01`` and the number 1 are the same code.

    Parameters
    ----------
    value : str, int or float
    decimal : str
        Decimal mark of a text.
    """
    if not isinstance(value, str):
        return written(value)
    if decimal == "." and _SHORTEST.fullmatch(value):
        return value
    text = normalised(value)
    number = number_of(text, decimal)
    if number is None:
        return text
    whole = _WHOLE.fullmatch(text) if abs(number) >= EXACT else None
    return f"{whole[1]}{whole[2]}".lstrip("+") if whole else written(number)


def forms_of_code(code: str) -> set[str]:
    """Return what a declared code may look like in a file: also without quotes, and with a plain minus."""
    bare = re.sub(r"^[\u2212\u2013](?=\d)", "-", normalised(code).strip("'\"\u2018\u2019"))
    return {normalised(code), code_of(code), bare, code_of(bare)}


def each_text(column: pd.Series, function: Callable[[str], Any]) -> pd.Series:
    """Return what a function gives of each cell of a column of texts; it is called once for equal ones.

    Parameters
    ----------
    column : Series of str
    function : callable
    """
    codes, texts = pd.factorize(column, use_na_sentinel=False)
    values = pd.Series([function(text) for text in texts.tolist()], name=column.name)
    return pd.Series(values.take(codes).set_axis(column.index))


def codes_of(values: Iterable[T]) -> dict[str, T]:
    """Return values by their code."""
    return {code_of(value): value for value in values}


def written(value: Any) -> str:
    """Write a cell so that it reads back exactly; what is missing is the empty string.

    Whole numbers have no decimal point, a 32-bit number is its shortest decimal (Stata's .1 is 0.1),
    true and false are `TRUE` and `FALSE`, and a date without a time of day has none.
    """
    if value is None or value != value:  # NaN and NaT differ from themselves
        return ""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value)).upper()
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    if isinstance(value, (np.float32, np.float16)):
        value = float(str(value))
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return str(int(number)) if number.is_integer() else repr(number)
    return str(value).strip()


def day_of(text: str, pattern: str | None = None) -> float | None:
    """Return the date that a text is as days since 1 January 1970, or None.

    Beside texts of a pattern a column of a workbook may have dates stored as such, which read ``2024-03-01``.

    Parameters
    ----------
    text : str
        ``2024-03-01``, with or without a time of day, unless there is a pattern. A period (``2024m3``,
        ``2024q1``, ``2024h1``, ``2024w9``, as Stata writes %tm, %tq, %th and %tw) is its first day.
    pattern : str, optional
        How it is written, in the signs of `datetime.strptime`: ``%d/%m/%Y``.
    """
    period = None if pattern else _PERIOD.fullmatch(text)
    if period is not None:
        return _first_day(int(period[1]), period[2], int(period[3]))
    try:
        moment = datetime.strptime(text, pattern) if pattern else datetime.fromisoformat(text)
    except ValueError:
        return day_of(text) if pattern and not pattern.startswith("%Y-") else None
    return float((moment.date() - _DAY_ZERO).days)


def _first_day(year: int, kind: str, number: int) -> float | None:
    parts = _PERIODS[kind]
    if not (1 <= number <= parts and year >= 1):
        return None
    if kind == "w":  # the last week of Stata's 52 is longer
        return float((date(year, 1, 1) - _DAY_ZERO).days + 7 * (number - 1))
    return float((date(year, 1 + (number - 1) * 12 // parts, 1) - _DAY_ZERO).days)


def written_day(days: float) -> str:
    """Return the date that `day_of` gives these days, as ``2024-03-01``."""
    return (_DAY_ZERO + timedelta(days=days)).isoformat()


def looks_like_thousands(text: str, decimal: str = ".") -> bool:
    """Tell whether the decimal mark of a number could be a thousands mark: 5.016, but not 0.016."""
    return _thousands(decimal).fullmatch(text) is not None


@cache
def _thousands(decimal: str) -> re.Pattern[str]:
    return re.compile(rf"[+-]?[1-9]\d{{0,2}}{re.escape(decimal)}\d{{3}}")
