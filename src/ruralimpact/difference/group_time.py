"""Group-time average treatment effects: one two-by-two for each cohort and period."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.difference.checks import checked_weights, named_covariates
from ruralimpact.difference.two_by_twos import (
    Base,
    Control,
    ExcludedCohort,
    Form,
    GroupTimeCell,
    StaggeredPanel,
)
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class GroupTimeEffects:
    """Effects on each cohort in each period, with the influence of every unit.

    Attributes
    ----------
    cohorts, periods, bases : ndarray, shape (m,)
        Period of first treatment, period of the effect, and period that it is compared with. Sorted by
        cohort, then period.
    estimates : ndarray, shape (m,)
        In the outcome's unit. For periods before treatment, pseudo-effects that should be zero.
    scores : ndarray, shape (n, m)
        0 for units outside a two-by-two; the scale is that of `ScoredEstimate`.
    outcome_weights : ndarray, shape (n, m, 2)
        Times the outcomes in `bases` and in `periods` they sum to the estimates.
    panel_periods : ndarray, shape (T,)
        All periods of the panel.
    arms : ndarray of int8, shape (n, m)
        1 for treated units of a two-by-two, -1 for its controls, 0 for others.
    treated_means : ndarray, shape (m,)
        Mean outcome in `periods` of the treated units of each two-by-two.
    treated_mean_scores : ndarray, shape (n, m)
    sampling : ndarray, shape (n,)
        Weight of each unit in its cohort: its sampling weight, or 1.
    lost : ndarray of int, shape (m,)
        Units of the cohort and its controls that leave a two-by-two because an outcome (or covariate)
        is missing.
    reference : ndarray of bool, shape (m,)
        The base period itself under ``base="universal"``: 0 by construction, without variance.
    anticipation : float
        Time before treatment in which it may already have effects.
    n_never_treated : int
        Units that stay untreated over the panel (and over the anticipation beyond its end).
    n_always_treated : int
        Units treated, or anticipating treatment, in the first period: excluded.
    excluded : tuple of ExcludedCohort
    """

    cohorts: FloatArray
    periods: FloatArray
    bases: FloatArray
    estimates: FloatArray
    scores: FloatArray
    outcome_weights: FloatArray
    panel_periods: FloatArray
    arms: NDArray[np.int8]
    treated_means: FloatArray
    treated_mean_scores: FloatArray
    sampling: FloatArray
    lost: NDArray[np.int64]
    reference: BoolArray
    anticipation: float
    n_never_treated: int
    n_always_treated: int
    excluded: tuple[ExcludedCohort, ...]

    @property
    def event_times(self) -> FloatArray:
        """Time since first treatment, shape (m,)."""
        return self.periods - self.cohorts

    @property
    def treated(self) -> BoolArray:
        """Treated units of each two-by-two, shape (n, m)."""
        return np.asarray(self.arms == 1)

    @property
    def controls(self) -> BoolArray:
        """Controls of each two-by-two, shape (n, m)."""
        return np.asarray(self.arms == -1)

    @property
    def before(self) -> BoolArray:
        """Pseudo-effects that test for pre-trends, shape (m,)."""
        return (self.event_times < -self.anticipation) & ~self.reference


def group_time_effects(
    outcome: FloatArray,
    first_treated: FloatArray,
    periods: FloatArray,
    *,
    covariates: CovariateMatrix | FloatArray | None = None,
    control: Control = "never_treated",
    form: Form = "doubly_robust",
    base: Base = "varying",
    anticipation: float = 0,
    minimum: int = 5,
    unbalanced: bool = False,
    sampling: FloatArray | None = None,
) -> GroupTimeEffects:
    """Estimate the effect on each cohort in each period.

    Parameters
    ----------
    outcome : ndarray, shape (n, T)
        One row a unit, NaN where it was not observed.
    first_treated : ndarray, shape (n,)
        Period of first treatment, ``inf`` for never. Treatment stays.
    periods : ndarray, shape (T,)
        Increasing, in the unit of `first_treated`.
    covariates : CovariateMatrix or ndarray, shape (n, p), optional
        Measured before treatment, without constant.
    control : {"never_treated", "not_yet_treated"}
    form : {"doubly_robust", "regression", "weighting", "unconditional"}
        How a two-by-two adjusts for covariates; without covariates all are the unconditional one.
    base : {"varying", "universal"}
        Compare periods before treatment with the period just before, or with the last period that
        treatment can not have touched. The latter is the base of all other periods.
    anticipation : float
        Time before treatment in which it may already have effects.
    minimum : int
        Fewest units in each arm of a two-by-two; with covariates, their number is added for controls.
    unbalanced : bool
        Compare the two periods of a two-by-two as repeated cross sections, whoever was observed when; else
        among the units observed in both.
    sampling : ndarray, shape (n,), optional
        Sampling weight of each unit, positive, in every two-by-two and in the size of its cohort.

    Returns
    -------
    GroupTimeEffects

    Raises
    ------
    DesignError
        `first_treated` has missing values, periods do not increase or a weight is not positive; covariates
        come with
        the unconditional form; there are no never-treated units to compare with; no two-by-two can be
        estimated.

    References
    ----------
    Callaway & Sant'Anna (2021), Journal of Econometrics 225(2).
    """
    _refuse_bad_panel(outcome, first_treated, periods)
    if form == "unconditional" and covariates is not None:
        raise DesignError("the form 'unconditional' takes no covariates.")
    never = first_treated > periods[-1] + anticipation
    always = first_treated <= periods[0] + anticipation
    if control == "never_treated" and not never.any():
        raise DesignError("no unit is never treated; not-yet-treated controls remain possible.")
    usable: BoolArray = np.isfinite(outcome)
    named = None if covariates is None else named_covariates(covariates)
    if named is not None:
        usable = usable & np.isfinite(named.values).all(axis=1, keepdims=True)
    # treatment beyond the panel is no cohort, and all of it is one value
    first = np.where(never, np.inf, first_treated)
    panel = StaggeredPanel(
        outcome,
        first,
        periods,
        usable,
        named,
        control,
        form,
        base,
        anticipation,
        minimum,
        unbalanced,
        sampling,
    )
    by_cohort = [panel.cells(float(cohort)) for cohort in np.unique(first[~always & ~never])]
    cells = [cell for some, _ in by_cohort for cell in some]
    excluded = tuple(missing for _, some in by_cohort for missing in some)
    if all(cell.reference for cell in cells):
        reasons = "; ".join(dict.fromkeys(missing.reason for missing in excluded))
        raise DesignError(f"no cohort can be compared with controls ({reasons or 'no cohort'}).")
    weights = checked_weights(sampling, len(first))
    return _assemble(
        cells, periods, weights, anticipation, int(never.sum()), int(always.sum()), excluded
    )


def _assemble(
    cells: list[GroupTimeCell],
    periods: FloatArray,
    sampling: FloatArray,
    anticipation: float,
    n_never: int,
    n_always: int,
    excluded: tuple[ExcludedCohort, ...],
) -> GroupTimeEffects:
    keys = np.array([cell.key for cell in cells])
    return GroupTimeEffects(
        cohorts=keys[:, 0],
        periods=keys[:, 1],
        bases=keys[:, 2],
        estimates=np.array([cell.estimate for cell in cells]),
        scores=np.column_stack([cell.scores for cell in cells]),
        outcome_weights=np.stack([cell.outcome_weights for cell in cells], axis=1),
        panel_periods=periods,
        arms=np.column_stack([cell.arms for cell in cells]),
        treated_means=np.array([cell.treated_mean for cell in cells]),
        treated_mean_scores=np.column_stack([cell.treated_mean_scores for cell in cells]),
        sampling=sampling,
        lost=np.array([cell.lost for cell in cells], dtype=np.int64),
        reference=np.array([cell.reference for cell in cells]),
        anticipation=anticipation,
        n_never_treated=n_never,
        n_always_treated=n_always,
        excluded=excluded,
    )


def _refuse_bad_panel(outcome: FloatArray, first_treated: FloatArray, periods: FloatArray) -> None:
    if outcome.shape != (len(first_treated), len(periods)):
        raise DesignError("the outcome needs one row a unit and one column a period.")
    if np.isnan(first_treated).any():
        raise DesignError("the period of first treatment is missing for some units.")
    if len(periods) < 2 or not (np.diff(periods) > 0).all():
        raise DesignError("staggered effects need two or more periods in increasing order.")
