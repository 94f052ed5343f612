"""Columns of the files of a source that may tell who somebody is, and messages that do not quote them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ruralimpact.errors import DataError
from ruralimpact.privacy.file_names import names_somebody
from ruralimpact.privacy.messages import may_be_quoted, without_cells
from ruralimpact.privacy.scan import LikelyIdentifier, likely_identifiers
from ruralimpact.schema.source import SourceEntry
from ruralimpact.survey.codebook import INTERVIEWER, Entry
from ruralimpact.survey.hidden_ids import CellsOfUnits, is_key_of_rows, telling_ids
from ruralimpact.survey.identifiers import ROW_NUMBER, identifiers
from ruralimpact.survey.missing_codes import reads_like_missing
from ruralimpact.survey.prepare import id_columns
from ruralimpact.survey.raw_column import TOGETHER, columns_of, raw_column
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.table_place import table_place
from ruralimpact.survey.values import code_of, normalised

_NUMBERS = ("number", "integer", "money", "indicator")


@dataclass(frozen=True)
class FileOfSource:
    """A file of a source: its own, or a joined one, whose columns the codebook names after it.

    Attributes
    ----------
    path : str
    prefix : str
        What stands before the names of its columns in the codebook.
    table : RawTable
    """

    path: str
    prefix: str
    table: RawTable

    def named(self, column: object) -> str:
        """Return what the codebook calls a column of this file."""
        return f"{self.prefix}{column}"


def files_of(
    raw: RawTable, source: SourceEntry, others: Mapping[str, RawTable], file: str | Path
) -> list[FileOfSource]:
    """Return the files of a source that were read."""
    joined = [
        FileOfSource(table_place(own), f"{own.name}.", others[own.name])
        for own in source.join
        if own.name in others
    ]
    return [FileOfSource(str(file), "", raw), *joined]


def has_private_ids(source: SourceEntry) -> bool:
    """Whether the identifiers of a source become keyed hashes."""
    return not source.public_ids and id_columns(source) != [ROW_NUMBER]


def likely_columns(
    raw: RawTable,
    source: SourceEntry,
    others: Mapping[str, RawTable],
    known: Collection[str],
) -> list[LikelyIdentifier]:
    """Propose columns to mark as identifiers; those of joined files have their names of the codebook.

    Parameters
    ----------
    raw : RawTable
    source : SourceEntry
    others : mapping of str to RawTable
        Joined files, by name.
    known : collection of str
        Columns that are passed over, and with them those of joined files that have the same keys.
    """
    passed = {
        *known,
        *(
            f"{joined.name}.{there}"
            for joined in source.join
            for here, there in joined.key_columns.items()
            if here in known
        ),
    }
    proposed = []
    for file in files_of(raw, source, others, source.path):
        own = [str(column) for column in file.table.cells if file.named(column) in passed]
        table = file.table
        in_file = likely_identifiers(table.cells, table.questions, own, table.value_labels)
        proposed += [replace(likely, column=file.named(likely.column)) for likely in in_file]
    return proposed


def suspected_columns(
    raw: RawTable, source: SourceEntry, others: Mapping[str, RawTable]
) -> set[str]:
    """Return the columns of a source that may tell who somebody is: no message quotes their cells."""
    if source.public_ids:
        return set()
    return {likely.column for likely in likely_columns(raw, source, others, ())}


def private_columns(
    raw: RawTable,
    source: SourceEntry,
    entries: Sequence[Entry],
    others: Mapping[str, RawTable],
    marked: Collection[str],
) -> set[str]:
    """Return the columns of a source of which nothing is quoted, by the names that the codebook has.

    Those that it marks as identifiers, that identify units or rows of them, name interviewers, or that files
    are joined by, and those that look like identifiers.
    """
    keys = {
        name
        for joined in source.join
        for here, there in joined.key_columns.items()
        for name in (here, f"{joined.name}.{there}")
        if has_private_ids(source)
    }
    ids = id_columns(source) if has_private_ids(source) else []
    interviewers = [entry.raw_name for entry in entries if entry.role == INTERVIEWER]
    named = {*marked, *ids, *keys, *interviewers, *_keys_of_rows(raw, source, entries)}
    parts = {part for column in named for part in column.split(TOGETHER)}
    return {*named, *parts, *suspected_columns(raw, source, others)}


def refuse_telling_names(files: Sequence[FileOfSource], private: Collection[str]) -> None:
    """Refuse a file that is called by what a private column holds: results and messages name files.

    Parameters
    ----------
    files : sequence of FileOfSource
        As `files_of` returns them.
    private : collection of str
        Columns marked as identifiers, and private identifiers of units.

    Raises
    ------
    DataError
    """
    for file, column in files_called_by(files, private):
        raise DataError(
            f"the file is called by what the column '{column}' holds, and results name their files.",
            file=file,
            hint="Rename the file.",
        )


def files_called_by(
    files: Sequence[FileOfSource], private: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Yield each file whose name holds a cell of a private column, with that column, see `names_somebody`."""
    parts = {part for column in private for part in column.split(TOGETHER)}
    for named in files:
        for held in files:
            cells = held.table.cells
            for position, column in enumerate(map(held.named, cells.columns)):
                if column in parts and names_somebody(
                    Path(named.path).stem, cells.iloc[:, position].unique()
                ):
                    yield named.path, column


