"""An order of units that comes from their data, so that names and units of measure decide no tie."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_PARTS = 1e10


def data_rank(columns: FloatArray) -> IntArray:
    """Rank units by their columns, the first column first.

    Parameters
    ----------
    columns : ndarray, shape (n, q)

    Returns
    -------
    ndarray of int, shape (n,)
        0 for the smallest. Values that differ by rounding only count as equal, so that ranks are the same in
        other units of measure.
    """
    scale = np.abs(columns).max(axis=0, initial=0.0)
    parts = np.rint(columns / np.where(scale > 0, scale, 1.0) * _PARTS)
    return np.unique(parts, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


def data_order(columns: FloatArray) -> IntArray:
    """Positions of units by `data_rank`, those of one rank in the order of the rows.

    Parameters
    ----------
    columns : ndarray, shape (n, q)

    Returns
    -------
    ndarray of int, shape (n,)
    """
    return np.argsort(data_rank(columns), kind="stable").astype(np.int64)
