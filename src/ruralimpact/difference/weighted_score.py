"""The logit propensity score of a sample that may be weighted."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.errors import DesignError
from ruralimpact.estimation.selection import Selection, selection_scores

FloatArray = NDArray[np.float64]

_ITERATIONS = 100
_SEPARATED = 30.0


def selection_of(
    covariates: CovariateMatrix, treatment: NDArray[np.int8], sampling: FloatArray
) -> Selection:
    """Fit a logit, weighted where weights differ.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,)
        Sampling weights, positive.

    Returns
    -------
    Selection

    Raises
    ------
    DesignError
        Some combination of covariates separates the arms.
    """
    if np.ptp(sampling) > 0:
        return weighted_selection(covariates, treatment, sampling)
    return selection_scores(fit_propensity(covariates, treatment), covariates, treatment)


def weighted_selection(
    covariates: CovariateMatrix, treatment: NDArray[np.int8], weights: FloatArray
) -> Selection:
    """Fit a logit by weighted maximum likelihood (Newton).

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
        Neither constant nor collinear.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        Sampling weights, positive.

    Returns
    -------
    Selection
        Its residuals and information are weighted, so influences on weighted sums follow from it as
        they do without weights.

    Raises
    ------
    DesignError
        Some combination of covariates separates the arms.
    """
    values = covariates.values
    design = np.column_stack(
        [np.ones(len(treatment)), (values - values.mean(axis=0)) / values.std(axis=0)]
    )
    coefficients = np.zeros(design.shape[1])
    for _ in range(_ITERATIONS):
        predictor = design @ coefficients
        if np.abs(predictor).max() > _SEPARATED:
            break
        probability = 1 / (1 + np.exp(-predictor))
        residual = weights * (treatment - probability)
        slope = probability * (1 - probability)
        inverse = np.linalg.inv((design * (weights * slope)[:, None]).T @ design).astype(np.float64)
        step = inverse @ (design.T @ residual)
        if np.abs(step).max() < 1e-10:
            return Selection(probability, slope, design, residual, inverse)
        coefficients = coefficients + step
    raise DesignError(
        "the propensity score has no maximum: some combination of covariates separates the arms. "
        "Leave a covariate out or merge its levels."
    )
