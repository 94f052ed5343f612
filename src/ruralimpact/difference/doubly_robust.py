"""Difference-in-differences given covariates: by weighting, by regression, and doubly robust."""

from dataclasses import replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix, refuse_degenerate
from ruralimpact.design.entropy import entropy_weights
from ruralimpact.design.propensity import refuse_separation
from ruralimpact.difference.checks import (
    Covariates,
    checked_arm,
    checked_covariates,
    checked_weights,
)
from ruralimpact.difference.levels import with_levels
from ruralimpact.difference.weighted_score import selection_of
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.estimation.potential_means import (
    ArmWeights,
    PotentialMean,
    contrast,
    potential_mean,
    selection_weights,
)

FloatArray = NDArray[np.float64]
Form = Literal["improved", "traditional", "regression", "weighting"]


def doubly_robust_difference(
    change: FloatArray,
    treatment: NDArray[np.int8],
    covariates: Covariates,
    *,
    weights: FloatArray | None = None,
    form: Form = "improved",
    after: FloatArray | None = None,
) -> ScoredEstimate:
    """Effect on the treated under trends that are parallel given covariates.

    Parameters
    ----------
    change : ndarray, shape (n,)
        Outcome after less outcome before.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix or ndarray, n rows, or None
        Measured before treatment. Without columns every form is the plain difference-in-differences.
    weights : ndarray, shape (n,), optional
        Sampling weights, positive.
    form : {"improved", "traditional", "regression", "weighting"}
        "improved": inverse probability tilting and the regression weighted by it. "traditional": the
        logit score by maximum likelihood and least squares. Both are right if either model is.
        "regression": the regression among controls alone. "weighting": the logit score alone, weights
        normalised.
    after : ndarray, shape (n,), optional
        Outcome after, for the treated mean that percents are relative to.

    Returns
    -------
    ScoredEstimate
        Scores include the estimation of the score and of the regression. With the standard error
        ``hc``, robust for independent units. Means are missing without `after`.

    Raises
    ------
    DesignError
        An arm is empty, a value is missing, lengths differ; a covariate is constant or collinear, or
        separates the arms; a control is almost certain to be treated.

    Notes
    -----
    With m the regression of the change among controls and w the controls' weights, the estimate is
    mean(change - m | treated) - sum w (change - m) / sum w. Tilting takes w proportional to
    exp(x'g), the odds of a logit score, with g such that the weighted controls have the treated means
    of x: these are the weights of entropy balancing. The improved form's score then takes both models
    as known, which is exact: the estimate is stationary in g and in the regression's coefficients.

    References
    ----------
    Sant'Anna & Zhao (2020), Journal of Econometrics 219(1); Graham, Pinto & Egel (2012), Review of
    Economic Studies 79(3); Abadie (2005), Review of Economic Studies 72(1); Heckman, Ichimura & Todd
    (1997), Review of Economic Studies 64(4).
    """
    arm = checked_arm(treatment, {"change": change})
    matrix = checked_covariates(covariates, len(arm))
    refuse_degenerate(matrix)
    if form != "regression":
        refuse_separation(matrix, arm)
    sampling = checked_weights(weights, len(arm))
    target = sampling * (arm == 1)
    treated = potential_mean(change, ArmWeights(target, np.zeros(len(arm))), target)
    control = {
        "improved": _tilted,
        "traditional": _augmented,
        "regression": _regressed,
        "weighting": _weighted,
    }[form](change, arm, matrix, sampling)
    estimate = contrast(treated, control)
    if np.ptp(sampling) > 0:
        estimate = replace(estimate, notes=("sampling weights are taken as known",))
    return with_levels(estimate, after, arm, sampling)


def _regressed(
    change: FloatArray, arm: NDArray[np.int8], covariates: CovariateMatrix, sampling: FloatArray
) -> PotentialMean:
    members = sampling * (arm == 0)
    regression = regress_arm(change, covariates, members, arm="controls")
    known = ArmWeights(members, np.zeros(len(arm)))
    return potential_mean(
        change, known, sampling * (arm == 1), regression=regression, correct=False
    )


def _weighted(
    change: FloatArray, arm: NDArray[np.int8], covariates: CovariateMatrix, sampling: FloatArray
) -> PotentialMean:
    odds = _odds_weights(arm, covariates, sampling)
    return potential_mean(change, odds, sampling * (arm == 1))


def _augmented(
    change: FloatArray, arm: NDArray[np.int8], covariates: CovariateMatrix, sampling: FloatArray
) -> PotentialMean:
    odds = _odds_weights(arm, covariates, sampling)
    regression = regress_arm(change, covariates, sampling * (arm == 0), arm="controls")
    return potential_mean(change, odds, sampling * (arm == 1), regression=regression)


def _tilted(
    change: FloatArray, arm: NDArray[np.int8], covariates: CovariateMatrix, sampling: FloatArray
) -> PotentialMean:
    try:
        balanced = entropy_weights(covariates, arm, base=sampling)
    except DesignError as problem:
        raise DesignError(
            f"the improved form has no inverse probability tilting score: {problem}"
        ) from problem
    control = balanced.weights * (arm == 0)
    regression = regress_arm(
        change, balanced.constraints, control, collinear="exclude", arm="controls"
    )
    known = ArmWeights(control, np.zeros(len(arm)))
    return potential_mean(change, known, sampling * (arm == 1), regression=regression)


def _odds_weights(
    arm: NDArray[np.int8], covariates: CovariateMatrix, sampling: FloatArray
) -> ArmWeights:
    """Sampling weight times the odds of treatment, for controls."""
    selection = selection_of(covariates, arm, sampling)
    return selection_weights(arm, 0, selection, "ATT", sampling)
