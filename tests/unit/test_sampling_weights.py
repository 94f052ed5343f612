"""Sampling weights in the engine: a weight of three is three units, and only proportions count."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ruralimpact.design.balance import balance
from ruralimpact.design.coarsened import coarsened_exact_weights
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.kernel import kernel_weights, radius_weights
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies import METHODS
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference
from ruralimpact.impact import estimate_impact

FloatArray = np.ndarray
N = 240


def survey(seed: int = 3) -> tuple[FloatArray, FloatArray, CovariateMatrix, FloatArray]:
    rng = np.random.default_rng(seed)
    age, land = rng.normal(40, 8, N), rng.integers(0, 4, N).astype(float)
    treatment = (rng.random(N) < 1 / (1 + np.exp(1 - (age - 40) / 12))).astype(np.int8)
    outcome = 5 + 2 * treatment + 0.1 * age + land + rng.normal(size=N)
    covariates = covariate_matrix({"age": age, "land": land})
    return outcome, treatment, covariates, rng.integers(1, 5, N).astype(float)


def _score(covariates, treatment, sampling, link="logit"):  # type: ignore[no-untyped-def]
    return fit_propensity(covariates, treatment, link=link, sampling=sampling)


def _selection(covariates, treatment, sampling, link="logit"):  # type: ignore[no-untyped-def]
    score = _score(covariates, treatment, sampling, link)
    return selection_scores(score, covariates, treatment, sampling=sampling)


def _held(make: Callable) -> Callable:  # type: ignore[type-arg]
    def estimate(y, d, x, b):  # type: ignore[no-untyped-def]
        weights = make(d, x, b).weights
        return weighted_difference(y, d, weights, x, bias_adjust=True)

    return estimate


ESTIMATORS: dict[str, Callable[..., ScoredEstimate]] = {
    "difference in means": lambda y, d, x, b: difference_in_means(y, d, sampling=b),
    "kernel": _held(lambda d, x, b: kernel_weights(d, _score(x, d, b).probability, sampling=b)),
    "radius": _held(
        lambda d, x, b: radius_weights(d, _score(x, d, b).probability, caliper=0.05, sampling=b)
    ),
    "coarsened exact": _held(
        lambda d, x, b: coarsened_exact_weights(x, d, cutpoints={"age": [35.0, 45.0]}, sampling=b)
    ),
    "entropy": _held(lambda d, x, b: entropy_weights(x, d, base=b)),
    **{
        f"ipw {estimand}": lambda y, d, x, b, estimand=estimand: inverse_probability_estimate(
            y, d, _selection(x, d, b), estimand=estimand, sampling=b
        )
        for estimand in ("ATT", "ATE", "ATO")
    },
    "ipw probit": lambda y, d, x, b: inverse_probability_estimate(
        y, d, _selection(x, d, b, "probit"), sampling=b
    ),
    **{
        f"regression {estimand}": lambda y, d, x, b, estimand=estimand: regression_adjustment(
            y, d, x, estimand=estimand, sampling=b
        )
        for estimand in ("ATT", "ATE")
    },
    **{
        f"{robust.__name__} {estimand}": lambda y, d, x, b, robust=robust, estimand=estimand: (
            robust(y, d, _selection(x, d, b), x, estimand=estimand, sampling=b)
        )
        for robust in (ipwra, aipw)
        for estimand in ("ATT", "ATE")
    },
}


@pytest.mark.parametrize("name", ESTIMATORS)
def test_a_weight_of_three_is_three_units(name: str) -> None:
    outcome, treatment, covariates, weights = survey()
    copies = np.repeat(np.arange(N), weights.astype(int))
    weighted = ESTIMATORS[name](outcome, treatment, covariates, weights)
    many = covariates.rows(copies)
    expanded = ESTIMATORS[name](outcome[copies], treatment[copies], many, np.ones(len(copies)))
    assert weighted.estimate == pytest.approx(expanded.estimate, rel=1e-8)
    assert weighted.treated_mean == pytest.approx(expanded.treated_mean, rel=1e-9)
    summed = np.bincount(copies, expanded.scores)
    assert weighted.scores == pytest.approx(summed, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_only_proportions_count(name: str) -> None:
    outcome, treatment, covariates, weights = survey()
    first = ESTIMATORS[name](outcome, treatment, covariates, weights)
    other = ESTIMATORS[name](outcome, treatment, covariates, 0.0137 * weights)
    assert other.estimate == pytest.approx(first.estimate, rel=1e-8)
    assert other.scores == pytest.approx(first.scores, rel=1e-6, abs=1e-11)
    assert (other.n_treated, other.n_control) == (first.n_treated, first.n_control)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_equal_weights_are_none(name: str) -> None:
    outcome, treatment, covariates, _ = survey()
    weighted = ESTIMATORS[name](outcome, treatment, covariates, np.full(N, 2.5))
    plain = ESTIMATORS[name](outcome, treatment, covariates, None)
    assert weighted.estimate == pytest.approx(plain.estimate, rel=1e-8)
    assert weighted.scores == pytest.approx(plain.scores, rel=1e-6, abs=1e-11)


def test_scores_are_the_derivatives_by_each_weight() -> None:
    """Influence of a unit: what the estimate changes by when it counts a little more, by its weight."""
    outcome, treatment, covariates, weights = survey()
    for name in ("ipw ATT", "ipwra ATT", "aipw ATE", "regression ATT"):
        estimator = ESTIMATORS[name]
        found = estimator(outcome, treatment, covariates, weights)
        for unit in (0, 7, 100):
            step = np.zeros(N)
            step[unit] = 1e-4
            up, down = (
                estimator(outcome, treatment, covariates, weights + sign * step).estimate
                for sign in (1, -1)
            )
            slope = (up - down) / 2e-4
            assert found.scores[unit] == pytest.approx(weights[unit] * slope, rel=1e-4, abs=1e-8)


def test_balance_of_weighted_units_is_that_of_their_copies() -> None:
    _, treatment, covariates, weights = survey()
    copies = np.repeat(np.arange(N), weights.astype(int))
    found = balance(covariates, treatment, sampling=weights)
    expanded = balance(covariates.rows(copies), treatment[copies])
    assert found.treated_mean == pytest.approx(expanded.treated_mean)
    assert found.control_mean == pytest.approx(expanded.control_mean)
    assert found.smd == pytest.approx(expanded.smd, rel=0.02)
    assert found.ks == pytest.approx(expanded.ks)


@pytest.mark.parametrize("method", METHODS)
def test_sampling_weights_reach_every_strategy(method: str) -> None:
    """They change whom the estimate is about: the treated, too, count by their weight."""
    outcome, treatment, covariates, weights = survey()
    age, land = covariates.values.T
    table = pd.DataFrame({"y": outcome, "d": treatment, "w": weights, "age": age, "land": land})

    def treated_mean(weight: str | None) -> float:
        return estimate_impact(
            table,
            outcome="y",
            treatment="d",
            covariates=["age", "land"],
            strategy={"method": method},
            weight=weight,
        ).treated_mean

    assert abs(treated_mean("w") - treated_mean(None)) > 1e-3
