"""Columns of a second file of the same wave, joined to the rows of the first by keys."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.schema.quality import JoinReport
from ruralimpact.survey.identifiers import refuse_inexact
from ruralimpact.survey.raw_column import BETWEEN, raw_column
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.similar import refuse_near, refuse_two_ways
from ruralimpact.survey.values import code_of, each_text, is_error, is_shortened

T = TypeVar("T")
# Rows that find none, as many as a report names.
_ROWS_TOLD = 20
_UNUSABLE = {
    is_error: "the key is an error of the spreadsheet.",
    is_shortened: "the key is a number in exponent form, whose last digits are lost.",
}


@dataclass(frozen=True)
class UnmatchedRows:
    """Rows of one of two joined files that have none of the other.

    Attributes
    ----------
    file, column : str
        Of these rows, and of their keys.
    reason : str
        What follows, in one sentence.
    rows : tuple of int
    """

    file: str
    column: str
    reason: str
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Joined:
    """A table with the columns of another.

    Attributes
    ----------
    table : RawTable
        The columns of the other file are called ``<name>.<column>``; blank where it has no such key.
    report : JoinReport
    rows : ndarray of int, shape (n,)
        Row of the other file that each row has; -1 for none.
    unmatched : tuple of UnmatchedRows
        Rows without a key, those whose key the other file does not have, and rows of the other file that
        belong to none; only what there is.
    """

    table: RawTable
    report: JoinReport
    rows: NDArray[np.int64]
    unmatched: tuple[UnmatchedRows, ...] = ()


def join_file(
    left: RawTable,
    right: RawTable,
    keys: Mapping[str, str],
    *,
    name: str,
    file: str | Path,
    other: str | Path,
    decimal: str | None = None,
) -> Joined:
    """Give each row the columns of the one row of another file that has the same keys.

    Parameters
    ----------
    left, right : RawTable
    keys : mapping of str to str
        Raw column of the first file to that of the second; values are compared as codes
        (`values.code_of`). Several rows of the first may have the same.
    name : str
        What the second file is called.
    file, other : path
        Of the two, for messages.
    decimal : str, optional
        Decimal mark of the second file, where it is stated.

    Returns
    -------
    Joined

    Raises
    ------
    DataError
        The second file has no rows, several with the same keys or one without, keys of the two differ only in
        the way of writing, or no row finds another.
    """
    right = right.with_cells(right.cells[(right.cells != "").any(axis=1)])
    if right.cells.empty:
        raise DataError("has no rows of data.", file=other)
    here = _keys(left, list(keys), file)
    there = _keys(right, list(keys.values()), other)
    column = " + ".join(keys.values())
    if (there == "").any():
        rows = there.index[there == ""].tolist()
        raise DataError("the key is missing.", file=other, column=column, rows=rows)
    repeated = there[there.duplicated(keep=False)]
    if len(repeated):
        raise DataError(
            f"the key '{repeated.iloc[0]}' occurs in several rows, and one is wanted for each row of {file}.",
            file=other,
            column=column,
            rows=repeated.index.tolist(),
            hint="Rows of a unit are a source of their own with an `item`, whose variables are added up by "
            "`rows`.",
        )
    refuse_near(here, there, file=file, column=" + ".join(keys), where=str(other))
    positions = pd.Index(there).get_indexer(pd.Index(here))
    matched = positions >= 0
    if not matched.any():
        problem = f"no row has the key of one of {file}."
        raise DataError(problem, file=other, column=column)
    # Position -1, of a key that the other file does not have, is no row and so becomes a blank one.
    added = right.cells.reset_index(drop=True).reindex(positions).fillna("").astype("str")
    added = added.set_axis([f"{name}.{column}" for column in right.cells.columns], axis=1)
    cells = pd.concat([left.cells, added.set_axis(left.cells.index, axis=0)], axis=1)
    report = JoinReport(
        name=name,
        file=str(other),
        rows=len(right.cells),
        matched=int(matched.sum()),
        without=int((~matched).sum()),
        unused=len(right.cells) - len(set(positions[matched])),
        rows_without=tuple(here.index[~matched][:_ROWS_TOLD].tolist()),
        rows_unused=tuple(there.index[~there.isin(here)][:_ROWS_TOLD].tolist()),
    )
    origin = np.where(matched, right.cells.index.to_numpy(np.int64)[positions], -1)
    unmatched = tuple(_unmatched(here, there, " + ".join(keys), column, str(file), str(other)))
    return Joined(_together(left, right, cells, name, decimal), report, origin, unmatched)


def _unmatched(
    here: pd.Series, there: pd.Series, column: str, other_column: str, file: str, other: str
) -> Iterator[UnmatchedRows]:
    """Yield the rows that find none, by reason; keys are blank where one is missing."""
    lost = "what it holds of them is missing"
    for own, named, without, reason in (
        (file, column, here == "", f"the key is missing, so no row of {other} is theirs: {lost}."),
        (file, column, (here != "") & ~here.isin(there), f"{other} has no such key: {lost}."),
        (other, other_column, ~there.isin(here), f"no row of {file} has such a key: not used."),
    ):
        rows = tuple(without.index[without].tolist())
        if rows:
            yield UnmatchedRows(own, named, reason, rows)


def _keys(table: RawTable, names: list[str], file: str | Path) -> pd.Series:
    columns = [raw_column(table.cells, name, file) for name in names]
    for name, column in zip(names, columns, strict=True):
        refuse_inexact(column, table.stored.get(name), file=file, column=name)
        for is_unusable, problem in _UNUSABLE.items():
            wrong = each_text(column, is_unusable).astype(bool)
            if wrong.any():
                rows = column.index[wrong].tolist()
                raise DataError(problem, file=file, column=name, rows=rows)
    parts = [each_text(column, code_of) for column in columns]
    if len(parts) > 1:  # so that 1/2 and 3 are not 1 and 2/3
        parts = [part.str.replace("%", "%25").str.replace(BETWEEN, "%2F") for part in parts]
    joined = parts[0].str.cat(pd.concat(parts, axis=1).iloc[:, 1:], sep=BETWEEN)
    blank = (pd.concat(parts, axis=1) == "").any(axis=1)
    keys = joined.mask(blank, "")
    refuse_two_ways(keys[keys != ""], file=file, column=" + ".join(names), what="keys")
    return keys


def _together(
    left: RawTable, right: RawTable, cells: pd.DataFrame, name: str, decimal: str | None
) -> RawTable:
    def renamed(about: Mapping[str, T]) -> dict[str, T]:
        return {f"{name}.{column}": value for column, value in about.items()}

    marks = dict.fromkeys(map(str, right.cells.columns), decimal) if decimal else {}
    return RawTable(
        cells=cells,
        value_labels={**left.value_labels, **renamed(right.value_labels)},
        questions={**left.questions, **renamed(right.questions)},
        missing={**left.missing, **renamed(right.missing)},
        stored={**left.stored, **renamed(right.stored)},
        decimals={**left.decimals, **renamed(marks)},
        notes=left.notes + tuple(f"{name}: {note}" for note in right.notes),
    )
