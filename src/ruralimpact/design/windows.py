"""Ranges of a sorted score within reach of each unit, and the pairs that they hold."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def within_reach(focal: FloatArray, points: FloatArray, width: float) -> tuple[IntArray, IntArray]:
    """Find the points within `width` of each focal value.

    Parameters
    ----------
    focal : ndarray, shape (n_focal,)
    points : ndarray, shape (n_points,)
        Sorted.
    width : float

    Returns
    -------
    low, high : ndarray of int, shape (n_focal,)
        Half-open ranges of positions in `points` with ``abs(point - focal) <= width`` exactly as
        floating point computes it, so that both arms agree on every pair.
    """
    low = np.searchsorted(points, focal - width, side="left")
    high = np.searchsorted(points, focal + width, side="right")
    fenced = np.concatenate([[-np.inf], points, [np.inf]])
    while (step := (low > 0) & (focal - fenced[low] <= width)).any():
        low = low - step
    while (step := focal - fenced[low + 1] > width).any():
        low = low + step
    while (step := (high < len(points)) & (fenced[high + 1] - focal <= width)).any():
        high = high + step
    while (step := (high > 0) & (fenced[high] - focal > width)).any():
        high = high - step
    return low, np.maximum(low, high)


def expand(low: IntArray, high: IntArray) -> tuple[IntArray, IntArray]:
    """List the pairs of half-open ranges.

    Parameters
    ----------
    low, high : ndarray of int, shape (n_focal,)

    Returns
    -------
    owner, member : ndarray of int, shape (n_pairs,)
        Position of the range, and position inside the points that it spans.
    """
    width = high - low
    owner = np.repeat(np.arange(len(width)), width)
    begin = np.cumsum(width) - width
    return owner, np.arange(len(owner)) + (low - begin)[owner]
