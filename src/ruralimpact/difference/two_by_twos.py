"""The two-by-two comparisons of a staggered panel: which units, which periods, and their estimates."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.difference.doubly_robust import Form as TwoPeriodForm
from ruralimpact.difference.doubly_robust import doubly_robust_difference
from ruralimpact.difference.levels import mean_with_scores
from ruralimpact.difference.repeated import observations, repeated_difference
from ruralimpact.errors import DesignError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.estimate import ScoredEstimate

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Control = Literal["never_treated", "not_yet_treated"]
Form = Literal["doubly_robust", "regression", "weighting", "unconditional"]
Base = Literal["varying", "universal"]

# The doubly robust form that R's did and csdid use.
_TWO_PERIOD_FORM: dict[str, TwoPeriodForm] = {
    "doubly_robust": "traditional",
    "regression": "regression",
    "weighting": "weighting",
}


@dataclass(frozen=True)
class ExcludedCohort:
    """A cohort, or one of its periods, that has no estimate.

    Attributes
    ----------
    cohort : float
        Period of first treatment.
    period : float
        NaN where the whole cohort is excluded.
    n_units : int
        Units of the cohort.
    reason : str
    """

    cohort: float
    period: float
    n_units: int
    reason: str

    @property
    def words(self) -> str:
        """One line for a table's foot."""
        position = "" if np.isnan(self.period) else f", period {self.period:g}"
        return f"cohort {self.cohort:g}{position} excluded: {self.reason}"


@dataclass(frozen=True)
class GroupTimeCell:
    """One two-by-two: (cohort, period, base) and its estimate on all n units."""

    key: tuple[float, float, float]
    estimate: float
    scores: FloatArray
    outcome_weights: FloatArray  # (n, 2): of the base period and of the period
    arms: NDArray[np.int8]
    treated_mean: float
    treated_mean_scores: FloatArray
    lost: int
    reference: bool = False


