"""The standard errors that other software prints for the same estimate, for the appendix."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.matching import Design
from ruralimpact.design.neighbours import Neighbours, nearest_in_space
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.inference.abadie_imbens import (
    MatchingEstimate,
    abadie_imbens_estimate,
    conditional_variances,
)
from ruralimpact.inference.clustered import clustered_std_error, group_sums
from ruralimpact.inference.estimated_score import (
    EstimatedScore,
    ate_score_correction,
    att_score_correction,
    corrected_std_error,
)

FloatArray = NDArray[np.float64]

LABELS = {
    "group": "Clustered by group",
    "hc": "Heteroskedasticity-robust",
    "hc1": "Regression HC1",
    "pair": "Clustered by matched set (HC1)",
    "ai2006": "Abadie-Imbens 2006, robust",
    "ai_homoskedastic": "Abadie-Imbens 2006, homoskedastic",
    "ai2016": "Abadie-Imbens 2016, estimated score",
    "lechner": "Lechner 2001 (psmatch2)",
    "classical": "Classical",
    "arellano": "Arellano, no correction",
    "lsdv_cluster": "Clustered, counting effects",
    "cr2": "Clustered, bias-reduced (CR2)",
    "group_by_arm": "Clustered by group, corrected by arm",
}


@dataclass(frozen=True)
class MatchedOn:
    """How units were matched with replacement, as far as the Abadie-Imbens variances depend on it.

    Attributes
    ----------
    coordinates : ndarray, shape (n,) or (n, q)
        The score, or whitened covariates.
    adjust_for : ndarray, shape (n, p), optional
        Covariates of the bias adjustment.
    tie_tolerance : float
    score : EstimatedScore, optional
        Where units were matched on an estimated score alone: without caliper, strata or adjustment.
    near_covariates : pair of Neighbours, optional
        With `score`: nearest units of the other arm in the covariates, for treated and for controls.
    """

    coordinates: FloatArray
    adjust_for: FloatArray | None
    tie_tolerance: float
    score: EstimatedScore | None = None
    near_covariates: tuple[Neighbours, Neighbours] | None = None


def estimated_score(
    propensity: PropensityScore,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    matched_on: FloatArray,
    k: int,
) -> tuple[EstimatedScore, tuple[Neighbours, Neighbours]]:
    """Prepare the correction for the estimated propensity score.

    Parameters
    ----------
    propensity : PropensityScore
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    matched_on : ndarray, shape (n,)
        The score on which units were matched.
    k : int
        Matches of each unit.

    Returns
    -------
    score : EstimatedScore
    near_covariates : pair of Neighbours
        As Stata finds them, by the Euclidean distance of the covariates as they are.
    """
    slope = selection_scores(propensity, covariates, treatment).slope
    score = EstimatedScore(covariates.values, propensity.probability, slope, matched_on)
    treated, control = (covariates.values[treatment == arm] for arm in (1, 0))
    near = (nearest_in_space(treated, control, k), nearest_in_space(control, treated, k))
    return score, near


def printed_std_errors(
    estimate: ScoredEstimate,
    outcome: FloatArray,
    design: Design,
    matched_on: MatchedOn | None,
) -> dict[str, float]:
    """Standard errors of a matched estimate by kind, beside the group-clustered one.

    Parameters
    ----------
    estimate : ScoredEstimate
    outcome : ndarray, shape (n,)
    design : Design
    matched_on : MatchedOn or None
        None without replacement.

    Returns
    -------
    dict of str to float
        Keys of `LABELS`. ``ai2006`` takes the variance at a unit from its nearest neighbours in its own
        arm as Stata does by default (one on a score, two in a metric), ``ai_homoskedastic`` is what
        Match in R prints by default, ``ai2016`` is Stata's ``teffects psmatch``, and ``lechner`` the
        approximation of psmatch2.
    """
    errors = {"hc": clustered_std_error(estimate.scores)[0]}
    if matched_on is None:
        return {**errors, "pair": _by_matched_set(estimate)}
    treated = design.treatment == 1
    errors["lechner"] = _lechner(outcome, treated, design.weights)
    if min(treated.sum(), (~treated).sum()) < 3:
        return errors
    found = _abadie_imbens(outcome, treated, matched_on, of_treated=design.neighbours)
    errors |= {"ai2006": found[0].std_error, "ai_homoskedastic": found[1].std_error}
    if matched_on.score is not None and matched_on.near_covariates is not None:
        correction = att_score_correction(
            outcome,
            treated,
            matched_on.score,
            of_treated=matched_on.near_covariates[0],
            of_controls=matched_on.near_covariates[1],
            estimate=found[0].estimate,
        )
        errors["ai2016"] = corrected_std_error(found[0].variance, correction)
    return errors


def everyone_std_errors(
    outcome: FloatArray, of_treated: Design, of_controls: Design, matched_on: MatchedOn
) -> dict[str, float]:
    """Abadie-Imbens standard errors of the average effect on everyone.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    of_treated : Design
    of_controls : Design
        The same units with the arms exchanged.
    matched_on : MatchedOn

    Returns
    -------
    dict of str to float
        ``ai2006``, ``ai_homoskedastic`` and, on an estimated score alone, ``ai2016``.
    """
    treated = of_treated.treatment == 1
    if min(treated.sum(), (~treated).sum()) < 3:
        return {}
    found = _abadie_imbens(
        outcome,
        treated,
        matched_on,
        of_treated=of_treated.neighbours,
        of_controls=of_controls.neighbours,
    )
    errors = {"ai2006": found[0].std_error, "ai_homoskedastic": found[1].std_error}
    if matched_on.score is not None:
        correction = ate_score_correction(outcome, treated, matched_on.score)
        errors["ai2016"] = corrected_std_error(found[0].variance, correction)
    return errors


def _abadie_imbens(
    outcome: FloatArray,
    treated: NDArray[np.bool_],
    matched_on: MatchedOn,
    *,
    of_treated: Neighbours | None = None,
    of_controls: Neighbours | None = None,
) -> tuple[MatchingEstimate, MatchingEstimate]:
    """The estimate with its robust and with its homoskedastic variance."""
    sigma2 = conditional_variances(
        outcome,
        treated,
        matched_on.coordinates,
        j=1 if matched_on.coordinates.ndim == 1 else 2,
        tie_tolerance=matched_on.tie_tolerance,
    )
    robust, homoskedastic = (
        abadie_imbens_estimate(
            outcome,
            treated,
            of_treated=of_treated,
            of_controls=of_controls,
            sigma2=variance,
            adjust_for=matched_on.adjust_for,
        )
        for variance in (sigma2, None)
    )
    return robust, homoskedastic


def _lechner(outcome: FloatArray, treated: NDArray[np.bool_], weights: FloatArray) -> float:
    """Variances within the matched arms, the controls' times the sum of squared weights."""
    used = weights > 0
    n_treated = (treated & used).sum()
    if n_treated < 2 or (~treated & used).sum() < 2:
        return float("nan")
    of_treated = outcome[treated & used].var(ddof=1) / n_treated
    of_controls = outcome[~treated & used].var(ddof=1) * (weights[~treated] ** 2).sum()
    return float(np.sqrt(of_treated + of_controls / n_treated**2))


def _by_matched_set(estimate: ScoredEstimate) -> float:
    """Regression of the matched sample on treatment, clustered by set with the HC1 correction."""
    assert estimate.set_ids is not None
    inside = estimate.set_ids >= 0
    sums = group_sums(estimate.scores[inside], estimate.set_ids[inside])
    sets, n = len(np.unique(estimate.set_ids[inside])), int(inside.sum())
    return float(np.sqrt(sets / (sets - 1) * (n - 1) / (n - 2) * (sums**2).sum()))
