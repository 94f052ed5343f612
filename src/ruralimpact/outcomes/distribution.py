"""Values that depend on those of all units: extremes set to a percentile, and ranks."""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


def winsorised(
    values: FloatArray,
    classes: Sequence[pd.Series] = (),
    *,
    lower: float | None = None,
    upper: float | None = None,
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

    Returns
    -------
    ndarray, shape (n,)

    Notes
    -----
    A percentile is an observed value, or the mean of two where as many values lie on both sides: number 2 of
    Hyndman and Fan (1996), which Stata's ``_pctile`` and ``winsor2`` use.
    """

    def set_to_percentiles(known: FloatArray) -> FloatArray:
        low, high = (
            None if share is None else np.percentile(known, share, method="averaged_inverted_cdf")
            for share in (lower, upper)
        )
        return np.asarray(np.clip(known, low, high), dtype=float)

    return _within(values, classes, set_to_percentiles)


def percentile_rank(values: FloatArray, classes: Sequence[pd.Series] = ()) -> FloatArray:
    """Return the share of units with a lower value, those with the same counting half.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Missing ones stay missing, and are not counted.
    classes : sequence of Series, each of shape (n,)
        Units are compared with those that share all of these; where one is missing, so is the result.

    Returns
    -------
    ndarray, shape (n,)
        Above 0, below 1, a half on average.
    """
    return _within(values, classes, _percentile_rank)


def _percentile_rank(known: FloatArray) -> FloatArray:
    return np.asarray((pd.Series(known).rank() - 0.5) / len(known), dtype=float)


def _within(
    values: FloatArray,
    classes: Sequence[pd.Series],
    change: Callable[[FloatArray], FloatArray],
) -> FloatArray:
    """Change the known values of each class."""
    table = pd.DataFrame({number: part.to_numpy() for number, part in enumerate(classes)})
    codes = table.groupby(list(table)).ngroup().to_numpy() if classes else np.zeros(len(values))
    ranks = np.full(len(values), np.nan)
    for code in np.unique(codes[codes >= 0]):
        inside = (codes == code) & ~np.isnan(values)
        if inside.any():
            ranks[inside] = change(values[inside])
    return ranks
