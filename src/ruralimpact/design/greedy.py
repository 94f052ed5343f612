"""Nearest neighbours without replacement: each candidate serves once, taken in a stated order."""

import heapq
from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

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
        Which focal unit chooses first: highest score, lowest score, the closest pair left, or position.
        Equal scores choose by position; equally near candidates are taken by position.
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
    pairs: list[tuple[int, int, int]] = []
    for rows, pool in _strata(len(focal), len(candidates), focal_strata, candidate_strata):
        free = _FreeCandidates(candidates[pool], reach)
        scores = focal[rows]
        for turn in range(k):
            matched = (
                _closest_first(scores, free)
                if order == "closest"
                else _in_turn(scores, _turns(scores, order), free)
            )
            pairs += [(int(rows[i]), turn, int(pool[j])) for i, j in matched]
    pairs.sort()
    table = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 2]


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
) -> Iterator[tuple[int, int]]:
    for i, score in zip(turns.tolist(), scores[turns].tolist(), strict=True):
        found = free.nearest(score)
        if found is not None:
            yield i, free.take(found[1])


def _closest_first(scores: FloatArray, free: "_FreeCandidates") -> Iterator[tuple[int, int]]:
    heap: list[tuple[float, int, int]] = []
    listed = scores.tolist()

    def offer(i: int) -> None:
        found = free.nearest(listed[i])
        if found is not None:
            heapq.heappush(heap, (found[0], i, found[1]))

    for i in range(len(listed)):
        offer(i)
    while heap:
        distance, i, value = heapq.heappop(heap)
        current = free.nearest(listed[i])
        if current is not None and current == (distance, value):
            yield i, free.take(value)
        else:
            offer(i)


class _FreeCandidates:
    """Candidates not yet taken, found by walking from a score to the next free value on either side.

    `up` and `down` point from each distinct score to the nearest one that still has a free candidate;
    paths are shortened as they are walked, so a search costs nearly constant time.
    """

    def __init__(self, candidates: FloatArray, reach: float) -> None:
        order = np.argsort(candidates, kind="stable")
        values, first = np.unique(candidates[order], return_index=True)
        self._array = values
        self._values = values.tolist()
        self._order: list[int] = order.tolist()
        self._next: list[int] = first.tolist()
        self._end = [*first[1:].tolist(), len(order)]
        self._up = list(range(len(values) + 1))
        self._down = list(range(len(values) + 1))
        self._reach = reach

    def nearest(self, score: float) -> tuple[float, int] | None:
        """Distance and index of the nearest free value within reach, or None."""
        import bisect

        place = bisect.bisect_left(self._values, score)
        above = self._find(self._up, place)
        below = self._find(self._down, place) - 1
        best: tuple[float, int] | None = None
        if above < len(self._values):
            best = (self._values[above] - score, above)
        if below >= 0:
            distance = score - self._values[below]
            if (
                best is None
                or distance < best[0]
                or (distance == best[0] and self._first(below) < self._first(above))
            ):
                best = (distance, below)
        return best if best is not None and best[0] <= self._reach else None

    def take(self, value: int) -> int:
        """Take the first free candidate of a value."""
        taken = self._order[self._next[value]]
        self._next[value] += 1
        if self._next[value] == self._end[value]:
            self._up[value] = value + 1
            self._down[value + 1] = value
        return taken

    def _first(self, value: int) -> int:
        return self._order[self._next[value]]

    @staticmethod
    def _find(pointer: list[int], place: int) -> int:
        root = place
        while pointer[root] != root:
            root = pointer[root]
        while pointer[place] != root:
            pointer[place], place = root, pointer[place]
        return root


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
        The order in which focal units choose.
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
    free = np.ones(len(candidates), dtype=bool)
    pairs: list[tuple[int, int, int]] = []
    stratum_of = np.zeros(len(focal), dtype=np.int64) if focal_strata is None else focal_strata
    pools = {
        int(s): np.arange(len(candidates))
        if candidate_strata is None
        else np.flatnonzero(candidate_strata == s)
        for s in np.unique(stratum_of)
    }
    for turn in range(k):
        for i in turns.tolist():
            pool = pools[int(stratum_of[i])]
            pool = pool[free[pool]]
            if focal_limits is not None and candidate_limits is not None and widths is not None:
                gap = np.abs(candidate_limits[pool] - focal_limits[i])
                pool = pool[(gap <= widths).all(axis=1)]
            if len(pool) == 0:
                continue
            squared = ((candidates[pool] - focal[i]) ** 2).sum(axis=1)
            best = int(np.argmin(squared))
            if caliper is None or squared[best] <= caliper**2:
                free[pool[best]] = False
                pairs.append((i, turn, int(pool[best])))
    pairs.sort()
    table = np.array(pairs, dtype=np.int64).reshape(-1, 3)
    return table[:, 0], table[:, 2]
