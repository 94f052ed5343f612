"""The planted effects: gains by product, region and quintile at once, exactly as stated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.simulate.bolivia.parameters import Parameters

FloatArray = NDArray[np.float64]
_SWEEPS = 200


@dataclass(frozen=True)
class Gains:
    """What the project adds to each beneficiary, in the order of the beneficiaries.

    Attributes
    ----------
    alliance : ndarray, shape (n,)
        Gross value of the alliance product, bolivianos a year.
    costs : ndarray, shape (n,)
        Cash costs.
    labour : ndarray, shape (n,)
        Labour income.
    """

    alliance: FloatArray
    costs: FloatArray
    labour: FloatArray


def plant_gains(treated: pd.DataFrame, parameters: Parameters, rng: np.random.Generator) -> Gains:
    """Draw the gains of the beneficiaries and scale them to the stated effects.

    Parameters
    ----------
    treated : DataFrame
        Beneficiaries: ``region``, ``product_group``, ``quintile``, services, ``effect_shock``, and what
        they would earn without the project (``alliance``, ``net``, ``labour_income``).
    parameters : mapping
        Section ``effects``.
    rng : numpy.random.Generator

    Returns
    -------
    Gains

    Notes
    -----
    A gain is the alliance product's value without the project, times what the services and chance make
    of it, times a factor of the product, one of the region (what costs leave of it) and one of the
    quintile. The three sets of factors are fitted in turn, each to its own totals, until all agree
    (iterative proportional fitting). The totals agree because the other products, and the common scale
    of regions and of quintiles, are set to what makes the whole right.
    """
    chosen: Mapping[str, Any] = parameters["effects"]
    count = len(treated)
    raw = treated["alliance"].to_numpy(float) * _services(treated, chosen["services"])
    noise = treated["effect_shock"] + chosen["producer_sd"] * rng.normal(size=count)
    gross = raw * np.exp(noise.to_numpy(float))
    product, region, quintile = (
        pd.factorize(treated[name], sort=True) for name in ("product_group", "region", "quintile")
    )
    gains = product_gains(treated, chosen)[product[1]].to_numpy()
    by_region = _net_gains(treated, "region", chosen["region"], chosen)[region[1]].to_numpy()
    quintiles = dict(enumerate(chosen["quintile"], start=1))
    by_quintile = _net_gains(treated, "quintile", quintiles, chosen)[quintile[1]].to_numpy()
    kept = np.ones(count)
    for _ in range(_SWEEPS):
        kept = kept * _factors(gross * kept, region[0], by_region)
        gross = gross * _factors(gross * kept, quintile[0], by_quintile)
        gross = gross * _factors(gross, product[0], gains)
    return Gains(
        alliance=gross, costs=gross * (1 - kept), labour=_labour_gains(treated, chosen, rng)
    )


def product_gains(treated: pd.DataFrame, chosen: Mapping[str, Any]) -> pd.Series:
    """Return the total gain of each product group; ``other`` gets what is left of the whole."""
    value = treated.groupby("product_group")["alliance"].sum()
    stated = pd.Series(chosen["product"], dtype=float)
    totals = stated * value.reindex(stated.index)
    rest = chosen["all_products"] * value.sum() - totals.sum()
    return pd.concat([totals, pd.Series({"other": rest})])


def _services(treated: pd.DataFrame, effects: Mapping[str, float]) -> FloatArray:
    total = np.ones(len(treated))
    for name, effect in effects.items():
        total = total + effect * treated[name].to_numpy(float)
    return total


def _net_gains(
    treated: pd.DataFrame, by: str, effects: Mapping[Any, float], chosen: Mapping[str, Any]
) -> pd.Series:
    """Return the total net gain of each class, scaled so that all classes make the stated whole."""
    net = treated.groupby(by)["net"].sum()
    gains = pd.Series(effects, dtype=float).reindex(net.index) * net
    return pd.Series(gains * chosen["net_productive_income"] * net.sum() / gains.sum())


def _labour_gains(
    treated: pd.DataFrame, chosen: Mapping[str, Any], rng: np.random.Generator
) -> FloatArray:
    """Raise labour income, that of the better paid by more, the total by the stated effect."""
    earned = treated["labour_income"].to_numpy(float)
    noise = np.exp(chosen["labour_producer_sd"] * rng.normal(size=len(earned)))
    more = earned ** (1 + chosen["labour_tilt"]) * noise
    return np.asarray(more * chosen["labour_income"] * earned.sum() / more.sum())


def _factors(values: FloatArray, codes: NDArray[np.int64], totals: FloatArray) -> FloatArray:
    """Return, for each unit, the factor that brings its class to the wanted total."""
    return np.asarray((totals / np.bincount(codes, weights=values, minlength=len(totals)))[codes])
