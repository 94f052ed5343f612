"""Outcomes of which nothing can be inferred: constant, determined by treatment or covariates, out of range.

Rounding leaves scores of 1e-17 where there should be none, and a t statistic of two such numbers looks like
any other. Here what is rounding is set to zero, and what cannot be estimated is missing, with the reason.
"""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.std_errors import LazyStdErrors

FloatArray = NDArray[np.float64]

# Squares of sums of such numbers are still numbers, and none of them rounds to zero.
LARGEST, SMALLEST = 1e100, 1e-100
# What is rounding: relative to the size of the outcome, and to its spread within arms.
_OF_SIZE, _OF_SPREAD = 64 * np.finfo(float).eps, 1e-9

NOT_ESTIMABLE = "not estimable"
CONSTANT = "the outcome does not vary"
CONSTANT_IN_ARMS = "the outcome does not vary within the arms, so that no error can be estimated"
DETERMINED = "the covariates determine the outcome, so that no error can be estimated"
ROUNDED = "the outcome varies by no more than the rounding of its size"
ONE_GROUP = "the outcome varies in at most one group of each arm, so that no error can be estimated"


def refuse_out_of_range(outcome: FloatArray) -> None:
    """Refuse an outcome that computation cannot hold.

    Parameters
    ----------
    outcome : ndarray
        NaN where missing.

    Raises
    ------
    DesignError
        Values are infinite or so large that their squares are, or all so small that their squares are zero.
    """
    size = np.abs(outcome[~np.isnan(outcome)])
    large = int((size > LARGEST).sum())
    if large:
        raise DesignError(f"{large:,} values of the outcome are beyond {LARGEST:g}.")
    top = float(size.max(initial=0.0))
    if 0 < top < SMALLEST:
        raise DesignError(f"no value of the outcome is as large as {SMALLEST:g}; scale it.")


def rounding_of(values: FloatArray) -> float:
    """Return what is rounding in residuals of an outcome.

    Parameters
    ----------
    values : ndarray, shape (n,)
        Without missing ones.
    """
    size = float(np.abs(values).max(initial=0.0))
    return max(_OF_SPREAD * float(np.ptp(values)), _OF_SIZE * size)


def not_estimable(reason: str, n: int) -> ScoredEstimate:
    """Return the estimate of a comparison that an outcome cannot bear.

    Parameters
    ----------
    reason : str
    n : int
        Units of the comparison.

    Returns
    -------
    ScoredEstimate
        Missing, with scores of zero and the reason among its notes.
    """
    # notes are kept in one text, with semicolons between them
    told = reason.rstrip(".").replace("; ", ", ")
    return ScoredEstimate(np.nan, np.zeros(n), notes=(f"{NOT_ESTIMABLE}: {told}",))


def infeasible(reason: str) -> Estimator:
    """Return the estimator of a strategy whose design compares nobody.

    Parameters
    ----------
    reason : str

    Returns
    -------
    callable
        Raises `DesignError` with the reason, whatever the outcome.
    """

    def estimate(_: FloatArray) -> ScoredEstimate:
        raise DesignError(reason)

    return estimate


def settled(
    estimate: ScoredEstimate, outcome: FloatArray, treatment: NDArray[np.int8]
) -> ScoredEstimate:
    """Set to zero what is rounding error in an estimate, and say so where no inference is left.

    Parameters
    ----------
    estimate : ScoredEstimate
    outcome : ndarray, shape (n,) or (n, T)
        NaN where missing; of T waves the changes since the first are looked at.
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    ScoredEstimate
        The same where its scores are more than rounding. Otherwise with scores of zero, from which no
        standard error is computed, without the other standard errors that are rounding, and with a note.

    Raises
    ------
    DesignError
        The outcome varies within arms, by no more than the rounding of its size.
    """
    values = _varying(outcome)
    known = ~np.isnan(values).any(axis=1)
    if not known.any():
        return estimate
    size = float(np.abs(outcome[known]).max())
    values, arm, n = values[known], treatment[known], int(known.sum())
    spread = max(float(np.ptp(values[arm == side], axis=0).max()) for side in np.unique(arm))
    floor = max(_OF_SPREAD * spread, _OF_SIZE * size)
    if 0 < spread <= _OF_SIZE * size:
        raise DesignError(f"{ROUNDED}.")
    if spread > 0 and float(np.abs(estimate.scores).max()) * estimate.n_treated > floor:
        return estimate
    reason = DETERMINED
    if spread == 0:
        reason = CONSTANT if np.ptp(values, axis=0).max() == 0 else CONSTANT_IN_ARMS
    return replace(
        estimate,
        estimate=0.0 if abs(estimate.estimate) <= floor else estimate.estimate,
        scores=np.zeros_like(estimate.scores),
        reduced_scores=None,
        reduced_df=None,
        reduced_rows=None,
        treated_mean_scores=_or_zero(estimate.treated_mean_scores, floor / n),
        control_mean_scores=_or_zero(estimate.control_mean_scores, floor / n),
        notes=(*estimate.notes, reason),
        std_errors=LazyStdErrors(
            {
                kind: partial(_above, estimate.std_errors, kind, floor / np.sqrt(n))
                for kind in estimate.std_errors
            }
        ),
    )


