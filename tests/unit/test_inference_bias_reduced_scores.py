"""Errors from scores and shares: two-sample problems, regression's CR2, dense arithmetic and simulation."""

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from ruralimpact.difference.two_periods import difference_in_differences
from ruralimpact.errors import DesignError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.stored_scores import score_columns, stored_scores
from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.bias_reduced_scores import (
    combine,
    corrected_scores,
    correction_factors,
)
from ruralimpact.inference.clustered import group_sums
from ruralimpact.inference.leverage import decimals, group_leverage, too_few_groups
from ruralimpact.inference.sandwich import least_squares
from ruralimpact.inference.working_model import WORKING_CORRELATION


def panel(sizes: list[int], arms: list[int]):
    rng = np.random.default_rng(2)
    group = np.repeat(np.arange(len(sizes)), sizes)
    before = rng.normal(size=len(group))
    after = before + rng.normal(size=len(sizes))[group] + rng.normal(size=len(group))
    return group, np.array(arms, np.int8)[group], before, after


def test_equal_groups_are_two_samples_of_group_means() -> None:
    group, d, before, after = panel([5] * 13, [1] * 4 + [0] * 9)
    plain = difference_in_differences(before, after, d)
    ours = plain.clustering(group).corrected(plain.scores)
    means = np.bincount(group, after - before) / 5
    samples = CompareMeans(DescrStatsW(means[:4]), DescrStatsW(means[4:]))
    assert ours.std_error == pytest.approx(samples.std_meandiff_separatevar, rel=1e-12)
    fit = bias_reduced_covariance(
        least_squares(after - before, np.column_stack([d, np.ones(len(d))])), group
    )
    assert ours.std_error == pytest.approx(np.sqrt(fit.covariance[0, 0]), rel=1e-10)
    assert ours.df == pytest.approx(fit.df[0], rel=1e-10)


def test_groups_of_unequal_size_have_the_regression_s_error() -> None:
    sizes = np.random.default_rng(4).integers(20, 57, 16)
    group, d, before, after = panel(sizes.tolist(), [1] * 5 + [0] * 11)
    plain = difference_in_differences(before, after, d)
    fit = bias_reduced_covariance(
        least_squares(after - before, np.column_stack([d, np.ones(len(d))])), group
    )
    ours = plain.clustering(group).std_error(plain.scores)[0]
    assert ours == pytest.approx(np.sqrt(fit.covariance[0, 0]), rel=1e-10)


def test_single_units_have_the_robust_error_of_two_samples() -> None:
    """HC2 of a difference in means: each arm's variance over n - 1."""
    rng = np.random.default_rng(8)
    outcome, arm = rng.normal(size=30), (np.arange(30) < 12).astype(np.int8)
    found = difference_in_means(outcome, arm)
    ours = found.clustering(np.arange(30)).std_error(found.scores)[0]
    by_hand = outcome[:12].var(ddof=1) / 12 + outcome[12:].var(ddof=1) / 18
    assert ours == pytest.approx(np.sqrt(by_hand), rel=1e-12)


