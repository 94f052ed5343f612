"""Shortest fixed-length interval of an effect when the slope of the trend changes by at most M."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import optimize
from scipy.special import ndtr, ndtri

from ruralimpact.difference.event_estimates import EventEstimates

FloatArray = NDArray[np.float64]


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
    value = bias + float(ndtri(level if bias > 0 else (1 + level) / 2))
    for _ in range(50):
        missing = level - (ndtr(value - bias) - ndtr(-value - bias))
        step = missing / (_normal_density(value - bias) + _normal_density(value + bias))
        value += float(step)
        if abs(step) < 1e-13 * value:
            break
    return value


def _normal_density(value: float) -> float:
    return float(np.exp(-(value**2) / 2.0) / np.sqrt(2 * np.pi))


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
    Unknowns are the weights w of the slope changes before the reference; that of the change at the
    reference is fixed, since a straight trend must drop out. With V the variance of the estimator,
    quadratic in w, the half-length is convex in w: a perspective of the folded normal quantile
    (convex, its slope tanh(value * bias)) that rises in the standard error and in the bias. Its
    first-order conditions are those of V / 2 + penalty * sum |w| for one penalty, so the minimum
    lies on the lasso path of V, which is piecewise linear, where the penalty fits itself.
    """
    problem = _Problem.of(event)
    return problem.interval(problem.best(bound, level), bound, level)


@dataclass(frozen=True)
class _Problem:
    """Linear estimators in the weights of the slope changes at the reference and before it.

    Attributes
    ----------
    event : EventEstimates
    to_levels : ndarray, shape (K, K)
        From those weights to weights of the estimates before the reference.
    slope : float
        Weight of a straight trend in the effect, hence of the slope change at the reference.
    fixed : float
        Bias, over the bound, of slope changes at the reference and after it.
    """

    event: EventEstimates
    to_levels: FloatArray
    slope: float
    fixed: float

    @classmethod
    def of(cls, event: EventEstimates) -> "_Problem":
        n_pre = len(event.pre)
        back = np.arange(n_pre, 0, -1)
        forward = np.arange(1, len(event.post) + 1)
        # A slope change s periods before the reference moves the level u periods before by u - s.
        lags = np.maximum(back[:, None] - np.arange(n_pre), 0.0)
        leads = np.maximum(forward[:, None] - forward[:-1], 0.0)
        slope = float(event.weights @ forward)
        after = float(np.abs(event.weights @ leads).sum())
        return cls(event, np.linalg.inv(lags.T), slope, abs(slope) + after)

    def combination(self, weights: FloatArray) -> FloatArray:
        """Weights of all estimates, before and after."""
        return np.append(self.to_levels @ np.append(self.slope, weights), self.event.weights)

    def errors(self, weights: FloatArray, bound: float) -> tuple[float, float]:
        """Standard error and largest bias."""
        combined = self.combination(weights)
        spread = float(np.sqrt(combined @ self.event.covariance @ combined))
        return spread, bound * (float(np.abs(weights).sum()) + self.fixed)

    def best(self, bound: float, level: float) -> FloatArray:
        """Return the weights, without that at the reference, of the shortest interval."""
        path = self._path()

        def excess(penalty: float) -> float:
            """How far a penalty exceeds the one that its own solution implies."""
            spread, bias = self.errors(path.weights(penalty), bound)
            value = folded_normal_critical_value(bias / spread, level)
            by_bias = np.tanh(value * bias / spread)
            by_spread = value - by_bias * bias / spread
            return float(penalty - bound * spread * by_bias / by_spread)

        top = path.penalties[0]
        if bound == 0 or excess(0.0) >= 0:
            return path.weights(0.0)
        if excess(top) <= 0:
            return path.weights(top)
        return path.weights(optimize.brentq(excess, 0.0, top, xtol=1e-14 * top, rtol=1e-12))

    def _path(self) -> "_Path":
        """Lasso path of half the variance in the weights before the reference."""
        n_pre = len(self.event.pre)
        rows = np.zeros((n_pre + len(self.event.post), n_pre - 1))
        rows[:n_pre] = self.to_levels[:, 1:]
        start = self.combination(np.zeros(n_pre - 1))
        moved = rows.T @ self.event.covariance
        return _lasso_path(moved @ rows, moved @ start)

    def interval(self, weights: FloatArray, bound: float, level: float) -> FixedLength:
        """Return the interval that the weights make."""
        spread, bias = self.errors(weights, bound)
        combined = self.combination(weights)
        return FixedLength(
            centre=float(combined @ np.append(self.event.pre, self.event.post)),
            half_length=spread * folded_normal_critical_value(bias / spread, level),
            std_error=spread,
            bias=bias,
            pre_weights=combined[: len(self.event.pre)],
        )


