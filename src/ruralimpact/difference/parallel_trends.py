"""Sensitivity of an event study to violations of parallel trends (Rambachan & Roth 2023)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.difference.event_estimates import EventEstimates, Target, event_estimates
from ruralimpact.difference.relative_magnitudes import pieces
from ruralimpact.difference.smoothness import fixed_length_interval
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
Interval = tuple[float, float]

_LARGEST = 2.0**20


@dataclass(frozen=True)
class RobustIntervals:
    """Intervals that hold as long as trends differ by no more than a stated amount.

    Attributes
    ----------
    restriction : {"relative_magnitudes", "smoothness"}
    estimate, std_error : float
        Of the effect under parallel trends.
    magnitudes : ndarray, shape (m,)
        Mbar, or M in units of the outcome.
    conf_low, conf_high : ndarray, shape (m,)
    breakdown : float
        Largest magnitude at which the interval excludes zero, to within the tolerance and from
        below; NaN if none does, infinite beyond a million (times the standard error, for M).
    level : float
    """

    restriction: Literal["relative_magnitudes", "smoothness"]
    estimate: float
    std_error: float
    magnitudes: FloatArray
    conf_low: FloatArray
    conf_high: FloatArray
    breakdown: float
    level: float


def relative_magnitudes(
    estimates: ArrayLike,
    covariance: ArrayLike,
    times: ArrayLike,
    *,
    weights: Target = "first",
    magnitudes: Sequence[float] = (0.0, 0.5, 1.0, 1.5, 2.0),
    reference: int = -1,
    level: float = 0.95,
    df: float | None = None,
    tolerance: float = 1e-3,
) -> RobustIntervals:
    """Bound changes of the differential trend by a multiple of the largest one before treatment.

    Parameters
    ----------
    estimates, covariance, times, weights, reference, level, df
        See :func:`ruralimpact.difference.event_estimates.event_estimates`.
    magnitudes : sequence of float
        Values of Mbar. At 1, no change from one period to the next after treatment exceeds the
        largest such change before it.
    tolerance : float
        Of the breakdown value, absolute.

    Returns
    -------
    RobustIntervals

    Raises
    ------
    DesignError
        See `event_estimates`; or a negative magnitude.

    Notes
    -----
    The restriction is a union over changes before treatment and their signs; the interval spans the
    union of the confidence sets of the parts (lemma 2.2 of the paper). Each part is tested with the
    conditional least favourable hybrid of Andrews, Roth & Pakes (2023), first stage a tenth of the
    size. The vertices of its linear programme are written in closed form and the first stage's
    critical value is integrated, so nothing is drawn.
    """
    event = event_estimates(
        estimates, covariance, times, weights=weights, reference=reference, level=level, df=df
    )

    def interval(magnitude: float) -> Interval:
        intervals = [part.interval(level) for part in pieces(event, magnitude)]
        kept = [ends for ends in intervals if ends is not None]
        if not kept:
            return np.nan, np.nan
        return min(low for low, _ in kept), max(high for _, high in kept)

    return _intervals("relative_magnitudes", event, magnitudes, interval, level, 1.0, tolerance)


def smoothness(
    estimates: ArrayLike,
    covariance: ArrayLike,
    times: ArrayLike,
    *,
    magnitudes: Sequence[float],
    weights: Target = "first",
    reference: int = -1,
    level: float = 0.95,
    df: float | None = None,
    tolerance: float = 1e-3,
) -> RobustIntervals:
    """Bound changes of the slope of the differential trend.

    Parameters
    ----------
    estimates, covariance, times, weights, reference, level, df
        See :func:`ruralimpact.difference.event_estimates.event_estimates`.
    magnitudes : sequence of float
        Values of M, in units of the outcome: by how much the slope of the difference in trends may
        change from one period to the next. At 0 it is a straight line, extrapolated.
    tolerance : float
        Of the breakdown value, in standard errors of the estimate.

    Returns
    -------
    RobustIntervals

    Raises
    ------
    DesignError
        See `event_estimates`; or a negative magnitude.

    Notes
    -----
    Fixed-length intervals (Armstrong & Kolesar 2018): the linear estimator of shortest length,
    found by convex optimisation; no draws.
    """
    event = event_estimates(
        estimates, covariance, times, weights=weights, reference=reference, level=level, df=df
    )

    def interval(magnitude: float) -> Interval:
        fixed = fixed_length_interval(event, magnitude, level)
        return fixed.centre - fixed.half_length, fixed.centre + fixed.half_length

    unit = event.std_error
    return _intervals("smoothness", event, magnitudes, interval, level, unit, tolerance * unit)


def _intervals(
    restriction: Literal["relative_magnitudes", "smoothness"],
    event: EventEstimates,
    magnitudes: Sequence[float],
    interval: Callable[[float], Interval],
    level: float,
    unit: float,
    tolerance: float,
) -> RobustIntervals:
    grid = np.asarray(magnitudes, dtype=float)
    if grid.ndim != 1 or not len(grid) or not (grid >= 0).all():
        raise DesignError("Magnitudes must be numbers of at least 0.")
    ends = np.array([interval(magnitude) for magnitude in grid.tolist()])
    return RobustIntervals(
        restriction=restriction,
        estimate=event.estimate,
        std_error=event.std_error,
        magnitudes=grid,
        conf_low=ends[:, 0],
        conf_high=ends[:, 1],
        breakdown=_breakdown(interval, unit, tolerance),
        level=level,
    )


def _breakdown(interval: Callable[[float], Interval], unit: float, tolerance: float) -> float:
    """Largest magnitude at which the interval excludes zero."""

    def excludes_zero(magnitude: float) -> bool:
        low, high = interval(magnitude)
        return low > 0 or high < 0

    if not excludes_zero(0.0):
        return np.nan
    below, above = 0.0, unit
    while excludes_zero(above):
        below, above = above, 2 * above
        if above > _LARGEST * unit:
            return np.inf
    while above - below > tolerance:
        middle = (below + above) / 2
        below, above = (middle, above) if excludes_zero(middle) else (below, middle)
    return below
