"""Rosenbaum bounds: how strongly hidden bias would have to drive treatment to explain a paired effect."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_LARGEST_GAMMA = 1e6


@dataclass(frozen=True)
class SignedRankBounds:
    """Bounds on the one-sided p-value of Wilcoxon's signed-rank test.

    Attributes
    ----------
    gamma : float
        Largest ratio of the odds of treatment of two units of a pair.
    n_pairs : int
        Pairs with a difference other than zero.
    statistic : float
        Sum of the ranks of the positive differences.
    p_lower, p_upper : float
        Smallest and largest p-value, against differences above zero.
    """

    gamma: float
    n_pairs: int
    statistic: float
    p_lower: float
    p_upper: float


def signed_rank_bounds(differences: FloatArray, gamma: float = 1.0) -> SignedRankBounds:
    """Bound the p-value of the signed-rank test under hidden bias of at most gamma.

    Parameters
    ----------
    differences : ndarray, shape (pairs,)
        Outcome of the treated unit less that of its control. Zeros are excluded; ties get mean ranks.
    gamma : float
        1 for no hidden bias.

    Returns
    -------
    SignedRankBounds
        At gamma 1 both bounds are the p-value of the test, normal approximation without continuity
        correction. NaN where no difference is other than zero.

    Raises
    ------
    ValueError
        Gamma is below 1, or a difference is not finite.

    Notes
    -----
    With ranks r and p between ``1 / (1 + gamma)`` and ``gamma / (1 + gamma)`` the probability of a positive
    sign, the statistic has mean ``p sum r`` and variance ``p (1 - p) sum r^2``.

    References
    ----------
    Rosenbaum (2002), Observational Studies, 2nd ed., section 4.3.3.
    """
    if gamma < 1:
        raise ValueError("gamma is at least 1")
    if not np.isfinite(differences).all():
        raise ValueError("differences must be finite")
    ranks, statistic = _signed_ranks(differences)
    upper = _tail(statistic, ranks, gamma / (1 + gamma))
    lower = _tail(statistic, ranks, 1 / (1 + gamma))
    return SignedRankBounds(gamma, len(ranks), statistic, lower, upper)


def critical_gamma(differences: FloatArray, level: float = 0.05) -> float:
    """Largest gamma at which the differences still differ from zero.

    Parameters
    ----------
    differences : ndarray, shape (pairs,)
        Treated less control.
    level : float
        Two-sided: the direction is that of the data, so the upper bound of the one-sided p-value is held
        against half of it.

    Returns
    -------
    float
        Found by bisection; NaN where the test does not reject even without hidden bias, infinite where it
        rejects up to a gamma of a million.
    """
    ranks, statistic = _signed_ranks(differences)
    above = differences if statistic >= ranks.sum() - statistic else -differences

    def rejects(gamma: float) -> bool:
        return signed_rank_bounds(above, gamma).p_upper <= level / 2

    if not rejects(1.0):
        return np.nan
    if rejects(_LARGEST_GAMMA):
        return np.inf
    low, high = 1.0, 2.0
    while rejects(high):
        low, high = high, 2 * high
    while high - low > 1e-12 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if rejects(middle) else (low, middle)
    return low


def pair_differences(
    outcome: FloatArray, treatment: NDArray[np.int8], sets: IntArray | None
) -> FloatArray:
    """Differences of the matched pairs of a design.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    sets : ndarray of int, shape (n,), or None
        Disjoint matched sets, -1 outside; None where a control may serve twice.

    Returns
    -------
    ndarray, shape (pairs,)
        Treated less control, by set.

    Raises
    ------
    DesignError
        The sets overlap, or one has other than one treated unit and one control: the signed-rank bounds
        hold for disjoint pairs alone.
    """
    if sets is None or (sets < 0).all():
        raise DesignError(
            "the bounds need disjoint pairs, and here a control may serve more than once."
        )
    inside = sets >= 0
    codes = np.unique(sets[inside], return_inverse=True)[1].ravel()
    arm = treatment[inside]
    for value in (0, 1):
        if (np.bincount(codes[arm == value], minlength=codes.max() + 1) != 1).any():
            raise DesignError("the bounds need pairs, and here sets have more than two units.")
    signed = np.where(arm == 1, outcome[inside], -outcome[inside])
    return np.bincount(codes, signed).astype(np.float64)


def _signed_ranks(differences: FloatArray) -> tuple[FloatArray, float]:
    apart = differences[differences != 0]
    ranks = _average_ranks(np.abs(apart))
    return ranks, float(ranks[apart > 0].sum())


def _average_ranks(values: FloatArray) -> FloatArray:
    """Ranks from 1, the mean of theirs for tied values."""
    _, position, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[position]


def _tail(statistic: float, ranks: FloatArray, probability: float) -> float:
    """Chance of a statistic at least as large when signs are positive with this probability."""
    from scipy.special import ndtr

    if len(ranks) == 0:
        return np.nan
    mean = probability * ranks.sum()
    spread = np.sqrt(probability * (1 - probability) * (ranks**2).sum())
    return float(ndtr(-(statistic - mean) / spread))
