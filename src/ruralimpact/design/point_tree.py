"""Near points of many queries: all of them descend one k-d tree together.

A tree that is asked query by query spends its time on single distances. Here a node is visited once, with
every query whose ball reaches it, and the distances to the points of a leaf are one product of matrices. That
product is of single precision and only sorts out what is certainly too far; what is left is measured in
double precision.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

# Splits in the middle of a cell rather than at its median give cubes, of which a search meets fewer.
_SPLITS: dict[str, Any] = {"leafsize": 128, "balanced_tree": False}
# A point within three times the least distance is quickly had, and is nearly always the nearest.
_GUESS = 2.0
_ROUNDING = 1e-9
_UNDERFLOW = 1e-30  # below this squares of numbers of size 1 have no digits in single precision
_BLOCK = 1 << 16
_CROWDED = 8


@dataclass(frozen=True)
class NearPairs:
    """Pairs of a query and a point near it, in no order.

    Attributes
    ----------
    query, point : ndarray of int, shape (m,)
    squared : ndarray, shape (m,)
        Squared distance.
    """

    query: IntArray
    point: IntArray
    squared: FloatArray


@dataclass(frozen=True)
class Ties:
    """Which squared distances are tied with the k-th smallest.

    Attributes
    ----------
    relative, absolute : float
        Those up to (1 + relative) times as large, plus absolute.
    """

    relative: float
    absolute: float

    def limit(self, squared: FloatArray) -> FloatArray:
        """Largest squared distance that is tied with each of `squared`."""
        return squared * (1 + self.relative) + self.absolute


def near_pairs(
    queries: FloatArray, points: FloatArray, k: int, *, ties: Ties, farthest: float | None = None
) -> NearPairs:
    """Find the k nearest points of each query and all tied with the k-th, with few others among them.

    Parameters
    ----------
    queries : ndarray, shape (n, p)
    points : ndarray, shape (m, p)
        At least one.
    k : int
        From 1 to m.
    ties : Ties
    farthest : float, optional
        Points beyond this distance need not be found.

    Returns
    -------
    NearPairs
    """
    from scipy.spatial import cKDTree

    # Points that share a leaf lie side by side in memory: half of the time is waiting for them otherwise.
    by_leaf = cKDTree(points, **_SPLITS).indices
    # In the order of a tree of their own, queries that follow each other visit the same leaves.
    turns = cKDTree(queries, **_SPLITS).indices
    descent = _Descent(points[by_leaf], queries[turns], k, ties, farthest)
    query, point = descent.pairs()
    query, point = turns[query], by_leaf[point]
    squared = np.zeros(len(query))
    for of_query, of_point in zip(queries.T, points.T, strict=True):
        squared += (of_query[query] - of_point[point]) ** 2
    return NearPairs(query, point, squared)


@dataclass(frozen=True)
class _Arrivals:
    """A node of the tree with the queries that reach it.

    Attributes
    ----------
    node : cKDTreeNode
    rows : ndarray of int, shape (m,)
        Positions of the queries.
    gap : ndarray, shape (m,)
        Squared distance of each to the node's box.
    low, high : ndarray, shape (p,)
        Corners of the box.
    """

    node: Any
    rows: IntArray
    gap: FloatArray
    low: FloatArray
    high: FloatArray


class _Descent:
    """All queries on their way down one tree, each with how far it looks."""

    def __init__(
        self,
        points: FloatArray,
        queries: FloatArray,
        k: int,
        ties: Ties,
        farthest: float | None,
    ) -> None:
        from scipy.spatial import cKDTree

        self._tree = cKDTree(points, **_SPLITS)
        self._k, self._ties = k, ties
        self._columns = np.ascontiguousarray(queries.T)
        guess = self._tree.query(queries, k=[k], eps=_GUESS)[0][:, 0]
        reach = ties.limit(guess**2)
        if farthest is not None:
            reach = np.minimum(reach, farthest**2)
        self._reach = reach * (1 + _ROUNDING)

    def pairs(self) -> tuple[IntArray, IntArray]:
        """Query and point of each pair that may be within reach."""
        none = (np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64))
        leaves = [pair for at in self._leaves() for pair in self._pairs_of_leaf(at)]
        query, point = (np.concatenate(part) for part in zip(none, *leaves, strict=True))
        return query, point

    def _leaves(self) -> Iterator[_Arrivals]:
        """Yield each leaf with the queries whose ball reaches its box."""
        low, high = self._tree.mins, self._tree.maxes
        gap = np.zeros(self._columns.shape[1])
        for column, least, most in zip(self._columns, low, high, strict=True):
            gap += _outside(column, least, most)
        pending = [_Arrivals(self._tree.tree, np.arange(len(gap)), gap, low, high)]
        while pending:
            at = pending.pop()
            if at.node.split_dim == -1:
                yield at
            else:
                pending += self._halves(at)

    def _halves(self, at: _Arrivals) -> Iterator[_Arrivals]:
        axis, split = at.node.split_dim, at.node.split
        column, reach = self._columns[axis].take(at.rows), self._reach.take(at.rows)
        others = at.gap - _outside(column, at.low[axis], at.high[axis])
        for child, least, most in (
            (at.node.lesser, at.low[axis], split),
            (at.node.greater, split, at.high[axis]),
        ):
            gap = others + _outside(column, least, most)
            inside = np.flatnonzero(gap <= reach)
            if len(inside):
                low, high = at.low.copy(), at.high.copy()
                low[axis], high[axis] = least, most
                yield _Arrivals(child, at.rows.take(inside), gap.take(inside), low, high)

    def _pairs_of_leaf(self, leaf: _Arrivals) -> Iterator[tuple[IntArray, IntArray]]:
        members = self._tree.indices[leaf.node.start_idx : leaf.node.end_idx]
        points = self._tree.data[members]
        centre = points.mean(axis=0)
        for begin in range(0, len(leaf.rows), _BLOCK):
            rows = leaf.rows[begin : begin + _BLOCK]
            offsets = self._columns.take(rows, axis=1) - centre[:, None]
            query, point = self._within_reach(rows, offsets, points - centre)
            yield rows[query], members[point]

    def _within_reach(
        self, rows: IntArray, queries: FloatArray, points: FloatArray
    ) -> tuple[IntArray, IntArray]:
        """Pairs of `queries` (shape (p, m)) and `points` (shape (n, p)) that may be within reach."""
        unit = max(np.abs(queries).max(initial=0.0), np.abs(points).max(initial=0.0)) or 1.0
        everything = 8.0 * len(queries)
        reach = np.minimum(self._reach[rows] / unit**2, everything)
        excess, slack = _excess(queries / unit, points / unit, reach)
        near = np.flatnonzero(excess <= 0)
        if len(near) > _CROWDED * self._k * len(rows) and len(points) >= self._k:
            kth = np.partition(excess, self._k - 1, axis=0)[self._k - 1] + reach + slack
            tied = self._ties.limit(np.maximum(kth, 0.0) * unit**2) * (1 + _ROUNDING)
            self._reach[rows] = np.minimum(self._reach[rows], tied)
            near = np.flatnonzero(excess <= self._reach[rows] / unit**2 - reach + slack)
        point, query = np.divmod(near, len(rows))
        return query, point


def _outside(column: FloatArray, least: float, most: float) -> FloatArray:
    """Squared distance of numbers to an interval."""
    gap = np.clip(column, least, most)
    gap -= column
    gap *= gap
    return gap


def _excess(
    queries: FloatArray, points: FloatArray, reach: FloatArray
) -> tuple[NDArray[np.float32], FloatArray]:
    """Squared distances less the squared reach, never too large, and by how much they may be too small.

    The product is of ``(q, |q|^2 - reach, 1)`` and ``(-2 p, 1, |p|^2)``; its rounding is in proportion to
    ``|q|^2 + |p|^2``, which is taken off. Coordinates are of size 1.
    """
    p, single = len(queries), np.float32
    margin = 4 * (p + 4) * float(np.finfo(single).eps)
    left = np.empty((p + 2, queries.shape[1]), dtype=single)
    right = np.empty((len(points), p + 2), dtype=single)
    left[:p], left[p + 1] = queries, 1
    right[:, :p], right[:, p] = -2 * points, 1
    of_queries = np.einsum("ij,ij->j", queries, queries)
    of_points = np.einsum("ij,ij->i", points, points)
    left[p] = (1 - margin) * of_queries - (1 + margin) * reach - _UNDERFLOW
    right[:, p + 1] = (1 - margin) * of_points
    slack = 2 * margin * (of_queries + of_points.max() + reach) + 2 * _UNDERFLOW
    return right @ left, slack
