"""Income without the project: its level, its sources, and what is recalled of the years before."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, Headcounts, Income

FloatArray = NDArray[np.float64]
MONTHS = 12
_HALVINGS = 60


class IncomeScale(NamedTuple):
    """Location and spread of log income a head."""

    location: float
    spread: float


def draw_income(
    producers: pd.DataFrame,
    parameters: Calibration,
    rng: np.random.Generator,
    scale: IncomeScale | None = None,
) -> tuple[pd.DataFrame, IncomeScale]:
    """Draw what each household would earn without the project, and what it recalls to have earned.

    Parameters
    ----------
    producers : DataFrame
        As `producers.draw_producers` returns them.
    parameters : Calibration
    rng : numpy.random.Generator
    scale : IncomeScale, optional
        Instead of the one that makes the headcounts of this draw the stated ones.

    Returns
    -------
    income : DataFrame, one row a producer
        Bolivianos a year: ``labour_income``, ``other_income``, ``net`` (productive income), ``gross``
        (value of production), ``alliance`` (the alliance product's part of it); ``recalled_income`` in
        bolivianos of ``recall_year`` and ``quintile`` (1 to 5, of recalled income a head at constant
        prices, over both arms).
    scale : IncomeScale
        The one used.

    Notes
    -----
    Log income a head is linear in the traits, a shock of the group, lasting and passing shocks of the
    producer. Its location and spread are solved so that the headcounts of the beneficiaries without the
    project are the stated ones at both lines; above the lines the tail is compressed.
    """
    chosen = parameters.income
    count = len(producers)
    share = chosen.enterprise_share
    own = np.sqrt(share) * producers["enterprise"] + np.sqrt(1 - share) * rng.normal(size=count)
    lasting = (
        producers["region"].map(chosen.region)
        + producers["pull"]
        + producers["income_shock"]
        + chosen.permanent_sd * own
    ).to_numpy(float)
    mixed = lasting + chosen.transitory_sd * rng.normal(size=count)
    lines = poverty_lines(producers["area"], parameters)
    treated = producers["treated"].to_numpy() == 1
    wanted = parameters.poverty.headcounts_without
    location, spread = scale = scale or _solve(
        mixed[treated], {name: np.log(line[treated]) for name, line in lines.items()}, wanted
    )
    log_income = _compressed(location + spread * mixed, np.log(lines["moderate"]), chosen)
    heads = producers["household_size"].to_numpy(float)
    household = np.exp(log_income) * heads * MONTHS
    recalled = np.exp(location + spread * (lasting + _passing(chosen, count, rng)))
    income = pd.DataFrame(
        {
            **_parts(household, producers["region"], chosen, rng),
            **_recall(recalled, heads, producers["recall_year"], parameters.macro.cpi),
        }
    )
    return income, scale


def poverty_lines(area: pd.Series, parameters: Calibration) -> dict[str, FloatArray]:
    """Return each household's ``moderate`` and ``extreme`` line, a person and month."""
    lines = parameters.poverty.lines
    return {
        name: area.map(
            {"rural": getattr(lines.rural, name), "urban": getattr(lines.urban, name)}
        ).to_numpy(float)
        for name in ("moderate", "extreme")
    }


def _solve(
    mixed: FloatArray, log_lines: Mapping[str, FloatArray], wanted: Headcounts
) -> IncomeScale:
    """Find location and spread such that the wanted shares lie under both lines.

    For any spread the location follows from the moderate line; the wider the spread, the more lie under
    the extreme one, so the spread is found by halving an interval.
    """
    low, high = 0.3, 3.0
    for _ in range(_HALVINGS):
        spread = (low + high) / 2
        location = -_share_point(spread * mixed - log_lines["moderate"], wanted.moderate)
        under = np.mean(location + spread * mixed < log_lines["extreme"])
        low, high = (spread, high) if under < wanted.extreme else (low, spread)
    return IncomeScale(float(location), float(spread))


def _share_point(values: FloatArray, share: float) -> float:
    """Return a point with exactly the share of the values under it, as far as whole numbers allow."""
    number = int(share * len(values) + 0.5)
    ordered = np.partition(values, [number - 1, number])
    return float((ordered[number - 1] + ordered[number]) / 2)


def _compressed(log_income: FloatArray, log_line: FloatArray, chosen: Income) -> FloatArray:
    start = log_line + np.log(chosen.tail_starts)
    above = np.maximum(log_income - start, 0)
    return np.asarray(log_income - (1 - chosen.tail_kept) * above)


def _passing(chosen: Income, count: int, rng: np.random.Generator) -> FloatArray:
    sd = np.hypot(chosen.recall_transitory_sd, chosen.recall_error_sd)
    return np.asarray(sd * rng.normal(size=count))


def _parts(
    household: FloatArray, region: pd.Series, chosen: Income, rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Split household income into its sources, and undo costs and the alliance product's part."""
    share = chosen.shares
    rest = 1 - share.labour - share.other
    means = np.array([share.labour, share.other, rest])
    parts = rng.dirichlet(share.concentration * means, size=len(household))
    labour, other, net = (household[:, None] * parts).T
    costs = chosen.cost_share
    cost_share = _beta(costs.mean, costs.concentration, len(net), rng)
    cost_share = np.minimum(cost_share, costs.highest)
    gross = net / (1 - cost_share)
    mean = region.map(chosen.alliance_share).to_numpy(float)
    alliance = gross * _beta(mean, chosen.alliance_share["concentration"], len(net), rng)
    return {
        "labour_income": labour,
        "other_income": other,
        "net": net,
        "gross": gross,
        "alliance": alliance,
    }


def _beta(
    mean: NDArray[np.floating] | float, size: float, count: int, rng: np.random.Generator
) -> FloatArray:
    return np.asarray(rng.beta(size * np.asarray(mean), size * (1 - np.asarray(mean)), count))


def _recall(
    recalled: FloatArray, heads: FloatArray, year: pd.Series, cpi: Mapping[int, float]
) -> dict[str, NDArray[Any]]:
    """Put recalled income into the prices of its year, to whole tens, and rank it a head."""
    ratio = year.map(cpi).to_numpy(float) / cpi[2014]
    nominal = np.rint(recalled * heads * MONTHS * ratio / 10) * 10
    order = np.argsort(np.argsort(nominal / ratio / heads, kind="stable"), kind="stable")
    return {"recalled_income": nominal, "quintile": 1 + order * 5 // len(order)}
