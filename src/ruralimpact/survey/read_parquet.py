"""Parquet files."""

from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from ruralimpact.survey.raw_table import DATE, FLOAT32, NUMBER, RawTable, numbered_records
from ruralimpact.survey.unpacked_size import refuse_too_many_cells
from ruralimpact.survey.values import NO_VALUE, written


def read_parquet(file: Path) -> RawTable:
    """Read a Parquet file.

    Returns
    -------
    RawTable
        Lists, structures and bytes are `values.NO_VALUE`, which whatever uses such a cell refuses.

    Raises
    ------
    DataError
        See `refuse_too_many_cells`.
    """
    opened = pq.ParquetFile(file)
    refuse_too_many_cells(opened.metadata.num_rows, opened.metadata.num_columns)
    table = opened.read()
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


def _has_values(kind: pa.DataType) -> bool:
    """Tell whether cells of a kind are one value each, which can be written."""
    binary = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return not (pa.types.is_nested(kind) or any(is_kind(kind) for is_kind in binary))


def _texts(column: pa.ChunkedArray) -> list[str]:
    if not _has_values(column.type):
        return [NO_VALUE if known else "" for known in column.is_valid().to_pylist()]
    values = column.to_pylist()
    if pa.types.is_float16(column.type) or pa.types.is_float32(column.type):
        short = np.float16 if pa.types.is_float16(column.type) else np.float32
        return [written(None if value is None else short(value)) for value in values]
    return [written(value) for value in values]


def _stored(kind: pa.DataType) -> str:
    if pa.types.is_float16(kind) or pa.types.is_float32(kind):
        return FLOAT32
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return DATE
    return NUMBER if pa.types.is_floating(kind) or pa.types.is_integer(kind) else ""
