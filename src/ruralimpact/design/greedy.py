"""Nearest neighbours without replacement: each candidate serves once, taken in a stated order."""

import heapq
import math
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.neighbours import RELATIVE_TIE, ROUNDING
from ruralimpact.design.ties import data_order

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Order = Literal["descending", "ascending", "closest", "id"]


def greedy_on_score(
    focal: FloatArray,
    candidates: FloatArray,
    k: int,
    *,
    order: Order = "descending",
    caliper: float | None = None,
    focal_strata: IntArray | None = None,
    candidate_strata: IntArray | None = None,
) -> tuple[IntArray, IntArray]:
    """Match on a score without replacement.

    Parameters
    ----------
    focal : ndarray, shape (n_focal,)
    candidates : ndarray, shape (n_candidates,)
    k : int
        Each focal unit takes one candidate a round, for k rounds.
    order : {"descending", "ascending", "closest", "id"}
        Which focal unit chooses first: highest score, lowest score, the closest pair left (of equally close
        ones the focal unit with the highest score), or position. Of two candidates equally near, one on
        either side, the one with the lower score is taken; equal scores choose, and are taken, by position.
    caliper : float, optional
        Largest distance allowed, inclusive.
    focal_strata, candidate_strata : ndarray of int, optional
        Matches come from the same stratum only.

    Returns
    -------
    focal_positions, candidate_positions : ndarray of int
        The matched pairs, by focal unit and round.
    """
    reach = np.inf if caliper is None else caliper
    size = max(np.abs(focal).max(initial=0.0), np.abs(candidates).max(initial=0.0))
    pairs: list[tuple[IntArray, IntArray]] = []
    for rows, pool in _strata(len(focal), len(candidates), focal_strata, candidate_strata):
        rows = rows[np.argsort(-focal[rows], kind="stable")] if order == "closest" else rows
        free = _FreeCandidates(candidates[pool], reach, ROUNDING * float(size))
        scores = focal[rows]
        for _ in range(k):
            if order == "closest":
                owners, members = _closest_first(scores, free)
            else:
                owners, members = _in_turn(scores, _turns(scores, order), free)
            pairs.append((rows[owners], pool[members]))
    return _by_focal(pairs)


def _by_focal(pairs: list[tuple[IntArray, IntArray]]) -> tuple[IntArray, IntArray]:
    """Join pairs and sort them by focal unit, rounds in order."""
    owners = np.concatenate([np.empty(0, np.int64), *(owner for owner, _ in pairs)])
    members = np.concatenate([np.empty(0, np.int64), *(member for _, member in pairs)])
    order = np.argsort(owners, kind="stable")
    return owners[order], members[order]


def _strata(
    n_focal: int,
    n_candidates: int,
    focal_strata: IntArray | None,
    candidate_strata: IntArray | None,
) -> Iterator[tuple[IntArray, IntArray]]:
    if focal_strata is None or candidate_strata is None:
        yield np.arange(n_focal), np.arange(n_candidates)
        return
    for stratum in np.unique(focal_strata):
        pool = np.flatnonzero(candidate_strata == stratum)
        if len(pool):
            yield np.flatnonzero(focal_strata == stratum), pool


def _turns(scores: FloatArray, order: Order) -> IntArray:
    if order == "descending":
        return np.argsort(-scores, kind="stable")
    if order == "ascending":
        return np.argsort(scores, kind="stable")
    return np.arange(len(scores))


def _in_turn(
    scores: FloatArray, turns: IntArray, free: "_FreeCandidates"
) -> tuple[IntArray, IntArray]:
    owners: list[int] = []
    members: list[int] = []
    places = free.places(scores[turns])
    for i, score, position in zip(turns.tolist(), scores[turns].tolist(), places, strict=True):
        nearest = free.nearest(score, position)
        if nearest is not None:
            owners.append(i)
            members.append(free.take(nearest[1]))
    return np.array(owners, dtype=np.int64), np.array(members, dtype=np.int64)


def _closest_first(scores: FloatArray, free: "_FreeCandidates") -> tuple[IntArray, IntArray]:
    owners: list[int] = []
    members: list[int] = []
    heap: list[tuple[float, int, int]] = []
    listed, places = scores.tolist(), free.places(scores)

    def offer(i: int) -> None:
        nearest = free.nearest(listed[i], places[i])
        if nearest is not None:
            heapq.heappush(heap, (free.rounded(nearest[0]), i, nearest[1]))

    for i in range(len(listed)):
        offer(i)
    while heap:
        distance, i, value = heapq.heappop(heap)
        current = free.nearest(listed[i], places[i])
        if current is not None and (free.rounded(current[0]), current[1]) == (distance, value):
            owners.append(i)
            members.append(free.take(value))
        else:
            offer(i)
    return np.array(owners, dtype=np.int64), np.array(members, dtype=np.int64)


