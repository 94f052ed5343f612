"""Columns by which the files of a delivery name each other's rows."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ruralimpact.draft.assignment import is_repeated
from ruralimpact.draft.column_names import subjects
from ruralimpact.draft.column_profile import ColumnProfile
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.source import DraftSource, JoinedTable, item_proposal, parent_key
from ruralimpact.privacy.scan import kind_by_words

_MOSTLY = 0.9
_LONG_CODE = re.compile(r"(?=.*\d)[\w./-]{3,}")
# A list, such as one of prices by crop, is so much shorter than the file of the units.
_SHORTER = 5


class SharedColumn(NamedTuple):
    """A column whose values a column of another source has, and how many of its values both have.

    Attributes
    ----------
    name : str
        In the other source.
    other : DraftSource
    distinct, known : int
        Different values in the source, and those of them that the other source has.
    """

    name: str
    other: DraftSource
    distinct: int
    known: int

    @property
    def words(self) -> str:
        """How far the values agree."""
        return f"{self.known:,} of its {self.distinct:,} values are in '{self.name}' of {self.other.name}"


def with_shared_keys(sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Propose identifiers that other sources have, too, where a file alone does not show them.

    A column with no value twice is the identifier if it alone, of those that could be, has mostly the same
    values in another file. One that the rows of another file are identified by makes repeated rows. A file
    whose rows are named by another column of others is joined to them.

    Parameters
    ----------
    sources : sequence of DraftSource
    """
    keyed = [_of_rounds(source, sources) for source in sources]
    repeated = [_repeated(source, keyed) for source in keyed]
    return _with_joined(repeated)


def _of_rounds(source: DraftSource, sources: Sequence[DraftSource]) -> DraftSource:
    """Propose the only key of a source that is a key of another with mostly the same values."""
    if source.option("id") != OPEN or parent_key(source.columns) is not None:
        return source
    shared = [
        column
        for column in _shared(source, sources)
        if source.columns[column.name].is_key and column.other.columns[column.name].is_key
    ]
    names = {column.name for column in shared}
    if len(names) != 1:
        return source
    return _with_id(source, shared[0].name, f"no value stands twice, and {shared[0].words}")


def _repeated(source: DraftSource, sources: Sequence[DraftSource]) -> DraftSource:
    """Propose the identifier of another source as that of a source whose rows repeat its values."""
    if source.option("id") != OPEN or any(column.is_key for column in source.columns.values()):
        return source
    named = [
        column
        for column in _shared(source, sources)
        if column.other.option("id") == column.name and not source.columns[column.name].is_key
    ]
    named = _without_lists(named)
    if len({column.name for column in named}) != 1 or source.columns[named[0].name].blank:
        return source
    rows = source.columns[named[0].name].rows
    words = f"{rows:,} rows name units by it, and {named[0].words}"
    keyed = _with_id(source, named[0].name, words)
    texts = {name: source.texts(name) for name in source.columns}
    item = item_proposal(source.columns, texts, named[0].name)
    at = [option.key for option in keyed.options].index("id") + 1
    return replace(keyed, options=(*keyed.options[:at], item, *keyed.options[at:]))


def _without_lists(named: Sequence[SharedColumn]) -> list[SharedColumn]:
    """Return the columns that name units, without those that name the rows of a list."""
    most = max((column.distinct for column in named), default=0)
    return [column for column in named if column.distinct * _SHORTER > most]


def _with_joined(sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Join files of which rows of others name one each: lists of villages, schools, cooperatives."""
    named = {source.name: _tables_named(source, sources) for source in sources}
    parents = {source.option("id") for source in sources if source.option("item") is not None}
    lists = {table.source.name for tables in named.values() for table in tables} - {
        name for name, tables in named.items() if tables
    }
    lists -= {source.name for source in sources if source.option("id") in parents}
    return [
        replace(
            source,
            joined=(
                *source.joined,
                *(table for table in named[source.name] if table.source.name in lists),
            ),
        )
        for source in sources
        if source.name not in lists
    ]


def _tables_named(source: DraftSource, sources: Sequence[DraftSource]) -> list[JoinedTable]:
    """Return files of which the rows of a source name one each, by a single column."""
    tables = []
    for other in sources:
        key = other.option("id")
        if other is source or other.option("item") is not None or key not in other.columns:
            continue
        naming = [
            column for column in source.columns if _names_rows(source, column, other, str(key))
        ]
        same = [column for column in naming if column == key] or naming
        if len(same) == 1:
            shared = _overlap(source, same[0], other, str(key))
            words = f"of '{same[0]}': {shared.words}, once each; join: its columns stand in the codebook"
            tables.append(JoinedTable(other, same[0], str(key), words))
    return tables


def _names_rows(source: DraftSource, column: str, other: DraftSource, key: str) -> bool:
    """Whether a column repeats values of another file's key: under its name, as a group, or as codes."""
    profile = source.columns[column]
    called = column == key or "group" in subjects(column, profile.question)
    called = called or _are_long_codes(source.texts(column))
    if not called or profile.is_key or column == source.option("id"):
        return False
    if not is_repeated(profile) or not other.columns[key].is_key or _is_telling(column, profile):
        return False
    shared = _overlap(source, column, other, key)
    return shared.distinct > 2 and shared.known >= _MOSTLY * shared.distinct


def _are_long_codes(texts: Sequence[str]) -> bool:
    """Whether values are codes that two files do not have in common by chance, as they may small numbers."""
    filled = set(texts) - {""}
    return all(_LONG_CODE.fullmatch(text) for text in filled)


def _is_telling(name: str, column: ColumnProfile) -> bool:
    return bool(kind_by_words(name) or kind_by_words(column.question))


def _overlap(source: DraftSource, column: str, other: DraftSource, key: str) -> SharedColumn:
    values, others = set(source.texts(column)) - {""}, set(other.texts(key))
    return SharedColumn(key, other, len(values), len(values & others))


def _shared(source: DraftSource, sources: Sequence[DraftSource]) -> list[SharedColumn]:
    """Return the columns that other sources have under the same name with mostly the same values."""
    shared = []
    for other in sources:
        for name in source.columns.keys() & other.columns.keys() if other is not source else ():
            column = source.columns[name]
            measured = subjects(name, column.question) & {"amount", "quantity", "price"}
            if measured or _is_telling(name, column):
                continue
            both = _overlap(source, name, other, name)
            if both.distinct > 2 and both.known >= _MOSTLY * both.distinct:
                shared.append(both)
    return sorted(shared, key=lambda column: (column.name, column.other.name))


def _with_id(source: DraftSource, column: str, words: str) -> DraftSource:
    options = [
        Proposal("id", column, words) if option.key == "id" else option for option in source.options
    ]
    return replace(source, options=tuple(options))
