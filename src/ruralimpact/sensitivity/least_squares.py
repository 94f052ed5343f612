"""Weighted least squares as the sensitivity analyses need it: residuals, partial R2 and rank."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

_INDEPENDENT = 1e-10


def with_constant(covariates: FloatArray) -> FloatArray:
    """Covariates with a constant before them, shape (n, p + 1)."""
    return np.column_stack([np.ones(len(covariates)), covariates])


def residuals(
    design: FloatArray, weights: FloatArray, *values: FloatArray
) -> tuple[list[FloatArray], int]:
    """Residuals of weighted regressions of several variables on one design.

    Parameters
    ----------
    design : ndarray, shape (n, q)
        With its constant; columns may be collinear.
    weights : ndarray, shape (n,)
        Positive.
    *values : ndarray, shape (n,)

    Returns
    -------
    residuals : list of ndarray, shape (n,)
        Unweighted: value less fit, of each variable.
    rank : int
        Of the design.
    """
    basis = orthonormal(design, weights)
    root = np.sqrt(weights)
    return [value - basis @ (basis.T @ (root * value)) / root for value in values], basis.shape[1]


def orthonormal(design: FloatArray, weights: FloatArray) -> FloatArray:
    """Orthonormal basis of the weighted columns of a design, shape (n, rank)."""
    scaled = design * np.sqrt(weights)[:, None]
    lengths = np.sqrt((scaled**2).sum(axis=0))
    scaled = scaled[:, lengths > 0] / lengths[lengths > 0]
    basis, triangle = np.linalg.qr(scaled)
    if np.abs(np.diag(triangle)).min(initial=1.0) > _INDEPENDENT:
        return basis
    left, singular, _ = np.linalg.svd(scaled, full_matrices=False)  # collinear columns
    return left[:, singular > _INDEPENDENT * singular.max(initial=0.0)]


def partial_r2(
    values: FloatArray, basis: FloatArray, added: FloatArray, weights: FloatArray
) -> float:
    """Share of the residual variance of `values` given a design that `added` columns explain.

    Parameters
    ----------
    values : ndarray, shape (n,)
    basis : ndarray, shape (n, rank)
        `orthonormal` of the design, which has a constant.
    added : ndarray, shape (n, q) or (n,)
    weights : ndarray, shape (n,)

    Returns
    -------
    float
        In [0, 1]; NaN where nothing is left to explain.
    """
    root = np.sqrt(weights)
    rest = beside(root * values, basis)
    total = float(weights @ (values - np.average(values, weights=weights)) ** 2)
    before = float(rest @ rest)
    if before <= 1e-14 * total:
        return np.nan
    columns = added.reshape(len(values), -1) * root[:, None]
    apart = beside(columns, basis)
    kept = np.linalg.norm(apart, axis=0) > _INDEPENDENT * np.linalg.norm(columns, axis=0)
    explained = orthonormal(apart[:, kept], np.ones(len(values))).T @ rest
    return min(max(float(explained @ explained) / before, 0.0), 1.0)


def beside(values: FloatArray, basis: FloatArray) -> FloatArray:
    """What is left of values, or of columns, beside an orthonormal basis."""
    once = values - basis @ (basis.T @ values)
    return np.asarray(once - basis @ (basis.T @ once))  # twice, against cancellation
