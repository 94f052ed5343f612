"""Entropy balancing: the constraints met, the optimum certified, the impossible refused by name."""

import numpy as np
import pytest
from scipy.optimize import minimize

from ruralimpact.design.balance import balance
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
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


@pytest.mark.parametrize("moments", [1, 2])
def test_balance_is_exact_and_the_treated_stay(moments):
    columns, treatment = sample()
    covariates = covariate_matrix(columns)
    ours = entropy_weights(covariates, treatment, moments=moments)
    assert np.abs(balance(covariates, treatment, ours.weights).smd).max() < 1e-9
    assert (ours.weights[treatment == 1] == 1).all()
    assert (ours.weights > 0).all()
    assert ours.weights[treatment == 0].sum() == pytest.approx(treatment.sum(), rel=1e-12)
    if moments == 2:
        for column in (columns["land"], columns["age"]):
            mean, control = column[treatment == 1].mean(), treatment == 0
            spread = np.average((column[control] - mean) ** 2, weights=ours.weights[control])
            assert spread == pytest.approx(column[treatment == 1].var(), rel=1e-9)
        assert "female squared" not in ours.constraints.names


@pytest.mark.parametrize("moments", [1, 2])
def test_weights_are_the_optimum(moments):
    """By Lagrange: the log weights are linear in the constraints, which are met. That is unique."""
    columns, treatment = sample()
    ours = entropy_weights(covariate_matrix(columns), treatment, moments=moments)
    control = treatment == 0
    design = np.column_stack([np.ones(control.sum()), ours.constraints.values[control]])
    logs = np.log(ours.weights[control])
    fitted = design @ np.linalg.lstsq(design, logs, rcond=None)[0]
    np.testing.assert_allclose(logs, fitted, atol=1e-9)


def test_a_general_optimiser_finds_the_same():
    columns, treatment = sample(60)
    control = treatment == 0
    x = np.column_stack([columns["land"], columns["age"] / 12])
    target = x[treatment == 1].mean(axis=0)
    found = minimize(
        lambda w: (w * np.log(w)).sum(),
        np.full(control.sum(), 1 / control.sum()),
        jac=lambda w: np.log(w) + 1,
        bounds=[(1e-9, 1)] * int(control.sum()),
        constraints=[
            {"type": "eq", "fun": lambda w: w @ x[control] - target, "jac": lambda w: x[control].T},
            {"type": "eq", "fun": lambda w: w.sum() - 1, "jac": lambda w: np.ones((1, len(w)))},
        ],
        method="SLSQP",
        options={"ftol": 1e-12, "maxiter": 500},
    )
    covariates = covariate_matrix({"land": x[:, 0], "age": x[:, 1]})
    ours = entropy_weights(covariates, treatment).weights[control] / treatment.sum()
    np.testing.assert_allclose(ours, found.x, atol=1e-6)


def test_row_order_column_order_and_units_change_nothing():
    columns, treatment = sample()
    first = entropy_weights(covariate_matrix(columns), treatment).weights
    order = np.random.default_rng(0).permutation(len(treatment))
    shuffled = {name: 1e6 * columns[name][order] + 3 for name in reversed(columns)}
    second = entropy_weights(covariate_matrix(shuffled), treatment[order]).weights
    np.testing.assert_allclose(second, first[order], rtol=1e-7)


def test_implied_constraints_are_named_and_met():
    columns, treatment = sample()
    male = {"male": 1 - columns["female"], "year": np.full(len(treatment), 2010.0)}
    ours = entropy_weights(covariate_matrix({**columns, **male}), treatment)
    assert ours.redundant == ("male", "year")
    assert ours.imbalance < 1e-9
    plain = entropy_weights(covariate_matrix(columns), treatment).weights
    np.testing.assert_allclose(ours.weights, plain, rtol=1e-9)


def test_no_covariates_is_equal_weights():
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    nothing = CovariateMatrix(np.empty((5, 0)), (), np.empty(0, dtype=bool), {})
    np.testing.assert_allclose(entropy_weights(nothing, treatment).weights[2:], 2 / 3)


def test_a_level_without_treated_units_gets_no_weight():
    columns, treatment = sample()
    columns["female"][treatment == 1] = 0.0
    ours = entropy_weights(covariate_matrix(columns), treatment)
    assert ours.weights[(treatment == 0) & (columns["female"] == 1)].max() < 1e-6
    assert ours.imbalance < 1e-6


def test_out_of_range_is_refused_by_name():
    columns, treatment = sample()
    columns["age"] = np.where(treatment == 1, 100.0, columns["age"])
    with pytest.raises(DesignError, match=r"controls' range for 'age'\."):
        entropy_weights(covariate_matrix(columns), treatment)


def test_constant_among_controls_only_is_refused_by_name():
    columns, treatment = sample()
    columns["female"] = np.where(treatment == 1, columns["female"], 0.0)
    with pytest.raises(DesignError, match="'female'"):
        entropy_weights(covariate_matrix(columns), treatment)


def test_rules_that_the_treated_break_are_refused_by_name():
    columns, treatment = sample()
    columns["plots"] = 2 * columns["land"] + 0.2 * treatment
    with pytest.raises(DesignError, match="'plots' can be computed"):
        entropy_weights(covariate_matrix(columns), treatment)


def test_a_conflict_between_covariates_is_refused_by_name():
    """No control has both traits, most treated do, though each trait alone is common."""
    rng = np.random.default_rng(2)
    treatment = np.repeat(np.array([1, 0], dtype=np.int8), 200)
    first = (rng.uniform(size=400) < np.where(treatment == 1, 0.9, 0.5)).astype(float)
    second = np.where(treatment == 1, rng.uniform(size=400) < 0.9, first == 0).astype(float)
    second[201:210] = 0.0
    third = rng.normal(size=400)
    covariates = covariate_matrix({"first": first, "second": second, "third": third})
    with pytest.raises(DesignError, match=r"conflict is about '(first|second)', '(first|second)'"):
        entropy_weights(covariates, treatment)


def test_missing_values_are_refused():
    columns, treatment = sample()
    values = np.column_stack(list(columns.values()))
    values[3, 1] = np.nan
    covariates = CovariateMatrix(values, tuple(columns), np.zeros(3, dtype=bool), {})
    with pytest.raises(DesignError, match="1 missing"):
        entropy_weights(covariates, treatment)
