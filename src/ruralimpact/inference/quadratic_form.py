"""Satterthwaite's degrees of freedom of a variance that is a sum of squares of linear combinations."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class QuadraticForm:
    """Covariance Q of the G group scores whose squares are added up, under a working model.

    It is ``diag(d) + F C F'`` and, between groups of one stratum h only, ``Y K_h Y'``.

    Attributes
    ----------
    diagonal : ndarray, shape (G,)
        d.
    factor : ndarray, shape (G, p)
        F.
    core : ndarray, shape (p, p)
        C, symmetric.
    within : WithinStrata, optional
    """

    diagonal: FloatArray
    factor: FloatArray
    core: FloatArray
    within: "WithinStrata | None" = None

    @cached_property
    def trace(self) -> float:
        """Expected sum of squares, up to a factor."""
        low_rank = float(np.sum(self.core * (self.factor.T @ self.factor)))
        within = 0.0 if self.within is None else float(self.within.diagonal.sum())
        return float(self.diagonal.sum()) + low_rank + within

    @cached_property
    def squares(self) -> float:
        """Trace of Q Q, in time linear in G."""
        own, product = self.diagonal, self.core @ (self.factor.T @ self.factor)
        of_factor = self.factor.T @ (own[:, None] * self.factor)
        squares = float(own @ own + np.sum(product * product.T))
        if self.within is not None:
            of_factor += self.within.projected_on(self.factor)
            squares += 2 * float(own @ self.within.diagonal) + self.within.squares
        return squares + 2 * float(np.sum(self.core * of_factor))

    @property
    def df(self) -> float:
        """``(tr Q)^2 / tr(Q^2)``; NaN where Q is zero."""
        return self.trace**2 / self.squares if self.squares > 0 else np.nan


@dataclass(frozen=True)
class WithinStrata:
    """A matrix that is ``Y K_h Y'`` between the groups of each stratum h, and 0 between strata.

    Attributes
    ----------
    strata : ndarray of int, shape (G,)
        Codes 0 .. H-1.
    factor : ndarray, shape (G, q)
        Y.
    core : ndarray, shape (H, q, q)
        K, symmetric.
    """

    strata: IntArray
    factor: FloatArray
    core: FloatArray

    @property
    def diagonal(self) -> FloatArray:
        """Its diagonal, shape (G,)."""
        return np.asarray(
            np.einsum("gi,gij,gj->g", self.factor, self.core[self.strata], self.factor)
        )

    @property
    def squares(self) -> float:
        """Sum of its squared entries."""
        product = self.core @ self._products(self.factor)
        return float(np.sum(product * product.transpose(0, 2, 1)))

    def projected_on(self, columns: FloatArray) -> FloatArray:
        """The matrix between columns of shape (G, p) and themselves; shape (p, p)."""
        mixed = self._products(columns)
        return np.asarray((mixed.transpose(0, 2, 1) @ self.core @ mixed).sum(axis=0))

    def _products(self, columns: FloatArray) -> FloatArray:
        return products_by_stratum(self.factor, columns, self.strata, len(self.core))


def products_by_stratum(
    left: FloatArray, right: FloatArray, strata: IntArray, n_strata: int
) -> FloatArray:
    """Sum over the groups of each stratum of the products of two sets of columns.

    Parameters
    ----------
    left : ndarray, shape (G, ..., i)
    right : ndarray, shape (G, ..., j)
    strata : ndarray of int, shape (G,)
    n_strata : int

    Returns
    -------
    ndarray, shape (H, ..., i, j)
    """
    products = left[..., :, None] * right[..., None, :]
    summed = np.zeros((n_strata, *products.shape[1:]))
    np.add.at(summed, strata, products)
    return summed
