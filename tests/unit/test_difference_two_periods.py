"""Two-period difference estimators: regressions by statsmodels, derivatives, special cases."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS, WLS
from two_period_sample import ESTIMATORS, FORMS, columns, matrix, sample

from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.difference.doubly_robust import doubly_robust_difference
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import analysis_of_covariance, difference_in_differences
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.doubly_robust import aipw
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference
from ruralimpact.inference.clustered import clustered_std_error, group_codes, group_sums


def statsmodels_error(y, x, groups, weights=None):
    """Coefficients, and clustered errors with the factor G / (G - 1) alone."""
    fit = (OLS(y, x) if weights is None else WLS(y, x, weights=weights)).fit(
        cov_type="cluster", cov_kwds={"groups": groups, "use_correction": False}
    )
    count = len(np.unique(groups))
    return fit.params, fit.bse * np.sqrt(count / (count - 1))


def clustered(estimate, groups) -> float:
    return clustered_std_error(group_sums(estimate.scores, group_codes(groups)))[0]


@pytest.mark.parametrize("weighted", [False, True])
def test_difference_in_differences_is_the_interaction(weighted) -> None:
    s = sample()
    weights = s.weights.to_numpy() if weighted else None
    d, post = np.tile(s.treated, 2).astype(float), np.repeat([0.0, 1.0], len(s))
    design = np.column_stack([np.ones(2 * len(s)), d, post, d * post])
    stacked = np.concatenate([s.before, s.after])
    coefficients, errors = statsmodels_error(
        stacked, design, np.tile(s.group, 2), None if weights is None else np.tile(weights, 2)
    )
    ours = ESTIMATORS["difference-in-differences"](s, weights)
    assert ours.estimate == pytest.approx(coefficients[3], rel=1e-10)
    assert clustered(ours, s.group) == pytest.approx(errors[3], rel=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
def test_covariance_is_the_regression(weighted) -> None:
    s = sample()
    weights = s.weights.to_numpy() if weighted else None
    design = np.column_stack([np.ones(len(s)), s.treated, s.before, s.x, s.z])
    y = s.after.to_numpy()
    coefficients, errors = statsmodels_error(y, design, s.group, weights)
    ours = ESTIMATORS["covariance"](s, weights)
    assert ours.estimate == pytest.approx(coefficients[1], rel=1e-10)
    assert clustered(ours, s.group) == pytest.approx(errors[1], rel=1e-10)
    fit = OLS(y, design) if weights is None else WLS(y, design, weights=weights)
    assert ours.std_errors["hc1"] == pytest.approx(fit.fit(cov_type="HC1").bse[1], rel=1e-9)


@pytest.mark.parametrize("weighted", [False, True])
def test_triple_difference_is_the_triple_interaction(weighted) -> None:
    s = sample()
    weights = s.weights.to_numpy() if weighted else None
    d, e = np.tile(s.treated, 2).astype(float), np.tile(s.eligible, 2).astype(float)
    post = np.repeat([0.0, 1.0], len(s))
    design = np.column_stack(
        [np.ones(2 * len(s)), d, e, post, d * e, d * post, e * post, d * e * post]
    )
    stacked = np.concatenate([s.before, s.after])
    coefficients, errors = statsmodels_error(
        stacked, design, np.tile(s.group, 2), None if weights is None else np.tile(weights, 2)
    )
    for population in ("each", "eligible"):
        ours = triple_difference(
            (s.after - s.before).to_numpy(),
            *columns(s, "treated", "eligible"),
            weights=weights,
            population=population,
        )
        assert ours.estimate == pytest.approx(coefficients[7], rel=1e-10)
        assert clustered(ours, s.group) == pytest.approx(errors[7], rel=1e-10)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", ESTIMATORS)
def test_scores_are_derivatives_by_sampling_weights(name, weighted) -> None:
    """Weighing a unit by 1 + e and 1 - e gives its score, whatever the estimator does inside."""
    s = sample(48)
    base = s.weights.to_numpy() if weighted else np.ones(len(s))
    ours = ESTIMATORS[name](s, base)
    step = 1e-4
    numeric = np.empty((len(s), 2))
    for i in range(len(s)):
        ends = []
        for sign in (1, -1):
            weights = base.copy()
            weights[i] *= 1 + sign * step
            moved = ESTIMATORS[name](s, weights)
            ends.append((moved.estimate, moved.treated_mean))
        numeric[i] = (np.array(ends[0]) - ends[1]) / (2 * step)
    for scores, numbers in zip((ours.scores, ours.treated_mean_scores), numeric.T, strict=True):
        np.testing.assert_allclose(scores, numbers, atol=1e-6 * np.abs(scores).max())
        assert abs(scores.sum()) < 1e-9 * np.abs(scores).max()


@pytest.mark.parametrize("name", ESTIMATORS)
def test_weights_are_copies(name) -> None:
    """A unit of weight two is two units, and the scale of weights does not matter."""
    s = sample()
    counts = 1 + (np.arange(len(s)) % 3 == 0)
    twice = s.loc[s.index.repeat(counts)].reset_index(drop=True)
    weighted = ESTIMATORS[name](s, 5.0 * counts)
    repeated = ESTIMATORS[name](twice, None)
    assert weighted.estimate == pytest.approx(repeated.estimate, rel=1e-9)
    assert clustered(weighted, s.group) == pytest.approx(clustered(repeated, twice.group), rel=1e-8)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_rows_units_of_measure_and_labels(name) -> None:
    s = sample()
    first = ESTIMATORS[name](s, None)
    order = np.random.default_rng(1).permutation(len(s))
    second = ESTIMATORS[name](s.iloc[order].reset_index(drop=True), None)
    assert second.estimate == pytest.approx(first.estimate, rel=1e-9)
    np.testing.assert_allclose(second.scores, first.scores[order], rtol=1e-6, atol=1e-11)
    scaled = s.assign(before=1000 * s.before, after=1000 * s.after, x=7 * s.x - 3)
    third = ESTIMATORS[name](scaled, None)
    assert third.estimate == pytest.approx(1000 * first.estimate, rel=1e-8)
    np.testing.assert_allclose(third.scores, 1000 * first.scores, rtol=1e-6, atol=1e-8)
    renamed = np.array([f"county {97 * g % 101}" for g in s.group])
    assert clustered(first, renamed) == pytest.approx(clustered(first, s.group), rel=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_without_covariates_every_form_is_the_plain_difference(form) -> None:
    s = sample()
    change, d = (s.after - s.before).to_numpy(), s.treated.to_numpy()
    plain = difference_in_differences(*columns(s, "before", "after", "treated"))
    ours = doubly_robust_difference(change, d, None, form=form)
    assert ours.estimate == pytest.approx(plain.estimate, rel=1e-12)
    np.testing.assert_allclose(ours.scores, plain.scores, atol=1e-12)
    means = difference_in_means(change, d)
    np.testing.assert_allclose(ours.scores, means.scores, atol=1e-12)


def test_forms_are_the_cross_section_estimators_of_changes() -> None:
    s = sample()
    change, d, x = (s.after - s.before).to_numpy(), s.treated.to_numpy(), matrix(s)
    selection = selection_scores(fit_propensity(x, d), x, d)
    balanced = entropy_weights(x, d)
    others = {
        "improved": weighted_difference(change, d, balanced.weights, balanced.constraints),
        "traditional": aipw(change, d, selection, x),
        "regression": regression_adjustment(change, d, x),
        "weighting": inverse_probability_estimate(change, d, selection),
    }
    for form, other in others.items():
        ours = doubly_robust_difference(change, d, x, form=form)
        assert ours.estimate == pytest.approx(other.estimate, rel=1e-9)
        np.testing.assert_allclose(ours.scores, other.scores, atol=1e-9)


def test_covariance_nests_the_two_differences() -> None:
    """Between the difference-in-differences and the difference after, which fix the slope at 1 and 0."""
    s = sample()
    before, after, d = columns(s, "before", "after", "treated")
    ours = analysis_of_covariance(before, after, d)
    gap = before[d == 1].mean() - before[d == 0].mean()
    fit = OLS(after, np.column_stack([np.ones(len(s)), d, before])).fit()
    assert ours.estimate == pytest.approx(
        after[d == 1].mean() - after[d == 0].mean() - fit.params[2] * gap, rel=1e-10
    )


@pytest.mark.parametrize("name", ESTIMATORS)
def test_levels_are_those_after(name) -> None:
    s = sample()
    ours = ESTIMATORS[name](s, None)
    inside = s.eligible == 1 if name.startswith("triple") else s.eligible >= 0
    assert ours.treated_mean == pytest.approx(s.after[inside & (s.treated == 1)].mean())
    assert ours.control_mean == pytest.approx(s.after[inside & (s.treated == 0)].mean())
    assert ours.counterfactual_mean == pytest.approx(ours.treated_mean - ours.estimate)


def test_a_change_has_no_level() -> None:
    s = sample()
    ours = doubly_robust_difference((s.after - s.before).to_numpy(), s.treated.to_numpy(), None)
    assert np.isnan([ours.treated_mean, ours.counterfactual_mean, ours.control_mean]).all()
    assert ours.treated_mean_scores is None
