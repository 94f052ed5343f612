"""Stata files: numbers as Stata prints them, its missing values and dates, and texts of any encoding."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.survey.byte_texts import BYTES, ByteTexts
from ruralimpact.survey.raw_table import DATE, FLOAT32, NUMBER, RawTable, numbered_records
from ruralimpact.survey.values import code_of, written

_START = datetime(1960, 1, 1)


def read_stata(file: Path, *, encoding: str | None = None, key: str = "") -> RawTable:
    """Read a Stata file.

    Parameters
    ----------
    file : path
    encoding : str, optional
        Encoding of its texts. When not given a text that is valid UTF-8 is UTF-8, whatever the version of
        the file, and any other is Windows-1252, which is noted.
    key : str
        Configuration key of the source, for messages.

    Returns
    -------
    RawTable
        Extended missing values are ``.a`` to ``.z`` and declared missing. A date is written by its format:
        ``2024-03-01`` (%td, %tc), ``2024w9``, ``2024m3``, ``2024q1``, ``2024h1``, ``2024`` (%ty).
    """
    import pyreadstat

    texts = ByteTexts(encoding, key=key)
    table, about = pyreadstat.read_dta(
        file, user_missing=True, disable_datetime_conversion=True, encoding=BYTES
    )
    names = [texts.decoded(name, "names of columns") for name in table.columns]
    types = about.readstat_variable_types
    formats = about.original_variable_types
    cells, stored, missing = {}, {}, {}
    for position, (raw, name) in enumerate(zip(table.columns, names, strict=True)):
        if types[raw] == "string":
            column = table[raw].map(lambda text: texts.decoded(text, "cells"), na_action="ignore")
            cells[position] = column.map(written)
            continue
        dated = _date_writer(formats[raw] or "")
        stored[name] = DATE if dated else FLOAT32 if types[raw] == "float" else NUMBER
        cells[position] = table[raw].map(
            lambda value, kind=stored[name], to=dated: _cell(value, kind, to)
        )
        missing[name] = _EXTENDED
    frame = pd.DataFrame(cells, index=table.index, dtype="str").set_axis(names, axis=1)
    return RawTable(
        cells=numbered_records(frame),
        value_labels=_value_labels(about, dict(zip(table.columns, names, strict=True)), texts),
        questions={
            name: texts.decoded(question, "labels")
            for raw, name in zip(table.columns, names, strict=True)
            if (question := about.column_names_to_labels[raw])
        },
        missing=missing,
        stored=stored,
        notes=texts.notes(),
    )


_EXTENDED = frozenset(f".{letter}" for letter in "abcdefghijklmnopqrstuvwxyz")


def _value_labels(
    about: Any, names: Mapping[str, str], texts: ByteTexts
) -> dict[str, dict[str, str]]:
    return {
        names[raw]: {
            f".{code}" if isinstance(code, str) else code_of(code): texts.decoded(label, "labels")
            for code, label in labels.items()
        }
        for raw, labels in about.variable_value_labels.items()
    }


def _cell(value: Any, kind: str, dated: Callable[[float], str] | None) -> str:
    if isinstance(value, str):
        return f".{value}"
    if value is None or value != value:
        return ""
    if dated is not None:
        return dated(float(value))
    return written(np.float32(value) if kind == FLOAT32 else value)


def _date_writer(stata_format: str) -> Callable[[float], str] | None:
    """Return what writes a number as the date that its display format makes of it."""
    kind = stata_format.lstrip("%-")[:2]
    kind = "td" if kind.startswith("d") else kind
    return _DATES.get(kind)


def _day(value: float) -> str:
    return date.fromordinal(_START.toordinal() + int(value)).isoformat()


def _moment(value: float) -> str:
    return written(_START + timedelta(milliseconds=value))


def _part(letter: str, parts: int) -> Callable[[float], str]:
    def write(value: float) -> str:
        year, part = divmod(int(value), parts)
        return f"{_START.year + year}{letter}{part + 1}"

    return write


_DATES: dict[str, Callable[[float], str]] = {
    "td": _day,
    "tc": _moment,
    "tC": _moment,
    "tw": _part("w", 52),
    "tm": _part("m", 12),
    "tq": _part("q", 4),
    "th": _part("h", 2),
    "ty": lambda value: str(int(value)),
}
