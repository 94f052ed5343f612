"""Total kernel weight in windows of a sorted score, for both arms.

In a window this total is a polynomial in the score for the Epanechnikov, biweight and uniform
kernels, so running moments of the sorted scores give it for all units at once. The moments are
taken from an anchor at most one bandwidth away and never subtracted from each other: rounding
stays in proportion to the window's own content.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import comb
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.windows import expand

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Kernel = Literal["epanechnikov", "biweight", "uniform", "tricube", "gaussian"]

# Coefficients of u**0, u**1, ... for |u| <= 1.
_POLYNOMIALS: dict[str, tuple[float, ...]] = {
    "uniform": (1.0,),
    "epanechnikov": (1.0, 0.0, -1.0),
    "biweight": (1.0, 0.0, -2.0, 0.0, 1.0),
}
_SHAPES: dict[str, Callable[[FloatArray], FloatArray]] = {
    "uniform": np.ones_like,
    "epanechnikov": lambda u: 1 - u**2,
    "biweight": lambda u: (1 - u**2) ** 2,
    "tricube": lambda u: (1 - np.abs(u) ** 3) ** 3,
    "gaussian": lambda u: np.exp(-(u**2) / 2),
}
_PAIRS_AT_ONCE = 1 << 21
_FEW_NEIGHBOURS = 30
# Below this mean kernel value the moments cancel; such windows are summed pair by pair.
_THIN = 1e-3


@dataclass(frozen=True)
class Windows:
    """Distinct sorted scores of the focal arm, and the other arm's points in reach of each.

    Attributes
    ----------
    focal, points : ndarray, shape (n_focal,) and (n_points,)
        Sorted and distinct.
    focal_count, count : ndarray, of the same shapes
        Units with that score.
    low, high : ndarray of int, shape (n_focal,)
        Half-open ranges of `points` in reach.
    bandwidth : float
    """

    focal: FloatArray
    focal_count: FloatArray
    points: FloatArray
    count: FloatArray
    low: IntArray
    high: IntArray
    bandwidth: float

    def only(self, kept: NDArray[np.bool_]) -> "Windows":
        """Return the windows of some focal values."""
        return replace(
            self,
            focal=self.focal[kept],
            focal_count=self.focal_count[kept],
            low=self.low[kept],
            high=self.high[kept],
        )

    def transposed(self, share: FloatArray) -> "Windows":
        """Return the same pairs seen from the points, the focal values counting `share`."""
        position = np.arange(len(self.points))
        return replace(
            self,
            focal=self.points,
            focal_count=self.count,
            points=self.focal,
            count=share,
            low=np.searchsorted(self.high, position, side="right"),
            high=np.searchsorted(self.low, position, side="right"),
        )


def serve(windows: Windows, kernel: Kernel) -> tuple[FloatArray, FloatArray]:
    """Let every focal unit spread a weight of 1 over the points in reach, by the kernel.

    Parameters
    ----------
    windows : Windows
    kernel : str

    Returns
    -------
    total : ndarray, shape (n_focal,)
        Kernel weight that a focal unit finds; 0 where it finds no point.
    usage : ndarray, shape (n_points,)
        Weight that a unit at each point receives.
    """
    w = windows
    pairs = int((w.high - w.low).sum())
    if kernel not in _POLYNOMIALS or pairs <= _FEW_NEIGHBOURS * (len(w.focal) + len(w.points)):
        return _match_pairwise(w, kernel)
    polynomial = _POLYNOMIALS[kernel]
    total = _window_sums(w, polynomial)
    cumulated = np.concatenate([[0.0], np.cumsum(w.count)])
    thin = total < _THIN * (cumulated[w.high] - cumulated[w.low])
    total[thin], usage = _match_pairwise(w.only(thin), kernel)
    share = np.zeros(len(w.focal))
    np.divide(w.focal_count, total, out=share, where=~thin & (total > 0))
    usage += np.maximum(_window_sums(w.transposed(share), polynomial), 0.0)
    return total, usage


def _window_sums(windows: Windows, polynomial: tuple[float, ...]) -> FloatArray:
    """Sum of counts times the polynomial in (point - focal) / bandwidth over each window."""
    w = windows
    out = np.zeros(len(w.focal))
    start = 0
    while start < len(w.focal):
        anchor = w.focal[start]
        middle = int(np.searchsorted(w.points, anchor))
        near = np.searchsorted(w.focal, anchor + w.bandwidth, side="right")
        stop = max(int(min(np.searchsorted(w.low, middle, side="right"), near)), start + 1)
        block = slice(start, stop)
        first, last = int(w.low[start]), int(w.high[stop - 1])
        if last > first:
            position = (w.points[first:last] - anchor) / w.bandwidth
            value, cut = w.count[first:last], middle - first
            right = _running_moments(position[cut:], value[cut:], polynomial)
            left = _running_moments(position[:cut][::-1], value[:cut][::-1], polynomial)
            offset = (w.focal[block] - anchor) / w.bandwidth
            for degree in range(len(polynomial)):
                moment = right[degree, w.high[block] - middle] + left[degree, middle - w.low[block]]
                out[block] += _coefficient(degree, offset, polynomial) * moment
        start = stop
    return out


def _running_moments(
    position: FloatArray, values: FloatArray, polynomial: tuple[float, ...]
) -> FloatArray:
    """Compute running sums of values * position**k, k = 0, 1, ...; shape (degree + 1, len + 1)."""
    out = np.zeros((len(polynomial), len(position) + 1))
    term = values
    for degree in range(len(polynomial)):
        np.cumsum(term, out=out[degree, 1:])
        if degree + 1 < len(polynomial):
            term = term * position
    return out


def _coefficient(degree: int, offset: FloatArray, polynomial: tuple[float, ...]) -> FloatArray:
    """Coefficient of position**degree in polynomial(position - offset)."""
    out = np.zeros_like(offset)
    for power in range(degree, len(polynomial)):
        if polynomial[power]:
            out += polynomial[power] * comb(power, degree) * (-offset) ** (power - degree)
    return out


def _match_pairwise(windows: Windows, kernel: Kernel) -> tuple[FloatArray, FloatArray]:
    w = windows
    total, usage = np.zeros(len(w.focal)), np.zeros(len(w.points))
    for block in _blocks(w.high - w.low):
        owner, member = expand(w.low[block], w.high[block])
        distance = (w.points[member] - w.focal[block][owner]) / w.bandwidth
        value = _SHAPES[kernel](np.clip(distance, -_edge(kernel), _edge(kernel)))
        weight = np.bincount(owner, value * w.count[member], block.stop - block.start)
        total[block] = weight
        share = np.zeros(len(owner))
        np.divide(value, weight[owner], out=share, where=weight[owner] > 0)
        usage += np.bincount(member, share * w.focal_count[block][owner], len(w.points))
    return total, usage


def _edge(kernel: Kernel) -> float:
    return np.inf if kernel == "gaussian" else 1.0


def _blocks(width: IntArray) -> Iterator[slice]:
    """Consecutive runs of focal values with about `_PAIRS_AT_ONCE` pairs each."""
    running = np.cumsum(width)
    start = 0
    while start < len(width):
        before = running[start - 1] if start else 0
        stop = int(np.searchsorted(running, before + _PAIRS_AT_ONCE, side="right"))
        stop = max(stop, start + 1)
        yield slice(start, stop)
        start = stop
