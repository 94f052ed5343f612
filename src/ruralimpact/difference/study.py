"""Every analysis of a study that compares changes of units over waves."""

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.methods import strategies_of
from ruralimpact.design.records import ATT, NAIVE
from ruralimpact.difference.aggregation import Aggregate, aggregate
from ruralimpact.difference.arms import Arms
from ruralimpact.difference.estimators import (
    ESTIMANDS,
    effects_by_wave,
    estimate_two_periods,
)
from ruralimpact.difference.exclusions import arms_of
from ruralimpact.difference.records import DifferenceRows
from ruralimpact.difference.repeated import within_cells
from ruralimpact.difference.rows import (
    ComparisonQuestion,
    aggregate_rows,
    group_time_rows,
    mean_rows,
)
from ruralimpact.difference.staggered import estimate_staggered, staggered_effects
from ruralimpact.difference.trend_rows import comparison_rows, parallel_trend_rows, pre_trend_row
from ruralimpact.errors import DesignError, NoComparisonError
from ruralimpact.estimation.compared import Compared, without_arm
from ruralimpact.estimation.degenerate import (
    not_estimable,
    refuse_out_of_range,
    settled,
    settled_by_group,
)
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.rows import Specification
from ruralimpact.estimation.sample_flow import to_estimate
from ruralimpact.estimation.stratified import within_strata
from ruralimpact.estimation.study import EstimationTables
from ruralimpact.inference.clustered import group_codes
from ruralimpact.schema.analysis import AnyOverTime, OverTime, Staggered
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class DifferenceTables:
    """What was estimated over time.

    Attributes
    ----------
    compared : dict of str to Compared
        Estimates with their units' scores, by analysis.
    tables : dict of str to DataFrame
        Contracts ``event_study``, ``pre_trends``, ``goodman_bacon`` and ``parallel_trends``; empty where
        the study asks for none.
    """

    compared: dict[str, Compared]
    tables: dict[str, pd.DataFrame]


def difference_study(study: Study, tables: EstimationTables, *, seed: int) -> DifferenceTables:
    """Estimate every analysis over time of a study.

    Parameters
    ----------
    study : Study
    tables : EstimationTables
    seed : int
        Of the uniform bands.

    Returns
    -------
    DifferenceTables

    Raises
    ------
    DataError, DesignError
        See `ruralimpact.difference.arms.arms_over_time` and the estimators.
    """
    compared: dict[str, Compared] = {}
    rows = DifferenceRows()
    for analysis in study.comparisons:
        if not isinstance(analysis, OverTime):
            continue
        try:
            arms = arms_of(study, analysis, tables.units[analysis.sample])
        except NoComparisonError as problem:
            compared[analysis.name] = _not_compared(study, analysis, str(problem))
            continue
        outcomes = tables.outcomes[analysis.sample].set_index("unit_id")
        estimates: list[tuple[Specification, ScoredEstimate]] = []
        for name in analysis.outcomes:
            unit = study.outcomes[name].unit
            question = ComparisonQuestion(name, unit, arms, study.synthetic, seed)
            values = outcomes[name].reindex(arms.rows.ravel()).to_numpy(float)
            estimated = _OneOutcome(study, analysis, question, values.reshape(arms.rows.shape))
            estimates += estimated.estimates()
            rows.extend(estimated.rows())
        groups = pd.Series(arms.groups.astype(str))
        compared[arms.analysis] = Compared(
            arms.analysis,
            groups,
            arms.treatment,
            estimates,
            arms.strata,
            unit_ids=arms.rows,
        )
    return DifferenceTables(
        compared,
        {
            field.name: table_of_rows(field.name, getattr(rows, field.name))
            for field in fields(rows)
        },
    )


def _not_compared(study: Study, analysis: AnyOverTime, refusal: str) -> Compared:
    """The estimates of an analysis that lacks an arm: all missing, with the reason."""
    reason = refusal.removeprefix(f"{analysis.name}: ")
    estimates = (
        (_specification(study, analysis, outcome, name), not_estimable(reason, 0))
        for outcome in analysis.outcomes
        for name in strategies_of(analysis)
    )
    return without_arm(analysis.name, estimates, reason)


