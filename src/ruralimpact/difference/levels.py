"""Weighted means with their scores, and the levels that an effect on changes is a percent of."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.checks import checked_arm
from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]


def mean_with_scores(values: FloatArray, weights: FloatArray) -> tuple[float, FloatArray]:
    """Weighted mean and the influence of each unit on it.

    Parameters
    ----------
    values, weights : ndarray, shape (n,)

    Returns
    -------
    mean : float
    scores : ndarray, shape (n,)
    """
    total = float(weights.sum())
    mean = float(weights @ values) / total
    return mean, weights * (values - mean) / total


def with_levels(
    estimate: ScoredEstimate,
    after: FloatArray | None,
    treatment: NDArray[np.int8],
    weights: FloatArray,
) -> ScoredEstimate:
    """State the arms' mean outcomes in the period after, so that percents have a base.

    Parameters
    ----------
    estimate : ScoredEstimate
        Of an effect on a change.
    after : ndarray, shape (n,), or None
        Outcome in the period after; None leaves no mean, for a change has no level.
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        Sampling weights.

    Returns
    -------
    ScoredEstimate
        The treated and the control mean are plain (weighted) means after; the counterfactual mean is
        the treated mean less the effect.
    """
    if after is None:
        return replace(
            estimate,
            treated_mean=np.nan,
            counterfactual_mean=np.nan,
            control_mean=np.nan,
            treated_mean_scores=None,
            control_mean_scores=None,
        )
    checked_arm(treatment, {"outcome after": after})
    treated_mean, treated_scores = mean_with_scores(after, weights * (treatment == 1))
    control_mean, control_scores = mean_with_scores(after, weights * (treatment == 0))
    return replace(
        estimate,
        treated_mean=treated_mean,
        counterfactual_mean=treated_mean - estimate.estimate,
        control_mean=control_mean,
        treated_mean_scores=treated_scores,
        control_mean_scores=control_scores,
    )
