"""Coverage of Lee bounds and of re-weighted differences on simulated clustered surveys.

Writes docs/methods/attrition_coverage.csv; some minutes. Treatment is given to whole groups of 38 producers;
outcome, response and a covariate have an intra-group correlation of 0.1.
"""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

from ruralimpact.attrition.imbens_manski import imbens_manski
from ruralimpact.attrition.lee_bounds import lee_bounds
from ruralimpact.attrition.response_weights import (
    everyone_counts,
    fit_response,
    reweighted_difference,
)
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.inference.clustered import clustered_std_error, group_sums, t_inference

OUT = Path(__file__).parents[2] / "docs" / "methods" / "attrition_coverage.csv"
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


def limits() -> dict[str, float]:
    """What the estimators converge to, from one draw of four million units without groups."""
    data = survey(np.random.default_rng(1), 4_000_000, 1)
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


def one_draw(rng: np.random.Generator, groups: int, truth: dict[str, float]) -> list[dict]:
    data = survey(rng, groups, SIZE)
    outcome, treatment, group = data["outcome"], data["treatment"], data["group"]
    whole = lee_bounds(outcome, treatment)
    within = lee_bounds(outcome, treatment, cells=data["cell"])
    known = np.isfinite(outcome)
    model = fit_response(known, treatment, covariate_matrix({"x": data["covariate"]}))
    found = {
        "lower": whole.lower,
        "upper": whole.upper,
        "lower, cells": within.lower,
        "upper, cells": within.upper,
        "re-weighted": reweighted_difference(outcome, treatment, model),
        "as found": reweighted_difference(outcome, treatment, everyone_counts(known)),
    }
    rows, errors = [], {}
    for name, made in found.items():
        error, n = clustered_std_error(group_sums(made.scores, group))
        errors[name] = error
        clustered = t_inference(made.estimate, error, n - 1)
        single = t_inference(made.estimate, float(np.sqrt(made.scores @ made.scores)), np.inf)
        rows.append(
            {
                "estimator": name,
                "estimate": made.estimate,
                "std_error": error,
                "covered": clustered.conf_low < truth[name] < clustered.conf_high,
                "covered_iid": single.conf_low < truth[name] < single.conf_high,
            }
        )
    for ending in ("", ", cells"):
        ends = [f"{end}{ending}" for end in ("lower", "upper")]
        interval = imbens_manski(
            *(found[end].estimate for end in ends), *(errors[end] for end in ends), df=groups - 1
        )
        for end in ends:
            inside = interval.conf_low < truth[end] < interval.conf_high
            rows.append({"estimator": f"interval at {end}", "covered": inside})
    return rows


def main(draws: int = 1000) -> None:
    """Simulate both numbers of groups and write the table."""
    truth = limits()
    tables = []
    for groups in (40, 104):
        rng = np.random.default_rng([2, groups])
        frame = pd.DataFrame([row for _ in range(draws) for row in one_draw(rng, groups, truth)])
        table = frame.groupby("estimator", sort=False).agg(
            mean=("estimate", "mean"),
            sd=("estimate", "std"),
            mean_std_error=("std_error", "mean"),
            coverage=("covered", "mean"),
            coverage_iid=("covered_iid", "mean"),
        )
        table.insert(0, "truth", table.index.map(truth))
        table.insert(0, "draws", draws)
        table.insert(0, "groups", groups)
        tables.append(table.reset_index())
        pd.concat(tables).to_csv(OUT, index=False, float_format="%.5f")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
