"""What a column of a table holds: numbers, text, or labels of groups and cells."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
ObjectArray = NDArray[np.object_]

# Beyond this, whole numbers that differ may be the same floating-point number.
LARGEST_EXACT = 2**53
_NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal", "boolean", "empty"}
_TEXT = {"string", "categorical"}
_DATES = {"datetime64", "datetime", "date", "time", "period"}
_DURATIONS = {"timedelta64", "timedelta"}


def kind_of(values: ArrayLike) -> Literal["numbers", "text"]:
    """Whether a column is one of numbers or of categories.

    Parameters
    ----------
    values : array_like, shape (n,)
        A Series, say; some may be missing.

    Returns
    -------
    {"numbers", "text"}
        A categorical column is text, whatever its categories are.

    Raises
    ------
    ValueError
        It holds dates, durations, complex numbers, lists or other objects, a mixture of numbers and text, or
        whole numbers so large that floating-point numbers cannot tell them apart. The message says which,
        to be put behind the name of the column.
    """
    column = _without_nat(values)
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if inferred in _TEXT:
        return "text"
    if inferred in _DATES:
        raise ValueError(
            "it holds dates; turn them into a number, such as the days since some day, or the year."
        )
    if inferred in _DURATIONS:
        raise ValueError("it holds durations; turn them into a number, such as days.")
    if inferred == "complex":
        raise ValueError("it holds complex numbers.")
    if inferred not in _NUMBERS:
        raise ValueError(f"it holds {_contents(column)}.")
    if inferred == "integer" and _beyond_exact(column):
        raise ValueError(
            f"it holds whole numbers beyond {LARGEST_EXACT:,}, which cannot be told apart in computation. "
            "Is it an identifier?"
        )
    return "numbers"


def numbers(values: ArrayLike) -> FloatArray:
    """Return a column of numbers as floats, missing values as NaN.

    Parameters
    ----------
    values : array_like, shape (n,)
        Of the kind ``"numbers"``.

    Returns
    -------
    ndarray, shape (n,)
    """
    column = _without_nat(values)
    if column.dtype == object:
        column = column.astype("Float64")
    return np.asarray(column.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)


def no_numbers(values: ArrayLike) -> NDArray[np.bool_]:
    """Which values of a column are neither numbers nor missing.

    Parameters
    ----------
    values : array_like, shape (n,)

    Returns
    -------
    ndarray of bool, shape (n,)
        Text that reads as a number is no number, but is left out where other values do not read as one.
    """
    column = pd.Series(values).astype(object)
    present = column.notna()
    other = present & ~column.map(
        lambda value: isinstance(value, int | float | np.number | Decimal)
    )
    unread = other & column.map(lambda value: not _reads_as_number(value))
    return np.asarray(unread if unread.any() else other, dtype=np.bool_)


def _reads_as_number(value: object) -> bool:
    try:
        float(str(value))
    except ValueError:
        return False
    return True


def levels(values: ArrayLike) -> tuple[IntArray, list[str]]:
    """Return the categories of a column, and which of them each value is.

    Parameters
    ----------
    values : array_like, shape (n,)
        Of the kind ``"text"``.

    Returns
    -------
    codes : ndarray of int, shape (n,)
    levels : list of str
        In alphabetical order.

    Raises
    ------
    ValueError
        A value is missing, or two differ only in spaces around them (`SameTextError`).
    """
    column = pd.Series(values)
    missing = int(column.isna().sum())
    if missing:
        raise ValueError(f"{missing:,} values are missing.")
    codes, names = pd.factorize(column.astype(str), sort=True)
    _refuse_same_text(codes, names)
    return codes.astype(np.int64), [str(level) for level in names]


class SameTextError(ValueError):
    """Different values of a column that read the same.

    Attributes
    ----------
    rows : ndarray of bool, shape (n,)
        Rows of the rarer one.
    """

    def __init__(self, message: str, rows: NDArray[np.bool_]) -> None:
        super().__init__(message)
        self.rows = rows


def _refuse_same_text(codes: IntArray, distinct: ArrayLike) -> None:
    """Refuse values, of which `codes` are those of the rows, that differ in spaces or in type alone."""
    first: dict[str, int] = {}
    values = list(distinct)  # type: ignore[arg-type]
    for code, value in enumerate(values):
        bare = _text(value).strip()
        other = first.setdefault(bare, code)
        if bare and other != code:
            texts = isinstance(value, str) and isinstance(values[other], str)
            how = "spaces" if texts else "type"
            rarer = min((code, other), key=lambda either: int((codes == either).sum()))
            raise SameTextError(
                f"{values[other]!r} and {value!r} differ only in {how}; write one of them.",
                codes == rarer,
            )


@dataclass(frozen=True)
class Labels:
    """Identifiers of n rows, of groups or cells, as text.

    Attributes
    ----------
    codes : ndarray of int, shape (n,)
        Position in `names`; -1 where missing or blank.
    names : ndarray of str, shape (m,)
        In alphabetical order, each of them the label of some row.
    """

    codes: IntArray
    names: ObjectArray

    @property
    def present(self) -> NDArray[np.bool_]:
        """Rows that have a label, shape (n,)."""
        return self.codes >= 0

    @property
    def texts(self) -> ObjectArray:
        """Label of each row, None where missing; shape (n,)."""
        texts = np.full(len(self.names) + 1, None, dtype=object)  # the last one is of the code -1
        texts[:-1] = self.names
        return np.asarray(texts[self.codes], dtype=np.object_)

    def rows(self, kept: NDArray[np.bool_]) -> "Labels":
        """The labels of some rows."""
        codes = self.codes[kept]
        used = np.zeros(len(self.names), dtype=bool)
        used[codes[codes >= 0]] = True
        position = np.append(np.cumsum(used) - 1, -1)
        return Labels(position[codes], self.names[used])


def labels(values: ArrayLike) -> Labels:
    """Return the identifiers of a column, of a group or a cell, as text.

    Parameters
    ----------
    values : array_like, shape (n,)

    Returns
    -------
    Labels
        Whole numbers are written without a decimal point, whatever their type.

    Raises
    ------
    ValueError
        Two different values have the same text but for spaces around it (1 and "1": `SameTextError`),
        values are lists or other objects, or whole numbers that floating point cannot tell apart. The
        message is to be put behind the column's name.
    """
    column = pd.Series(values)
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    floats = inferred in ("floating", "mixed-integer-float")
    if floats and np.isinf(column.dropna().to_numpy(dtype=np.float64)).any():
        raise ValueError("it holds infinite numbers.")
    if floats and _beyond_exact(column):
        raise ValueError(
            f"it holds identifiers beyond {LARGEST_EXACT:,} as floating-point numbers, which cannot tell "
            "them apart. Read them as text."
        )
    numeric = isinstance(column.dtype, np.dtype) and column.dtype.kind in "iufb"
    try:
        codes, distinct = pd.factorize(column if numeric else column.astype(object))
    except TypeError:
        raise ValueError(f"it holds {_contents(column)}.") from None
    _refuse_same_text(codes, distinct)
    texts = [_text(value) for value in distinct]
    shown = sorted(text for text in texts if text.strip())
    position = {text: code for code, text in enumerate(shown)}
    new = np.array([position.get(text, -1) for text in texts] + [-1], dtype=np.int64)
    return Labels(new[codes], np.array(shown, dtype=object))


def _without_nat(values: ArrayLike) -> "pd.Series":
    """A column of objects in which NaT, which makes a mixture of any other, is missing like all else."""
    column = pd.Series(values)
    return column.where(column.notna(), None) if column.dtype == object else column


def _text(value: object) -> str:
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def _beyond_exact(column: "pd.Series") -> bool:
    present = column.dropna()
    return bool(len(present)) and max(abs(present.min()), abs(present.max())) > LARGEST_EXACT


def _contents(column: "pd.Series") -> str:
    kinds = {type(value).__name__ for value in column.dropna()}
    words = {"str": "text", "int": "numbers", "float": "numbers", "bool": "truth values"}
    shown = sorted({words.get(kind, f"values of the type {kind}") for kind in kinds})
    return ("a mixture of " if len(shown) > 1 else "") + " and ".join(shown)
