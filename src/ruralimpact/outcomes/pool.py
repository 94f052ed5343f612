"""Sources of a sample put together: rows of other units or waves below each other, columns side by side."""

from collections.abc import Collection, Iterable, Mapping, Sequence

import numpy as np
import pandas as pd
from pandas.api.types import is_numeric_dtype

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.sample import Sample
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import IDENTIFIER, Entry, entries_of
from ruralimpact.survey.similar import written_in_two_ways
from ruralimpact.survey.values import code_of


def pool(
    name: str,
    asked: Sample,
    surveys: Mapping[str, pd.DataFrame],
    entries: Sequence[Entry],
    several: Collection[str],
) -> pd.DataFrame:
    """Put the sources of a sample together.

    Parameters
    ----------
    name : str
        Of the sample.
    asked : Sample
    surveys : mapping of str to DataFrame
        Survey tables by source.
    entries : sequence of Entry
    several : collection of str
        Sources with several rows a unit, which are not put together but added up.

    Returns
    -------
    DataFrame
        One row an ``id`` (and ``wave``). Two sources may have the same unit in the same wave if they
        describe other variables, but for groups and waves; its row then has those of both. A codebook
        variable that a source lacks is missing there.

    Raises
    ------
    ConfigError
        There is no such source, or one has no wave and others have.
    DataError
        Two sources have the same unit in the same wave and a variable in common, or another group.
    """
    for source in asked.sources:
        if source not in surveys:
            problem = f"there is no source '{source}'. {nearest(source, surveys)}"
            raise ConfigError(problem, key=f"samples.{name}.sources")
    _refuse_no_wave(name, {source: surveys[source] for source in asked.sources})
    tables = _with_waves_alike(surveys[source].assign(_source=source) for source in asked.sources)
    stacked = pd.concat(tables, ignore_index=True)
    keys = [key for key in ("id", "wave") if key in stacked]
    _refuse_strangers(name, stacked, keys, entries)
    if stacked.duplicated(keys).any():
        _refuse_common(name, stacked, keys, entries)
        order = stacked.drop_duplicates(keys, ignore_index=True)[keys]
        rows = stacked.drop(columns="_source").groupby(keys, sort=False, dropna=False).first()
        stacked = order.merge(rows.reset_index(), on=keys, how="left", validate="1:1")
    pooled = stacked.drop(columns="_source", errors="ignore")
    lacking = {
        entry.variable: pd.Series(
            np.nan, index=pooled.index, dtype=float if entry.is_number else "str"
        )
        for entry in entries
        if entry.variable not in pooled and entry.source not in several and entry.role != IDENTIFIER
    }
    return pooled.assign(**lacking)


def _with_waves_alike(tables: Iterable[pd.DataFrame]) -> list[pd.DataFrame]:
    """Return survey tables with waves as text where one has them as numbers and another as text."""
    listed = list(tables)
    numbers = {is_numeric_dtype(table["wave"]) for table in listed if "wave" in table}
    if len(numbers) < 2:
        return listed
    return [table.assign(wave=table["wave"].map(code_of).astype("str")) for table in listed]


def _refuse_no_wave(name: str, tables: Mapping[str, pd.DataFrame]) -> None:
    """Refuse a source that has no wave among sources that have one."""
    without = [source for source, table in tables.items() if "wave" not in table]
    if without and len(without) < len(tables):
        problem = f"the source '{without[0]}' has no wave, and others of the sample have one."
        raise ConfigError(problem, key=f"samples.{name}.sources")


def _refuse_strangers(
    name: str, stacked: pd.DataFrame, keys: list[str], entries: Sequence[Entry]
) -> None:
    """Refuse a source of other variables than all others of its wave that shares no unit with any of them."""
    fixed = {entry.variable for entry in entries if entry.role in ("group", "wave")}
    described = {
        source: {entry.variable for entry in entries_of(entries, source)} - fixed
        for source in stacked["_source"].unique()
    }
    for source in described:
        own = stacked[stacked["_source"] == source]
        beside = stacked[stacked["_source"] != source]
        if "wave" in keys:
            beside = beside[beside["wave"].isin(own["wave"])]
        others = beside["_source"].unique().tolist()
        alone = all(described[source].isdisjoint(described[other]) for other in others)
        if not others or not described[source] or not alone or own["id"].isin(beside["id"]).any():
            continue
        if written_in_two_ways([*own["id"], *beside["id"]]):
            continue  # told as such of the whole sample
        listed = ", ".join(f"'{other}'" for other in others)
        raise DataError(
            f"none of the {own['id'].nunique():,} units of '{source}' is among the "
            f"{beside['id'].nunique():,} of {listed}, which describe other variables of the same wave.",
            within=f"sample {name}",
            column="id",
            units=[*own["id"].unique(), *beside["id"].unique()],
            hint="Write the identifiers of the files in one way, by `spellings` or a table of `recodes`.",
        )


def _refuse_common(
    name: str, stacked: pd.DataFrame, keys: list[str], entries: Sequence[Entry]
) -> None:
    """Refuse units that occur in sources with a variable in common, or with different groups."""
    repeated = stacked[stacked.duplicated(keys, keep=False)]
    sources = repeated["_source"].unique().tolist()
    fixed = {entry.variable for entry in entries if entry.role in ("group", "wave")}
    described = {
        source: {entry.variable for entry in entries_of(entries, source)} for source in sources
    }
    for position, source in enumerate(sources):
        for other in sources[:position]:
            common = sorted((described[source] & described[other]) - fixed)
            if common or not described[source] - fixed:
                words = f", and both have '{common[0]}'" if common else ""
                raise DataError(
                    f"the same unit occurs in more than one source ('{other}' and '{source}'{words}).",
                    within=f"sample {name}",
                    column="id",
                    units=repeated["id"].unique().tolist(),
                    hint="Say in the codebook which source has which variable.",
                )
    for variable in sorted(fixed & set(stacked)):
        counts = repeated.groupby(keys)[variable].nunique()
        if (counts > 1).any():
            units = counts.index.get_level_values(0)[counts > 1].tolist()
            problem = "a unit has another value in another source of the same wave."
            raise DataError(problem, within=f"sample {name}", column=variable, units=units)
