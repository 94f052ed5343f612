"""The estimators of study.yaml that compare changes, by name, on one outcome of units over waves."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.arms import Arms
from ruralimpact.difference.checks import checked_weights
from ruralimpact.difference.doubly_robust import Form, doubly_robust_difference
from ruralimpact.difference.levels import mean_with_scores
from ruralimpact.difference.repeated import RepeatedForm, observations, repeated_difference
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import analysis_of_covariance, difference_in_differences
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.missing import spread_scores

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

NOT_ATTRIBUTABLE = "before-after change, not attributable to the project"
_FORMS: dict[str, Form] = {
    "doubly_robust": "improved",
    "regression": "regression",
    "weighting": "weighting",
}
_REPEATED_FORMS: dict[str, RepeatedForm] = {
    "two_by_two": "unconditional",
    "doubly_robust": "doubly_robust",
    "regression": "regression",
    "weighting": "weighting",
}
ESTIMANDS = {
    "group_time_simple": "ATT, over treated units and periods",
    "group_time_cohort": "ATT, over cohorts",
    "group_time_calendar": "ATT, over periods",
    "group_time_event": "ATT, over times since treatment",
    "two_way_fixed_effects": "weighted ATT",
    "before_after": NOT_ATTRIBUTABLE,
}


@dataclass(frozen=True)
class TwoPeriodData:
    """The outcome before and after of the units for which it is known in every wave.

    Attributes
    ----------
    known : ndarray of bool, shape (n,)
    before, after : ndarray, shape (known,)
        Means over the waves before, and those after.
    treatment : ndarray of {0, 1}, shape (known,)
    covariates : CovariateMatrix, known rows
    eligible : ndarray of {0, 1}, shape (known,), optional
    sampling : ndarray, shape (known,), optional
        Sampling weights.
    """

    known: BoolArray
    before: FloatArray
    after: FloatArray
    treatment: NDArray[np.int8]
    covariates: CovariateMatrix
    eligible: NDArray[np.int8] | None
    sampling: FloatArray | None


def two_period_data(outcome: FloatArray, arms: Arms) -> TwoPeriodData:
    """Fold an outcome to one period before and one after.

    Parameters
    ----------
    outcome : ndarray, shape (n, T)
    arms : Arms

    Returns
    -------
    TwoPeriodData

    Raises
    ------
    DesignError
        The outcome is missing in some wave for every unit of an arm.
    """
    known = np.all(np.isfinite(outcome), axis=1)
    if set(arms.treatment[known]) != set(arms.treatment):
        raise DesignError("the outcome is missing in some wave for every unit of an arm.")
    return TwoPeriodData(
        known,
        outcome[known, : arms.n_before].mean(axis=1),
        outcome[known, arms.n_before :].mean(axis=1),
        arms.treatment[known],
        arms.covariates.rows(known),
        None if arms.eligible is None else arms.eligible[known],
        None if arms.sampling is None else arms.sampling[known],
    )


def estimate_two_periods(name: str, outcome: FloatArray, arms: Arms) -> ScoredEstimate:
    """Estimate by one estimator of two periods.

    Parameters
    ----------
    name : {"two_by_two", "ancova", "doubly_robust", "regression", "weighting", \
"triple_difference", "before_after"}
    outcome : ndarray, shape (n, T)
        NaN where missing; such units leave, and are counted.
    arms : Arms

    Returns
    -------
    ScoredEstimate
        With scores of shape (n,).

    Raises
    ------
    DesignError
        See the estimators.
    """
    if arms.unbalanced:
        return _repeated(name, outcome, arms)
    data = two_period_data(outcome, arms)
    treated = arms.treatment == 1
    if arms.eligible is not None:
        treated &= arms.eligible == 1
    lost = int((treated & ~data.known).sum())
    estimate = _two_periods(name, data)
    by_wave = replace(estimate, outcome_weights=_by_wave(estimate.outcome_weights, arms))
    return spread_scores(by_wave, data.known, lost=lost)


def _by_wave(weights: FloatArray | None, arms: Arms) -> FloatArray | None:
    """Outcome weights of each wave, from those of the change or of the means before and after."""
    if weights is None:
        return None
    of_means = np.column_stack([-weights, weights]) if weights.ndim == 1 else weights
    counts = np.array([arms.n_before, len(arms.waves) - arms.n_before])
    return np.asarray(np.repeat(of_means / counts, counts, axis=1))


def _repeated(name: str, outcome: FloatArray, arms: Arms) -> ScoredEstimate:
    """Estimate whoever was observed when."""
    rows = observations(outcome[:, : arms.n_before], outcome[:, arms.n_before :])
    estimate = repeated_difference(
        rows,
        arms.treatment,
        arms.covariates,
        form=_REPEATED_FORMS[name],
        sampling=arms.sampling,
    )
    lost = int((arms.treatment == 1).sum()) - estimate.n_treated
    return replace(estimate, lost=lost)


def _two_periods(name: str, data: TwoPeriodData) -> ScoredEstimate:
    change, sampling = data.after - data.before, data.sampling
    covariates = data.covariates if data.covariates.names else None
    if name == "two_by_two":
        return difference_in_differences(data.before, data.after, data.treatment, weights=sampling)
    if name == "ancova":
        return analysis_of_covariance(
            data.before, data.after, data.treatment, covariates=covariates, weights=sampling
        )
    if name == "before_after":
        return before_after_change(data.before, data.after, weights=sampling)
    if name == "triple_difference":
        assert data.eligible is not None
        return triple_difference(
            change,
            data.treatment,
            data.eligible,
            covariates=covariates,
            weights=sampling,
            after=data.after,
        )
    return doubly_robust_difference(
        change,
        data.treatment,
        covariates,
        weights=sampling,
        form=_FORMS[name],
        after=data.after,
    )


def before_after_change(
    before: FloatArray, after: FloatArray, *, weights: FloatArray | None = None
) -> ScoredEstimate:
    """Mean change of treated units, which no comparison makes an effect.

    Parameters
    ----------
    before, after : ndarray, shape (n,)
    weights : ndarray, shape (n,), optional
        Sampling weights, positive.

    Returns
    -------
    ScoredEstimate
        The counterfactual mean is the mean before, so that the percent is the ratio of totals.
    """
    count = len(before)
    sampling = checked_weights(weights, count)
    change, scores = mean_with_scores(after - before, sampling)
    level, level_scores = mean_with_scores(after, sampling)
    return ScoredEstimate(
        change,
        scores,
        treated_mean=level,
        counterfactual_mean=mean_with_scores(before, sampling)[0],
        treated_mean_scores=level_scores,
        n_treated=count,
        weights=sampling,
        arms=np.ones(count, dtype=np.int8),
        outcome_weights=np.column_stack([-sampling, sampling]) / sampling.sum(),
        notes=(NOT_ATTRIBUTABLE,),
    )


def effects_by_wave(outcome: FloatArray, arms: Arms) -> Aggregate:
    """Effects wave by wave against the last wave before treatment, where it comes at one time.

    Parameters
    ----------
    outcome : ndarray, shape (n, T)
    arms : Arms
        Of two arms, or four with `eligible`.

    Returns
    -------
    Aggregate
        Of kind "event": waves before treatment show what should be zero; doubly robust where there
        are covariates.
    """
    base = arms.n_before - 1
    times = arms.periods - arms.periods[arms.n_before]
    name = "triple_difference" if arms.eligible is not None else "two_by_two"
    if arms.eligible is None and arms.covariates.names:
        name = "doubly_robust"
    effects = []
    for position in range(len(arms.waves)):
        if position == base:
            effects.append(ScoredEstimate(0.0, np.zeros(len(outcome))))
            continue
        pair = replace(arms, waves=(arms.waves[base], arms.waves[position]), n_before=1)
        effects.append(estimate_two_periods(name, outcome[:, [base, position]], pair))
    known, at_base = np.isfinite(outcome), np.isfinite(outcome[:, [base]])
    known = known | at_base if arms.unbalanced else known & at_base
    known[:, base] = False
    treated = arms.treatment == 1
    if arms.eligible is not None:
        treated = treated & (arms.eligible == 1)
    return Aggregate(
        kind="event",
        labels=times,
        estimates=np.array([effect.estimate for effect in effects]),
        scores=np.column_stack([effect.scores for effect in effects]),
        before=np.arange(len(times)) < base,
        treated=known & treated[:, None],
        controls=known & ~treated[:, None],
        overall=effects[-1],
    )
