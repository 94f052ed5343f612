"""Covariance of least-squares coefficients: classical, heteroskedastic, clustered, two-way."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
HeteroskedasticKind = Literal["HC0", "HC1", "HC2", "HC3"]
ClusterKind = Literal["CR0", "CR1", "CR1S"]


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
        raise DesignError(
            "weights of a regression must be positive: leave out units without weight."
        )
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


def classical_covariance(fit: LinearFit) -> FloatArray:
    """Covariance under homoskedastic independent errors (with weights: variance inverse to them).

    Parameters
    ----------
    fit : LinearFit

    Returns
    -------
    ndarray, shape (k, k)
    """
    weights = 1.0 if fit.weights is None else fit.weights
    return fit.bread * float(np.sum(weights * fit.residuals**2)) / fit.residual_df


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


def clustered_covariance(
    fit: LinearFit, groups: ArrayLike, kind: ClusterKind = "CR1"
) -> FloatArray:
    """Covariance robust to any dependence within groups.

    Parameters
    ----------
    fit : LinearFit
    groups : array_like, shape (n,)
    kind : {"CR0", "CR1", "CR1S"}
        CR1 multiplies by G / (G - 1), CR1S (Stata's) by (n - 1) / (n - parameters) as well.

    Returns
    -------
    ndarray, shape (k, k)

    Raises
    ------
    DesignError
        There is a single group.

    References
    ----------
    Liang & Zeger (1986), Biometrika 73(1).
    """
    codes, count = _group_codes(groups)
    return _small_sample(fit, count, kind) * _sandwich(fit, _sum_by(codes, count, fit.scores))


def two_way_covariance(
    fit: LinearFit, first: ArrayLike, second: ArrayLike, kind: ClusterKind = "CR1"
) -> FloatArray:
    """Covariance robust to dependence within either of two groupings.

    Parameters
    ----------
    fit : LinearFit
    first, second : array_like, shape (n,)
    kind : {"CR0", "CR1", "CR1S"}
        Each of the three terms has the factor of its own number of groups.

    Returns
    -------
    ndarray, shape (k, k)
        First grouping plus second minus their intersection; where that is not positive
        semi-definite, negative eigenvalues are set to zero as the paper proposes.

    References
    ----------
    Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29(2).
    """
    one, _ = _group_codes(first)
    two, n_two = _group_codes(second)
    both = one * n_two + two
    covariance = clustered_covariance(fit, one, kind) + clustered_covariance(fit, two, kind)
    covariance -= clustered_covariance(fit, both, kind)
    values, vectors = np.linalg.eigh(covariance)
    if values[0] >= 0:
        return covariance
    return np.asarray((vectors * np.maximum(values, 0.0)) @ vectors.T)


def _sandwich(fit: LinearFit, scores: FloatArray) -> FloatArray:
    half = scores @ fit.bread
    return np.asarray(half.T @ half)


def _group_codes(groups: ArrayLike) -> tuple[IntArray, int]:
    values, codes = np.unique(np.asarray(groups), return_inverse=True)
    if len(values) < 2:
        raise DesignError("clustered inference needs at least two groups.")
    return codes.ravel().astype(np.int64), len(values)


def _sum_by(codes: IntArray, count: int, rows: FloatArray) -> FloatArray:
    return np.column_stack([np.bincount(codes, column, count) for column in rows.T])


def _small_sample(fit: LinearFit, n_groups: int, kind: ClusterKind) -> float:
    if kind == "CR0":
        return 1.0
    factor = n_groups / (n_groups - 1)
    if kind == "CR1S":
        factor *= (len(fit.residuals) - 1) / fit.residual_df
    return factor
