"""Identifiers of units in described columns: numbered, hashed or refused before a table leaves ingest."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.privacy.ids_in_cells import (
    is_key_by_name,
    is_telling,
    rows_with_ids,
    rows_with_telling,
)
from ruralimpact.privacy.keyed_ids import keyed
from ruralimpact.privacy.scan import are_names, tells_units_apart
from ruralimpact.schema.quality import FileLabels
from ruralimpact.survey.codebook import IDENTIFIER, INTERVIEWER, Entry
from ruralimpact.survey.raw_column import TOGETHER, raw_column
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.similar import near_forms
from ruralimpact.survey.values import code_of, each_text, normalised

GROUP = "group"
# Fewer rows may all differ without being numbered.
_FEWEST_ROWS = 10


@dataclass(frozen=True)
class CellsOfUnits:
    """Cells of a raw file, and whom its rows are about.

    Attributes
    ----------
    cells : DataFrame of str, shape (n, ...)
    ids : Series of str, shape (n,), or None
        The identifier of each row; None where identifiers are public or rows have none.
    file : path
        For messages.
    telling : collection of str
        Identifiers that no cell holds by chance, of this source and of others, see `telling_ids`.
    """

    cells: pd.DataFrame
    ids: pd.Series | None
    file: str | Path
    telling: Collection[str] = frozenset()

    def column(self, entry: Entry) -> pd.Series:
        """Return the cells of a described column, in the form in which codes are compared."""
        return each_text(raw_column(self.cells, entry.raw_name, self.file), code_of)

    def with_ids(self, entry: Entry) -> pd.Series:
        """Tell which cells of a described column hold identifiers of units: Series of bool, shape (n,)."""
        return self.holding(self.column(entry), entry)

    def holding(self, column: pd.Series, entry: Entry) -> pd.Series:
        """Return `with_ids` of a column that `column` has returned."""
        whole = entry.is_number
        if self._codes is None:
            return rows_with_telling(column, self.telling, whole=whole)
        return rows_with_ids(column, self._codes, self.telling, whole=whole)

    @cached_property
    def _codes(self) -> pd.Series | None:
        return None if self.ids is None else each_text(self.ids, code_of)


def telling_ids(
    cells: pd.DataFrame, ids: pd.Series | None, others: Sequence[str], file: str | Path
) -> frozenset[str]:
    """Return what tells who a unit of a source is, and stands in no cell by chance.

    Parameters
    ----------
    cells : DataFrame of str
        Of the source, with the columns of joined files.
    ids : Series of str, or None
        The identifier of each row, where it is private; put together of numbers it may be others by chance.
    others : sequence of str
        Columns marked as identifiers, and keys of joined files: those that mostly differ, and are no dates.
    file : path
        For messages.
    """
    known = {normalised(str(column)) for column in cells}
    columns = [raw_column(cells, name, file) for name in others if normalised(name) in known]
    told = [column for column in columns if tells_units_apart(column)]
    if ids is not None and TOGETHER not in str(ids.name):
        told.append(ids)
    return frozenset(
        code
        for column in told
        for code in map(code_of, column.unique().tolist())
        if is_telling(code)
    )


def is_key_of_rows(cells: CellsOfUnits, entry: Entry) -> bool:
    """Whether a variable that tells apart the rows of a unit tells who the unit is, too.

    Its cells hold identifiers, it is called like a key of rows, or is marked as an identifier; or it is
    no number, and no two rows of the file have the same.
    """
    is_private = cells.ids is not None
    if is_private and (entry.role == IDENTIFIER or is_key_by_name(entry.raw_name)):
        return True
    column = cells.column(entry)
    holds = bool(cells.holding(column, entry).any())
    if holds or not is_private:
        return holds
    has_digits = bool(column.str.contains(r"\d").all())
    return not entry.is_number and len(column) >= _FEWEST_ROWS and has_digits and column.is_unique


def numbered(items: pd.Series, units: Sequence[pd.Series], *, as_text: bool) -> pd.Series:
    """Return the rows of each unit numbered from 1, in the order of what tells them apart.

    Parameters
    ----------
    items : Series, shape (n,)
    units : sequence of Series, shape (n,)
        What tells units apart: identifiers, and the wave.
    as_text : bool
        Whether the variable is a text.
    """
    ranks = items.groupby(list(units), sort=False).rank(method="dense")
    if not as_text:
        return ranks
    return ranks.map(lambda rank: f"{rank:.0f}", na_action="ignore").astype("str")


def without_interviewers(values: pd.Series, entry: Entry) -> pd.Series:
    """Return a variable; of interviewers their numbers from 1, in the order of their names or codes.

    Parameters
    ----------
    values : Series, shape (n,)
    entry : Entry
    """
    if entry.role != INTERVIEWER:
        return values
    ranks = values.rank(method="dense")
    if entry.is_number:
        return ranks
    return ranks.map(lambda rank: f"{rank:.0f}", na_action="ignore").astype("str")


def labels_that_leave(raw: RawTable, entries: Sequence[Entry]) -> dict[str, FileLabels]:
    """Return what a file says of its described columns, without what interviewers and people are called.

    Parameters
    ----------
    raw : RawTable
    entries : sequence of Entry
    """
    roles = {entry.raw_name: entry.role for entry in entries if entry.role != INTERVIEWER}
    of_people = [
        column
        for column, role in roles.items()
        if role == GROUP and are_names(list(raw.value_labels.get(column, {}).values()))
    ]
    return {
        column: labels.model_copy(update={"values": {}}) if column in of_people else labels
        for column, labels in raw.file_labels([*roles]).items()
    }


def refuse_ids(cells: CellsOfUnits, entry: Entry) -> None:
    """Refuse a described column whose cells hold identifiers.

    Raises
    ------
    DataError
    """
    rows = cells.with_ids(entry)
    if rows.any():
        raise DataError(
            f"cells hold identifiers of units, which must not leave the file ('{entry.variable}').",
            file=cells.file,
            column=entry.raw_name,
            rows=rows.index[rows].tolist(),
            hint="Give it the role identifier or unused in the codebook.",
        )


def hashed_groups(groups: pd.Series, key: bytes) -> pd.Series:
    """Return groups that are called by identifiers of units as keyed hashes, missing ones as they are."""
    return groups.where(groups.isna(), keyed(groups.fillna(""), key, near_forms))
