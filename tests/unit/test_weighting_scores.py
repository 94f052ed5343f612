"""Influence scores against the derivatives they claim to be, taken numerically.

A score is the derivative of the estimate by how often a unit is counted. Counting a unit 1 + e times and
1 - e times, in a sample of many copies, gives that derivative whatever the estimator does inside.
"""

import re
from functools import cache

import numpy as np
import pytest

from ruralimpact.design.covariate_balancing import covariate_balancing_weights
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies import METHODS
from ruralimpact.design.strategies.stratified_matching import StratifiedMatching
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference

N, COPIES = 40, 60


def score(covariates, treatment, link="logit"):
    return selection_scores(fit_propensity(covariates, treatment, link=link), covariates, treatment)


def entropy(y, d, x, moments):
    weights = entropy_weights(x, d, moments=moments)
    return weighted_difference(y, d, weights.weights, weights.constraints)


def balancing(y, d, x):
    return weighted_difference(y, d, covariate_balancing_weights(x, d).weights, x)


def equal(y, d, x, bias_adjust):
    weights = np.where(d == 1, 1.0, d.sum() / (d == 0).sum())
    return weighted_difference(y, d, weights, x, bias_adjust=bias_adjust)


def no_covariates(n):
    return CovariateMatrix(np.empty((n, 0)), (), np.empty(0, dtype=bool), {})


ESTIMATORS = {
    "unweighted": lambda y, d, x, s: equal(y, d, no_covariates(len(y)), False),
    "unweighted, adjusted": lambda y, d, x, s: equal(y, d, x, True),
    "regression ATT": lambda y, d, x, s: regression_adjustment(y, d, x),
    "regression ATE": lambda y, d, x, s: regression_adjustment(y, d, x, estimand="ATE"),
    "ipw ATT": lambda y, d, x, s: inverse_probability_estimate(y, d, s["logit"]),
    "ipw ATE": lambda y, d, x, s: inverse_probability_estimate(y, d, s["probit"], estimand="ATE"),
    "overlap": lambda y, d, x, s: inverse_probability_estimate(y, d, s["logit"], estimand="ATO"),
    "ipwra ATT": lambda y, d, x, s: ipwra(y, d, s["probit"], x),
    "ipwra ATE": lambda y, d, x, s: ipwra(y, d, s["logit"], x, estimand="ATE"),
    "aipw ATT": lambda y, d, x, s: aipw(y, d, s["logit"], x),
    "aipw ATE": lambda y, d, x, s: aipw(y, d, s["probit"], x, estimand="ATE"),
    "aipw ATT, not normalised": lambda y, d, x, s: aipw(y, d, s["probit"], x, normalised=False),
    "entropy, means": lambda y, d, x, s: entropy(y, d, x, 1),
    "entropy, variances": lambda y, d, x, s: entropy(y, d, x, 2),
    "cbps": lambda y, d, x, s: balancing(y, d, x),
}


def test_every_strategy_that_weights_has_a_row():
    weighting = {
        method
        for method, strategy in METHODS.items()
        if not issubclass(strategy, StratifiedMatching)
    }
    rows = {re.split("[ ,]", name)[0] for name in ESTIMATORS}
    assert not weighting - rows, (
        f"add a row of {sorted(weighting - rows)} to ESTIMATORS of tests/unit/test_weighting_scores.py"
    )


def sample():
    rng = np.random.default_rng(20)
    x = np.column_stack([rng.normal(size=N), rng.uniform(size=N) < 0.4])
    d = (rng.uniform(size=N) < 1 / (1 + np.exp(0.4 - 0.5 * x[:, 0]))).astype(np.int8)
    y = 3 + x @ [1.0, -1.0] + x[:, 0] ** 2 + d * (1 + x[:, 0]) + rng.normal(size=N)
    return y, d, x


def everything(rows):
    y, d, x = sample()
    y, d, x = y[rows], d[rows], x[rows]
    covariates = covariate_matrix({"a": x[:, 0], "b": x[:, 1]})
    scores = {link: score(covariates, d, link) for link in ("logit", "probit")}
    return {name: estimator(y, d, covariates, scores) for name, estimator in ESTIMATORS.items()}


def values(result):
    return np.array([result.estimate, result.treated_mean, result.control_mean])


@cache
def derivatives():
    copies = np.repeat(np.arange(N), COPIES)
    out = {name: np.empty((N, 3)) for name in ESTIMATORS}
    for i in range(N):
        more = everything(np.append(copies, i))
        less = everything(np.delete(copies, i * COPIES))
        for name in ESTIMATORS:
            out[name][i] = (values(more[name]) - values(less[name])) * COPIES / 2
    return out


@pytest.mark.parametrize("name", ESTIMATORS)
def test_scores_are_derivatives(name):
    result = everything(np.arange(N))[name]
    numeric = derivatives()[name]
    for column, scores in enumerate(
        (result.scores, result.treated_mean_scores, result.control_mean_scores)
    ):
        largest = np.abs(scores).max()
        np.testing.assert_allclose(scores, numeric[:, column], atol=2e-3 * largest)
        assert abs(scores.sum()) < 1e-9 * largest


@pytest.mark.parametrize("name", ESTIMATORS)
def test_scores_agree_with_the_jackknife(name):
    """On 40 units the delete-one standard error is the larger, by no more than leverage explains."""
    full = everything(np.arange(N))[name]
    without = [everything(np.delete(np.arange(N), i))[name].estimate for i in range(N)]
    jackknife = np.sqrt((N - 1) / N * ((np.array(without) - np.mean(without)) ** 2).sum())
    assert 1.0 < jackknife / full.std_errors["hc"] < 1.35


@pytest.mark.parametrize("name", ESTIMATORS)
def test_row_order_and_units_of_measure_change_nothing(name):
    order = np.random.default_rng(1).permutation(N)
    first, second = everything(np.arange(N))[name], everything(order)[name]
    np.testing.assert_allclose(values(second), values(first), rtol=1e-9)
    np.testing.assert_allclose(second.scores, first.scores[order], rtol=1e-7, atol=1e-12)
    y, d, x = sample()
    covariates = covariate_matrix({"b": x[:, 1], "a": 1000 * x[:, 0] + 5})
    scores = {link: score(covariates, d, link) for link in ("logit", "probit")}
    scaled = ESTIMATORS[name](100 * y, d, covariates, scores)
    np.testing.assert_allclose(values(scaled), 100 * values(first), rtol=1e-9)
    np.testing.assert_allclose(scaled.scores, 100 * first.scores, rtol=1e-6, atol=1e-9)
