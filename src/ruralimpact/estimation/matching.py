"""Effects from matched samples, with the influence score of every unit."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.matching import Design
from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]


def matching_estimate(
    outcome: FloatArray,
    design: Design,
    covariates: FloatArray,
    *,
    bias_adjust: bool = False,
) -> ScoredEstimate:
    """Average effect on the focal units of a matched design.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    design : Design
    covariates : ndarray, shape (n, p)
        Covariates of the outcome regression among the matched candidates.
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
    without bias adjustment. Without replacement the scores are those of the difference in weighted means,
    to be clustered by matched set and by group (Abadie & Spiess 2022).
    """
    focal = design.focal[design.matched]
    sign = 1.0 if design.treatment[focal[0]] == 1 else -1.0
    count = len(focal)
    is_focal = np.zeros(len(outcome), dtype=bool)
    is_focal[focal] = True
    candidate_weights = np.where(is_focal, 0.0, design.weights)
    focal_mean = float(outcome[focal].mean())
    match_mean = float(candidate_weights @ outcome / count)
    residual, notes = outcome, ()
    if design.set_ids is None or bias_adjust:
        residual = outcome - _regression(outcome, covariates, candidate_weights)
        if not bias_adjust:
            notes = ("scores use the outcome regression of the bias adjustment",)
    difference = (
        float(residual[focal].mean() - candidate_weights @ residual / count)
        if bias_adjust
        else focal_mean - match_mean
    )
    focal_part = np.where(is_focal, residual - residual[focal].mean(), 0.0)
    match_part = candidate_weights * (residual - candidate_weights @ residual / count)
    focal_scores = np.where(is_focal, outcome - focal_mean, 0.0) / count
    match_scores = candidate_weights * (outcome - match_mean) / count
    scores = (focal_part - match_part) / count
    treated_first = sign > 0
    return ScoredEstimate(
        estimate=sign * difference,
        scores=sign * scores,
        treated_mean=focal_mean if treated_first else focal_mean - difference,
        counterfactual_mean=focal_mean - difference if treated_first else focal_mean,
        control_mean=match_mean if treated_first else focal_mean,
        treated_mean_scores=focal_scores if treated_first else focal_scores - scores,
        control_mean_scores=match_scores if treated_first else focal_scores,
        n_treated=count if treated_first else int((candidate_weights > 0).sum()),
        n_control=int((candidate_weights > 0).sum()) if treated_first else count,
        effective_controls=effective_number(candidate_weights),
        set_ids=design.set_ids,
        notes=notes,
    )


def _regression(outcome: FloatArray, covariates: FloatArray, weights: FloatArray) -> FloatArray:
    """Fitted values, for all units, of the weighted linear regression among units with a weight.

    Collinear covariates get the minimum-norm solution: fitted values are those of any solution.
    """
    used = weights > 0
    centre = np.average(covariates[used], axis=0, weights=weights[used])
    spread = covariates[used].std(axis=0)
    scaled = (covariates - centre) / np.where(spread > 0, spread, 1.0)
    scaled = np.where(spread > 0, scaled, 0.0)
    root = weights[used][:, None]
    cross = (scaled[used] * root).T @ scaled[used]
    mean = np.average(outcome[used], weights=weights[used])
    slopes = np.linalg.pinv(cross, hermitian=True) @ (
        (scaled[used] * root).T @ (outcome[used] - mean)
    )
    return mean + scaled @ slopes
