"""Rows that serve as two waves: a file, a filter or a column that was declared for both."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product

import pandas as pd

from ruralimpact.errors import DataError
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.source import Source
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import Entry, entries_of

_MEASURED = ("outcome", "input", "price")
_FEW_UNITS, _FEW_VALUES, _FIRST = 10, 5, 200


class RepeatedWaveError(DataError):
    """Rows that serve as two waves: what never changes in them is a consequence."""


def refuse_repeated_waves(
    surveys: Mapping[str, pd.DataFrame],
    study: Study,
    asked: Sample,
    entries: Sequence[Entry],
    *,
    within: str,
) -> None:
    """Refuse two waves that have the same value of everything measured, in all units that they share.

    Parameters
    ----------
    surveys : mapping of str to DataFrame
        Survey tables by source.
    study : Study
        Or a round of it, with ``references``.
    asked : Sample
        Its waves, and those of the samples that it refers to, are compared.
    entries : sequence of Entry
    within : str
        For messages: ``sample panel``.

    Raises
    ------
    RepeatedWaveError
    """
    for (_, measured), tables in _alike(_read(surveys, study, asked), entries).items():
        for (earlier, own), (later, other) in _of_two_sources(tables):
            shared = _shared_if_equal(own, other, measured)
            if shared is not None:
                listed = ", ".join(f"'{name}'" for name in measured)
                raise RepeatedWaveError(
                    f"the waves '{earlier}' and '{later}' have the same values ({listed}) in all "
                    f"{len(shared):,} units that they share: the same rows serve as both.",
                    within=within,
                    units=shared,
                    hint="Look at `path`, `sheet`, `keep` and the wave of the sources, and at the columns "
                    "that the codebook takes in each.",
                )


def _read(
    surveys: Mapping[str, pd.DataFrame], study: Study, asked: Sample
) -> Iterator[tuple[Source, pd.DataFrame]]:
    """Yield the sources of a sample with their tables, in the order of the study."""
    samples = {**study.references, **study.samples}
    named = {*asked.sources, *(name for other in asked.referred for name in samples[other].sources)}
    for source in study.sources:
        if source.name in surveys and (source.name in named or source.item is not None):
            yield source, surveys[source.name]


def _alike(
    read: Iterable[tuple[Source, pd.DataFrame]], entries: Sequence[Entry]
) -> dict[tuple[str | None, tuple[str, ...]], list[pd.DataFrame]]:
    """Return what sources have measured, by unit and item, with others that measure the same."""
    tables: dict[tuple[str | None, tuple[str, ...]], list[pd.DataFrame]] = {}
    for source, table in read:
        described = entries_of(entries, source.name, source.item)
        measured = sorted(
            entry.variable
            for entry in described
            if entry.role in _MEASURED and entry.is_number and entry.variable in table
        )
        if "wave" in table and measured:
            among = "" if source.item is None else table[source.item]
            part = table[["id", *measured]].assign(_among=among, wave=table["wave"].astype(str))
            tables.setdefault((source.item, tuple(measured)), []).append(part)
    return tables


def _of_two_sources(
    tables: Iterable[pd.DataFrame],
) -> Iterator[tuple[tuple[str, pd.DataFrame], tuple[str, pd.DataFrame]]]:
    """Yield pairs of different waves; of one source, each row has one wave."""
    by_wave = [[(str(wave), own) for wave, own in table.groupby("wave")] for table in tables]
    for first, second in combinations(by_wave, 2):
        for earlier, later in product(first, second):
            if earlier[0] != later[0]:
                yield earlier, later


def _shared_if_equal(
    earlier: pd.DataFrame, later: pd.DataFrame, measured: Collection[str]
) -> list[str] | None:
    """Return the units that two waves share if nothing measured differs; None where something does.

    Few units, or few values, may be the same by chance.
    """
    for some in (earlier.iloc[:_FIRST], earlier):  # most waves differ in their first units
        own, other = (table.set_index(["id", "_among"])[list(measured)] for table in (some, later))
        if own.index.has_duplicates or other.index.has_duplicates:
            return None
        common = own.index.intersection(other.index)
        own = own.loc[common]
        if len(common) and not own.equals(other.loc[common]):
            return None
    if len(common) < _FEW_UNITS or own.nunique().max() < _FEW_VALUES:
        return None
    return sorted(set(common.get_level_values("id")))
