"""Effects from matched samples, with the influence score of every unit."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.matching import Design
from ruralimpact.estimation.estimands import flip
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.weighting import weighted_difference

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def matching_estimate(
    outcome: FloatArray,
    design: Design,
    covariates: CovariateMatrix,
    *,
    bias_adjust: bool = False,
) -> ScoredEstimate:
    """Average effect on the focal units of a matched design.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    design : Design
    covariates : CovariateMatrix, n rows
        Of the outcome regression among the matched candidates.
    bias_adjust : bool
        Subtract the regression-estimated effect of remaining covariate differences (Abadie & Imbens
        2011).

    Returns
    -------
    ScoredEstimate
        In the outcome's unit. For focal treated units the ATT; for focal controls the ATC.

    Notes
    -----
    With F focal units and candidate weights K, mu the weighted regression among candidates used, the
    score of a focal unit is ``(Y - mu - mean) / F`` and that of a candidate ``-K (Y - mu) / F``, with or
    without bias adjustment (see `weighted_difference`). Without replacement scores are to be clustered by
    matched set and by group (Abadie & Spiess 2022), and without adjustment are those of the difference in
    weighted means. Sets that share because their units are alike are cells of the covariates and no
    clusters: their units count one by one, and scores hold the regression.
    """
    focal_is_treated = bool(design.treatment[design.focal[0]] == 1)
    arm = design.treatment if focal_is_treated else (1 - design.treatment).astype(np.int8)
    sets, regressed = None, covariates
    if design.set_ids is not None:
        sets = matched_sets(design.set_ids, arm)
        if np.array_equal(sets, design.set_ids) and not bias_adjust:
            regressed = covariates.none()
    estimate = weighted_difference(outcome, arm, design.weights, regressed, bias_adjust=bias_adjust)
    estimate = replace(estimate, set_ids=sets, n_treated=design.n_served)
    return estimate if focal_is_treated else flip(estimate)


def matched_sets(set_ids: IntArray, arm: NDArray[np.int8]) -> IntArray:
    """Sets that scores are clustered by.

    Parameters
    ----------
    set_ids : ndarray of int, shape (n,)
        Disjoint sets, -1 outside.
    arm : ndarray of {0, 1}, shape (n,)
        1 for focal units.

    Returns
    -------
    ndarray of int, shape (n,)
        The same, and of sets with several focal units each unit by itself.
    """
    inside = set_ids >= 0
    n_focal = np.bincount(set_ids[inside], arm[inside])
    alone = inside & (n_focal[np.where(inside, set_ids, 0)] > 1)
    out = set_ids.copy()
    out[alone] = len(n_focal) + np.arange(int(alone.sum()))
    return out
