"""Who a row is about: identifiers that are there, exact, and once each."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.survey.raw_column import TOGETHER, raw_column
from ruralimpact.survey.raw_table import FLOAT32, NUMBER, RawTable
from ruralimpact.survey.values import each_text, is_error, is_shortened, normalised

ROW_NUMBER = "$row"


def identifiers(raw: RawTable, columns: Sequence[str], file: str | Path) -> pd.Series:
    """Return the identifier of each row, in the form of `values.normalised`.

    Parameters
    ----------
    raw : RawTable
    columns : sequence of str
        Raw columns that together identify a unit, or `ROW_NUMBER`: the number of the row.
    file : path
        For messages.

    Raises
    ------
    DataError
        There is no such column, or the file stores identifiers as numbers too long to be exact.
    """
    if list(columns) == [ROW_NUMBER]:
        return pd.Series(raw.cells.index.astype("str"), index=raw.cells.index)
    for column in columns:
        part = raw_column(raw.cells, column, file)
        refuse_inexact(part, raw.stored.get(column), file=file, column=column)
    return each_text(raw_column(raw.cells, TOGETHER.join(columns), file), normalised)


def check_identifiers(
    ids: pd.Series,
    wave: pd.Series | None,
    item: pd.Series | None = None,
    *,
    file: str | Path,
    column: str,
) -> None:
    """Refuse rows without an identifier, and two rows for one identifier (and wave, and item).

    Parameters
    ----------
    ids : Series of str, shape (n,)
        Indexed by row of the raw file; the empty string is missing.
    wave : Series, shape (n,), optional
        Wave of each row, where the file holds several.
    item : Series, shape (n,), optional
        What tells apart the rows of a unit, where it has several.
    file : path
    column : str
        Raw name of the identifier, for messages.

    Raises
    ------
    DataError
    """
    for problem, hit in _unusable(ids).items():
        if hit.any():
            raise DataError(problem, file=file, column=column, rows=ids.index[hit].tolist())
    parts = {"id": ids, "wave": wave, "item": item}
    keys = pd.DataFrame({name: part for name, part in parts.items() if part is not None})
    repeated = keys[keys.duplicated(keep=False)].sort_values(list(keys.columns), kind="stable")
    if len(repeated):
        first = repeated.iloc[0]
        where = "" if wave is None else f" in wave {first['wave']}"
        if item is not None:
            where += (
                f" with the item '{first['item']}'"
                if pd.notna(first["item"])
                else " without an item"
            )
        count = int(repeated.drop_duplicates().shape[0])
        others = f" (and {count - 1:,} other identifiers)" if count > 1 else ""
        raise DataError(
            f"the identifier '{first['id']}' occurs more than once{where}{others}.",
            file=file,
            column=column,
            rows=repeated.index.tolist(),
        )


def _unusable(ids: pd.Series) -> dict[str, pd.Series]:
    """Return what makes an identifier unusable, and the rows that it applies to."""
    return {
        "the identifier is missing.": ids == "",
        "the identifier is an error of the spreadsheet.": each_text(ids, is_error).astype(bool),
        "the identifier is a number in exponent form, whose last digits are lost.": each_text(
            ids, is_shortened
        ).astype(bool),
    }


def refuse_inexact(ids: pd.Series, stored: str | None, *, file: str | Path, column: str) -> None:
    """Refuse what tells units or groups apart and is stored as numbers too long for that kind of number.

    Parameters
    ----------
    ids : Series of str
    stored : {"number", "float32", "date"}, optional
        See `raw_table.RawTable`.
    file : path
    column : str

    Raises
    ------
    DataError
        Two identifiers may have become one: a whole number of 32 bits is exact to 16,777,216, and one of
        64 bits to 2 to the power of 53.
    """
    limit = {FLOAT32: 2.0**24, NUMBER: 2.0**53}.get(stored or "")
    if limit is None:
        return
    numbers = pd.to_numeric(ids, errors="coerce")
    beyond = (numbers.abs() > limit).to_numpy()
    if beyond.any():
        raise DataError(
            f"numbers above {limit:,.0f} are not exact in the kind of number that the file stores.",
            file=file,
            column=column,
            rows=ids.index[beyond].tolist(),
        )


def check_wave(wave: pd.Series, *, file: str | Path, column: str) -> None:
    """Refuse rows whose wave is missing or outside the codebook's range.

    Raises
    ------
    DataError
    """
    missing = wave.isna()
    if missing.any():
        raise DataError(
            "the wave is missing or out of range.",
            file=file,
            column=column,
            rows=wave.index[missing].tolist(),
        )
