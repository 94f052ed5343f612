import numpy as np
import pytest

from ruralimpact.design.neighbours import nearest_in_space, nearest_on_score
from ruralimpact.errors import DesignError
from ruralimpact.inference.abadie_imbens import abadie_imbens_estimate, conditional_variances
from ruralimpact.inference.estimated_score import (
    EstimatedScore,
    ate_score_correction,
    att_score_correction,
    corrected_std_error,
)


def logit(x, treated):
    design = np.column_stack([np.ones(len(x)), x])
    theta = np.zeros(design.shape[1])
    for _ in range(25):
        p = 1 / (1 + np.exp(-design @ theta))
        hessian = (design * (p * (1 - p))[:, None]).T @ design
        theta += np.linalg.solve(hessian, design.T @ (treated - p))
    p = 1 / (1 + np.exp(-design @ theta))
    return EstimatedScore(x, p, p * (1 - p), p)


def draw(rng, n=150, effect=1.0):
    x = rng.normal(size=(n, 2))
    treated = rng.random(n) < 1 / (1 + np.exp(0.4 - x @ [0.6, 0.6]))
    y = 1.5 * x[:, 0] - x[:, 1] + effect * treated + rng.normal(size=n)
    return y, treated, x


@pytest.fixture
def sample():
    y, treated, x = draw(np.random.default_rng(11))
    return y, treated, logit(x, treated)


def covariate_neighbours(x, treated):
    return {
        "of_treated": nearest_in_space(x[treated], x[~treated], 1),
        "of_controls": nearest_in_space(x[~treated], x[treated], 1),
    }


def nearest_rows(i, pool, score, h):
    distance = np.abs(score[pool] - score[i])
    return pool[distance <= np.sort(distance)[h - 1]]


def by_hand(y, treated, score, h, estimand, estimate):
    """The paper's formulas unit by unit, no shared code."""
    z = np.column_stack([np.ones(len(y)), score.covariates])
    p, f = score.probability, score.density
    v = np.linalg.inv((z * (f**2 / p / (1 - p))[:, None]).T @ z)
    c, d = np.zeros(z.shape[1]), np.zeros(z.shape[1])
    for i in range(len(y)):
        cov, mean = {}, {}
        for arm in (True, False):
            pool = np.flatnonzero(treated == arm)
            near = nearest_rows(i, pool, p, h)
            cov[arm] = np.array([np.cov(column[near], y[near])[0, 1] for column in z.T])
            mean[arm] = y[nearest_rows(i, pool[pool != i], p, h)].mean()
        if estimand == "ATE":
            c += f[i] * (cov[True] / p[i] + cov[False] / (1 - p[i])) / len(y)
            continue
        local = cov[True] + cov[False] * p[i] / (1 - p[i])
        c += f[i] * (z[i] * (mean[True] - mean[False] - estimate) + local) / treated.sum()
        other = np.flatnonzero(treated != treated[i])
        gaps = ((score.covariates[other] - score.covariates[i]) ** 2).sum(axis=1)
        difference = (y[i] - y[other[np.argmin(gaps)]]) * (1 if treated[i] else -1)
        d += f[i] * z[i] * (difference - estimate) / treated.sum()
    return d @ v @ d - c @ v @ c


@pytest.mark.parametrize("h", [2, 4])
def test_equals_the_formulas_by_brute_force(sample, h):
    y, treated, score = sample
    ate = ate_score_correction(y, treated, score, h=h)
    assert ate == pytest.approx(by_hand(y, treated, score, h, "ATE", 1.2), rel=1e-9)
    near = covariate_neighbours(score.covariates, treated)
    att = att_score_correction(y, treated, score, estimate=1.2, h=h, **near)
    assert att == pytest.approx(by_hand(y, treated, score, h, "ATT", 1.2), rel=1e-9)


def test_units_of_measure_and_coding_of_covariates_do_not_matter(sample):
    y, treated, score = sample
    recoded = score.covariates @ np.array([[1e-4, 50.0], [0.0, 3e3]]) + [1e3, -5.0]
    other = EstimatedScore(recoded, score.probability, score.density, score.matched_on)
    near = covariate_neighbours(score.covariates, treated)
    for correct in (
        ate_score_correction,
        lambda *a: att_score_correction(*a, estimate=1.2, **near),
    ):
        assert correct(y, treated, other) == pytest.approx(correct(y, treated, score), rel=1e-8)


def test_an_estimated_score_never_costs_the_ate_precision(sample):
    y, treated, score = sample
    assert ate_score_correction(y, treated, score) < 0
    assert ate_score_correction(np.ones(len(y)), treated, score) == 0


def both_standard_errors(y, treated, x, estimand):
    """Estimate, standard error with the score taken as known, and corrected."""
    score = logit(x, treated)
    p = score.probability
    of_treated = nearest_on_score(p[treated], p[~treated], 1)
    of_controls = nearest_on_score(p[~treated], p[treated], 1)
    result = abadie_imbens_estimate(
        y,
        treated,
        of_treated=of_treated,
        of_controls=of_controls if estimand == "ATE" else None,
        sigma2=conditional_variances(y, treated, p),
    )
    if estimand == "ATE":
        correction = ate_score_correction(y, treated, score)
    else:
        near = covariate_neighbours(x, treated)
        correction = att_score_correction(y, treated, score, estimate=result.estimate, **near)
    return (
        result.estimate,
        result.std_error,
        corrected_std_error(result.variance, correction),
    )


@pytest.mark.parametrize("estimand", ["ATE", "ATT"])
def test_corrected_standard_errors_are_right_where_the_others_are_too_large(estimand):
    """The covariates move the outcome, so balancing the sample by its own score helps."""
    rng = np.random.default_rng(20)
    rows = [both_standard_errors(*draw(rng, 500), estimand) for _ in range(250)]
    estimates, known, estimated = np.array(rows).T
    assert known.mean() / estimates.std() > 1.12
    assert 0.9 < estimated.mean() / estimates.std() < 1.1


def test_a_variance_corrected_to_nothing_is_missing():
    assert corrected_std_error(4.0, 5.0) == pytest.approx(3.0)
    assert np.isnan(corrected_std_error(4.0, -4.0))


def test_what_has_no_correction_is_refused(sample):
    y, treated, score = sample
    near = covariate_neighbours(score.covariates, treated)
    with pytest.raises(DesignError, match="two units"):
        ate_score_correction(y, np.arange(len(y)) == 0, score)
    certain = EstimatedScore(
        score.covariates, np.round(score.probability), score.density, score.matched_on
    )
    with pytest.raises(DesignError, match="separate the arms"):
        ate_score_correction(y, treated, certain)
    twice = EstimatedScore(
        score.covariates[:, [0, 0]], score.probability, score.density, score.matched_on
    )
    with pytest.raises(DesignError, match="collinear"):
        ate_score_correction(y, treated, twice)
    x = score.covariates
    near["of_treated"] = nearest_in_space(x[treated], x[~treated], 1, caliper=1e-6)
    with pytest.raises(DesignError, match="neighbour for every unit"):
        att_score_correction(y, treated, score, estimate=1.0, **near)
