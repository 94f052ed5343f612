"""SPSS files, with what they declare to be missing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.survey.raw_table import DATE, NUMBER, RawTable, numbered_records
from ruralimpact.survey.values import code_of, number_of, written

_DATE_FORMATS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "DATETIME", "YMDHMS")


def read_spss(file: Path, *, encoding: str | None = None) -> RawTable:
    """Read an SPSS file.

    Parameters
    ----------
    file : path
    encoding : str, optional
        Encoding of its texts, if not the one that the file names.

    Returns
    -------
    RawTable
        Values that the file declares as missing stand as they are, and are declared missing.
    """
    import pyreadstat

    table, about = pyreadstat.read_sav(file, user_missing=True, encoding=encoding)
    cells = pd.DataFrame(
        {
            position: table[name].astype(object).map(written)
            for position, name in enumerate(table.columns)
        },
        index=table.index,
        dtype="str",
    ).set_axis(list(table.columns), axis=1)
    return RawTable(
        cells=numbered_records(cells),
        value_labels={
            name: {code_of(code): label for code, label in labels.items()}
            for name, labels in about.variable_value_labels.items()
        },
        questions={name: text for name, text in about.column_names_to_labels.items() if text},
        missing={
            name: _declared_missing(cells[name], ranges)
            for name, ranges in about.missing_ranges.items()
        },
        stored={
            name: DATE
            if (about.original_variable_types[name] or "").startswith(_DATE_FORMATS)
            else NUMBER
            for name, kind in about.readstat_variable_types.items()
            if kind != "string"
        },
    )


def _declared_missing(column: pd.Series, ranges: Sequence[Any]) -> frozenset[str]:
    """Return the texts of a column that lie in one of the ranges declared as missing."""
    codes = set()
    for text in column.unique():
        number = number_of(text)
        for interval in ranges:
            low, high = interval["lo"], interval["hi"]
            if isinstance(low, str):
                hit = text == low.strip()
            else:
                hit = number is not None and low <= number <= high
            if hit:
                codes.add(text)
    return frozenset(codes)
