import itertools
import time

import numpy as np
import pytest

from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import clustered_std_error
from ruralimpact.inference.multiplier import multiplier_bootstrap


def random(seed=0):
    return np.random.default_rng(seed)


def two_arms(rng, treated, controls, datasets, tail=0.0):
    """Differences in means between arms of groups, and their group scores: (estimates, scores)."""
    arm = np.arange(treated + controls) < treated
    y = rng.normal(size=(len(arm), datasets)) + tail * rng.exponential(size=(len(arm), datasets))
    one, other = y[arm].mean(axis=0), y[~arm].mean(axis=0)
    scores = np.where(arm[:, None], (y - one) / treated, (other - y) / controls)
    return one - other, scores, arm


def wild_refits(y, arm, signs):
    """Wild bootstrap of a difference in means by building and estimating every sample."""
    fitted = np.where(arm, y[arm].mean(), y[~arm].mean())
    effect = y[arm].mean() - y[~arm].mean()

    def estimate(v):
        one, other = v[arm].mean(), v[~arm].mean()
        residual = np.where(arm, (v - one) / arm.sum(), (v - other) / (~arm).sum())
        return one - other, np.sqrt(len(v) / (len(v) - 1) * (residual**2).sum())

    t = []
    for sign in signs:
        value, error = estimate(fitted + sign * (y - fitted))
        t.append((value - effect) / error)
    return np.array(t), effect, estimate(y)[1]


def test_enumeration_equals_refitting_every_sign_pattern():
    y, arm = random(3).normal(size=9), np.arange(9) < 4
    signs = [np.array(s) for s in itertools.product([-1.0, 1.0], repeat=9)]
    t, effect, error = wild_refits(y, arm, signs)
    scores = np.where(arm, (y - y[arm].mean()) / 4, (y[~arm].mean() - y) / 5)[:, None]
    result = multiplier_bootstrap(
        np.array([effect]), scores, rng=random(), kind="rademacher", arms=arm
    )
    assert result.enumerated
    assert len(result.t_draws) == 2**9
    assert result.std_errors[0] == pytest.approx(error)
    assert np.sort(np.abs(result.t_draws[:, 0])) == pytest.approx(np.sort(np.abs(t)))
    extreme = (np.abs(t) >= abs(effect / error) * (1 - 1e-10)).sum()
    assert result.p_values[0] == (1 + extreme) / (1 + 2**9)


@pytest.mark.parametrize(("treated", "at_most"), [(6, 0.08), (12, 0.07), (18, 0.08)])
def test_size_with_few_groups_in_unequal_arms(treated, at_most):
    """24 groups; each column is a sample of its own in which there is no effect."""
    estimates, scores, arm = two_arms(random(treated), treated, 24 - treated, 2000)
    result = multiplier_bootstrap(estimates, scores, rng=random(1), arms=arm, draws=1999)
    assert 0.035 < (result.p_values <= 0.05).mean() < at_most
    assert result.few_groups.all()


def test_arms_mend_most_of_what_pooling_them_gets_wrong():
    """With four treated groups of 40 the t test rejects a true hypothesis in one sample of seven."""
    estimates, scores, arm = two_arms(random(5), 4, 36, 2000)
    with_arms, without = (
        multiplier_bootstrap(estimates, scores, rng=random(1), arms=a, draws=1999).p_values
        for a in (arm, None)
    )
    assert (without <= 0.05).mean() > 0.12
    assert (with_arms <= 0.05).mean() < 0.095


def test_intervals_cover_with_many_groups_and_skewed_outcomes():
    estimates, scores, arm = two_arms(random(7), 40, 64, 3000, tail=2.0)
    result = multiplier_bootstrap(estimates, scores, rng=random(2), arms=arm)
    covered = (result.conf_low <= 0) & (result.conf_high >= 0)
    assert 0.93 < covered.mean() < 0.97
    assert not result.few_groups.any()


def test_interval_excludes_zero_exactly_when_p_is_small():
    estimates, scores, _ = two_arms(random(8), 15, 25, 400)
    result = multiplier_bootstrap(estimates * 2, scores, rng=random(4))
    excludes = (result.conf_low > 0) | (result.conf_high < 0)
    assert excludes.sum() > 20
    assert np.array_equal(excludes, result.p_values <= 0.05)
    assert result.conf_low + result.conf_high == pytest.approx(4 * estimates)


