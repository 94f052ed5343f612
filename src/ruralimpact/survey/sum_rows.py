"""Rows that are the sum of all others: totals without a word for it."""

from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError

_FEW_COLUMNS, _FEW_NUMBERS, _MOST_CELLS = 2, 5, 3_000_000
_ROUNDING = 1e-4
_COLUMNS_SHOWN = 3


def refuse_sum_rows(
    cells: pd.DataFrame, amounts: Collection[str], *, file: str | Path, decimal: str = "."
) -> None:
    """Refuse a row that has the sum of all others, in two columns and in most of those it has numbers in.

    One sum alone, or sums of a few numbers, may be chance.

    Parameters
    ----------
    cells : DataFrame of str
        Rows of a source, edited and filtered.
    amounts : collection of str
        Columns that may hold amounts: all but identifiers.
    file : path
        For messages.
    decimal : str
        Mark that numbers are written with.

    Raises
    ------
    DataError
    """
    if cells.size > _MOST_CELLS:
        return
    sums: dict[int, list[str]] = {}
    filled = np.zeros(len(cells), dtype=int)
    for position, name in enumerate(cells.columns):
        if name in amounts:
            numbers = _numbers(cells.iloc[:, position], decimal)
            filled += numbers != 0
            row = _row_of_sum(numbers)
            if row is not None:
                sums.setdefault(row, []).append(str(name))
    for row, names in sums.items():
        if len(names) >= _FEW_COLUMNS and 2 * len(names) >= filled[row]:
            listed = " and ".join(f"'{name}'" for name in names[:_COLUMNS_SHOWN])
            raise DataError(
                f"has the sum of all other rows in {listed}, and is no unit.",
                file=file,
                column=names[0],
                rows=[int(cells.index[row])],
                hint="Keep it out by `keep` of the source: `other_than` lists raw values, such as its "
                "identifier. If it is a unit, list the column of the identifier under `as_written`.",
            )


def _numbers(texts: pd.Series, decimal: str) -> NDArray[np.float64]:
    """Return the numbers of a column; 0 where there is none."""
    plain = texts if decimal == "." else texts.str.replace(decimal, ".", regex=False)
    numbers = pd.to_numeric(plain, errors="coerce").to_numpy(float)
    return np.where(np.isfinite(numbers), numbers, 0.0)


def _row_of_sum(numbers: NDArray[np.float64]) -> int | None:
    """Return the position of the largest number, if it is the sum of all others."""
    if np.count_nonzero(numbers) <= _FEW_NUMBERS:
        return None
    row = int(np.argmax(np.abs(numbers)))
    largest, others = numbers[row], np.delete(numbers, row)
    for sum_ in (others.sum(), others[others > 0].sum()):  # codes for "missing" are negative
        if abs(largest - sum_) <= _ROUNDING * abs(largest) and np.abs(others).max() < abs(largest):
            return row
    return None
