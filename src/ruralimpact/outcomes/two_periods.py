"""A panel folded to two periods: who left the programme, who never was in it, and what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.outcomes.covariates import BEFORE
from ruralimpact.outcomes.excluded_arms import Exclusion
from ruralimpact.schema import sample as spec
from ruralimpact.suggestions import nearest

FloatArray = NDArray[np.float64]
DRAWN = ("sampling_weight", "sampling_stratum")


@dataclass(frozen=True)
class PeriodChanges:
    """Units whose status changed between the periods, and units never treated.

    Attributes
    ----------
    units : DataFrame
        ``unit_id``, ``group``, ``id``, the treatment (1: treated in every wave before and in none
        after; 0: in none at all), the mean before of each covariate, suffix ``_before``, and the sampling
        weight and stratum of the last wave that is listed before, where the sample has them.
    outcomes : DataFrame
        ``unit_id`` and the change of each outcome: mean after less mean before.
    excluded : list of (str, int, int)
        Reason, units excluded for it, and units before.
    lost : list of Exclusion
        Units of each reason with the treatment that the waves show in which they were observed: 1 where it
        was on before and off after, 0 where it was off before and after, else NaN.
    """

    units: pd.DataFrame
    outcomes: pd.DataFrame
    excluded: list[tuple[str, int, int]]
    lost: list[Exclusion]


def two_periods(
    table: pd.DataFrame, periods: spec.TwoPeriods, outcomes: Sequence[str], *, sample: str
) -> PeriodChanges:
    """Fold a panel to one row a unit.

    Parameters
    ----------
    table : DataFrame
        ``id``, ``group``, ``wave`` and everything built, one row a unit and wave.
    periods : schema.sample.TwoPeriods
        Waves before and after, the status (a 0/1 variable), the name of the new treatment, covariates.
    outcomes : sequence of str
    sample : str
        Name of the sample, for messages.

    Returns
    -------
    PeriodChanges
        A mean over waves is missing where any of its waves is.

    Raises
    ------
    ConfigError
        A wave, the status or a covariate is not in the data, or a covariate is a category.
    DataError
        A unit changes its group between waves.
    """
    key = f"samples.{sample}.two_periods"
    before = _waves(table, periods.before, f"{key}.before")
    after = _waves(table, periods.after, f"{key}.after")
    _check_names(table, periods, key)
    panel = table.assign(wave=table["wave"].astype("str"))
    elsewhere = panel[~panel["id"].isin(panel.loc[panel["wave"].isin([*before, *after]), "id"])]
    panel = panel[panel["wave"].isin([*before, *after])]
    status, present = _by_wave(panel, periods.status), _by_wave(panel, "unit_id").notna()
    waves = status[before].to_numpy(), status[after].to_numpy()
    treatment, reasons = _classify(*waves, present.to_numpy(), periods.status)
    shown = pd.DataFrame({periods.treatment: _shown_arm(*waves)})
    left = np.ones(len(status), dtype=bool)
    excluded, lost = _of_other_waves(elsewhere, periods, len(status))
    for reason, hit in reasons.items():
        excluded.append((reason, int(hit.sum()), int(left.sum())))
        lost.append(Exclusion(reason, shown[hit]))
        left &= ~hit
    kept = ~np.isnan(treatment)
    ids = status.index[kept]
    panel = panel[panel["id"].isin(ids)]
    units = pd.DataFrame({"unit_id": ids, "group": _groups(panel, sample), "id": ids})
    units[periods.treatment] = treatment[kept]
    for name in DRAWN:
        if name in panel:
            units[name] = _by_wave(panel, name)[before[-1]].to_numpy()
    for name in periods.covariates:
        units[name + BEFORE] = _mean(panel, name, before)
    changes = {name: _mean(panel, name, after) - _mean(panel, name, before) for name in outcomes}
    return PeriodChanges(units, pd.DataFrame({"unit_id": ids, **changes}), excluded, lost)


def _of_other_waves(
    rows: pd.DataFrame, periods: spec.TwoPeriods, others: int
) -> tuple[list[tuple[str, int, int]], list[Exclusion]]:
    """Count the units that were observed in none of the waves that are compared."""
    if rows.empty:
        return [], []
    status = _by_wave(rows, periods.status).to_numpy(float)
    shown = np.select([_in_all_known(status, 1), _in_all_known(status, 0)], [1.0, 0.0], np.nan)
    reason, count = "observed in none of the waves", len(shown)
    lost = pd.DataFrame({periods.treatment: shown})
    return [(reason, count, count + others)], [Exclusion(reason, lost)]


def _waves(table: pd.DataFrame, listed: Sequence[spec.Wave], key: str) -> list[str]:
    """Return the waves that a key lists, as text, so that 2008 and "2008" are the same."""
    known = sorted(str(wave) for wave in table["wave"].unique()) if "wave" in table else []
    waves = [str(wave) for wave in listed]
    for wave in waves:
        if wave not in known:
            problem = f"the data have no wave {wave}. Known: {', '.join(known) or 'none'}."
            raise ConfigError(problem, key=key)
    return waves


def _check_names(table: pd.DataFrame, periods: spec.TwoPeriods, key: str) -> None:
    named = [("status", periods.status), *(("covariates", name) for name in periods.covariates)]
    for option, name in named:
        if name not in table:
            problem = f"there is no variable '{name}'. {nearest(name, table.columns)}"
            raise ConfigError(problem, key=f"{key}.{option}")
        if not pd.api.types.is_numeric_dtype(table[name]):
            problem = f"'{name}' is a category, and has no mean over waves."
            raise ConfigError(problem, key=f"{key}.{option}")


def _classify(
    before: FloatArray, after: FloatArray, present: NDArray[np.bool_], status: str
) -> tuple[FloatArray, dict[str, NDArray[np.bool_]]]:
    """Return the treatment of each unit (NaN: excluded) and whom each reason excludes, none twice.

    Parameters
    ----------
    before, after : ndarray, shape (n, waves)
        Status in each wave.
    present : ndarray of bool, shape (n, all waves)
        Whether the unit was observed.
    status : str
        Name of the status, for the reasons.
    """
    every = np.hstack([before, after])
    treated = (before == 1).all(axis=1) & (after == 0).all(axis=1)
    never = (every == 0).all(axis=1)
    reasons = {
        "not observed in every wave": ~present.all(axis=1),
        f"{status} missing in some wave": np.isnan(every).any(axis=1),
        f"{status} in every wave": (every == 1).all(axis=1),
        f"{status} in some waves, but not in all before and none after": ~treated & ~never,
    }
    left, excluded = np.ones(len(every), dtype=bool), dict[str, NDArray[np.bool_]]()
    for reason, applies in reasons.items():
        hit = left & applies
        if hit.any():
            excluded[reason] = hit
        left = left & ~applies
    return np.where(left, treated.astype(float), np.nan), excluded


def _shown_arm(before: FloatArray, after: FloatArray) -> FloatArray:
    """Return the treatment that the waves with a known status show, shape (n,); NaN where they show none."""
    off_after = _in_all_known(after, 0)
    arms = [off_after & _in_all_known(before, 1), off_after & _in_all_known(before, 0)]
    return np.select(arms, [1.0, 0.0], np.nan)


def _in_all_known(status: FloatArray, value: int) -> NDArray[np.bool_]:
    known = ~np.isnan(status)
    alike: NDArray[np.bool_] = known.any(axis=1) & ((status == value) | ~known).all(axis=1)
    return alike


def _groups(panel: pd.DataFrame, sample: str) -> NDArray[Any]:
    """Return the group of each unit, in the order of identifiers."""
    pairs = panel[["id", "group"]].drop_duplicates().sort_values("id")
    changed = pairs.loc[pairs["id"].duplicated(), "id"].unique().tolist()
    if changed:
        problem = "the group of a unit changes between waves."
        raise DataError(problem, within=f"sample {sample}", column="group", units=changed)
    return pairs["group"].to_numpy()


def _by_wave(panel: pd.DataFrame, name: str) -> pd.DataFrame:
    """Return a variable with one row a unit, in the order of identifiers, and one column a wave."""
    # pivot_table would average a unit that occurs twice in a wave; that must not pass unseen.
    return panel.pivot(index="id", columns="wave", values=name).sort_index()  # noqa: PD010


def _mean(panel: pd.DataFrame, name: str, waves: Sequence[str]) -> FloatArray:
    """Return the mean over waves of each unit, in the order of identifiers."""
    values: FloatArray = _by_wave(panel, name)[list(waves)].to_numpy(dtype=float)
    return np.asarray(values.mean(axis=1))
