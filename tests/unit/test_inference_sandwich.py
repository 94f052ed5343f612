import numpy as np
import pytest

from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.sandwich import (
    heteroskedastic_covariance,
    least_squares,
)


@pytest.fixture
def data():
    rng = np.random.default_rng(2)
    groups = rng.integers(0, 14, 90)
    design = np.column_stack([np.ones(90), rng.normal(size=90), groups % 2])
    y = design @ [1.0, 2.0, 0.5] + rng.normal(size=14)[groups] + rng.normal(size=90)
    return y, design, groups, rng.uniform(0.5, 3.0, 90)


def dense_cr2(fit, groups):
    """CR2 and its degrees of freedom with n x n matrices, as Pustejovsky and Tipton write them."""
    n, k = fit.design.shape
    w = np.diag(np.ones(n) if fit.weights is None else fit.weights)
    x = fit.design
    m = np.linalg.inv(x.T @ w @ x)
    residual_maker = np.eye(n) - x @ m @ x.T @ w
    whole = residual_maker @ residual_maker.T
    meat, rows = np.zeros((k, k)), []
    for g in np.unique(groups):
        own = groups == g
        values, vectors = np.linalg.eigh(whole[np.ix_(own, own)])
        root = np.where(values > 1e-10, 1 / np.sqrt(np.maximum(values, 1e-10)), 0)
        adjust = (vectors * root) @ vectors.T
        half = x[own].T @ w[np.ix_(own, own)] @ adjust
        score = half @ fit.residuals[own]
        meat += np.outer(score, score)
        rows.append(m @ half @ residual_maker[own])
    df = []
    for j in range(k):
        gram = np.array([[a[j] @ b[j] for b in rows] for a in rows])
        df.append(np.trace(gram) ** 2 / (gram**2).sum())
    return m @ meat @ m, np.array(df)


@pytest.mark.parametrize("weighted", [False, True])
def test_cr2_equals_the_dense_formula(data, weighted):
    y, design, groups, weights = data
    fit = least_squares(y, design, weights=weights if weighted else None)
    ours = bias_reduced_covariance(fit, groups)
    covariance, df = dense_cr2(fit, groups)
    assert ours.covariance == pytest.approx(covariance, rel=1e-9)
    assert ours.df == pytest.approx(df, rel=1e-9)


def test_cr2_of_a_mean_over_equal_groups_is_the_variance_of_group_means(data):
    y = data[0]
    groups = np.repeat(np.arange(18), 5)
    fit = least_squares(y, np.ones((90, 1)))
    means = y.reshape(18, 5).mean(axis=1)
    ours = bias_reduced_covariance(fit, groups)
    assert ours.covariance[0, 0] == pytest.approx(means.var(ddof=1) / 18, rel=1e-12)
    assert ours.df[0] == pytest.approx(17, rel=1e-12)


def test_cr2_with_one_observation_a_group_is_hc2(data):
    y, design, _, _ = data
    fit = least_squares(y, design)
    ours = bias_reduced_covariance(fit, np.arange(90)).covariance
    assert ours == pytest.approx(heteroskedastic_covariance(fit, "HC2"), rel=1e-10)


def test_cr2_bears_a_group_that_a_regressor_fits_exactly(data):
    y, design, groups, _ = data
    fit = least_squares(y, np.column_stack([design, groups == 3]))
    ours = bias_reduced_covariance(fit, groups)
    assert np.all(np.isfinite(ours.covariance))
    assert ours.covariance == pytest.approx(dense_cr2(fit, groups)[0], rel=1e-6, abs=1e-12)


def test_equal_weights_are_no_weights(data):
    y, design, groups, _ = data
    plain = least_squares(y, design)
    equal = least_squares(y, design, weights=np.full(90, 4.0))
    for covariance in (
        lambda fit: heteroskedastic_covariance(fit, "HC3"),
        lambda fit: bias_reduced_covariance(fit, groups).covariance,
        lambda fit: bias_reduced_covariance(fit, groups).df,
    ):
        assert covariance(equal) == pytest.approx(covariance(plain), rel=1e-9)


def test_row_order_and_labels_do_not_matter(data):
    y, design, groups, weights = data
    order = np.random.default_rng(5).permutation(90)
    names = np.array([f"alliance {99 - g}" for g in groups])
    one = bias_reduced_covariance(least_squares(y, design, weights=weights), groups)
    fit = least_squares(y[order], design[order], weights=weights[order])
    other = bias_reduced_covariance(fit, names[order])
    assert other.covariance == pytest.approx(one.covariance, rel=1e-9)
    assert other.df == pytest.approx(one.df, rel=1e-9)


def test_what_has_no_covariance_is_refused(data):
    y, design, groups, _ = data
    fit = least_squares(y, design)
    with pytest.raises(DesignError, match="two groups"):
        bias_reduced_covariance(fit, np.zeros(90))
    with pytest.raises(DesignError, match="collinear"):
        least_squares(y, np.column_stack([design, design[:, 1] * 2]))
    with pytest.raises(DesignError, match="more observations"):
        least_squares(y[:3], np.eye(3))
    with pytest.raises(DesignError, match="positive"):
        least_squares(y, design, weights=np.arange(90.0))
    exact = least_squares(y, np.column_stack([design, np.arange(90) == 4]))
    with pytest.raises(DesignError, match="leverage 1"):
        heteroskedastic_covariance(exact, "HC3")
