"""Survival where ends are known to lie between two visits: the estimate of Turnbull, with competing ends.

Written here, and not taken from a library, for the scores: with them standard errors are clustered by group,
as for every other estimate. Values are checked against R's survival.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import nnls

from ruralimpact.survival.curves import Curve

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_EXACT, _CLOSED, _OPEN = (
    -1,
    0,
    1,
)  # order of what begins at a time, ends with it, or begins after it
_STEPS, _TOLERANCE, _NOTHING, _HEAVY = 500, 1e-11, 1e-9, 100.0


@dataclass(frozen=True)
class Visits:
    """Between which visits units ended.

    Attributes
    ----------
    after : ndarray, shape (n,)
        Last time at which each was known to last.
    by : ndarray, shape (n,)
        First time at which it was known to have ended: infinite where it had not. Equal to `after` where
        the time of its end is known.
    end : ndarray of int, shape (n,)
        How it ended, from 1; 0 where it had not.
    """

    after: FloatArray
    by: FloatArray
    end: IntArray


@dataclass(frozen=True)
class BoundedCurve:
    """Least and greatest share that agree with the estimate, at some times.

    They differ at times between the visits of an interval in which units ended.
    """

    low: Curve
    high: Curve


@dataclass(frozen=True)
class Cells:
    """Intervals of time that may hold ends, shape (m,) each; `end` is 0 for what lasts beyond all visits."""

    after: FloatArray
    by: FloatArray
    end: IntArray


@dataclass(frozen=True)
class TurnbullFit:
    """The distribution of ends that makes what was seen most likely.

    Attributes
    ----------
    cells : Cells
    mass : ndarray, shape (m,)
        Probability of each cell.
    scores : ndarray, shape (n, m)
        Influence of each unit on each probability: the derivative by its weight.
    unique : ndarray, shape (m, m), or None
        Projection on the sums of probabilities that the data tell; None where they tell all.
    """

    cells: Cells
    mass: FloatArray
    scores: FloatArray
    unique: FloatArray | None

    def ended(self, end: int, times: FloatArray) -> BoundedCurve:
        """Share that has ended in one way by each time."""
        own = (self.cells.end == end)[:, None]
        surely = own & (self.cells.by[:, None] <= times)
        perhaps = (own | (self.cells.end == 0)[:, None]) & self._begun(times)
        return BoundedCurve(self._sum(surely), self._sum(perhaps | surely))

    def lasts(self, times: FloatArray) -> BoundedCurve:
        """Share that lasts beyond each time."""
        ended = self.cells.by[:, None] <= times
        return BoundedCurve(self._sum(~(ended | self._begun(times))), self._sum(~ended))

    def _begun(self, times: FloatArray) -> NDArray[np.bool_]:
        return np.asarray(self.cells.after[:, None] < times)

    def _sum(self, chosen: NDArray[np.bool_]) -> Curve:
        """Sum the probabilities of cells, shape (m, t); NaN where the data do not tell the sum."""
        picked = chosen.astype(float)
        estimate = np.clip(self.mass @ picked, 0, 1)  # sums of all probabilities round
        scores = self.scores @ picked
        if self.unique is not None:
            apart = np.abs(self.unique @ picked - picked)[self.mass > 0].max(axis=0) > 1e-6
            estimate = np.where(apart, np.nan, estimate)
            scores = np.where(apart, np.nan, scores)
        return Curve(estimate, scores)


def turnbull(visits: Visits) -> TurnbullFit:
    """Estimate when units end, and how, from visits.

    Parameters
    ----------
    visits : Visits
        Of at least one unit.

    Returns
    -------
    TurnbullFit

    Notes
    -----
    Ends can only be told to lie in the innermost intervals: those that begin where some unit was last known
    to last and end where one was known to have ended, with nothing between (Turnbull 1976); with competing
    ends, those of each way to end (Hudgens, Satten & Longini 2001). Scores are the infinitesimal jackknife.
    They give standard errors where visits are few times shared by many units; with as many times of visits
    as units the estimate is known to converge more slowly than such errors suggest (Groeneboom & Wellner
    1992).
    """
    cells = _innermost(visits)
    seen = _Likelihood(_compatible(visits, cells))
    mass = seen.maximised()
    mass[mass < _NOTHING] = 0
    return TurnbullFit(cells, mass / mass.sum(), *seen.influence(mass / mass.sum()))


def _innermost(visits: Visits) -> Cells:
    lasting = visits.end == 0
    parts = []
    for end in sorted(set(visits.end[~lasting].tolist())):
        own = visits.end == end
        begins, stops = _endpoints(visits.after[own], visits.by[own])
        begins |= {(time, _OPEN) for time in visits.after[lasting].tolist()}
        order = sorted(begins | stops)
        parts += [
            (first[0], second[0], end)
            for first, second in pairwise(order)
            if first in begins and second in stops
        ]
    if lasting.any():
        parts.append((float(visits.after[lasting].max()), np.inf, 0))
    after, by, ends = zip(*parts, strict=True)
    return Cells(np.array(after), np.array(by), np.array(ends, dtype=np.int64))


def _endpoints(
    after: FloatArray, by: FloatArray
) -> tuple[set[tuple[float, int]], set[tuple[float, int]]]:
    """Beginnings and ends of intervals, open on the left, or points."""
    kinds = np.where(after == by, _EXACT, _OPEN).tolist()
    begins = set(zip(after.tolist(), kinds, strict=True))
    return begins, {(time, _CLOSED) for time in by.tolist()}


def _compatible(visits: Visits, cells: Cells) -> NDArray[np.bool_]:
    """Whether each unit may have ended in each cell, shape (n, m)."""
    point = (cells.after == cells.by)[None, :]
    after, by = visits.after[:, None], visits.by[:, None]
    begins = np.where(
        point,
        (cells.after > after) | ((after == by) & (cells.after == after)),
        cells.after >= after,
    )
    way = (visits.end[:, None] == 0) | (visits.end[:, None] == cells.end)
    return np.asarray(begins & (cells.by <= by) & way)


@dataclass(frozen=True)
class _Likelihood:
    """Likelihood of probabilities of cells, of units that may have ended in some of them.

    `compatible` has shape (n, m).
    """

    compatible: NDArray[np.bool_]

    @cached_property
    def _alike(self) -> tuple[FloatArray, FloatArray, IntArray]:
        """Distinct rows, how many units have each, and which row each unit has."""
        rows, codes, counts = np.unique(
            self.compatible, axis=0, return_inverse=True, return_counts=True
        )
        return rows.astype(float), counts.astype(float), codes.ravel()

    def maximised(self) -> FloatArray:
        """Return the probabilities, by steps of least squares (Wang 2007)."""
        rows, counts, _ = self._alike
        total = counts.sum()
        mass = np.full(rows.shape[1], 1 / rows.shape[1])
        for _ in range(_STEPS):
            slope = rows.T @ (counts / (rows @ mass))
            if slope.max() <= total * (1 + _TOLERANCE):
                break
            root = np.sqrt(counts)
            scaled = rows / (rows @ mass)[:, None] * root[:, None]
            heavy = np.full(len(mass), _HEAVY * np.sqrt(total))  # the probabilities sum to 1
            aim, _ = nnls(np.vstack([scaled, heavy]), np.append(2 * root, heavy[0]))
            mass = self._improved(mass, aim / aim.sum() - mass)
        return mass

    def _improved(self, mass: FloatArray, change: FloatArray) -> FloatArray:
        """Go as far along a change as the likelihood rises."""
        rows, counts, _ = self._alike

        def log_likelihood(at: FloatArray) -> float:
            density = rows @ at
            return float(counts @ np.log(density)) if (density > 0).all() else -np.inf

        before, share = log_likelihood(mass), 1.0
        while log_likelihood(mass + share * change) < before and share > 1e-12:
            share /= 2
        return mass + share * change

    def influence(self, mass: FloatArray) -> tuple[FloatArray, FloatArray | None]:
        """Influence of units on the probabilities, and the projection on what the data tell of them."""
        rows, counts, codes = self._alike
        inside = mass > 0
        scaled = rows[:, inside] / (rows @ mass)[:, None]
        information = scaled.T @ (scaled * counts[:, None])
        inverse = np.linalg.pinv(information, rcond=1e-10, hermitian=True)
        scores = np.zeros(self.compatible.shape)
        scores[:, inside] = ((scaled - 1) @ inverse)[codes]
        if (
            np.linalg.matrix_rank(information, tol=1e-10 * information.max(), hermitian=True)
            == inside.sum()
        ):
            return scores, None
        unique = np.zeros((len(mass), len(mass)))
        unique[np.ix_(inside, inside)] = information @ inverse
        return scores, unique
