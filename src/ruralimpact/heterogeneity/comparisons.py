"""Tests between subgroups: all equal, each pair, and p-values adjusted within the family."""

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.contrasts import (
    DifferenceTest,
    EqualityTest,
    difference_test,
    equality_test,
)
from ruralimpact.inference.multiple_testing import romano_wolf
from ruralimpact.inference.multiplier import multiplier_bootstrap

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class FamilyTests:
    """Bootstrap tests of H hypotheses that are tested together.

    Attributes
    ----------
    p_values, conf_low, conf_high : ndarray, shape (H,)
        Of each by itself.
    adjusted : ndarray, shape (H,)
        p-values that control the family-wise error rate (Romano & Wolf 2005).
    few_groups : ndarray of bool, shape (H,)
        Fewer than 40 groups carry the estimate: prefer these tests to Student's t.
    """

    p_values: FloatArray
    conf_low: FloatArray
    conf_high: FloatArray
    adjusted: FloatArray
    few_groups: NDArray[np.bool_]


@dataclass(frozen=True)
class SubgroupTests:
    """What the effects of E subgroups say about each other.

    Attributes
    ----------
    levels : FamilyTests
        That each effect is zero, E tests.
    equality : EqualityTest or None
        That all effects are equal; None where the groups are too few for it.
    pairs : tuple of (int, int)
        Every pair of subgroups, first before second.
    differences : tuple of DifferenceTest
        First less second, by pair, with Student's t.
    pair_tests : FamilyTests
        That each difference is zero, one test a pair.
    """

    levels: FamilyTests
    equality: EqualityTest | None
    pairs: tuple[tuple[int, int], ...]
    differences: tuple[DifferenceTest, ...]
    pair_tests: FamilyTests


def compare_subgroups(
    estimates: FloatArray,
    scores: FloatArray,
    *,
    rng: np.random.Generator,
    arms: NDArray[np.int64] | None = None,
    draws: int = 1999,
) -> SubgroupTests:
    """Test the effects of subgroups against zero and against each other.

    Parameters
    ----------
    estimates : ndarray, shape (E,)
    scores : ndarray, shape (G, E)
        Group scores; 0 where a group is not in a subgroup. A group may be in several.
    rng : numpy.random.Generator
    arms : ndarray of int, shape (G,), optional
        Arm of each group, where treatment is assigned to whole groups.
    draws : int
        Of the multiplier bootstrap.

    Returns
    -------
    SubgroupTests

    Raises
    ------
    DesignError
        There are fewer than two groups.
    """
    active = (scores != 0).any(axis=1)
    scores, arms = scores[active], None if arms is None else arms[active]
    pairs = tuple(combinations(range(len(estimates)), 2))
    differences = tuple(
        difference_test(estimates[a], estimates[b], scores[:, a], scores[:, b]) for a, b in pairs
    )
    contrasts = np.array([scores[:, a] - scores[:, b] for a, b in pairs]).reshape(-1, len(scores))
    gaps = np.array([test.difference for test in differences])

    def tests(values: FloatArray, sums: FloatArray) -> FamilyTests:
        if len(values) == 0 or min(_sizes(arms, len(sums))) < 2:
            nothing = np.full(len(values), np.nan)
            return FamilyTests(nothing, nothing, nothing, nothing, np.zeros(len(values), bool))
        drawn = multiplier_bootstrap(values, sums, rng=rng, draws=draws, arms=arms)
        adjusted = romano_wolf(drawn.statistics, drawn.t_draws)
        return FamilyTests(
            drawn.p_values, drawn.conf_low, drawn.conf_high, adjusted, drawn.few_groups
        )

    return SubgroupTests(
        tests(estimates, scores),
        _equality(estimates, scores),
        pairs,
        differences,
        tests(gaps, contrasts.T),
    )


def _sizes(arms: NDArray[np.int64] | None, groups: int) -> list[int]:
    if arms is None:
        return [groups]
    return [int(count) for count in np.unique(arms, return_counts=True)[1]]


def _equality(estimates: FloatArray, scores: FloatArray) -> EqualityTest | None:
    if len(estimates) < 2:
        return None
    try:
        return equality_test(estimates, scores)
    except DesignError:
        return None