class _FreeCandidates:
    """Candidates not yet taken, found by walking from a score to the next free value on either side.

    `up` and `down` point from each distinct score to the nearest one that still has a free candidate;
    paths are shortened as they are walked, so a search costs nearly constant time. Distances that differ by
    `rounding` at most are equal.
    """

    def __init__(self, candidates: FloatArray, reach: float, rounding: float) -> None:
        order = np.argsort(candidates, kind="stable")
        values, first = np.unique(candidates[order], return_index=True)
        self._array = values
        self._values: list[float] = [*values.tolist(), math.inf]  # the end is never near
        self._order: list[int] = order.tolist()
        self._next: list[int] = first.tolist()
        self._end = [*first[1:].tolist(), len(order)]
        self._up = list(range(len(values) + 1))
        self._down = list(range(len(values) + 1))
        self._reach = reach
        self._rounding = rounding

    def places(self, scores: FloatArray) -> list[int]:
        """Place of each score among the distinct values: the first that is not below it."""
        places: list[int] = np.searchsorted(self._array, scores).tolist()
        return places

    def nearest(self, score: float, position: int) -> tuple[float, int] | None:
        """Distance and index of the nearest free value within reach, or None."""
        up, down, values = self._up, self._down, self._values
        above = position if up[position] == position else _shorten(up, position)
        below = (position if down[position] == position else _shorten(down, position)) - 1
        ahead = values[above] - score
        behind = score - values[below] if below >= 0 else math.inf
        distance = behind if behind < ahead else ahead
        if distance > self._reach or distance == math.inf:
            return None
        if behind <= ahead + self._rounding:
            return behind, below
        return ahead, above

    def rounded(self, distance: float) -> float:
        """Distance as a number that equal distances share."""
        return round(distance / self._rounding) if self._rounding > 0 else distance

    def take(self, value: int) -> int:
        """Take the first free candidate of a value."""
        taken = self._order[self._next[value]]
        self._next[value] += 1
        if self._next[value] == self._end[value]:
            self._up[value] = value + 1
            self._down[value + 1] = value
        return taken


def _shorten(pointer: list[int], position: int) -> int:
    """Follow pointers to the end, and let every place on the way point there."""
    end = pointer[position]
    while pointer[end] != end:
        end = pointer[end]
    while pointer[position] != end:
        pointer[position], position = end, pointer[position]
    return end


def greedy_in_space(
    focal: FloatArray,
    candidates: FloatArray,
    turns: IntArray,
    k: int,
    *,
    caliper: float | None = None,
    focal_limits: FloatArray | None = None,
    candidate_limits: FloatArray | None = None,
    widths: FloatArray | None = None,
    focal_strata: IntArray | None = None,
    candidate_strata: IntArray | None = None,
) -> tuple[IntArray, IntArray]:
    """Match by Euclidean distance without replacement.

    Parameters
    ----------
    focal : ndarray, shape (n_focal, p)
    candidates : ndarray, shape (n_candidates, p)
    turns : ndarray of int, shape (n_focal,)
        The order in which focal units choose. Of candidates equally near the first by its coordinates is
        taken, and of those alike the first by position.
    k : int
        Each focal unit takes one candidate a round, for k rounds.
    caliper : float, optional
        Largest distance allowed, inclusive.
    focal_limits, candidate_limits : ndarray, shape (n_focal, q) and (n_candidates, q), optional
        Variables that may differ by no more than `widths` (shape (q,)) within a pair.
    widths : ndarray, shape (q,), optional
    focal_strata, candidate_strata : ndarray of int, optional
        Matches come from the same stratum only.

    Returns
    -------
    focal_positions, candidate_positions : ndarray of int
        The matched pairs, by focal unit and round.

    Notes
    -----
    Each search costs one pass over the candidates of the stratum.
    """
    named = candidates if candidate_limits is None else np.hstack([candidates, candidate_limits])
    by_data = data_order(named)
    free = np.ones(len(candidates), dtype=bool)
    owners: list[int] = []
    members: list[int] = []
    stratum_of = np.zeros(len(focal), dtype=np.int64) if focal_strata is None else focal_strata
    pools = {
        int(s): by_data if candidate_strata is None else by_data[candidate_strata[by_data] == s]
        for s in np.unique(stratum_of)
    }
    for _ in range(k):
        for i in turns.tolist():
            pool = pools[int(stratum_of[i])]
            pool = pool[free[pool]]
            if focal_limits is not None and candidate_limits is not None and widths is not None:
                gap = np.abs(candidate_limits[pool] - focal_limits[i])
                pool = pool[(gap <= widths).all(axis=1)]
            if len(pool) == 0:
                continue
            squared = ((candidates[pool] - focal[i]) ** 2).sum(axis=1)
            best = int(np.argmax(squared <= squared.min() * (1 + RELATIVE_TIE)))
            if caliper is None or squared[best] <= caliper**2:
                free[pool[best]] = False
                owners.append(i)
                members.append(int(pool[best]))
    return _by_focal([(np.array(owners, dtype=np.int64), np.array(members, dtype=np.int64))])
