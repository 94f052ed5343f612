"""From the effect on the treated to the effect on controls and on everyone."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]


def flip(estimate: ScoredEstimate) -> ScoredEstimate:
    """Effect on controls from the effect "on the treated" of the same data with arms exchanged.

    Parameters
    ----------
    estimate : ScoredEstimate
        Made with controls in the place of treated units.

    Returns
    -------
    ScoredEstimate
        `treated_mean` is the mean outcome that controls would have if treated.
    """
    focal = _or_zero(estimate.treated_mean_scores, estimate)
    return replace(
        estimate,
        estimate=-estimate.estimate,
        scores=-estimate.scores,
        treated_mean=estimate.counterfactual_mean,
        counterfactual_mean=estimate.treated_mean,
        control_mean=estimate.treated_mean,
        treated_mean_scores=focal - estimate.scores,
        control_mean_scores=focal,
        n_treated=estimate.n_control,
        n_control=estimate.n_treated,
        arms=None if estimate.arms is None else (1 - estimate.arms).astype(np.int8),
        outcome_weights=None if estimate.outcome_weights is None else -estimate.outcome_weights,
    )


def average_effect(
    on_treated: ScoredEstimate,
    on_controls: ScoredEstimate,
    treatment: NDArray[np.int8],
    *,
    sampling: FloatArray | None = None,
) -> ScoredEstimate:
    """Effect on everyone from the effects on the treated and on controls.

    Parameters
    ----------
    on_treated, on_controls : ScoredEstimate
        Of the same n units.
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,), optional
        Sampling weights, by which treated units and controls are shares of everyone.

    Returns
    -------
    ScoredEstimate
        The share of treated units is part of the estimate, and its sampling of the scores. Its
        `std_errors` are empty: those of the parts do not add up.

    Notes
    -----
    ``p att + (1 - p) atc`` with p the treated share of the units in the two estimands; the scores are
    ``p s1 + (1 - p) s0 + (D - p) (att - atc) / n``.
    """
    focal = np.where(
        treatment == 1,
        _or_zero(on_treated.treated_mean_scores, on_treated) != 0,
        _or_zero(on_controls.control_mean_scores, on_controls) != 0,
    )
    count = on_treated.n_treated + on_controls.n_control
    share = on_treated.n_treated / count
    leaning = np.where(focal, treatment - share, 0.0) / count
    if sampling is not None:
        counted = np.where(focal, sampling, 0.0)
        share = float(counted @ treatment / counted.sum())
        leaning = counted * (treatment - share) / counted.sum()

    def mix(
        first: tuple[float, FloatArray], second: tuple[float, FloatArray]
    ) -> tuple[float, FloatArray]:
        value = share * first[0] + (1 - share) * second[0]
        scores = share * first[1] + (1 - share) * second[1] + leaning * (first[0] - second[0])
        return value, scores

    estimate, scores = mix(
        (on_treated.estimate, on_treated.scores), (on_controls.estimate, on_controls.scores)
    )
    treated, treated_scores = mix(_treated_mean(on_treated), _treated_mean(on_controls))
    return ScoredEstimate(
        estimate=estimate,
        scores=scores,
        treated_mean=treated,
        counterfactual_mean=treated - estimate,
        control_mean=treated - estimate,
        treated_mean_scores=treated_scores,
        control_mean_scores=treated_scores - scores,
        n_treated=on_treated.n_treated,
        n_control=on_controls.n_control,
        effective_controls=on_treated.effective_controls,
        weights=_sum_of_weights(on_treated, on_controls),
        arms=treatment,
        outcome_weights=_mixed_outcome_weights(on_treated, on_controls, share),
        notes=on_treated.notes,
    )


def _treated_mean(estimate: ScoredEstimate) -> tuple[float, FloatArray]:
    return estimate.treated_mean, _or_zero(estimate.treated_mean_scores, estimate)


def _or_zero(scores: FloatArray | None, estimate: ScoredEstimate) -> FloatArray:
    return np.zeros_like(estimate.scores) if scores is None else scores


def _sum_of_weights(on_treated: ScoredEstimate, on_controls: ScoredEstimate) -> FloatArray | None:
    """Each unit for itself, and for those of the other arm that it serves."""
    if on_treated.weights is None or on_controls.weights is None:
        return None
    return on_treated.weights + on_controls.weights


def _mixed_outcome_weights(
    on_treated: ScoredEstimate, on_controls: ScoredEstimate, share: float
) -> FloatArray | None:
    if on_treated.outcome_weights is None or on_controls.outcome_weights is None:
        return None
    return share * on_treated.outcome_weights + (1 - share) * on_controls.outcome_weights
