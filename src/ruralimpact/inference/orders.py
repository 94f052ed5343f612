"""The order of several effects, and how firm it is, from normal draws of their group scores."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.inference.score_order import score_order

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """The order of L effects.

    Attributes
    ----------
    ranks : ndarray of int, shape (L,)
        1 is the highest.
    low, high : ndarray of int, shape (L,)
        Between which ranks each lies in 95 percent of the draws.
    kept : float
        Share of the draws in which the effects named by ``order`` stand in that order.
    ratio, ratio_low, ratio_high : float
        Percent of the first effect of ``order`` over that of the second, and the ends of its 95 percent
        range over the draws; NaN where too many draws leave either without a percent to compare.
    """

    ranks: IntArray
    low: IntArray
    high: IntArray
    kept: float
    ratio: float
    ratio_low: float
    ratio_high: float


def rank_relative_effects(
    effects: FloatArray,
    means: FloatArray,
    effect_scores: FloatArray,
    mean_scores: FloatArray,
    order: Sequence[int],
    *,
    rng: np.random.Generator,
    draws: int = 1999,
) -> Ranking:
    """Rank effects in percent of their counterfactual, and draw how often an order comes out.

    Parameters
    ----------
    effects, means : ndarray, shape (L,)
        Effects, and the treated means that they are part of.
    effect_scores, mean_scores : ndarray, shape (G, L)
        Group scores of both; NaN or 0 where a group is not in a comparison. A column of zeros is known
        without error. The order of groups has no influence.
    order : sequence of int
        Positions of effects, the one said to be highest first; it may name fewer than L.
    rng : numpy.random.Generator
    draws : int

    Returns
    -------
    Ranking

    Raises
    ------
    DesignError
        A treated mean is not positive, or a single group carries an effect.

    Notes
    -----
    An effect e with the treated mean m is 100 e / (m - e) percent of the counterfactual, which grows with
    e / m as long as the counterfactual is positive. Ranks are those of e / m: draws in which an uncertain
    counterfactual falls below zero then stay at the top, where a percent would change its sign. A draw is
    the estimates plus the group scores times independent standard normals, one a group and common to all
    columns, which has the clustered covariance of the estimates.
    """
    if (means <= 0).any():
        raise DesignError("effects cannot be ranked in percent: a treated mean is not positive.")
    shifts = np.column_stack([_scaled(effect_scores), _scaled(mean_scores)])
    shifts = shifts[score_order(shifts)]
    normals = rng.standard_normal((draws, len(shifts)))
    moved = np.concatenate([effects, means]) + normals @ shifts
    shares = moved[:, : len(effects)] / moved[:, len(effects) :]
    drawn = _ranks(shares)
    named = shares[:, list(order)]
    ratio = _ratio((effects / means)[np.newaxis, list(order)])[0]
    ratios = np.quantile(_ratio(named), [0.025, 0.975], method="inverted_cdf")
    return Ranking(
        _ranks((effects / means)[np.newaxis])[0],
        np.quantile(drawn, 0.025, axis=0, method="inverted_cdf").astype(np.int64),
        np.quantile(drawn, 0.975, axis=0, method="inverted_cdf").astype(np.int64),
        float((np.diff(named, axis=1) < 0).all(axis=1).mean()),
        *(float(value) if np.isfinite(value) else np.nan for value in (ratio, *ratios)),
    )


def _ratio(shares: FloatArray) -> FloatArray:
    """The first over the second column's percent of the counterfactual; infinite where that is undefined."""
    first, second = shares[:, 0], shares[:, 1]
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = first * (1 - second) / ((1 - first) * second)
    defined = (second > 0) & (second < 1) & (first < 1)
    return np.where(defined, ratio, np.inf)


def _ranks(values: FloatArray) -> IntArray:
    """Ranks within rows, 1 for the highest."""
    return np.argsort(np.argsort(-values, axis=1, kind="stable"), axis=1).astype(np.int64) + 1


def _scaled(scores: FloatArray) -> FloatArray:
    """Scores with the correction for the number of groups that carry each column."""
    present = np.where(np.isfinite(scores), scores, 0.0)
    counts = (present != 0).sum(axis=0)
    if (counts == 1).any():
        raise DesignError("clustered inference needs at least two groups.")
    factor = np.sqrt(counts / np.maximum(counts - 1, 1))
    return np.asarray(present * factor, dtype=np.float64)
