"""What a run does to data without stopping: cells set to missing, records excluded, or used as they are."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from ruralimpact.description.records import DescriptionTables, InconsistentRecords
from ruralimpact.errors import DataError
from ruralimpact.outcomes.noted_rows import NotedRows
from ruralimpact.schema.source import Source
from ruralimpact.survey.cells_set_missing import SetToMissing
from ruralimpact.survey.codebook import Entry, entries_of
from ruralimpact.survey.harmonise import Survey
from ruralimpact.survey.missing_codes import reads_like_missing
from ruralimpact.survey.raw_table import RawTable
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
                    f"{code} counts as a number ('{variable}'), and the file gives it the label '{label}'.",
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


def remarks_on_columns_of_waves(
    sources: Sequence[Source], entries: Sequence[Entry]
) -> Iterator[Remark]:
    """Yield outcomes that two waves of one file have from the same column: they never change.

    Parameters
    ----------
    sources : sequence of Source
    entries : sequence of Entry
        Of all sources.
    """
    waves: dict[tuple[str, str | None, str, str], list[str]] = {}
    for source in sources:
        for entry in entries_of(entries, source.name):
            if entry.role == "outcome" and source.wave is not None:
                read = (source.path, source.sheet, entry.raw_name, entry.variable)
                waves.setdefault(read, []).append(str(source.wave))
    for (path, _, column, variable), several in waves.items():
        if len(set(several)) > 1:
            problem = f"'{variable}' is read from it for the waves {' and '.join(several)}: it never changes."
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
