"""Shortest fixed-length interval of an effect when the slope of the trend changes by at most M."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

from ruralimpact.difference.event_estimates import EventEstimates
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]

_OPTIMAL = 1e-4  # of the gradient; the error of the half-length is of second order in it


@dataclass(frozen=True)
class FixedLength:
    """The interval ``centre`` plus and minus ``half_length``.

    Attributes
    ----------
    centre, half_length : float
    std_error, bias : float
        Of the linear estimator behind the interval, and its largest bias.
    pre_weights : ndarray, shape (K,)
        Of the estimates before the reference in that estimator.
    """

    centre: float
    half_length: float
    std_error: float
    bias: float
    pre_weights: FloatArray


def folded_normal_critical_value(bias: float, level: float) -> float:
    """Return the quantile of |N(bias, 1)|.

    Parameters
    ----------
    bias : float
        In standard errors, at least 0.
    level : float

    Returns
    -------
    float
        By Newton's method to rounding error; the one-sided normal value plus the bias in the limit.
    """
    value = bias + float(stats.norm.ppf(level if bias > 0 else (1 + level) / 2))
    for _ in range(50):
        missing = level - (stats.norm.cdf(value - bias) - stats.norm.cdf(-value - bias))
        step = missing / (stats.norm.pdf(value - bias) + stats.norm.pdf(value + bias))
        value += float(step)
        if abs(step) < 1e-13 * value:
            break
    return value


def fixed_length_interval(event: EventEstimates, bound: float, level: float) -> FixedLength:
    """Minimise the half-length over all linear estimators without unbounded bias.

    Parameters
    ----------
    event : EventEstimates
    bound : float
        Largest change of the slope of the differential trend from one period to the next, in units
        of the outcome; 0 makes it a straight line.
    level : float

    Returns
    -------
    FixedLength

    Notes
    -----
    Unknowns are the weights w of the slope changes at and before the reference. The half-length is
    convex in them: a perspective of the folded normal quantile (convex, its slope tanh(value *
    bias)) that rises in the standard error and in the bias, each convex in w.
    """
    n_pre = len(event.pre)
    back = np.arange(1, n_pre + 1)[::-1]
    # Weight of the slope change at -s in the level at -u: u - s periods lie between.
    to_levels = np.linalg.inv(np.maximum(back[:, None] - np.arange(n_pre), 0.0).T)
    forward = np.arange(1, len(event.post) + 1)
    later = np.maximum(forward[:, None] - forward[:-1], 0.0)
    fixed = float(np.abs(event.weights @ later).sum())
    problem = _Problem(event, to_levels, back.astype(float), fixed, float(event.weights @ forward))
    weights = problem.solve(bound, level)
    return problem.interval(weights, bound, level)


@dataclass(frozen=True)
class _Problem:
    """Half-length as a function of the weights of the slope changes (positive and negative part).

    Attributes
    ----------
    event : EventEstimates
    to_levels : ndarray, shape (K, K)
        From those weights to weights of the estimates before the reference.
    back : ndarray, shape (K,)
        Periods from each of those estimates to the reference.
    fixed : float
        Bias, over the bound, of slope changes after the reference.
    slope : float
        Weight of a straight trend in the effect, to be taken out by the estimates before.
    """

    event: EventEstimates
    to_levels: FloatArray
    back: FloatArray
    fixed: float
    slope: float

    def combination(self, weights: FloatArray) -> FloatArray:
        """Weights of all estimates, before and after."""
        return np.append(self.to_levels @ weights, self.event.weights)

    def std_error(self, weights: FloatArray) -> float:
        combined = self.combination(weights)
        return float(np.sqrt(combined @ self.event.covariance @ combined))

    def solve(self, bound: float, level: float) -> FloatArray:
        """Return the best weights of the slope changes."""
        n = len(self.event.pre)
        unit = self.event.std_error
        rows = self.back @ self.to_levels

        def half_length(parts: FloatArray) -> tuple[float, FloatArray]:
            weights = parts[:n] - parts[n:]
            spread = self.std_error(weights)
            bias = bound * (parts.sum() + self.fixed)
            value = folded_normal_critical_value(bias / spread, level)
            by_bias = np.tanh(value * bias / spread)
            by_spread = value - by_bias * bias / spread
            pull = (self.event.covariance @ self.combination(weights))[:n] @ self.to_levels / spread
            slope = by_spread * np.append(pull, -pull) + by_bias * bound
            return spread * value / unit, slope / unit

        start = self._least_variance(rows)
        sides = np.append(rows, -rows)
        found = optimize.minimize(
            half_length,
            np.append(np.maximum(start, 0), np.maximum(-start, 0)),
            jac=True,
            method="SLSQP",
            bounds=[(0, None)] * (2 * n),
            constraints={
                "type": "eq",
                "fun": lambda parts: parts @ sides - self.slope,
                "jac": lambda _: sides,
            },
            options={"ftol": 1e-14, "maxiter": 1000},
        )
        _check_optimal(found.x, half_length(found.x)[1], sides, bound)
        weights: FloatArray = found.x[:n] - found.x[n:]
        return weights

    def _least_variance(self, rows: FloatArray) -> FloatArray:
        """Weights of the estimator with least variance that takes out a straight trend."""
        n = len(self.event.pre)
        before = self.to_levels.T @ self.event.covariance[:n, :n] @ self.to_levels
        cross = self.to_levels.T @ self.event.covariance[:n, n:] @ self.event.weights
        system = np.block([[before, rows[:, None]], [rows[None, :], np.zeros((1, 1))]])
        solution: FloatArray = np.linalg.solve(system, np.append(-cross, self.slope))[:n]
        return solution

    def interval(self, weights: FloatArray, bound: float, level: float) -> FixedLength:
        """Return the interval that the weights make."""
        spread = self.std_error(weights)
        bias = bound * (float(np.abs(weights).sum()) + self.fixed)
        combined = self.combination(weights)
        return FixedLength(
            centre=float(combined @ np.append(self.event.pre, self.event.post)),
            half_length=spread * folded_normal_critical_value(bias / spread, level),
            std_error=spread,
            bias=bias,
            pre_weights=combined[: len(self.event.pre)],
        )


def _check_optimal(parts: FloatArray, slope: FloatArray, sides: FloatArray, bound: float) -> None:
    """Refuse a point that fails the first-order conditions, which suffice for a convex function.

    The line search can stop at rounding error before its own criterion is met; the status of the
    optimiser therefore says less than these conditions.
    """
    used = parts > 1e-7
    price = float(slope[used] @ sides[used] / (sides[used] @ sides[used]))
    rest = slope - price * sides
    miss = max(np.abs(rest[used]).max(), -min(rest.min(), 0.0))
    if miss > _OPTIMAL * np.abs(slope).max():
        raise DesignError(
            f"No shortest interval was found at M = {bound:g}: the first-order conditions miss by "
            f"{miss:.1e}. Event-study estimates that differ greatly in precision can be the reason."
        )
