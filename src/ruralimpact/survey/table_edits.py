"""Edits that a table lists: recodes of values, and corrections of single cells."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.edit import Corrections, Recodes
from ruralimpact.suggestions import nearest
from ruralimpact.survey.declared_values import refuse_near_declared
from ruralimpact.survey.edit import EditJob
from ruralimpact.survey.edit_tables import Correction, Recode, read_corrections, read_recodes
from ruralimpact.survey.values import code_of, each_text, normalised


@dataclass(frozen=True)
class ListedEdits:
    """A table after the edits of a list.

    Attributes
    ----------
    table : DataFrame of str
    changed : dict of str to list of int
        Rows whose cell was changed, by column.
    not_found : dict of str to list of str
        Raw values that no row has, by column.
    """

    table: pd.DataFrame
    changed: dict[str, list[int]]
    not_found: dict[str, list[str]]


def recodes(job: EditJob[Recodes]) -> ListedEdits:
    """Write the clean value for each raw value of a table of recodes.

    Raises
    ------
    DataError
        A value of the column that is not listed differs only in the way of writing from one that is.
    """
    path = Path(job.rule.file)
    table = job.table
    changed: dict[str, list[int]] = {}
    absent: dict[str, list[str]] = {}
    listed: dict[str, list[Recode]] = {}
    for recode in read_recodes(path):
        listed.setdefault(recode.column, []).append(recode)
    for name, rows in listed.items():
        column = _column(job, name, path, rows[0].line)
        clean = {code_of(row.raw): row.clean for row in rows}
        codes = each_text(column, lambda text: code_of(text, job.decimal))
        hit = codes.isin(clean)
        _refuse_near(column, codes, rows, job)
        table = table.assign(**{str(column.name): column.mask(hit, codes.map(clean))})
        changed[str(column.name)] = column.index[hit].tolist()
        known = set(codes)
        missing = [row.raw for row in rows if code_of(row.raw) not in known]
        absent |= {name: missing} if missing else {}
    return ListedEdits(table, changed, absent)


def corrections(job: EditJob[Corrections]) -> ListedEdits:
    """Correct cells one by one, each of which must hold what the table says that it holds.

    Raises
    ------
    DataError
        There is no unit of that identifier or there are several, or its cell holds something else.
    """
    path = Path(job.rule.file)
    table = job.table.copy()
    changed: dict[str, list[int]] = {}
    ids = each_text(job.column(job.identifier), code_of)
    for correction in read_corrections(path):
        column = _column(job, correction.column, path, correction.line)
        rows = ids.index[ids == code_of(correction.identifier)]
        if len(rows) != 1:
            raise _unknown(correction, len(rows), ids, path)
        cell = normalised(str(column[rows[0]]))
        if code_of(cell, job.decimal) != code_of(correction.old, job.decimal):
            problem = (
                f"'{correction.column}' of '{correction.identifier}' is '{cell}', not "
                f"'{correction.old}'."
            )
            raise DataError(problem, file=path, column="old", rows=[correction.line])
        table.loc[rows, str(column.name)] = correction.new
        changed.setdefault(str(column.name), []).append(int(rows[0]))
    return ListedEdits(table, changed, {})


def _column(job: EditJob[Any], name: str, path: Path, line: int) -> pd.Series:
    """Return a raw column that a line of a table names."""
    try:
        return job.column(name)
    except DataError as error:
        problem = f"'{name}' is no column of {job.file}."
        raise DataError(problem, file=path, rows=[line], hint=error.hint) from None


def _unknown(correction: Correction, count: int, ids: pd.Series, path: Path) -> DataError:
    if count:
        problem = f"{count} rows have the identifier '{correction.identifier}'."
        return DataError(problem, file=path, column="id", rows=[correction.line])
    problem = f"no row has the identifier '{correction.identifier}'."
    hint = nearest(code_of(correction.identifier), sorted(set(ids)))
    near = hint if hint.startswith("Did") else None
    return DataError(problem, file=path, column="id", rows=[correction.line], hint=near)


def _refuse_near(
    column: pd.Series, codes: pd.Series, rows: Sequence[Recode], job: EditJob[Recodes]
) -> None:
    """Refuse a value that is not listed and differs only in the way of writing from one that is."""
    refuse_near_declared(
        codes,
        [code_of(text) for row in rows for text in (row.raw, row.clean)],
        where=str(job.rule.file),
        file=job.file,
        column=str(column.name),
        hint="List each form there.",
    )


TABLE_EDITS: dict[str, Callable[[EditJob[Any]], ListedEdits]] = {
    "recodes": recodes,
    "corrections": corrections,
}
