"""Kernel and radius matching against the definition, written out pair by pair."""

import numpy as np
import pytest

from ruralimpact.design import kernel_sums
from ruralimpact.design.kernel import OFF_SUPPORT, kernel_weights, radius_weights
from ruralimpact.errors import DesignError

SHAPES = {
    "epanechnikov": lambda u: 1 - u**2,
    "biweight": lambda u: (1 - u**2) ** 2,
    "uniform": np.ones_like,
    "tricube": lambda u: (1 - abs(u) ** 3) ** 3,
    "gaussian": lambda u: np.exp(-(u**2) / 2),
}


def pair_by_pair(treatment, score, kernel, bandwidth):
    gap = score[treatment == 0][None, :] - score[treatment == 1][:, None]
    value = SHAPES[kernel](gap / bandwidth)
    if kernel != "gaussian":
        value = np.where(np.abs(gap) <= bandwidth, value, 0.0)
    total = value.sum(axis=1)
    found = total > 0
    weights = np.empty(len(score))
    weights[treatment == 1] = found
    weights[treatment == 0] = (value[found] / total[found, None]).sum(axis=0)
    return weights


def sample(n, decimals=None, seed=3):
    rng = np.random.default_rng(seed)
    score = 1 / (1 + np.exp(1 - rng.normal(size=n)))
    treatment = (rng.uniform(size=n) < score).astype(np.int8)
    return treatment, score if decimals is None else score.round(decimals)


@pytest.mark.parametrize("moments", [True, False])
@pytest.mark.parametrize("decimals", [None, 2])
@pytest.mark.parametrize("bandwidth", [0.001, 0.06, 3.0])
@pytest.mark.parametrize("kernel", SHAPES)
def test_definition(kernel, bandwidth, decimals, moments, monkeypatch):
    monkeypatch.setattr(kernel_sums, "_FEW_NEIGHBOURS", 0 if moments else 10**9)
    treatment, score = sample(800, decimals)
    ours = kernel_weights(treatment, score, kernel=kernel, bandwidth=bandwidth)
    theirs = pair_by_pair(treatment, score, kernel, bandwidth)
    np.testing.assert_allclose(ours.weights, theirs, rtol=1e-10, atol=1e-12)
    kept = int(ours.weights[treatment == 1].sum())
    assert ours.weights[treatment == 0].sum() == pytest.approx(kept, rel=1e-12)
    assert sum(ours.dropped.values()) == treatment.sum() - kept


def test_hand_example():
    """Treated at .5 and .9; controls at .47, .5 and .95; bandwidth .06."""
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    score = np.array([0.5, 0.9, 0.47, 0.5, 0.95])
    weights = kernel_weights(treatment, score).weights
    np.testing.assert_allclose(weights, [1, 1, 0.75 / 1.75, 1 / 1.75, 1], rtol=1e-12)


def test_scores_far_from_zero_and_a_large_sample_lose_no_digits():
    treatment, score = sample(4000)
    near = kernel_weights(treatment, score).weights
    far = kernel_weights(treatment, score + 1024.0).weights
    np.testing.assert_allclose(far, near, rtol=1e-8)


def test_thin_window_at_the_edge_is_exact():
    """Many controls, all but at the end of the bandwidth: their kernel weights nearly vanish."""
    treatment = np.zeros(1001, dtype=np.int8)
    treatment[0] = 1
    score = np.concatenate([[0.0], 1 - np.linspace(1e-9, 2e-9, 1000)])
    kernel_sums_weights = kernel_weights(treatment, score, bandwidth=1.0).weights
    exact = pair_by_pair(treatment, score, "epanechnikov", 1.0)
    np.testing.assert_allclose(kernel_sums_weights, exact, rtol=1e-9)


def test_a_caliper_includes_its_edge():
    treatment = np.array([1, 0, 0], dtype=np.int8)
    score = np.array([0.3, 0.1, 0.5])
    widths = np.abs(score[1:] - score[0])
    weights = radius_weights(treatment, score, caliper=float(widths.max())).weights
    assert weights.tolist() == [1.0, 0.5, 0.5]
    weights = radius_weights(treatment, score, caliper=float(widths.min())).weights
    assert weights.tolist() == [
        1.0,
        *(1.0 * (widths <= widths.min()) / (widths <= widths.min()).sum()),
    ]


def test_radius_wide_enough_is_equal_weights():
    treatment, score = sample(500)
    weights = radius_weights(treatment, score, caliper=1.0).weights
    share = treatment.sum() / (treatment == 0).sum()
    np.testing.assert_allclose(weights, np.where(treatment == 1, 1.0, share), rtol=1e-12)


def test_row_order_changes_no_bit():
    treatment, score = sample(3000, 3)
    order = np.random.default_rng(0).permutation(3000)
    first = kernel_weights(treatment, score).weights
    second = kernel_weights(treatment[order], score[order]).weights
    assert (second == first[order]).all()


def test_strata_are_separate_problems():
    treatment, score = sample(900)
    strata = np.arange(900) % 3
    weights = kernel_weights(treatment, score, strata=strata).weights
    for stratum in range(3):
        inside = strata == stratum
        alone = kernel_weights(treatment[inside], score[inside]).weights
        assert (weights[inside] == alone).all()


def test_treated_outside_the_bandwidth_are_counted():
    treatment = np.array([1, 1, 0], dtype=np.int8)
    ours = kernel_weights(treatment, np.array([0.5, 0.9, 0.52]))
    assert ours.dropped == {OFF_SUPPORT: 1}
    assert ours.weights.tolist() == [1.0, 0.0, 1.0]
    ours = kernel_weights(treatment, np.full(3, 0.5), strata=np.array([0, 1, 0]))
    assert ours.dropped == {OFF_SUPPORT: 1}


@pytest.mark.parametrize(
    ("score", "bandwidth", "words"),
    [
        ([0.1, 0.2, 0.9], 0.06, "no overlap"),
        ([0.1, np.nan, 0.9], 0.06, "1 missing or infinite"),
        ([0.1, 0.2, 0.3], 0.0, "positive"),
        ([0.1, 0.2, 0.3], np.nan, "positive"),
    ],
)
def test_bad_input(score, bandwidth, words):
    treatment = np.array([1, 1, 0], dtype=np.int8)
    with pytest.raises(DesignError, match=words):
        kernel_weights(treatment, np.array(score), bandwidth=bandwidth)


def test_an_empty_arm():
    with pytest.raises(DesignError, match="no controls"):
        kernel_weights(np.ones(3, dtype=np.int8), np.array([0.1, 0.2, 0.3]))
