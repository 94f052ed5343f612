"""Outcome regressions among one arm, with what their estimation adds to influence scores."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.cross_products import cross_products
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
    excluded : tuple of str
        Covariates that the others imply among the units with a weight.
    unsupported : tuple of str
        Covariates of which those units say too little to predict for the target.
    """

    design: FloatArray
    fitted: FloatArray
    residual: FloatArray
    weights: FloatArray
    bread: FloatArray
    excluded: tuple[str, ...]
    unsupported: tuple[str, ...] = ()

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

    def by_outcome(self, gradient: FloatArray) -> FloatArray:
        """Derivative of a function of the coefficients by each unit's outcome.

        Parameters
        ----------
        gradient : ndarray, shape (k,)
            Derivative of the function by the coefficients.

        Returns
        -------
        ndarray, shape (n,)
        """
        return self.weights * (self.design @ (self.bread @ gradient))


def regress_arm(
    outcome: FloatArray,
    covariates: CovariateMatrix,
    weights: FloatArray,
    *,
    collinear: Literal["refuse", "exclude"] = "refuse",
    target: FloatArray | None = None,
    arm: str = "units",
) -> ArmRegression:
    """Regress the outcome on a constant and covariates among the units with a positive weight.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    covariates : CovariateMatrix, n rows
    weights : ndarray, shape (n,)
        At least 0.
    collinear : {"refuse", "exclude"}
        What to do about a covariate that is constant or collinear among those units.
    target : ndarray, shape (n,), optional
        Weights of the units that the regression is to predict for. Where it would extrapolate to them,
        covariates are excluded, see Notes.
    arm : str
        What those units are, for the message.

    Returns
    -------
    ArmRegression

    Raises
    ------
    DesignError
        A covariate is constant or collinear, and `collinear` is ``"refuse"``.

    Notes
    -----
    A prediction at x has the variance ``s2 (1 + d2) / n``, s2 that of the residuals, n the effective number
    of units and d2 the squared Mahalanobis distance of x from their mean, in their metric. Where this is on
    average over the target more than s2 itself, the regression adds more noise than the outcome has, and the
    covariate that lowers it most is excluded until it does not: with seven controls of three groups and six
    covariates an adjusted share may otherwise be 600 percentage points. No outcome has a part in this. Where
    weights give both the same means nothing is extrapolated, and all covariates stay.
    """
    used = weights > 0
    share = weights[used] / weights[used].sum()
    inside = covariates.values[used]
    centre = share @ inside
    size = np.maximum(inside.max(axis=0, initial=0.0), -inside.min(axis=0, initial=0.0))
    inside -= centre
    products = cross_products(inside, share)
    spread = np.sqrt(np.diag(products))
    spread = np.where(spread <= 1e-12 * size, np.inf, spread)
    covariance = products / np.outer(spread, spread)
    dependence = find_dependence(covariance)
    excluded = tuple(covariates.names[j] for j in dependence.spanned)
    if excluded and collinear == "refuse":
        listed = ", ".join(f"'{name}'" for name in excluded)
        raise DesignError(
            f"outcome regression among {arm}: {listed} is constant there or can be computed from the "
            "other covariates. Leave it out of the outcome covariates."
        )
    basis = dependence.basis
    design = np.ones((len(outcome), len(basis) + 1), order="F")
    np.subtract(covariates.values[:, basis], centre[basis], out=design[:, 1:])
    design[:, 1:] /= spread[basis]
    unsupported: tuple[str, ...] = ()
    if target is not None:
        kept = _supported(design[:, 1:], weights, target)
        unsupported = tuple(covariates.names[j] for j in np.delete(basis, kept))
        if unsupported:
            design = np.asfortranarray(design[:, [0, *(kept + 1)]])
    bread = np.linalg.inv(cross_products(design, weights)).astype(float)
    coefficients = bread @ ((weights * outcome) @ design)
    fitted = design @ coefficients
    return ArmRegression(design, fitted, outcome - fitted, weights, bread, excluded, unsupported)


_MOST_NOISE = 1.0
_BALANCED = 1e-8


def _supported(values: FloatArray, weights: FloatArray, target: FloatArray) -> NDArray[np.int64]:
    """Columns with which predictions for the target carry no more noise than outcomes do."""
    kept = np.arange(values.shape[1])
    if not len(kept):
        return kept
    share, aim = weights / weights.sum(), target / target.sum()
    metric, moments, gap = cross_products(values, share), cross_products(values, aim), aim @ values
    if float(gap @ np.linalg.solve(metric, gap)) < _BALANCED:
        return kept
    number = effective_number(weights)

    def noise(columns: NDArray[np.int64]) -> float:
        part = np.ix_(columns, columns)
        return float(1 + np.trace(np.linalg.solve(metric[part], moments[part]))) / number

    while len(kept) and noise(kept) > _MOST_NOISE:
        kept = min((np.delete(kept, j) for j in range(len(kept))), key=noise)
    return kept