def test_standard_errors_are_the_clustered_ones_and_absent_groups_do_not_count():
    estimates, scores, _ = two_arms(random(9), 20, 30, 3)
    scores[:8, 1] = np.nan
    scores[:15, 2] = 0.0
    result = multiplier_bootstrap(estimates, scores, rng=random())
    for j in range(3):
        error, groups = clustered_std_error(scores[:, j])
        assert (result.std_errors[j], result.n_clusters[j]) == (pytest.approx(error), groups)
    assert list(result.few_groups) == [False, False, True]
    zeroed = multiplier_bootstrap(estimates, np.nan_to_num(scores), rng=random())
    assert np.array_equal(zeroed.t_draws, result.t_draws)


def test_draws_are_joint_across_estimates_and_weights():
    """A column and its double share every draw, whether Webb's or Rademacher's weights are used."""
    _, scores, _ = two_arms(random(10), 20, 30, 1)
    few = np.where(np.arange(50)[:, None] < 30, scores, np.nan)
    columns = np.column_stack([scores, -2 * scores, few])
    result = multiplier_bootstrap(np.ones(3), columns, rng=random(), draws=1999)
    assert result.t_draws[:, 1] == pytest.approx(-result.t_draws[:, 0])
    shared = np.corrcoef(result.t_draws[:, 0], result.t_draws[:, 2])[0, 1]
    variance = (scores[:30] ** 2).sum() / (scores**2).sum()
    assert shared == pytest.approx(np.sqrt(variance) * 0.95, abs=0.07)


def test_weights_of_both_kinds_have_mean_zero_and_variance_one():
    scores = np.repeat(np.array([[1.0], [-1.0]]), 25, axis=0)
    for kind in ("rademacher", "webb"):
        result = multiplier_bootstrap(np.zeros(1), scores, rng=random(1), draws=20000, kind=kind)
        assert result.t_draws.mean() == pytest.approx(0, abs=0.03)
        assert result.t_draws.std() == pytest.approx(np.sqrt(49 / 47), abs=0.02)


def test_an_outcome_in_other_units_gives_the_same_p_value():
    estimates, scores, arm = two_arms(random(11), 10, 20, 50)
    one = multiplier_bootstrap(estimates, scores, rng=random(3), arms=arm)
    other = multiplier_bootstrap(1e6 * estimates, 1e6 * scores, rng=random(3), arms=arm)
    assert np.array_equal(one.p_values, other.p_values)
    assert other.conf_low == pytest.approx(1e6 * one.conf_low)


def test_undefined_estimates_are_missing_and_leave_the_others_alone():
    estimates, scores, arm = two_arms(random(12), 10, 40, 3)
    alone = multiplier_bootstrap(estimates[:1], scores[:, :1], rng=random(3), arms=arm)
    scores[:, 1] = 0.0  # no variance
    scores[1:10, 2] = np.nan  # one treated group left
    result = multiplier_bootstrap(estimates, scores, rng=random(3), arms=arm)
    for values in (result.std_errors, result.p_values, result.conf_low, result.conf_high):
        assert list(np.isnan(values)) == [False, True, True]
    assert list(result.n_clusters) == [50, 0, 41]
    assert result.p_values[0] == alone.p_values[0]


def test_too_few_groups_are_refused():
    for scores, arms in ((np.ones((1, 2)), None), (np.ones((5, 2)), [1, 0, 0, 0, 0])):
        with pytest.raises(DesignError, match="two groups"):
            multiplier_bootstrap(np.ones(2), scores, rng=random(), arms=arms)


def test_999_draws_of_200_estimates_and_104_groups_take_less_than_a_second():
    estimates, scores, arm = two_arms(random(13), 52, 52, 200)
    start = time.process_time()
    multiplier_bootstrap(estimates, scores, rng=random(), arms=arm)
    assert time.process_time() - start < 1.0


def test_the_order_of_groups_moves_nothing() -> None:
    """Renamed groups come in another order: the draws go by their scores."""
    rng = np.random.default_rng(12)
    scores, arms = rng.normal(size=(24, 3)), np.repeat([0, 1], 12)
    shuffled = rng.permutation(24)
    first, second = (
        multiplier_bootstrap(
            np.ones(3), scores[order], rng=np.random.default_rng(1), draws=99, arms=arms[order]
        )
        for order in (np.arange(24), shuffled)
    )
    assert np.array_equal(first.t_draws, second.t_draws)
    assert np.array_equal(first.conf_low, second.conf_low)
