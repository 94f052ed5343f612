import numpy as np
import pytest

from ruralimpact.inference.multiple_testing import q_values, romano_wolf
from ruralimpact.inference.multiplier import multiplier_bootstrap


def single_p(statistics, draws):
    return (1 + (np.abs(draws) >= np.abs(statistics)).sum(axis=0)) / (1 + len(draws))


def test_step_down_by_hand():
    """Three hypotheses, four draws: maxima over what is left, then never below the step before."""
    statistics = np.array([1.0, -3.0, 2.0])
    draws = np.array([[0.5, 3.5, 0.1], [1.5, 0.2, 2.5], [-0.3, 0.4, -0.6], [0.9, -2.9, 1.9]])
    # |t| = 3: maxima over all (3.5, 2.5, .6, 2.9) reach it once; |t| = 2: maxima over the first and
    # third (.5, 2.5, .6, 1.9) once; |t| = 1: the first alone (.5, 1.5, .3, .9) once
    assert romano_wolf(statistics, draws) == pytest.approx([2 / 5, 2 / 5, 2 / 5])
    draws[2, 0] = 1.2
    assert romano_wolf(statistics, draws) == pytest.approx([3 / 5, 2 / 5, 2 / 5])


def test_one_hypothesis_or_copies_of_one_need_no_adjustment():
    rng = np.random.default_rng(1)
    draws, statistics = rng.normal(size=(999, 1)), np.array([1.7])
    raw = single_p(statistics, draws)
    assert romano_wolf(statistics, draws) == pytest.approx(raw)
    copies = romano_wolf(np.repeat(statistics, 4), np.repeat(draws, 4, axis=1))
    assert copies == pytest.approx(np.repeat(raw, 4))


def test_adjusted_lies_between_raw_and_bonferroni_and_keeps_the_order():
    rng = np.random.default_rng(2)
    draws = rng.normal(size=(1999, 12)) + rng.normal(size=(1999, 1))
    statistics = 2 * rng.normal(size=12)
    raw, adjusted = single_p(statistics, draws), romano_wolf(statistics, draws)
    assert np.all(adjusted >= raw)
    assert np.all(adjusted <= np.minimum(12 * raw, 1) + 1e-12)
    assert np.all(np.diff(adjusted[np.argsort(-np.abs(statistics))]) >= 0)


def test_family_wise_error_rate_under_dependence():
    """Ten correlated outcomes without effect, 400 samples of 60 groups: one false finding in twenty."""
    rng = np.random.default_rng(3)
    raw_errors = errors = 0
    for _ in range(400):
        y = rng.normal(size=(60, 10)) + rng.normal(size=(60, 1))
        scores = (y - y.mean(axis=0)) / 60
        result = multiplier_bootstrap(y.mean(axis=0), scores, rng=rng, draws=199)
        errors += romano_wolf(result.statistics, result.t_draws).min() <= 0.05
        raw_errors += result.p_values.min() <= 0.05
    assert 0.02 < errors / 400 < 0.085
    assert raw_errors / 400 > 0.15


def test_families_are_adjusted_apart_and_missing_tests_left_out():
    rng = np.random.default_rng(4)
    draws, statistics = rng.normal(size=(499, 5)), np.array([2.5, np.nan, 2.0, 1.0, 3.0])
    families = np.array(["income", "income", "employment", "income", "employment"])
    adjusted = romano_wolf(statistics, draws, families)
    income, employment = [0, 3], [2, 4]
    assert np.isnan(adjusted[1])
    for members in (income, employment):
        apart = romano_wolf(statistics[members], draws[:, members])
        assert adjusted[members] == pytest.approx(apart)


def test_q_values_by_hand():
    """Benjamini and Hochberg's step-up: p m / rank, never above the next one up."""
    p = np.array([0.04, 0.01, np.nan, 0.03, 0.5])
    assert q_values(p)[[0, 1, 3, 4]] == pytest.approx([0.16 / 3, 0.04, 0.16 / 3, 0.5])
    assert np.isnan(q_values(p)[2])
    assert q_values(p, np.array([1, 1, 1, 2, 2])) == pytest.approx(
        [0.04, 0.02, np.nan, 0.06, 0.5], nan_ok=True
    )
    assert np.isnan(q_values(np.array([np.nan]))).all()
