"""Text files as tables: at once where no cell is quoted, else record by record."""

import csv
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv as arrow_csv

from ruralimpact.survey.grid import MOST_COLUMNS, column_names, stripped, table_of
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.read_csv import csv_text, records

_BLOCK = 16 * 1024**2  # bytes


def read_csv_table(
    file: Path,
    header: Sequence[int] = (),
    *,
    encoding: str = "utf-8",
    delimiter: str = ",",
    key: str = "",
) -> RawTable:
    """Read a text file with the names of its columns.

    Parameters
    ----------
    file : path
    header : sequence of int
        See `grid.table_of`.
    encoding, delimiter, key : str
        See `read_csv.read_csv`.

    Returns
    -------
    RawTable

    Raises
    ------
    DataError, ConfigError
        See `read_csv.read_csv` and `grid.table_of`.
    """
    text = csv_text(file, encoding=encoding, delimiter=delimiter, key=key)
    table = None if header else _unquoted(text, delimiter)
    return table_of(records(text, file, delimiter), file, header) if table is None else table


def _unquoted(text: str, delimiter: str) -> RawTable | None:
    """Return the table that `records` and `table_of` would make, or None where they have to.

    Arrow needs a tenth of the time and memory of Python's texts, but knows no lines: so it reads only where
    each line is a record, as long as the header.
    """
    first, _, below = text.partition("\n")
    body = below.rstrip("\r\n")
    if not body or '"' in body or text.count("\r") != text.count("\r\n"):
        return None
    try:
        header = next(csv.reader([first.removesuffix("\r")], delimiter=delimiter, strict=True), [])
        if not any(header) or not 2 <= len(header) <= MOST_COLUMNS or not delimiter.isascii():
            return None
        cells = _cells(body.encode(), len(header), delimiter)
    except (csv.Error, pa.ArrowInvalid, UnicodeEncodeError):
        return None
    if (
        max(pc.max(pc.utf8_length(column)).as_py() for column in cells.columns)
        > csv.field_size_limit()
    ):
        return None
    table = cells.to_pandas(types_mapper={pa.large_string(): pd.StringDtype(na_value=np.nan)}.get)
    table.columns = column_names([header])
    table.index = pd.RangeIndex(2, len(table) + 2, name="row")
    filled = (table != "").any(axis=1)
    blank_lines = int((~filled).sum()) + below.count("\n", len(body)) - below.endswith("\n")
    return RawTable(stripped(table[filled]), blank_lines=blank_lines)


def _cells(body: bytes, width: int, delimiter: str) -> pa.Table:
    names = [str(position) for position in range(width)]
    return arrow_csv.read_csv(
        pa.BufferReader(body),
        read_options=arrow_csv.ReadOptions(
            column_names=names, block_size=_BLOCK, use_threads=False
        ),
        parse_options=arrow_csv.ParseOptions(
            delimiter=delimiter, quote_char=False, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(
            column_types=dict.fromkeys(names, pa.large_string()), strings_can_be_null=False
        ),
    )