@dataclass(frozen=True)
class StaggeredPanel:
    """The panel and the options of `group_time_effects`; `first` is inf for never treated.

    Units have their `sampling` weight in every two-by-two.
    """

    outcome: FloatArray
    first: FloatArray
    periods: FloatArray
    usable: BoolArray
    covariates: CovariateMatrix | None
    control: Control
    form: Form
    base: Base
    anticipation: float
    minimum: int
    unbalanced: bool
    sampling: FloatArray | None

    def cells(self, cohort: float) -> tuple[list[GroupTimeCell], list[ExcludedCohort]]:
        """Every two-by-two of a cohort, and those that can not be estimated.

        A cohort without any effect after treatment is excluded: where all are treated in the end, the
        pseudo-effects of the last cohort would be (nearly) a combination of those of the others.
        """
        size = int((self.first == cohort).sum())
        if size < self.minimum:
            reason = f"fewer than {self.minimum} units"
            return [], [ExcludedCohort(cohort, np.nan, size, reason)]
        cells: list[GroupTimeCell] = []
        excluded: list[ExcludedCohort] = []
        for t in range(len(self.periods)):
            b = self.base_period(t, cohort)
            if b is None:
                continue
            try:
                cells.append(self.cell(cohort, t, b))
            except DesignError as error:
                reason = str(error).rstrip(".")
                excluded.append(ExcludedCohort(cohort, float(self.periods[t]), size, reason))
        if not any(cell.key[1] >= cohort for cell in cells):
            after = [exclusion.reason for exclusion in excluded if exclusion.period >= cohort]
            reason = f"no effect after treatment ({after[0] if after else 'no such period'})"
            return [], [ExcludedCohort(cohort, np.nan, size, reason)]
        return cells, excluded

    def base_period(self, t: int, cohort: float) -> int | None:
        """Index of the period that period t is compared with; None where there is no earlier one."""
        begin = cohort - self.anticipation
        if self.base == "universal" or self.periods[t] >= begin:
            return int(np.flatnonzero(self.periods < begin)[-1])
        return t - 1 if t > 0 else None

    def cell(self, cohort: float, t: int, b: int) -> GroupTimeCell:
        """The two-by-two of a cohort in period t against period b."""
        seen = self.usable[:, [b, t]]
        together = seen.any(axis=1) if self.unbalanced else seen.all(axis=1)
        known = np.asarray(together, dtype=bool)
        treated = self.first == cohort
        position = (cohort, float(self.periods[t]), float(self.periods[b]))
        mean, mean_scores = self.treated_mean(t, treated & known & self.usable[:, t])
        if b == t:
            none = np.zeros(len(known), dtype=np.int8)
            return GroupTimeCell(
                position,
                0.0,
                np.zeros(len(known)),
                np.zeros((len(known), 2)),
                none,
                mean,
                mean_scores,
                0,
                True,
            )
        controls = ~treated & (self.first > self.last_touched(t, b))
        rows = np.flatnonzero(known & (treated | controls))
        estimate = self.two_by_two(rows, t, b, treated[rows].astype(np.int8))
        scores = np.zeros(len(known))
        scores[rows] = estimate.scores
        outcome_weights = np.zeros((len(known), 2))
        outcome_weights[rows] = _of_periods(estimate)
        arms = np.where(known, treated.astype(np.int8) - controls.astype(np.int8), 0)
        lost = int((treated | controls).sum()) - len(rows)
        return GroupTimeCell(
            position,
            estimate.estimate,
            scores,
            outcome_weights,
            arms.astype(np.int8),
            mean,
            mean_scores,
            lost,
        )

    def last_touched(self, t: int, b: int) -> float:
        """Controls are the units first treated after this."""
        if self.control == "never_treated":
            return float(np.finfo(float).max)
        return float(max(self.periods[t], self.periods[b])) + self.anticipation

    def two_by_two(
        self, rows: NDArray[np.int64], t: int, b: int, treatment: NDArray[np.int8]
    ) -> ScoredEstimate:
        """Difference of changes between periods b and t among some units."""
        if self.unbalanced:
            return self.repeated(rows, t, b, treatment)
        n_covariates = 0 if self.covariates is None else len(self.covariates.names)
        _refuse_few(treatment, self.minimum, n_covariates)
        change = self.outcome[rows, t] - self.outcome[rows, b]
        weights = None if self.sampling is None else self.sampling[rows]
        if self.covariates is None:
            return difference_in_means(change, treatment, sampling=weights)
        form = _TWO_PERIOD_FORM[self.form]
        effect = doubly_robust_difference(
            change, treatment, self.covariates.rows(rows), weights=weights, form=form
        )
        if not np.isfinite(effect.estimate):
            raise DesignError("the adjustment for covariates has no solution.")
        return effect

    def repeated(
        self, rows: NDArray[np.int64], t: int, b: int, treatment: NDArray[np.int8]
    ) -> ScoredEstimate:
        """Difference of changes between the means of periods b and t, whoever was observed when."""
        n_covariates = 0 if self.covariates is None else len(self.covariates.names)
        values = np.where(self.usable[rows], self.outcome[rows], np.nan)
        for period in (b, t):
            seen = np.asarray(self.usable[rows, period], dtype=bool)
            when = f"in period {self.periods[period]:g}"
            _refuse_few(treatment[seen], self.minimum, n_covariates, when)
        covariates = None if self.covariates is None else self.covariates.rows(rows)
        form = self.form if covariates is not None else "unconditional"
        observed = observations(values[:, [b]], values[:, [t]])
        weights = None if self.sampling is None else self.sampling[rows]
        effect = repeated_difference(observed, treatment, covariates, form=form, sampling=weights)
        if not np.isfinite(effect.estimate):
            raise DesignError("the adjustment for covariates has no solution.")
        return effect

    def treated_mean(self, t: int, treated: BoolArray) -> tuple[float, FloatArray]:
        """Mean outcome of treated units in period t, with its scores; NaN where there are none."""
        if not treated.any():
            return np.nan, np.zeros(len(treated))
        weights = treated.astype(float) if self.sampling is None else treated * self.sampling
        return mean_with_scores(np.where(treated, self.outcome[:, t], 0.0), weights)


def _of_periods(estimate: ScoredEstimate) -> FloatArray:
    """Outcome weights of the base period and of the period, from those of the change where they are that."""
    weights = estimate.outcome_weights
    assert weights is not None
    return np.column_stack([-weights, weights]) if weights.ndim == 1 else weights


def _refuse_few(
    treatment: NDArray[np.int8], minimum: int, n_covariates: int, when: str = "in both periods"
) -> None:
    treated = int(treatment.sum())
    for count, needed, name in (
        (treated, minimum, "treated units"),
        (len(treatment) - treated, minimum + n_covariates, "controls"),
    ):
        if count < needed:
            raise DesignError(f"{count} {name} observed {when}, fewer than {needed}.")
