"""Cases in which estimators must coincide, and input that none of them may swallow."""

import numpy as np
import pytest

from ruralimpact.design.coarsened import coarsened_exact_weights
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.inverse_probability import (
    inverse_probability_weights,
    probability_weights,
)
from ruralimpact.design.kernel import kernel_weights, radius_weights
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.errors import DesignError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import Selection, selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference

N = 300


def sample():
    rng = np.random.default_rng(8)
    x = rng.normal(size=(N, 2))
    treatment = (rng.uniform(size=N) < 1 / (1 + np.exp(0.5 - 0.7 * x[:, 0]))).astype(np.int8)
    outcome = 2 + x @ [1.0, 0.5] + treatment * (1 + 0.5 * x[:, 0]) + rng.normal(size=N)
    return outcome, treatment, covariate_matrix({"a": x[:, 0], "b": x[:, 1]})


def nothing(n=N):
    return CovariateMatrix(np.empty((n, 0)), (), np.empty(0, dtype=bool), {})


def fitted():
    _, treatment, covariates = sample()
    return selection_scores(fit_propensity(covariates, treatment), covariates, treatment)


def constant_selection(treatment):
    """The score of a model with a constant only: the share of treated units."""
    share = float(treatment.mean())
    ones = np.ones(len(treatment))
    slope = share * (1 - share) * ones
    return Selection(
        share * ones, slope, ones[:, None], treatment - share, np.array([[1 / slope.sum()]])
    )


def same(first, second, rel=1e-9):
    assert first.estimate == pytest.approx(second.estimate, rel=rel)
    np.testing.assert_allclose(first.scores, second.scores, atol=rel * np.abs(second.scores).max())


@pytest.mark.parametrize("estimand", ["ATT", "ATE", "ATO"])
def test_a_constant_score_is_the_difference_in_means(estimand):
    outcome, treatment, _ = sample()
    ours = inverse_probability_estimate(
        outcome, treatment, constant_selection(treatment), estimand=estimand
    )
    same(ours, difference_in_means(outcome, treatment))


@pytest.mark.parametrize("estimand", ["ATT", "ATE"])
def test_without_outcome_covariates(estimand):
    """Augmentation and weighted regression on a constant are plain weighting."""
    outcome, treatment, _ = sample()
    score = fitted()
    plain = inverse_probability_estimate(outcome, treatment, score, estimand=estimand)
    same(aipw(outcome, treatment, score, nothing(), estimand=estimand), plain)
    same(ipwra(outcome, treatment, score, nothing(), estimand=estimand), plain)
    same(
        regression_adjustment(outcome, treatment, nothing(), estimand=estimand),
        difference_in_means(outcome, treatment),
    )


def test_equal_weights_are_the_difference_in_means():
    outcome, treatment, _ = sample()
    wide = radius_weights(treatment, fitted().probability, caliper=1.0).weights
    same(
        weighted_difference(outcome, treatment, wide, nothing()),
        difference_in_means(outcome, treatment),
    )


def test_bias_adjusted_equal_weights_are_regression_adjustment():
    outcome, treatment, covariates = sample()
    weights = np.where(treatment == 1, 1.0, treatment.sum() / (treatment == 0).sum())
    same(
        weighted_difference(outcome, treatment, weights, covariates, bias_adjust=True),
        regression_adjustment(outcome, treatment, covariates),
    )


def test_entropy_balancing_needs_no_bias_adjustment():
    """Its means are equal, so a linear regression has nothing left to adjust."""
    outcome, treatment, covariates = sample()
    weights = entropy_weights(covariates, treatment).weights
    plain = weighted_difference(outcome, treatment, weights, covariates)
    same(plain, weighted_difference(outcome, treatment, weights, covariates, bias_adjust=True))


def test_entropy_balancing_of_strata_is_stratification():
    outcome, treatment, covariates = sample()
    cells = coarsened_exact_weights(covariates, treatment, cutpoints={"a": [0.0], "b": 1})
    high = covariate_matrix({"high": (covariates.values[:, 0] >= 0).astype(float)})
    balanced = entropy_weights(high, treatment)
    np.testing.assert_allclose(balanced.weights, cells.weights, rtol=1e-9)
    same(
        weighted_difference(outcome, treatment, cells.weights, high),
        regression_adjustment(outcome, treatment, high),
    )


def test_an_outcome_linear_in_covariates_is_recovered_without_error():
    _, treatment, covariates = sample()
    outcome = 1 + covariates.values @ [2.0, -1.0] + 3.0 * treatment
    score = fitted()
    balanced = entropy_weights(covariates, treatment).weights
    for result in (
        regression_adjustment(outcome, treatment, covariates),
        ipwra(outcome, treatment, score, covariates, estimand="ATE"),
        aipw(outcome, treatment, score, covariates),
        weighted_difference(outcome, treatment, balanced, covariates),
    ):
        assert result.estimate == pytest.approx(3.0, abs=1e-9)
        assert result.std_errors["hc"] < 1e-9


