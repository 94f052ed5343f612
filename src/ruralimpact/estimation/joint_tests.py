"""Tests that look at all estimates of an analysis at once: bootstrap, step-down, false discovery."""

import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.inference.multiple_testing import probability_draws, q_values, romano_wolf
from ruralimpact.inference.multiplier import multiplier_bootstrap

FloatArray = NDArray[np.float64]

DRAWS = 1999


@dataclass(frozen=True)
class AnalysisScores:
    """Estimates of one analysis with their group scores.

    Attributes
    ----------
    analysis : str
    estimates, p_values : Series, by spec_id
        `p_values` are those that are published with the estimates.
    families : Series, by spec_id
        Hypotheses that are tested together.
    scores : DataFrame, groups by spec_id
        Corrected for the groups' shares.
    arms : Series, by group, optional
        Arm of each group, where treatment is assigned to whole groups.
    """

    analysis: str
    estimates: "pd.Series[float]"
    p_values: "pd.Series[float]"
    families: "pd.Series[str]"
    scores: pd.DataFrame
    arms: "pd.Series[int] | None"


def joint_tests(analysis: AnalysisScores, seed: int) -> pd.DataFrame:
    """Test the estimates of an analysis by the multiplier bootstrap, alone and within families.

    Parameters
    ----------
    analysis : AnalysisScores
    seed : int
        The stream is that of the seed and the analysis' name: another analysis changes no number here.

    Returns
    -------
    DataFrame
        Contract ``tests``. Empty where there are too few groups for a bootstrap. Adjusted p-values start
        from those published and take from the bootstrap how the estimates depend on each other.
    """
    active = analysis.scores.fillna(0.0)
    active = active[(active != 0).any(axis=1)]
    if active.empty:  # nothing varies, or nothing could be estimated
        return pd.DataFrame()
    arms = None if analysis.arms is None else analysis.arms.loc[active.index].to_numpy()
    smallest = len(active) if arms is None else int(np.unique(arms, return_counts=True)[1].min())
    if smallest < 2:
        return pd.DataFrame()
    order = sorted(active.columns)
    values = analysis.estimates[order].to_numpy().astype(np.float64)
    rng = np.random.default_rng([seed, zlib.crc32(analysis.analysis.encode())])
    boot = multiplier_bootstrap(
        values, active[order].to_numpy().astype(np.float64), rng=rng, draws=DRAWS, arms=arms
    )
    families = analysis.families[order].to_numpy()
    p_values = analysis.p_values[order].to_numpy().astype(np.float64)
    p_values = np.where(np.isnan(boot.statistics), np.nan, p_values)
    return pd.DataFrame(
        {
            "spec_id": order,
            "family": families,
            "p_bootstrap": boot.p_values,
            "boot_low": boot.conf_low,
            "boot_high": boot.conf_high,
            "p_romano_wolf": romano_wolf(1 - p_values, probability_draws(boot.t_draws), families),
            "q_value": q_values(p_values, families),
            "few_groups": boot.few_groups,
            "fewest_in_arm": _fewest_in_arm(active[order], arms),
            "draws": DRAWS,
        }
    )


def _fewest_in_arm(scores: pd.DataFrame, arms: NDArray[Any] | None) -> NDArray[np.int64]:
    """Count the groups behind each estimate, in the smaller arm where groups are in one each."""
    counted = (scores != 0).to_numpy()
    parts = [counted] if arms is None else [counted[arms == arm] for arm in np.unique(arms)]
    by_arm: NDArray[np.int64] = np.array([part.sum(axis=0) for part in parts], dtype=np.int64)
    fewest: NDArray[np.int64] = by_arm.min(axis=0)
    return fewest


def arms_of_groups(
    groups: "pd.Series[str]", treatment: NDArray[np.int8]
) -> "pd.Series[int] | None":
    """Arm of each group, or None where a group has units in both.

    Parameters
    ----------
    groups : Series of str, length n
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    Series, by group, or None
    """
    by_group = pd.Series(treatment).groupby(groups.to_numpy())
    low, high = by_group.min(), by_group.max()
    return low.astype(int) if (low == high).all() else None
