"""Many outcomes, one family: family-wise adjusted p-values and false discovery rates."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def romano_wolf(
    statistics: FloatArray, t_draws: FloatArray, families: ArrayLike | None = None
) -> FloatArray:
    """Step-down p-values that control the family-wise error rate under any dependence.

    Parameters
    ----------
    statistics : ndarray, shape (E,)
        Studentised estimates; NaN leaves an estimate out of its family.
    t_draws : ndarray, shape (B, E)
        Joint bootstrap statistics (`multiplier.MultiplierResult.t_draws`).
    families : array_like, shape (E,), optional
        Family of each estimate; all are one family without.

    Returns
    -------
    ndarray, shape (E,)
        Adjusted two-sided p-values, NaN where the statistic is.

    References
    ----------
    Romano & Wolf (2005), Econometrica 73(4); (2016), Statistics & Probability Letters 113.
    """

    def adjust(members: NDArray[np.intp]) -> FloatArray:
        return _step_down(np.abs(statistics[members]), np.abs(t_draws[:, members]))

    return _by_family(statistics, families, adjust)


def _step_down(statistics: FloatArray, draws: FloatArray) -> FloatArray:
    order = np.argsort(-statistics, kind="stable")
    largest_of_rest = np.maximum.accumulate(draws[:, order[::-1]], axis=1)[:, ::-1]
    reached = (largest_of_rest >= statistics[order] * (1 - 1e-10)).sum(axis=0)
    p_values = np.empty(len(statistics))
    p_values[order] = np.maximum.accumulate((1 + reached) / (1 + len(draws)))
    return p_values


def probability_draws(t_draws: FloatArray) -> FloatArray:
    """Joint draws of statistics as joint draws of one less their p-values.

    Parameters
    ----------
    t_draws : ndarray, shape (B, E)

    Returns
    -------
    ndarray, shape (B, E)
        Rank of each absolute statistic among the draws of its column, over B + 1 (the highest rank of
        equals): uniform draws that keep the dependence between columns. With ``1 - p`` as statistics,
        `romano_wolf` adjusts p-values that come from elsewhere, and repeats that of a family of one. NaN
        where the column is.

    References
    ----------
    Westfall & Young (1993), Resampling-Based Multiple Testing, section 2.3.
    """
    size = np.abs(t_draws)
    ranks = np.full(size.shape, np.nan)
    known = np.isfinite(size).any(axis=0)
    for column in np.flatnonzero(known):
        draws = size[:, column]
        ranks[:, column] = np.searchsorted(np.sort(draws), draws, side="right") / (len(draws) + 1)
    return ranks


def q_values(p_values: FloatArray, families: ArrayLike | None = None) -> FloatArray:
    """Benjamini-Hochberg q-values: the false discovery rate at which each test is rejected.

    Parameters
    ----------
    p_values : ndarray, shape (E,)
        NaN leaves a test out of its family.
    families : array_like, shape (E,), optional
        Family of each test; all are one family without.

    Returns
    -------
    ndarray, shape (E,)

    References
    ----------
    Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57(1).
    """
    return _by_family(p_values, families, lambda members: _step_up(p_values[members]))


def _step_up(p_values: FloatArray) -> FloatArray:
    order = np.argsort(p_values)[::-1]
    shares = np.arange(len(order), 0, -1) / len(order)
    adjusted = np.empty(len(order))
    adjusted[order] = np.minimum(np.minimum.accumulate(p_values[order] / shares), 1.0)
    return adjusted


def _by_family(
    values: FloatArray,
    families: ArrayLike | None,
    adjust: Callable[[NDArray[np.intp]], FloatArray],
) -> FloatArray:
    """Apply `adjust` to the positions of each family's present values."""
    labels = np.zeros(len(values)) if families is None else np.asarray(families)
    out = np.full(len(values), np.nan)
    for label in np.unique(labels):
        members = np.flatnonzero((labels == label) & ~np.isnan(values))
        if len(members):
            out[members] = adjust(members)
    return out