def _specification(
    study: Study, analysis: AnyOverTime, outcome: str, strategy: str
) -> Specification:
    """Name an estimate, and say so where units of the control arm may be treated by now."""
    first = analysis.first_treated if isinstance(analysis, Staggered) else None
    kept = study.samples[analysis.sample].contaminated == "keep"
    naive = kept and getattr(analysis, "fixed", False)
    return Specification(
        analysis=analysis.name,
        sample=analysis.sample,
        method=analysis.method,
        treatment=analysis.treatment or first or "",
        outcome=outcome,
        unit=study.outcomes[outcome].unit,
        strategy=strategy,
        estimand=ESTIMANDS.get(strategy, ATT) + (NAIVE if naive else ""),
        balanced="",
        dropped=0,
        synthetic=study.synthetic,
    )


@dataclass(frozen=True)
class _OneOutcome:
    """One outcome of an analysis: its estimates and the rows behind them."""

    study: Study
    analysis: AnyOverTime
    question: ComparisonQuestion
    outcome: FloatArray

    @property
    def arms(self) -> Arms:
        return self.question.arms

    @property
    def staggered(self) -> bool:
        return isinstance(self.analysis, Staggered)

    @cached_property
    def effects(self) -> Any:
        return staggered_effects(self.outcome, self.arms, self.analysis)  # type: ignore[arg-type]

    @cached_property
    def by_event_time(self) -> Aggregate | None:
        """Effects by time since treatment; None where there is a single comparison, or no controls."""
        if self.staggered:
            return aggregate(self.effects, "event")
        if self.analysis.method == "before_after" or len(self.arms.waves) < 3:
            return None
        return effects_by_wave(self.outcome, self.arms)

    @property
    def base(self) -> float | None:
        """Event time that all others are compared with."""
        if not isinstance(self.analysis, Staggered):
            return float(
                self.arms.periods[self.arms.n_before - 1] - self.arms.periods[self.arms.n_before]
            )
        if self.analysis.base == "varying":
            return None
        references = self.effects.event_times[self.effects.reference]
        return float(references[0]) if len(set(references)) == 1 else None

    def estimates(self) -> Iterator[tuple[Specification, ScoredEstimate]]:
        for name in strategies_of(self.analysis):
            try:
                estimate = self._estimate(name)
            except DesignError as problem:
                estimate = not_estimable(str(problem), len(self.outcome))
            specification = _specification(self.study, self.analysis, self.question.outcome, name)
            yield specification, self._with_flow(estimate)

    def _estimate(self, name: str) -> ScoredEstimate:
        refuse_out_of_range(self.outcome)
        estimate = (
            estimate_staggered(name, self.outcome, self.arms, self.effects)
            if self.staggered
            else estimate_two_periods(name, self.outcome, self.arms)
        )
        varying = self.outcome
        if self.arms.unbalanced:
            varying = within_cells(self.outcome, self.arms.treatment)
        estimate = settled(estimate, varying, self.arms.treatment)
        codes = group_codes(self.arms.groups)
        estimate = settled_by_group(estimate, varying, self.arms.treatment, codes)
        return within_strata(estimate, codes, self.arms.strata)

    def _with_flow(self, estimate: ScoredEstimate) -> ScoredEstimate:
        """Follow units to an estimate; whom treated cohorts are compared with differs by cohort."""
        arms = self.arms
        missing = arms.lacking(self.outcome)
        focal = arms.treatment * (1 if arms.eligible is None else arms.eligible)
        flow = arms.flow
        if self.staggered:
            flow, focal = flow.of_treated(), np.ones_like(focal)
            missing &= arms.treatment == 1
        return replace(estimate, flow=to_estimate(flow, focal, missing, estimate))

    def rows(self) -> DifferenceRows:
        """The rows behind the estimates; none where the outcome bears no estimate."""
        rows = DifferenceRows()
        try:
            refuse_out_of_range(self.outcome)
            self._add_rows(rows)
        except DesignError:  # the estimates have the reason
            return DifferenceRows()
        return rows

    def _add_rows(self, rows: DifferenceRows) -> None:
        question, event = self.question, self.by_event_time
        rows.event_study.extend(mean_rows(question, self.outcome))
        if self.staggered:
            rows.event_study.extend(group_time_rows(question, self.effects))
            for kind in ("cohort", "calendar"):
                rows.event_study.extend(aggregate_rows(question, aggregate(self.effects, kind)))
            rows.goodman_bacon.extend(comparison_rows(question, self.outcome))
        if event is not None:
            rows.event_study.extend(aggregate_rows(question, event))
            rows.pre_trends.append(pre_trend_row(question, event))
            rows.parallel_trends.extend(parallel_trend_rows(question, event, self.base))
