"""Parquet files."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruralimpact.errors import DataError
from ruralimpact.survey.raw_table import DATE, FLOAT32, NUMBER, RawTable, numbered_records
from ruralimpact.survey.values import written


def read_parquet(file: Path) -> RawTable:
    """Read a Parquet file.

    Raises
    ------
    DataError
        A column holds lists, structures or bytes.
    """
    table = pq.read_table(file)
    nested = [field.name for field in table.schema if pa.types.is_nested(field.type)]
    if nested:
        problem = "the column holds lists, and a table has one value a cell."
        raise DataError(problem, file=file, column=nested[0])
    binary = [field.name for field in table.schema if _is_binary(field.type)]
    if binary:
        problem = "the column holds bytes, not text."
        raise DataError(problem, file=file, column=binary[0])
    cells = {
        position: pd.Series(_texts(column), dtype="str")
        for position, column in enumerate(table.columns)
    }
    frame = pd.DataFrame(cells, dtype="str").set_axis(table.column_names, axis=1)
    stored = {field.name: _stored(field.type) for field in table.schema}
    return RawTable(
        cells=numbered_records(frame),
        stored={name: kind for name, kind in stored.items() if kind},
    )


def _is_binary(kind: pa.DataType) -> bool:
    kinds = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(is_kind(kind) for is_kind in kinds)


def _texts(column: pa.ChunkedArray) -> list[str]:
    values = column.to_pylist()
    if pa.types.is_float32(column.type):
        import numpy as np

        return [written(None if value is None else np.float32(value)) for value in values]
    return [written(value) for value in values]


def _stored(kind: pa.DataType) -> str:
    if pa.types.is_float32(kind):
        return FLOAT32
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return DATE
    return NUMBER if pa.types.is_floating(kind) or pa.types.is_integer(kind) else ""
