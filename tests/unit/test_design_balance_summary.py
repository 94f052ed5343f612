"""Balance summary: invariants, special cases and bad input."""

from dataclasses import astuple

import numpy as np
import pytest

from ruralimpact.design.balance_summary import (
    BalanceSummary,
    balance_summary,
    overlap_coefficient,
    second_order,
)
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.errors import DesignError


def sample(seed: int, n: int = 300) -> tuple[CovariateMatrix, np.ndarray]:
    rng = np.random.default_rng(seed)
    age, female = rng.normal(size=n), rng.integers(0, 2, n)
    region = rng.choice(["east", "north", "south"], n)
    treatment = (rng.uniform(size=n) < 1 / (1 + np.exp(-age))).astype(np.int8)
    return covariate_matrix({"age": age, "female": female, "region": region}), treatment


def test_weights_of_one_change_nothing() -> None:
    covariates, treatment = sample(1)
    plain = balance_summary(covariates, treatment)
    weighted = balance_summary(covariates, treatment, np.ones(len(treatment)))
    assert astuple(plain) == pytest.approx(astuple(weighted), rel=1e-12)


def test_units_of_measure_and_row_order_change_nothing() -> None:
    covariates, treatment = sample(2)
    base = astuple(balance_summary(covariates, treatment))
    scaled = CovariateMatrix(
        covariates.values * 1e5, covariates.names, covariates.binary, covariates.base_levels
    )
    order = np.random.default_rng(0).permutation(len(treatment))
    turned = CovariateMatrix(
        covariates.values[order], covariates.names, covariates.binary, covariates.base_levels
    )
    assert astuple(balance_summary(scaled, treatment)) == pytest.approx(base, rel=1e-7)
    assert astuple(balance_summary(turned, treatment[order])) == pytest.approx(base, rel=1e-7)


def test_repeated_units_are_weights_of_two() -> None:
    """Weighted likelihood, means and variances are those of units entered twice."""
    covariates, treatment = sample(3)
    weights = np.where(np.arange(len(treatment)) % 3 == 0, 2.0, 1.0)
    twice = np.repeat(np.arange(len(treatment)), weights.astype(int))
    repeated = CovariateMatrix(
        covariates.values[twice], covariates.names, covariates.binary, covariates.base_levels
    )
    one = balance_summary(covariates, treatment, weights)
    two = balance_summary(repeated, treatment[twice])
    names = ("pseudo_r2", "lr_statistic", "lr_df", "lr_p_value", "rubin_b", "rubin_r")
    for name in names:
        assert getattr(one, name) == pytest.approx(getattr(two, name), rel=1e-7)


def test_equal_arms_are_balanced() -> None:
    covariates, _ = sample(4, 100)
    both = CovariateMatrix(
        np.vstack([covariates.values] * 2),
        covariates.names,
        covariates.binary,
        covariates.base_levels,
    )
    found = balance_summary(both, np.repeat([1, 0], 100).astype(np.int8))
    assert found.mean_bias == pytest.approx(0, abs=1e-12)
    assert found.pseudo_r2 == pytest.approx(0, abs=1e-12)
    assert found.lr_p_value == pytest.approx(1, abs=1e-6)


def test_collinear_and_constant_columns_count_once() -> None:
    covariates, treatment = sample(5)
    extra = np.column_stack(
        [covariates.values, covariates.values[:, 0] * 2, np.ones(len(treatment))]
    )
    more = CovariateMatrix(
        extra, (*covariates.names, "twice", "one"), np.append(covariates.binary, [False, True]), {}
    )
    one, two = balance_summary(covariates, treatment), balance_summary(more, treatment)
    assert one.lr_df == two.lr_df == 4
    assert one.rubin_b == pytest.approx(two.rubin_b, rel=1e-7)


def test_separated_arms_leave_the_refit_missing() -> None:
    values = np.concatenate([np.linspace(0, 1, 30), np.linspace(2, 3, 30)])[:, None]
    covariates = CovariateMatrix(values, ("x",), np.array([False]), {})
    found = balance_summary(covariates, np.repeat([0, 1], 30).astype(np.int8))
    assert np.isfinite(found.mean_bias)
    assert np.isnan([found.pseudo_r2, found.lr_p_value, found.rubin_b, found.rubin_r]).all()
    assert not found.balanced


@pytest.mark.parametrize(
    ("b", "r", "expected"), [(24.9, 1.0, True), (25.0, 1.0, False), (5.0, 2.1, False)]
)
def test_rubins_thresholds(b: float, r: float, expected: bool) -> None:
    assert BalanceSummary(1, 1, 0, 0, 1, 1, b, r, 1).balanced is expected


def test_overlap_of_normal_scores_a_distance_apart() -> None:
    """Two normals a standard deviation apart share 2 Phi(-1/2) = 0.617."""
    quantiles = (np.arange(20_000) + 0.5) / 20_000
    from scipy.special import ndtri

    score = np.concatenate([ndtri(quantiles), ndtri(quantiles) + 1])
    arms = np.repeat([0, 1], 20_000).astype(np.int8)
    assert overlap_coefficient(score, arms, np.ones(40_000)) == pytest.approx(0.617, abs=0.01)
    assert overlap_coefficient(
        np.append(score[:20_000], score[:20_000]), arms, np.ones(40_000)
    ) == (pytest.approx(1, abs=1e-6))


def test_second_order_terms_by_hand() -> None:
    matrix = covariate_matrix(
        {"x": np.array([1.0, 2.0]), "z": np.array([3.0, 5.0]), "r": np.array(["a", "b"])},
        every_level=True,
    )
    found = second_order(matrix)
    assert found.names == (
        *("x^2", "z^2", "x * z", "x * r[a]", "x * r[b]", "z * r[a]", "z * r[b]"),
    )
    assert found.values[1].tolist() == [4.0, 25.0, 10.0, 0.0, 2.0, 0.0, 5.0]


def test_bad_input() -> None:
    covariates, treatment = sample(6)
    empty = CovariateMatrix(np.empty((len(treatment), 0)), (), np.empty(0, bool), {})
    with pytest.raises(DesignError, match="no covariates"):
        balance_summary(empty, treatment)
    with pytest.raises(DesignError, match="no treated"):
        balance_summary(covariates, np.zeros_like(treatment))
    with pytest.raises(DesignError, match="weight"):
        balance_summary(covariates, treatment, (treatment == 0).astype(float))
