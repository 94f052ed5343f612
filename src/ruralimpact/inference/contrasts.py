"""Tests that estimates differ, from group scores, which carry the covariance of estimates."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import Inference, t_inference

FloatArray = NDArray[np.float64]

# Eigenvalues of a covariance below this share of the largest are directions without variance.
_NO_VARIANCE = 1e-10


@dataclass(frozen=True)
class DifferenceTest:
    """One estimate minus another.

    Attributes
    ----------
    difference : float
        In the outcome's unit.
    inference : Inference
        Test that it is zero and interval, with groups less one as degrees of freedom.
    """

    difference: float
    inference: Inference


@dataclass(frozen=True)
class EqualityTest:
    """Joint test that several estimates are equal.

    Attributes
    ----------
    statistic, df_numerator, df_denominator, p_value : float
        F statistic with its degrees of freedom. `df_numerator` counts the linearly independent
        differences, fewer than the estimates less one where some are collinear. NaN where no
        difference has any variance.
    """

    statistic: float
    df_numerator: float
    df_denominator: float
    p_value: float


def difference_test(
    first: float, second: float, first_scores: FloatArray, second_scores: FloatArray
) -> DifferenceTest:
    """Test that two estimates are equal.

    Parameters
    ----------
    first, second : float
    first_scores, second_scores : ndarray, shape (G,)
        Their group scores, groups in the same order; NaN or 0 where a group is not in the
        comparison.

    Returns
    -------
    DifferenceTest
        For ``first - second``; NaN test where the difference has no variance.

    Raises
    ------
    DesignError
        There are fewer than two groups.

    Notes
    -----
    G counts the groups in either comparison.
    """
    scores = _present(np.column_stack([first_scores, second_scores]))
    groups = _count_groups(scores)
    contrast = scores[:, 0] - scores[:, 1]
    std_error = float(np.sqrt(groups / (groups - 1) * (contrast @ contrast)))
    difference = float(first - second)
    return DifferenceTest(difference, t_inference(difference, std_error, groups - 1))


def equality_test(estimates: FloatArray, scores: FloatArray) -> EqualityTest:
    """Test that several estimates (of strategies, of subgroups) are all equal.

    Parameters
    ----------
    estimates : ndarray, shape (E,)
        In one unit.
    scores : ndarray, shape (G, E)
        Group scores, NaN or 0 where a group is not in a comparison.

    Returns
    -------
    EqualityTest

    Raises
    ------
    DesignError
        There are fewer than two estimates, or no more groups than independent differences.

    Notes
    -----
    Wald statistic W of the deviations from the mean estimate with the generalised inverse of their
    clustered covariance, of rank r. It is compared as Hotelling's T2, ``W (G - r) / ((G - 1) r)``
    with F(r, G - r): the same as the t test with G - 1 degrees of freedom for two estimates. The
    common ``W / r`` with F(r, G - 1) rejects too often as r grows (10% instead of 5% for eight
    estimates and 40 groups, with normal scores).

    References
    ----------
    Hotelling (1931), Annals of Mathematical Statistics 2(3).
    """
    if len(estimates) < 2:
        raise DesignError("a test of equality needs at least two estimates.")
    scores = _present(scores)
    groups = _count_groups(scores)
    deviation = estimates - estimates.mean()
    centred = scores - scores.mean(axis=1, keepdims=True)
    covariance = groups / (groups - 1) * centred.T @ centred
    values, vectors = np.linalg.eigh(covariance)
    # rounding in the scores themselves, as when all estimates are one and the same
    noise = 10 * np.finfo(float).eps ** 2 * len(scores) * float(np.max(scores**2))
    kept = values > max(_NO_VARIANCE * values[-1], noise)
    rank = int(kept.sum())
    if rank == 0:
        return EqualityTest(np.nan, 0, np.nan, np.nan)
    if groups <= rank:
        raise DesignError(f"{groups} groups are too few to compare {len(estimates)} estimates.")
    wald = float(np.sum((vectors[:, kept].T @ deviation) ** 2 / values[kept]))
    statistic = wald * (groups - rank) / ((groups - 1) * rank)
    return EqualityTest(statistic, rank, groups - rank, _f_tail(statistic, rank, groups - rank))


def _present(scores: FloatArray) -> FloatArray:
    return np.where(np.isfinite(scores), scores, 0.0)


def _count_groups(scores: FloatArray) -> int:
    count = int((scores != 0).any(axis=1).sum())
    if count < 2:
        raise DesignError("clustered inference needs at least two groups.")
    return count


def _f_tail(statistic: float, df_numerator: int, df_denominator: int) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(df_numerator, df_denominator, statistic))