def test_means_counts_and_counterfactual():
    outcome, treatment, covariates = sample()
    score = fitted()
    kernel = kernel_weights(treatment, score.probability).weights
    for result in (
        regression_adjustment(outcome, treatment, covariates),
        inverse_probability_estimate(outcome, treatment, score),
        ipwra(outcome, treatment, score, covariates),
        aipw(outcome, treatment, score, covariates),
        weighted_difference(outcome, treatment, kernel, covariates),
        weighted_difference(outcome, treatment, kernel, covariates, bias_adjust=True),
    ):
        kept = result.n_treated
        assert kept == (kernel[treatment == 1].sum() if kept < treatment.sum() else treatment.sum())
        assert result.counterfactual_mean == pytest.approx(result.treated_mean - result.estimate)
        assert 0 < result.effective_controls <= result.n_control <= (treatment == 0).sum()
        if result.control_mean == pytest.approx(result.counterfactual_mean, rel=1e-12):
            np.testing.assert_allclose(
                result.scores, result.treated_mean_scores - result.control_mean_scores, atol=1e-15
            )


def test_dropped_treated_units_have_no_score():
    outcome, treatment, covariates = sample()
    weights = kernel_weights(treatment, fitted().probability, bandwidth=0.002).weights
    dropped = (treatment == 1) & (weights == 0)
    assert dropped.any()
    result = weighted_difference(outcome, treatment, weights, covariates)
    assert (result.scores[dropped] == 0).all()
    assert result.n_treated == treatment.sum() - dropped.sum()


def test_overlap_weights_balance_the_means():
    """A property of the logit: its overlap weights balance its covariates exactly."""
    _, treatment, covariates = sample()
    ours = inverse_probability_weights(treatment, fitted().probability, estimand="ATO").weights
    treated = treatment == 1
    means = [np.average(covariates.values[a], weights=ours[a], axis=0) for a in (treated, ~treated)]
    np.testing.assert_allclose(means[0], means[1], atol=1e-8)
    assert ours[treated].sum() == pytest.approx(treated.sum())


@pytest.mark.parametrize(
    ("estimand", "treated", "control"),
    [("ATT", 1.0, 0.25), ("ATE", 5.0, 1.25), ("ATO", 0.8, 0.2)],
)
def test_probability_weights_by_hand(estimand, treated, control):
    weights = probability_weights(
        np.array([1, 0], dtype=np.int8), np.array([0.2, 0.2]), estimand=estimand
    )
    np.testing.assert_allclose(weights, [treated, control])


def test_a_covariate_collinear_among_controls_is_named():
    outcome, treatment, covariates = sample()
    flag = (treatment * (covariates.values[:, 1] > 0)).astype(float)
    bad = covariate_matrix({"a": covariates.values[:, 0], "flag": flag})
    for call in (
        lambda: regression_adjustment(outcome, treatment, bad),
        lambda: ipwra(outcome, treatment, fitted(), bad),
        lambda: aipw(outcome, treatment, fitted(), bad),
    ):
        with pytest.raises(DesignError, match="controls: 'flag' is constant"):
            call()
    weights = kernel_weights(treatment, fitted().probability).weights
    result = weighted_difference(outcome, treatment, weights, bad)
    assert any("'flag'" in note for note in result.notes)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda w, d: np.where(d == 0, 2 * w, w), "not to the"),
        (
            lambda w, d: np.where(np.arange(N) == np.flatnonzero(d == 0)[0], -1.0, w),
            "1 are negative",
        ),
        (lambda w, d: np.where(np.arange(N) == 5, np.nan, w), "1 missing"),
        (lambda w, d: 0 * w, "no treated unit"),
    ],
)
def test_weights_that_are_none(change, words):
    outcome, treatment, covariates = sample()
    weights = kernel_weights(treatment, fitted().probability).weights
    with pytest.raises(DesignError, match=words):
        weighted_difference(outcome, treatment, change(weights, treatment), covariates)


def test_no_overlap_is_counted():
    probability = np.array([0.5, 0.5, 1 - 1e-7])
    treatment = np.array([1, 0, 0], dtype=np.int8)
    for estimand in ("ATT", "ATE"):
        with pytest.raises(DesignError, match="no overlap: 1 units"):
            probability_weights(treatment, probability, estimand=estimand)
    assert np.isfinite(probability_weights(treatment, probability, estimand="ATO")).all()
    # A treated unit certain of treatment does no harm to the effect on the treated.
    assert np.isfinite(probability_weights(treatment[::-1], probability)).all()


@pytest.mark.parametrize("probability", [[0.2, np.nan], [0.2, 1.5], [-0.1, 0.5]])
def test_what_is_no_probability(probability):
    with pytest.raises(DesignError):
        probability_weights(np.array([1, 0], dtype=np.int8), np.array(probability))


def test_missing_outcomes_and_empty_arms():
    outcome, treatment, covariates = sample()
    score = fitted()
    weights = kernel_weights(treatment, score.probability).weights
    calls = (
        lambda y, d: regression_adjustment(y, d, covariates),
        lambda y, d: inverse_probability_estimate(y, d, score),
        lambda y, d: ipwra(y, d, score, covariates),
        lambda y, d: aipw(y, d, score, covariates),
        lambda y, d: weighted_difference(y, d, weights, covariates),
    )
    holed = np.where(np.arange(N) < 4, np.nan, outcome)
    for call in calls:
        with pytest.raises(DesignError, match="outcome: 4 missing"):
            call(holed, treatment)
        with pytest.raises(DesignError, match="no treated units"):
            call(outcome, np.zeros(N, dtype=np.int8))
