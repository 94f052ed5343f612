"""Nearest neighbours with every tie kept: on one score by intervals, in a metric space by lists.

Both results answer the same four questions (how many neighbours, sums over them, how often each candidate
serves, which pairs), so estimators do not know which search found them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.point_tree import NearPairs, Ties, near_pairs
from ruralimpact.design.row_order import distinct_rows, stable_order

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Equal distances come out unequal by rounding. Scores are good to about 1e-15 of their size, and squared
# distances in a whitened space to about 1e-12 of theirs; what differs by less than this is a tie.
ROUNDING = 1e-12
RELATIVE_TIE = 1e-9


class Neighbours(Protocol):
    """The neighbours of each focal unit among the candidates."""

    @property
    def counts(self) -> IntArray:
        """Neighbours of each focal unit, shape (n_focal,); 0 where there is none."""

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of `values` (shape (n_candidates,)) over each focal unit's neighbours."""

    def usage(self, focal_weights: FloatArray) -> FloatArray:
        """Total of `focal_weights` (shape (n_focal,)) over the focal units that each candidate serves."""

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Focal and candidate positions of every pair."""


@dataclass(frozen=True)
class IntervalNeighbours:
    """Neighbours on a score: for each focal unit an interval of the sorted candidates.

    Attributes
    ----------
    order : ndarray of int, shape (n_candidates,)
        Candidates sorted by stratum and score.
    low, high : ndarray of int, shape (n_focal,)
        Half-open interval of positions in `order`.
    """

    order: IntArray
    low: IntArray
    high: IntArray

    @property
    def counts(self) -> IntArray:
        """Neighbours of each focal unit, shape (n_focal,)."""
        return self.high - self.low

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of `values` over each focal unit's neighbours, by prefix sums."""
        centre = float(values.mean()) if len(values) else 0.0
        running = np.concatenate([[0.0], np.cumsum(values[self.order] - centre)])
        sums: FloatArray = running[self.high] - running[self.low] + centre * self.counts
        return sums

    def usage(self, focal_weights: FloatArray) -> FloatArray:
        """Total of `focal_weights` over the focal units that each candidate serves."""
        present = self.counts > 0
        size = len(self.order) + 1
        low, high = self.low[present], self.high[present]
        weight = focal_weights[present]
        change = np.bincount(low, weight, size) - np.bincount(high, weight, size)
        served = np.cumsum(np.bincount(low, minlength=size) - np.bincount(high, minlength=size))
        total = np.where(served > 0, np.cumsum(change), 0.0)[:-1]
        out = np.empty(len(self.order))
        out[self.order] = total
        return out

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Focal and candidate positions of every pair, by focal unit and candidate."""
        counts = self.counts
        focal = np.repeat(np.arange(len(counts)), counts)
        offset = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
        candidate = self.order[np.repeat(self.low, counts) + offset]
        by_candidate = np.lexsort((candidate, focal))
        return focal, candidate[by_candidate]


@dataclass(frozen=True)
class ListNeighbours:
    """Neighbours in a metric space, as lists laid end to end.

    Attributes
    ----------
    start : ndarray of int, shape (n_focal + 1,)
    members : ndarray of int
        Candidate positions; those of focal unit i are ``members[start[i]:start[i + 1]]``.
    n_candidates : int
    """

    start: IntArray
    members: IntArray
    n_candidates: int

    @property
    def counts(self) -> IntArray:
        """Neighbours of each focal unit, shape (n_focal,)."""
        return np.diff(self.start)

    def sums(self, values: FloatArray) -> FloatArray:
        """Sum of `values` over each focal unit's neighbours."""
        focal, candidate = self.pairs()
        return _totals(focal, values[candidate], len(self.start) - 1)

    def usage(self, focal_weights: FloatArray) -> FloatArray:
        """Total of `focal_weights` over the focal units that each candidate serves."""
        focal, candidate = self.pairs()
        return _totals(candidate, focal_weights[focal], self.n_candidates)

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Focal and candidate positions of every pair, by focal unit and candidate."""
        return np.repeat(np.arange(len(self.start) - 1), self.counts), self.members


def _totals(positions: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.asarray(np.bincount(positions, values, minlength=size), dtype=np.float64)


def nearest_on_score(
    focal: FloatArray,
    candidates: FloatArray,
    k: int,
    *,
    caliper: float | None = None,
    tie_tolerance: float = 0.0,
    focal_strata: IntArray | None = None,
    candidate_strata: IntArray | None = None,
) -> IntervalNeighbours:
    """Find the k nearest candidates on a score, and all tied with the k-th.

    Parameters
    ----------
    focal : ndarray, shape (n_focal,)
    candidates : ndarray, shape (n_candidates,)
    k : int
        At least 1. Where a stratum holds fewer than k candidates, all of them serve.
    caliper : float, optional
        Largest distance allowed, inclusive, in units of the score.
    tie_tolerance : float
        Candidates whose squared distance exceeds the k-th smallest by no more than this are ties.
    focal_strata, candidate_strata : ndarray of int, optional
        Neighbours come from the same stratum only.

    Returns
    -------
    IntervalNeighbours

    Notes
    -----
    One sort and O(log k) vectorised steps. To exclude a unit from its own neighbours, search for k + 1
    among all and subtract the unit itself: at distance zero it is always found.
    """
    order = _sorted(candidates, candidate_strata)
    sorted_scores = candidates[order]
    low = np.zeros(len(focal), dtype=np.int64)
    high = np.zeros(len(focal), dtype=np.int64)
    # Focal units go in sorted order too: neighbouring searches then touch neighbouring memory.
    turns = order if focal is candidates else _sorted(focal, focal_strata)
    for rows, begin, end in _segments(turns, order, focal_strata, candidate_strata):
        segment = sorted_scores[begin:end]
        lo, hi = _interval(focal[rows], segment, k, tie_tolerance)
        if caliper is not None:
            lo, hi = _inside_caliper(focal[rows], segment, lo, hi, caliper)
        low[rows], high[rows] = begin + lo, begin + hi
    return IntervalNeighbours(order, low, high)


def _sorted(scores: FloatArray, strata: IntArray | None) -> IntArray:
    if strata is None:
        return stable_order(scores)
    return np.lexsort((scores, strata))


def _segments(
    turns: IntArray,
    order: IntArray,
    focal_strata: IntArray | None,
    candidate_strata: IntArray | None,
) -> Iterator[tuple[IntArray, int, int]]:
    """Yield the focal units of each stratum with the range of their candidates, where there are any."""
    if focal_strata is None or candidate_strata is None:
        yield turns, 0, len(order)
        return
    sorted_strata = candidate_strata[order]
    values, first = np.unique(focal_strata[turns], return_index=True)
    for value, rows in zip(values, np.split(turns, first[1:]), strict=True):
        begin, end = np.searchsorted(sorted_strata, [value, value + 1])
        if begin < end:
            yield rows, int(begin), int(end)


def _interval(
    focal: FloatArray, scores: FloatArray, k: int, tie_tolerance: float
) -> tuple[IntArray, IntArray]:
    """Interval of sorted `scores` with the k nearest to each focal score and their ties."""
    n = len(scores)
    if n <= k:
        return np.zeros(len(focal), dtype=np.int64), np.full(len(focal), n, dtype=np.int64)
    position = np.searchsorted(scores, focal)
    low = np.maximum(position - k, 0)
    last = np.minimum(position, n - k)
    while (open_ := low < last).any():
        middle = (low + last) // 2
        left_is_near = focal - scores[middle] <= scores[np.minimum(middle + k, n - 1)] - focal
        last = np.where(open_ & left_is_near, middle, last)
        low = np.where(open_ & ~left_is_near, middle + 1, low)
    high = low + k
    farthest = np.maximum(np.abs(focal - scores[low]), np.abs(scores[high - 1] - focal))
    rounding = ROUNDING * max(abs(scores[0]), abs(scores[-1]))
    radius = np.sqrt(farthest**2 + tie_tolerance) + rounding
    return np.searchsorted(scores, focal - radius), np.searchsorted(
        scores, focal + radius, side="right"
    )


def _inside_caliper(
    focal: FloatArray, scores: FloatArray, low: IntArray, high: IntArray, caliper: float
) -> tuple[IntArray, IntArray]:
    first = np.searchsorted(scores, focal - caliper)
    last = np.searchsorted(scores, focal + caliper, side="right")
    n = len(scores)
    first = first + ((first < n) & (focal - scores[np.minimum(first, n - 1)] > caliper))
    last = last - ((last > 0) & (scores[np.maximum(last - 1, 0)] - focal > caliper))
    low, high = np.maximum(low, first), np.minimum(high, last)
    return low, np.maximum(low, high)


def nearest_in_space(
    focal: FloatArray,
    candidates: FloatArray,
    k: int,
    *,
    caliper: float | None = None,
    tie_tolerance: float = 0.0,
    focal_strata: IntArray | None = None,
    candidate_strata: IntArray | None = None,
) -> ListNeighbours:
    """Find the k nearest candidates by Euclidean distance, and all tied with the k-th.

    Parameters
    ----------
    focal : ndarray, shape (n_focal, p)
        Coordinates after whitening (`ruralimpact.design.metric`).
    candidates : ndarray, shape (n_candidates, p)
    k : int
        At least 1. Where a stratum holds fewer than k candidates, all of them serve.
    caliper : float, optional
        Largest distance allowed, inclusive.
    tie_tolerance : float
        Candidates whose squared distance exceeds the k-th smallest by no more than this are ties (beside
        those that differ from it by rounding only).
    focal_strata, candidate_strata : ndarray of int, optional
        Neighbours come from the same stratum only.

    Returns
    -------
    ListNeighbours
    """
    n_focal, n_candidates = len(focal), len(candidates)
    groups = (
        [(np.arange(n_focal), np.arange(n_candidates))]
        if focal_strata is None or candidate_strata is None
        else [
            (np.flatnonzero(focal_strata == s), np.flatnonzero(candidate_strata == s))
            for s in np.unique(focal_strata)
        ]
    )
    owners: list[IntArray] = []
    members: list[IntArray] = []
    for rows, pool in groups:
        if len(pool) == 0:
            continue
        owner, member = _nearest_rows(focal[rows], candidates[pool], k, caliper, tie_tolerance)
        owners.append(rows[owner])
        members.append(pool[member])
    owner = np.concatenate(owners) if owners else np.empty(0, dtype=np.int64)
    member = np.concatenate(members) if members else np.empty(0, dtype=np.int64)
    return lists_from_pairs(owner, member, n_focal, n_candidates)


def lists_from_pairs(
    focal: IntArray, candidates: IntArray, n_focal: int, n_candidates: int
) -> ListNeighbours:
    """Lay pairs out as lists, by focal unit and candidate.

    Parameters
    ----------
    focal, candidates : ndarray of int, shape (n_pairs,)
        Positions of the two units of each pair, in any order.
    n_focal, n_candidates : int

    Returns
    -------
    ListNeighbours
    """
    by_focal = np.lexsort((candidates, focal))
    start = np.concatenate([[0], np.cumsum(np.bincount(focal, minlength=n_focal))])
    return ListNeighbours(start.astype(np.int64), candidates[by_focal], n_candidates)


def only_complete(neighbours: Neighbours, k: int) -> Neighbours:
    """Take their neighbours from focal units that have fewer than k.

    Parameters
    ----------
    neighbours : Neighbours
    k : int

    Returns
    -------
    Neighbours
    """
    complete = neighbours.counts >= k
    if isinstance(neighbours, IntervalNeighbours):
        low = np.where(complete, neighbours.low, 0)
        return IntervalNeighbours(neighbours.order, low, np.where(complete, neighbours.high, 0))
    focal, candidate = neighbours.pairs()
    kept = complete[focal]
    n_candidates = len(neighbours.usage(np.zeros(len(complete))))
    return lists_from_pairs(focal[kept], candidate[kept], len(complete), n_candidates)


def _nearest_rows(
    focal: FloatArray,
    candidates: FloatArray,
    k: int,
    caliper: float | None,
    tie_tolerance: float,
) -> tuple[IntArray, IntArray]:
    """Pairs (focal, candidate) of one stratum, searching distinct candidate rows once each."""
    distinct = distinct_rows(list(candidates.T))
    by_row, size = distinct.order, distinct.counts
    first = np.concatenate([[0], np.cumsum(size)])
    rows = candidates[distinct.representatives]
    ties = Ties(RELATIVE_TIE, tie_tolerance)
    near = near_pairs(focal, rows, min(k, len(rows)), ties=ties, farthest=caliper)
    limit = ties.limit(_kth_smallest(near, size, k, len(focal)))
    keep = near.squared <= limit[near.query]
    if caliper is not None:
        keep &= np.sqrt(near.squared) <= caliper
    owner, row = near.query[keep], near.point[keep]
    owner_of_unit = np.repeat(owner, size[row])
    offset = np.arange(size[row].sum()) - np.repeat(np.cumsum(size[row]) - size[row], size[row])
    return owner_of_unit, by_row[np.repeat(first[row], size[row]) + offset]


def _kth_smallest(near: NearPairs, size: IntArray, k: int, n_focal: int) -> FloatArray:
    """Squared distance of each focal unit to its k-th candidate, of which a row has `size`; inf without."""
    by_distance = np.lexsort((near.squared, near.query))
    query, squared = near.query[by_distance], near.squared[by_distance]
    total = np.cumsum(size[near.point[by_distance]])
    before = np.concatenate([[0], total])[np.searchsorted(query, query)]
    reached = np.flatnonzero(total - before >= k)
    owner, first = np.unique(query[reached], return_index=True)
    kth = np.full(n_focal, np.inf)
    kth[owner] = squared[reached[first]]
    return kth
