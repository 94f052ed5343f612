"""Least-squares fits, and the covariance of their coefficients under heteroskedasticity."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
HeteroskedasticKind = Literal["HC0", "HC1", "HC2", "HC3"]


@dataclass(frozen=True)
class LinearFit:
    """A (weighted) least-squares fit, with what its covariances need.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
    design : ndarray, shape (n, k)
        Regressors of full rank; after a within transformation, the transformed ones.
    residuals : ndarray, shape (n,)
        Unweighted.
    weights : ndarray, shape (n,), optional
        Positive weights of the fit; none for ordinary least squares.
    absorbed : int
        Parameters removed by a within transformation (dummies that are not in `design`), which
        count where a formula has the number of parameters.
    """

    coefficients: FloatArray
    design: FloatArray
    residuals: FloatArray
    weights: FloatArray | None = None
    absorbed: int = 0

    @property
    def bread(self) -> FloatArray:
        """Inverse of X'WX, shape (k, k)."""
        try:
            return np.asarray(np.linalg.inv(self.design.T @ self.weighted_design), np.float64)
        except np.linalg.LinAlgError as problem:
            raise DesignError("the regressors are collinear.") from problem

    @property
    def weighted_design(self) -> FloatArray:
        """WX, shape (n, k)."""
        return self.design if self.weights is None else self.design * self.weights[:, None]

    @property
    def outcome_weights(self) -> FloatArray:
        """Times the outcomes they sum to the coefficients, shape (n, k)."""
        return self.weighted_design @ self.bread

    @property
    def scores(self) -> FloatArray:
        """Rows w_i e_i x_i, shape (n, k); they sum to zero."""
        return self.weighted_design * self.residuals[:, None]

    @property
    def residual_df(self) -> int:
        """Observations minus parameters."""
        return int(len(self.residuals) - self.design.shape[1] - self.absorbed)


def least_squares(
    outcome: FloatArray,
    design: FloatArray,
    *,
    weights: FloatArray | None = None,
    absorbed: int = 0,
) -> LinearFit:
    """Fit by (weighted) least squares.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    design : ndarray, shape (n, k)
    weights : ndarray, shape (n,), optional
    absorbed : int

    Returns
    -------
    LinearFit

    Raises
    ------
    DesignError
        The regressors are collinear, there is no residual degree of freedom, or a weight is not
        positive.
    """
    if weights is not None and not np.all(weights > 0):
        raise DesignError("weights of a regression must be positive: exclude units without weight.")
    root = np.ones(len(outcome)) if weights is None else np.sqrt(weights)
    solution, _, rank, _ = np.linalg.lstsq(design * root[:, None], outcome * root, rcond=None)
    coefficients = np.asarray(solution, np.float64)
    if rank < design.shape[1]:
        raise DesignError("the regressors are collinear.")
    residuals = outcome - design @ coefficients
    fit = LinearFit(coefficients, design, residuals, weights, absorbed)
    if fit.residual_df < 1:
        raise DesignError("a regression needs more observations than parameters.")
    return fit


def leverage(fit: LinearFit) -> FloatArray:
    """Diagonal of the hat matrix.

    Parameters
    ----------
    fit : LinearFit

    Returns
    -------
    ndarray, shape (n,)
        Of the regressors in the design; absorbed dummies are not in it.
    """
    return np.asarray(((fit.design @ fit.bread) * fit.weighted_design).sum(axis=1))


def heteroskedastic_covariance(fit: LinearFit, kind: HeteroskedasticKind = "HC1") -> FloatArray:
    """Heteroskedasticity-robust covariance.

    Parameters
    ----------
    fit : LinearFit
    kind : {"HC0", "HC1", "HC2", "HC3"}
        HC1 multiplies by n / (n - parameters); HC2 and HC3 divide each squared residual by one
        minus its leverage, once and twice.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    DesignError
        HC2 or HC3 where an observation is fitted exactly by its own regressor (leverage 1).

    References
    ----------
    MacKinnon & White (1985), Journal of Econometrics 29(3).
    """
    scores = fit.scores
    scale = 1.0
    if kind == "HC1":
        scale = len(scores) / fit.residual_df
    elif kind in ("HC2", "HC3"):
        slack = 1 - leverage(fit)
        if slack.min() < 1e-10:
            raise DesignError(f"{kind}: a regressor fits one observation exactly (leverage 1).")
        scores = scores / (np.sqrt(slack) if kind == "HC2" else slack)[:, None]
    return scale * _sandwich(fit, scores)


def _sandwich(fit: LinearFit, scores: FloatArray) -> FloatArray:
    half = scores @ fit.bread
    return np.asarray(half.T @ half)
