"""Standard errors of a propensity score's coefficients, clustered by group."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.propensity import Link, PropensityModel

FloatArray = NDArray[np.float64]


def clustered_std_errors(
    model: PropensityModel,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    groups: NDArray[np.object_],
    *,
    sampling: FloatArray | None = None,
) -> FloatArray:
    """Clustered standard errors of the coefficients of a fitted score.

    Parameters
    ----------
    model : PropensityModel
        Fitted to these units, with these sampling weights.
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    groups : ndarray of str, shape (n,)
    sampling : ndarray, shape (n,), optional

    Returns
    -------
    ndarray, shape (p + 1,)
        In the order of ``model.names``.

    Notes
    -----
    Those of Stata's ``logit`` and ``probit`` with ``vce(cluster group)``: the sandwich of the groups' scores
    and the observed information, times G / (G - 1).

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1).
    """
    weights = np.ones(len(treatment)) if sampling is None else sampling
    centre, spread = covariates.values.mean(axis=0), covariates.values.std(axis=0)
    design = np.column_stack([np.ones(len(treatment)), (covariates.values - centre) / spread])
    slope, curvature = _derivatives(model.linear_predictor, treatment, model.link)
    bread = np.linalg.inv((design * (weights * curvature)[:, None]).T @ design)
    scores = design * (weights * slope)[:, None]
    codes = np.unique(groups, return_inverse=True)[1].ravel()
    sums = np.column_stack([np.bincount(codes, column) for column in scores.T])
    original = np.diag(np.append(1.0, 1 / spread))
    original[0, 1:] = -centre / spread
    half = sums @ bread @ original.T
    return np.asarray(np.sqrt(len(sums) / (len(sums) - 1) * (half**2).sum(axis=0)))


def _derivatives(
    predictor: FloatArray, treatment: NDArray[np.int8], link: Link
) -> tuple[FloatArray, FloatArray]:
    """Derivative of each unit's log likelihood by its linear predictor, and less the second one."""
    from scipy.special import expit, log_ndtr

    if link == "logit":
        probability = expit(predictor)
        return treatment - probability, probability * (1 - probability)
    sign = 2.0 * treatment - 1
    log_density = -(predictor**2) / 2 - np.log(2 * np.pi) / 2
    slope = sign * np.exp(log_density - log_ndtr(sign * predictor))
    return slope, slope * (slope + predictor)
