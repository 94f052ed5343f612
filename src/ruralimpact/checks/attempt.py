"""A raw file as it is read in a check: tried again without what was refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.privacy.keyed_ids import key_at_hand
from ruralimpact.schema.base import Settings
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.schema.source import JoinedFile, Source
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.harmonise import Survey, columns_beside_id, harmonise, missing_forms
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.prepare import id_columns, prepare
from ruralimpact.survey.private_columns import (
    has_private_ids,
)
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.values import normalised

# In the place of a cell that was refused: unknown, and no blank, which may mean none; no keyboard has it.
_REFUSED = "\ue000"
# In the order in which a run applies them.
_OPTIONS = ("edits", "join", "keep")


@dataclass(frozen=True)
class Attempt:
    """What a survey table is tried to be made of."""

    raw: RawTable
    source: Source
    entries: tuple[Entry, ...]
    others: Mapping[str, RawTable]
    marked: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()

    def survey(self) -> Survey:
        """Make the survey table as a run would."""
        file, source = table_place(self.source), self.source
        key = key_at_hand() if has_private_ids(source) else None
        return harmonise(
            self.raw,
            source,
            self.entries,
            file=file,
            others=self.others,
            marked=self.marked,
            key=key,
            elsewhere=self.elsewhere,
        )

    def prepared(self) -> None:
        """Edit, join and filter as a run would."""
        columns = columns_beside_id(self.raw, self.source, self.entries)
        file, others = table_place(self.source), self.others
        codes = missing_forms(self.entries)
        prepare(self.raw, self.source, file=file, others=others, items=columns, missing_codes=codes)


def next_attempt(attempt: Attempt, problem: RuralImpactError) -> Attempt | None:
    """Return what can be tried after a mistake: the same without what it is about, or nothing.

    Parameters
    ----------
    attempt : Attempt
    problem : RuralImpactError
        What a run would raise.
    """
    if isinstance(problem, DataError) and problem.column is not None:
        column = normalised(problem.column)
        kept = tuple(entry for entry in attempt.entries if not uses(entry, column))
        if problem.rows and len(kept) < len(attempt.entries) and _is_made(attempt, column):
            return _with_entries(attempt, kept)
        if problem.rows:
            rows = attempt.raw.cells.index.isin(problem.rows)
            return _without_cells(attempt, column, rows)
        if column in names_of(id_columns(attempt.source)):
            numbered = attempt.source.model_copy(update={"id": ROW_NUMBER})
            return replace(attempt, source=numbered)
        if len(kept) < len(attempt.entries):
            return _with_entries(attempt, kept)
    return _without_options(attempt)


def _is_made(attempt: Attempt, column: str) -> bool:
    """Tell whether a column is none of the file: one of a joined file, or one that an edit makes."""
    return not names_of([column]) & names_of([str(name) for name in attempt.raw.cells])


def _with_entries(attempt: Attempt, kept: tuple[Entry, ...]) -> Attempt | None:
    """Go on with fewer variables; not without the one that tells apart the rows of a unit."""
    names = {entry.variable for entry in kept}
    had = {entry.variable for entry in attempt.entries}
    lost = attempt.source.item in had and attempt.source.item not in names
    return None if lost else replace(attempt, entries=kept)


def _without_cells(attempt: Attempt, column: str, rows: Any) -> Attempt | None:
    """Set the cells of a column to missing, or leave out the rows where they are or identify the unit."""
    cells = attempt.raw.cells
    named = names_of([column])
    places = [i for i, name in enumerate(cells.columns) if normalised(str(name)) in named]
    told = cells.iloc[rows, places].isin(["", _REFUSED])
    blank = not places or bool(told.all(axis=None))
    identifying = bool(named & names_of(id_columns(attempt.source)))
    if blank and len(places) == 1 and not identifying and not _tells_rows_apart(attempt, column):
        return _with_entries(
            attempt, tuple(entry for entry in attempt.entries if not uses(entry, column))
        )
    if blank or identifying or len(places) > 1:
        kept = cells[~rows]
        return None if len(kept) in (0, len(cells)) else _with_cells(attempt, kept)
    changed = cells.copy()
    changed.iloc[rows, places[0]] = _REFUSED
    entries = tuple(
        replace(entry, missing_codes=(*entry.missing_codes, _REFUSED))
        if uses(entry, column) and _REFUSED not in entry.missing_codes
        else entry
        for entry in attempt.entries
    )
    return replace(_with_cells(attempt, changed), entries=entries)


def _tells_rows_apart(attempt: Attempt, column: str) -> bool:
    """Tell whether rows cannot do without a column, or nothing is made of it."""
    used = [entry.variable for entry in attempt.entries if uses(entry, column)]
    return not used or not {attempt.source.wave_variable, attempt.source.item}.isdisjoint(used)


def _with_cells(attempt: Attempt, cells: pd.DataFrame) -> Attempt:
    return replace(attempt, raw=attempt.raw.with_cells(cells))


def uses(entry: Entry, column: str) -> bool:
    """Tell whether a variable is made of a column, or of one that it is a part of."""
    return bool(names_of([entry.raw_name]) & names_of([column]))


def names_of(columns: Sequence[str]) -> set[str]:
    """Return the columns, and the parts of those that are several together."""
    whole = [normalised(column) for column in columns]
    return {*whole, *(part for column in whole for part in column.split(TOGETHER))}


def without_joined(attempt: Attempt, absent: set[str]) -> Attempt:
    """Leave out joined files that could not be read, and what the codebook takes from them."""
    if not absent:
        return attempt
    kept = [file for file in attempt.source.join if file.name not in absent]
    dropped = [file for file in attempt.source.join if file.name in absent]
    return _without_columns(_with_options(attempt, "join", kept), dropped)


def _without_columns(attempt: Attempt, dropped: Sequence[Settings]) -> Attempt:
    """Leave out what the codebook takes from joined files, and from questions that are not split."""
    begun = tuple(
        begin
        for option in dropped
        for begin in (
            [f"{option.name}."]
            if isinstance(option, JoinedFile)
            else [f"{column}/" for column in option.columns]
            if isinstance(option, SelectMultiple)
            else []
        )
    )
    entries = [entry for entry in attempt.entries if not entry.raw_name.startswith(begun)]
    return replace(attempt, entries=tuple(entries))


def _without_options(attempt: Attempt) -> Attempt | None:
    """Leave out the edits, joins and conditions that cannot be applied, the first ones first."""
    for option in _OPTIONS:
        kept = _applicable(attempt, option)
        own = getattr(attempt.source, option)
        if len(kept) < len(own):
            dropped = [entry for entry in own if entry not in kept]
            return _without_columns(_with_options(attempt, option, kept), dropped)
    return None


def _applicable(attempt: Attempt, option: str) -> list[Settings]:
    """Return the entries of an option that can be applied after those before them."""
    for later in _OPTIONS[_OPTIONS.index(option) + 1 :]:
        attempt = _with_options(attempt, later, ())
    kept: list[Settings] = []
    for entry in getattr(attempt.source, option):
        try:
            _with_options(attempt, option, [*kept, entry]).prepared()
        except RuralImpactError:
            continue
        kept.append(entry)
    return kept


def _with_options(attempt: Attempt, option: str, entries: Sequence[Settings]) -> Attempt:
    source = attempt.source.model_copy(update={option: tuple(entries)})
    return replace(attempt, source=source)


def refused_rows(raw: RawTable, column: str) -> list[int]:
    """Return the rows of cells that were refused, which problems tell."""
    places = [i for i, name in enumerate(raw.cells) if normalised(str(name)) == normalised(column)]
    hit = (raw.cells.iloc[:, places] == _REFUSED).any(axis=1)
    return raw.cells.index[hit].tolist()


def is_consequence(attempt: Attempt, problem: RuralImpactError) -> bool:
    """Tell whether a mistake is about cells that were refused, which is told already."""
    if _REFUSED in str(problem):
        return True
    if not isinstance(problem, DataError) or problem.column is None or not problem.rows:
        return False
    return set(problem.rows) <= set(refused_rows(attempt.raw, problem.column))
