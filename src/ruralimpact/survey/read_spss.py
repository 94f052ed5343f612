"""SPSS files, with what they declare to be missing."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.survey.byte_texts import BYTES, ByteTexts
from ruralimpact.survey.raw_table import DATE, NUMBER, RawTable, numbered_records
from ruralimpact.survey.unpacked_size import refuse_too_many_cells
from ruralimpact.survey.values import code_of, number_of, written

_COMPRESSED = b"$FL3"
_DATE_FORMATS = ("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "DATETIME", "YMDHMS")


def read_spss(file: Path, *, encoding: str | None = None, key: str = "") -> RawTable:
    """Read an SPSS file.

    Parameters
    ----------
    file : path
    encoding : str, optional
        Encoding of its texts, if not the one that the file names. A text that is not valid in the latter is
        read as Windows-1252, which is noted.
    key : str
        Configuration key of the source, for messages.

    Returns
    -------
    RawTable
        Values that the file declares as missing stand as they are, and are declared missing.

    Raises
    ------
    DataError
        See `refuse_too_many_cells`.
    """
    import pyreadstat

    _refuse_unpacked(file)
    texts = ByteTexts(encoding, named=_named_encoding(file), key=key)
    table, about = pyreadstat.read_sav(file, user_missing=True, encoding=BYTES)
    names = [texts.decoded(name, "names of columns") for name in table.columns]
    named = dict(zip(table.columns, names, strict=True))
    types = about.readstat_variable_types
    cells = pd.DataFrame(
        {
            position: _column(table[raw], types[raw] == "string", texts)
            for position, raw in enumerate(table.columns)
        },
        index=table.index,
        dtype="str",
    ).set_axis(names, axis=1)
    return RawTable(
        cells=numbered_records(cells),
        value_labels={
            named[raw]: {
                code_of(_text(code, texts, "labels")): texts.decoded(label, "labels")
                for code, label in labels.items()
            }
            for raw, labels in about.variable_value_labels.items()
        },
        questions={
            named[raw]: texts.decoded(question, "labels")
            for raw, question in about.column_names_to_labels.items()
            if question
        },
        missing={
            named[raw]: _declared_missing(cells[named[raw]], ranges, texts)
            for raw, ranges in about.missing_ranges.items()
        },
        stored={
            named[raw]: DATE
            if (about.original_variable_types[raw] or "").startswith(_DATE_FORMATS)
            else NUMBER
            for raw, kind in types.items()
            if kind != "string"
        },
        notes=texts.notes(),
    )


def _refuse_unpacked(file: Path) -> None:
    """Refuse a file whose compressed records are too many; others cannot hold more than they weigh."""
    import pyreadstat

    with file.open("rb") as opened:
        if opened.read(len(_COMPRESSED)) != _COMPRESSED:
            return
    about = pyreadstat.read_sav(file, metadataonly=True, encoding=BYTES)[1]
    refuse_too_many_cells(about.number_rows or 0, about.number_columns or 0)


def _named_encoding(file: Path) -> str | None:
    """Return the encoding that a file names; None where not even its labels are text in it."""
    import pyreadstat

    try:
        return str(pyreadstat.read_sav(file, metadataonly=True)[1].file_encoding)
    except pyreadstat.ReadstatError:
        return None


def _column(column: pd.Series, of_texts: bool, texts: ByteTexts) -> pd.Series:
    cells = column.astype(object)
    if of_texts:
        cells = cells.map(lambda text: texts.decoded(text, "cells"), na_action="ignore")
    return cells.map(written)


def _text(code: Any, texts: ByteTexts, kind: str) -> Any:
    return texts.decoded(code, kind) if isinstance(code, str) else code


def _declared_missing(column: pd.Series, ranges: Sequence[Any], texts: ByteTexts) -> frozenset[str]:
    """Return the texts of a column that lie in one of the ranges declared as missing."""
    codes = set()
    for text in column.unique():
        number = number_of(text)
        for interval in ranges:
            low, high = interval["lo"], interval["hi"]
            if isinstance(low, str):
                hit = text == texts.decoded(low, "labels").strip()
            else:
                hit = number is not None and low <= number <= high
            if hit:
                codes.add(text)
    return frozenset(codes)
