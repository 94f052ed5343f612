"""Regression adjustment: separate outcome regressions by arm, averaged over the target population."""

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
)

FloatArray = NDArray[np.float64]


def regression_adjustment(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    *,
    estimand: Literal["ATT", "ATE"] = "ATT",
    sampling: FloatArray | None = None,
) -> ScoredEstimate:
    """Effect by linear regressions among controls and, for the ATE, among the treated.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
    estimand : {"ATT", "ATE"}
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive.

    Returns
    -------
    ScoredEstimate
        In the outcome's unit.

    Raises
    ------
    DesignError
        An arm is empty, an outcome or covariate is not finite, or a covariate is constant or collinear
        in an arm that needs a regression.

    References
    ----------
    Imbens & Wooldridge (2009), Journal of Economic Literature 47(1). Equal to Stata's ``teffects ra``.
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(outcome, "outcome")
    refuse_non_finite(covariates.values, "outcome covariates")
    target = target_population(treatment, estimand, sampling)

    def mean(arm: int) -> PotentialMean:
        weights = equal_weights(treatment, arm, sampling)
        if estimand == "ATT" and arm == 1:
            return potential_mean(outcome, weights, target)
        name = "treated units" if arm == 1 else "controls"
        regression = regress_arm(outcome, covariates, weights.values, arm=name)
        return potential_mean(outcome, weights, target, regression=regression, correct=False)

    return contrast(mean(1), mean(0))


def target_population(
    treatment: NDArray[np.int8],
    estimand: Literal["ATT", "ATE"],
    sampling: FloatArray | None = None,
) -> FloatArray:
    """Weight of each unit in the population that an effect is averaged over.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    estimand : {"ATT", "ATE"}
    sampling : ndarray, shape (n,), optional

    Returns
    -------
    ndarray, shape (n,)
    """
    target = np.ones(len(treatment)) if estimand == "ATE" else treatment.astype(float)
    return target if sampling is None else sampling * target
