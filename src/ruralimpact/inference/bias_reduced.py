"""Bias-reduced clustered covariance (CR2) with Satterthwaite degrees of freedom."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.quadratic_form import QuadraticForm
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
    forms : tuple of FormRows, length k
        Of each coefficient.
    """

    covariance: FloatArray
    df: FloatArray
    scores: FloatArray
    forms: tuple["FormRows", ...]


@dataclass(frozen=True)
class FormRows:
    """What the covariance of a coefficient's group scores, under the working model, is made of.

    Attributes
    ----------
    squares : ndarray, shape (n,)
        Of each row of the fit; summed by group the covariance's diagonal part.
    factors : ndarray, shape (n, p)
        Summed by group its factor of low rank.
    core : ndarray, shape (p, p)
    """

    squares: FloatArray
    factors: FloatArray
    core: FloatArray

    def by_group(self, groups: IntArray) -> QuadraticForm:
        """Covariance of the group scores.

        Parameters
        ----------
        groups : ndarray of int, shape (n,)
            Codes 0 .. G-1.

        Returns
        -------
        QuadraticForm
            With a single stratum.
        """
        diagonal = np.asarray(np.bincount(groups, self.squares), dtype=np.float64)
        factor = np.zeros((len(diagonal), self.factors.shape[1]))
        np.add.at(factor, groups, self.factors)
        return QuadraticForm(diagonal, factor, self.core)

    def mapped(self, rows: Callable[[FloatArray], FloatArray]) -> "FormRows":
        """The same with its rows put elsewhere, or added up, by a function of arrays of shape (n, ...)."""
        return replace(self, squares=rows(self.squares), factors=rows(self.factors))


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
    codes = group_codes(groups)
    sums = np.column_stack([group_sums(column, codes) for column in scores.T])
    core = np.block([[inner, -bread], [-bread, np.zeros_like(bread)]])
    forms = tuple(_form(fit, adjusted @ column, core) for column in bread.T)
    df = np.array([form.by_group(codes).df for form in forms])
    return BiasReducedCovariance(sums.T @ sums, df, scores, forms)


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


def _form(fit: LinearFit, direction: FloatArray, core: FloatArray) -> FormRows:
    """Working covariance of one coefficient's group scores.

    With a_g = A_g W_g X_g bread_j it is P = diag(a_g'a_g) - U M V' - V M U' + U M Q M U' (U, V with rows
    X_g'a_g and X_g'W_g a_g): a diagonal and a matrix of rank 2k, so its trace and its squares need no G x G
    array.
    """
    plain, heavy = fit.design * direction[:, None], fit.weighted_design * direction[:, None]
    return FormRows(direction**2, np.concatenate([plain, heavy], axis=1), core)
