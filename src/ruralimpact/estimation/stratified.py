"""An estimate from a sample that was drawn within strata."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.clustered import group_codes
from ruralimpact.inference.sampling_strata import centred_in_strata, degrees_left

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Estimator = Callable[[FloatArray], ScoredEstimate]


def within_strata(
    estimate: ScoredEstimate, groups: IntArray, strata: IntArray | None
) -> ScoredEstimate:
    """Centre the scores of an estimate within sampling strata.

    Parameters
    ----------
    estimate : ScoredEstimate
    groups : ndarray of int, shape (n,)
        Codes of the groups that were drawn.
    strata : ndarray of int, shape (n,), or None
        Codes of the strata that they were drawn from; None for a single one.

    Returns
    -------
    ScoredEstimate
        With the scores of `centred_in_strata`, and no more degrees of freedom than `degrees_left`; scores
        that are all zero stay as they are.
    """
    if strata is None:
        return estimate

    def centred(scores: FloatArray | None) -> FloatArray | None:
        if scores is None or not scores.any():
            return scores
        return centred_in_strata(scores, groups, strata)

    scores = centred(estimate.scores)
    assert scores is not None
    return replace(
        estimate,
        scores=scores,
        reduced_scores=centred(estimate.reduced_scores),
        treated_mean_scores=centred(estimate.treated_mean_scores),
        control_mean_scores=centred(estimate.control_mean_scores),
        most_df=degrees_left(groups, strata),
    )


def within(estimator: Estimator, groups: ArrayLike, strata: IntArray | None) -> Estimator:
    """Let an estimator centre its scores within sampling strata.

    Parameters
    ----------
    estimator : callable
    groups : array_like, shape (n,)
        Labels of the groups that were drawn.
    strata : ndarray of int, shape (n,), or None

    Returns
    -------
    callable
    """
    if strata is None:
        return estimator
    codes = group_codes(groups)
    return lambda outcome: within_strata(estimator(outcome), codes, strata)
