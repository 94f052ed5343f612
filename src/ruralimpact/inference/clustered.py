"""Group-clustered standard errors and t intervals, from influence scores alone."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def group_sums(scores: FloatArray, groups: IntArray) -> FloatArray:
    """Sum unit scores by group.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    groups : ndarray of int, shape (n,)
        Group codes 0 .. G-1.

    Returns
    -------
    ndarray, shape (G,)
    """
    size = int(groups.max()) + 1 if len(groups) else 0
    return np.asarray(np.bincount(groups, scores, minlength=size), dtype=np.float64)


def clustered_std_error(sums: FloatArray) -> tuple[float, int]:
    """Standard error of an estimate from its group scores.

    Parameters
    ----------
    sums : ndarray, shape (G,)
        Influence scores summed by group; groups outside the comparison are 0 or NaN.

    Returns
    -------
    std_error : float
        ``sqrt(G / (G - 1) * sum of squares)``; NaN for fewer than two groups.
    n_groups : int
        Groups with a non-zero score.
    """
    active = sums[np.isfinite(sums) & (sums != 0)]
    count = len(active)
    if count < 2:
        return np.nan, count
    return float(np.sqrt(count / (count - 1) * (active**2).sum())), count


def two_way_std_error(scores: FloatArray, first: IntArray, second: IntArray) -> float:
    """Standard error clustered two ways.

    Parameters
    ----------
    scores : ndarray, shape (n,)
    first, second : ndarray of int, shape (n,)
        Codes of the two clusterings, for example matched set and group.

    Returns
    -------
    float
        Falls back to the larger one-way standard error where the combination is not positive.

    References
    ----------
    Cameron, Gelbach & Miller (2011), Journal of Business & Economic Statistics 29(2).
    """
    both = np.unique(np.column_stack([first, second]), axis=0, return_inverse=True)[1].ravel()
    one, two, joint = (
        clustered_std_error(group_sums(scores, codes))[0] ** 2 for codes in (first, second, both)
    )
    combined = one + two - joint
    return float(np.sqrt(combined if combined > 0 else max(one, two)))


@dataclass(frozen=True)
class Clustering:
    """How the units of one comparison are clustered.

    Attributes
    ----------
    groups : ndarray of int, shape (n,)
        Codes of the groups that treatment is assigned to.
    sets : ndarray of int, shape (n,), optional
        Codes of disjoint matched sets, -1 outside; clustering is then two-way, by set and by group.
    """

    groups: IntArray
    sets: IntArray | None = None

    def std_error(self, scores: FloatArray) -> tuple[float, float]:
        """Standard error and degrees of freedom of an estimate with these scores.

        Parameters
        ----------
        scores : ndarray, shape (n,)

        Returns
        -------
        std_error : float
        df : float
            The smaller number of clusters with a non-zero score, less one.
        """
        one_way, groups = clustered_std_error(group_sums(scores, self.groups))
        if self.sets is None:
            return one_way, groups - 1
        inside = self.sets >= 0
        sets = clustered_std_error(group_sums(scores[inside], self.sets[inside]))[1]
        error = two_way_std_error(scores[inside], self.sets[inside], self.groups[inside])
        return error, min(groups, sets) - 1

    @property
    def label(self) -> str:
        """The clustering in words."""
        return "group" if self.sets is None else "matched set and group"


@dataclass(frozen=True)
class Inference:
    """Test and interval of one estimate.

    Attributes
    ----------
    std_error, df, statistic, p_value, conf_low, conf_high : float
    """

    std_error: float
    df: float
    statistic: float
    p_value: float
    conf_low: float
    conf_high: float


def t_inference(estimate: float, std_error: float, df: float, level: float = 0.95) -> Inference:
    """Test against zero and interval with Student's t.

    Parameters
    ----------
    estimate, std_error : float
    df : float
        Degrees of freedom: groups less one.
    level : float
        Coverage of the interval.

    Returns
    -------
    Inference
        Everything but `df` is NaN where the standard error is missing or zero.
    """
    from scipy.special import stdtr, stdtrit

    if not (np.isfinite(std_error) and std_error > 0 and df > 0):
        return Inference(std_error, df, np.nan, np.nan, np.nan, np.nan)
    statistic = estimate / std_error
    margin = float(stdtrit(df, 0.5 + level / 2)) * std_error
    p_value = float(2 * stdtr(df, -abs(statistic)))
    return Inference(std_error, df, statistic, p_value, estimate - margin, estimate + margin)


def group_codes(groups: ArrayLike) -> IntArray:
    """Codes 0 .. G-1 of group labels, in the labels' sorted order.

    Parameters
    ----------
    groups : array_like, shape (n,)

    Returns
    -------
    ndarray of int, shape (n,)
    """
    return np.unique(np.asarray(groups), return_inverse=True)[1].ravel().astype(np.int64)
