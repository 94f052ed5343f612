"""Covariate-balancing scores: balance exact, entropy balancing's weights, the impossible refused."""

import numpy as np
import pandas as pd
import pytest

import ruralimpact
from ruralimpact.design.covariate_balancing import covariate_balancing_weights
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.errors import DesignError


def sample(n=600):
    rng = np.random.default_rng(11)
    columns = {
        "land": rng.exponential(size=n),
        "age": rng.normal(45, 12, n),
        "female": (rng.uniform(size=n) < 0.3).astype(float),
    }
    index = -1 + 0.4 * columns["land"] + 0.02 * (columns["age"] - 45) + 0.5 * columns["female"]
    treatment = (rng.uniform(size=n) < 1 / (1 + np.exp(-index))).astype(np.int8)
    return columns, treatment


def sampled(n=600):
    return np.random.default_rng(3).uniform(0.5, 2, n)


@pytest.mark.parametrize("base", [None, sampled()], ids=["plain", "sampled"])
def test_balance_is_exact_and_weights_are_the_odds(base):
    columns, treatment = sample()
    covariates = covariate_matrix(columns)
    ours = covariate_balancing_weights(covariates, treatment, sampling=base)
    treated, control, q = treatment == 1, treatment == 0, np.ones(600) if base is None else base
    target = np.average(covariates.values[treated], axis=0, weights=q[treated])
    reached = np.average(covariates.values[control], axis=0, weights=ours.weights[control])
    np.testing.assert_allclose(reached, target, atol=1e-8)
    odds = ours.probability / (1 - ours.probability)
    np.testing.assert_allclose(ours.weights[control], (q * odds)[control], rtol=1e-9)
    np.testing.assert_array_equal(ours.weights[treated], q[treated])
    index = ours.coefficients[0] + covariates.values @ ours.coefficients[1:]
    np.testing.assert_allclose(np.log(odds), index, atol=1e-9)
    assert ours.names == ("constant", *covariates.names)


@pytest.mark.parametrize("base", [None, sampled()], ids=["plain", "sampled"])
def test_weights_are_those_of_entropy_balancing(base):
    """A published equivalence: Zhao and Percival (2017)."""
    columns, treatment = sample()
    covariates = covariate_matrix(columns)
    ours = covariate_balancing_weights(covariates, treatment, sampling=base)
    theirs = entropy_weights(covariates, treatment, base=base)
    np.testing.assert_allclose(ours.weights, theirs.weights, rtol=1e-6)


@pytest.mark.parametrize("estimand", ["ATT", "ATC", "ATE"])
def test_effects_and_errors_are_those_of_entropy_balancing(estimand):
    """So the scores hold the estimation of the coefficients, as entropy balancing's do."""
    columns, treatment = sample()
    noise = np.random.default_rng(4).normal(size=600)
    frame = pd.DataFrame({**columns, "d": treatment})
    frame["y"] = frame["land"] ** 2 + 0.1 * frame["age"] + frame["d"] + noise
    cbps, entropy = (
        ruralimpact.estimate_impact(
            frame,
            outcome="y",
            treatment="d",
            covariates=list(columns),
            strategy=method,
            estimand=estimand,
        )
        for method in ("cbps", "entropy")
    )
    assert cbps.estimate == pytest.approx(entropy.estimate, rel=1e-8)
    assert cbps.std_error == pytest.approx(entropy.std_error, rel=1e-6)


def test_five_units_by_hand():
    """Two cells: 2 of 3 treated are in the first, so its only control stands for 2, the others for 1/2."""
    treatment = np.array([1, 1, 1, 0, 0, 0], dtype=np.int8)
    cell = covariate_matrix({"first": np.array([1.0, 1, 0, 1, 0, 0])})
    found = covariate_balancing_weights(cell, treatment)
    np.testing.assert_allclose(found.weights, [1, 1, 1, 2, 0.5, 0.5], rtol=1e-12)
    np.testing.assert_allclose(found.coefficients, [np.log(0.5), np.log(4)], rtol=1e-9)


def test_row_order_column_order_and_units_change_nothing():
    columns, treatment = sample()
    first = covariate_balancing_weights(covariate_matrix(columns), treatment).weights
    order = np.random.default_rng(0).permutation(len(treatment))
    shuffled = {name: 1e6 * columns[name][order] + 3 for name in reversed(columns)}
    second = covariate_balancing_weights(covariate_matrix(shuffled), treatment[order]).weights
    np.testing.assert_allclose(second, first[order], rtol=1e-8)


def test_a_covariate_that_separates_is_named():
    columns, treatment = sample()
    columns["land"] = columns["land"] + 100 * treatment
    with pytest.raises(DesignError, match="covariate 'land' separates the arms"):
        covariate_balancing_weights(covariate_matrix(columns), treatment)


def test_a_combination_that_separates_is_refused():
    """Neither covariate separates the arms; their sum does."""
    rng = np.random.default_rng(6)
    treatment = (np.arange(200) % 2).astype(np.int8)
    a = rng.normal(size=200)
    b = treatment - a + rng.uniform(-0.4, 0.4, 200)
    with pytest.raises(DesignError, match="no propensity score balances the covariates: some comb"):
        covariate_balancing_weights(covariate_matrix({"a": a, "b": b}), treatment)


def test_treated_means_on_the_edge_are_refused():
    """Weights of zero would balance; no coefficients give them."""
    treatment = np.array([1, 1, 0, 0, 0, 0], dtype=np.int8)
    x = {"a": np.array([0.0, 2, 0, 2, 0, 1]), "b": np.array([0.0, 2, 0, 2, 1, 3])}
    with pytest.raises(DesignError, match="no propensity score balances the covariates"):
        covariate_balancing_weights(covariate_matrix(x), treatment)
