"""Groups and arms that only one round names: the others have them by the identifier of their units."""

from collections.abc import Sequence
from dataclasses import replace

from ruralimpact.draft.source import DraftSource, JoinedTable
from ruralimpact.draft.variable import DraftVariable

_ASSIGNING = ("group", "treatment")
# Of the units of a round, those that another must have, too.
_MOST = 0.5


def with_carried_rows(
    sources: Sequence[DraftSource], rows: Sequence[DraftVariable]
) -> tuple[list[DraftSource], list[DraftVariable]]:
    """Join to a round without groups or arms the round of the same units that has them.

    Parameters
    ----------
    sources : sequence of DraftSource
    rows : sequence of DraftVariable
        Of their codebook.

    Returns
    -------
    list of DraftSource, list of DraftVariable
        With the joins and the rows of what is joined.
    """
    joined, carried = [], list(rows)
    for source in sources:
        lacking = set(_ASSIGNING) - {row.role for row in rows if row.source == source.name}
        for other in sources:
            named = [row for row in rows if row.source == other.name and row.role in lacking]
            shared = _shared_units(source, other)
            if named and shared:
                source = _with_round(source, other, named, shared)
                beside = _beside(named, rows, source)
                carried += [_carried(row, source, other) for row in (*named, *beside)]
                break
        joined.append(source)
    return joined, carried


def _beside(
    named: Sequence[DraftVariable], rows: Sequence[DraftVariable], source: DraftSource
) -> list[DraftVariable]:
    """Return the covariates that stand in the same lists as the arms, which a round may lack, too."""
    own = {row.variable for row in rows if row.source == source.name}
    lists = {(row.source, row.joined_by) for row in named if row.joined_by is not None}
    return [
        row
        for row in rows
        if (row.source, row.joined_by) in lists
        and row.role == "covariate"
        and row.variable not in own
    ]


def _shared_units(source: DraftSource, other: DraftSource) -> str:
    """Say how many units of a source another round has; nothing where it is none, or has too few."""
    key, several = source.option("id"), source.option("item") or other.option("item")
    named = key in source.columns and key in other.columns and key == other.option("id")
    waves = {source.option("wave"), other.option("wave")}
    if not named or several is not None or None in waves or len(waves) == 1:
        return ""
    own, there = set(source.texts(str(key))), set(other.texts(str(key)))
    known = len(own & there)
    return f"{known:,} of its {len(own):,} units" if known >= _MOST * len(own) else ""


def _with_round(
    source: DraftSource, other: DraftSource, rows: Sequence[DraftVariable], shared: str
) -> DraftSource:
    """Join another round, and the lists joined to that whose columns are taken."""
    key = str(source.option("id"))
    what = " and ".join(f"'{row.variable}'" for row in rows)
    words = f"{what} stand in {other.name} only, which has {shared}; others lack them"
    lists = [
        replace(table, own=f"{other.name}.{table.own}")
        for table in other.joined
        if any(row.raw_name.startswith(f"{table.source.name}.") for row in rows)
    ]
    return replace(source, joined=(*source.joined, JoinedTable(other, key, key, words), *lists))


def _carried(row: DraftVariable, source: DraftSource, other: DraftSource) -> DraftVariable:
    raw_name = row.raw_name if row.joined_by is not None else f"{other.name}.{row.raw_name}"
    return replace(row, source=source.name, raw_name=raw_name, why=f"as in {other.name}")
