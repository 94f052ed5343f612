"""Tables of pandas, polars, pyarrow and others, read into one that is sorted by its index."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.impact_columns import RENAMED, kind_in_words
from ruralimpact.suggestions import nearest

FILE = "data"


def read_table(data: object) -> pd.DataFrame:
    """Read a table of any library that narwhals knows.

    Parameters
    ----------
    data : DataFrame
        Of pandas, polars, pyarrow ...

    Returns
    -------
    pandas.DataFrame
        Sorted by its index, which is that of the rows where the library has none.

    Raises
    ------
    DataError
        It is no table, has two columns of one name, or its index has repeated or incomparable values.
    """
    frame = data if isinstance(data, pd.DataFrame) else _converted(data)
    _refuse_repeated(frame.columns)
    try:
        if frame.index.is_unique:
            return _in_order(frame)
    except TypeError:
        raise DataError(
            "the values of the index cannot be put in order: they are of different types.",
            file=FILE,
            hint="Give it one type, or use reset_index.",
        ) from None
    raise DataError(
        "the index is not unique, so that its values identify no unit.",
        file=FILE,
        rows=list(frame.index[frame.index.duplicated()].unique()),
    )


def _in_order(frame: pd.DataFrame) -> pd.DataFrame:
    """Sort by the index; a `DataError` where its values, such as sets, have no one order."""
    ordered = frame.sort_index()
    labels = ordered.index
    single = labels.dtype == object and not isinstance(labels, pd.MultiIndex)
    if single and not labels[labels.notna()].is_monotonic_increasing:
        raise DataError(
            f"the values of the index cannot be put in order: {type(labels[0]).__name__}.",
            file=FILE,
            hint="Use numbers or texts, or reset_index.",
        )
    return ordered


def refuse_absent(table: pd.DataFrame, name: str) -> None:
    """Refuse the name of a column that a table does not have, with the nearest that it has.

    Parameters
    ----------
    table : DataFrame
    name : str

    Raises
    ------
    DataError
    """
    if name not in table.columns:
        names = [str(column) for column in table.columns]
        other = f"Its name in the table is no text. {RENAMED}"
        hint = other if name in names else nearest(name, names)
        raise DataError("there is no such column.", file=FILE, column=name, hint=hint)


def _refuse_repeated(columns: Iterable[object]) -> None:
    repeated = [str(name) for name, times in Counter(columns).items() if times > 1]
    if repeated:
        raise DataError(
            "there is more than one column of this name.", file=FILE, column=repeated[0]
        )


def _converted(data: object) -> pd.DataFrame:
    import narwhals as nw

    try:
        table = nw.from_native(data)  # type: ignore[call-overload]
    except nw.exceptions.DuplicateError:
        _refuse_repeated(getattr(data, "column_names", ()))
        raise
    except TypeError:
        return _of_arrow(data)
    eager = table.collect() if isinstance(table, nw.LazyFrame) else table
    return pd.DataFrame(eager.to_pandas())


def _of_arrow(data: object) -> pd.DataFrame:
    """Read what hands out Arrow data, such as a batch of rows or a reader of batches."""
    import pyarrow as pa

    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        with suppress(pa.ArrowException, TypeError, ValueError):
            table = pa.table(data)
            _refuse_repeated(table.column_names)
            return pd.DataFrame(table.to_pandas())
    raise DataError(
        f"the data must be a table with one row a unit (of pandas, polars or pyarrow), not "
        f"{kind_in_words(data)}.",
        hint="Make it one with pandas.DataFrame(...).",
    )
