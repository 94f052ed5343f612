"""Nearest neighbours among candidates that also lie within limits on other variables."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.neighbours import RELATIVE_TIE, ListNeighbours

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def nearest_within_limits(
    focal: FloatArray,
    candidates: FloatArray,
    k: int,
    *,
    focal_limits: FloatArray,
    candidate_limits: FloatArray,
    widths: FloatArray,
    tie_tolerance: float = 0.0,
    focal_strata: IntArray | None = None,
    candidate_strata: IntArray | None = None,
) -> ListNeighbours:
    """Find the k nearest candidates that differ by no more than `widths`, and all tied with the k-th.

    Parameters
    ----------
    focal : ndarray, shape (n_focal, p)
    candidates : ndarray, shape (n_candidates, p)
    k : int
    focal_limits, candidate_limits : ndarray, shape (n_focal, q) and (n_candidates, q)
        Variables with a caliper; the first should be the most selective.
    widths : ndarray, shape (q,)
        Largest differences allowed, inclusive.
    tie_tolerance : float
        On squared distances, see `nearest_in_space`.
    focal_strata, candidate_strata : ndarray of int, optional

    Returns
    -------
    ListNeighbours

    Notes
    -----
    Candidates are sorted by the first limit variable, so only those inside its caliper are looked at.
    """
    by_first = np.argsort(candidate_limits[:, 0], kind="stable")
    first = candidate_limits[by_first, 0]
    low = np.searchsorted(first, focal_limits[:, 0] - widths[0] * (1 + RELATIVE_TIE))
    high = np.searchsorted(first, focal_limits[:, 0] + widths[0] * (1 + RELATIVE_TIE), side="right")
    lists: list[IntArray] = []
    for i in range(len(focal)):
        pool = by_first[low[i] : high[i]]
        inside = (np.abs(candidate_limits[pool] - focal_limits[i]) <= widths).all(axis=1)
        if focal_strata is not None and candidate_strata is not None:
            inside &= candidate_strata[pool] == focal_strata[i]
        pool = np.sort(pool[inside])
        squared = ((candidates[pool] - focal[i]) ** 2).sum(axis=1)
        if len(pool) > k:
            limit = np.partition(squared, k - 1)[k - 1] * (1 + RELATIVE_TIE) + tie_tolerance
            pool = pool[squared <= limit]
        lists.append(pool)
    counts = [len(members) for members in lists]
    start = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    members = np.concatenate(lists) if lists else np.empty(0, dtype=np.int64)
    return ListNeighbours(start, members, len(candidates))
