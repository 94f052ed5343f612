"""Marks of careless or invented answers in the values of one variable."""

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

FAR = 3.5
_TO_SD = 0.6745
_FEWEST = 10


@dataclass(frozen=True)
class FarValues:
    """Values far from those of their own group.

    Attributes
    ----------
    count : int
    groups : int
        Groups that they are in.
    """

    count: int
    groups: int


def share_ending_in_0_or_5(values: FloatArray) -> float:
    """Return the share of whole numbers from 10 on whose last digit is 0 or 5: a fifth by chance.

    Parameters
    ----------
    values : ndarray
        Without missing ones.

    Returns
    -------
    float
        NaN where fewer than ten values are whole numbers from 10 on, or fewer than nine tenths of those
        from 10 on are whole.

    Notes
    -----
    A fifth of Whipple's index of heaped ages, over all ages: 100 is a fifth, and the United Nations call data
    very rough above 175, a share of 0.35.

    References
    ----------
    United Nations (1955), Methods of Appraisal of Quality of Basic Data, Population Studies 23.
    """
    large = np.abs(values[np.abs(values) >= 10])
    whole = large[large == np.floor(large)]
    if len(whole) < _FEWEST or len(whole) < 0.9 * len(large):
        return np.nan
    return float((whole % 5 == 0).mean())


def far_from_group(values: FloatArray, groups: NDArray[np.int64]) -> FarValues:
    """Count values that lie far from the median of their group.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without missing ones. Where none is negative, the logarithms of those above zero are compared.
    groups : ndarray of int, shape (n,)
        Groups with fewer than ten values, and what is in none (-1), are compared with all units.

    Returns
    -------
    FarValues

    Notes
    -----
    Far is a modified z score, 0.6745 times the distance from the median over the median distance, above 3.5.

    References
    ----------
    Iglewicz & Hoaglin (1993), How to Detect and Handle Outliers, ASQC.
    """
    if (values >= 0).all():
        positive = values > 0
        values, groups = np.log(values[positive]), groups[positive]
    scores = _modified_z(values, np.zeros(len(values), dtype=np.int64))
    sizes = np.bincount(groups + 1)
    enough = (groups >= 0) & (sizes[groups + 1] >= _FEWEST)
    if enough.any():
        codes = np.unique(groups[enough], return_inverse=True)[1]
        scores[enough] = _modified_z(values[enough], codes)
    far = np.abs(scores) > FAR
    return FarValues(int(far.sum()), len(np.unique(groups[far])))


def _modified_z(values: FloatArray, classes: NDArray[np.int64]) -> FloatArray:
    """Return modified z scores within classes; zeros where more than half of a class are the same."""
    distance = values - _medians(values, classes)[classes]
    spread = _medians(np.abs(distance), classes)[classes]
    flat = spread == 0
    return np.where(flat, 0.0, _TO_SD * distance / np.where(flat, 1.0, spread))


def _medians(values: FloatArray, classes: NDArray[np.int64]) -> FloatArray:
    """Return the median of each class 0 .. K-1, none of which is empty."""
    ordered = values[np.lexsort((values, classes))]
    sizes = np.bincount(classes)
    starts = np.cumsum(sizes) - sizes
    middle = ordered[starts + (sizes - 1) // 2] + ordered[starts + sizes // 2]
    return np.asarray(middle / 2, dtype=np.float64)


def intraclass_correlation(values: FloatArray, classes: NDArray[np.object_]) -> float:
    """Return the share of a variable's variance that lies between classes, such as interviewers.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without missing ones.
    classes : ndarray of str, shape (n,)

    Returns
    -------
    float
        The estimate of the analysis of variance, which may be negative; NaN with fewer than two classes, with
        one value a class, or where the values do not vary.

    Notes
    -----
    (MSB - MSW) / (MSB + (m - 1) MSW) with m = (n - sum n_k^2 / n) / (K - 1).

    References
    ----------
    Donner (1986), International Statistical Review 54(1), equation 2.1.
    """
    table = pd.DataFrame({"value": values}).groupby(classes)["value"].agg(["count", "mean", "var"])
    sizes, n, k = table["count"].to_numpy(float), len(values), len(table)
    if k < 2 or n <= k:
        return np.nan
    between = float((sizes * (table["mean"] - values.mean()) ** 2).sum() / (k - 1))
    within = float(((sizes - 1) * table["var"].fillna(0.0)).sum() / (n - k))
    typical = (n - float((sizes**2).sum()) / n) / (k - 1)
    total = between + (typical - 1) * within
    return (between - within) / total if total > 0 else np.nan


def p_of_two_shares(hits: tuple[int, int], sizes: tuple[int, int]) -> float:
    """Return the two-sided p-value of equal shares in two arms, rows taken as independent.

    Parameters
    ----------
    hits, sizes : tuple of (int, int)
        Rows that have the mark, and all rows, of each arm.

    Returns
    -------
    float
        Of the normal approximation with the pooled share; NaN where an arm is empty or the share is 0 or 1.
    """
    if not all(sizes):
        return np.nan
    pooled = sum(hits) / sum(sizes)
    variance = pooled * (1 - pooled) * sum(1 / size for size in sizes)
    if variance <= 0:
        return np.nan
    gap = hits[0] / sizes[0] - hits[1] / sizes[1]
    return math.erfc(abs(gap) / math.sqrt(2 * variance))
