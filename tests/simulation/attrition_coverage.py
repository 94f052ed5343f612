"""Coverage of Lee bounds and of re-weighted differences on simulated clustered surveys.

Treatment is given to whole groups of 38 producers;
outcome, response and a covariate have an intra-group correlation of 0.1.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.stats import norm
from simulated import Draw, Row, Simulation

from ruralimpact.attrition.imbens_manski import imbens_manski
from ruralimpact.attrition.lee_bounds import lee_bounds
from ruralimpact.attrition.response_weights import (
    everyone_counts,
    fit_response,
    reweighted_difference,
)
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.clustered import t_inference

SEED, GROUPS, POPULATION = 2, (40, 104), 4_000_000
SIZE, ICC, EFFECT = 38, 0.1, 0.2
RATES = {1: 0.8, 0: 0.65}


def survey(rng: np.random.Generator, groups: int, size: int) -> dict[str, np.ndarray]:
    """Monotone response (treatment adds to it) that falls in the outcome and in the covariate."""
    group = np.repeat(np.arange(groups), size)

    def clustered() -> np.ndarray:
        own = rng.normal(size=len(group))
        return np.sqrt(ICC) * rng.normal(size=groups)[group] + np.sqrt(1 - ICC) * own

    treatment = (group % 2).astype(np.int8)
    covariate = clustered()
    outcome = 0.5 * covariate + np.sqrt(0.75) * clustered()
    latent = 0.4 * covariate + np.sqrt(0.84) * clustered()
    cut = norm.ppf(np.where(treatment == 1, RATES[1], RATES[0]))
    return {
        "group": group,
        "treatment": treatment,
        "covariate": covariate,
        "cell": covariate > 0,
        "outcome": np.where(latent < cut, outcome + EFFECT * treatment, np.nan),
    }


def limits(size: int) -> dict[str, float]:
    """What the estimators converge to, from one draw of many units without groups."""
    data = survey(np.random.default_rng(1), size, 1)
    whole = lee_bounds(data["outcome"], data["treatment"])
    within = lee_bounds(data["outcome"], data["treatment"], cells=data["cell"])
    return {
        "lower": whole.lower.estimate,
        "upper": whole.upper.estimate,
        "lower, cells": within.lower.estimate,
        "upper, cells": within.upper.estimate,
        "re-weighted": EFFECT,
        "as found": EFFECT,
    }


def one_survey(rng: np.random.Generator, groups: int, truth: dict[str, float]) -> list[Row]:
    data = survey(rng, groups, SIZE)
    outcome, treatment, group = data["outcome"], data["treatment"], data["group"]
    whole = lee_bounds(outcome, treatment)
    within = lee_bounds(outcome, treatment, cells=data["cell"])
    known = np.isfinite(outcome)
    model = fit_response(known, treatment, covariate_matrix({"x": data["covariate"]}))

    def weighing_alike(bound: ScoredEstimate) -> ScoredEstimate:
        return replace(bound, weights=known.astype(float), arms=treatment)

    estimates = {
        "lower": weighing_alike(whole.lower),
        "upper": weighing_alike(whole.upper),
        "lower, cells": weighing_alike(within.lower),
        "upper, cells": weighing_alike(within.upper),
        "re-weighted": reweighted_difference(outcome, treatment, model),
        "as found": reweighted_difference(outcome, treatment, everyone_counts(known)),
    }
    rows, corrected = [], {}
    for name, scored in estimates.items():
        corrected[name] = scores = scored.clustering(group).corrected(scored.scores)
        clustered = t_inference(scored.estimate, scores.std_error, scores.df)
        single = t_inference(scored.estimate, float(np.sqrt(scored.scores @ scored.scores)), np.inf)
        rows.append(
            {
                "estimator": name,
                "estimate": scored.estimate,
                "std_error": scores.std_error,
                "covered": clustered.conf_low < truth[name] < clustered.conf_high,
                "covered_iid": single.conf_low < truth[name] < single.conf_high,
            }
        )
    for ending in ("", ", cells"):
        ends = [f"{end}{ending}" for end in ("lower", "upper")]
        interval = imbens_manski(
            *(estimates[end].estimate for end in ends),
            *(corrected[end].std_error for end in ends),
            df=min(corrected[end].df for end in ends),
        )
        for end in ends:
            inside = interval.conf_low < truth[end] < interval.conf_high
            rows.append({"estimator": f"interval at {end}", "covered": inside})
    return rows


def prepare() -> Draw:
    """Find what the estimators converge to."""
    truth = limits(POPULATION)

    def one_draw(number: int) -> list[Row]:
        return [
            {"groups": groups, "truth": truth.get(str(row["estimator"]), np.nan), **row}
            for groups in GROUPS
            for row in one_survey(np.random.default_rng([SEED, groups, number]), groups, truth)
        ]

    return one_draw


def summarise(rows: pd.DataFrame) -> pd.DataFrame:
    rows = rows.sort_values("groups", kind="stable").astype({"covered_iid": float})
    table = rows.groupby(["estimator", "groups"], sort=False).agg(
        draws=("covered", "size"),
        truth=("truth", "first"),
        mean=("estimate", "mean"),
        sd=("estimate", "std"),
        mean_std_error=("std_error", "mean"),
        coverage=("covered", "mean"),
        coverage_iid=("covered_iid", "mean"),
    )
    return table.reset_index().round(5)


SIMULATION = Simulation(prepare, summarise, draws=1000, seed=SEED)
