"""The units of a baseline, and which of them a later wave found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.inference.clustered import group_codes
from ruralimpact.schema.followup import Attrition

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class Population:
    """Units of a baseline with a known arm, sorted by identifier.

    Attributes
    ----------
    units : DataFrame, n rows
        Of the baseline sample.
    treatment : ndarray of {0, 1}, shape (n,)
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    responded : ndarray of bool, shape (n,)
        Whether the later wave has the unit.
    compared : ndarray of bool, shape (n,)
        Whether the unit's outcome is asked about, found or not: False for units that were found and are
        compared no more, and for groups of which all units found are such.
    outcomes : DataFrame, n rows
        Of the later wave; missing where the unit was not found or is not compared.
    wave : str
        The later wave, empty where it has no name.
    new_units, unknown_arm : int
        Units of the later wave that the baseline lacks, and of the baseline without an arm.
    """

    units: pd.DataFrame
    treatment: NDArray[np.int8]
    groups: NDArray[np.int64]
    responded: BoolArray
    compared: BoolArray
    outcomes: pd.DataFrame
    wave: str
    new_units: int
    unknown_arm: int

    def complete(self, columns: Sequence[str]) -> BoolArray:
        """Units with a value in every one of some columns, shape (n,)."""
        return self.units[list(columns)].notna().all(axis=1).to_numpy()


def follow_up(
    entry: Attrition,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> Population:
    """Find the units of a baseline again.

    Parameters
    ----------
    entry : Attrition
    units, outcomes : mapping of str to DataFrame
        By sample.

    Returns
    -------
    Population
        With ``changes`` its outcomes are those of the later wave less those of the baseline, and units
        without the latter are not compared.

    Raises
    ------
    DataError
        A unit is in one arm in the baseline and in the other later.
    ConfigError
        A sample has several rows a unit.
    """
    named = {
        "baseline": entry.baseline,
        "followup": entry.followup,
        "compared": entry.compared or entry.followup,
    }
    frames = {key: _one_row_a_unit(units[name], name, entry) for key, name in named.items()}
    _refuse_changed_arm(frames["baseline"], frames["followup"], entry)
    arm = frames["baseline"][entry.treatment]
    base = frames["baseline"][arm.notna()]
    responded = base.index.isin(frames["followup"].index)
    lost_arm = responded & ~base.index.isin(frames["compared"].index)
    by_group = pd.Series(responded & ~lost_arm, index=base.index).groupby(base["group"].to_numpy())
    still = by_group.any().reindex(base["group"]).to_numpy()
    any_found = pd.Series(responded, index=base.index).groupby(base["group"].to_numpy()).any()
    gone = any_found.reindex(base["group"]).to_numpy() & ~still
    table = _outcomes(entry, named["compared"], units, outcomes).reindex(base.index)
    compared = ~(lost_arm | gone)
    if entry.changes:
        before = _outcomes(entry, named["baseline"], units, outcomes).reindex(base.index)
        compared = compared & before.notna().all(axis=1).to_numpy()
        table = table - before
    waves = frames["followup"].get("wave", pd.Series(dtype=str)).astype(str).unique()
    return Population(
        units=base.reset_index(),
        treatment=base[entry.treatment].to_numpy(np.int8),
        groups=group_codes(base["group"].to_numpy()),
        responded=responded,
        compared=compared,
        outcomes=table.reset_index(drop=True),
        wave=str(waves[0]) if len(waves) == 1 else "",
        new_units=int((~frames["followup"].index.isin(frames["baseline"].index)).sum()),
        unknown_arm=int(arm.isna().sum()),
    )


def _one_row_a_unit(frame: pd.DataFrame, sample: str, entry: Attrition) -> pd.DataFrame:
    if frame["id"].duplicated().any():
        problem = f"the sample '{sample}' has several rows a unit; name one of a single wave."
        raise ConfigError(problem, key=f"attrition.{entry.name}")
    return frame.set_index("id").sort_index()


def _refuse_changed_arm(before: pd.DataFrame, after: pd.DataFrame, entry: Attrition) -> None:
    name = entry.treatment
    if name not in after:
        return
    then, now = before[name].align(after[name], join="inner")
    changed = then.index[then.notna() & now.notna() & (then != now)]
    if len(changed):
        raise DataError(
            f"a unit is in another arm than in the sample '{entry.baseline}'.",
            within=f"sample {entry.followup}",
            column=name,
            units=changed.tolist(),
        )


def _outcomes(
    entry: Attrition,
    sample: str,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Outcomes of a sample by identifier."""
    table = outcomes[sample]
    missing = [name for name in entry.outcomes if name not in table]
    if missing:
        problem = f"the sample '{sample}' has no outcome '{missing[0]}'."
        raise ConfigError(problem, key=f"attrition.{entry.name}.outcomes")
    members = units[sample]
    values = table.set_index("unit_id").loc[members["unit_id"], list(entry.outcomes)]
    values.index = pd.Index(members["id"], name="id")
    return values.astype(float)
