"""Identifiers of the units of one source in the cells of another: hashed in groups, else refused.

A source is compared with those before it in study.yaml, both ways, so that one that is added behind leaves
what was made of the others as it is.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.privacy.ids_in_cells import is_telling, rows_with_telling
from ruralimpact.schema.source import Source
from ruralimpact.survey.codebook import INTERVIEWER, Entry
from ruralimpact.survey.hidden_ids import GROUP, CellsOfUnits, telling_ids
from ruralimpact.survey.identifiers import identifiers
from ruralimpact.survey.prepare import id_columns
from ruralimpact.survey.private_columns import FileOfSource, files_of, has_private_ids
from ruralimpact.survey.raw_column import raw_column
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.readers import read_joined, read_source
from ruralimpact.survey.table_place import table_place


@dataclass(frozen=True)
class OtherSource:
    """What another source tells of its units, and the cells of it that may tell of units of others.

    Attributes
    ----------
    source : Source
    entries : tuple of Entry
        Of described columns with cells long enough to be identifiers.
    cells : CellsOfUnits
        These columns, by the names that the codebook has.
    telling : frozenset of str
        Its own identifiers that no cell holds by chance.
    """

    source: Source
    entries: tuple[Entry, ...]
    cells: CellsOfUnits
    telling: frozenset[str]


def others_read(
    described: Iterable[tuple[Source, Sequence[Entry], Sequence[str]]],
) -> Iterator[OtherSource]:
    """Read the sources before one, as far as they can be: what is wrong with them is told elsewhere.

    Parameters
    ----------
    described : iterable of (Source, sequence of Entry, sequence of str)
        Each with the entries of the codebook that describe it, and the columns marked as identifiers.
    """
    for source, entries, marked in described:
        with suppress(RuralImpactError):
            raw = read_source(source)
            files = files_of(raw, source, read_joined(source), table_place(source))
            yield other_source(source, entries, marked, files)


def other_source(
    source: Source, entries: Sequence[Entry], marked: Sequence[str], files: Sequence[FileOfSource]
) -> OtherSource:
    """Return what a source tells of units, from its files as they were read."""
    raw = files[0].table
    ids = _ids(raw, source)
    columns = {
        entry.raw_name: column
        for entry in entries
        if entry.role != INTERVIEWER  # numbers stand for them
        for column in _cells(files, entry.raw_name)
        if any(map(is_telling, column.unique()))
    }
    telling = own_telling_ids(source, marked, files)
    cells = CellsOfUnits(pd.DataFrame(columns), ids, source.path, telling)
    possible = tuple(entry for entry in entries if entry.raw_name in columns)
    return OtherSource(source, possible, cells, telling)


def own_telling_ids(
    source: Source, marked: Sequence[str], files: Sequence[FileOfSource]
) -> frozenset[str]:
    """Return the identifiers of a source that no cell holds by chance, from its files as they were read."""
    keys = [column for joined in source.join for column in joined.key_columns]
    told = telling_ids(
        files[0].table.cells,
        _ids(files[0].table, source),
        [*marked, *(key for key in keys if key not in id_columns(source))],
        source.path,
    )
    for file in files[1:]:
        named = [*marked, *id_columns(source)]
        own = [name.removeprefix(file.prefix) for name in named if name.startswith(file.prefix)]
        told |= telling_ids(file.table.cells, None, own, file.path)
    return told


def refuse_ids_elsewhere(other: OtherSource, telling: Collection[str], file: str | Path) -> None:
    """Refuse a described column of a source before this one whose cells hold identifiers of this one.

    Parameters
    ----------
    other : OtherSource
    telling : collection of str
        Identifiers of this source that no cell holds by chance.
    file : path
        Of this source.

    Raises
    ------
    DataError
    """
    for entry in other.entries:
        column = other.cells.column(entry)
        rows = rows_with_telling(column, telling, whole=entry.is_number)
        if rows.any() and not _is_hidden(other, entry):
            raise DataError(
                f"cells hold identifiers of units of {file}, which must not leave it ('{entry.variable}').",
                file=table_place(other.source),
                column=entry.raw_name,
                rows=rows.index[rows].tolist(),
                hint="Give it the role identifier or unused in the codebook; if it is a group, list the "
                "source of these units before this one in study.yaml, and hashes will stand for them.",
            )


def _is_hidden(other: OtherSource, entry: Entry) -> bool:
    """Whether a column is hashed, or numbered, for the identifiers of its own source in it."""
    told_apart = entry.role == GROUP or entry.variable == other.source.item
    return told_apart and bool(other.cells.with_ids(entry).any())


def _ids(raw: RawTable, source: Source) -> pd.Series | None:
    """Return the identifiers of the rows; None where they tell nothing, or stand in a joined file."""
    named = id_columns(source)
    joined = any(name.startswith(f"{other.name}.") for name in named for other in source.join)
    if joined or not has_private_ids(source):
        return None
    return identifiers(raw, named, source.path)


def _cells(files: Sequence[FileOfSource], name: str) -> Iterator[pd.Series]:
    """Yield the column of that name, aligned with the rows of its own file."""
    for file in reversed(files):
        if name.startswith(file.prefix):
            with suppress(DataError):
                yield raw_column(file.table.cells, name.removeprefix(file.prefix), file.path)
                return
