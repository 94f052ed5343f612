"""The logit propensity score of a sample that may be weighted."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.estimation.selection import Selection, selection_scores

FloatArray = NDArray[np.float64]


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
        See `fit_propensity`.
    """
    weights = sampling if np.ptp(sampling) > 0 else None
    score = fit_propensity(covariates, treatment, sampling=weights)
    return selection_scores(score, covariates, treatment, sampling=weights)
