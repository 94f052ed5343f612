"""Randomisation tests: how often chance alone, in giving treatment to groups, does as much as was found."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced_scores import correction_factors
from ruralimpact.inference.leverage import Leverage

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_ROUNDING = 1e-12


@dataclass(frozen=True)
class RandomisationTest:
    """A test of no effect on any unit, by permuting treatment over groups.

    Attributes
    ----------
    statistic : float
        Estimate over its standard error.
    p_value : float
        Two-sided: (1 + draws at least as extreme) over (1 + draws).
    draws : int
        Permutations that bear an estimate.
    failed : int
        Permutations that do not: the score separates the arms, no unit finds a match.
    """

    statistic: float
    p_value: float
    draws: int
    failed: int


def permute_arms(
    arms: IntArray, strata: IntArray | None, rng: np.random.Generator, draws: int
) -> IntArray:
    """Places of groups under permutations within strata.

    Parameters
    ----------
    arms : ndarray of {0, 1}, shape (G,)
    strata : ndarray of int, shape (G,), optional
        Strata within which treatment was, or may have been, given by chance; one for all groups without.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    ndarray of int, shape (draws, G)
        For each draw, whose place each group takes; the number treated in a stratum stays.

    Raises
    ------
    DesignError
        No stratum has groups of both arms, so that nothing can be permuted.
    """
    cells = np.zeros(len(arms), dtype=np.int64) if strata is None else strata
    members = [np.flatnonzero(cells == cell) for cell in np.unique(cells)]
    mixed = [places for places in members if 0 < arms[places].sum() < len(places)]
    if not mixed:
        raise DesignError("no stratum has groups of both arms: nothing can be permuted.")
    places = np.tile(np.arange(len(arms)), (draws, 1))
    for stratum in mixed:
        places[:, stratum] = rng.permuted(np.tile(stratum, (draws, 1)), axis=1)
    return places


def fixed_match_test(
    estimate: float,
    sums: FloatArray,
    leverage: Leverage,
    *,
    rng: np.random.Generator,
    strata: IntArray | None = None,
    draws: int = 999,
) -> RandomisationTest:
    """Permute treatment over groups with the match held fixed.

    Parameters
    ----------
    estimate : float
    sums : ndarray, shape (G,)
        Influence scores summed by group.
    leverage : Leverage
        Of groups that are in one arm each.
    rng : numpy.random.Generator
    strata : ndarray of int, shape (G,), optional
    draws : int

    Returns
    -------
    RandomisationTest

    Raises
    ------
    DesignError
        A group has units in both arms, or `permute_arms` refuses.

    Notes
    -----
    The match gives each group a place: an arm and a share h of its weight. A group's residual mean is
    ``s / h`` (plus the estimate, for treated groups), less for controls; the estimate is the treated places'
    mean of residuals less the control places'. Groups that have a place exchange their residuals, and each
    draw is studentised as an estimate is, with its scores centred anew and divided by the root of ``1 - h``.
    What is held fixed besides the match is the outcome regression.
    """
    shares = leverage.shares[:, :2]
    if (shares > 0).all(axis=1).any():
        raise DesignError("a group has units in both arms: treatment was not given to groups.")
    used = np.flatnonzero((shares > 0).any(axis=1))
    arms = (shares[used, 1] > 0).astype(np.int64)
    share = shares[used].sum(axis=1)
    own = np.where(np.isfinite(sums[used]), sums[used], 0.0)
    residuals = np.where(arms == 1, estimate + own / share, -own / share)
    order = np.lexsort((residuals, share, arms))  # whatever the groups are called
    arms, share, residuals = arms[order], share[order], residuals[order]
    factor = correction_factors(replace(leverage, strata=None))[used][order]
    cells = None if strata is None else strata[used][order]
    places = permute_arms(arms, cells, rng, draws)
    drawn = _studentised(residuals[places], arms, share, factor)
    statistic = float(_studentised(residuals[None, :], arms, share, factor)[0])
    return _tested(statistic, drawn)


def _studentised(
    residuals: FloatArray, arms: IntArray, share: FloatArray, factor: FloatArray
) -> FloatArray:
    """Difference of the arms' weighted means over its error, by row; what is rounding in either is zero."""
    means, variance = [], np.zeros(len(residuals))
    floor = _ROUNDING * np.abs(residuals).max(axis=1)
    for arm in (0, 1):
        inside = arms == arm
        own = residuals[:, inside]
        mean = own @ share[inside]
        scores = factor[inside] * share[inside] * (own - mean[:, None])
        variance += (scores**2).sum(axis=1)
        means.append(mean)
    difference, error = means[1] - means[0], np.sqrt(variance)
    difference, error = (np.where(np.abs(own) > floor, own, 0.0) for own in (difference, error))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(difference / error)


def refitted_test(
    statistic: Callable[[IntArray], float],
    arms: IntArray,
    *,
    rng: np.random.Generator,
    strata: IntArray | None = None,
    draws: int = 999,
) -> RandomisationTest:
    """Permute treatment over groups and match anew each time.

    Parameters
    ----------
    statistic : callable
        From the arm of each group, shape (G,), to the studentised estimate, infinite where it has no error;
        raises `DesignError` where there is none.
    arms : ndarray of {0, 1}, shape (G,)
        As treatment was given.
    rng : numpy.random.Generator
    strata : ndarray of int, shape (G,), optional
    draws : int

    Returns
    -------
    RandomisationTest

    Raises
    ------
    DesignError
        `permute_arms` refuses, or there is no estimate as treatment was given.
    """
    drawn = []
    for places in permute_arms(arms, strata, rng, draws):
        try:
            drawn.append(statistic(arms[places]))
        except DesignError:
            drawn.append(np.nan)
    return _tested(statistic(arms), np.array(drawn))


def _tested(statistic: float, drawn: FloatArray) -> RandomisationTest:
    known = np.abs(drawn[~np.isnan(drawn)])
    extreme = int((known >= abs(statistic) * (1 - 1e-10)).sum())
    p_value = (1 + extreme) / (1 + len(known)) if np.isfinite(statistic) else np.nan
    return RandomisationTest(statistic, p_value, len(known), len(drawn) - len(known))
