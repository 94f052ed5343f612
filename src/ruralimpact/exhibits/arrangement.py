"""Which exhibits make up the main part of a report; the others are its annex."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from ruralimpact.exhibits.kinds import SECTIONS, Kind, Section
from ruralimpact.exhibits.registry import Kinds, shown_in
from ruralimpact.schema.exhibit import MOST_IN_MAIN, Exhibit, Exhibits

_Listed = tuple[str, Exhibit]


@dataclass(frozen=True)
class MainPart:
    """Names of the exhibits of the main part.

    Attributes
    ----------
    tables, figures : frozenset of str
    """

    tables: frozenset[str]
    figures: frozenset[str]


def main_part(exhibits: Exhibits, kinds: Kinds) -> MainPart:
    """Return the exhibits that the report shows before its annex.

    They are those that exhibits.yaml names under ``main``. Where it names none, the sections of the report
    take turns in the order of their `turn`, each putting in as many as its `per_turn` says until the part is
    full: the first of each kind before the second of any. Kinds that declare `annex` are passed over.

    Parameters
    ----------
    exhibits : Exhibits
    kinds : Kinds
        Those that the study may have.
    """
    named = exhibits.main
    if named is not None:
        return MainPart(
            frozenset(entry.name for entry in exhibits.tables if entry.name in named),
            frozenset(entry.name for entry in exhibits.figures if entry.name in named),
        )
    chosen = list(islice(_in_turn(exhibits, kinds), MOST_IN_MAIN))
    return MainPart(
        frozenset(entry.name for entry in exhibits.tables if _is_among(entry, chosen)),
        frozenset(entry.name for entry in exhibits.figures if _is_among(entry, chosen)),
    )


def _is_among(entry: Exhibit, chosen: Sequence[Exhibit]) -> bool:
    return any(entry is other for other in chosen)


def _in_turn(exhibits: Exhibits, kinds: Kinds) -> Iterator[Exhibit]:
    """Yield exhibits as the sections put them in, turn by turn."""
    by_turn = sorted(
        (section for section in SECTIONS if section.turn is not None),
        key=lambda section: section.turn or 0,
    )
    queues = [(section, _queue(section, exhibits, kinds)) for section in by_turn]
    while any(queue for _, queue in queues):
        for section, queue in queues:
            yield from queue[: section.per_turn]
            del queue[: section.per_turn]


def _queue(section: Section, exhibits: Exhibits, kinds: Kinds) -> list[Exhibit]:
    """Return the exhibits of a section, the first of each kind before the second of any."""
    seen: Counter[int] = Counter()
    ranked = []
    for entry in shown_in(section, exhibits.tables, exhibits.figures, kinds):
        kind = _kind_of(entry, exhibits, kinds)
        if not kind.annex:
            ranked.append((seen[id(kind)], entry))
            seen[id(kind)] += 1
    return [entry for _, entry in sorted(ranked, key=lambda pair: pair[0])]


def _kind_of(entry: Exhibit, exhibits: Exhibits, kinds: Kinds) -> "Kind[Exhibit]":
    is_figure = _is_among(entry, exhibits.figures)
    return kinds.figures[entry.kind] if is_figure else kinds.tables[entry.kind]
