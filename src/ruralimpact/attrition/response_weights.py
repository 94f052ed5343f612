"""Weights by the inverse probability of response, and effects re-weighted by them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.dependence import find_dependence
from ruralimpact.design.propensity import fit_propensity, refuse_empty_arm
from ruralimpact.design.unit_weights import refuse_non_finite
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_regression import regress_arm
from ruralimpact.estimation.potential_means import (
    ArmWeights,
    PotentialMean,
    contrast,
    potential_mean,
)
from ruralimpact.estimation.selection import Selection, selection_scores

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

ARMS = {1: "treated units", 0: "controls"}
# Smallest probability of response that a weight divides by.
FLOOR = 0.05


@dataclass(frozen=True)
class ResponseModel:
    """Probability of response given covariates, fitted in each arm by itself.

    Attributes
    ----------
    responds : ndarray of bool, shape (n,)
    probability : ndarray, shape (n,)
        Of response in the unit's own arm.
    weights : ndarray, shape (n,)
        1 / probability for respondents, at most 1 / floor; 0 for others.
    slopes : ndarray, shape (n,)
        Derivative of `weights` by the unit's linear predictor; 0 where a weight is capped.
    selection : Selection
        Both arms' models as one, for the influence of their estimation.
    capped : int
        Respondents whose weight is capped.
    excluded : tuple of str
        Covariates excluded from an arm's model, as ``"covariate (arm)"``: constant there, implied by the
        others, or telling respondents from the others without error.
    """

    responds: BoolArray
    probability: FloatArray
    weights: FloatArray
    slopes: FloatArray
    selection: Selection
    capped: int
    excluded: tuple[str, ...]

    def of_arm(self, arm_units: BoolArray) -> ArmWeights:
        """Weights of one arm's respondents."""
        inside = np.where(arm_units, 1.0, 0.0)
        return ArmWeights(self.weights * inside, self.slopes * inside, self.selection)


def fit_response(
    responds: BoolArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    *,
    floor: float = FLOOR,
) -> ResponseModel:
    """Fit a logit of response on covariates within each arm.

    Parameters
    ----------
    responds : ndarray of bool, shape (n,)
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
        Measured before response; none of them (no columns) weights by the rate of each arm.
    floor : float
        Probability below which weights no longer grow.

    Returns
    -------
    ResponseModel

    Raises
    ------
    DesignError
        An arm is empty or has no respondents, or a combination of covariates tells respondents from
        others.
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(covariates.values, "covariates of response")
    fits = [
        _fit_arm(responds[treatment == arm], covariates.rows(treatment == arm), ARMS[arm])
        for arm in (0, 1)
    ]
    selection = _stacked([treatment == arm for arm in (0, 1)], [fit[0] for fit in fits])
    probability = selection.probability
    inside = responds & (probability > floor)
    divided = np.maximum(probability, floor)
    return ResponseModel(
        responds=responds,
        probability=probability,
        weights=np.where(responds, 1 / divided, 0.0),
        slopes=np.where(inside, -selection.slope / divided**2, 0.0),
        selection=selection,
        capped=int((responds & ~inside).sum()),
        excluded=tuple(name for fit in fits for name in fit[1]),
    )


def everyone_counts(responds: BoolArray) -> ResponseModel:
    """The model that response is unrelated to anything: respondents weigh 1.

    Parameters
    ----------
    responds : ndarray of bool, shape (n,)

    Returns
    -------
    ResponseModel
        Without any influence of its own.
    """
    n = len(responds)
    nothing = np.zeros(n)
    selection = Selection(np.ones(n), nothing, np.ones((n, 1)), nothing, np.zeros((1, 1)))
    weights = responds.astype(float)
    return ResponseModel(responds, np.ones(n), weights, nothing, selection, 0, ())


def reweighted_difference(
    outcome: FloatArray, treatment: NDArray[np.int8], model: ResponseModel
) -> ScoredEstimate:
    """Difference in means between the arms, respondents standing for those alike who did not respond.

    On changes between two periods it is the re-weighted two-by-two difference-in-differences.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Anything for units that did not respond.
    treatment : ndarray of {0, 1}, shape (n,)
    model : ResponseModel

    Returns
    -------
    ScoredEstimate
        Weights are normalised within arms; the scores hold the estimation of the response models.
    """
    values, arms = _checked(outcome, treatment, model)
    anyone = np.ones(len(values))
    means = [potential_mean(values, model.of_arm(arm), anyone) for arm in arms]
    return contrast(means[1], means[0])


def reweighted_regression(
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    model: ResponseModel,
) -> ScoredEstimate:
    """Effect on the treated by regression among controls, re-weighted for response.

    Parameters
    ----------
    outcome : ndarray, shape (n,)
        Anything for units that did not respond.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
        Of the outcome regression. Those that are constant or collinear among responding controls are left
        out, which the notes say.
    model : ResponseModel

    Returns
    -------
    ScoredEstimate
        The treated mean is re-weighted; the counterfactual is the mean prediction, over the same weighted
        treated units, of a regression that weights controls. The scores hold the estimation of both the
        regression and the response models.
    """
    values, (controls, treated) = _checked(outcome, treatment, model)
    own, other = model.of_arm(treated), model.of_arm(controls)
    regression = regress_arm(values, covariates, other.values, collinear="exclude")
    anyone = np.ones(len(values))
    mean = potential_mean(values, own, anyone)
    base = potential_mean(regression.fitted, own, anyone)
    gradient = own.values @ regression.design / own.values.sum()
    by_weight = regression.by_weight(gradient)
    scores = base.scores + other.values * by_weight
    scores = scores + model.selection.chain(other.slopes * by_weight)
    notes = (
        (f"outcome regression without {', '.join(regression.excluded)}",)
        if regression.excluded
        else ()
    )
    by_outcome = regression.by_outcome(gradient)
    control = PotentialMean(base.value, scores, other.values, by_outcome)
    return contrast(mean, control, notes=notes)


def _checked(
    outcome: FloatArray, treatment: NDArray[np.int8], model: ResponseModel
) -> tuple[FloatArray, tuple[BoolArray, BoolArray]]:
    refuse_empty_arm(treatment)
    arms = (treatment == 0, treatment == 1)
    if not all((arm & model.responds).any() for arm in arms):
        raise DesignError("nobody responds in one arm.")
    refuse_non_finite(outcome[model.responds], "outcome of respondents")
    return np.where(model.responds, outcome, 0.0), arms


def _fit_arm(
    responds: BoolArray, covariates: CovariateMatrix, arm: str
) -> tuple[Selection, tuple[str, ...]]:
    """Fit one arm; its Selection covers the arm's units only."""
    if not responds.any():
        raise DesignError(f"response among {arm}: nobody responds.")
    kept = _usable(responds, covariates)
    excluded = tuple(f"{name} ({arm})" for j, name in enumerate(covariates.names) if j not in kept)
    if responds.all() or not kept:
        return _constant(responds), excluded if not responds.all() else ()
    used = CovariateMatrix(
        covariates.values[:, kept],
        tuple(covariates.names[j] for j in kept),
        covariates.binary[kept],
        covariates.base_levels,
    )
    responded = responds.astype(np.int8)
    try:
        return selection_scores(fit_propensity(used, responded), used, responded), excluded
    except DesignError as problem:
        raise DesignError(
            f"response among {arm}: a combination of covariates tells respondents from the others. Leave "
            "a covariate out or merge its levels."
        ) from problem


