"""Raw text to typed variables, as the codebook says; what does not fit is an error naming rows."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import Entry

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")
_VALUES_SHOWN = 3
_PROBLEMS = {
    "number": "not a number",
    "money": "not a number",
    "integer": "not a whole number",
    "indicator": "not 0 or 1",
    "category": "without a label in the codebook",
}


@dataclass(frozen=True)
class Recoded:
    """One variable of a source.

    Attributes
    ----------
    data : Series, shape (n,)
        float, or str for a category; missing is NaN. Indexed by row of the raw file.
    missing_rows, out_of_range_rows : list of int
        Rows without a value, and rows whose value lay outside the codebook's range and was set to
        missing.
    """

    data: pd.Series
    missing_rows: list[int]
    out_of_range_rows: list[int]


def recode_variable(
    raw: pd.DataFrame, entry: Entry, *, file: str | Path, decimal: str = "."
) -> Recoded:
    """Recode one column of a raw table.

    Parameters
    ----------
    raw : DataFrame of str
        As `readers.read_source` returns it.
    entry : Entry
    file : path
        For messages.
    decimal : str
        Decimal mark of the file.

    Returns
    -------
    Recoded

    Raises
    ------
    DataError
        The column is missing or occurs twice, or a value does not fit the entry's type or labels.
    """
    codes, texts = pd.factorize(raw_column(raw, entry.raw_name, file))
    parsed = [_parse(str(text), entry, decimal) for text in texts]
    bad = [position for position, value in enumerate(parsed) if value is _UNFIT]
    if bad:
        rows = raw.index[np.isin(codes, bad)].tolist()
        raise _unfit_error([str(texts[position]) for position in bad], entry, file, rows)
    dtype = np.float64 if entry.is_number else object
    values = pd.Series(np.array(parsed, dtype=dtype)[codes], index=raw.index, name=entry.variable)
    missing = values.isna()
    outside = _outside(values, entry) if entry.is_number else np.zeros(len(values), dtype=bool)
    return Recoded(
        data=values.mask(outside) if entry.is_number else values.astype("str"),
        missing_rows=raw.index[missing].tolist(),
        out_of_range_rows=raw.index[outside].tolist(),
    )


def raw_column(raw: pd.DataFrame, name: str, file: str | Path) -> pd.Series:
    """Return the one column of that name, or raise DataError naming the nearest."""
    count = int((raw.columns == name).sum())
    if count == 1:
        return raw[name]
    if count > 1:
        raise DataError(f"the file has {count} columns of this name.", file=file, column=name)
    hint = nearest(name, raw.columns)
    if len(raw.columns) == 1:
        hint = "The file has a single column; is its `delimiter` stated?"
    raise DataError("the file has no such column.", file=file, column=name, hint=hint)


class _Unfit:
    """A value that the entry does not allow."""


_UNFIT = _Unfit()


def _parse(text: str, entry: Entry, decimal: str) -> object:
    """Return the value of a raw text: a float, a str, NaN where it is missing, or `_UNFIT`."""
    plain = _plain(text, decimal)
    if text == "" or text in entry.missing_codes or plain in entry.missing_codes:
        return np.nan
    if entry.labels:
        label = entry.labels.get(text, entry.labels.get(plain))
        if label is None:
            return _UNFIT
        return float(label) if entry.is_number else label
    if not entry.is_number:
        return text
    number = _number(text, decimal)
    if number is None or (entry.type == "integer" and not number.is_integer()):
        return _UNFIT
    return _UNFIT if entry.type == "indicator" and number not in (0.0, 1.0) else number


def _number(text: str, decimal: str) -> float | None:
    written = text.replace(decimal, ".") if decimal != "." and "." not in text else text
    fits = _NUMBER.fullmatch(written) is not None and not (decimal != "." and "." in text)
    number = float(written) if fits else np.nan
    return number if np.isfinite(number) else None


def _plain(text: str, decimal: str) -> str:
    """Write a whole number in the form that codes take in the codebook: 1 for 1.0 and 01."""
    number = _number(text, decimal)
    return str(int(number)) if number is not None and number.is_integer() else text


def _outside(values: pd.Series, entry: Entry) -> np.ndarray:
    low = -np.inf if entry.minimum is None else entry.minimum
    high = np.inf if entry.maximum is None else entry.maximum
    return ((values < low) | (values > high)).to_numpy()


def _unfit_error(
    texts: Sequence[str], entry: Entry, file: str | Path, rows: Sequence[int]
) -> DataError:
    shown = ", ".join(f"'{text}'" for text in texts[:_VALUES_SHOWN])
    more = f" and {len(texts) - _VALUES_SHOWN:,} more" if len(texts) > _VALUES_SHOWN else ""
    verb = "is" if len(texts) == 1 else "are"
    what = "treatment " if entry.role == "treatment" else ""
    hint = "If it means missing, list it under missing_codes in the codebook."
    if entry.labels:
        hint = f"{nearest(texts[0], entry.labels)} {hint}"
    problem = f"{shown}{more} {verb} {_PROBLEMS[_kind(entry)]} ({what}'{entry.variable}')."
    return DataError(problem, file=file, column=entry.raw_name, rows=rows, hint=hint)


def _kind(entry: Entry) -> str:
    return "category" if entry.labels else entry.type
