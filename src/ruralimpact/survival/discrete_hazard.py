"""Regression of a hazard in discrete time, of ends that are known to lie between two times."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_STEPS, _TOLERANCE, _TINY = 100, 1e-9, 1e-30
_LARGEST = 15.0  # a log hazard ratio beyond it is on its way to infinity


@dataclass(frozen=True)
class Periods:
    """Between which of the limits 0 .. J of J periods units ended.

    Attributes
    ----------
    after : ndarray of int, shape (n,)
        Limit up to which each was known to last.
    by : ndarray of int, shape (n,)
        Limit by which it was known to have ended; J + 1 where it had not.
    number : int
        J.
    """

    after: IntArray
    by: IntArray
    number: int


@dataclass(frozen=True)
class HazardFit:
    """A regression of the hazard.

    Attributes
    ----------
    coefficients : ndarray, shape (k,)
        Logarithms of hazard ratios.
    scores : ndarray, shape (n, k)
        Influence of each unit on them.
    """

    coefficients: FloatArray
    scores: FloatArray


def periods_of(after: FloatArray, by: FloatArray, limits: FloatArray) -> tuple[Periods, FloatArray]:
    """Place units between limits of periods.

    Parameters
    ----------
    after, by : ndarray, shape (n,)
        Last time at which each was known to last, first at which it was known to have ended (infinite: not).
        Equal where the time of the end is known.
    limits : ndarray, shape (l,)
        Rising.

    Returns
    -------
    Periods
    ndarray
        The limits that are kept: those that end a period in which some unit is known to have ended, and
        beyond which some is known to last. The hazard of others would be estimated as 0 or 1; a period
        without ends is joined to the next, and units are followed up to the last limit.
    """
    kept: list[float] = []
    known = np.maximum(np.where(after == by, np.nextafter(after, -np.inf), after), 0.0)
    for limit in limits[limits <= known.max()].tolist():
        before = kept[-1] if kept else 0.0
        if ((known >= before) & (by <= limit)).any():
            kept.append(limit)
    ends = np.array(kept)
    first = np.searchsorted(ends, known, side="right")
    last = np.searchsorted(ends, by, side="left") + 1
    return Periods(first.astype(np.int64), last.astype(np.int64), len(ends)), ends


def fit_hazard(periods: Periods, design: FloatArray) -> HazardFit | None:
    """Estimate proportional hazards in discrete time by maximum likelihood.

    Parameters
    ----------
    periods : Periods
        Of at least one period.
    design : ndarray, shape (n, k)
        Without a constant: each period has a hazard of its own.

    Returns
    -------
    HazardFit or None
        None where the likelihood has no maximum.

    Notes
    -----
    The share of units with covariates x that lasts beyond limit j is S_j(x) = exp(-exp(x'b) sum_{l <= j}
    exp(a_l)): in each period the complementary log-log of the hazard is a_j + x'b, and b are the logarithms
    of hazard ratios in continuous time (Prentice & Gloeckler 1978). A unit known to end between two limits
    contributes S_after - S_by, be it one period or several.
    """
    model = _Model(periods, design)
    at = np.concatenate([model.start(), np.zeros(design.shape[1])])
    value = model.log_likelihood(at)
    for _ in range(_STEPS):
        gradient, curvature = model.scores(at).sum(axis=0), model.curvature(at)
        if np.linalg.cond(curvature) > 1e12:
            return None
        change = np.linalg.solve(curvature, gradient)
        share = 1.0
        while model.log_likelihood(at + share * change) < value - 1e-12 and share > 1e-10:
            share /= 2
        at = at + share * change
        value = model.log_likelihood(at)
        if np.abs(change).max() < _TOLERANCE:
            return _fitted(model, at)
    return None


def _fitted(model: "_Model", at: FloatArray) -> HazardFit | None:
    own = slice(model.periods.number, None)
    if np.abs(at[own]).max(initial=0) > _LARGEST:
        return None
    influence = np.linalg.solve(model.curvature(at), model.scores(at).real.T).T
    return HazardFit(at[own], influence[:, own])


@dataclass(frozen=True)
class _Model:
    """Likelihood of the parameters (a_1 .. a_J, b)."""

    periods: Periods
    design: FloatArray

    def start(self) -> FloatArray:
        """Hazards of the periods without covariates, of units whose period is known."""
        limits = np.arange(1, self.periods.number + 1)[:, None]
        risk = (self.periods.after >= limits - 1).sum(axis=1)
        ended = ((self.periods.by == limits) & (self.periods.after < limits)).sum(axis=1)
        hazard = np.clip((ended + 0.5) / (risk + 1), 0.01, 0.99)
        return np.asarray(np.log(-np.log1p(-hazard)))

    def log_likelihood(self, at: FloatArray) -> float:
        lasting, by = self._shares(at)[:2]
        return float(np.log(np.maximum((lasting - by).real, _TINY)).sum())

    def scores(self, at: NDArray[np.complexfloating] | FloatArray) -> NDArray[np.inexact]:
        """Derivatives of each unit's part of the log-likelihood, shape (n, J + k)."""
        lasting, by, hazards = self._shares(at)
        ratio = np.exp(self.design @ at[self.periods.number :])
        parts = []
        for share, limit in ((lasting, self.periods.after), (by, self.periods.by)):
            within = np.arange(1, self.periods.number + 1) <= limit[:, None]
            baseline = -(share * ratio)[:, None] * within * hazards
            parts.append(np.hstack([baseline, baseline.sum(axis=1, keepdims=True) * self.design]))
        return np.asarray((parts[0] - parts[1]) / (lasting - by)[:, None])

    def curvature(self, at: FloatArray) -> FloatArray:
        """Negative second derivatives, exact: of the scores, by a complex step."""
        step = 1e-30
        columns = []
        for position in range(len(at)):
            moved = at.astype(complex)
            moved[position] += step * 1j
            columns.append(self.scores(moved).sum(axis=0).imag / step)
        return -np.array(columns)

    def _shares(
        self, at: NDArray[np.inexact]
    ) -> tuple[NDArray[np.inexact], NDArray[np.inexact], NDArray[np.inexact]]:
        """Shares that last beyond `after` and beyond `by`, by unit, and hazards exp(a) by period."""
        number = self.periods.number
        hazards = np.exp(at[:number])
        summed = np.concatenate([[0], np.cumsum(hazards)])
        ratio = np.exp(self.design @ at[number:])
        lasting = np.exp(-ratio * summed[self.periods.after])
        ended = self.periods.by <= number
        by = np.where(ended, np.exp(-ratio * summed[np.minimum(self.periods.by, number)]), 0)
        return lasting, by, hazards
