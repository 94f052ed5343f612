"""Standard errors of a propensity score's coefficients, clustered by group."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.binary_model import derivatives
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.cross_products import cross_products
from ruralimpact.design.propensity import PropensityModel

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
    slope, curvature = derivatives(model.linear_predictor, treatment, model.link)
    bread = np.linalg.inv(cross_products(design, weights * curvature))
    scores = design * (weights * slope)[:, None]
    codes = np.unique(groups, return_inverse=True)[1].ravel()
    sums = np.column_stack([np.bincount(codes, column) for column in scores.T])
    original = np.diag(np.append(1.0, 1 / spread))
    original[0, 1:] = -centre / spread
    half = sums @ bread @ original.T
    return np.asarray(np.sqrt(len(sums) / (len(sums) - 1) * (half**2).sum(axis=0)))
