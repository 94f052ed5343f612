"""How a nearest-neighbour strategy searches: its distances, calipers and strata."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

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
from ruralimpact.design.propensity import PropensityScore
from ruralimpact.design.restricted import nearest_within_limits
from ruralimpact.design.ties import data_order
from ruralimpact.errors import ConfigError

if TYPE_CHECKING:
    from ruralimpact.design.strategies.nearest import NearestNeighbour
    from ruralimpact.design.strategies.pair_matching import PairMatching

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
Limits = list[tuple[FloatArray, float]]


@dataclass(frozen=True)
class Search:
    """Who looks for whom, at which coordinates, within which limits and strata.

    Attributes
    ----------
    focal, candidates : ndarray of int
        Positions of the units that look for matches, and of those that serve.
    points : ndarray, shape (n, q)
        Coordinates of all units; one column for a score.
    limits : list of (ndarray of shape (n,), float)
        Variables in which a pair may differ only so much.
    strata : ndarray of int, shape (n,), optional
        Codes of exact strata.
    """

    focal: IntArray
    candidates: IntArray
    points: FloatArray
    limits: Limits
    strata: IntArray | None

    @property
    def focal_strata(self) -> IntArray | None:
        """Strata of the focal units."""
        return None if self.strata is None else self.strata[self.focal]

    @property
    def candidate_strata(self) -> IntArray | None:
        """Strata of the candidates."""
        return None if self.strata is None else self.strata[self.candidates]

    def lists(self, focal: IntArray, candidates: IntArray) -> ListNeighbours:
        """Neighbours from pairs of positions among the focal units and the candidates."""
        return lists_from_pairs(focal, candidates, len(self.focal), len(self.candidates))


def match_points(
    strategy: "PairMatching",
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    propensity: PropensityScore | None,
    *,
    sampling: FloatArray | None = None,
    where: str | None = None,
) -> FloatArray:
    """Coordinates in which a strategy measures distance.

    Parameters
    ----------
    strategy : PairMatching
    covariates : CovariateMatrix, n rows
    treatment : ndarray of {0, 1}, shape (n,)
    propensity : PropensityScore or None
    sampling : ndarray, shape (n,), optional
        Sampling weights of the covariance behind a metric distance.
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
            chosen,
            treatment,
            strategy.distance,
            covariance=strategy.covariance,
            sampling=sampling,
            where=where,
        )
    if propensity is None:
        raise ValueError("this strategy needs a propensity score")
    return propensity.on_scale(strategy.score)[:, None]


def caliper_limits(
    strategy: "PairMatching",
    covariates: CovariateMatrix,
    propensity: PropensityScore | None,
    *,
    inside: NDArray[np.bool_] | None = None,
) -> Limits:
    """Variables in which a pair may differ only so much.

    Parameters
    ----------
    strategy : PairMatching
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


def with_replacement(search: Search, strategy: "NearestNeighbour") -> Neighbours:
    """Find the nearest candidates of each focal unit; a candidate may serve several.

    Parameters
    ----------
    search : Search
    strategy : NearestNeighbour

    Returns
    -------
    Neighbours
    """
    neighbours = _nearest(search, strategy)
    return neighbours if strategy.ties == "all" else _first_of_ties(search, neighbours, strategy.k)


def _nearest(search: Search, strategy: "NearestNeighbour") -> Neighbours:
    focal, candidates = search.points[search.focal], search.points[search.candidates]
    if strategy.distance == "propensity" and not strategy.caliper_covariates:
        return nearest_on_score(
            focal[:, 0],
            candidates[:, 0],
            strategy.k,
            caliper=search.limits[0][1] if search.limits else None,
            tie_tolerance=strategy.tie_tolerance * float(search.points.var(ddof=0)),
            focal_strata=search.focal_strata,
            candidate_strata=search.candidate_strata,
        )
    if not search.limits:
        return nearest_in_space(
            focal,
            candidates,
            strategy.k,
            tie_tolerance=strategy.tie_tolerance,
            focal_strata=search.focal_strata,
            candidate_strata=search.candidate_strata,
        )
    limited, widths = _stacked(search.limits)
    return nearest_within_limits(
        focal,
        candidates,
        strategy.k,
        focal_limits=limited[search.focal],
        candidate_limits=limited[search.candidates],
        widths=widths,
        tie_tolerance=strategy.tie_tolerance,
        focal_strata=search.focal_strata,
        candidate_strata=search.candidate_strata,
    )


def _stacked(limits: Limits) -> tuple[FloatArray, FloatArray]:
    return np.column_stack([column for column, _ in limits]), np.array([w for _, w in limits])


def _first_of_ties(search: Search, neighbours: Neighbours, k: int) -> ListNeighbours:
    """Keep the k nearest, the first in unit order among equals."""
    focal, candidate = neighbours.pairs()
    gap = search.points[search.focal[focal]] - search.points[search.candidates[candidate]]
    by_distance = np.lexsort((candidate, (gap**2).sum(axis=1), focal))
    focal, candidate = focal[by_distance], candidate[by_distance]
    first = np.cumsum(neighbours.counts) - neighbours.counts
    rank = np.arange(len(focal)) - first[focal]
    return search.lists(focal[rank < k], candidate[rank < k])


def without_replacement(search: Search, strategy: "NearestNeighbour") -> ListNeighbours:
    """Give each focal unit candidates of its own, nearest first, in the strategy's order.

    Parameters
    ----------
    search : Search
    strategy : NearestNeighbour

    Returns
    -------
    ListNeighbours
    """
    focal, candidates = search.points[search.focal], search.points[search.candidates]
    if strategy.distance == "propensity" and not strategy.caliper_covariates:
        pairs = greedy_on_score(
            focal[:, 0],
            candidates[:, 0],
            strategy.k,
            order=strategy.order or "descending",
            caliper=search.limits[0][1] if search.limits else None,
            focal_strata=search.focal_strata,
            candidate_strata=search.candidate_strata,
        )
        return search.lists(*pairs)
    limited, widths = _stacked(search.limits) if search.limits else (None, None)
    pairs = greedy_in_space(
        focal,
        candidates,
        _turns(search, strategy),
        strategy.k,
        focal_limits=None if limited is None else limited[search.focal],
        candidate_limits=None if limited is None else limited[search.candidates],
        widths=widths,
        focal_strata=search.focal_strata,
        candidate_strata=search.candidate_strata,
    )
    return search.lists(*pairs)


def _turns(search: Search, strategy: "NearestNeighbour") -> IntArray:
    """Descending score where there is one, else who is farthest from the candidates' mean first."""
    if strategy.order == "id":
        return np.arange(len(search.focal))
    points = search.points[search.focal]
    if search.limits and strategy.caliper is not None:
        score = search.limits[0][0][search.focal]
        hardest = score if strategy.order == "ascending" else -score
    else:
        hardest = -((points - search.points[search.candidates].mean(axis=0)) ** 2).sum(axis=1)
    return data_order(np.column_stack([hardest, points]))
