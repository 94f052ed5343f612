"""Rosenbaum bounds: exact enumeration, the critical gamma, pairs of a design."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from ruralimpact.errors import DesignError
from ruralimpact.sensitivity.rosenbaum import critical_gamma, pair_differences, signed_rank_bounds


def test_moments_by_enumeration() -> None:
    """All 2^8 sign patterns, each sign positive with probability gamma / (1 + gamma)."""
    values = np.array([3.0, -1.0, 4.0, 1.5, -0.5, 2.0, 6.0, 5.0])
    gamma = 2.5
    ranks = stats.rankdata(np.abs(values))
    p = gamma / (1 + gamma)
    signs = np.array(list(product([0, 1], repeat=8)))
    chance = p ** signs.sum(axis=1) * (1 - p) ** (8 - signs.sum(axis=1))
    totals = signs @ ranks
    mean = chance @ totals
    spread = np.sqrt(chance @ (totals - mean) ** 2)
    found = signed_rank_bounds(values, gamma)
    expected = stats.norm.sf((ranks[values > 0].sum() - mean) / spread)
    assert found.p_upper == pytest.approx(expected, rel=1e-12)


def test_equals_scipy_without_hidden_bias_and_with_ties() -> None:
    values = np.random.default_rng(1).integers(-4, 7, 60).astype(float)
    reference = stats.wilcoxon(
        values, alternative="greater", zero_method="wilcox", correction=False, method="asymptotic"
    )
    found = signed_rank_bounds(values)
    assert found.p_upper == pytest.approx(reference.pvalue, rel=1e-10)


def test_critical_gamma_is_where_the_bound_meets_the_level() -> None:
    values = np.random.default_rng(2).normal(0.8, 1, 80)
    gamma = critical_gamma(values, level=0.05)
    assert gamma > 1
    assert signed_rank_bounds(values, gamma).p_upper == pytest.approx(0.025, rel=1e-9)
    assert critical_gamma(-values) == pytest.approx(gamma, rel=1e-12)
    assert critical_gamma(values, level=0.1) > gamma


def test_critical_gamma_in_closed_form() -> None:
    """The boundary solves (T - p S1)^2 = z^2 p (1 - p) S2, a quadratic in p."""
    values = np.random.default_rng(3).normal(0.5, 1, 120)
    ranks = stats.rankdata(np.abs(values))
    total, s1, s2 = ranks[values > 0].sum(), ranks.sum(), (ranks**2).sum()
    z2 = stats.norm.ppf(0.975) ** 2
    p = min(np.roots([s1**2 + z2 * s2, -2 * total * s1 - z2 * s2, total**2]).real)
    assert critical_gamma(values) == pytest.approx(p / (1 - p), rel=1e-9)


def test_bounds_widen_with_gamma() -> None:
    values = np.random.default_rng(4).normal(0.3, 1, 50)
    found = [signed_rank_bounds(values, gamma) for gamma in (1.0, 1.5, 2.0, 4.0)]
    assert np.all(np.diff([one.p_upper for one in found]) > 0)
    assert np.all(np.diff([one.p_lower for one in found]) < 0)


def test_nothing_to_rank() -> None:
    assert np.isnan(signed_rank_bounds(np.zeros(5)).p_upper)
    assert np.isnan(critical_gamma(np.zeros(5)))
    with pytest.raises(ValueError, match="at least 1"):
        signed_rank_bounds(np.ones(3), 0.5)
    with pytest.raises(ValueError, match="finite"):
        signed_rank_bounds(np.array([1.0, np.nan]))


def test_pairs_of_a_design() -> None:
    outcome = np.array([10.0, 1.0, 7.0, 3.0, 99.0])
    treatment = np.array([1, 0, 1, 0, 0], dtype=np.int8)
    found = pair_differences(outcome, treatment, np.array([5, 5, 2, 2, -1]))
    assert found.tolist() == [4.0, 9.0]


@pytest.mark.parametrize(
    ("sets", "reason"),
    [(None, "more than once"), ([-1] * 5, "more than once"), ([0, 0, 1, 1, 1], "two units")],
)
def test_designs_without_pairs_are_refused(sets: list[int] | None, reason: str) -> None:
    treatment = np.array([1, 0, 1, 0, 0], dtype=np.int8)
    with pytest.raises(DesignError, match=reason):
        pair_differences(np.arange(5.0), treatment, None if sets is None else np.array(sets))
