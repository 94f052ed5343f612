"""Rows on the assumption behind estimates over time: pre-trends, forbidden comparisons, sensitivity."""

from dataclasses import asdict, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.event_study import corrected_effects, pre_trend_test
from ruralimpact.difference.goodman_bacon import bacon_decomposition
from ruralimpact.difference.records import GoodmanBaconRow, ParallelTrendsRow, PreTrendRow
from ruralimpact.difference.rows import SINGLE, ComparisonQuestion, of_single_group
from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced_scores import combine

if TYPE_CHECKING:
    from ruralimpact.difference.parallel_trends import RobustIntervals

FloatArray = NDArray[np.float64]

_MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)
_SLOPES = (0.0, 0.25, 0.5, 1.0)  # of the effect's standard error


def pre_trend_row(question: ComparisonQuestion, event_study: Aggregate) -> PreTrendRow:
    """Row of the joint test that nothing happened before treatment.

    Parameters
    ----------
    question : ComparisonQuestion
    event_study : Aggregate
        Of kind "event".

    Returns
    -------
    PreTrendRow
    """
    row = PreTrendRow(
        analysis=question.analysis,
        outcome=question.outcome,
        n_pre=int(event_study.before.sum()),
        synthetic=question.synthetic,
    )
    usable = ~of_single_group(event_study.treated, event_study.controls, question.arms.groups)
    try:
        usable_only = replace(event_study, before=event_study.before & usable)
        arms = question.arms
        test = pre_trend_test(usable_only, arms.groups, arms.sampling, arms.strata)
    except DesignError as problem:
        return replace(row, reason=str(problem))
    if not np.isfinite(test.statistic):
        return replace(row, reason="the pseudo-effects have no variance")
    return replace(row, **asdict(test))


def comparison_rows(question: ComparisonQuestion, outcome: FloatArray) -> list[GoodmanBaconRow]:
    """Rows of the two-by-two comparisons that two-way fixed effects average.

    Parameters
    ----------
    question : ComparisonQuestion
    outcome : ndarray, shape (n, T)

    Returns
    -------
    list of GoodmanBaconRow
    """
    arms = question.arms
    try:
        decomposition = bacon_decomposition(
            outcome, arms.first_treated, arms.periods, sampling=arms.sampling
        )
    except DesignError:
        return []
    starts = arms.first_treated[np.all(np.isfinite(outcome), axis=1)]
    return [
        GoodmanBaconRow(
            analysis=question.analysis,
            outcome=question.outcome,
            unit=question.unit,
            kind=str(kind),
            cohort=float(cohort),
            other=float(other) if np.isfinite(other) else np.nan,
            weight=float(weight),
            estimate=float(estimate),
            n_treated=int((starts == cohort).sum()),
            n_control=int((starts == other).sum()),
            synthetic=question.synthetic,
        )
        for kind, cohort, other, weight, estimate in zip(
            decomposition.kind,
            decomposition.cohort,
            decomposition.other,
            decomposition.weights,
            decomposition.estimates,
            strict=True,
        )
    ]


def parallel_trend_rows(
    question: ComparisonQuestion, event_study: Aggregate, base: float | None
) -> list[ParallelTrendsRow]:
    """Rows of intervals that allow trends to differ, for the average over times since treatment.

    Parameters
    ----------
    question : ComparisonQuestion
    event_study : Aggregate
        Of kind "event".
    base : float or None
        Event time of the reference period.

    Returns
    -------
    list of ParallelTrendsRow
        One row with the reason where an interval cannot be had.
    """
    rows: list[ParallelTrendsRow] = []
    for restriction in ("relative_magnitudes", "smoothness"):
        blank = ParallelTrendsRow(
            analysis=question.analysis,
            outcome=question.outcome,
            unit=question.unit,
            restriction=restriction,
            synthetic=question.synthetic,
        )
        try:
            intervals = _robust(question, event_study, base, restriction)
        except DesignError as problem:
            rows.append(replace(blank, reason=str(problem)))
            continue
        rows += [
            replace(
                blank,
                magnitude=float(magnitude),
                estimate=intervals.estimate,
                std_error=intervals.std_error,
                conf_low=float(low),
                conf_high=float(high),
                breakdown=intervals.breakdown,
            )
            for magnitude, low, high in zip(
                intervals.magnitudes, intervals.conf_low, intervals.conf_high, strict=True
            )
        ]
    return rows


def _robust(
    question: ComparisonQuestion, event_study: Aggregate, base: float | None, restriction: str
) -> "RobustIntervals":
    # Imported where it is used: its parts of SciPy cost a second, which most studies need not pay.
    from ruralimpact.difference.parallel_trends import relative_magnitudes, smoothness

    if base is None:
        raise DesignError(
            "the effects share no reference period (base: varying, or waves at different distances)."
        )
    arms = question.arms
    if of_single_group(event_study.treated, event_study.controls, arms.groups).any():
        raise DesignError(f"for some time since treatment {SINGLE}.")
    corrected = corrected_effects(event_study, arms.groups, arms.sampling, arms.strata)
    sums = np.column_stack([scores.sums for scores in corrected])
    covariance = sums.T @ sums
    times = _whole_times(event_study.labels, base)
    # Where treatment is anticipated some times after the reference are before it.
    weights = (event_study.labels >= 0) / max(int((event_study.labels >= 0).sum()), 1)
    multiples = restriction == "relative_magnitudes"
    error = float(np.sqrt(weights @ covariance @ weights))
    return (relative_magnitudes if multiples else smoothness)(
        event_study.estimates,
        covariance,
        times,
        weights=weights[event_study.labels > base],
        magnitudes=_MULTIPLES if multiples else [share * error for share in _SLOPES],
        reference=int(times[event_study.labels == base][0]),
        df=combine(corrected, weights.tolist()).df,
    )


def _whole_times(labels: FloatArray, base: float) -> NDArray[np.int64]:
    """Event times counted in waves, where waves are the same time apart."""
    step = float(np.diff(labels).min()) if len(labels) > 1 else 1.0
    times = (labels - base) / step
    whole = np.rint(times)
    if not np.allclose(times, whole, atol=1e-9):
        raise DesignError("waves are not the same time apart, so that their trends have no slope.")
    return (whole - 1).astype(np.int64)
