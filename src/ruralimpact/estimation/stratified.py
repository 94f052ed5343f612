"""An estimate from a sample of groups, which may have been drawn within strata."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison
from ruralimpact.estimation.degenerate import settled_by_group
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.inference.clustered import group_codes
from ruralimpact.inference.regression_strata import reduced_in_strata
from ruralimpact.inference.sampling_strata import centred_in_strata

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


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
        With the scores of `centred_in_strata`; scores that are all zero stay as they are.
    """
    if strata is None:
        return estimate

    def centred(scores: FloatArray | None) -> FloatArray | None:
        if scores is None or not scores.any():
            return scores
        return centred_in_strata(scores, groups, strata)

    scores = centred(estimate.scores)
    assert scores is not None
    reduced, df = estimate.reduced_scores, estimate.reduced_df
    if reduced is not None and estimate.reduced_rows is not None and reduced.any():
        stratified = reduced_in_strata(reduced, estimate.reduced_rows, groups, strata)
        reduced, df = stratified.scores, stratified.df
    return replace(
        estimate,
        scores=scores,
        uncentred_scores=estimate.scores,
        reduced_scores=reduced,
        reduced_df=df,
        treated_mean_scores=centred(estimate.treated_mean_scores),
        control_mean_scores=centred(estimate.control_mean_scores),
        strata=strata,
    )


def clustered_estimator(estimator: Estimator, comparison: Comparison) -> Estimator:
    """Let an estimator allow for the groups of a comparison, and for the strata that they were drawn from.

    Parameters
    ----------
    estimator : callable
    comparison : Comparison

    Returns
    -------
    callable
        Through `settled_by_group`, and `within_strata` where the sample has strata.
    """
    groups = group_codes(comparison.units["group"])

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        settled = settled_by_group(estimator(outcome), outcome, comparison.treatment, groups)
        return within_strata(settled, groups, comparison.sampling_strata)

    return estimate
