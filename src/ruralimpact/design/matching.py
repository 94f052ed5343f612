"""From a strategy to matched sets and weights. Nothing here can see an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.greedy import greedy_in_space, greedy_on_score
from ruralimpact.design.metric import whiten
from ruralimpact.design.neighbours import (
    ListNeighbours,
    Neighbours,
    lists_from_pairs,
    nearest_in_space,
    nearest_on_score,
)
from ruralimpact.design.propensity import PropensityScore, refuse_empty_arm
from ruralimpact.design.restricted import nearest_within_limits
from ruralimpact.design.strategies import NearestNeighbour, OptimalMatching
from ruralimpact.errors import ConfigError, DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Limits = list[tuple[FloatArray, float]]


@dataclass(frozen=True)
class Design:
    """Matched sets and weights of one strategy.

    Attributes
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        1 for a matched focal unit (a treated one for the ATT); for its matches the total of their shares,
        which sums to the number of matched focal units; 0 for units left out.
    focal, candidates : ndarray of int
        Positions of the units that look for matches, and of those that serve.
    neighbours : Neighbours or None
        Matches of `focal` among `candidates`; None for weights that come from no matching.
    set_ids : ndarray of int, shape (n,), optional
        Disjoint matched sets (-1 outside); None where a candidate may serve twice.
    dropped : dict of str to int
        Focal units without a match, by reason.
    """

    treatment: NDArray[np.int8]
    weights: FloatArray
    focal: IntArray
    candidates: IntArray
    neighbours: Neighbours | None
    set_ids: IntArray | None
    dropped: dict[str, int]

    @property
    def matched(self) -> NDArray[np.bool_]:
        """Which of the focal units are in the estimand, shape (n_focal,)."""
        return self.weights[self.focal] > 0

    def pairs(self) -> tuple[IntArray, IntArray, FloatArray]:
        """Unit positions of every pair (focal, match) and the match's share.

        Returns
        -------
        focal, match : ndarray of int
        share : ndarray
            Sums to 1 over the matches of each focal unit.
        """
        if self.neighbours is None:
            return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0)
        focal, candidate = self.neighbours.pairs()
        share = 1.0 / self.neighbours.counts[focal]
        return self.focal[focal], self.candidates[candidate], share


def match_nearest(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    strategy: NearestNeighbour,
    *,
    propensity: PropensityScore | None = None,
    strata: IntArray | None = None,
    focal_arm: int = 1,
    where: str | None = None,
) -> Design:
    """Match each unit of one arm with its nearest units of the other.

    Parameters
    ----------
    covariates : CovariateMatrix, n rows
        Rows in the order that breaks ties (sorted by unit id).
    treatment : ndarray of {0, 1}, shape (n,)
    strategy : NearestNeighbour
    propensity : PropensityScore, optional
        Needed when the strategy uses the score.
    strata : ndarray of int, shape (n,), optional
        Codes of the exact strata.
    focal_arm : {1, 0}
        1 matches treated units with controls (ATT), 0 the reverse (ATC).
    where : str, optional
        Name of the comparison, for error messages.

    Returns
    -------
    Design

    Raises
    ------
    DesignError
        An arm is empty, or no focal unit finds a match.
    """
    refuse_empty_arm(treatment, where)
    inside = _support(propensity, treatment, strategy)
    focal = np.flatnonzero((treatment == focal_arm) & inside)
    candidates = np.flatnonzero((treatment != focal_arm) & inside)
    if len(focal) == 0 or len(candidates) == 0:
        raise DesignError(f"{where + ': ' if where else ''}no unit lies on the common support.")
    search = _Search(
        focal,
        candidates,
        match_points(strategy, covariates, treatment, propensity, where=where),
        caliper_limits(strategy, covariates, propensity, inside=inside),
        strata,
    )
    neighbours = _with_replacement(search, strategy) if strategy.replace else _without(search, strategy)
    dropped = _count_dropped(search, neighbours, strategy, int((treatment == focal_arm).sum()))
    if not (neighbours.counts > 0).any():
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in dropped.items())
        raise DesignError(f"{where + ': ' if where else ''}no unit finds a match ({reasons}).")
    weights = np.zeros(len(treatment))
    matched = neighbours.counts > 0
    weights[focal[matched]] = 1.0
    shares = np.where(matched, 1.0 / np.maximum(neighbours.counts, 1), 0.0)
    weights[candidates] = neighbours.usage(shares)
    sets = None if strategy.replace else _set_ids(search, neighbours, len(treatment))
    return Design(treatment, weights, focal, candidates, neighbours, sets, dropped)


@dataclass(frozen=True)
class _Search:
    """Who looks for whom, at which coordinates, within which limits and strata."""

    focal: IntArray
    candidates: IntArray
    points: FloatArray
    limits: Limits
    strata: IntArray | None

    def split(self, values: NDArray | None) -> tuple[NDArray | None, NDArray | None]:  # type: ignore[type-arg]
        return (None, None) if values is None else (values[self.focal], values[self.candidates])


def _support(
    propensity: PropensityScore | None, treatment: NDArray[np.int8], strategy: NearestNeighbour
) -> NDArray[np.bool_]:
    if strategy.discard == "none" or propensity is None:
        return np.ones(len(treatment), dtype=bool)
    score = propensity.linear_predictor
    arms = [score[treatment == arm] for arm in (0, 1)]
    low, high = max(a.min() for a in arms), min(a.max() for a in arms)
    return (score >= low) & (score <= high)


def match_points(
    strategy: NearestNeighbour | OptimalMatching,
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    propensity: PropensityScore | None,
    *,
    where: str | None = None,
) -> FloatArray:
    """Coordinates in which a strategy measures distance.

    Parameters
    ----------
    strategy : NearestNeighbour or OptimalMatching
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    propensity : PropensityScore or None
    where : str, optional
        Name of the comparison, for error messages.

    Returns
    -------
    ndarray, shape (n, q)
        One column for a score.
    """
    if strategy.distance != "propensity":
        chosen = covariates.select(strategy.metric_covariates)
        return whiten(
            chosen, treatment, strategy.distance, covariance=strategy.covariance, where=where
        )
    if propensity is None:
        raise ValueError("this strategy needs a propensity score")
    return propensity.on_scale(strategy.score)[:, None]


def caliper_limits(
    strategy: NearestNeighbour | OptimalMatching,
    covariates: CovariateMatrix,
    propensity: PropensityScore | None,
    *,
    inside: NDArray[np.bool_] | None = None,
) -> Limits:
    """Variables in which a pair may differ only so much.

    Parameters
    ----------
    strategy : NearestNeighbour or OptimalMatching
    covariates : CovariateMatrix, n rows
    propensity : PropensityScore or None
    inside : ndarray of bool, shape (n,), optional
        Units over which standard deviations are taken; all by default.

    Returns
    -------
    list of (ndarray of shape (n,), float)
        Each variable with the largest difference allowed.
    """
    over = slice(None) if inside is None else inside
    limits: Limits = []
    if strategy.caliper is not None and propensity is not None:
        score = propensity.on_scale(strategy.score)
        limits.append((score, strategy.caliper * float(score[over].std(ddof=1))))
    for name, width in strategy.caliper_covariates.items():
        if name not in covariates.names:
            raise ConfigError(
                f"a caliper on '{name}', which is no numeric covariate of the comparison; those are "
                f"{', '.join(covariates.names)}.",
                key="caliper_covariates",
            )
        column = covariates.values[:, covariates.names.index(name)]
        limits.append((column, width * float(column[over].std(ddof=1))))
    return limits


def _only_score_caliper(search: _Search) -> float | None:
    return search.limits[0][1] if search.limits else None


def _stacked(limits: Limits) -> tuple[FloatArray, FloatArray]:
    return np.column_stack([column for column, _ in limits]), np.array([w for _, w in limits])


def _with_replacement(search: _Search, strategy: NearestNeighbour) -> Neighbours:
    focal_points, candidate_points = search.points[search.focal], search.points[search.candidates]
    focal_strata, candidate_strata = search.split(search.strata)
    strata = {"focal_strata": focal_strata, "candidate_strata": candidate_strata}
    found: Neighbours
    if strategy.distance == "propensity" and not strategy.caliper_covariates:
        tolerance = strategy.tie_tolerance * float(search.points.var(ddof=0))
        found = nearest_on_score(
            focal_points[:, 0],
            candidate_points[:, 0],
            strategy.k,
            caliper=_only_score_caliper(search),
            tie_tolerance=tolerance,
            **strata,
        )
    elif not search.limits:
        found = nearest_in_space(
            focal_points, candidate_points, strategy.k, tie_tolerance=strategy.tie_tolerance, **strata
        )
    else:
        limits, widths = _stacked(search.limits)
        focal_limits, candidate_limits = search.split(limits)
        found = nearest_within_limits(
            focal_points,
            candidate_points,
            strategy.k,
            focal_limits=focal_limits,
            candidate_limits=candidate_limits,
            widths=widths,
            tie_tolerance=strategy.tie_tolerance,
            **strata,
        )
    return found if strategy.ties == "all" else _first_of_ties(search, found, strategy.k)


def _first_of_ties(search: _Search, found: Neighbours, k: int) -> ListNeighbours:
    """Keep the k nearest, the first in unit order among equals."""
    focal, candidate = found.pairs()
    gap = search.points[search.focal[focal]] - search.points[search.candidates[candidate]]
    by_distance = np.lexsort((candidate, (gap**2).sum(axis=1), focal))
    focal, candidate = focal[by_distance], candidate[by_distance]
    first = np.cumsum(found.counts) - found.counts
    rank = np.arange(len(focal)) - first[focal]
    return _as_lists(focal[rank < k], candidate[rank < k], search)


def _without(search: _Search, strategy: NearestNeighbour) -> ListNeighbours:
    focal_points, candidate_points = search.points[search.focal], search.points[search.candidates]
    focal_strata, candidate_strata = search.split(search.strata)
    if strategy.distance == "propensity" and not strategy.caliper_covariates:
        focal, candidate = greedy_on_score(
            focal_points[:, 0],
            candidate_points[:, 0],
            strategy.k,
            order=strategy.order or "descending",
            caliper=_only_score_caliper(search),
            focal_strata=focal_strata,
            candidate_strata=candidate_strata,
        )
        return _as_lists(focal, candidate, search)
    limits, widths = _stacked(search.limits) if search.limits else (None, None)
    focal_limits, candidate_limits = search.split(limits)
    focal, candidate = greedy_in_space(
        focal_points,
        candidate_points,
        _turns(search, strategy),
        strategy.k,
        focal_limits=focal_limits,
        candidate_limits=candidate_limits,
        widths=widths,
        focal_strata=focal_strata,
        candidate_strata=candidate_strata,
    )
    return _as_lists(focal, candidate, search)


def _turns(search: _Search, strategy: NearestNeighbour) -> IntArray:
    """Descending score where there is one, else the order of ids."""
    if not search.limits or strategy.caliper is None or strategy.order == "id":
        return np.arange(len(search.focal))
    score = search.limits[0][0][search.focal]
    return np.argsort(score if strategy.order == "ascending" else -score, kind="stable")


def _as_lists(focal: IntArray, candidate: IntArray, search: _Search) -> ListNeighbours:
    return lists_from_pairs(focal, candidate, len(search.focal), len(search.candidates))


def _set_ids(search: _Search, neighbours: Neighbours, n: int) -> IntArray:
    focal, candidate = neighbours.pairs()
    sets = np.full(n, -1, dtype=np.int64)
    sets[search.focal[focal]] = focal
    sets[search.candidates[candidate]] = focal
    return sets


def _count_dropped(
    search: _Search, neighbours: Neighbours, strategy: NearestNeighbour, n_focal: int
) -> dict[str, int]:
    """Count focal units without a match, by the first reason that applies."""
    alone = neighbours.counts == 0
    reasons: Mapping[str, int] = {
        "outside the common support": n_focal - len(search.focal),
        "no candidate in the same stratum": _without_stratum(search, alone),
    }
    rest = int(alone.sum()) - reasons["no candidate in the same stratum"]
    if strategy.replace:
        last = "no candidate within the caliper"
    elif not search.limits:
        last = "candidates used up"
    else:
        last = "no candidate left within the caliper"
    return {reason: count for reason, count in {**reasons, last: rest}.items() if count}


def _without_stratum(search: _Search, alone: NDArray[np.bool_]) -> int:
    if search.strata is None:
        return 0
    present = np.unique(search.strata[search.candidates])
    return int((alone & ~np.isin(search.strata[search.focal], present)).sum())
