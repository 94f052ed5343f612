"""Declared edits of a raw table: each a rule of study.yaml, each counted, none guessed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pandas as pd

from ruralimpact.schema.edit import AnyEdit, ColumnEdit, SelectMultiple
from ruralimpact.schema.quality import EditReport, ExcludedRows
from ruralimpact.survey.cell_edits import CELL_EDITS
from ruralimpact.survey.edit import EditJob
from ruralimpact.survey.row_edits import ROW_EDITS
from ruralimpact.survey.select_multiple import select_multiple
from ruralimpact.survey.table_edits import TABLE_EDITS

_LISTED = 20


@dataclass(frozen=True)
class Edited:
    """A raw table after its edits.

    Attributes
    ----------
    table : DataFrame of str
        Indexed by row of the raw file.
    edits : tuple of EditReport
        One a rule and column, in order.
    excluded : tuple of ExcludedRows
        For rules that exclude rows.
    not_found : dict of str to list of str
        Raw values that a table of recodes lists and that no row has, by column.
    blanked : dict of str to list of int
        Rows whose cell a rule blanked because nobody knows what it should hold, by column. What a table of
        corrections blanks is none of them: it says what the cell holds.
    """

    table: pd.DataFrame
    edits: tuple[EditReport, ...] = ()
    excluded: tuple[ExcludedRows, ...] = ()
    not_found: dict[str, list[str]] = field(default_factory=dict)
    blanked: dict[str, list[int]] = field(default_factory=dict)


def apply_edits(
    raw: pd.DataFrame,
    rules: Sequence[AnyEdit],
    *,
    file: str | Path,
    keys: Sequence[str] = (),
    identifier: str = "",
    decimal: str = ".",
    key: str = "edits",
    one_of_several: bool = False,
    as_written: Sequence[str] = (),
    missing_codes: Mapping[str, Collection[str]] | None = None,
) -> Edited:
    """Apply the edits of a source, in the order declared.

    Parameters
    ----------
    raw : DataFrame of str
        Cells of a `RawTable`.
    rules : sequence of schema.edit.Edit
        Entries of ``edits:``.
    file : path
        For messages.
    keys : sequence of str
        Raw columns that identify a row.
    identifier : str
        Raw column, or columns, of the unit's identifier.
    decimal : str
        Decimal mark of the file.
    key : str
        Configuration key of `rules`, for messages.
    one_of_several : bool
        Whether other files are edited by the same rules, so that one need not have all that they name.
    as_written : sequence of str
        Raw columns whose values are different although they differ only in the way of writing.
    missing_codes : mapping of str to collection of str, optional
        What means "missing" by raw column, in each form that it may be written in.

    Returns
    -------
    Edited

    Raises
    ------
    DataError
        The file has no column of that name, or see the rules.
    """
    done = Edited(raw)
    for position, rule in enumerate(rules, start=1):
        job = EditJob(
            table=done.table,
            rule=rule,
            key=f"{key}.{position}",
            file=Path(file),
            keys=tuple(keys),
            identifier=identifier,
            decimal=decimal,
            one_of_several=one_of_several,
            as_written=tuple(as_written),
            missing_codes=missing_codes or {},
        )
        done = _after(done, _with_blanked(job, _applied(job)))
    return done


def _applied(job: EditJob[AnyEdit]) -> Edited:
    """Apply one rule."""
    name = job.rule.rule
    if name in ROW_EDITS:
        rows = ROW_EDITS[name](job)
        return Edited(rows.table, _reports(name, rows.changed), (rows.excluded,))
    if name in TABLE_EDITS:
        listed = TABLE_EDITS[name](job)
        return Edited(listed.table, _reports(name, listed.changed), (), listed.not_found)
    if isinstance(job.rule, SelectMultiple):
        split, columns = select_multiple(cast(EditJob[SelectMultiple], job))
        return Edited(split, _reports(name, columns))
    table, changed = job.table, {}
    for column in cast(ColumnEdit, job.rule).columns:
        raw = job.column(column)
        values, hit = CELL_EDITS[name](job, raw)
        table = table.assign(**{str(raw.name): values})
        changed[str(raw.name)] = table.index[hit].tolist()
    return Edited(table, _reports(name, changed))


_BLANKING = ("implausible", "recodes", "near_duplicates")


def _with_blanked(job: EditJob[AnyEdit], edited: Edited) -> Edited:
    """Say which cells the rule blanked, if it is one that can."""
    if job.rule.rule not in _BLANKING:
        return edited
    after, before = edited.table, job.table.loc[edited.table.index]
    gone = (before != "") & (after == "")
    return replace(
        edited,
        blanked={str(name): gone.index[hit].tolist() for name, hit in gone.items() if hit.any()},
    )


def _reports(name: str, changed: Mapping[str, list[int]]) -> tuple[EditReport, ...]:
    return tuple(
        EditReport(rule=name, column=column, count=len(rows), rows=tuple(rows[:_LISTED]))
        for column, rows in changed.items()
    )


def _after(done: Edited, new: Edited) -> Edited:
    return Edited(
        new.table,
        done.edits + new.edits,
        done.excluded + new.excluded,
        {**done.not_found, **new.not_found},
        {
            column: [*done.blanked.get(column, ()), *new.blanked.get(column, ())]
            for column in {**done.blanked, **new.blanked}
        },
    )
