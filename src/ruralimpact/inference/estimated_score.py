"""What estimating the propensity score does to the variance of a matching estimate."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.neighbours import Neighbours, nearest_on_score
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class EstimatedScore:
    """A propensity score fitted by maximum likelihood, as the correction needs it.

    Attributes
    ----------
    covariates : ndarray, shape (n, p)
        Without a constant, of full rank with it.
    probability : ndarray, shape (n,)
        F(X'theta), strictly between 0 and 1.
    density : ndarray, shape (n,)
        f(X'theta): probability times its complement for the logit, the normal density for the
        probit.
    matched_on : ndarray, shape (n,)
        The score on which units were matched: the probability (as in Stata) or the linear
        predictor.
    """

    covariates: FloatArray
    probability: FloatArray
    density: FloatArray
    matched_on: FloatArray


@dataclass(frozen=True)
class _LocalMoments:
    """Moments among the nearest neighbours of every unit in one arm.

    Attributes
    ----------
    mean : ndarray, shape (n,)
        Of the outcome, the unit itself excluded.
    covariance : ndarray, shape (n, p + 1)
        Of the constant and each covariate with the outcome (divisor neighbours - 1).
    """

    mean: FloatArray
    covariance: FloatArray


def ate_score_correction(
    outcome: FloatArray, treated: BoolArray, score: EstimatedScore, *, h: int = 2
) -> float:
    """Compute what an estimated score adds to the Abadie-Imbens (2006) variance of the ATE.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treated : ndarray of bool, shape (n,)
    score : EstimatedScore
    h : int
        Units of an arm nearest to a unit (the unit counts in its own arm, ties are added) that give
        the covariances, at least 2: Stata's ``vce(robust, nn(h))``.

    Returns
    -------
    float
        Never positive.

    Raises
    ------
    DesignError
        An arm has fewer than two units, a probability is 0 or 1, or the covariates are collinear.

    Notes
    -----
    ``-c'Vc`` with V the covariance of the score's coefficients (expected information) and
    ``c = sum f (cov_1 / p + cov_0 / (1 - p)) / n``, cov_w the covariance of covariates and outcome
    among the nearest units of arm w. After sorting it is linear in n: the moments are differences
    of running sums.

    References
    ----------
    Abadie & Imbens (2016), Econometrica 84(2).
    """
    _refuse_unusable(treated, score)
    inside, outside = (_local_moments(outcome, arm, score, h) for arm in (treated, ~treated))
    p, f = score.probability, score.density
    c = (f / p) @ inside.covariance + (f / (1 - p)) @ outside.covariance
    return -_variance_along(c / len(outcome), score)


def att_score_correction(
    outcome: FloatArray,
    treated: BoolArray,
    score: EstimatedScore,
    *,
    of_treated: Neighbours,
    of_controls: Neighbours,
    estimate: float,
    h: int = 2,
) -> float:
    """Compute what an estimated score adds to the Abadie-Imbens (2006) variance of the ATT.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treated : ndarray of bool, shape (n,)
    score : EstimatedScore
    of_treated, of_controls : Neighbours
        Nearest units of the other arm *in the covariates* (not on the score), for the treated units
        and for the controls, as in `abadie_imbens.abadie_imbens_estimate`. Stata takes the Euclidean
        distance of the covariates as they are and as many neighbours as the estimate has matches.
    estimate : float
        The matching estimate.
    h : int
        As in `ate_score_correction`.

    Returns
    -------
    float
        Of either sign.

    Raises
    ------
    DesignError
        As in `ate_score_correction`, or a unit has no neighbour in the other arm.

    Notes
    -----
    ``d'Vd - c'Vc`` with x the covariates with the constant, mu_w the mean outcome among the nearest
    units of arm w on the score (the unit itself excluded), N1 the number of treated units and::

        c = sum f (x (mu_1 - mu_0 - tau) + cov_1 + cov_0 p / (1 - p)) / N1
        d = sum f x (y_1 - y_0 - tau) / N1

    where y_w is the unit's own outcome in its arm and the mean of its neighbours' in the other.

    References
    ----------
    Abadie & Imbens (2016), Econometrica 84(2).
    """
    _refuse_unusable(treated, score)
    inside, outside = (_local_moments(outcome, arm, score, h) for arm in (treated, ~treated))
    p, f, design = score.probability, score.density, _design(score)
    size = treated.sum()
    c = (f * (inside.mean - outside.mean - estimate)) @ design
    c += f @ inside.covariance + (f * p / (1 - p)) @ outside.covariance
    matched = _matched_differences(outcome, treated, of_treated, of_controls)
    d = (f * (matched - estimate)) @ design
    return _variance_along(d / size, score) - _variance_along(c / size, score)


def corrected_std_error(variance: float, correction: float) -> float:
    """Turn a variance and its correction for the estimated score into a standard error.

    Parameters
    ----------
    variance : float
        Abadie-Imbens (2006) variance of the matching estimate.
    correction : float
        From `ate_score_correction` or `att_score_correction`.

    Returns
    -------
    float
        NaN where their sum is not positive: both are estimates, and in a small sample whose outcomes
        follow the covariates closely the correction can exceed the variance.
    """
    total = variance + correction
    return float(np.sqrt(total)) if total > 0 else np.nan


def _refuse_unusable(treated: BoolArray, score: EstimatedScore) -> None:
    if min(treated.sum(), (~treated).sum()) < 2:
        raise DesignError("the correction for the estimated score needs two units in each arm.")
    if score.probability.min() <= 0 or score.probability.max() >= 1:
        raise DesignError("a propensity score of 0 or 1: the covariates separate the arms.")


def _design(score: EstimatedScore) -> FloatArray:
    """Covariates with the constant; centred, which changes no quadratic form and keeps digits."""
    centred = score.covariates - score.covariates.mean(axis=0)
    return np.column_stack([np.ones(len(centred)), centred])


def _local_moments(
    outcome: FloatArray, arm: BoolArray, score: EstimatedScore, h: int
) -> _LocalMoments:
    near = nearest_on_score(score.matched_on, score.matched_on[arm], h)
    centre = outcome[arm].mean()
    values = outcome[arm] - centre
    average = near.sums(values) / near.counts
    covariates = _design(score)[arm, 1:].T
    covariance = [
        (near.sums(x * values) - near.sums(x) * average) / (near.counts - 1) for x in covariates
    ]
    wider = nearest_on_score(score.matched_on[arm], score.matched_on[arm], h + 1)
    average[arm] = (wider.sums(values) - values) / (wider.counts - 1)
    return _LocalMoments(average + centre, np.column_stack([np.zeros(len(outcome)), *covariance]))


def _matched_differences(
    outcome: FloatArray, treated: BoolArray, of_treated: Neighbours, of_controls: Neighbours
) -> FloatArray:
    """Treated minus control, own outcome against the mean of the matches, for every unit."""
    out = np.empty(len(outcome))
    for focal, near, sign in ((treated, of_treated, 1.0), (~treated, of_controls, -1.0)):
        if (near.counts == 0).any():
            raise DesignError(
                "the correction for the estimated score needs a neighbour for every unit."
            )
        out[focal] = sign * (outcome[focal] - near.sums(outcome[~focal]) / near.counts)
    return out


def _variance_along(direction: FloatArray, score: EstimatedScore) -> float:
    """Quadratic form of `direction` in the covariance of the score's coefficients."""
    p, design = score.probability, _design(score)
    information = (design * (score.density**2 / (p * (1 - p)))[:, None]).T @ design
    scale = np.sqrt(np.diag(information))
    correlation = information / np.outer(scale, scale)
    if not np.all(scale > 0) or np.linalg.cond(correlation) > 1e12:
        raise DesignError("the covariates of the propensity score are collinear.")
    return float((direction / scale) @ np.linalg.solve(correlation, direction / scale))
