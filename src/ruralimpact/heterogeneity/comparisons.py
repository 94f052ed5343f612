"""Tests between subgroups: all equal, each pair, and p-values adjusted within the family."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced_scores import CorrectedScores
from ruralimpact.inference.clustered import t_inference
from ruralimpact.inference.contrasts import (
    DifferenceTest,
    EqualityTest,
    difference_test,
    equality_test,
)
from ruralimpact.inference.multiple_testing import probability_draws, romano_wolf
from ruralimpact.inference.multiplier import multiplier_bootstrap

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SubgroupTests:
    """What the effects of E subgroups say about each other.

    Attributes
    ----------
    adjusted : ndarray, shape (E,)
        p-values that each effect is zero, adjusted within the family (Romano & Wolf 2005).
    equality : EqualityTest or None
        That all effects are equal; None where the groups are too few for it.
    pairs : tuple of (int, int)
        Every pair of subgroups, first before second.
    differences : tuple of DifferenceTest
        First less second, by pair, with Student's t.
    n_clusters : tuple of int
        Groups that carry each difference.
    pairs_adjusted : ndarray
        p-values that each difference is zero, adjusted within the family.
    """

    adjusted: FloatArray
    equality: EqualityTest | None
    pairs: tuple[tuple[int, int], ...]
    differences: tuple[DifferenceTest, ...]
    n_clusters: tuple[int, ...]
    pairs_adjusted: FloatArray


def compare_subgroups(
    estimates: FloatArray,
    scores: Sequence[CorrectedScores],
    *,
    rng: np.random.Generator,
    arms: NDArray[np.int64] | None = None,
    draws: int = 1999,
) -> SubgroupTests:
    """Test the effects of subgroups against zero and against each other.

    Parameters
    ----------
    estimates : ndarray, shape (E,)
    scores : sequence of CorrectedScores, length E
        Of the same G groups; 0 where a group is not in a subgroup. A group may be in several.
    rng : numpy.random.Generator
    arms : ndarray of int, shape (G,), optional
        Arm of each group, where treatment is assigned to whole groups.
    draws : int
        Of the multiplier bootstrap.

    Returns
    -------
    SubgroupTests

        Differences that rest on fewer than two groups have no test.
    """
    pairs = tuple(combinations(range(len(estimates)), 2))
    differences = tuple(
        _difference(estimates[a], estimates[b], scores[a], scores[b]) for a, b in pairs
    )
    values = np.column_stack([score.sums for score in scores])
    gaps = np.array([values[:, a] - values[:, b] for a, b in pairs]).reshape(-1, len(values)).T
    active = (np.nan_to_num(values) != 0).any(axis=1)
    own = np.array(
        [
            t_inference(value, score.std_error, score.df).p_value
            for value, score in zip(estimates, scores, strict=True)
        ]
    )

    def adjusted(tested: FloatArray, sums: FloatArray, p_values: FloatArray) -> FloatArray:
        arm = None if arms is None else arms[active]
        if len(tested) == 0 or not active.any() or min(_sizes(arm, int(active.sum()))) < 2:
            return np.full(len(tested), np.nan)
        drawn = multiplier_bootstrap(tested, sums[active], rng=rng, draws=draws, arms=arm)
        usable = np.where(np.isnan(drawn.statistics), np.nan, 1 - p_values)
        return romano_wolf(usable, probability_draws(drawn.t_draws))

    return SubgroupTests(
        adjusted(estimates, values, own),
        _equality(estimates, scores),
        pairs,
        differences,
        tuple(int((np.nan_to_num(gap) != 0).sum()) for gap in gaps.T),
        adjusted(
            np.array([test.difference for test in differences]),
            gaps,
            np.array([test.inference.p_value for test in differences]),
        ),
    )


def _difference(
    first: float, second: float, first_scores: CorrectedScores, second_scores: CorrectedScores
) -> DifferenceTest:
    try:
        return difference_test(first, second, first_scores, second_scores)
    except DesignError:
        gap = float(first - second)
        return DifferenceTest(gap, t_inference(gap, np.nan, np.nan))


def _sizes(arms: NDArray[np.int64] | None, groups: int) -> list[int]:
    if arms is None:
        return [groups]
    return [int(count) for count in np.unique(arms, return_counts=True)[1]]


def _equality(estimates: FloatArray, scores: Sequence[CorrectedScores]) -> EqualityTest | None:
    if len(estimates) < 2:
        return None
    try:
        return equality_test(estimates, scores)
    except DesignError:
        return None
