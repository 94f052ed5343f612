"""An order of units that depends on their values alone, and the distinct rows among them."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MANY_TIES = 16


@dataclass(frozen=True)
class DistinctRows:
    """Distinct rows of a matrix.

    Attributes
    ----------
    order : ndarray of int, shape (n,)
        Positions of the rows in ascending (lexicographic) order.
    first : ndarray of bool, shape (n,)
        Along `order`, where another row begins.
    """

    order: IntArray
    first: NDArray[np.bool_]

    @property
    def representatives(self) -> IntArray:
        """Position of a row of each distinct kind, in ascending order, shape (m,)."""
        return self.order[self.first]

    @property
    def counts(self) -> IntArray:
        """Rows of each kind, shape (m,)."""
        starts = np.flatnonzero(self.first)
        return np.diff(np.append(starts, len(self.order)))

    @cached_property
    def kind(self) -> IntArray:
        """Kind of each row, shape (n,)."""
        kinds = np.empty(len(self.order), dtype=np.int64)
        kinds[self.order] = np.cumsum(self.first) - 1
        return kinds


def stable_order(values: FloatArray) -> IntArray:
    """Positions of values in ascending order, equal ones in the order in which they stand.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without NaN.

    Returns
    -------
    ndarray of int, shape (n,)
        As ``np.argsort(values, kind="stable")``, which is several times slower than an unstable sort whose
        few ties are put in order afterwards.
    """
    order = np.argsort(values)
    ascending = values[order]
    equal = ascending[1:] == ascending[:-1]
    if _MANY_TIES * np.count_nonzero(equal) > len(values):
        return np.argsort(values, kind="stable")
    first = np.append(True, ~equal)[: len(values)]
    tied = _tied(first)
    if len(tied):
        positions = order[tied]
        order[tied] = positions[np.lexsort((positions, np.cumsum(first)[tied]))]
    return order


def _tied(first: NDArray[np.bool_]) -> IntArray:
    """Places that do not differ from the one before or after them."""
    return np.flatnonzero(~first | ~np.append(first[1:], True))


def distinct_rows(columns: Sequence[FloatArray]) -> DistinctRows:
    """Sort the rows of a matrix and find those that are equal.

    Parameters
    ----------
    columns : sequence of ndarray, each of shape (n,)
        At least one; without NaN. The first matters most.

    Returns
    -------
    DistinctRows

    Notes
    -----
    Rows are sorted by the first column, and by each next one only where they are still tied. With a
    continuous first column that is one sort, where sorting whole rows compares all of them.
    """
    n = len(columns[0])
    order = np.arange(n)
    first = np.zeros(n, dtype=bool)
    first[:1] = True
    for column in columns:
        tied = _tied(first)
        if not len(tied):
            break
        order, first = _refined(order, first, tied, column)
    return DistinctRows(order, first)


def _refined(
    order: IntArray, first: NDArray[np.bool_], tied: IntArray, column: FloatArray
) -> tuple[IntArray, NDArray[np.bool_]]:
    """Sort tied rows by one more column."""
    run = (np.cumsum(first) - 1)[tied]
    value = column[order[tied]]
    sorted_by = np.lexsort((value, run)) if run[0] != run[-1] else stable_order(value)
    value = value[sorted_by]
    order, first = order.copy(), first.copy()
    order[tied] = order[tied][sorted_by]
    first[tied[1:]] |= (value[1:] != value[:-1]) & (run[1:] == run[:-1])
    return order, first
