"""Differences of weighted means: by the propensity score, or by weights that the design holds fixed."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.balance import effective_number
from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.inverse_probability import Estimand
from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.unit_weights import refuse_non_finite
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import ArmRegression, regress_arm
from ruralimpact.estimation.potential_means import contrast, potential_mean, selection_weights
from ruralimpact.estimation.selection import Selection

FloatArray = NDArray[np.float64]


def inverse_probability_estimate(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    selection: Selection,
    *,
    estimand: Estimand = "ATT",
    sampling: FloatArray | None = None,
) -> ScoredEstimate:
    """Effect by weights from the estimated propensity score, normalised within arms.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    selection : Selection
    estimand : {"ATT", "ATE", "ATO"}
        ``"ATO"`` has overlap weights: the effect among units that could as well be in either arm.
    sampling : ndarray, shape (n,), optional
        Sampling weights, positive; `selection` is of the likelihood that they weight.

    Returns
    -------
    ScoredEstimate
        In the outcome's unit.

    Raises
    ------
    DesignError
        An arm is empty, an outcome is not finite, or a unit's probability of its own arm is too small.

    References
    ----------
    Hirano, Imbens & Ridder (2003), Econometrica 71(4); Li, Morgan & Zaslavsky (2018), Journal of the
    American Statistical Association 113(521). Equal to Stata's ``teffects ipw``.
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(outcome, "outcome")
    anyone = np.ones(len(outcome))
    treated, control = (
        potential_mean(
            outcome, selection_weights(treatment, arm, selection, estimand, sampling), anyone
        )
        for arm in (1, 0)
    )
    return contrast(treated, control)


def weighted_difference(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    weights: FloatArray,
    covariates: CovariateMatrix,
    *,
    bias_adjust: bool = False,
) -> ScoredEstimate:
    """Effect on the treated by control weights that the design made without outcomes.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        Of treated units in the estimand 1, or the sampling weight, and 0 of others; controls' sum to
        theirs.
    covariates : CovariateMatrix, n rows
        Of the weighted outcome regression among controls. For entropy balancing its constraints: then
        the scores are the estimator's exact influence, the estimation of the weights included. None (no
        columns) takes the weights as given.
    bias_adjust : bool
        Subtract what the regression says remaining covariate differences amount to.

    Returns
    -------
    ScoredEstimate
        In the outcome's unit.

    Raises
    ------
    DesignError
        An arm is empty, values are not finite, or the weights are not those of an effect on the treated.

    Notes
    -----
    With m the regression, the score of a treated unit is its residual ``Y - m`` about the mean
    residual times its weight, and that of a control ``-w (Y - m)``, both over the treated units' weight.
    The bias adjustment adds the control's influence on the regression's slopes, times the covariate
    difference that remains; it is zero where the weights balance the covariates.
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(outcome, "outcome")
    refuse_non_finite(covariates.values, "covariates")
    focal = weights * (treatment == 1)
    control = weights * (treatment == 0)
    _refuse_bad_weights(weights, focal, control)
    count = float(focal.sum())
    regression = regress_arm(outcome, covariates, control, collinear="exclude", target=focal)
    residual = regression.residual
    remaining = float(focal @ residual) / count
    treated_mean = float(focal @ outcome) / count
    control_mean = float(control @ outcome) / count
    estimate = remaining if bias_adjust else treated_mean - control_mean
    control_scores = control * residual / count
    outcome_weights = (focal - control) / count
    if bias_adjust:
        outcome_weights = focal / count - regression.by_outcome(focal @ regression.design / count)
        control_scores = control * regression.by_weight(focal @ regression.design / count)
    scores = focal * (residual - remaining) / count - control_scores
    treated_scores = focal * (outcome - treated_mean) / count
    return ScoredEstimate(
        estimate=estimate,
        scores=scores,
        treated_mean=treated_mean,
        counterfactual_mean=treated_mean - estimate,
        control_mean=control_mean,
        treated_mean_scores=treated_scores,
        control_mean_scores=(
            control * (outcome - control_mean) / count if bias_adjust else treated_scores - scores
        ),
        n_treated=int((focal > 0).sum()),
        n_control=int((control > 0).sum()),
        effective_controls=effective_number(control),
        weights=focal + control,
        arms=treatment,
        outcome_weights=outcome_weights,
        notes=_notes(regression, covariates, bias_adjust),
        std_errors={"hc": float(np.sqrt(scores @ scores))},
    )


def _refuse_bad_weights(weights: FloatArray, focal: FloatArray, control: FloatArray) -> None:
    refuse_non_finite(weights, "weights")
    if (weights < 0).any():
        raise DesignError(f"weights: {int((weights < 0).sum()):,} are negative.")
    if not focal.any():
        raise DesignError("weights: no treated unit has any.")
    if abs(control.sum() - focal.sum()) > 1e-6 * focal.sum():
        raise DesignError(
            f"weights: the controls' sum to {control.sum():g}, not to the {focal.sum():g} treated "
            "units that they stand for."
        )


def _notes(
    regression: ArmRegression, covariates: CovariateMatrix, bias_adjust: bool
) -> tuple[str, ...]:
    notes = []
    if covariates.names and not bias_adjust:
        notes.append("scores use an outcome regression on what the weights are to balance")
    for names, why in (
        (regression.excluded, "collinear among the controls used"),
        (regression.unsupported, "of which the controls used say too little"),
    ):
        if names:
            listed = ", ".join(f"'{name}'" for name in names)
            notes.append(f"outcome regression without {listed}, {why}")
    return tuple(notes)
