"""Tests that estimates differ, from group scores, which carry the covariance of estimates."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced_scores import CorrectedScores, combine
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
        Test that it is zero and interval, with the degrees of freedom of the difference.
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
    first: float, second: float, first_scores: CorrectedScores, second_scores: CorrectedScores
) -> DifferenceTest:
    """Test that two estimates are equal.

    Parameters
    ----------
    first, second : float
    first_scores, second_scores : CorrectedScores
        Of the same groups in the same order; 0 where a group is not in the comparison.

    Returns
    -------
    DifferenceTest
        For ``first - second``; NaN test where the difference has no variance.

    Raises
    ------
    DesignError
        There are fewer than two groups.
    """
    _refuse_single_group([first_scores, second_scores])
    contrast = combine([first_scores, second_scores], [1.0, -1.0])
    difference = float(first - second)
    return DifferenceTest(difference, t_inference(difference, contrast.std_error, contrast.df))


def equality_test(estimates: FloatArray, scores: Sequence[CorrectedScores]) -> EqualityTest:
    """Test that several estimates (of strategies, of subgroups) are all equal.

    Parameters
    ----------
    estimates : ndarray, shape (E,)
        In one unit.
    scores : sequence of CorrectedScores, length E
        Of the same groups in the same order; 0 where a group is not in a comparison.

    Returns
    -------
    EqualityTest

    Raises
    ------
    DesignError
        There are fewer than two estimates, or too few degrees of freedom for the independent
        differences.

    Notes
    -----
    Wald statistic W of the deviations from the mean estimate with the generalised inverse of their
    clustered covariance, of rank r. It is compared as Hotelling's T2 with the degrees of freedom d of the
    covariance, ``W (d - r + 1) / (d r)`` with F(r, d - r + 1): the same as the t test with d degrees of
    freedom for two estimates. d is the mean of the Satterthwaite degrees of freedom of the r independent
    contrasts; with groups of one size it is G - 1. The common ``W / r`` with F(r, d) rejects too often
    as r grows (10% instead of 5% for eight estimates and 40 groups, with normal scores).

    References
    ----------
    Hotelling (1931), Annals of Mathematical Statistics 2(3); Pustejovsky & Tipton (2018), Journal of
    Business & Economic Statistics 36(4).
    """
    if len(estimates) < 2:
        raise DesignError("a test of equality needs at least two estimates.")
    _refuse_single_group(scores)
    values = np.column_stack([score.sums for score in scores])
    deviation = estimates - estimates.mean()
    centred = values - values.mean(axis=1, keepdims=True)
    roots, vectors = np.linalg.eigh(centred.T @ centred)
    # rounding in the scores themselves, as when all estimates are one and the same
    noise = 10 * np.finfo(float).eps ** 2 * len(values) * float(np.max(values**2))
    kept = roots > max(_NO_VARIANCE * roots[-1], noise)
    rank = int(kept.sum())
    if rank == 0:
        return EqualityTest(np.nan, 0, np.nan, np.nan)
    directions = vectors[:, kept].T
    df = float(
        np.mean([combine(scores, direction - direction.mean()).df for direction in directions])
    )
    rest = df - rank + 1
    if not rest > 0:
        raise DesignError(
            f"{df:.1f} degrees of freedom are too few to compare {len(estimates)} estimates."
        )
    wald = float(np.sum((directions @ deviation) ** 2 / roots[kept]))
    statistic = wald * rest / (df * rank)
    return EqualityTest(statistic, rank, rest, f_tail(statistic, rank, rest))


def _refuse_single_group(scores: Sequence[CorrectedScores]) -> None:
    active = np.any([np.nan_to_num(score.sums) != 0 for score in scores], axis=0)
    if active.sum() < 2:
        raise DesignError("clustered inference needs at least two groups.")


def f_tail(statistic: float, df_numerator: float, df_denominator: float) -> float:
    """Return the probability that F exceeds a statistic."""
    from scipy.special import fdtrc

    return float(fdtrc(df_numerator, df_denominator, statistic))
