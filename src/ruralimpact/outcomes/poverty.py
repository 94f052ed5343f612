"""Poverty of single households: below the line, by how much, and how severely."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def foster_greer_thorbecke(income: ArrayLike, line: ArrayLike, order: int) -> FloatArray:
    """Return each household's contribution to a Foster-Greer-Thorbecke index.

    Parameters
    ----------
    income : array_like, shape (n,)
        Income per head, in the unit of the line. Negative income counts as zero, so that a gap is
        never more than the whole line.
    line : float or array_like, shape (n,)
        Poverty line, above zero; one for all, or one a household (by area and year).
    order : int
        0 for headcount, 1 for gap, 2 for severity.

    Returns
    -------
    ndarray, shape (n,)
        ``((line - income) / line) ** order`` where income is below the line, 0 where it is not, NaN
        where either is missing. The mean over households is the index (Foster, Greer and Thorbecke
        1984, Econometrica 52(3)).
    """
    incomes, lines = np.broadcast_arrays(np.asarray(income, float), np.asarray(line, float))
    gap = (lines - np.clip(incomes, 0, lines)) / lines
    poor = np.where(incomes < lines, gap**order, 0.0)
    return np.where(np.isnan(incomes) | np.isnan(lines), np.nan, poor)


def below(income: ArrayLike, line: ArrayLike) -> FloatArray:
    """Return 1 where income is below the line, 0 where it is not, NaN where either is missing."""
    return foster_greer_thorbecke(income, line, 0)
