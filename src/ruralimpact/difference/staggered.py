"""Averages of effects by cohort and wave for an analysis, and two-way fixed effects beside them."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.aggregation import Kind, aggregate
from ruralimpact.difference.arms import Arms
from ruralimpact.difference.group_time import GroupTimeEffects, group_time_effects
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.panel import PanelData, panel_estimator
from ruralimpact.schema.analysis import Staggered

FloatArray = NDArray[np.float64]

_KINDS: dict[str, Kind] = {
    "group_time_simple": "simple",
    "group_time_cohort": "cohort",
    "group_time_calendar": "calendar",
    "group_time_event": "event",
}


def staggered_effects(outcome: FloatArray, arms: Arms, options: Staggered) -> GroupTimeEffects:
    """Group-time effects as an analysis asks for them.

    Parameters
    ----------
    outcome : ndarray, shape (n, T)
    arms : Arms
    options : Staggered

    Returns
    -------
    GroupTimeEffects
    """
    return group_time_effects(
        outcome,
        arms.first_treated,
        arms.periods,
        covariates=arms.covariates if arms.covariates.names else None,
        control=options.control,
        form=options.form,
        base=options.base,
        anticipation=options.anticipation,
        unbalanced=arms.unbalanced,
        sampling=arms.sampling,
    )


def estimate_staggered(
    name: str, outcome: FloatArray, arms: Arms, effects: GroupTimeEffects
) -> ScoredEstimate:
    """Average group-time effects, or the two-way fixed effects that stand beside them as a warning.

    Parameters
    ----------
    name : {"group_time_simple", "group_time_cohort", "group_time_calendar", "group_time_event", \
"two_way_fixed_effects"}
    outcome : ndarray, shape (n, T)
    arms : Arms
    effects : GroupTimeEffects
        Of the same outcome.

    Returns
    -------
    ScoredEstimate
        With scores of shape (n,).
    """
    if name != "two_way_fixed_effects":
        estimate = aggregate(effects, _KINDS[name]).overall
        notes = (*estimate.notes, *_alone(arms, effects))
        return replace(estimate, lost=_lost(outcome, arms, effects), notes=notes)
    simple = aggregate(effects, "simple").overall
    estimate = two_way_by_unit(outcome, arms)
    known = np.isfinite(outcome).any(axis=1)
    n_treated = int((known & (arms.treatment == 1)).sum())
    return replace(estimate, n_treated=n_treated, n_control=simple.n_control)


def _alone(arms: Arms, effects: GroupTimeEffects) -> list[str]:
    """Note on cohorts of a single group, whose scores add up to zero whatever their variance."""
    cohorts = np.unique(effects.cohorts)
    count = sum(len(set(arms.groups[arms.first_treated == start])) == 1 for start in cohorts)
    if not count:
        return []
    return [
        f"{count} of {len(cohorts)} cohorts are a single group, whose own variance the standard error lacks"
    ]


def _lost(outcome: FloatArray, arms: Arms, effects: GroupTimeEffects) -> int:
    """Treated units that are in no effect after treatment because the outcome is missing."""
    used = (effects.arms[:, effects.event_times >= 0] == 1).any(axis=1)
    estimated = np.isin(arms.first_treated, effects.cohorts)
    missing = arms.lacking(outcome)
    return int((estimated & ~used & missing).sum())


def two_way_by_unit(outcome: FloatArray, arms: Arms) -> ScoredEstimate:
    """Two-way fixed effects with the scores of a unit's waves added up.

    Parameters
    ----------
    outcome : ndarray, shape (n, T)
    arms : Arms

    Returns
    -------
    ScoredEstimate
        With scores of shape (n,).
    """
    n, n_waves = outcome.shape
    treated = arms.periods >= arms.first_treated[:, None]
    panel = PanelData(
        np.repeat(arms.ids, n_waves),
        np.tile(np.arange(n_waves), n),
        np.repeat(arms.groups, n_waves),
        None if arms.sampling is None else np.repeat(arms.sampling, n_waves),
    )
    estimator = panel_estimator("two_way_fixed_effects", treated.ravel().astype(float), panel)
    by_row = estimator(outcome.ravel())

    def added_up(values: FloatArray) -> FloatArray:
        return np.asarray(values.reshape(n, n_waves, *values.shape[1:]).sum(axis=1))

    def by_unit(scores: FloatArray | None) -> FloatArray | None:
        return None if scores is None else added_up(scores)

    rows = by_row.reduced_rows
    return replace(
        by_row,
        scores=added_up(by_row.scores),
        treated_mean_scores=by_unit(by_row.treated_mean_scores),
        reduced_scores=by_unit(by_row.reduced_scores),
        reduced_rows=None if rows is None else rows.mapped(added_up),
        outcome_weights=(
            None if by_row.outcome_weights is None else by_row.outcome_weights.reshape(n, n_waves)
        ),
    )