def _keys_of_rows(raw: RawTable, source: SourceEntry, entries: Sequence[Entry]) -> set[str]:
    """Return the raw column that tells apart the rows of a unit, if it tells who the unit is, too."""
    key = next((entry for entry in entries if entry.variable == source.item), None)
    named = [] if key is None else [key.raw_name, *id_columns(source)]
    if key is None or not has_private_ids(source) or not set(named) <= set(raw.cells.columns):
        return set()
    ids = identifiers(raw, id_columns(source), source.path)
    telling = telling_ids(raw.cells, ids, (), source.path)
    cells = CellsOfUnits(raw.cells, ids, source.path, telling)
    return {key.raw_name} if is_key_of_rows(cells, key) else set()


def quoting_nothing_private(
    error: DataError,
    files: Sequence[FileOfSource],
    source: SourceEntry,
    entries: Sequence[Entry],
    private: Collection[str],
) -> DataError:
    """Return an error that quotes no cell of private columns, and of others only what `may_be_quoted`.

    Parameters
    ----------
    error : DataError
        About one of the files, or what they are read with.
    files : sequence of FileOfSource
        As `files_of` returns them.
    source : SourceEntry
    entries : sequence of Entry
    private : collection of str
        As `private_columns` returns them.
    """
    kinds = {entry.raw_name: entry.type for entry in entries}
    return without_cells(error, _not_to_be_quoted(error, files, source, kinds, private))


def _not_to_be_quoted(
    error: DataError,
    files: Sequence[FileOfSource],
    source: SourceEntry,
    kinds: Mapping[str, str],
    private: Collection[str],
) -> Iterator[str]:
    """Yield the cells that a message must not quote, in each way that it may write them."""
    about = _columns_about(error, files)
    for file in files:
        for position, column in enumerate(file.table.cells.columns):
            name = file.named(column)
            is_private, kind = name in private, kinds.get(name, "")
            if about and name not in about and not (is_private and about & set(private)):
                continue
            labels = file.table.value_labels.get(str(column), {})
            for cell in (*file.table.cells.iloc[:, position].unique(), *labels.values()):
                if not _tells_nothing(normalised(cell), kind, is_private=is_private):
                    yield from {cell, normalised(cell), code_of(cell)}
    names = TOGETHER.join(id_columns(source))
    if any(TOGETHER in name for name in private) or len(id_columns(source)) > 1:
        yield from raw_column(files[0].table.cells, names, files[0].path).unique()


def _tells_nothing(cell: str, kind: str, *, is_private: bool) -> bool:
    if reads_like_missing(cell):
        return True
    return not is_private and may_be_quoted(
        cell, among_numbers=kind in _NUMBERS, dates=kind == "date"
    )


def _columns_about(error: DataError, files: Sequence[FileOfSource]) -> set[str]:
    """Return the columns that a message names, and quotes cells of; none where it may be any."""
    file = next((own for own in files if own.path == str(error.file)), None)
    if file is None or not error.column or error.column == "id":
        return set()
    known = {own.named(column) for own in files for column in own.table.cells.columns}
    named = {file.named(part) for part in columns_of(file.table.cells, error.column)}
    return named & known
