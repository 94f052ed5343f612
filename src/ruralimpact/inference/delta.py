"""Percent impacts on a base that is named, with Fieller's interval."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from ruralimpact.inference.bias_reduced_scores import DegreesByArm
from ruralimpact.inference.clustered import Clustering

FloatArray = NDArray[np.float64]

_LEVEL = 0.95
_STEPS, _ROUNDING = 100, 1e-12


@dataclass(frozen=True)
class PercentImpact:
    """An effect as a percent of a base.

    Attributes
    ----------
    percent, std_error, conf_low, conf_high : float
        In percent; NaN when refused.
    refused : str
        Why there is no percent, else empty.
    """

    percent: float
    std_error: float
    conf_low: float
    conf_high: float
    refused: str


def percent_impact(
    estimate: float,
    scores: FloatArray,
    base: float,
    base_scores: FloatArray,
    clustering: Clustering,
) -> PercentImpact:
    """Effect over base, in percent.

    Parameters
    ----------
    estimate : float
    scores : ndarray, shape (n,)
        Influence scores of the effect.
    base : float
    base_scores : ndarray, shape (n,)
        Influence scores of the base.
    clustering : Clustering

    Returns
    -------
    PercentImpact
        Refused when the base is not significantly positive at the interval's own level, since the ratio
        then has no bounded interval.

    Notes
    -----
    The interval holds the ratios r for which ``estimate - r base`` is within t standard errors of zero, t
    with the degrees of freedom of that difference: the mean of the controls counts 1 + r times in it, so
    that their groups, often the fewer, count more. It excludes zero exactly when the effect's own interval
    does. The standard error is the delta method's.

    References
    ----------
    Fieller (1954), Journal of the Royal Statistical Society B 16(2).
    """
    if not np.isfinite(base):
        return _refused("the estimator has no base mean")
    if base <= 0:
        return _refused("the base is not positive")
    ratio = estimate / base
    std_error, df = clustering.std_error(scores)
    if not (np.isfinite(std_error) and df > 0):
        return PercentImpact(100 * ratio, np.nan, np.nan, np.nan, "")
    variances = _joint_variances(scores / base, base_scores / base, clustering)
    by_arm = clustering.degrees_by_arm
    if by_arm is None:
        ends = _fieller(ratio, variances, _critical(df))
    else:
        ends = _fieller_by_arm(ratio, variances, df, by_arm)
    if ends is None:
        return _refused("the base is not significantly positive")
    error = np.sqrt(max(variances[0] - 2 * ratio * variances[1] + ratio**2 * variances[2], 0.0))
    return PercentImpact(100 * ratio, 100 * float(error), 100 * ends[0], 100 * ends[1], "")


def _joint_variances(
    effect: FloatArray, base: FloatArray, clustering: Clustering
) -> tuple[float, float, float]:
    """Variances of two scores, and between them their covariance, from those of their combinations."""
    size = float(np.sqrt(base @ base))
    scale = float(np.sqrt(effect @ effect)) / size if size > 0 else 1.0
    alone, plus, minus = (clustering.variance(effect + sign * scale * base) for sign in (0, 1, -1))
    if size == 0 or not np.isfinite([plus, minus]).all():
        return alone, 0.0, 0.0
    of_base = max((plus + minus - 2 * alone) / (2 * scale**2), 0.0)
    return alone, (plus - minus) / (4 * scale), of_base


def _fieller_by_arm(
    ratio: float, variances: tuple[float, float, float], df: float, by_arm: DegreesByArm
) -> tuple[float, float] | None:
    """Ends of the interval whose degrees of freedom go with the ratio; `df` are those of the effect."""
    most = df if df < (1 - _ROUNDING) * by_arm.at(1.0) else np.inf  # fewer matched sets

    def ends_at(times: float) -> tuple[float, float] | None:
        return _fieller(ratio, variances, _critical(min(most, by_arm.at(times))))

    # a ratio without bound is one of the base alone
    if ends_at(np.inf) is None:
        return None
    ends = []
    for side in (0, 1):
        end = ratio
        for _ in range(_STEPS):
            both = ends_at(1 + end)
            if both is None:
                return None
            before, end = end, both[side]
            if abs(end - before) <= _ROUNDING * abs(end):
                break
        ends.append(end)
    return ends[0], ends[1]


def _critical(df: float) -> float:
    return float(stdtrit(df, 0.5 + _LEVEL / 2))


def _fieller(
    ratio: float, variances: tuple[float, float, float], critical: float
) -> tuple[float, float] | None:
    """Ends of the interval of a ratio; None where it is not bounded.

    `variances` are of the effect, of effect and base (their covariance) and of the base, over the squared
    base.
    """
    of_effect, covariance, of_base = (critical**2 * value for value in variances)
    slack = 1 - of_base
    if slack <= 0:
        return None
    centre = (ratio - covariance) / slack
    margin = np.sqrt(max(centre**2 - (ratio**2 - of_effect) / slack, 0.0))
    return float(centre - margin), float(centre + margin)


def _refused(reason: str) -> PercentImpact:
    return PercentImpact(np.nan, np.nan, np.nan, np.nan, reason)
