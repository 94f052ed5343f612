"""What a run does to data without stopping: cells set to missing, records excluded, or used as they are."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from ruralimpact.description.records import DescriptionTables, InconsistentRecords
from ruralimpact.errors import DataError
from ruralimpact.outcomes.noted_rows import NotedRows
from ruralimpact.survey.cells_set_missing import SetToMissing
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.values import normalised

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
