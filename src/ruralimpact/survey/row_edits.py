"""Edits that exclude rows or change whose they are; each counted."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.edit import Duplicates, ExactDuplicates, NearDuplicates
from ruralimpact.schema.quality import ExcludedRows
from ruralimpact.survey.edit import EditJob
from ruralimpact.survey.edit_tables import Decision, read_decisions
from ruralimpact.survey.raw_column import BETWEEN, TOGETHER
from ruralimpact.survey.values import code_of, each_text


@dataclass(frozen=True)
class EditedRows:
    """A table after an edit of its rows.

    Attributes
    ----------
    table : DataFrame of str
    excluded : ExcludedRows
    changed : dict of str to list of int
        Rows whose cell was changed, by column.
    """

    table: pd.DataFrame
    excluded: ExcludedRows
    changed: dict[str, list[int]] = field(default_factory=dict)


def exact_duplicates(job: EditJob[ExactDuplicates]) -> EditedRows:
    """Exclude copies of a row."""
    kept = job.table[~job.table.duplicated(keep="first")]
    return EditedRows(kept, _excluded("copy of another row", job.table, kept))


def near_duplicates(job: EditJob[NearDuplicates]) -> EditedRows:
    """Keep one row of those with the same key, and blank the few cells on which they disagree.

    Nobody can say which is right, and so the order of rows in the file does not matter.
    """
    most, keys = job.rule.cells, list(job.keys)
    repeated = job.table[job.table.duplicated(keys, keep=False)]
    first = repeated.groupby(keys, sort=False).transform("first")
    differs = repeated.ne(first.reindex(columns=repeated.columns)) & ~repeated.columns.isin(keys)
    if (differs.sum(axis=1) > most).any():
        raise DataError(
            f"the identifier occurs again with more than {most} cells different.",
            file=job.file,
            column=keys[0],
            rows=repeated.index[differs.sum(axis=1) > most].tolist(),
        )
    disputed = differs.groupby([repeated[key] for key in keys]).transform("any")
    table = job.table.copy()
    table.loc[repeated.index] = repeated.mask(disputed, "")
    reason = (
        f"same identifier as another row, with up to {most} cells different (these are blanked)"
    )
    kept = table[~table.duplicated(keys, keep="first")]
    return EditedRows(kept, _excluded(reason, table, kept))


def duplicates(job: EditJob[Duplicates]) -> EditedRows:
    """Resolve rows with the same identifier as a table of decisions says, in the form of ieduplicates.

    A row is found by its identifier and what tells it apart (``key``), and is kept as it is, dropped, or
    given another identifier. A decision about a row that is not there is refused, and so are decisions that
    leave one identifier to two rows; rows that no decision is about stay, and are refused afterwards if they
    still share one. Identifiers are not quoted: they may tell who somebody is.
    """
    decisions = read_decisions(Path(job.rule.file), job.identifier, job.rule.key)
    ids, apart = job.column(job.identifier), job.column(job.rule.key)
    codes = each_text(ids, code_of) + BETWEEN + each_text(apart, code_of)
    table, dropped, renamed = job.table.copy(), [], []
    decided: dict[int, Decision] = {}
    for decision in decisions:
        rows = table.index[codes == decision.codes]
        if len(rows) != 1:
            raise DataError(
                f"{len(rows) or 'no'} rows of the data have the identifier of this line and "
                f"'{decision.apart}' in the column '{apart.name}'.",
                file=job.rule.file,
                rows=[decision.line],
            )
        dropped += rows.tolist() if decision.drop else []
        decided[int(rows[0])] = decision
        if decision.new is not None:
            table.loc[rows, ids.name] = decision.new
            renamed += rows.tolist()
    kept = table.drop(index=dropped)
    _refuse_shared(job, decided, _codes_of_rows(kept, str(ids.name), job))
    reason = "dropped as a duplicate by a table of decisions"
    return EditedRows(kept, _excluded(reason, table, kept), {str(ids.name): renamed})


def _codes_of_rows(table: pd.DataFrame, identifier: str, job: EditJob[Duplicates]) -> pd.DataFrame:
    """Return what identifies each row, as codes: its identifier first, then the others of `job.keys`."""
    parts = identifier.split(TOGETHER)
    own = [identifier] if identifier in table else parts
    beside = [key for key in job.keys if key not in parts and key in table]
    return pd.DataFrame({key: each_text(table[key], code_of) for key in (*own, *beside)})


def _refuse_shared(
    job: EditJob[Duplicates], decided: Mapping[int, Decision], codes: pd.DataFrame
) -> None:
    """Refuse decisions that leave a row the identifier of another one."""
    shared = codes[codes.duplicated(keep=False)]
    for row, decision in decided.items():
        if row not in shared.index:
            continue
        other = next(r for r in shared.index[(shared == shared.loc[row]).all(axis=1)] if r != row)
        if other in decided:
            problem = f"two lines leave one identifier to the rows {row} and {other} of the data."
            lines = sorted({decision.line, decided[other].line})
            hint = "Of rows that share one, `drop` the others or give them a `newid`."
            raise DataError(problem, file=job.rule.file, rows=lines, hint=hint)
        if decision.new is not None:
            problem = f"the row {other} of the data has this new identifier already."
            raise DataError(problem, file=job.rule.file, column="newid", rows=[decision.line])


def _excluded(reason: str, before: pd.DataFrame, after: pd.DataFrame) -> ExcludedRows:
    return ExcludedRows(reason=reason, rows=len(before) - len(after))


ROW_EDITS: dict[str, Callable[[EditJob[Any]], EditedRows]] = {
    "exact_duplicates": exact_duplicates,
    "near_duplicates": near_duplicates,
    "duplicates": duplicates,
}
