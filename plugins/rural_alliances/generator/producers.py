"""Producers: who they are, before any project."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, Covariates, LogNormal
from rural_alliances.generator.groups import SERVICES

FloatArray = NDArray[np.float64]
TRAITS = ("schooling", "land", "distance", "livestock", "age", "organisation")


def draw_producers(
    groups: pd.DataFrame, parameters: Calibration, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the producers of each group.

    Parameters
    ----------
    groups : DataFrame
        As `groups.draw_groups` returns them.
    parameters : Calibration
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame, one row a producer
        ``id``, the group's columns, what a survey asks (schooling in years, land in hectares, distance
        in km, livestock in units, age and organisation in years, woman, indigenous, household size,
        area), ``recall_year``, and what it cannot ask: ``pull`` (log points of income that follow
        from the traits) and ``enterprise`` (standard deviations).

    Notes
    -----
    The traits of the treated have another mean and the same spread, so that given the traits the arms
    differ in nothing but ``enterprise``.
    """
    repeated = groups.loc[groups.index.repeat(groups["size"])]
    number = repeated.groupby(level=0).cumcount().to_numpy() + 1
    code, member = repeated.index.to_numpy(), repeated.reset_index(drop=True)
    chosen = parameters.covariates
    treated = member["treated"].to_numpy()
    traits = {
        name: _trait(name, code, chosen, rng) + getattr(chosen.selection, name) * treated
        for name in TRAITS
    }
    enterprise = rng.normal(size=len(member)) + chosen.enterprise_selection * treated
    kept = ["treated", "region", "product_group", "product", "start", *SERVICES]
    recalled = parameters.design.control_recall_year
    return pd.DataFrame(
        {
            "id": [f"{g}-{n:02d}" for g, n in zip(member["code"], number, strict=True)],
            "group": member["code"],
            **{name: member[name] for name in (*kept, "income_shock", "effect_shock")},
            **_recorded(traits, member["region"], chosen),
            **_household(member["region"], chosen, rng),
            "recall_year": np.where(treated == 1, member["start"] - 1, recalled),
            "pull": sum(getattr(chosen.returns, name) * traits[name] for name in TRAITS),
            "enterprise": enterprise,
        }
    )


def _trait(
    name: str, code: NDArray[np.int64], chosen: Covariates, rng: np.random.Generator
) -> FloatArray:
    """Draw a standard normal trait, part of which the members of a group share."""
    between = {"distance": chosen.distance_between_groups, "organisation": 1.0}.get(
        name, chosen.between_groups
    )
    shared = rng.normal(size=code.max() + 1)[code]
    return np.asarray(np.sqrt(between) * shared + np.sqrt(1 - between) * rng.normal(size=len(code)))


def _recorded(
    traits: Mapping[str, FloatArray], region: pd.Series, chosen: Covariates
) -> dict[str, FloatArray]:
    """Turn traits into the units in which a survey asks for them."""
    median = region.map(chosen.land_median).to_numpy(float)
    school, age = chosen.schooling, chosen.age
    return {
        "schooling": np.clip(np.rint(school.mean + school.sd * traits["schooling"]), 0, 17),
        "land": _tenths(median * np.exp(chosen.land_log_sd * traits["land"]), 100),
        "distance": _tenths(_lognormal(chosen.distance_km, traits["distance"]), 10),
        "livestock": _tenths(_lognormal(chosen.livestock, traits["livestock"]), 10),
        "age": np.clip(np.rint(age.mean + age.sd * traits["age"]), 18, 92),
        "organisation_years": _tenths(
            _lognormal(chosen.organisation_years, traits["organisation"]), 10
        ),
    }


def _lognormal(scale: LogNormal, trait: FloatArray) -> FloatArray:
    return np.asarray(scale.median * np.exp(scale.log_sd * trait))


def _tenths(values: NDArray[np.floating], parts: int) -> FloatArray:
    """Keep so many parts of a unit, and at least one part."""
    return np.asarray(np.maximum(np.rint(values * parts), 1) / parts)


def _household(
    region: pd.Series, chosen: Covariates, rng: np.random.Generator
) -> dict[str, NDArray[Any]]:
    count, size = len(region), chosen.household_size
    mean = size.mean - 1
    return {
        "woman": (rng.random(count) < chosen.women).astype(int),
        "indigenous": (rng.random(count) < region.map(chosen.indigenous).to_numpy(float)).astype(
            int
        ),
        "household_size": 1
        + rng.negative_binomial(size.dispersion, size.dispersion / (size.dispersion + mean), count),
        "area": np.where(rng.random(count) < chosen.town, "urban", "rural"),
    }