def weighted_arms(seed: int = 5):
    """Unit weights, arms and groups of a comparison whose weight gathers on few groups."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(5, 60, 24)
    group = np.repeat(np.arange(24), sizes)
    arm = (group >= 14).astype(np.int8)
    weights = rng.gamma(0.3, size=24)[group] * rng.gamma(2, size=len(group))
    return np.where(arm == 1, 1.0, weights), arm, group


def test_degrees_of_freedom_are_those_of_the_variance_over_normal_errors() -> None:
    weights, arm, group = weighted_arms()
    found = group_leverage(weights, arm, group)
    share, size = found.shares.sum(axis=1), found.sizes.sum(axis=1)
    spread = np.sqrt(WORKING_CORRELATION + (1 - WORKING_CORRELATION) / size)
    errors = np.random.default_rng(1).normal(size=(60_000, 24)) * spread
    arms = np.arange(24) >= 14
    scores = np.empty_like(errors)
    for inside in (arms, ~arms):
        own = share[inside]
        scores[:, inside] = own * (errors[:, inside] - (errors[:, inside] @ own)[:, None])
    variances = (scores**2 / (1 - share)).sum(axis=1)
    ours = corrected_scores(scores[0], found)
    assert ours.std_error == pytest.approx(np.sqrt(variances[0]), rel=1e-12)
    assert ours.df == pytest.approx(2 * variances.mean() ** 2 / variances.var(), rel=0.03)
    assert ours.df < 10 < np.count_nonzero(share) - 1


def test_a_contrast_has_the_degrees_of_freedom_of_its_own_quadratic_form() -> None:
    """Dense matrices instead of low rank ones; the treated side is the same in both and drops out."""
    one, arm, group = weighted_arms()
    other = np.where(arm == 1, 1.0, weighted_arms(6)[0][: len(arm)] + 0.1)
    scores = np.random.default_rng(3).normal(size=(2, 24))
    leverages = [group_leverage(weights, arm, group) for weights in (one, other)]
    parts = [corrected_scores(s, h) for s, h in zip(scores, leverages, strict=True)]
    found = combine(parts, [1.0, -1.0])
    gram = np.zeros((24, 24))
    for column in (0, 1):
        linear = np.zeros((24, 24))
        for sign, leverage in zip((1, -1), leverages, strict=True):
            own = correction_factors(leverage) * leverage.shares[:, column]
            linear += sign * (np.diag(own) - np.outer(own, leverage.shares[:, column]))
        variances = [
            np.where(h.sizes[:, column] > 0, 0.1 + 0.9 / np.maximum(h.sizes[:, column], 1), 0)
            for h in leverages
        ]
        gram += linear @ np.diag(np.mean(variances, axis=0)) @ linear.T
    assert found.df == pytest.approx(np.trace(gram) ** 2 / np.sum(gram**2), rel=1e-9)
    gap = parts[0].sums - parts[1].sums
    assert found.std_error == pytest.approx(np.sqrt(gap @ gap), rel=1e-12)


def test_a_group_in_both_arms_is_one_group() -> None:
    """Ten groups, half of each treated: with equal shares the scores behave as those of ten, not twenty."""
    group, arm = np.repeat(np.arange(10), 8), np.tile([0, 1], 40).astype(np.int8)
    found = group_leverage(np.ones(80), arm, group)
    assert correction_factors(found) == pytest.approx(np.full(10, np.sqrt(10 / 9)))
    ours = corrected_scores(np.random.default_rng(1).normal(size=10), found)
    assert ours.df == pytest.approx(9, rel=1e-9)


def test_names_and_order_of_groups_and_scale_of_weights_change_nothing() -> None:
    weights, arm, group = weighted_arms()
    scores = np.random.default_rng(7).normal(size=24)
    turned = 23 - group
    first = corrected_scores(scores, group_leverage(weights, arm, group))
    second = corrected_scores(scores[::-1], group_leverage(1e3 * weights, arm, turned))
    assert (second.std_error, second.df) == pytest.approx((first.std_error, first.df), rel=1e-12)


def test_a_group_that_is_a_whole_arm_has_no_error() -> None:
    found = group_leverage(np.ones(6), np.array([1, 1, 0, 0, 0, 0]), np.array([0, 0, 1, 1, 2, 2]))
    assert np.isnan(corrected_scores(np.array([0.0, 0.5, -0.5]), found).std_error)
    assert too_few_groups(found) == (
        "not estimable: the treated weight lies on 1.0 effective groups (of 1)"
    )


@pytest.mark.parametrize(
    ("effective", "printed"),
    [(9.97, "9.97"), (9.5, "9.5"), (1.996, "1.996"), (2.0, "2.0"), (10.0, "10"), (10.4, "10")],
)
def test_effective_groups_are_printed_on_their_side_of_the_limits(
    effective: float, printed: str
) -> None:
    assert f"{effective:.{decimals(effective)}f}" == printed


def test_effective_groups_are_refused_under_two() -> None:
    arm, group = np.repeat([1, 0], 30), np.arange(60)
    weights = np.where(arm == 1, 1.0, 0.01)
    weights[30] = 30.0
    found = group_leverage(weights, arm, group)
    assert found.effective[1] == pytest.approx(30)
    assert "the control weight lies on 1.0 effective groups (of 30)" in too_few_groups(found)
    weights[30:38] = 5.0
    found = group_leverage(weights, arm, group)
    assert too_few_groups(found) == ""
    assert found.effective[0] == pytest.approx(8, abs=0.5)
    two = group_leverage(np.ones(4), np.array([1, 1, 0, 0]), np.arange(4))
    assert too_few_groups(two) == ""


def test_weights_that_are_no_numbers_are_refused() -> None:
    with pytest.raises(DesignError, match="finite"):
        group_leverage(np.array([1.0, np.nan]), np.array([0, 1]), np.array([0, 1]))


def test_stored_scores_give_the_error_back() -> None:
    group, d, before, after = panel([4, 9, 6, 5, 11, 7, 3], [1, 0, 1, 0, 1, 0, 0])
    found = difference_in_differences(before, after, d)
    clustering = found.clustering(group)
    labels = [f"g{code}" for code in range(7)]
    table = pd.DataFrame(score_columns("a/b/c", found.scores, clustering, labels))
    table.loc["elsewhere"] = np.nan
    again = stored_scores(table, "a/b/c")
    assert (again.std_error, again.df) == pytest.approx(clustering.std_error(found.scores))
    assert len(again.sums) == 8
    reduced = stored_scores(table[["a/b/c"]], "a/b/c", 4.5)
    assert reduced.df == 4.5
    sums = group_sums(found.scores, group)
    assert reduced.std_error == pytest.approx(np.sqrt(sums @ sums))


def test_groups_of_one_weight_are_as_many_in_effect():
    """Rounding takes nothing from ten, which would be few, and printed with nine decimals."""
    for n in range(2, 60):
        leverage = group_leverage(np.full(2 * n, 0.1), np.repeat([0, 1], n), np.arange(2 * n))
        assert leverage.effective.tolist() == [n, n]
    assert decimals(10.0) == 0
