"""All mistakes of one raw file, found by reading it as a run would, again without what was refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from ruralimpact.checks.remarks import (
    Remark,
    remark_on_cells,
    remarks_on_answers,
    remarks_on_labels,
    remarks_on_labels_of_arms,
    remarks_on_letters_for_digits,
    remarks_on_values,
)
from ruralimpact.checks.suspected_codes import remarks_on_suspected_codes
from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.privacy.keyed_ids import key_at_hand
from ruralimpact.schema.base import Settings
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.schema.source import JoinedFile, Source
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.harmonise import Survey, harmonise, missing_forms
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.prepare import id_columns, prepare
from ruralimpact.survey.private_columns import (
    files_of,
    has_private_ids,
    private_columns,
    quoting_nothing_private,
)
from ruralimpact.survey.raw_column import TOGETHER
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.summary_rows import lone_cells
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.units_elsewhere import OtherSource, other_source, refuse_ids_elsewhere
from ruralimpact.survey.values import normalised

# A file with more mistakes than this is another file.
_MOST_MISTAKES = 200
# In the place of a cell that was refused: unknown, and no blank, which may mean none; no keyboard has it.
_REFUSED = "\ue000"
# In the order in which a run applies them.
_OPTIONS = ("edits", "join", "keep")


@dataclass(frozen=True)
class SourceExamination:
    """What was found in a raw file.

    Attributes
    ----------
    survey : Survey or None
        What a run would make if what is refused were missing; None where nothing can be made.
    problems : tuple of RuralImpactError
        In the order in which a run would raise them.
    has_all_variables : bool
        Whether the table has every variable that the codebook describes; what is built of one that has not
        may have mistakes that are only consequences.
    remarks : tuple of Remark
        Rows of joined files that do not find each other, and cells that were set to missing.
    units : OtherSource or None
        What it tells of units; None where a file cannot be read.
    has_ids : bool
        Whether the file has the column of the identifier; if not, the number of its row stands for it.
    """

    survey: Survey | None
    problems: tuple[RuralImpactError, ...]
    has_all_variables: bool = True
    remarks: tuple[Remark, ...] = ()
    units: OtherSource | None = None
    has_ids: bool = True

    @property
    def has_all_cells(self) -> bool:
        """Whether no cell or row was refused: an arm without units may be a consequence."""
        return not any(isinstance(own, DataError) and own.rows for own in self.problems)

    def explains(self, told: DataError) -> bool:
        """Whether something later is about cells that were refused, or a column that is not there."""
        about = self._about(told.column) if told.column is not None else []
        if any(not own.rows for own in about):
            return True
        rows = {row for own in about for row in own.rows or ()}
        return bool(told.rows) and rows.issuperset(told.rows or ())

    def lacks_cells_of(self, column: str) -> bool:
        """Whether cells of a column were refused, so that not all its values are known."""
        return bool(self._about(column))

    def _about(self, column: str) -> list[DataError]:
        return [
            own
            for own in self.problems
            if isinstance(own, DataError)
            and own.column is not None
            and _names([own.column]) & _names([column])
        ]


@dataclass(frozen=True)
class _Attempt:
    """What a survey table is tried to be made of."""

    raw: RawTable
    source: Source
    entries: tuple[Entry, ...]
    others: Mapping[str, RawTable]
    marked: tuple[str, ...] = ()
    elsewhere: frozenset[str] = frozenset()

    def survey(self) -> Survey:
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
        columns = [entry.raw_name for entry in self.entries if entry.variable == self.source.item]
        file, others = table_place(self.source), self.others
        codes = missing_forms(self.entries)
        prepare(self.raw, self.source, file=file, others=others, items=columns, missing_codes=codes)


def examine_source(
    source: Source,
    entries: Sequence[Entry],
    lines: Mapping[str, str],
    marked: Sequence[str] = (),
    before: Sequence[OtherSource] = (),
) -> SourceExamination:
    """Find all mistakes of a raw file.

    Parameters
    ----------
    source : Source
        Its paths as seen from the current folder.
    entries : sequence of Entry
        Entries of the codebook that describe it.
    lines : mapping of str to str
        Where the codebook describes each variable.
    marked : sequence of str
        Raw columns that it marks as identifiers.
    before : sequence of OtherSource
        The sources before it.
    """
    problems: list[RuralImpactError] = []
    try:
        raw = read_source(source)
    except RuralImpactError as problem:
        return SourceExamination(None, (problem,))
    others, absent = {}, set()
    for joined in source.join:
        try:
            others[joined.name] = read_source(joined)
        except RuralImpactError as problem:
            problems.append(problem)
            absent.add(joined.name)
    units = _units(raw, source, entries, others, marked)
    problems += _ids_elsewhere(before, units)
    elsewhere = frozenset[str]().union(*(other.telling for other in before))
    attempt: _Attempt | None = _without_joined(
        _Attempt(raw, source, tuple(entries), others, tuple(marked), elsewhere), absent
    )
    while attempt is not None and len(problems) < _MOST_MISTAKES:
        try:
            survey = attempt.survey()
            known = id_columns(attempt.source) == id_columns(source)
            whole = known and len(attempt.entries) == len(entries)
            edited = attempt.source.edits == source.edits
            of_cells = _remarks(attempt, survey) if edited else ()
            remarks = (*remarks_on_labels(entries, lines), *of_cells)
            return SourceExamination(survey, tuple(problems), whole, remarks, units, known)
        except RuralImpactError as problem:
            if not _is_consequence(attempt, problem) and not _is_told(problem, problems):
                problems.append(_with_codebook_line(problem, attempt.entries, lines))
            attempt = _next(attempt, problem)
    return SourceExamination(None, tuple(problems), units=units)


def _units(
    raw: RawTable,
    source: Source,
    entries: Sequence[Entry],
    others: Mapping[str, RawTable],
    marked: Sequence[str],
) -> OtherSource | None:
    try:
        return other_source(
            source, entries, marked, files_of(raw, source, others, table_place(source))
        )
    except RuralImpactError:
        return None  # an identifier that cannot be read is told by reading the source


def _ids_elsewhere(
    before: Sequence[OtherSource], units: OtherSource | None
) -> Iterator[RuralImpactError]:
    """Yield the sources before one that hold identifiers of it."""
    if units is None:
        return
    for other in before:
        try:
            refuse_ids_elsewhere(other, units.telling, table_place(units.source))
        except DataError as problem:
            yield problem


def _remarks(attempt: _Attempt, survey: Survey) -> tuple[Remark, ...]:
    source, where = attempt.source, table_place(attempt.source)
    files = files_of(attempt.raw, source, attempt.others, where)
    private = private_columns(attempt.raw, source, attempt.entries, attempt.others, attempt.marked)
    remarks = [
        Remark(DataError(own.reason, file=own.file, column=own.column, rows=own.rows))
        for own in survey.unmatched
    ]
    for cells in survey.withheld:
        refused = set(_refused_rows(attempt.raw, cells.column))
        rows = tuple(row for row in cells.rows if row not in refused)
        if rows:
            told = replace(cells, rows=rows)
            remarks.append(remark_on_cells(told, attempt.raw, file=where, private=private))
    remarks += [Remark(DataError(f"{note}.", file=where)) for note in survey.quality.notes]
    columns = [column for column in id_columns(source) if column != ROW_NUMBER]
    used = attempt.raw.cells[attempt.raw.cells.index.isin(survey.rows)]
    remarks += remarks_on_values(used, survey, attempt.entries, file=where, ids=columns)
    remarks += remarks_on_suspected_codes(
        survey,
        [entry for entry in attempt.entries if not private & _names([entry.raw_name])],
        file=where,
        passed_over=[source.item, source.wave_variable],
    )
    labels = {
        **attempt.raw.value_labels,
        **{
            f"{name}.{column}": own
            for name, table in attempt.others.items()
            for column, own in table.value_labels.items()
        },
    }
    open_entries = [entry for entry in attempt.entries if not private & _names([entry.raw_name])]
    remarks += remarks_on_labels_of_arms(open_entries, labels, file=where)
    remarks += remarks_on_letters_for_digits(open_entries, survey.table, file=where)
    missing = missing_forms(attempt.entries)
    for rule in attempt.source.edits:
        if isinstance(rule, SelectMultiple) and private.isdisjoint(rule.columns):
            remarks += remarks_on_answers(used, rule, missing, file=where)
    lone = used.index[lone_cells(used)].tolist()
    if lone:
        problem = (
            "nothing but one cell is filled. If it is no unit, keep it out by `keep` of the source."
        )
        remarks.append(Remark(DataError(problem, file=where, rows=lone)))
    return tuple(
        Remark(quoting_nothing_private(own.told, files, source, attempt.entries, private))
        for own in remarks
    )


def _refused_rows(raw: RawTable, column: str) -> list[int]:
    """Return the rows of cells that were refused, which problems tell."""
    places = [i for i, name in enumerate(raw.cells) if normalised(str(name)) == normalised(column)]
    hit = (raw.cells.iloc[:, places] == _REFUSED).any(axis=1)
    return raw.cells.index[hit].tolist()


def _is_consequence(attempt: _Attempt, problem: RuralImpactError) -> bool:
    """Tell whether a mistake is about cells that were refused, which is told already."""
    if _REFUSED in str(problem):
        return True
    if not isinstance(problem, DataError) or problem.column is None or not problem.rows:
        return False
    return set(problem.rows) <= set(_refused_rows(attempt.raw, problem.column))


def _is_told(problem: RuralImpactError, told: Sequence[RuralImpactError]) -> bool:
    """Tell whether a mistake of a column was told, as one of an edit and of the codebook."""
    return isinstance(problem, DataError) and any(
        isinstance(own, DataError)
        and (own.problem, own.file, own.column, own.rows)
        == (problem.problem, problem.file, problem.column, problem.rows)
        for own in told
    )


def _with_codebook_line(
    problem: RuralImpactError, entries: Sequence[Entry], lines: Mapping[str, str]
) -> RuralImpactError:
    """Say where a column that the file does not have is written."""
    if not isinstance(problem, DataError) or problem.column is None or problem.rows:
        return problem
    column = normalised(problem.column)
    named = [lines[entry.variable] for entry in entries if _uses(entry, column)]
    if not named:
        return problem
    hint = " ".join(
        filter(None, [problem.hint, f"It is named in {named[0].removeprefix('file ')}."])
    )
    return DataError(problem.problem, file=problem.file, column=problem.column, hint=hint)


def _next(attempt: _Attempt, problem: RuralImpactError) -> _Attempt | None:
    """Return what can be tried after a mistake: the same without what it is about, or nothing."""
    if isinstance(problem, DataError) and problem.column is not None:
        column = normalised(problem.column)
        kept = tuple(entry for entry in attempt.entries if not _uses(entry, column))
        if problem.rows and len(kept) < len(attempt.entries) and _is_made(attempt, column):
            return _with_entries(attempt, kept)
        if problem.rows:
            rows = attempt.raw.cells.index.isin(problem.rows)
            return _without_cells(attempt, column, rows)
        if column in _names(id_columns(attempt.source)):
            numbered = attempt.source.model_copy(update={"id": ROW_NUMBER})
            return replace(attempt, source=numbered)
        if len(kept) < len(attempt.entries):
            return _with_entries(attempt, kept)
    return _without_options(attempt)


def _is_made(attempt: _Attempt, column: str) -> bool:
    """Tell whether a column is none of the file: one of a joined file, or one that an edit makes."""
    return not _names([column]) & _names([str(name) for name in attempt.raw.cells])


def _with_entries(attempt: _Attempt, kept: tuple[Entry, ...]) -> _Attempt | None:
    """Go on with fewer variables; not without the one that tells apart the rows of a unit."""
    names = {entry.variable for entry in kept}
    had = {entry.variable for entry in attempt.entries}
    lost = attempt.source.item in had and attempt.source.item not in names
    return None if lost else replace(attempt, entries=kept)


def _without_cells(attempt: _Attempt, column: str, rows: Any) -> _Attempt | None:
    """Set the cells of a column to missing, or leave out the rows where they are or identify the unit."""
    cells = attempt.raw.cells
    named = _names([column])
    places = [i for i, name in enumerate(cells.columns) if normalised(str(name)) in named]
    told = cells.iloc[rows, places].isin(["", _REFUSED])
    blank = not places or bool(told.all(axis=None))
    if blank or named & _names(id_columns(attempt.source)) or len(places) > 1:
        kept = cells[~rows]
        return None if len(kept) in (0, len(cells)) else _with_cells(attempt, kept)
    changed = cells.copy()
    changed.iloc[rows, places[0]] = _REFUSED
    entries = tuple(
        replace(entry, missing_codes=(*entry.missing_codes, _REFUSED))
        if _uses(entry, column) and _REFUSED not in entry.missing_codes
        else entry
        for entry in attempt.entries
    )
    return replace(_with_cells(attempt, changed), entries=entries)


def _with_cells(attempt: _Attempt, cells: pd.DataFrame) -> _Attempt:
    return replace(attempt, raw=attempt.raw.with_cells(cells))


def _uses(entry: Entry, column: str) -> bool:
    return bool(_names([entry.raw_name]) & _names([column]))


def _names(columns: Sequence[str]) -> set[str]:
    """Return the columns, and the parts of those that are several together."""
    whole = [normalised(column) for column in columns]
    return {*whole, *(part for column in whole for part in column.split(TOGETHER))}


def _without_joined(attempt: _Attempt, absent: set[str]) -> _Attempt:
    """Leave out joined files that could not be read, and what the codebook takes from them."""
    if not absent:
        return attempt
    kept = [file for file in attempt.source.join if file.name not in absent]
    dropped = [file for file in attempt.source.join if file.name in absent]
    return _without_columns(_with_options(attempt, "join", kept), dropped)


def _without_columns(attempt: _Attempt, dropped: Sequence[Settings]) -> _Attempt:
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


def _without_options(attempt: _Attempt) -> _Attempt | None:
    """Leave out the edits, joins and conditions that cannot be applied, the first ones first."""
    for option in _OPTIONS:
        kept = _applicable(attempt, option)
        own = getattr(attempt.source, option)
        if len(kept) < len(own):
            dropped = [entry for entry in own if entry not in kept]
            return _without_columns(_with_options(attempt, option, kept), dropped)
    return None


def _applicable(attempt: _Attempt, option: str) -> list[Settings]:
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


def _with_options(attempt: _Attempt, option: str, entries: Sequence[Settings]) -> _Attempt:
    source = attempt.source.model_copy(update={option: tuple(entries)})
    return replace(attempt, source=source)
