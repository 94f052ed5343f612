"""Coverage of the intervals where weight gathers on few groups, for every strategy and kind of error.

`coverage.csv` has one row a cell, strategy and kind of interval, `coverage.json` seed and date.
"""

from collections.abc import Iterator
from typing import Any

import candidates
import numpy as np
import pandas as pd
from simulated import Row, Simulation
from unequal_groups import (
    COVARIATES,
    DrawnSurvey,
    UnequalGroups,
    draw_unequal_groups,
)

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import Design
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies import parse_strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.inference.delta import percent_impact

SEED = 20141031
ARMS = ((15, 15), (52, 52), (130, 130), (20, 80), (84, 20), (8, 22))
BETWEEN = (0.0, 0.5, 1.0)
CELLS = tuple(UnequalGroups(*arms, between) for between in BETWEEN for arms in ARMS)
PERCENT, REFUSED = "percent", "refused"
UNADJUSTED = ", unadjusted"

_NEAREST_1 = {"method": "nearest", "caliper": 0.2}
_MAHALANOBIS = {"method": "nearest", "distance": "mahalanobis"}
STRATEGIES: dict[str, dict[str, Any]] = {
    "nearest 1, caliper": {**_NEAREST_1, "bias_adjust": True},
    "nearest 5": {"method": "nearest", "k": 5, "bias_adjust": True},
    "kernel": {"method": "kernel", "bias_adjust": True},
    "Mahalanobis": {**_MAHALANOBIS, "bias_adjust": True},
    "AIPW": {"method": "aipw"},
    "IPWRA": {"method": "ipwra"},
    "IPW": {"method": "ipw"},
    "entropy balancing": {"method": "entropy"},
    "overlap weights": {"method": "overlap"},
    "regression": {"method": "regression"},
    "without replacement": {**_NEAREST_1, "replace": False, "bias_adjust": True},
    f"nearest 1, caliper{UNADJUSTED}": {**_NEAREST_1, "bias_adjust": False},
    f"nearest 5{UNADJUSTED}": {"method": "nearest", "k": 5, "bias_adjust": False},
    f"kernel{UNADJUSTED}": {"method": "kernel", "bias_adjust": False},
    f"Mahalanobis{UNADJUSTED}": {**_MAHALANOBIS, "bias_adjust": False},
}
# Methods that are not simulated, each with its reason.
NOT_SIMULATED = {
    "cbps": "its weights are those of entropy balancing",
    "coarsened_exact": "whom it keeps depends on the cuts",
    "optimal": "one-to-one without replacement, as 'without replacement', with a smaller total distance",
    "radius": "a kernel that is flat within its radius",
    "unweighted": "adjusts for nothing, so that it is biased in every cell",
}


def one_draw(number: int) -> list[Row]:
    """Every strategy on one survey of each cell; one row a cell, strategy and kind of interval."""
    return [row for place in range(len(CELLS)) for row in one_survey(place, number)]


def one_survey(place: int, number: int) -> list[Row]:
    cell = CELLS[place]
    stream = [SEED, cell.treated, cell.control, round(100 * cell.between), number]
    survey = draw_unequal_groups(cell, np.random.default_rng(stream))
    covariates = covariate_matrix(dict(zip(COVARIATES, survey.covariates.T, strict=True)))
    try:
        score = fit_propensity(covariates, survey.treatment)
    except DesignError:
        score = None
    units = ComparedUnits(covariates, survey.treatment, score)
    designs: dict[str, Design] = {}
    rows: list[Row] = []
    for name in STRATEGIES:
        try:
            found = list(_intervals(name, survey, units, designs))
        except DesignError:
            found = [{"kind": REFUSED}]
        rows += [{"cell": place, "strategy": name, **row} for row in found]
    return rows


