"""Values that depend on those of all units: extremes set to a percentile, and ranks."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


def winsorised(
    values: FloatArray,
    classes: Sequence[pd.Series] = (),
    *,
    lower: float | None = None,
    upper: float | None = None,
    among: BoolArray | None = None,
) -> FloatArray:
    """Set values beyond a percentile to it.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Missing ones stay missing.
    classes : sequence of Series, each of shape (n,)
        Percentiles are those of the units that share all of these; where one is missing, so is the result.
    lower, upper : float, optional
        Percentiles, of 100.
    among : ndarray of bool, shape (n,), optional
        Units whose percentiles they are; all when not given. Where a class has none of them, the result is
        missing.

    Returns
    -------
    ndarray, shape (n,)

    Notes
    -----
    A percentile is an observed value, or the mean of two where as many values lie on both sides: number 2 of
    Hyndman and Fan (1996), which Stata's ``_pctile`` and ``winsor2`` use.
    """

    def set_to_percentiles(known: FloatArray, those: FloatArray) -> FloatArray:
        low, high = (
            None if share is None else np.percentile(those, share, method="averaged_inverted_cdf")
            for share in (lower, upper)
        )
        return np.asarray(np.clip(known, low, high), dtype=float)

    return _within(values, classes, among, set_to_percentiles)


def percentile_rank(
    values: FloatArray, classes: Sequence[pd.Series] = (), *, among: BoolArray | None = None
) -> FloatArray:
    """Return the share of units with a lower value, those with the same counting half.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Missing ones stay missing, and are not counted.
    classes : sequence of Series, each of shape (n,)
        Units are compared with those that share all of these; where one is missing, so is the result.
    among : ndarray of bool, shape (n,), optional
        Units that all are compared with; all when not given. Where a class has none of them, the result is
        missing.

    Returns
    -------
    ndarray, shape (n,)
        Of these units above 0, below 1, a half on average.
    """
    return _within(values, classes, among, _percentile_rank)


def _percentile_rank(known: FloatArray, those: FloatArray) -> FloatArray:
    ordered = np.sort(those)
    places = [np.searchsorted(ordered, known, side) for side in ("left", "right")]
    return np.asarray((places[0] + places[1]) / 2 / len(those), dtype=float)


def _within(
    values: FloatArray,
    classes: Sequence[pd.Series],
    among: BoolArray | None,
    change: Callable[[FloatArray, FloatArray], FloatArray],
) -> FloatArray:
    """Change the known values of each class, by those of the units that are asked for."""
    asked = np.ones(len(values), dtype=bool) if among is None else among
    table = pd.DataFrame({number: part.to_numpy() for number, part in enumerate(classes)})
    codes = table.groupby(list(table)).ngroup().to_numpy() if classes else np.zeros(len(values))
    ranks = np.full(len(values), np.nan)
    for code in np.unique(codes[codes >= 0]):
        inside = (codes == code) & ~np.isnan(values)
        if (inside & asked).any():
            ranks[inside] = change(values[inside], values[inside & asked])
    return ranks
