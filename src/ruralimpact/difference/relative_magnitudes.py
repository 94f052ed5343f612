"""Test of one effect under a bound on changes of trend relative to those before treatment."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, special

from ruralimpact.difference.event_estimates import EventEstimates

FloatArray = NDArray[np.float64]

_FIRST_STAGE = 0.1  # share of the level of significance spent on the least favourable test
_NODES, _QUADRATURE = np.polynomial.legendre.leggauss(200)
_GRID = 201
_ZOOM = np.linspace(0.0, 1.0, 41)
_ZOOMS = 6


@dataclass(frozen=True)
class Piece:
    """Restriction that the largest change before treatment is one given change with one sign.

    Every post-period change is at most ``magnitude`` times that change in size. Its moment
    inequalities, once the other effects are profiled out, are J statistics linear in the estimates
    and in the effect tested; all are at most zero in expectation when effect and restriction hold.

    Attributes
    ----------
    statistics : ndarray, shape (J,)
        At a tested effect of zero.
    slopes : ndarray, shape (J,)
        Change of each statistic by a unit of the tested effect: below zero, above zero, then zeros.
    covariance : ndarray, shape (J, J)
    shift : float
        Bound on the bias over the change: magnitude times sum of |weights still to come|.
    deviation : ndarray, shape (2, 2)
        Covariance of the estimate and the change.
    scales : ndarray, shape (J,)
        What the first two, and the change in the others, are divided by.
    """

    statistics: FloatArray
    slopes: FloatArray
    covariance: FloatArray
    shift: float
    deviation: FloatArray
    scales: FloatArray

    def interval(self, level: float) -> tuple[float, float] | None:
        """Return the smallest and largest effect that is not rejected; None if all are."""
        size = 1 - level
        first = _FIRST_STAGE * size
        cutoff = self._least_favourable(first)
        if len(self.statistics) > 2 and self.statistics[2:].max() > cutoff:
            return None
        low = (cutoff - self.statistics[0]) / self.slopes[0]
        high = (cutoff - self.statistics[1]) / self.slopes[1]
        if low > high:
            return None
        second = (size - first) / (1 - first)
        grid = np.linspace(low, high, _GRID)
        accepted = np.flatnonzero(~self.rejects(grid, second, cutoff))
        if not len(accepted):
            return None
        step = grid[1] - grid[0]
        ends = []
        for position, sign in ((accepted[0], -1.0), (accepted[-1], 1.0)):
            inside, outward = grid[position], sign * step
            for _ in range(_ZOOMS):
                tried = inside + outward * _ZOOM
                kept = ~self.rejects(tried, second, cutoff)
                inside = tried[np.flatnonzero(kept)[-1]] if kept.any() else inside
                outward *= _ZOOM[1]
            ends.append(float(np.clip(inside, low, high)))
        return ends[0], ends[1]

    def rejects(self, effects: FloatArray, size: float, cutoff: float) -> NDArray[np.bool_]:
        """Tell which effects the conditional test rejects, given that none exceeds the cutoff.

        Parameters
        ----------
        effects : ndarray, shape (n,)
        size : float
            Of the second stage.
        cutoff : float
            Least favourable critical value of the first stage.

        Returns
        -------
        ndarray of bool, shape (n,)
        """
        values = self.statistics + np.outer(effects, self.slopes)
        active = values.argmax(axis=1)
        largest = values[np.arange(len(effects)), active]
        variance = self.covariance[active, active]
        ratio = self.covariance[:, active].T / variance[:, None]
        rest = values - ratio * largest[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            crossing = rest / (1 - ratio)
        lower = np.where(ratio < 1 - 1e-12, crossing, -np.inf).max(axis=1)
        upper = np.where(ratio > 1 + 1e-12, crossing, np.inf).min(axis=1)
        upper = np.minimum(upper, cutoff)
        beyond = _truncated_tail(largest, lower, upper, np.sqrt(variance))
        rejected: NDArray[np.bool_] = (largest > cutoff) | ((largest > 0) & (beyond < size))
        return rejected

    def _least_favourable(self, size: float) -> float:
        """Quantile of the largest statistic when all have mean zero."""
        return float(
            optimize.brentq(lambda cut: 1 - size - self._below(cut), 1e-6, 20.0, xtol=1e-10)
        )

    def _below(self, cut: float) -> float:
        """Probability that no statistic exceeds a cutoff: an integral over the change."""
        spread = np.sqrt(self.deviation[1, 1])
        start = -8.0
        if len(self.scales) > 2:
            start = max(start, -cut * self.scales[2:].min() / spread)
        change = start + (8.0 - start) * (_NODES + 1) / 2
        slope = self.deviation[0, 1] / spread
        rest = np.sqrt(max(self.deviation[0, 0] - slope**2, 1e-14 * self.deviation[0, 0]))
        bound = self.shift * change * spread
        inside = special.ndtr((cut * self.scales[0] + bound - slope * change) / rest)
        inside -= special.ndtr((-cut * self.scales[1] - bound - slope * change) / rest)
        density = np.exp(-(change**2) / 2) / np.sqrt(2 * np.pi)
        return float((8.0 - start) / 2 * (_QUADRATURE * inside * density).sum())


def _truncated_tail(
    value: FloatArray, lower: FloatArray, upper: FloatArray, spread: FloatArray
) -> FloatArray:
    """Probability that a truncated normal with mean zero exceeds a value within its bounds."""
    at, top, bottom = (special.log_ndtr(-bound / spread) for bound in (value, upper, lower))
    with np.errstate(invalid="ignore", divide="ignore"):
        tail = np.exp(at - bottom) * np.expm1(top - at) / np.expm1(top - bottom)
    return np.where(np.isnan(tail), 1.0, tail)


def pieces(event: EventEstimates, magnitude: float) -> list[Piece]:
    """Split the restriction into one piece a change before treatment and sign.

    Parameters
    ----------
    event : EventEstimates
    magnitude : float
        Largest change after the reference over the largest before it.

    Returns
    -------
    list of Piece
        Two a change.
    """
    n_pre, n_post = len(event.pre), len(event.post)
    n = n_pre + n_post
    estimates = np.append(event.pre, event.post)
    steps = np.diff(np.insert(np.eye(n), n_pre, 0.0, axis=0), axis=0)
    to_come = np.cumsum(event.weights[::-1])[::-1]
    return [
        _piece(estimates, event, steps[n_pre:], to_come, magnitude, sign * before)
        for before in steps[:n_pre]
        for sign in (1.0, -1.0)
    ]


def _piece(
    estimates: FloatArray,
    event: EventEstimates,
    after: FloatArray,
    to_come: FloatArray,
    magnitude: float,
    change: FloatArray,
) -> Piece:
    """Write the moment inequalities of one piece with the other effects profiled out.

    The inequalities are +-(step after) - magnitude * change <= 0, each over its standard error.
    Their combinations that do not involve the other effects have the vertices used here: the two
    bounds on the effect, and for each step the sum of its two inequalities.
    """
    spreads = {
        sign: np.sqrt(_quadratic(sign * after - magnitude * change, event.covariance))
        for sign in (1.0, -1.0)
    }
    rising = np.where(to_come >= 0, spreads[1.0], spreads[-1.0])
    falling = np.where(to_come >= 0, spreads[-1.0], spreads[1.0])
    reach = magnitude * np.abs(to_come).sum()
    target = to_come @ after
    scales = [float(np.abs(to_come) @ rising), float(np.abs(to_come) @ falling)]
    rows = [(target - reach * change) / scales[0], (-target - reach * change) / scales[1]]
    slopes = [-1 / scales[0], 1 / scales[1]]
    if magnitude > 0:
        sums = (spreads[1.0] + spreads[-1.0]) / (2 * magnitude)
        rows += [-change / scale for scale in sums]
        slopes += [0.0] * len(sums)
        scales += sums.tolist()
    matrix = np.array(rows)
    both = np.array([target, change])
    return Piece(
        statistics=matrix @ estimates,
        slopes=np.array(slopes),
        covariance=matrix @ event.covariance @ matrix.T,
        shift=float(reach),
        deviation=both @ event.covariance @ both.T,
        scales=np.array(scales),
    )


def _quadratic(rows: FloatArray, covariance: FloatArray) -> FloatArray:
    return np.asarray(np.einsum("ij,jk,ik->i", rows, covariance, rows))
