"""Estimators that are right if either the propensity score or the outcome regression is."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import refuse_non_finite
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.estimation.potential_means import (
    PotentialMean,
    contrast,
    equal_weights,
    potential_mean,
    selection_weights,
)
from ruralimpact.estimation.regression import target_population
from ruralimpact.estimation.selection import Selection

FloatArray = NDArray[np.float64]


def ipwra(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    selection: Selection,
    covariates: CovariateMatrix,
    *,
    estimand: Literal["ATT", "ATE"] = "ATT",
    sampling: FloatArray | None = None,
) -> ScoredEstimate:
    """Inverse-probability-weighted regression adjustment.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    selection : Selection
    covariates : CovariateMatrix, n rows
        Of the outcome regressions, which are linear and weighted by the propensity score.
    estimand : {"ATT", "ATE"}
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive; `selection` is of the likelihood that they weight.

    Returns
    -------
    ScoredEstimate
        In the outcome's unit.

    Raises
    ------
    DesignError
        As `regression_adjustment`, or a unit's probability of its own arm is too small.

    References
    ----------
    Wooldridge (2007), Journal of Econometrics 141(2). Equal to Stata's ``teffects ipwra``.
    """
    _refuse_bad_input(outcome, treatment, covariates)
    target = target_population(treatment, estimand, sampling)

    def mean(arm: int) -> PotentialMean:
        weights = selection_weights(treatment, arm, selection, estimand, sampling)
        if estimand == "ATT" and arm == 1:
            return potential_mean(outcome, weights, target)
        regression = regress_arm(outcome, covariates, weights.values, arm=_ARMS[arm])
        return potential_mean(outcome, weights, target, regression=regression, correct=False)

    return contrast(mean(1), mean(0))


def aipw(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    selection: Selection,
    covariates: CovariateMatrix,
    *,
    estimand: Literal["ATT", "ATE"] = "ATT",
    normalised: bool = True,
    sampling: FloatArray | None = None,
) -> ScoredEstimate:
    """Augmented inverse probability weighting.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    selection : Selection
    covariates : CovariateMatrix, n rows
        Of the outcome regressions, which are linear and unweighted. None of them (no columns) makes
        the normalised estimator inverse probability weighting.
    estimand : {"ATT", "ATE"}
    normalised : bool
        Divide the weighted residuals by the sum of their weights; False divides by the number of
        units, as Stata's ``teffects aipw`` does.
    sampling : ndarray, shape (n,), optional
        As in `ipwra`.

    Returns
    -------
    ScoredEstimate
        In the outcome's unit.

    Raises
    ------
    DesignError
        As `regression_adjustment`, or a unit's probability of its own arm is too small.

    References
    ----------
    Robins, Rotnitzky & Zhao (1994), Journal of the American Statistical Association 89(427).
    """
    _refuse_bad_input(outcome, treatment, covariates)
    target = target_population(treatment, estimand, sampling)

    def mean(arm: int) -> PotentialMean:
        weights = selection_weights(treatment, arm, selection, estimand, sampling)
        if estimand == "ATT" and arm == 1:
            return potential_mean(outcome, weights, target)
        members = equal_weights(treatment, arm, sampling).values
        regression = regress_arm(outcome, covariates, members, arm=_ARMS[arm])
        return potential_mean(
            outcome, weights, target, regression=regression, normalised=normalised
        )

    return contrast(mean(1), mean(0))


_ARMS = {1: "treated units", 0: "controls"}


def _refuse_bad_input(
    outcome: FloatArray, treatment: NDArray[np.int8], covariates: CovariateMatrix
) -> None:
    refuse_empty_arm(treatment)
    refuse_non_finite(outcome, "outcome")
    refuse_non_finite(covariates.values, "outcome covariates")
