"""Columns by which the files of a delivery name each other's rows."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ruralimpact.draft.column_names import subjects
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.source import DraftSource, item_proposal
from ruralimpact.privacy.scan import kind_by_words

_MOSTLY = 0.9


class SharedColumn(NamedTuple):
    """A column that two sources have under one name, and how many of its values both have.

    Attributes
    ----------
    name : str
        In the source.
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
    values in another file. One that the rows of another file are identified by makes repeated rows. Files
    whose rows name the row of another by any other column are said so, with what would join them.

    Parameters
    ----------
    sources : sequence of DraftSource
    """
    keyed = [_of_rounds(source, sources) for source in sources]
    repeated = [_repeated(source, keyed) for source in keyed]
    return [_joined(source, repeated) for source in repeated]


def _of_rounds(source: DraftSource, sources: Sequence[DraftSource]) -> DraftSource:
    """Propose the only key of a source that is a key of another with mostly the same values."""
    if source.option("id") != OPEN:
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
    if len({column.name for column in named}) != 1 or source.columns[named[0].name].blank:
        return source
    rows = source.columns[named[0].name].rows
    words = f"{rows:,} rows name units by it, and {named[0].words}"
    keyed = _with_id(source, named[0].name, words)
    texts = {name: source.texts(name) for name in source.columns}
    item = item_proposal(source.columns, texts, named[0].name)
    at = [option.key for option in keyed.options].index("id") + 1
    return replace(keyed, options=(*keyed.options[:at], item, *keyed.options[at:]))


def _joined(source: DraftSource, sources: Sequence[DraftSource]) -> DraftSource:
    """Say which sources have columns that could be joined to the rows of this one."""
    own = source.option("id")
    words = [
        f"{column.words}, once each: to join its columns here instead, write join: [{{name: "
        f'{column.other.name}, path: "{column.other.path}", by: ["{column.name}"]}}]'
        for column in _shared(source, sources)
        if column.other.option("id") == column.name and column.name != own
    ]
    if not words:
        return source
    options = [
        replace(option, evidence=f"{option.evidence}. {'; '.join(words)}")
        if option.key == "id"
        else option
        for option in source.options
    ]
    return replace(source, options=tuple(options))


def _shared(source: DraftSource, sources: Sequence[DraftSource]) -> list[SharedColumn]:
    """Return the columns that other sources have under the same name with mostly the same values."""
    shared = []
    for other in sources:
        for name in source.columns.keys() & other.columns.keys() if other is not source else ():
            column = source.columns[name]
            measured = subjects(name, column.question) & {"amount", "quantity", "price"}
            if measured or kind_by_words(name) or kind_by_words(column.question):
                continue
            values, others = set(source.texts(name)) - {""}, set(other.texts(name))
            known = len(values & others)
            if len(values) > 2 and known >= _MOSTLY * len(values):
                shared.append(SharedColumn(name, other, len(values), known))
    return sorted(shared, key=lambda column: (column.name, column.other.name))


def _with_id(source: DraftSource, column: str, words: str) -> DraftSource:
    options = [
        Proposal("id", column, words) if option.key == "id" else option for option in source.options
    ]
    return replace(source, options=tuple(options))
