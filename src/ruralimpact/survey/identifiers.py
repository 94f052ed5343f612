"""Who a row is about: identifiers that are there, and once each."""

from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError


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
    missing = ids == ""
    if missing.any():
        raise DataError(
            "the identifier is missing.", file=file, column=column, rows=ids.index[missing].tolist()
        )
    parts = {"id": ids, "wave": wave, "item": item}
    keys = pd.DataFrame({name: part for name, part in parts.items() if part is not None})
    repeated = keys[keys.duplicated(keep=False)].sort_values(list(keys.columns), kind="stable")
    if len(repeated):
        first = repeated.iloc[0]
        where = "" if wave is None else f" in wave {first['wave']}"
        where += "" if item is None else f" with the item '{first['item']}'"
        count = int(repeated.drop_duplicates().shape[0])
        others = f" (and {count - 1:,} other identifiers)" if count > 1 else ""
        raise DataError(
            f"the identifier '{first['id']}' occurs more than once{where}{others}.",
            file=file,
            column=column,
            rows=repeated.index.tolist(),
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
