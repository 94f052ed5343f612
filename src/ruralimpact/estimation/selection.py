"""The estimated propensity score as weighting estimators see it: value, slope and influence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.binary_model import derivatives
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.cross_products import cross_products
from ruralimpact.design.propensity import PropensityScore

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Selection:
    """A fitted propensity score with what its estimation adds to influence scores.

    Attributes
    ----------
    probability : ndarray, shape (n,)
    slope : ndarray, shape (n,)
        Derivative of the probability by the linear predictor.
    design : ndarray, shape (n, q)
        Constant and standardised covariates.
    residual : ndarray, shape (n,)
        Derivative of a unit's (weighted) log likelihood by its linear predictor.
    inverse_information : ndarray, shape (q, q)
        Inverse of the negative Hessian of the log likelihood, as observed.
    """

    probability: FloatArray
    slope: FloatArray
    design: FloatArray
    residual: FloatArray
    inverse_information: FloatArray

    def chain(self, by_predictor: FloatArray) -> FloatArray:
        """Influence on a sum that depends on the data through the linear predictors.

        Parameters
        ----------
        by_predictor : ndarray, shape (n,)
            Derivative of the sum by each unit's linear predictor.

        Returns
        -------
        ndarray, shape (n,)
        """
        gradient = self.design.T @ by_predictor
        return self.residual * (self.design @ (self.inverse_information @ gradient))


def selection_scores(
    propensity: PropensityScore,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    *,
    sampling: FloatArray | None = None,
) -> Selection:
    """Prepare a fitted propensity score for the estimators that weight by it.

    Parameters
    ----------
    propensity : PropensityScore
        Fitted by maximum likelihood on these units.
    covariates : CovariateMatrix, n rows
        The ones it was fitted on.
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,), optional
        Sampling weights of the likelihood.

    Returns
    -------
    Selection
    """
    values = covariates.values
    design = np.column_stack(
        [np.ones(len(treatment)), (values - values.mean(axis=0)) / values.std(axis=0)]
    )
    predictor = propensity.linear_predictor
    residual, curvature = derivatives(predictor, treatment, propensity.link)
    slope = propensity.probability * (1 - propensity.probability)
    if propensity.link == "probit":
        slope = np.exp(-(predictor**2) / 2) / np.sqrt(2 * np.pi)
    if sampling is not None:
        residual, curvature = sampling * residual, sampling * curvature
    information = cross_products(design, curvature)
    return Selection(
        propensity.probability, slope, design, residual, np.linalg.inv(information).astype(float)
    )
