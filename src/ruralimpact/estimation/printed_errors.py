"""The standard errors that other software prints for the same estimate, for the appendix."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.matching import Design
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.abadie_imbens import abadie_imbens_estimate, conditional_variances
from ruralimpact.inference.clustered import clustered_std_error, group_sums

FloatArray = NDArray[np.float64]

LABELS = {
    "group": "Clustered by group",
    "hc": "Heteroskedasticity-robust",
    "hc1": "Regression HC1",
    "pair": "Clustered by matched set (HC1)",
    "ai2006": "Abadie-Imbens 2006, robust",
    "ai_homoskedastic": "Abadie-Imbens 2006, homoskedastic",
    "classical": "Classical",
    "arellano": "Arellano, no correction",
    "lsdv_cluster": "Clustered, counting effects",
}


def printed_std_errors(
    estimate: ScoredEstimate,
    outcome: FloatArray,
    design: Design | None,
    *,
    coordinates: FloatArray | None = None,
    adjust_for: FloatArray | None = None,
    tie_tolerance: float = 0.0,
) -> dict[str, float]:
    """Standard errors by kind, beside the group-clustered one.

    Parameters
    ----------
    estimate : ScoredEstimate
    outcome : ndarray, shape (n,)
    design : Design, optional
        For a matched estimate.
    coordinates : ndarray, shape (n,) or (n, p), optional
        Score or whitened covariates on which units were matched.
    adjust_for : ndarray, shape (n, p), optional
        Covariates of the bias adjustment.
    tie_tolerance : float
        That of the match.

    Returns
    -------
    dict of str to float
        Keys of `LABELS`. ``ai2006`` takes the variance at a unit from its nearest neighbour in its own
        arm, as Stata does by default; ``ai_homoskedastic`` is what Match in R prints by default.
    """
    errors = dict(estimate.std_errors)
    errors["hc"] = clustered_std_error(estimate.scores)[0]
    if design is None or design.neighbours is None:
        return errors
    if design.set_ids is not None:
        return {**errors, "pair": _by_matched_set(estimate)}
    treated = design.treatment == 1
    if coordinates is not None and not _is_constant_arm(treated):
        sigma2 = conditional_variances(outcome, treated, coordinates, tie_tolerance=tie_tolerance)
        for kind, variance in (("ai2006", sigma2), ("ai_homoskedastic", None)):
            errors[kind] = abadie_imbens_estimate(
                outcome,
                treated,
                of_treated=design.neighbours,
                sigma2=variance,
                adjust_for=adjust_for,
            ).std_error
    return errors


def _is_constant_arm(treated: NDArray[np.bool_]) -> bool:
    return bool(treated.sum() < 2 or (~treated).sum() < 2)


def _by_matched_set(estimate: ScoredEstimate) -> float:
    """Regression of the matched sample on treatment, clustered by set with the HC1 correction."""
    assert estimate.set_ids is not None
    inside = estimate.set_ids >= 0
    sums = group_sums(estimate.scores[inside], estimate.set_ids[inside])
    sets, n = len(np.unique(estimate.set_ids[inside])), int(inside.sum())
    return float(np.sqrt(sets / (sets - 1) * (n - 1) / (n - 2) * (sums**2).sum()))
