"""Event-study estimates with their covariance, as the sensitivity to parallel trends takes them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri, stdtrit

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
Target = Literal["first", "average"] | Sequence[float] | FloatArray


@dataclass(frozen=True)
class EventEstimates:
    """Effects by event time against one reference period, and the effect that is asked for.

    Attributes
    ----------
    pre, post : ndarray, shapes (K,) and (T,)
        Estimates of the periods before and after the reference period, in order of time.
    covariance : ndarray, shape (K + T, K + T)
        Of `pre` and `post` together, scaled so that normal critical values give t intervals where
        degrees of freedom were asked for.
    weights : ndarray, shape (T,)
        The effect asked for is ``weights @ post``.
    inflation : float
        What standard errors were multiplied by for degrees of freedom; 1 without.
    """

    pre: FloatArray
    post: FloatArray
    covariance: FloatArray
    weights: FloatArray
    inflation: float

    @property
    def estimate(self) -> float:
        """Effect under parallel trends."""
        return float(self.weights @ self.post)

    @property
    def std_error(self) -> float:
        """Of `estimate`, without the factor for degrees of freedom."""
        after = self.covariance[len(self.pre) :, len(self.pre) :]
        return float(np.sqrt(self.weights @ after @ self.weights)) / self.inflation


def event_estimates(
    estimates: ArrayLike,
    covariance: ArrayLike,
    times: ArrayLike,
    *,
    weights: Target = "first",
    reference: int = -1,
    level: float = 0.95,
    df: float | None = None,
) -> EventEstimates:
    """Check event-study estimates and put them in order.

    Parameters
    ----------
    estimates : array_like, shape (k,)
        All measured from the same reference period (a universal base).
    covariance : array_like, shape (k, k)
    times : array_like of int, shape (k,)
        Event times. The reference may be among them (its row is dropped) or excluded.
    weights : {"first", "average"} or array_like, shape (T,)
        Effect asked for: of the first period after the reference, the mean of all later ones, or
        any other combination of them.
    reference : int
        Last period before treatment, -1 unless treatment was anticipated.
    level : float
        Of the intervals that will be made.
    df : float, optional
        Degrees of freedom (groups less one). Standard errors are multiplied by the ratio of the t
        to the normal critical value.

    Returns
    -------
    EventEstimates

    Raises
    ------
    DesignError
        No period on one side of the reference, a gap in event time, missing estimates, weights of
        another length or all zero, or a covariance that is none.
    """
    beta, sigma = np.asarray(estimates, dtype=float), np.asarray(covariance, dtype=float)
    time = np.asarray(times)
    if beta.ndim != 1 or time.shape != beta.shape or sigma.shape != (len(beta), len(beta)):
        raise DesignError(
            f"Shapes do not fit: {beta.shape} estimates, {time.shape} event times, "
            f"{sigma.shape} covariance."
        )
    order = np.argsort(time, kind="stable")
    order = order[time[order] != reference]
    beta, sigma, time = beta[order], sigma[np.ix_(order, order)], time[order]
    before = time < reference
    _check_times(time, before, reference)
    _check_covariance(beta, sigma)
    inflation = _inflation(level, df)
    return EventEstimates(
        pre=beta[before],
        post=beta[~before],
        covariance=sigma * inflation**2,
        weights=_target(weights, int((~before).sum())),
        inflation=inflation,
    )


def _check_times(time: NDArray[np.int64], before: NDArray[np.bool_], reference: int) -> None:
    if not before.any():
        raise DesignError(
            f"No estimate before the reference period {reference}: without a second period before "
            "treatment nothing says how far trends may differ, and neither restriction bounds the "
            "effect."
        )
    if before.all():
        raise DesignError(f"No estimate after the reference period {reference}.")
    expected = [t for t in range(int(time[0]), int(time[-1]) + 1) if t != reference]
    if time.tolist() != expected:
        raise DesignError(
            "Event times must be consecutive, the reference apart: changes from one period to the "
            f"next are compared. Got {', '.join(map(str, time.tolist()))}."
        )


def _check_covariance(beta: FloatArray, sigma: FloatArray) -> None:
    if not (np.isfinite(beta).all() and np.isfinite(sigma).all()):
        raise DesignError("Missing values among the event-study estimates or in their covariance.")
    scale = np.abs(sigma).max()
    if not np.allclose(sigma, sigma.T, rtol=0, atol=1e-8 * scale):
        raise DesignError("The covariance of the event-study estimates is not symmetric.")
    if np.linalg.eigvalsh(sigma)[0] <= 1e-12 * scale:
        raise DesignError(
            "The covariance of the event-study estimates is singular: fewer groups than event "
            "times, or one estimate that is a combination of others."
        )


def _target(weights: Target, n_post: int) -> FloatArray:
    if isinstance(weights, str):
        if weights == "first":
            return np.append(1.0, np.zeros(n_post - 1))
        if weights == "average":
            return np.full(n_post, 1 / n_post)
        raise DesignError(f"Weights '{weights}': give 'first', 'average' or one number a period.")
    values = np.asarray(weights, dtype=float)
    if values.shape != (n_post,) or not np.isfinite(values).all() or not values.any():
        raise DesignError(f"Weights must be {n_post} numbers, one a period after the reference.")
    return values


def _inflation(level: float, df: float | None) -> float:
    if not 0 < level < 1:
        raise DesignError(f"A level of confidence is between 0 and 1, not {level}.")
    if df is None:
        return 1.0
    if df < 1:
        raise DesignError(f"Degrees of freedom must be at least 1, not {df}.")
    tail = (1 + level) / 2
    return float(stdtrit(df, tail) / ndtri(tail))
