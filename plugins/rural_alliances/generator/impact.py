"""The planted effects: gains by product, region and quintile at once, exactly as stated."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, Effects, ServiceEffects

FloatArray = NDArray[np.float64]
_SWEEPS = 200


@dataclass(frozen=True)
class PlantedGains:
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


@dataclass(frozen=True)
class Factors:
    """What gains are multiplied by.

    Attributes
    ----------
    product, region, quintile : dict
        By class; that of a region is the share of the gross gain that costs leave.
    labour : float
    """

    product: Mapping[str, float]
    region: Mapping[str, float]
    quintile: Mapping[int, float]
    labour: float


def plant_gains(
    treated: pd.DataFrame,
    parameters: Calibration,
    rng: np.random.Generator,
    factors: Factors | None = None,
) -> tuple[PlantedGains, Factors]:
    """Draw the gains of the beneficiaries and scale them to the stated effects.

    Parameters
    ----------
    treated : DataFrame
        Beneficiaries: ``region``, ``product_group``, ``quintile``, services, ``effect_shock``, and what
        they would earn without the project (``alliance``, ``net``, ``labour_income``).
    parameters : Calibration
    rng : numpy.random.Generator
    factors : Factors, optional
        Instead of those that make the effects of this draw the stated ones: the effects are then left
        to chance.

    Returns
    -------
    gains : PlantedGains
    factors : Factors
        Those used.

    Notes
    -----
    A gain is the alliance product's value without the project, times what the services and chance make
    of it, times a factor of the product, one of the region (what costs leave of it) and one of the
    quintile. The three sets of factors are fitted in turn, each to its own totals, until all agree
    (iterative proportional fitting). The totals agree because the other products, and the common scale
    of regions and of quintiles, are set to what makes the whole right.
    """
    chosen = parameters.effects
    noise = treated["effect_shock"] + chosen.producer_sd * rng.normal(size=len(treated))
    raw = treated["alliance"].to_numpy(float) * _services(treated, chosen.services)
    raw = raw * np.exp(noise.to_numpy(float))
    more = _labour_gains(treated, chosen, rng)
    used = _fitted(treated, raw, more, chosen) if factors is None else factors
    kept = treated["region"].map(used.region).to_numpy(float)
    gross = raw * treated["quintile"].map(used.quintile).to_numpy(float)
    gross = gross * treated["product_group"].map(used.product).to_numpy(float)
    return PlantedGains(alliance=gross, costs=gross * (1 - kept), labour=more * used.labour), used


def _fitted(treated: pd.DataFrame, raw: FloatArray, more: FloatArray, chosen: Effects) -> Factors:
    """Fit the factors of each set in turn to the totals of its classes."""
    classes = {
        name: pd.factorize(treated[name], sort=True)
        for name in ("product_group", "region", "quintile")
    }
    quintiles = dict(enumerate(chosen.quintile, start=1))
    totals = {
        "product_group": product_gains(treated, chosen),
        "region": _net_gains(treated, "region", chosen.region, chosen),
        "quintile": _net_gains(treated, "quintile", quintiles, chosen),
    }
    fitted = {name: np.ones(len(levels)) for name, (_, levels) in classes.items()}
    for _ in range(_SWEEPS):
        for name, (codes, levels) in classes.items():
            others = [other for other in fitted if other != name]
            if name == "product_group":
                others.remove("region")  # gross gains: costs are no part of them
            values = raw.copy()
            for other in others:
                values *= fitted[other][classes[other][0]]
            sums = np.bincount(codes, weights=values, minlength=len(levels))
            fitted[name] = totals[name][levels].to_numpy() / sums
    product, region, quintile = (
        dict(zip(levels.tolist(), fitted[name].tolist(), strict=True))
        for name, (_, levels) in classes.items()
    )
    earned = treated["labour_income"].to_numpy(float)
    labour = float(chosen.labour_income * earned.sum() / more.sum())
    return Factors(product, region, quintile, labour)


def product_gains(treated: pd.DataFrame, chosen: Effects) -> pd.Series:
    """Return the total gain of each product group; ``other`` gets what is left of the whole."""
    value = treated.groupby("product_group")["alliance"].sum()
    stated = pd.Series(chosen.product, dtype=float)
    totals = stated * value.reindex(stated.index)
    rest = chosen.all_products * value.sum() - totals.sum()
    return pd.Series({**totals, "other": rest})


def _services(treated: pd.DataFrame, effects: ServiceEffects) -> FloatArray:
    total = np.ones(len(treated))
    for name, effect in effects.given().items():
        total = total + effect * treated[name].to_numpy(float)
    return total


def _net_gains(
    treated: pd.DataFrame, by: str, effects: Mapping[Any, float], chosen: Effects
) -> pd.Series:
    """Return the total net gain of each class, scaled so that all classes make the stated whole."""
    net = treated.groupby(by)["net"].sum()
    gains = pd.Series(effects, dtype=float).reindex(net.index) * net
    return pd.Series(gains * chosen.net_productive_income * net.sum() / gains.sum())


def _labour_gains(treated: pd.DataFrame, chosen: Effects, rng: np.random.Generator) -> FloatArray:
    """Draw gains of labour income up to their scale, larger for the better paid."""
    earned = treated["labour_income"].to_numpy(float)
    noise = np.exp(chosen.labour_producer_sd * rng.normal(size=len(earned)))
    return np.asarray(earned ** (1 + chosen.labour_tilt) * noise)
