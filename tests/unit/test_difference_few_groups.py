"""The interval by arm: a two-sample problem on group means, and clubSandwich's CR2 for equal groups."""

import numpy as np
import pytest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from ruralimpact.difference.few_groups import few_groups_inference
from ruralimpact.difference.two_periods import difference_in_differences
from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.clustered import group_sums
from ruralimpact.inference.sandwich import least_squares


def panel(sizes: list[int], arms: list[int]):
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(len(sizes)), sizes)
    before = rng.normal(size=len(group))
    after = before + rng.normal(size=len(sizes))[group] + rng.normal(size=len(group))
    return group, np.array(arms, np.int8)[group], before, after


def test_equal_groups_are_two_samples_of_group_means() -> None:
    sizes, arms = [5] * 13, [1] * 4 + [0] * 9
    group, d, before, after = panel(sizes, arms)
    plain = difference_in_differences(before, after, d)
    ours = few_groups_inference(
        plain.estimate, group_sums(plain.scores, group), np.array(arms), np.array(sizes, float)
    )
    means = np.bincount(group, after - before) / 5
    samples = CompareMeans(DescrStatsW(means[:4]), DescrStatsW(means[4:]))
    assert ours.std_error == pytest.approx(samples.std_meandiff_separatevar, rel=1e-12)
    fit = bias_reduced_covariance(
        least_squares(after - before, np.column_stack([d, np.ones(len(d))])), group
    )
    assert ours.std_error == pytest.approx(np.sqrt(fit.covariance[0, 0]), rel=1e-10)
    assert ours.df == pytest.approx(fit.df[0], rel=1e-10)


def test_groups_of_unequal_size() -> None:
    """The error is CR2's; the degrees of freedom are those of its variance over normal group means."""
    rng = np.random.default_rng(4)
    sizes = rng.integers(20, 57, 16)
    arms = np.array([1] * 5 + [0] * 11)
    group, d, before, after = panel(sizes.tolist(), arms.tolist())
    plain = difference_in_differences(before, after, d)
    ours = few_groups_inference(
        plain.estimate, group_sums(plain.scores, group), arms, sizes.astype(float)
    )
    fit = bias_reduced_covariance(
        least_squares(after - before, np.column_stack([d, np.ones(len(d))])), group
    )
    assert ours.std_error == pytest.approx(np.sqrt(fit.covariance[0, 0]), rel=1e-10)
    variances = np.zeros(40_000)
    for arm in (0, 1):
        share = sizes[arms == arm] / sizes[arms == arm].sum()
        means = rng.normal(size=(len(variances), len(share)))
        scores = share * (means - (means @ share)[:, None])
        variances += (scores**2 / (1 - share)).sum(axis=1)
    assert ours.df == pytest.approx(2 * variances.mean() ** 2 / variances.var(), rel=0.03)


def test_bad_input_is_refused() -> None:
    sums, sizes = np.ones(4), np.ones(4)
    with pytest.raises(DesignError, match="at least two groups in each arm"):
        few_groups_inference(1.0, sums, np.array([1, 0, 0, 0]), sizes)
    with pytest.raises(DesignError, match="one row a group"):
        few_groups_inference(1.0, sums, np.array([1, 1, 0, 0]), sizes[1:])
