"""Rows of repeated rows, such as the sales of each animal, which find their unit through these."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from ruralimpact.draft.column_names import last_part
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.source import (
    DraftSource,
    JoinedTable,
    item_proposal,
    parent_key,
)
from ruralimpact.privacy.ids_in_cells import is_own_key
from ruralimpact.survey.parent_tables import PARENT_TABLE, is_called


@dataclass(frozen=True)
class _Parent:
    """A table of which each row of another names one row by its key."""

    source: DraftSource
    key: str


def with_nested_repeats(sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Give rows that belong to repeated rows the identifier of the unit of these, or ask.

    Parameters
    ----------
    sources : sequence of DraftSource
        With the identifiers that their own columns propose.
    """
    parents = {source.name: _parents(source, sources) for source in sources}
    only_parents = {name: several[0] for name, several in parents.items() if len(several) == 1}
    nested = []
    for source in sources:
        several = parents[source.name]
        repeated = [parent for parent in several if parent_key(parent.source.columns)]
        if not repeated:
            nested.append(source)
        elif len(several) == 1:
            nested.append(_joined(source, _chain(source, only_parents)))
        else:
            nested.append(_asked(source, several))
    return nested


def _parents(source: DraftSource, sources: Sequence[DraftSource]) -> list[_Parent]:
    """Return the table that a source names as that of its parents, or all that have their keys."""
    column = parent_key(source.columns)
    if column is None:
        return []
    values = set(source.texts(column)) - {""}
    possible = [
        _Parent(other, key)
        for other in _nearest_files(source, sources)
        for key in other.columns
        if _is_key(other, key) and values <= set(other.texts(key))
    ]
    possible = list({parent.source.name: parent for parent in possible}.values())
    named = [parent for parent in possible if _names(source, parent.source)]
    return named or possible


def _is_key(source: DraftSource, column: str) -> bool:
    profile = source.columns[column]
    own = is_own_key(column) or column == source.option("id")
    return own and column != parent_key(source.columns) and profile.is_key


def _nearest_files(source: DraftSource, sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Return the other sheets of a workbook with several, or else the other files."""
    others = [other for other in sources if other is not source]
    same = [other for other in others if other.delivered.file == source.delivered.file]
    return same or others


def _names(source: DraftSource, other: DraftSource) -> bool:
    told = {
        text
        for name in source.columns
        if last_part(name) == PARENT_TABLE
        for text in source.texts(name)
    }
    called = other.delivered.sheet or other.delivered.file.stem
    return bool(told) and all(is_called(called, text) for text in told)


def _chain(source: DraftSource, only_parents: Mapping[str, _Parent]) -> list[_Parent]:
    """Return the repeated rows above a source, the nearest first."""
    above: list[_Parent] = []
    while (parent := only_parents.get(source.name)) and parent_key(parent.source.columns):
        if parent in above:
            break
        above.append(parent)
        source = parent.source
    return above


def _joined(source: DraftSource, above: Sequence[_Parent]) -> DraftSource:
    """Join the tables above a source, and take the identifier of the last."""
    own = str(parent_key(source.columns))
    units, column, joined = source.texts(own), own, []
    for parent in above:
        named = str(parent_key(parent.source.columns))
        words = f"'{column}' names a row of {parent.source.name}, which names its own"
        joined.append(JoinedTable(parent.source, column, parent.key, words, described=False))
        known = dict(zip(parent.source.texts(parent.key), parent.source.texts(named), strict=True))
        units = [known.get(unit, "") for unit in units]
        column = f"{parent.source.name}.{named}"
    words = f"the rows belong to rows of {above[0].source.name}; {len(set(units) - {''}):,} units"
    texts = {name: source.texts(name) for name in source.columns if name != own}
    apart = item_proposal(source.columns, {**texts, own: units}, own)
    options = _with(source.options, Proposal("id", column, words), apart)
    return replace(source, options=options, joined=tuple(joined))


def _asked(source: DraftSource, several: Sequence[_Parent]) -> DraftSource:
    own = parent_key(source.columns)
    shown = " or ".join(parent.source.name for parent in several)
    nested = next(parent for parent in several if parent_key(parent.source.columns))
    question = (
        f"do its rows belong to rows of {shown}? All have the values of '{own}'. If to units, it is {own}; "
        f"if to repeated rows, join their file (join: by: {{{own}: {nested.key}}}) and write "
        f"{nested.source.name}.{parent_key(nested.source.columns)}"
    )
    apart = next(option for option in source.options if option.key == "item")
    return replace(source, options=_with(source.options, Proposal("id", OPEN, question), apart))


def _with(options: Sequence[Proposal], *changed: Proposal) -> tuple[Proposal, ...]:
    by_key = {proposal.key: proposal for proposal in changed}
    return tuple(by_key.get(option.key, option) for option in options)
