"""Bias-reduced clustered covariance (CR2) with Satterthwaite degrees of freedom."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.sandwich import LinearFit

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Eigenvalues of I - H within a group below this belong to directions that the group fits exactly.
_EXACT_FIT = 1e-12


@dataclass(frozen=True)
class BiasReducedCovariance:
    """CR2 covariance of the coefficients.

    Attributes
    ----------
    covariance : ndarray, shape (k, k)
    df : ndarray, shape (k,)
        Satterthwaite degrees of freedom of each coefficient's t statistic.
    scores : ndarray, shape (n, k)
        Bias-reduced influence scores: summed by group, their cross product is `covariance`.
    """

    covariance: FloatArray
    df: FloatArray
    scores: FloatArray


def bias_reduced_covariance(fit: LinearFit, groups: ArrayLike) -> BiasReducedCovariance:
    """Clustered covariance that is unbiased when the errors are independent with one variance.

    Parameters
    ----------
    fit : LinearFit
        With fixed effects absorbed, the design must hold every regressor that is not nested in a
        group (demeaned within the group): the dummies of time, for groups that are units.
    groups : array_like, shape (n,)

    Returns
    -------
    BiasReducedCovariance

    Raises
    ------
    DesignError
        There is a single group.

    Notes
    -----
    Group g's residuals are multiplied by A_g = B_g^(-1/2), B_g the block of (I - H)(I - H)'
    (generalised inverse where the group fits a direction exactly). B_g is the identity outside the
    span of the group's regressors, so A_g is found in that span: the cost is linear in the size of
    a group. Groups of one size are worked on together. The working model for weighted fits is the
    identity.

    References
    ----------
    Bell & McCaffrey (2002), Survey Methodology 28(2); Pustejovsky & Tipton (2018), Journal of
    Business & Economic Statistics 36(4).
    """
    batches = _rows_by_group_size(groups)
    bread, weighted = fit.bread, fit.weighted_design
    inner = bread @ (weighted.T @ weighted) @ bread
    adjusted = np.empty_like(fit.design)
    for rows in batches:
        adjusted[rows] = _adjust(fit, bread, inner, rows)
    scores = adjusted * fit.residuals[:, None] @ bread
    sums = _sum_groups(scores, batches)
    df = [_satterthwaite(fit, adjusted @ column, bread, inner, batches) for column in bread.T]
    return BiasReducedCovariance(sums.T @ sums, np.array(df), scores)


def _rows_by_group_size(groups: ArrayLike) -> list[IntArray]:
    """Row numbers as arrays of shape (groups of one size, size)."""
    _, codes, sizes = np.unique(np.asarray(groups), return_inverse=True, return_counts=True)
    if len(sizes) < 2:
        raise DesignError("clustered inference needs at least two groups.")
    order = np.argsort(codes.ravel(), kind="stable")
    first = np.cumsum(sizes) - sizes
    return [order[first[sizes == size][:, None] + np.arange(size)] for size in np.unique(sizes)]


def _adjust(fit: LinearFit, bread: FloatArray, inner: FloatArray, rows: IntArray) -> FloatArray:
    """A_g W_g X_g for groups of one size, shape (groups, size, k)."""
    design, weighted = fit.design[rows], fit.weighted_design[rows]
    span = design if fit.weights is None else np.concatenate([design, weighted], axis=2)
    basis = np.linalg.qr(span)[0]
    transposed = basis.transpose(0, 2, 1)
    plain, heavy = transposed @ design, transposed @ weighted
    cross = plain @ bread @ heavy.transpose(0, 2, 1)
    block = np.eye(basis.shape[2]) - cross - cross.transpose(0, 2, 1)
    block += plain @ inner @ plain.transpose(0, 2, 1)
    values, vectors = np.linalg.eigh(block)
    exact = values < _EXACT_FIT
    root = np.where(exact, 0.0, 1 / np.sqrt(np.where(exact, 1.0, values)))
    adjusted: FloatArray = basis @ (vectors * root[:, None, :]) @ vectors.transpose(0, 2, 1) @ heavy
    return adjusted


def _sum_groups(values: FloatArray, batches: list[IntArray]) -> FloatArray:
    """Sum the rows of each group, groups in the order of `batches`."""
    return np.concatenate([values[rows].sum(axis=1) for rows in batches])


def _satterthwaite(
    fit: LinearFit,
    direction: FloatArray,
    bread: FloatArray,
    inner: FloatArray,
    batches: list[IntArray],
) -> float:
    """Degrees of freedom of one coefficient: 2 mean^2 / variance of its CR2 variance.

    With a_g = A_g W_g X_g bread_j, the variance is a quadratic form in the errors with Gram matrix
    P = diag(a_g'a_g) - U M V' - V M U' + U M Q M U' (U, V with rows X_g'a_g and X_g'W_g a_g): a
    diagonal minus a matrix of rank 2k, so its trace and its squares need no G x G array.
    """
    squares = _sum_groups((direction**2)[:, None], batches)[:, 0]
    plain = _sum_groups(fit.design * direction[:, None], batches)
    heavy = _sum_groups(fit.weighted_design * direction[:, None], batches)
    factor = np.concatenate([plain, heavy], axis=1)
    core = np.block([[-inner, bread], [bread, np.zeros_like(bread)]])
    diagonal = np.einsum("gi,ij,gj->g", factor, core, factor)
    product = core @ (factor.T @ factor)
    trace = float(np.sum(squares - diagonal))
    total = float(squares @ squares - 2 * squares @ diagonal + np.sum(product * product.T))
    return trace**2 / total if total > 0 else np.nan