@dataclass(frozen=True)
class _Path:
    """Solutions of a lasso by penalty, linear between corners.

    Attributes
    ----------
    penalties : ndarray, shape (c,)
        From the smallest at which all weights are zero down to zero.
    corners : ndarray, shape (c, k)
    """

    penalties: FloatArray
    corners: FloatArray

    def weights(self, penalty: float) -> FloatArray:
        """Solution at a penalty."""
        order = slice(None, None, -1)
        corner_weights = [
            np.interp(penalty, self.penalties[order], x[order]) for x in self.corners.T
        ]
        return np.array(corner_weights, dtype=float)


def _lasso_path(square: FloatArray, linear: FloatArray) -> _Path:
    """Follow the minimum of ``w @ square @ w / 2 + linear @ w + penalty * sum |w|`` to penalty 0.

    Parameters
    ----------
    square : ndarray, shape (k, k)
        Positive definite.
    linear : ndarray, shape (k,)

    Returns
    -------
    _Path
    """
    k = len(linear)
    penalty = float(np.abs(linear).max(initial=0.0))
    penalties, corners = [penalty], [np.zeros(k)]
    signs = np.zeros(k)
    turn = _Turn(-1, 0.0, 0.0)
    if penalty > 0:
        weight = int(np.abs(linear).argmax())
        turn = _Turn(weight, 0.0, -float(np.sign(linear[weight])))
    while penalty > 0:
        signs[turn.weight] = turn.after
        used = np.flatnonzero(signs)
        inverse = np.linalg.inv(square[np.ix_(used, used)])
        line = _Line(square, linear, signs, -inverse @ linear[used], inverse @ signs[used])
        penalty, turn = line.next_corner(penalty, turn)
        corner = np.zeros(k)
        corner[used] = line.constant - penalty * line.pace
        if turn.after == 0 and turn.weight >= 0:
            corner[turn.weight] = 0.0
        penalties.append(penalty)
        corners.append(corner)
    return _Path(np.array(penalties), np.array(corners))


@dataclass(frozen=True)
class _Turn:
    """A weight that becomes or ceases to be zero: which, and its sign on either side (0: zero)."""

    weight: int
    before: float
    after: float


@dataclass(frozen=True)
class _Line:
    """One stretch of the path: weights in use are ``constant - penalty * pace``."""

    square: FloatArray
    linear: FloatArray
    signs: FloatArray
    constant: FloatArray
    pace: FloatArray

    def next_corner(self, penalty: float, last: _Turn) -> tuple[float, _Turn]:
        """Return the next lower penalty at which a weight turns, and how; 0 where none does.

        The weight of the last turn meets the same bound nowhere else on this line, only where it
        has just turned.
        """
        used = np.flatnonzero(self.signs)
        best, turn = 0.0, _Turn(-1, 0.0, 0.0)
        for position, weight in enumerate(used.tolist()):
            at = self.constant[position] / self.pace[position] if self.pace[position] else 0.0
            if best < at < penalty and weight != last.weight:
                best, turn = float(at), _Turn(weight, float(self.signs[weight]), 0.0)
        for weight in np.flatnonzero(self.signs == 0).tolist():
            pull = -self.linear[weight] - self.square[weight, used] @ self.constant
            change = self.square[weight, used] @ self.pace
            for sign in (1.0, -1.0):
                at = pull / (sign - change) if sign != change else 0.0
                if best < at < penalty and (weight, sign) != (last.weight, last.before):
                    best, turn = float(at), _Turn(weight, 0.0, sign)
        return best, turn
