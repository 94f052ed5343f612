"""Outcome regressions among one arm, with what their estimation adds to influence scores."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.dependence import find_dependence
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ArmRegression:
    """Weighted least squares among the units with a weight.

    Attributes
    ----------
    design : ndarray, shape (n, k)
        Constant and standardised covariates, of all units.
    fitted : ndarray, shape (n,)
        Predictions for all units.
    residual, weights : ndarray, shape (n,)
        Weights are 0 for units outside the regression.
    bread : ndarray, shape (k, k)
        Inverse of the weighted cross product of the design.
    left_out : tuple of str
        Covariates that the others imply among the units with a weight.
    """

    design: FloatArray
    fitted: FloatArray
    residual: FloatArray
    weights: FloatArray
    bread: FloatArray
    left_out: tuple[str, ...]

    def by_weight(self, gradient: FloatArray) -> FloatArray:
        """Derivative of a function of the coefficients by each unit's weight.

        Parameters
        ----------
        gradient : ndarray, shape (k,)
            Derivative of the function by the coefficients.

        Returns
        -------
        ndarray, shape (n,)
            Times `weights` it is the units' influence.
        """
        return self.residual * (self.design @ (self.bread @ gradient))


def regress_arm(
    outcome: FloatArray,
    covariates: CovariateMatrix,
    weights: FloatArray,
    *,
    collinear: Literal["refuse", "leave out"] = "refuse",
    arm: str = "units",
) -> ArmRegression:
    """Regress the outcome on a constant and covariates among the units with a positive weight.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    covariates : CovariateMatrix, n rows
    weights : ndarray, shape (n,)
        At least 0.
    collinear : {"refuse", "leave out"}
        What to do about a covariate that is constant or collinear among those units.
    arm : str
        What those units are, for the message.

    Returns
    -------
    ArmRegression

    Raises
    ------
    DesignError
        A covariate is constant or collinear, and `collinear` is ``"refuse"``.
    """
    used = weights > 0
    share = weights[used] / weights[used].sum()
    centre = share @ covariates.values[used]
    centred = covariates.values[used] - centre
    spread = np.sqrt(share @ centred**2)
    size = np.abs(covariates.values[used]).max(axis=0, initial=0.0)
    spread = np.where(spread <= 1e-12 * size, np.inf, spread)
    scaled = centred / spread
    covariance = (scaled * share[:, None]).T @ scaled
    found = find_dependence(covariance)
    left_out = tuple(covariates.names[j] for j in found.spanned)
    if left_out and collinear == "refuse":
        listed = ", ".join(f"'{name}'" for name in left_out)
        raise DesignError(
            f"outcome regression among {arm}: {listed} is constant there or can be computed from the "
            "other covariates. Leave it out of the outcome covariates."
        )
    basis = found.basis
    design = np.column_stack(
        [np.ones(len(outcome)), (covariates.values[:, basis] - centre[basis]) / spread[basis]]
    )
    bread = np.linalg.inv((design[used] * weights[used, None]).T @ design[used]).astype(float)
    coefficients = bread @ (design[used].T @ (weights[used] * outcome[used]))
    fitted = design @ coefficients
    return ArmRegression(design, fitted, outcome - fitted, weights, bread, left_out)
