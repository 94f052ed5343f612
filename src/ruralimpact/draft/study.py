"""The whole draft: sources, codebook, arms, and what is to be answered."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ruralimpact.draft import wide_waves
from ruralimpact.draft.assignment import control_of
from ruralimpact.draft.carried_rows import with_carried_rows
from ruralimpact.draft.codebook_rows import codebook_rows
from ruralimpact.draft.column_profile import ColumnProfile
from ruralimpact.draft.delivery import DeliveredTable, Delivery, cells_of, read_delivery
from ruralimpact.draft.descriptions import without_descriptions
from ruralimpact.draft.nested_repeats import with_nested_repeats
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.shared_keys import with_shared_keys
from ruralimpact.draft.source import (
    DraftSource,
    id_proposal,
    item_proposal,
    parent_key,
    profiles,
    source_name,
    split_columns,
    wave_proposal,
    with_options,
)
from ruralimpact.draft.units_row import column_of_units
from ruralimpact.draft.variable import DraftVariable
from ruralimpact.privacy.scan import kind_by_words


@dataclass(frozen=True)
class DraftStudy:
    """A draft.

    Attributes
    ----------
    name : str
    sources : tuple of DraftSource
    codebook : tuple of DraftVariable
    passed_over : mapping of str to str
        Files that hold no table that can be read, and why.
    """

    name: str
    sources: tuple[DraftSource, ...]
    codebook: tuple[DraftVariable, ...]
    passed_over: Mapping[str, str]

    @property
    def arms(self) -> DraftVariable | None:
        """A column of several arms of which one is the control, if there is one."""
        several = [row for row in self.codebook if row.role == "input" and control_of(row)]
        return several[0] if several else None

    @property
    def amounts(self) -> bool:
        """Whether there are prices or amounts, which have a currency."""
        return any("amount" in row.why or row.role == "price" for row in self.codebook)


def draft_study(name: str, paths: Sequence[Path]) -> DraftStudy:
    """Draft a study from files that were delivered.

    Parameters
    ----------
    name : str
        Of the study.
    paths : sequence of path
        Files, and folders whose files are taken.

    Raises
    ------
    ConfigError
        See `read_delivery`.
    """
    delivery = without_descriptions(read_delivery(paths))
    drafted = _sources(name, delivery)
    sources, rows = with_carried_rows(drafted, codebook_rows(drafted))
    named = tuple(_by_variable(source, rows) for source in sources)
    return DraftStudy(name, named, tuple(rows), delivery.passed_over)


def _by_variable(source: DraftSource, rows: Sequence[DraftVariable]) -> DraftSource:
    """Name the variables of the codebook in the keys that name one, not the raw columns."""
    variables = {row.raw_name: row.variable for row in rows if row.source == source.name}
    options = tuple(
        replace(option, value=variables.get(str(option.value), option.value))
        if option.key in ("item", "wave_variable")
        else option
        for option in source.options
    )
    return replace(source, options=options)


def _sources(study: str, delivery: Delivery) -> tuple[DraftSource, ...]:
    described = [profiles(table, delivery.questions) for table in delivery.tables]
    parents = [
        _parents(table, columns) for table, columns in zip(delivery.tables, described, strict=True)
    ]
    taken: set[str] = set()
    sources = []
    for table, columns in zip(delivery.tables, described, strict=True):
        name = source_name(table, taken)
        path = f"data/{study}/{table.file.name}"
        source = DraftSource(name, path, table, columns, table.reading)
        named = _named_parents(columns, table, [values for values in parents if values])
        sources.append(_with_keys(source, named))
    nested = with_nested_repeats(_in_one_wave(sources))
    in_waves = [own for source in nested for own in wide_waves.in_waves(source)]
    return tuple(with_shared_keys(in_waves))


def _parents(table: DeliveredTable, columns: Mapping[str, ColumnProfile]) -> list[str]:
    """Return the values by which the rows of a table name rows of another, if it has repeated rows."""
    parent = parent_key(columns)
    return [] if parent is None else [text for text in table.table.cells[parent] if text]


def _named_parents(
    columns: Mapping[str, ColumnProfile], table: DeliveredTable, parents: Sequence[Sequence[str]]
) -> list[str]:
    """Return the values by which repeated rows name rows of this table: those that some column holds."""
    if parent_key(columns) is not None:
        return []
    cells = table.table.cells
    for values in parents:
        if any(set(values) <= set(cells[name]) for name in columns):
            return list(values)
    return []


def _with_keys(source: DraftSource, parents: Sequence[str]) -> DraftSource:
    """Propose identifier, wave, item and edits of a source."""
    texts = {name: source.texts(name) for name in source.columns}
    parent = parent_key(source.columns)
    wave = wave_proposal(source.delivered, source.columns)
    column = str(wave.value) if wave.key == "wave_variable" else None
    keys = [id_proposal(source.columns, texts, parents, column)]
    if parent is not None:
        keys.append(item_proposal(source.columns, texts, parent))
    keys.append(wave)
    dated = [
        profile for profile in source.columns.values() if profile.kind == "date" and profile.dates
    ]
    if dated:
        quotable = [profile.name for profile in dated if not kind_by_words(profile.name)]
        shown = f"dates in '{dated[0].name}' are written so"
        if quotable:
            shown = f"'{next(filter(None, texts[quotable[0]]))}' in '{quotable[0]}'"
        both = "; no day is above 12, so that it may be %m/%d/%Y" if dated[0].both_dates else ""
        keys.append(Proposal("dates", dated[0].dates, f"{shown}{both}"))
    return _with_edits(with_options(source, *keys, *_kept(source)))


def _kept(source: DraftSource) -> list[Proposal]:
    """Propose to leave out a row of units below the names."""
    cells = source.delivered.table.cells
    column = column_of_units(cells)
    if column is None:
        return []
    told = {"column": column, "other_than": [cells[column].iloc[0]], "reason": "the row of units"}
    words = f"row {cells.index[0]} has words where the rows below it have numbers"
    return [Proposal("keep", [told], words)]


def _with_edits(source: DraftSource) -> DraftSource:
    """Put the edits that are proposed together, in the order in which they are to be made."""
    proposals = [option for option in source.options if option.key == "edits"]
    edits: list[object] = [edit for proposal in proposals for edit in proposal.value]  # type: ignore[attr-defined]
    words = [proposal.evidence for proposal in proposals]
    units = column_of_units(source.delivered.table.cells) is not None
    copies = len(source.delivered.table.cells) - units - len(cells_of(source.delivered))
    if copies:
        edits.insert(0, {"rule": "exact_duplicates"})
        what = "row is a copy" if copies == 1 else "rows are copies"
        words.insert(0, f"{copies:,} {what} of another")
    split = split_columns(source)
    if split:
        edits.append({"rule": "select_multiple", "columns": split})
        words.append(f"cells of {', '.join(split)} hold several answers")
    others = [option for option in source.options if option.key != "edits"]
    edited = [Proposal("edits", edits, "; ".join(words))] if edits else []
    return replace(source, options=(*others, *edited))


def _in_one_wave(sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Give repeated rows the only wave that files name, where their own names none."""
    known = {source.option("wave") for source in sources} - {None, OPEN}
    if len(known) != 1:
        return list(sources)
    wave = Proposal("wave", known.pop(), "the only round that a file names")
    return [
        replace(
            source,
            options=tuple(wave if _is_open_wave(option) else option for option in source.options),
        )
        if parent_key(source.columns) is not None
        else source
        for source in sources
    ]


def _is_open_wave(option: Proposal) -> bool:
    return option.key == "wave" and option.value == OPEN