def _above(std_errors: Mapping[str, float], kind: str, floor: float) -> float:
    value = std_errors[kind]
    return value if value > floor else np.nan


def _or_zero(scores: FloatArray | None, floor: float) -> FloatArray | None:
    if scores is None or np.abs(scores).max() > floor:
        return scores
    return _zeros(scores)


def _zeros(scores: FloatArray | None) -> FloatArray | None:
    return None if scores is None else np.zeros_like(scores)


def settling(estimator: Estimator, treatment: NDArray[np.int8]) -> Estimator:
    """Let an estimator refuse outcomes out of range, and set rounding error to zero.

    Parameters
    ----------
    estimator : callable
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    callable
        As `estimator`; raises `DesignError` where `refuse_out_of_range` does.
    """

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        refuse_out_of_range(outcome)
        return settled(estimator(outcome), outcome, treatment)

    return estimate


def settled_by_group(
    estimate: ScoredEstimate,
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    groups: NDArray[np.int64],
) -> ScoredEstimate:
    """Leave an estimate without inference where its outcome varies in at most one group of each arm.

    The error would be that group's own departure, as large as the estimate, and t near 1 whatever happened.

    Parameters
    ----------
    estimate : ScoredEstimate
    outcome : ndarray, shape (n,) or (n, T)
        NaN where missing; of T waves the changes since the first are looked at.
    treatment : ndarray of {0, 1}, shape (n,)
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.

    Returns
    -------
    ScoredEstimate
        The same unless no arm has two groups with a value other than its arm's common one; otherwise with
        scores of zero, no other standard errors and a note.
    """
    values = _varying(outcome)
    used = ~np.isnan(values).any(axis=1)
    if estimate.weights is not None:
        used = used & (estimate.weights != 0)
    departing = [
        _departing_groups(values[inside], groups[inside])
        for inside in (used & (treatment == arm) for arm in (0, 1))
    ]
    if max(departing) != 1 or not estimate.scores.any():
        return estimate
    return replace(
        estimate,
        scores=np.zeros_like(estimate.scores),
        reduced_scores=None,
        reduced_df=None,
        reduced_rows=None,
        treated_mean_scores=_zeros(estimate.treated_mean_scores),
        control_mean_scores=_zeros(estimate.control_mean_scores),
        notes=(*estimate.notes, ONE_GROUP),
        std_errors={},
    )


def _varying(outcome: FloatArray) -> FloatArray:
    """The outcome as a column, or its changes since the first of several waves."""
    columns = outcome.reshape(len(outcome), -1)
    return columns if columns.shape[1] == 1 else columns[:, 1:] - columns[:, :1]


def _departing_groups(values: FloatArray, groups: NDArray[np.int64]) -> int:
    """Groups with another value, in any column, than the one that most groups consist of."""
    if not len(values):
        return 0
    departs = np.zeros(int(groups.max()) + 1, dtype=bool)
    for column in values.T:
        low, high = np.full(len(departs), np.inf), np.full(len(departs), -np.inf)
        np.minimum.at(low, groups, column)
        np.maximum.at(high, groups, column)
        constant = low == high
        departs |= (low <= high) & ~(constant & (low == _usual(low[constant])))
    return int(departs.sum())


def _usual(values: FloatArray) -> float:
    """The value that most groups share; NaN where each of several has its own."""
    common, counts = np.unique(values, return_counts=True)
    shared = len(common) > 0 and (len(common) == 1 or counts.max() > 1)
    return float(common[np.argmax(counts)]) if shared else np.nan


def reporting(estimator: Estimator) -> Estimator:
    """Let an estimator return a missing estimate with the reason instead of raising `DesignError`.

    Parameters
    ----------
    estimator : callable

    Returns
    -------
    callable
        For tables of many estimates, of which one that is not estimable leaves the others standing.
    """

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        try:
            return estimator(outcome)
        except DesignError as problem:
            return not_estimable(str(problem), len(outcome))

    return estimate
