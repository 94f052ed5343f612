import numpy as np
import pytest
from plain_scores import plain_scores

from ruralimpact.errors import DesignError
from ruralimpact.inference import contrasts
from ruralimpact.inference.bias_reduced_scores import corrected_scores
from ruralimpact.inference.contrasts import DifferenceTest, EqualityTest
from ruralimpact.inference.leverage import Leverage


def difference_test(first, second, *scores) -> DifferenceTest:
    """Of scores that are corrected by the number of groups alone, as the textbooks' tests are."""
    return contrasts.difference_test(first, second, *plain_scores(np.column_stack(scores)))


def equality_test(estimates, scores) -> EqualityTest:
    return contrasts.equality_test(estimates, plain_scores(scores))


@pytest.fixture
def joint():
    """Means of five correlated outcomes over 40 groups, with their scores."""
    rng = np.random.default_rng(6)
    y = rng.normal(size=(40, 5)) + rng.normal(size=(40, 1)) + [0, 0, 0.2, 0, 0.5]
    return y.mean(axis=0), (y - y.mean(axis=0)) / 40, y


def test_difference_of_paired_means_is_the_paired_t_test(joint):
    estimates, scores, y = joint
    result = difference_test(estimates[0], estimates[4], scores[:, 0], scores[:, 4])
    gap = y[:, 0] - y[:, 4]
    assert result.difference == pytest.approx(gap.mean())
    assert result.inference.df == 39
    # the group formula has 1 / (G - 1) where the t test has the same: they coincide
    assert result.inference.statistic == pytest.approx(gap.mean() / (gap.std(ddof=1) / np.sqrt(40)))


def test_difference_of_separate_subgroups_adds_their_variances(joint):
    estimates, scores, _ = joint
    first = np.where(np.arange(40) < 15, scores[:, 0], np.nan)
    second = np.where(np.arange(40) >= 15, scores[:, 1], np.nan)
    result = difference_test(estimates[0], estimates[1], first, second)
    expected = 40 / 39 * (np.nansum(first**2) + np.nansum(second**2))
    assert result.inference.std_error == pytest.approx(np.sqrt(expected))
    assert result.inference.df == 39


def test_an_estimate_does_not_differ_from_itself(joint):
    estimates, scores, _ = joint
    result = difference_test(estimates[0], estimates[0], scores[:, 0], scores[:, 0])
    assert result.difference == 0.0
    assert np.isnan(result.inference.p_value)


def test_equality_of_two_is_the_difference(joint):
    estimates, scores, _ = joint
    pair = [1, 4]
    result = equality_test(estimates[pair], scores[:, pair])
    t = difference_test(estimates[1], estimates[4], scores[:, 1], scores[:, 4]).inference
    assert result.statistic == pytest.approx(t.statistic**2)
    assert (result.df_numerator, result.df_denominator) == (1, 39)
    assert result.p_value == pytest.approx(t.p_value)


def test_equality_is_hotelling_s_test_on_differences_from_any_base(joint):
    estimates, scores, y = joint
    result = equality_test(estimates, scores)
    for base in (0, 3):
        gaps = np.delete(y - y[:, [base]], base, axis=1)
        mean, covariance = gaps.mean(axis=0), np.cov(gaps.T) / 40
        t2 = mean @ np.linalg.solve(covariance, mean)
        assert result.statistic == pytest.approx(t2 * 36 / (39 * 4), rel=1e-9)
    assert (result.df_numerator, result.df_denominator) == (4, 36)
    shuffled = equality_test(1e3 * estimates[::-1], 1e3 * scores[:, ::-1])
    assert shuffled.statistic == pytest.approx(result.statistic, rel=1e-9)


def test_collinear_estimates_add_nothing(joint):
    estimates, scores, _ = joint
    columns = [0, 1, 2, 2, 0]
    result = equality_test(estimates[columns], scores[:, columns])
    plain = equality_test(estimates[:3], scores[:, :3])
    assert result.df_numerator == 2
    # the weights of the mean differ, the hypothesis does not
    assert result.statistic == pytest.approx(plain.statistic, rel=1e-8)


def test_copies_of_one_estimate_have_no_test(joint):
    estimates, scores, _ = joint
    result = equality_test(np.repeat(estimates[:1], 3), np.repeat(scores[:, :1], 3, axis=1))
    assert result.df_numerator == 0
    assert np.isnan(result.p_value)


def test_size_for_eight_strategies_and_40_groups():
    rng = np.random.default_rng(9)
    rejected = 0
    for _ in range(2000):
        y = rng.normal(size=(40, 8)) + rng.normal(size=(40, 1))
        mean = y.mean(axis=0)
        rejected += equality_test(mean, (y - mean) / 40).p_value <= 0.05
    assert rejected / 2000 == pytest.approx(0.05, abs=0.015)


def test_what_cannot_be_compared_is_refused(joint):
    estimates, scores, _ = joint
    with pytest.raises(DesignError, match="two estimates"):
        equality_test(estimates[:1], scores[:, :1])
    with pytest.raises(DesignError, match="two groups"):
        difference_test(1.0, 2.0, scores[:1, 0], scores[:1, 1])
    with pytest.raises(DesignError, match="too few"):
        equality_test(estimates, scores[:4])


def one_armed(share, sizes) -> Leverage:
    nobody = np.zeros(len(share))
    return Leverage(np.column_stack([share, nobody]), np.column_stack([sizes, nobody]))


def test_size_where_weight_lies_on_few_groups():
    """Four weighted means over 30 groups of which about seven are effective."""
    rng = np.random.default_rng(10)
    weights = rng.gamma(0.5, size=(30, 1)) + 0.02 * rng.gamma(1.0, size=(30, 4))
    shares = weights / weights.sum(axis=0)
    sizes = np.full(30, 20.0)
    rejected, plain = 0, 0
    for _ in range(1500):
        y = rng.normal(size=(30, 1)) + rng.normal(size=(30, 4))
        means = (shares * y).sum(axis=0)
        scores = shares * (y - means)
        corrected = [
            corrected_scores(own, one_armed(share, sizes))
            for own, share in zip(scores.T, shares.T, strict=True)
        ]
        rejected += contrasts.equality_test(means, corrected).p_value <= 0.05
        plain += equality_test(means, scores).p_value <= 0.05
    assert plain / 1500 > 0.15
    assert 0.01 < rejected / 1500 < 0.08
