"""Cleaning that is written down: tables of recodes, corrections and decisions about duplicates.

Each is a .csv or .xlsx that people keep, with a row a decision, who took it and why.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.source import Reading
from ruralimpact.suggestions import nearest
from ruralimpact.survey.raw_column import BETWEEN
from ruralimpact.survey.readers import TEXTS, read_file
from ruralimpact.survey.values import ERROR_HINTS, code_of, normalised

_YES = ("yes", "y", "1", "sí", "si", "drop", "correct")


@dataclass(frozen=True)
class Recode:
    """A raw value of a column and what it is to be; `line` is that of the table."""

    line: int
    column: str
    raw: str
    clean: str


@dataclass(frozen=True)
class Correction:
    """A cell of a unit that is wrong, and what it is to be."""

    line: int
    identifier: str
    column: str
    old: str
    new: str


@dataclass(frozen=True)
class Decision:
    """What becomes of a row that shares its identifier: kept, dropped, or given a new one."""

    line: int
    identifier: str
    apart: str
    drop: bool
    new: str | None

    @property
    def codes(self) -> str:
        """Identifier and what tells the row apart, as codes with a slash between."""
        return BETWEEN.join([code_of(self.identifier), code_of(self.apart)])


def read_recodes(path: Path) -> list[Recode]:
    """Read a table with the columns ``column``, ``raw``, ``clean``; others (``why``, ``by``) are for people.

    Raises
    ------
    DataError
        A column is missing or a cell is empty, or a raw value stands twice with different clean ones.
    """
    table = _table(path, ("column", "raw", "clean"), filled=("column", "raw"))
    recodes = [Recode(line, row["column"], row["raw"], row["clean"]) for line, row in _rows(table)]
    seen: dict[tuple[str, str], Recode] = {}
    for recode in recodes:
        other = seen.setdefault((recode.column, code_of(recode.raw)), recode)
        if other.clean != recode.clean:
            problem = f"'{recode.raw}' is to be '{other.clean}' and '{recode.clean}'."
            raise DataError(problem, file=path, column="raw", rows=[other.line, recode.line])
    return recodes


def read_corrections(path: Path) -> list[Correction]:
    """Read a table with the columns ``id``, ``variable`` (a raw column), ``old``, ``new``.

    Raises
    ------
    DataError
        A column is missing or a cell is empty, or a cell is corrected twice.
    """
    table = _table(path, ("id", "variable", "old", "new"), filled=("id", "variable"))
    corrections = [
        Correction(line, row["id"], row["variable"], row["old"], row["new"])
        for line, row in _rows(table)
    ]
    seen: dict[tuple[str, str], int] = {}
    for correction in corrections:
        first = seen.setdefault(
            (code_of(correction.identifier), correction.column), correction.line
        )
        if first != correction.line:
            problem = f"'{correction.column}' of '{correction.identifier}' is corrected twice."
            raise DataError(problem, file=path, rows=[first, correction.line])
    return corrections


def read_decisions(path: Path, identifier: str, apart: str) -> list[Decision]:
    """Read a report of duplicates as Stata's ieduplicates writes it and people fill it in.

    Parameters
    ----------
    path : path
        With the columns `identifier`, `apart`, and ``correct``, ``drop`` and ``newid``, of which each row
        fills in one.
    identifier, apart : str
        Raw columns: the identifier, and what tells apart rows that share it.

    Raises
    ------
    DataError
        A column is missing, a row decides nothing or two things, or two rows are about the same one.
    """
    table = _table(
        path, (identifier, apart, "correct", "drop", "newid"), filled=(identifier, apart)
    )
    decisions = []
    seen: dict[tuple[str, str], int] = {}
    for line, row in _rows(table):
        first = seen.setdefault((code_of(row[identifier]), code_of(row[apart])), line)
        if first != line:
            problem = f"one row of the data, '{row[apart]}', is decided twice."
            raise DataError(problem, file=path, column=apart, rows=[first, line])
        correct, drop = (_is_yes(row[name], path, name, line) for name in ("correct", "drop"))
        new = row["newid"] or None
        if correct + drop + (new is not None) != 1:
            problem = "fill in one of `correct`, `drop` and `newid`."
            raise DataError(problem, file=path, rows=[line])
        decisions.append(Decision(line, row[identifier], row[apart], drop, new))
    return decisions


def _is_yes(text: str, path: Path, column: str, line: int) -> bool:
    if text and text.casefold() not in _YES:
        raise DataError(f"'{text}' is not yes.", file=path, column=column, rows=[line])
    return bool(text)


def _table(path: Path, columns: Sequence[str], filled: Sequence[str]) -> pd.DataFrame:
    cells = _cells(path)
    names = [str(name) for name in cells.columns]
    for column in columns:
        if names.count(column) != 1:
            problem = "the table needs this column once."
            hint = None if column in names else nearest(column, names)
            raise DataError(problem, file=path, column=column, hint=hint)
    if cells.empty:
        raise DataError("the table has no rows.", file=path)
    table = cells[list(columns)].map(normalised)
    table = table[(table != "").any(axis=1)]
    for column in columns:
        wrong = table[column].isin(ERROR_HINTS)
        if wrong.any():
            hint = ERROR_HINTS[table.loc[wrong, column].iloc[0]]
            problem = "the cell has no value of its own."
            rows = table.index[wrong].tolist()
            raise DataError(problem, file=path, column=column, rows=rows, hint=hint)
    for column in filled:
        if (table[column] == "").any():
            rows = table.index[table[column] == ""].tolist()
            raise DataError("the cell is empty.", file=path, column=column, rows=rows)
    return table


def _cells(path: Path) -> pd.DataFrame:
    if path.suffix.lower() not in TEXTS:
        return read_file(path, Reading(), key="sources.edits").cells
    try:
        return read_file(path, Reading(delimiter=_delimiter(path)), key="sources.edits").cells
    except DataError as error:
        if "encoding" not in error.problem:
            raise
        raise DataError(error.problem, file=path, hint="Save it as text in UTF-8.") from None


def _delimiter(path: Path) -> str:
    if not path.is_file():
        return ","
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        header = file.readline()
    return max(",;\t", key=header.count)


def _rows(table: pd.DataFrame) -> list[tuple[int, dict[str, str]]]:
    return [
        (int(line), dict(zip(table.columns, cells, strict=True)))
        for line, cells in zip(table.index, table.itertuples(index=False), strict=True)
    ]
