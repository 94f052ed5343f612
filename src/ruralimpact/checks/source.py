"""All mistakes of one raw file, found by reading it as a run would, again without what was refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ruralimpact.checks.attempt import (
    Attempt,
    is_consequence,
    names_of,
    next_attempt,
    refused_rows,
    uses,
    without_joined,
)
from ruralimpact.checks.remarks import (
    Remark,
    remark_on_cells,
    remarks_on_answers,
    remarks_on_labels,
    remarks_on_labels_of_arms,
    remarks_on_values,
)
from ruralimpact.checks.remarks_on_names import remarks_on_names
from ruralimpact.checks.suspected_codes import remarks_on_suspected_codes
from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.schema.source import Source
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.harmonise import Survey, missing_forms
from ruralimpact.survey.identifiers import ROW_NUMBER
from ruralimpact.survey.prepare import id_columns
from ruralimpact.survey.private_columns import (
    files_of,
    private_columns,
    quoting_nothing_private,
)
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.summary_rows import lone_cells
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.units_elsewhere import OtherSource, other_source, refuse_ids_elsewhere
from ruralimpact.survey.values import normalised

# A file with more mistakes than this is another file.
_MOST_MISTAKES = 200


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
            and names_of([own.column]) & names_of([column])
        ]


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
    attempt: Attempt | None = without_joined(
        Attempt(raw, source, tuple(entries), others, tuple(marked), elsewhere), absent
    )
    while attempt is not None and len(problems) < _MOST_MISTAKES:
        try:
            survey = attempt.survey()
            known = id_columns(attempt.source) == id_columns(source)
            edited = attempt.source.edits == source.edits
            whole = known and edited and len(attempt.entries) == len(entries)
            of_cells = _remarks(attempt, survey) if edited else ()
            remarks = (*remarks_on_labels(entries, lines), *of_cells)
            return SourceExamination(survey, tuple(problems), whole, remarks, units, known)
        except RuralImpactError as problem:
            if not is_consequence(attempt, problem) and not _is_told(problem, problems):
                problems.append(_with_codebook_line(problem, attempt.entries, lines))
            attempt = next_attempt(attempt, problem)
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


def _remarks(attempt: Attempt, survey: Survey) -> tuple[Remark, ...]:
    source, where = attempt.source, table_place(attempt.source)
    files = files_of(attempt.raw, source, attempt.others, where)
    private = private_columns(attempt.raw, source, attempt.entries, attempt.others, attempt.marked)
    remarks = [
        Remark(DataError(own.reason, file=own.file, column=own.column, rows=own.rows))
        for own in survey.unmatched
    ]
    for cells in survey.withheld:
        refused = set(refused_rows(attempt.raw, cells.column))
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
        [entry for entry in attempt.entries if not private & names_of([entry.raw_name])],
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
    open_entries = [entry for entry in attempt.entries if not private & names_of([entry.raw_name])]
    remarks += remarks_on_labels_of_arms(open_entries, labels, file=where)
    remarks += remarks_on_names(survey, open_entries, file=where)
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
    named = [lines[entry.variable] for entry in entries if uses(entry, column)]
    if not named:
        return problem
    hint = " ".join(
        filter(None, [problem.hint, f"It is named in {named[0].removeprefix('file ')}."])
    )
    return DataError(problem.problem, file=problem.file, column=problem.column, hint=hint)
