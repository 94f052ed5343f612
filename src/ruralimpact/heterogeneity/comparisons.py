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
class SubgroupTests:
    """What the effects of E subgroups say about each other.

    Attributes
    ----------
    level_p_values : ndarray, shape (E,)
        Of each effect, adjusted for the E tests (Romano & Wolf 2005).
    equality : EqualityTest or None
        That all effects are equal; None where the groups are too few for it.
    pairs : tuple of (int, int)
        Every pair of subgroups, first before second.
    differences : tuple of DifferenceTest
        First less second, by pair.
    pair_p_values : ndarray, shape (len(pairs),)
        Of each difference, adjusted for all pairs.
    """

    level_p_values: FloatArray
    equality: EqualityTest | None
    pairs: tuple[tuple[int, int], ...]
    differences: tuple[DifferenceTest, ...]
    pair_p_values: FloatArray


def compare_subgroups(
    estimates: FloatArray, scores: FloatArray, *, rng: np.random.Generator, draws: int = 999
) -> SubgroupTests:
    """Test the effects of subgroups against zero and against each other.

    Parameters
    ----------
    estimates : ndarray, shape (E,)
    scores : ndarray, shape (G, E)
        Group scores; 0 where a group is not in a subgroup. A group may be in several.
    rng : numpy.random.Generator
    draws : int
        Of the multiplier bootstrap behind the adjusted p-values.

    Returns
    -------
    SubgroupTests

    Raises
    ------
    DesignError
        There are fewer than two groups.
    """
    pairs = tuple(combinations(range(len(estimates)), 2))
    differences = tuple(
        difference_test(estimates[a], estimates[b], scores[:, a], scores[:, b]) for a, b in pairs
    )
    contrasts = np.array([scores[:, a] - scores[:, b] for a, b in pairs]).reshape(-1, len(scores))
    gaps = np.array([test.difference for test in differences])
    return SubgroupTests(
        _adjusted(estimates, scores, rng, draws),
        _equality(estimates, scores),
        pairs,
        differences,
        _adjusted(gaps, contrasts.T, rng, draws) if pairs else np.empty(0),
    )


def _adjusted(
    estimates: FloatArray, scores: FloatArray, rng: np.random.Generator, draws: int
) -> FloatArray:
    drawn = multiplier_bootstrap(estimates, scores, rng=rng, draws=draws)
    return romano_wolf(drawn.statistics, drawn.t_draws)


def _equality(estimates: FloatArray, scores: FloatArray) -> EqualityTest | None:
    if len(estimates) < 2:
        return None
    try:
        return equality_test(estimates, scores)
    except DesignError:
        return None
