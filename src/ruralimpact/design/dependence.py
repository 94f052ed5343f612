"""Which columns can be computed from the others, and how."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Dependence:
    """Columns split into a basis and those that it spans, together with a constant.

    Attributes
    ----------
    basis : ndarray of int, shape (q,)
        Columns kept: each adds something to a constant and the columns before it.
    spanned : ndarray of int, shape (p - q,)
        The others.
    coefficients : ndarray, shape (q, p - q)
        Slopes of each spanned column on the basis.
    """

    basis: NDArray[np.int64]
    spanned: NDArray[np.int64]
    coefficients: FloatArray


def find_dependence(covariance: FloatArray, *, tolerance: float = 1e-10) -> Dependence:
    """Find linear dependence among columns by pivoting in their given order.

    Parameters
    ----------
    covariance : ndarray, shape (p, p)
        Covariance of columns scaled to a spread near 1.
    tolerance : float
        A column is spanned if the columns before it leave less than this of its variance.

    Returns
    -------
    Dependence
    """
    basis: list[int] = []
    spanned: list[int] = []
    for j in range(covariance.shape[0]):
        cross = covariance[basis, j]
        slopes = np.linalg.solve(covariance[np.ix_(basis, basis)], cross)
        (spanned if covariance[j, j] - cross @ slopes < tolerance else basis).append(j)
    coefficients = np.linalg.solve(
        covariance[np.ix_(basis, basis)], covariance[np.ix_(basis, spanned)]
    )
    return Dependence(np.array(basis, int), np.array(spanned, int), coefficients.astype(np.float64))