def _intervals(
    name: str, survey: DrawnSurvey, units: ComparedUnits, designs: dict[str, Design]
) -> Iterator[Row]:
    """One row a kind of interval; `designs` are those of the same units, by strategy but for adjustment."""
    strategy = parse_strategy(STRATEGIES[name])
    if strategy.needs_propensity and units.propensity is None:
        raise DesignError("the propensity score has no maximum")
    matched = name.removesuffix(UNADJUSTED)
    if matched not in designs:
        designs[matched] = strategy.design(units)
    covariates, treatment = units.covariates, units.treatment
    prepared = Prepared(
        covariates, treatment, designs[matched], units.propensity, outcome_covariates=covariates
    )
    made = strategy_estimator(strategy, prepared)(survey.income)
    clustering = made.clustering(survey.group)
    leverage = clustering.leverage
    assert leverage is not None
    if leverage.effective.min() < 2:
        raise DesignError("fewer than two effective groups")
    assert made.weights is not None
    treated, gains = treatment == 1, survey.income - survey.without
    weights = made.weights[treated]
    common = {
        "estimate": made.estimate,
        "base": np.average(survey.without[treated], weights=weights),
        "more": np.average(gains[treated], weights=weights) - gains[treated].mean(),
        "effective_treated": leverage.effective[1],
        "effective_control": leverage.effective[0],
    }
    for kind, (error, df) in candidates.errors(made, clustering, survey, covariates).items():
        yield {**common, "kind": kind, "std_error": error, "df": df}
    assert made.treated_mean_scores is not None
    percent = percent_impact(
        made.estimate,
        made.scores,
        made.counterfactual_mean,
        made.treated_mean_scores - made.scores,
        clustering,
    )
    yield {
        **common,
        "kind": PERCENT,
        "estimate": percent.percent,
        "std_error": percent.std_error,
        "low": percent.conf_low,
        "high": percent.conf_high,
    }


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a cell, strategy and kind, in the order of the cells.

    What is true of a strategy is true of the units that it is about: weights of the overlap, and matches of
    which some treated units find none, are about others than all who are treated.
    """
    from scipy.special import stdtrit

    rows = rows.sort_values("cell", kind="stable", ignore_index=True)
    about = rows.groupby(["cell", "strategy"])[["base", "more"]].transform("mean")
    base = about["base"]
    effect = rows["cell"].map({place: cell.effect for place, cell in enumerate(CELLS)})
    effect += about["more"]
    percent = rows["kind"] == PERCENT
    rows["error"] = rows["estimate"] - np.where(percent, 100 * effect / base, effect)
    margin = stdtrit(rows["df"], 0.975) * rows["std_error"]
    low = rows["low"].where(percent, rows["estimate"] - margin) - rows["estimate"] + rows["error"]
    high = rows["high"].where(percent, rows["estimate"] + margin) - rows["estimate"] + rows["error"]
    known = low.notna()
    rows["covers"] = np.where(known, (low <= 0) & (high >= 0), np.nan)
    rows["above"], rows["below"] = (
        np.where(known, low > 0, np.nan),
        np.where(known, high < 0, np.nan),
    )
    table = (
        rows.groupby(["cell", "strategy", "kind"], sort=False)
        .agg(
            draws=("covers", "count"),
            missing=("covers", lambda values: int(values.isna().sum())),
            bias=("error", "mean"),
            sd=("error", "std"),
            median_se=("std_error", "median"),
            median_df=("df", "median"),
            effective_treated=("effective_treated", "median"),
            effective_control=("effective_control", "median"),
            coverage=("covers", "mean"),
            above=("above", "mean"),
            below=("below", "mean"),
        )
        .reset_index()
    )
    together = rows.groupby(["cell", "strategy", "kind"], sort=False)[["error", "std_error"]]
    table["correlation"] = [float(own["error"].corr(own["std_error"])) for _, own in together]
    table["bias_over_sd"] = table["bias"] / table["sd"]
    table["se_over_sd"] = table["median_se"] / table["sd"]
    cells = pd.DataFrame(
        {
            "between": [cell.between for cell in CELLS],
            "treated_groups": [cell.treated for cell in CELLS],
            "control_groups": [cell.control for cell in CELLS],
        }
    )
    placed = cells.loc[table["cell"]].reset_index(drop=True)
    return pd.concat([placed, table.drop(columns="cell")], axis=1).round(4)


SIMULATION = Simulation(lambda: one_draw, summarise, draws=1000, seed=SEED, dated=True)
