"""Rows on the assumption behind estimates over time: pre-trends, forbidden comparisons, sensitivity."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from ruralimpact.difference.aggregation import Aggregate
from ruralimpact.difference.event_study import corrected_effects, pre_trend_test
from ruralimpact.difference.goodman_bacon import bacon_decomposition
from ruralimpact.difference.rows import SINGLE, ComparisonQuestion, Row, of_single_group
from ruralimpact.errors import DesignError
from ruralimpact.inference.bias_reduced_scores import combine

if TYPE_CHECKING:
    from ruralimpact.difference.parallel_trends import RobustIntervals

FloatArray = NDArray[np.float64]

_MULTIPLES = (0.0, 0.5, 1.0, 1.5, 2.0)
_SLOPES = (0.0, 0.25, 0.5, 1.0)  # of the effect's standard error


def pre_trend_row(question: ComparisonQuestion, result: Aggregate) -> Row:
    """Row of the joint test that nothing happened before treatment.

    Parameters
    ----------
    question : ComparisonQuestion
    result : Aggregate
        Of kind "event".

    Returns
    -------
    dict
        Contract ``pre_trends``.
    """
    row: Row = {
        **question.heading,
        **dict.fromkeys(("statistic", "df", "df_denominator", "p_value"), np.nan),
        "n_pre": int(result.before.sum()),
        "reason": "",
        "synthetic": question.synthetic,
    }
    usable = ~of_single_group(result.treated, result.controls, question.arms.groups)
    try:
        usable_only = replace(result, before=result.before & usable)
        arms = question.arms
        test = pre_trend_test(usable_only, arms.groups, arms.sampling, arms.strata)
    except DesignError as problem:
        return row | {"reason": str(problem)}
    if not np.isfinite(test.statistic):
        return row | {"reason": "the pseudo-effects have no variance"}
    names = ("statistic", "df", "df_denominator", "p_value")
    return row | {name: getattr(test, name) for name in names}


def comparison_rows(question: ComparisonQuestion, outcome: FloatArray) -> list[Row]:
    """Rows of the two-by-two comparisons that two-way fixed effects average.

    Parameters
    ----------
    question : ComparisonQuestion
    outcome : ndarray, shape (n, T)

    Returns
    -------
    list of dict
        Contract ``goodman_bacon``.
    """
    arms = question.arms
    try:
        result = bacon_decomposition(
            outcome, arms.first_treated, arms.periods, sampling=arms.sampling
        )
    except DesignError:
        return []
    starts = arms.first_treated[np.all(np.isfinite(outcome), axis=1)]
    return [
        {
            **question.heading,
            "unit": question.unit,
            "kind": str(kind),
            "cohort": float(cohort),
            "other": float(other) if np.isfinite(other) else np.nan,
            "weight": float(weight),
            "estimate": float(estimate),
            "n_treated": int((starts == cohort).sum()),
            "n_control": int((starts == other).sum()),
            "synthetic": question.synthetic,
        }
        for kind, cohort, other, weight, estimate in zip(
            result.kind, result.cohort, result.other, result.weights, result.estimates, strict=True
        )
    ]


def parallel_trend_rows(
    question: ComparisonQuestion, result: Aggregate, base: float | None
) -> list[Row]:
    """Rows of intervals that allow trends to differ, for the average over times since treatment.

    Parameters
    ----------
    question : ComparisonQuestion
    result : Aggregate
        Of kind "event".
    base : float or None
        Event time of the reference period.

    Returns
    -------
    list of dict
        Contract ``parallel_trends``; one row with the reason where an interval cannot be had.
    """
    empty: Row = {
        **question.heading,
        "unit": question.unit,
        "restriction": "",
        **dict.fromkeys(_NUMBERS, np.nan),
        "reason": "",
        "synthetic": question.synthetic,
    }
    rows: list[Row] = []
    for restriction in ("relative_magnitudes", "smoothness"):
        try:
            built = _robust(question, result, base, restriction)
        except DesignError as problem:
            rows.append({**empty, "restriction": restriction, "reason": str(problem)})
            continue
        rows += [
            {
                **empty,
                "restriction": restriction,
                "magnitude": float(magnitude),
                "estimate": built.estimate,
                "std_error": built.std_error,
                "conf_low": float(low),
                "conf_high": float(high),
                "breakdown": built.breakdown,
            }
            for magnitude, low, high in zip(
                built.magnitudes, built.conf_low, built.conf_high, strict=True
            )
        ]
    return rows


_NUMBERS = ("magnitude", "estimate", "std_error", "conf_low", "conf_high", "breakdown")


def _robust(
    question: ComparisonQuestion, result: Aggregate, base: float | None, restriction: str
) -> "RobustIntervals":
    # Imported where it is used: its parts of SciPy cost a second, which most studies need not pay.
    from ruralimpact.difference.parallel_trends import relative_magnitudes, smoothness

    if base is None:
        raise DesignError(
            "the effects share no reference period (base: varying, or waves at different distances)."
        )
    arms = question.arms
    if of_single_group(result.treated, result.controls, arms.groups).any():
        raise DesignError(f"for some time since treatment {SINGLE}.")
    corrected = corrected_effects(result, arms.groups, arms.sampling, arms.strata)
    sums = np.column_stack([scores.sums for scores in corrected])
    covariance = sums.T @ sums
    times = _whole_times(result.labels, base)
    # Where treatment is anticipated some times after the reference are before it.
    weights = (result.labels >= 0) / max(int((result.labels >= 0).sum()), 1)
    common: dict[str, Any] = {
        "weights": weights[result.labels > base],
        "reference": int(times[result.labels == base][0]),
        "df": combine(corrected, weights.tolist()).df,
    }
    if restriction == "relative_magnitudes":
        return relative_magnitudes(
            result.estimates, covariance, times, magnitudes=_MULTIPLES, **common
        )
    error = float(np.sqrt(weights @ covariance @ weights))
    grid = [share * error for share in _SLOPES]
    return smoothness(result.estimates, covariance, times, magnitudes=grid, **common)


def _whole_times(labels: FloatArray, base: float) -> NDArray[np.int64]:
    """Event times counted in waves, where waves are the same time apart."""
    step = float(np.diff(labels).min()) if len(labels) > 1 else 1.0
    times = (labels - base) / step
    whole = np.rint(times)
    if not np.allclose(times, whole, atol=1e-9):
        raise DesignError("waves are not the same time apart, so that their trends have no slope.")
    return (whole - 1).astype(np.int64)
