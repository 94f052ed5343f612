"""Kaplan-Meier and Aalen-Johansen estimates, each with one influence score a unit.

Written here, and not taken from a library, for the scores: with them standard errors are clustered by group,
as for every other estimate. Values are checked against R's survival.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Curve:
    """An estimate at some times.

    Attributes
    ----------
    estimate : ndarray, shape (t,)
    scores : ndarray, shape (n, t)
        Influence of each unit on the estimate: the derivative by its weight (infinitesimal jackknife).
    """

    estimate: FloatArray
    scores: FloatArray


@dataclass(frozen=True)
class Lifetimes:
    """How long units lasted.

    Attributes
    ----------
    time : ndarray, shape (n,)
        Until it ended, or was last observed.
    end : ndarray of int, shape (n,)
        How it ended, from 1; 0 where it had not (censored).
    """

    time: FloatArray
    end: NDArray[np.integer]

    def steps(self) -> FloatArray:
        """Times at which any unit ended, in order."""
        return np.unique(self.time[self.end > 0])

    def at_risk(self, times: FloatArray) -> NDArray[np.bool_]:
        """Whether each unit lasts just before each time, shape (n, t)."""
        return np.asarray(self.time[:, None] >= times[None, :])

    def ended_at(self, times: FloatArray, end: int | None = None) -> NDArray[np.bool_]:
        """Whether each unit ended at each time, in one way or in any, shape (n, t)."""
        chosen = self.end > 0 if end is None else self.end == end
        return np.asarray((self.time[:, None] == times[None, :]) & chosen[:, None])


def kaplan_meier(lifetimes: Lifetimes, times: FloatArray) -> Curve:
    """Estimate the share that lasts beyond each time (Kaplan & Meier 1958).

    Parameters
    ----------
    lifetimes : Lifetimes
    times : ndarray, shape (t,)

    Returns
    -------
    Curve
    """
    steps = lifetimes.steps()
    survival, scores = _survival(lifetimes, steps)
    at = np.searchsorted(steps, times, side="right")
    padded = np.concatenate([[1.0], survival])
    padded_scores = np.concatenate([np.zeros((len(lifetimes.time), 1)), scores], axis=1)
    return Curve(padded[at], padded_scores[:, at])


def aalen_johansen(lifetimes: Lifetimes, end: int, times: FloatArray) -> Curve:
    """Estimate the share that has ended in one way by each time (Aalen & Johansen 1978).

    Units that ended in another way stay in the denominator: they can no longer end in this one.

    Parameters
    ----------
    lifetimes : Lifetimes
    end : int
    times : ndarray, shape (t,)

    Returns
    -------
    Curve
    """
    steps = lifetimes.steps()
    survival, survival_scores = _survival(lifetimes, steps)
    n = len(lifetimes.time)
    before = np.concatenate([[1.0], survival[:-1]]) if len(steps) else survival
    before_scores = np.concatenate([np.zeros((n, 1)), survival_scores[:, :-1]], axis=1)
    before_scores = before_scores[:, : len(steps)]
    risk, ended = lifetimes.at_risk(steps), lifetimes.ended_at(steps, end)
    n_risk, n_ended = risk.sum(axis=0), ended.sum(axis=0)
    hazard = n_ended / n_risk
    hazard_scores = (ended - risk * hazard) / n_risk
    incidence = np.cumsum(before * hazard)
    scores = np.cumsum(before_scores * hazard + before * hazard_scores, axis=1)
    at = np.searchsorted(steps, times, side="right")
    padded = np.concatenate([[0.0], incidence])
    return Curve(padded[at], np.concatenate([np.zeros((n, 1)), scores], axis=1)[:, at])


def _survival(lifetimes: Lifetimes, steps: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Share that lasts beyond each step, with scores of shape (n, steps)."""
    risk, ended = lifetimes.at_risk(steps), lifetimes.ended_at(steps)
    n_risk, n_ended = risk.sum(axis=0), ended.sum(axis=0)
    hazard = n_ended / n_risk
    survival = np.cumprod(1 - hazard)
    lasting = n_risk - n_ended
    with np.errstate(divide="ignore", invalid="ignore"):
        of_log = np.where(lasting > 0, -(ended - risk * hazard) / lasting, 0.0)
    # Where the last unit at risk ends, nothing is left, whatever its weight.
    return survival, survival * np.cumsum(of_log, axis=1)


def clustered_error(scores: FloatArray, groups: NDArray[np.object_]) -> FloatArray:
    """Return standard errors clustered by group, shape (t,): scores are summed within groups."""
    _, codes = np.unique(groups.astype(str), return_inverse=True)
    sums = np.zeros((codes.max() + 1 if len(codes) else 0, scores.shape[1]))
    np.add.at(sums, codes, scores)
    return np.asarray(np.sqrt((sums**2).sum(axis=0)))
