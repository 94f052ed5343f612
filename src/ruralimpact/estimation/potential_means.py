"""The mean outcome that a population would have in one arm, with influence scores.

Regression adjustment, inverse probability weighting and their doubly robust combinations differ only in
whether the mean of regression predictions is taken, whether the weighted mean of residuals is added, and
which weights the regression has.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.inverse_probability import Estimand, probability_weights
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import ArmRegression
from ruralimpact.estimation.selection import Selection

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ArmWeights:
    """Weights of one arm's units; 0 in the other arm.

    Attributes
    ----------
    values, slopes : ndarray, shape (n,)
        Weights, and their derivatives by the linear predictor of the propensity score.
    selection : Selection or None
        The propensity score that they come from.
    """

    values: FloatArray
    slopes: FloatArray
    selection: Selection | None = None


@dataclass(frozen=True)
class PotentialMean:
    """Mean outcome in one arm over the target population.

    Attributes
    ----------
    value : float
    scores : ndarray, shape (n,)
        Influence of each unit, scaled as in `ScoredEstimate`.
    weights : ndarray, shape (n,)
        Weights of the arm's units.
    outcome_weights : ndarray, shape (n,)
        Times the outcomes they sum to `value`.
    """

    value: float
    scores: FloatArray
    weights: FloatArray
    outcome_weights: FloatArray


def equal_weights(
    treatment: NDArray[np.int8], arm: int, sampling: FloatArray | None = None
) -> ArmWeights:
    """Give every unit of an arm the weight 1, or its sampling weight.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    arm : {0, 1}
    sampling : ndarray, shape (n,), optional

    Returns
    -------
    ArmWeights
    """
    inside = (treatment == arm).astype(float)
    return ArmWeights(inside if sampling is None else sampling * inside, np.zeros(len(treatment)))


def selection_weights(
    treatment: NDArray[np.int8],
    arm: int,
    selection: Selection,
    estimand: Estimand,
    sampling: FloatArray | None = None,
) -> ArmWeights:
    """Weights of an arm from the propensity score, with their slopes.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    arm : {0, 1}
    selection : Selection
    estimand : {"ATT", "ATE", "ATO"}
    sampling : ndarray, shape (n,), optional
        Sampling weights, which multiply those of the score.

    Returns
    -------
    ArmWeights

    Raises
    ------
    DesignError
        A unit's probability of its own arm is too small, see `probability_weights`.
    """
    inside = treatment == arm
    values = probability_weights(treatment, selection.probability, estimand=estimand)
    own = selection.probability if arm == 1 else 1 - selection.probability
    own_slope = selection.slope if arm == 1 else -selection.slope
    if estimand == "ATO":
        slopes = -own_slope
    elif estimand == "ATT" and arm == 1:
        slopes = np.zeros_like(own)
    else:
        slopes = -own_slope / np.where(inside, own, 1.0) ** 2
    unit = np.ones(len(treatment)) if sampling is None else sampling
    return ArmWeights(
        np.where(inside, unit * values, 0.0), np.where(inside, unit * slopes, 0.0), selection
    )


def potential_mean(
    outcome: FloatArray,
    weights: ArmWeights,
    target: FloatArray,
    *,
    regression: ArmRegression | None = None,
    correct: bool = True,
    normalised: bool = True,
) -> PotentialMean:
    """Estimate the mean outcome in one arm.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    weights : ArmWeights
    target : ndarray, shape (n,)
        Weight of each unit in the target population: 1 for all (ATE), or for the treated (ATT), times its
        sampling weight.
    regression : ArmRegression, optional
        Its predictions are averaged over the target. Its weights are those of `weights`, or 1.
    correct : bool
        Add the weighted mean of residuals (of outcomes where there is no regression).
    normalised : bool
        Divide that mean by the sum of the weights instead of the size of the target.

    Returns
    -------
    PotentialMean

    Notes
    -----
    With g the target, w the weights and m the prediction, the value is
    sum(g m) / sum(g) + sum(w (y - m)) / sum(w). Scores are its derivatives by each unit's frequency,
    through the means, the coefficients of the regression and those of the propensity score.
    """
    size = float(target.sum())
    value, scores = 0.0, np.zeros(len(outcome))
    by_predictor, by_outcome = np.zeros(len(outcome)), np.zeros(len(outcome))
    residual = outcome
    gradient = np.empty(0)
    if regression is not None:
        residual = regression.residual
        value = float(target @ regression.fitted) / size
        scores = target * (regression.fitted - value) / size
        gradient = target @ regression.design / size
    if correct:
        total = float(weights.values.sum()) if normalised else size
        mean = float(weights.values @ residual) / total
        value += mean
        by_outcome = weights.values / total
        anchor = weights.values if normalised else target
        scores = scores + (weights.values * residual - anchor * mean) / total
        by_predictor += weights.slopes * (residual - mean * normalised) / total
        if regression is not None:
            gradient = gradient - weights.values @ regression.design / total
    if regression is not None:
        by_weight = regression.by_weight(gradient)
        scores = scores + regression.weights * by_weight
        by_outcome = by_outcome + regression.by_outcome(gradient)
        if not correct:
            by_predictor += weights.slopes * by_weight
    if weights.selection is not None:
        scores = scores + weights.selection.chain(by_predictor)
    return PotentialMean(value, scores, weights.values, by_outcome)


def contrast(
    treated: PotentialMean, control: PotentialMean, *, notes: tuple[str, ...] = ()
) -> ScoredEstimate:
    """Effect as the difference of two potential means.

    Parameters
    ----------
    treated, control : PotentialMean
    notes : tuple of str
        Conventions the reader must know.

    Returns
    -------
    ScoredEstimate
        With the standard error ``hc``, robust to heteroskedasticity, as Stata's ``teffects`` prints it.
    """
    scores = treated.scores - control.scores
    return ScoredEstimate(
        estimate=treated.value - control.value,
        scores=scores,
        treated_mean=treated.value,
        counterfactual_mean=control.value,
        control_mean=control.value,
        treated_mean_scores=treated.scores,
        control_mean_scores=control.scores,
        n_treated=int((treated.weights > 0).sum()),
        n_control=int((control.weights > 0).sum()),
        effective_controls=effective_number(control.weights),
        weights=treated.weights + control.weights,
        arms=(treated.weights > 0).astype(np.int8),
        outcome_weights=treated.outcome_weights - control.outcome_weights,
        notes=notes,
        std_errors={"hc": float(np.sqrt(scores @ scores))},
    )
