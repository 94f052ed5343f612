"""Weighted cross products of columns, a few thousand rows at a time."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

BLOCK = 2048
"""Rows at a time: what is computed of them stays in the processor's cache, and no table is copied whole."""


def cross_products(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return ``X' diag(w) X``.

    Parameters
    ----------
    values : ndarray, shape (n, k)
    weights : ndarray, shape (n,)

    Returns
    -------
    ndarray, shape (k, k)
    """
    k = values.shape[1]
    products = np.zeros((k, k))
    for first in range(0, len(values), BLOCK):
        block = values[first : first + BLOCK]
        products += (block * weights[first : first + BLOCK, None]).T @ block
    return products
