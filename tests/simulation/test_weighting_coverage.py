"""Do intervals from the influence scores cover? Independent units, effects that vary, known truth."""

from functools import cache

import numpy as np
import pytest

from ruralimpact.design.coarsened import coarsened_exact_weights
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.kernel import kernel_weights
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference

UNITS, DRAWS = 500, 400


def draw(rng, n):
    x = np.column_stack([rng.normal(size=n), rng.uniform(size=n) < 0.4])
    probability = 1 / (1 + np.exp(0.8 - 0.6 * x[:, 0] - 0.4 * x[:, 1]))
    treatment = (rng.uniform(size=n) < probability).astype(np.int8)
    effect = 1 + 0.5 * x[:, 0]
    noise = rng.normal(size=n) * (1 + 0.5 * x[:, 1])
    return x, probability, treatment, effect, 2 + x @ [1.0, -0.5] + treatment * effect + noise


@cache
def truth():
    _, p, _, effect, _ = draw(np.random.default_rng(0), 4_000_000)
    targets = {"ATE": np.ones_like(p), "ATT": p, "ATO": p * (1 - p)}
    return {name: float(np.average(effect, weights=w)) for name, w in targets.items()}


def estimates(y, d, x):
    score = fit_propensity(x, d)
    s = selection_scores(score, x, d)
    kernel = kernel_weights(d, score.probability).weights
    cells = coarsened_exact_weights(x, d, cutpoints={"a": 12}).weights
    entropy = entropy_weights(x, d)
    return {
        ("ipw", "ATT"): inverse_probability_estimate(y, d, s),
        ("ipw", "ATE"): inverse_probability_estimate(y, d, s, estimand="ATE"),
        ("overlap", "ATO"): inverse_probability_estimate(y, d, s, estimand="ATO"),
        ("ra", "ATT"): regression_adjustment(y, d, x),
        ("ra", "ATE"): regression_adjustment(y, d, x, estimand="ATE"),
        ("ipwra", "ATT"): ipwra(y, d, s, x),
        ("aipw", "ATT"): aipw(y, d, s, x),
        ("aipw", "ATE"): aipw(y, d, s, x, estimand="ATE"),
        ("entropy", "ATT"): weighted_difference(y, d, entropy.weights, entropy.constraints),
        ("kernel, adjusted", "ATT"): weighted_difference(y, d, kernel, x, bias_adjust=True),
        ("kernel", "ATT"): weighted_difference(y, d, kernel, x),
        ("cells, adjusted", "ATT"): weighted_difference(y, d, cells, x, bias_adjust=True),
    }


@cache
def study():
    rng = np.random.default_rng(2026)
    rows = []
    for _ in range(DRAWS):
        x, _, d, _, y = draw(rng, UNITS)
        rows.append(estimates(y, d, covariate_matrix({"a": x[:, 0], "b": x[:, 1]})))
    return {
        key: np.array([[row[key].estimate, row[key].std_errors["hc"]] for row in rows])
        for key in rows[0]
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "ipw ATT",
        "ipw ATE",
        "overlap ATO",
        "ra ATT",
        "ra ATE",
        "ipwra ATT",
        "aipw ATT",
        "aipw ATE",
        "entropy ATT",
        "kernel, adjusted ATT",
        "kernel ATT",
        "cells, adjusted ATT",
    ],
)
def test_coverage(name):
    method, estimand = name.rsplit(" ", 1)
    values = study()[method, estimand]
    error = values[:, 0] - truth()[estimand]
    covered = np.mean(np.abs(error) < 1.96 * values[:, 1])
    # Four Monte Carlo standard errors about 95%, and the standard error within 10% of the true one.
    assert abs(covered - 0.95) < 4 * np.sqrt(0.95 * 0.05 / DRAWS)
    assert values[:, 1].mean() / error.std() == pytest.approx(1.0, abs=0.1)