def _usable(responds: BoolArray, covariates: CovariateMatrix) -> list[int]:
    """Columns that vary in the arm and among both respondents and the others, none implied."""
    kept = []
    for j in range(covariates.values.shape[1]):
        inside, outside = covariates.values[responds, j], covariates.values[~responds, j]
        if not len(outside) or np.ptp(covariates.values[:, j]) == 0:
            continue
        if covariates.binary[j]:
            if np.ptp(inside) > 0 and np.ptp(outside) > 0:
                kept.append(j)
        elif inside.min() < outside.max() and outside.min() < inside.max():
            kept.append(j)
    if not kept:
        return kept
    values = covariates.values[:, kept]
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    return [kept[j] for j in find_dependence(scaled.T @ scaled / len(scaled)).basis]


def _constant(responds: BoolArray) -> Selection:
    """A model with a constant only; everyone's response leaves nothing to estimate."""
    n, rate = len(responds), float(responds.mean())
    slope = rate * (1 - rate)
    inverse = 1 / (n * slope) if slope else 0.0
    return Selection(
        np.full(n, rate),
        np.full(n, slope),
        np.ones((n, 1)),
        (responds - rate).astype(np.float64),
        np.array([[inverse]]),
    )


def _stacked(arms: list[BoolArray], fits: list[Selection]) -> Selection:
    """One Selection of all units whose blocks are the arms' models."""
    n = len(arms[0])
    widths = [fit.design.shape[1] for fit in fits]
    start = np.cumsum([0, *widths])
    design, inverse = np.zeros((n, start[-1])), np.zeros((start[-1], start[-1]))
    probability, slope, residual = np.empty(n), np.empty(n), np.empty(n)
    for arm, fit, low, high in zip(arms, fits, start[:-1], start[1:], strict=True):
        design[arm, low:high] = fit.design
        inverse[low:high, low:high] = fit.inverse_information
        probability[arm], slope[arm], residual[arm] = fit.probability, fit.slope, fit.residual
    return Selection(probability, slope, design, residual, inverse)
