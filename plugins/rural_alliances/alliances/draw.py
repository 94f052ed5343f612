"""Alliances with their municipality, product, families, investment, benefits and incomes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from rural_alliances.alliances.calibration import (
    OTHER,
    Coverage,
    CoveredAlliances,
    RegisterCalibration,
    Registers,
)
from rural_alliances.alliances.profitability import Profitability, break_even, by_product
from rural_alliances.parameter import stream

FloatArray = NDArray[np.float64]


def draw_register(parameters: RegisterCalibration, seed: int) -> pd.DataFrame:
    """Draw all alliances of the project.

    Parameters
    ----------
    parameters : RegisterCalibration
    seed : int

    Returns
    -------
    DataFrame, one row an alliance
        ``code``, ``region``, ``product``, ``families``, ``municipality``, ``needs`` (share of basic needs
        met in the municipality), ``high_needs`` (bool), ``completion`` and ``study_2012`` (bool).
    """
    rng, settings = stream(seed, "register"), parameters.registers
    counts = [
        (region, product, count)
        for region, products in settings.alliances.items()
        for product, count in products.items()
    ]
    table = pd.DataFrame(
        {
            "region": np.repeat([row[0] for row in counts], [row[2] for row in counts]),
            "product": np.repeat([row[1] for row in counts], [row[2] for row in counts]),
        }
    )
    table = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
    table.insert(0, "code", [f"A{number:03d}" for number in range(1, len(table) + 1)])
    table["families"] = _families(table["product"], settings, rng)
    table = _placed(table, settings, rng)
    table["completion"] = _chosen(table, settings.completion, rng)
    table["study_2012"] = _chosen(table, settings.study_2012, rng)
    return table


def _families(products: pd.Series, settings: Registers, rng: np.random.Generator) -> FloatArray:
    spread = settings.families_log_sd
    means = products.map(settings.families).fillna(settings.families[OTHER]).to_numpy(float)
    drawn = means * np.exp(spread * rng.normal(size=len(products)) - spread**2 / 2)
    return np.asarray(np.clip(np.rint(drawn), 10, None), dtype=float)


def _placed(table: pd.DataFrame, settings: Registers, rng: np.random.Generator) -> pd.DataFrame:
    """Give each alliance a municipality of its region, of those that meet many basic needs or few."""
    places = settings.municipalities
    high = rng.random(len(table)) < settings.share_high_needs
    numbers = np.where(
        high,
        rng.integers(0, places.high, len(table)),
        places.high + rng.integers(0, places.low, len(table)),
    )
    total, regions = places.high + places.low, list(settings.alliances)
    needs = np.concatenate(
        [
            rng.uniform(0.40, 0.65, (len(regions), places.high)),
            rng.uniform(0.10, 0.39, (len(regions), places.low)),
        ],
        axis=1,
    )
    region = table["region"].map({name: i for i, name in enumerate(regions)}).to_numpy()
    return table.assign(
        municipality=[f"M{number:03d}" for number in 1 + region * total + numbers],
        needs=needs[region, numbers],
        high_needs=high,
    )


def _chosen(
    table: pd.DataFrame, counts: CoveredAlliances, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose as many alliances of each product as are said, of the regions that are named."""
    chosen = np.zeros(len(table), dtype=bool)
    of_regions = table["region"].isin(counts.regions).to_numpy()
    for product, count in counts.products.items():
        able = np.flatnonzero(of_regions & (table["product"] == product).to_numpy())
        chosen[rng.permutation(able)[:count]] = True
    return chosen


def distributions(parameters: RegisterCalibration, study: Coverage) -> dict[str, Profitability]:
    """Return the distribution of net benefit over investment of each product in a study."""
    benefits, products = parameters.benefits, parameters.selection(study).products
    if study == "completion":
        center = break_even(benefits.ramp, benefits.horizon, benefits.completion.irr)
        common = Profitability.of_shares(benefits.completion.loss, 0.5, center)
        own = Profitability(common.mean, common.sd, -np.inf, -np.inf)
        return dict.fromkeys(products, own)
    threshold = break_even(benefits.ramp, benefits.horizon, benefits.threshold)
    return by_product(benefits.study_2012, products, threshold)


def draw_flows(
    register: pd.DataFrame, parameters: RegisterCalibration, study: Coverage, seed: int
) -> pd.DataFrame:
    """Draw what the alliances of a study invested, and what they earn in a full year.

    Parameters
    ----------
    register : DataFrame
        See `draw_register`; the alliances of the study have a true value in the column `study`.
    parameters : RegisterCalibration
    study : {"completion", "study_2012"}
    seed : int

    Returns
    -------
    DataFrame, one row an alliance
        The register's columns, and in US$: ``grant``, ``contribution``, ``management`` (in year 0),
        ``revenue`` and ``operating`` (of a full year), ``income_before``; ``ratio``, net benefit over
        investment.
    """
    rng, benefits = stream(seed, study), parameters.benefits
    table = register[register[study]].reset_index(drop=True)
    scale = np.where(table["high_needs"], benefits.high_needs_factor, benefits.low_needs_factor)
    spread = benefits.investment_log_sd
    noise = np.exp(spread * rng.normal(size=len(table)) - spread**2 / 2)
    invested = table["families"] * benefits.investment_a_family * scale * noise
    management = invested * benefits.management
    ratio = _ratios(table, distributions(parameters, study), benefits.municipal_correlation, rng)
    net = ratio * (invested + management)
    rates = table["product"].map(benefits.revenue).fillna(benefits.revenue[OTHER])
    spread = benefits.revenue_log_sd
    revenue = (
        table["families"] * rates * np.exp(spread * rng.normal(size=len(table)) - spread**2 / 2)
    )
    return table.assign(
        grant=invested * (1 - benefits.contribution),
        contribution=invested * benefits.contribution,
        management=management,
        revenue=revenue,
        operating=revenue - net,
        income_before=_income_before(invested + management, parameters, study, rng),
        ratio=ratio,
    )


def _ratios(
    table: pd.DataFrame,
    own: Mapping[str, Profitability],
    correlation: float,
    rng: np.random.Generator,
) -> FloatArray:
    """Draw net benefit over investment: a common part by municipality, the quantiles of the product."""
    codes, names = pd.factorize(table["municipality"], sort=True)
    common = rng.normal(size=len(names))[codes]
    score = np.sqrt(correlation) * common + np.sqrt(1 - correlation) * rng.normal(size=len(table))
    share = ndtr(score)
    drawn = np.empty(len(table))
    for product, distribution in own.items():
        inside = (table["product"] == product).to_numpy()
        drawn[inside] = distribution.quantile(share[inside])
    return drawn


def mean_ratio(parameters: RegisterCalibration, study: Coverage) -> float:
    """Return the mean net benefit over investment of a study's alliances."""
    products = parameters.selection(study).products
    own = distributions(parameters, study)
    averages = {name: own[name].average() for name in set(products)}
    total = sum(products[name] * averages[name] for name in products)
    return float(total / sum(products.values()))


def _income_before(
    invested: pd.Series, parameters: RegisterCalibration, study: Coverage, rng: np.random.Generator
) -> FloatArray:
    """Draw net incomes before, so that all alliances together gain what is printed."""
    spread = parameters.benefits.income_log_sd
    noise = np.exp(spread * rng.normal(size=len(invested)) - spread**2 / 2)
    level = mean_ratio(parameters, study) / parameters.benefits.growth
    return np.asarray(level * invested * noise, dtype=float)
