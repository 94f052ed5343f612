"""Bias, standard errors and coverage of staggered-adoption estimators on clustered panels.

Groups of 20 units over six
periods adopt in the third, fourth or fifth, or never, each with probability 1/4 (drawn again where fewer
than two groups do). Errors have unit effects, group shocks that are correlated over time, and noise; effects
grow with exposure, faster in early cohorts, and vary by group. Without never-treated groups the last cohort
adopts in the sixth period. The truth is at equal shares of the cohorts.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from simulated import Row, Simulation

from ruralimpact.difference.aggregation import Aggregate, aggregate
from ruralimpact.difference.event_study import corrected_effects, pre_trend_test, uniform_band
from ruralimpact.difference.group_time import group_time_effects
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.clustered import clustered_std_error, group_sums, t_inference
from ruralimpact.inference.multiplier import multiplier_bootstrap

SEED = 20210625
GROUPS = (13, 40, 104)
SIZE = 20
PERIODS = np.arange(1.0, 7.0)
SLOPES = {3.0: 0.3, 4.0: 0.2, 5.0: 0.1, 6.0: 0.1, np.inf: 0.0}
KINDS = ("simple", "cohort", "calendar", "event")


@dataclass(frozen=True)
class Design:
    """`last`: adoption of the fourth cohort, inf for never."""

    groups: int
    last: float

    @property
    def control(self) -> str:
        return "never_treated" if np.isinf(self.last) else "not_yet_treated"


def effect(cohort: np.ndarray, period: np.ndarray) -> np.ndarray:
    slope = np.vectorize(SLOPES.__getitem__)(cohort)
    return slope * np.maximum(np.where(np.isinf(cohort), 0, period - cohort + 1), 0)


def draw_panel(design: Design, rng: np.random.Generator) -> tuple[np.ndarray, ...]:
    """Outcome (n, T), first treated (n,), group (n,)."""
    cohorts = np.array([3.0, 4.0, 5.0, design.last])
    counts = np.zeros(4)
    while counts.min() < 2:
        chosen = rng.integers(0, 4, design.groups)
        counts = np.bincount(chosen, minlength=4)
    first = cohorts[chosen]
    shocks = 0.3 * rng.normal(size=(design.groups, len(PERIODS)))
    for t in range(1, len(PERIODS)):
        shocks[:, t] = 0.5 * shocks[:, t - 1] + np.sqrt(0.75) * shocks[:, t]
    size = 1 + 0.5 * rng.normal(size=(design.groups, 1))  # of the effect, by group
    by_group = 0.2 * PERIODS + shocks + size * effect(first[:, None], PERIODS)
    group = np.repeat(np.arange(design.groups), SIZE)
    noise = rng.normal(size=(len(group), 1)) + rng.normal(size=(len(group), len(PERIODS)))
    return by_group[group] + noise, first[group], group


def truths(averages: Aggregate, cells: pd.DataFrame) -> tuple[float, np.ndarray]:
    """Overall and by label; cohorts weigh the same."""
    after = cells[cells.period >= cells.cohort]
    if averages.kind == "simple":
        return after.effect.mean(), np.empty(0)
    by = {"cohort": "cohort", "calendar": "period", "event": "event"}[averages.kind]
    parts = (cells if averages.kind == "event" else after).groupby(by).effect.mean()
    parts = parts.reindex(averages.labels)
    treated = averages.labels >= 0
    return float(parts[treated].mean()), parts.to_numpy()


def two_way(outcome: np.ndarray, first: np.ndarray) -> tuple[float, np.ndarray]:
    treated = (first[:, None] <= PERIODS).astype(float)

    def within(x: np.ndarray) -> np.ndarray:
        return x - x.mean(axis=0) - x.mean(axis=1, keepdims=True) + x.mean()

    d, y = within(treated), within(outcome)
    slope = (d * y).sum() / (d**2).sum()
    return slope, (d * (y - slope * d)).sum(axis=1) / (d**2).sum()


def study(design: Design, rng: np.random.Generator) -> list[dict[str, object]]:
    outcome, first, group = draw_panel(design, rng)
    effects = group_time_effects(outcome, first, PERIODS, control=design.control)
    cells = pd.DataFrame({"cohort": effects.cohorts, "period": effects.periods})
    cells["event"] = effects.event_times
    cells["effect"] = effect(effects.cohorts, effects.periods)
    rows: list[dict[str, object]] = []
    simple_truth = np.nan
    for kind in KINDS:
        averages = aggregate(effects, kind)
        truth, parts = truths(averages, cells)
        simple_truth = truth if kind == "simple" else simple_truth
        rows += intervals(kind, averages.overall, group, truth, rng)
        if kind == "event":
            rows += bands(averages, parts, group)
            rows.append(pre_trends(averages, group))
    slope, scores = two_way(outcome, first)
    regression = ScoredEstimate(slope, scores)
    return rows + intervals("two-way fixed effects", regression, group, simple_truth, rng)


def pre_trends(averages: Aggregate, group: np.ndarray) -> dict[str, object]:
    """Whether the test rejects; missing where it has too few degrees of freedom."""
    try:
        rejects = float(pre_trend_test(averages, group).p_value < 0.05)
    except DesignError:
        rejects = np.nan
    return {"estimate": "before treatment", "kind": "test at 5%", "hit": rejects}


def intervals(
    name: str, scored: ScoredEstimate, group: np.ndarray, truth: float, rng: np.random.Generator
) -> list[dict[str, object]]:
    value = scored.estimate
    corrected = scored.clustering(group).corrected(scored.scores)
    headline = t_inference(value, corrected.std_error, corrected.df)
    error, count = clustered_std_error(group_sums(scored.scores, group))
    plain = t_inference(value, error, count - 1)
    boot = multiplier_bootstrap(np.array([value]), corrected.sums[:, None], rng=rng)
    common = {"estimate": name, "miss": value - truth}
    ends = {
        "headline": (headline.std_error, headline.conf_low, headline.conf_high),
        "plain": (plain.std_error, plain.conf_low, plain.conf_high),
        "bootstrap": (boot.std_errors[0], boot.conf_low[0], boot.conf_high[0]),
    }
    return [
        {**common, "kind": kind, "se": std_error, "hit": low <= truth <= high}
        for kind, (std_error, low, high) in ends.items()
    ]


def bands(averages: Aggregate, truth: np.ndarray, group: np.ndarray) -> list[dict[str, object]]:
    corrected = corrected_effects(averages, group)
    band = uniform_band(averages.estimates, corrected, seed=1)
    # the same estimates, each with its own interval
    points = [
        t_inference(value, scores.std_error, scores.df)
        for value, scores in zip(averages.estimates, corrected, strict=True)
    ]
    inside = [p.conf_low <= t <= p.conf_high for p, t in zip(points, truth, strict=True)]
    return [
        {
            "estimate": "all event times",
            "kind": "uniform band",
            "hit": bool(((band.low <= truth) & (truth <= band.high)).all()),
        },
        {"estimate": "all event times", "kind": "interval each", "hit": all(inside)},
    ]


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.assign(hit=rows["hit"].astype(float))
    grouped = rows.groupby(["groups", "control", "estimate", "kind"], sort=False)
    table = grouped.agg(
        draws=("hit", "count"), bias=("miss", "mean"), sd=("miss", "std"), mean_se=("se", "mean")
    )
    table["coverage"] = grouped.hit.mean()
    table["refused"] = grouped.hit.size() - table["draws"]
    return table.round(4).reset_index()


def one_draw(number: int) -> list[Row]:
    rows = []
    designs = [Design(groups, last) for groups in GROUPS for last in (np.inf, 6.0)]
    for cell, design in enumerate(designs):
        rng = np.random.default_rng([SEED, cell, number])
        named = {"groups": design.groups, "control": design.control}
        rows += [{**named, **row, "hit": float(row["hit"])} for row in study(design, rng)]
    return rows


SIMULATION = Simulation(lambda: one_draw, summarise, draws=500, seed=SEED)
