"""What a run does to data without stopping: cells set to missing, records excluded, or used as they are."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from ruralimpact.description.records import DescriptionTables, InconsistentRecords
from ruralimpact.errors import DataError
from ruralimpact.outcomes.noted_rows import NotedRows
from ruralimpact.schema.edit import SelectMultiple
from ruralimpact.schema.source import Source
from ruralimpact.schema.study import Study
from ruralimpact.survey.cells_set_missing import SetToMissing
from ruralimpact.survey.codebook import Entry, entries_of
from ruralimpact.survey.file_labels import says_yes_or_no
from ruralimpact.survey.harmonise import Survey
from ruralimpact.survey.missing_codes import may_be_no_answer, reads_like_missing
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.select_multiple import answers_of
from ruralimpact.survey.similar import folded
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.values import code_of, each_text, normalised

_VALUES_SHOWN = 3


@dataclass(frozen=True)
class Remark:
    """Something in data that stops no run and changes what it makes; `told` says what and where."""

    told: DataError

    def __str__(self) -> str:
        return str(self.told)


def remark_on_cells(
    cells: SetToMissing, raw: RawTable, *, file: str, private: Collection[str]
) -> Remark:
    """Say which cells of a raw file were set to missing, and why.

    Parameters
    ----------
    cells : SetToMissing
    raw : RawTable
        The file as it was read.
    file : str
    private : collection of str
        Raw columns of which no value is quoted.
    """
    values = [] if cells.column in private else _values(raw.cells, cells)
    more = ", ..." if len(values) > _VALUES_SHOWN else ""
    quoted = ", ".join(f"'{value}'" for value in values[:_VALUES_SHOWN]) + more
    return Remark(
        DataError(
            f"{f'{quoted}: ' if quoted else ''}set to missing ('{cells.variable}'), {cells.reason}.",
            file=file,
            column=cells.column,
            rows=cells.rows,
        )
    )


def remarks_on_values(
    cells: pd.DataFrame, survey: Survey, entries: Sequence[Entry], *, file: str, ids: Sequence[str]
) -> Iterator[Remark]:
    """Yield what counts as a value and may be none: words for "missing", codes that the file gives labels.

    Parameters
    ----------
    cells : DataFrame of str
        Rows of the file that the survey has.
    survey : Survey
    entries : sequence of Entry
    file : str
    ids : sequence of str
        Raw columns of the identifier.
    """
    named = {
        entry.raw_name: f"a value of '{entry.variable}'"
        for entry in entries
        if entry.type == "category" and not entry.labels
    }
    for column, what in {**named, **dict.fromkeys(ids, "an identifier")}.items():
        odd = _cells(cells, column, reads_like_missing)
        if len(odd):
            yield Remark(
                DataError(
                    f"'{odd.iloc[0]}' counts as {what}.",
                    file=file,
                    column=column,
                    rows=odd.index.tolist(),
                    hint="If it means missing, list it under missing_codes in the codebook, or exclude the "
                    "rows by `keep`.",
                )
            )
    columns = {entry.variable: entry.raw_name for entry in entries}
    for variable, labels in survey.quality.labels_of_numbers.items():
        for code, label in labels.items():
            odd = _cells(cells, columns[variable], partial(_is_code, code))
            yield Remark(
                DataError(
                    f"'{code}' counts as a number ('{variable}'), and the file gives it the label '{label}'.",
                    file=file,
                    column=columns[variable],
                    rows=odd.index.tolist(),
                    hint="If it means missing, list it under missing_codes in the codebook.",
                )
            )


def remarks_on_labels(entries: Sequence[Entry], lines: Mapping[str, str]) -> Iterator[Remark]:
    """Yield codes of a category that the codebook gives one label, which makes them one value.

    Parameters
    ----------
    entries : sequence of Entry
    lines : mapping of str to str
        Where the codebook describes each variable.
    """
    for entry in entries:
        codes: dict[str, list[str]] = {}
        for code, label in entry.labels.items():
            codes.setdefault(label, []).append(code)
        for label, alike in codes.items() if entry.type == "category" else ():
            if len(set(map(code_of, alike))) > 1:
                listed = " and ".join(f"'{code}'" for code in alike)
                where = lines.get(entry.variable, "codebook")
                problem = f"{listed} have the label '{label}' both, and are one value ('{entry.variable}')."
                yield Remark(DataError(f"{where}: {problem}"))


def remarks_on_labels_of_arms(
    entries: Sequence[Entry], labels: Mapping[str, Mapping[str, str]], *, file: str
) -> Iterator[Remark]:
    """Yield what a file calls the codes of a treatment, or of an indicator without a yes or no among them.

    Which of two words is the project nobody can tell in every language, and the other way round the sign of
    an effect would be reversed.

    Parameters
    ----------
    entries : sequence of Entry
    labels : mapping of str to mapping
        Of the file: by raw column, labels by code.
    file : str
    """
    for entry in entries:
        described = labels.get(entry.raw_name, {})
        plain = bool(entry.labels) or any(map(says_yes_or_no, described.values()))
        if entry.type != "indicator" or not described or (entry.role != "treatment" and plain):
            continue
        listed = ", ".join(f"{code} = {label}" for code, label in described.items())
        given = entry.labels or {"1": "1"}
        taken = ", ".join(code for code, value in given.items() if value == "1")
        what = "the project" if entry.role == "treatment" else "yes"
        problem = (
            f"the file says {listed}; the codebook takes {taken} as {what} ('{entry.variable}')."
        )
        yield Remark(DataError(problem, file=file, column=entry.raw_name))


def remarks_on_answers(
    cells: pd.DataFrame, rule: SelectMultiple, missing: Mapping[str, Collection[str]], *, file: str
) -> Iterator[Remark]:
    """Yield what answers of several in a cell may be but choices: codes for "missing", and repeated ones.

    Parameters
    ----------
    cells : DataFrame of str
        Rows of the file that the survey has.
    rule : SelectMultiple
    missing : mapping of str to collection of str
        What means "missing" by raw column.
    file : str
    """
    for name in rule.columns:
        declared = {
            code
            for column, codes in missing.items()
            if column == name or column.startswith(f"{name}/")
            for code in codes
        }
        repeated = _cells(cells, name, lambda text: _has_twice(text, rule.separator))
        if len(repeated):
            problem = "the same answer stands twice in a cell, and counts once."
            yield Remark(DataError(problem, file=file, column=name, rows=repeated.index.tolist()))
        filled = _cells(cells, name, lambda text: normalised(text) != "").map(normalised)
        several = {
            answer
            for text in filled.unique()
            if len(answers_of(text, rule.separator)) > 1
            for answer in answers_of(text, rule.separator)
        }
        for text in sorted(set(filled) - several - declared):
            if may_be_no_answer(text) and code_of(text) not in declared:
                yield Remark(
                    DataError(
                        f"'{text}' stands alone wherever it stands, and counts as an answer: the others of "
                        "its rows are 0.",
                        file=file,
                        column=name,
                        rows=filled.index[filled == text].tolist(),
                        hint="If it means missing, list it under missing_codes of a variable of the "
                        "question.",
                    )
                )


def _has_twice(text: str, separator: str) -> bool:
    answers = list(filter(None, map(normalised, text.split(separator))))
    return len(answers) > len(set(answers))


def remarks_on_waves_unused(tables: Mapping[str, pd.DataFrame], study: Study) -> Iterator[Remark]:
    """Yield waves of a file that no analysis of a study compares, and which may be another, misspelt.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Survey tables by source.
    study : Study
    """
    used: dict[str, set[str]] = {}
    for analysis in study.analyses:
        sample = study.samples.get(analysis.sample)
        asked = {
            code_of(wave) for wave in (*_waves(analysis, "before"), *_waves(analysis, "after"))
        }
        for name in sample.sources if sample is not None and asked else ():
            used.setdefault(name, set()).update(asked)
    for source in study.sources:
        table = tables.get(source.name)
        if table is None or source.wave_variable is None or source.name not in used:
            continue
        counts = table["wave"].map(code_of).value_counts().sort_index()
        for wave in counts.index.difference(list(used[source.name])):
            alike = [
                other
                for other in sorted(used[source.name])
                if other.endswith(wave) or folded(other).startswith(folded(wave))
            ]
            maybe = f" It may be {alike[0]}, written otherwise." if alike else ""
            problem = (
                f"the wave '{wave}' has {counts[wave]:,} rows, and no analysis compares it.{maybe}"
            )
            yield Remark(DataError(problem, file=table_place(source)))


def _waves(analysis: object, option: str) -> Sequence[str | int]:
    return getattr(analysis, option, None) or ()


def remarks_on_columns_of_waves(
    sources: Sequence[Source], entries: Sequence[Entry], rows: Mapping[str, Collection[int]]
) -> Iterator[Remark]:
    """Yield outcomes that two waves of one file have from the same cells: they never change.

    Parameters
    ----------
    sources : sequence of Source
    entries : sequence of Entry
        Of all sources.
    rows : mapping of str to collection of int
        Rows of the file that each source has.
    """
    waves: dict[tuple[str, str | None, str, str], list[Source]] = {}
    for source in sources:
        for entry in entries_of(entries, source.name):
            if entry.role == "outcome" and source.wave is not None and source.name in rows:
                read = (source.path, source.sheet, entry.raw_name, entry.variable)
                waves.setdefault(read, []).append(source)
    for (path, _, column, variable), several in waves.items():
        alike = dict.fromkeys(
            str(source.wave)
            for source in several
            for other in several
            if source.wave != other.wave and not set(rows[source.name]).isdisjoint(rows[other.name])
        )
        if alike:
            problem = f"'{variable}' is read from it for the waves {' and '.join(alike)}: it never changes."
            yield Remark(DataError(problem, file=path, column=column))


def _is_code(code: str, text: str) -> bool:
    return code_of(text) == code


def _cells(raw: pd.DataFrame, column: str, chosen: Callable[[str], bool]) -> pd.Series:
    """Return the cells of a column that are chosen; of one of a joined file, or that stands twice, none."""
    places = [i for i, name in enumerate(raw) if normalised(str(name)) == normalised(column)]
    if len(places) != 1:
        return pd.Series(dtype="str")
    cells = raw.iloc[:, places[0]]
    return cells[each_text(cells, chosen).to_numpy(dtype=bool)]


def _values(raw: pd.DataFrame, cells: SetToMissing) -> list[str]:
    """Return the distinct values that the cells had, in the order of the file; none of a joined file's."""
    places = [i for i, name in enumerate(raw) if normalised(str(name)) == normalised(cells.column)]
    if len(places) != 1:
        return []
    return list(dict.fromkeys(map(normalised, raw.iloc[:, places[0]].loc[list(cells.rows)])))


def remarks_on_records(described: DescriptionTables) -> Iterator[Remark]:
    """Yield what a description excludes, and what it uses although it does not fit."""
    for lost in described.excluded:
        if lost.rows:
            about = f"{lost.about}: " if lost.about else ""
            yield Remark(
                DataError(
                    f"{about}{lost.rows:,} of {lost.rows_before:,} excluded: {lost.reason}.",
                    within=f"analysis {lost.analysis}",
                    column=lost.column,
                    units=lost.units,
                )
            )
    yield from remarks_on_inconsistent(described.inconsistent)


def remarks_on_inconsistent(inconsistent: Iterable[InconsistentRecords]) -> Iterator[Remark]:
    """Yield what is used although it does not fit."""
    for odd in inconsistent:
        if odd.units is None or odd.units:
            where = f"analysis {odd.analysis}"
            yield Remark(DataError(odd.problem, within=where, column=odd.column, units=odd.units))


def remarks_on_rows(sample: str, noted: Iterable[NotedRows]) -> Iterator[Remark]:
    """Yield what the rows of a sample lack, and what is taken in the place of something else."""
    for rows in noted:
        where = f"sample {sample}"
        yield Remark(DataError(rows.problem, within=where, column=rows.column, units=rows.units))
