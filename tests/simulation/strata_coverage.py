"""Coverage of intervals where groups were drawn within strata of few groups.

`strata_coverage.csv` has one row a cell, strategy and kind of interval. Strata are fixed and differ in
income; groups of each arm are drawn within strata of their own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit
from simulated import Row, Simulation

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies import parse_strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.stratified import within_strata

SEED = 20090131
EFFECT = 0.3
STRATEGIES: dict[str, dict[str, Any]] = {
    "difference in means": {"method": "unweighted"},
    "nearest 1": {"method": "nearest"},
    "AIPW": {"method": "aipw"},
}


@dataclass(frozen=True)
class StratifiedSample:
    """Groups of each arm, how many of them each stratum has, and whether they are of one size."""

    per_arm: int
    per_stratum: int
    equal: bool


CELLS = tuple(
    StratifiedSample(per_arm, per_stratum, equal)
    for equal in (True, False)
    for per_arm, per_stratum in ((8, 2), (24, 2), (24, 3), (24, 8))
)


@dataclass(frozen=True)
class StratifiedSurvey:
    """One survey; arrays of shape (n,)."""

    group: np.ndarray
    stratum: np.ndarray
    treatment: np.ndarray
    covariate: np.ndarray
    income: np.ndarray


def draw_survey(cell: StratifiedSample, rng: np.random.Generator) -> StratifiedSurvey:
    """Draw groups of 20 producers, or of 5 to 150, within strata whose mean incomes are spread by one."""
    count = 2 * cell.per_arm
    treated = np.repeat(np.array([1, 0], np.int8), cell.per_arm)
    stratum = np.arange(count) // cell.per_stratum
    own = cell.per_arm // cell.per_stratum
    level = np.linspace(-1, 1, own)[stratum % own]
    sizes = np.full(count, 20)
    if not cell.equal:
        sizes = np.clip(np.rint(np.exp(rng.normal(3.2, 0.7, count))), 5, 150).astype(int)
    group = np.repeat(np.arange(count), sizes)
    shared, shock = 0.7 * rng.normal(size=(2, count))
    covariate = 0.4 * treated[group] + shared[group] + 0.7 * rng.normal(size=len(group))
    income = 0.5 * covariate + level[group] + 0.4 * shock[group] + rng.normal(size=len(group))
    income += EFFECT * treated[group]
    return StratifiedSurvey(group, stratum[group], treated[group], covariate, income)


def one_draw(number: int) -> list[Row]:
    """Every strategy on one survey of each cell."""
    return [
        {"cell": place, **row} for place in range(len(CELLS)) for row in _one_survey(place, number)
    ]


def _one_survey(place: int, number: int) -> Iterator[Row]:
    survey = draw_survey(CELLS[place], np.random.default_rng([SEED, place, number]))
    covariates = covariate_matrix({"x": survey.covariate})
    units = ComparedUnits(
        covariates, survey.treatment, fit_propensity(covariates, survey.treatment)
    )
    for name, options in STRATEGIES.items():
        strategy = parse_strategy(options)
        try:
            design = strategy.design(units)
        except DesignError:
            continue
        prepared = Prepared(
            covariates,
            survey.treatment,
            design,
            units.propensity,
            outcome_covariates=covariates,
        )
        free = strategy_estimator(strategy, prepared)(survey.income)
        within = within_strata(free, survey.group, survey.stratum)
        truth = EFFECT + (0.2 if name == "difference in means" else 0.0)
        for kind, scored in (("strata", within), ("without strata", free)):
            clustering = scored.clustering(survey.group)
            errors = {f"headline, {kind}": clustering.std_error(scored.scores)}
            if kind == "strata":
                plain = clustering.plain_std_error(scored.scores)
                errors["group, as R's survey"] = plain, clustering.most_df
            for label, (error, df) in errors.items():
                yield {
                    "strategy": name,
                    "kind": label,
                    "error": scored.estimate - truth,
                    "std_error": error,
                    "df": df,
                    "covers": abs(scored.estimate - truth) <= stdtrit(df, 0.975) * error,
                }


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a cell, strategy and kind of interval."""
    rows["variance"] = rows["std_error"] ** 2
    keys = ["cell", "strategy", "kind"]
    table = (
        rows.sort_values("cell", kind="stable")
        .groupby(keys, sort=False)
        .agg(
            draws=("covers", "size"),
            sd=("error", "std"),
            mean_variance=("variance", "mean"),
            median_df=("df", "median"),
            coverage=("covers", "mean"),
        )
        .reset_index()
    )
    table["error_over_sd"] = np.sqrt(table.pop("mean_variance")) / table["sd"]
    cells = pd.DataFrame(CELLS)
    placed = cells.loc[table["cell"]].reset_index(drop=True)
    return pd.concat([placed, table.drop(columns="cell")], axis=1).round(4)


SIMULATION = Simulation(lambda: one_draw, summarise, draws=1000, seed=SEED)
