"""Estimates without each region in turn, to see whether one hangs on a single place."""

from collections.abc import Callable, Iterator
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

BoolArray = NDArray[np.bool_]
Result = TypeVar("Result")


def subsets(labels: ArrayLike) -> Iterator[tuple[str, BoolArray]]:
    """Yield each label in sorted order with the units that are left without it.

    Parameters
    ----------
    labels : array_like, shape (n,)
        Region of each unit; units of an unknown region (missing) are always kept.

    Yields
    ------
    label : str
    kept : ndarray of bool, shape (n,)
    """
    values = np.asarray(labels, dtype=object)
    known = np.array([value is not None and value == value for value in values], dtype=bool)
    text = np.where(known, values.astype(str), "")
    for label in sorted(set(text[known])):
        yield str(label), ~(known & (text == label))


def leave_one_out(labels: ArrayLike, estimator: Callable[[BoolArray], Result]) -> dict[str, Result]:
    """Estimate without each region in turn.

    Parameters
    ----------
    labels : array_like, shape (n,)
    estimator : callable
        From the units kept, a bool array of shape (n,), to a result such as a `ScoredEstimate`; it matches
        anew, since the matches of the units left depend on who is there.

    Returns
    -------
    dict of str to result
        By the region excluded.
    """
    return {label: estimator(kept) for label, kept in subsets(labels)}
