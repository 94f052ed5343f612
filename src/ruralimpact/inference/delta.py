"""Percent impacts with delta-method intervals, on a base that is named."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.inference.clustered import Clustering, t_inference

FloatArray = NDArray[np.float64]


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
        Refused when the base is not significantly positive at the 5 percent level (one-sided), since the
        ratio then has no usable distribution.
    """
    if not np.isfinite(base):
        return _refused("the estimator has no base mean")
    if base <= 0:
        return _refused("the base is not positive")
    test = t_inference(base, *clustering.std_error(base_scores))
    if np.isfinite(test.p_value) and test.p_value / 2 > 0.05:
        return _refused("the base is not significantly positive")
    ratio = estimate / base
    std_error, df = clustering.std_error((scores - ratio * base_scores) / base)
    result = t_inference(ratio, std_error, df)
    return PercentImpact(
        100 * ratio, 100 * std_error, 100 * result.conf_low, 100 * result.conf_high, ""
    )


def _refused(reason: str) -> PercentImpact:
    return PercentImpact(np.nan, np.nan, np.nan, np.nan, reason)
