"""Labour and land, without the project and with it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, Effects

FloatArray = NDArray[np.float64]
_QUARTERS = 4


def draw_livelihoods(
    producers: pd.DataFrame, parameters: Calibration, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw hired and family labour and cultivated area without the project.

    Parameters
    ----------
    producers : DataFrame
    parameters : Calibration
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame, one row a producer
        ``wage_days`` (person-days hired in the last working week, in quarters), ``family_days`` (a
        year), ``area_before`` and ``area_now`` (hectares). Unrounded but for the first.
    """
    chosen = parameters.livelihoods
    count = len(producers)
    lift = np.exp(0.3 * producers["pull"].to_numpy(float))
    hires = rng.random(count) < chosen.hire.share
    days = rng.exponential(chosen.hire.mean_days, count) * lift * hires
    family = chosen.family_days
    shape = chosen.cultivated_share
    size, mean = shape.concentration, shape.mean
    before = producers["land"].to_numpy(float) * rng.beta(size * mean, size * (1 - mean), count)
    growth = chosen.area_growth
    return pd.DataFrame(
        {
            "wage_days": np.rint(days * _QUARTERS) / _QUARTERS,
            "family_days": family.median * np.exp(family.log_sd * rng.normal(size=count)),
            "area_before": before,
            "area_now": before * (1 + growth.mean + growth.sd * rng.normal(size=count)),
        }
    )


def livelihoods_with_project(
    without: pd.DataFrame,
    treated: pd.DataFrame,
    parameters: Calibration,
    rng: np.random.Generator,
) -> pd.DataFrame:
    """Return labour and land of the beneficiaries with the project.

    Parameters
    ----------
    without : DataFrame
        As `draw_livelihoods` returns it, beneficiaries only.
    treated : DataFrame
        The same beneficiaries.
    parameters : Calibration
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame
        The effects on wage days, family days and area growth are the stated ones on average.
    """
    chosen = parameters.effects
    count = len(treated)
    willing = np.exp(treated["effect_shock"].to_numpy(float)) * rng.exponential(1.0, count)
    quarters = int(chosen.wage_days * count * _QUARTERS + 0.5)
    more = rng.multinomial(quarters, willing / willing.sum()) / _QUARTERS
    return without.assign(
        wage_days=without["wage_days"] + more,
        family_days=_scaled(without["family_days"], chosen.family_labour, treated, rng),
        area_now=without["area_now"] + _more_area(treated, chosen, rng),
    )


def _scaled(
    days: pd.Series, effect: float, treated: pd.DataFrame, rng: np.random.Generator
) -> FloatArray:
    """Raise days by a factor that varies over producers, the total by the stated effect."""
    base = days.to_numpy(float)
    raised = base * np.exp(0.3 * treated["effect_shock"] + 0.1 * rng.normal(size=len(base)))
    return np.asarray(raised * (1 + effect) * base.sum() / raised.sum())


def _more_area(treated: pd.DataFrame, chosen: Effects, rng: np.random.Generator) -> FloatArray:
    usual = treated["region"].map(chosen.area_growth_by_region).to_numpy(float)
    more = usual * np.exp(treated["effect_shock"].to_numpy(float)) * rng.gamma(2.0, 0.5, len(usual))
    return np.asarray(more * chosen.area_growth / more.mean())
