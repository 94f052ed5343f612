"""Producer groups: arm, region, product, services, and what a group's members share."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, SurveyDesign

SERVICES = ("technical_assistance", "storage", "purchase", "negotiation")


def draw_groups(parameters: Calibration, rng: np.random.Generator) -> pd.DataFrame:
    """Draw the producer groups.

    Parameters
    ----------
    parameters : Calibration
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame, one row a group
        ``code``, ``treated``, ``region``, ``product_group``, ``product``, ``size`` (producers
        interviewed), ``start`` (year that funds came; 0 for controls), the `SERVICES` as 0/1,
        ``income_shock`` and ``effect_shock`` (log points). Codes are in random order, so that they
        tell nothing about the arm.
    """
    parts = [
        _arm_of_region(parameters.design, region, producers, arm == "treated", rng)
        for arm, regions in (
            ("treated", parameters.design.treated),
            ("control", parameters.design.control),
        )
        for region, producers in regions.items()
    ]
    groups = pd.concat(parts, ignore_index=True)
    count = len(groups)
    treated = groups["treated"].to_numpy() == 1
    first, last = parameters.design.first_start, parameters.design.last_start
    groups["start"] = np.where(treated, rng.integers(first, last + 1, count), 0)
    for name in SERVICES:
        share = [
            getattr(arm, name) for arm in (parameters.services.control, parameters.services.treated)
        ]
        groups[name] = _exactly(treated, share, rng)
    groups["income_shock"] = parameters.income.group_sd * rng.normal(size=count)
    groups["effect_shock"] = parameters.effects.group_sd * rng.normal(size=count)
    numbers = rng.permutation(count) + 1
    return groups.assign(code=[f"G{number:03d}" for number in numbers])


def _arm_of_region(
    design: SurveyDesign, region: str, producers: int, treated: bool, rng: np.random.Generator
) -> pd.DataFrame:
    count = int(producers / design.producers_a_group + 0.5)
    groups = _product_groups(design.products[region], count, rng)
    return pd.DataFrame(
        {
            "treated": int(treated),
            "region": region,
            "product_group": groups,
            "product": _products(groups, design.other_products[region], rng),
            "size": producers // count + (np.arange(count) < producers % count),
        }
    )


def _product_groups(
    shares: Mapping[str, float], count: int, rng: np.random.Generator
) -> NDArray[Any]:
    """Share out the groups of a region over products, as near to the shares as whole groups allow.

    Arms of a region so have the same mix, up to a group.
    """
    wanted = np.array(list(shares.values())) * count
    given = np.floor(wanted).astype(int)
    most_owed = np.argsort(given - wanted, kind="stable")
    given[most_owed[: count - given.sum()]] += 1
    return rng.permutation(np.repeat(list(shares), given))


def _products(
    groups: NDArray[Any], others: Sequence[str], rng: np.random.Generator
) -> NDArray[np.object_]:
    """Name the product of each group: the product group itself, or one of the region's others."""
    drawn = rng.choice(others, size=len(groups))
    return np.where(groups == "other", drawn, groups).astype(object)


def _exactly(
    treated: NDArray[np.bool_], share: list[float], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Give a service to exactly the stated share of the groups of each arm."""
    chosen = np.zeros(len(treated), dtype=np.int64)
    for arm in (0, 1):
        members = np.flatnonzero(treated == arm)
        number = int(share[arm] * len(members) + 0.5)
        chosen[rng.permutation(members)[:number]] = 1
    return chosen
