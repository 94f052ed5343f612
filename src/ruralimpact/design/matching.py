"""From a strategy to matched sets and weights. Nothing here can see an outcome."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.neighbours import Neighbours, only_complete
from ruralimpact.design.propensity import PropensityScore, refuse_empty_arm
from ruralimpact.design.search import (
    Search,
    caliper_limits,
    match_points,
    with_replacement,
    without_replacement,
)
from ruralimpact.design.shared_pairs import alike, share_pairs
from ruralimpact.errors import DesignError

if TYPE_CHECKING:
    from ruralimpact.design.strategies.nearest import NearestNeighbour

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NO_STRATUM = "no candidate in the same stratum"


@dataclass(frozen=True)
class Design:
    """Matched sets and weights of one strategy.

    Attributes
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    weights : ndarray, shape (n,)
        1 for a matched focal unit (a treated one for the ATT); for its matches the total of their shares,
        which sums to the number of matched focal units; 0 for units excluded.
    focal, candidates : ndarray of int
        Positions of the units that look for matches, and of those that serve.
    neighbours : Neighbours or None
        Matches of `focal` among `candidates`; None for weights that come from no matching.
    set_ids : ndarray of int, shape (n,), optional
        Disjoint matched sets (-1 outside); None where a candidate may serve twice.
    dropped : dict of str to int
        Focal units without a match, by reason.
    shares : ndarray, shape (n_pairs,), optional
        Share of each pair of `neighbours` in its focal unit's comparison; equal ones where None.
    served : ndarray, shape (n_focal,), optional
        Share of a focal unit that is matched: below 1 where of several alike not all find a match. 1 or 0, by
        `weights`, where None.
    infeasible : str
        Why nothing can be matched or weighted as the strategy asks, all weights being 0; else empty.
    """

    treatment: NDArray[np.int8]
    weights: FloatArray
    focal: IntArray
    candidates: IntArray
    neighbours: Neighbours | None
    set_ids: IntArray | None
    dropped: dict[str, int]
    shares: FloatArray | None = None
    served: FloatArray | None = None
    infeasible: str = ""

    @property
    def n_served(self) -> int:
        """Number of focal units in the estimand."""
        return int(np.rint(self.served_units.sum()))

    @property
    def served_units(self) -> FloatArray:
        """How much of each unit, as a focal one, is in the estimand, shape (n,)."""
        units = np.zeros(len(self.treatment))
        units[self.focal] = self.matched if self.served is None else self.served
        return units

    @property
    def matched(self) -> NDArray[np.bool_]:
        """Which of the focal units are in the estimand, shape (n_focal,)."""
        return self.weights[self.focal] > 0

    def n_short(self, k: int) -> int:
        """Number of focal units in the estimand that have fewer than `k` matches."""
        if self.neighbours is None:
            return 0
        return int((self.matched & (self.neighbours.counts < k)).sum())

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
        share = 1.0 / self.neighbours.counts[focal] if self.shares is None else self.shares
        return self.focal[focal], self.candidates[candidate], share


def infeasible_design(treatment: NDArray[np.int8], reason: str) -> Design:
    """Return the design of a strategy that this comparison cannot bear: it compares nobody.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    reason : str
        Such as that the treated mean of a covariate lies outside the controls' range.

    Returns
    -------
    Design
    """
    return Design(
        treatment,
        np.zeros(len(treatment)),
        np.flatnonzero(treatment == 1),
        np.flatnonzero(treatment == 0),
        neighbours=None,
        set_ids=None,
        dropped={},
        infeasible=reason,
    )


def match_nearest(
    covariates: CovariateMatrix,
    treatment: NDArray[np.int8],
    strategy: "NearestNeighbour",
    *,
    propensity: PropensityScore | None = None,
    strata: IntArray | None = None,
    focal_arm: int = 1,
    sampling: FloatArray | None = None,
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
    sampling : ndarray, shape (n,), optional
        Sampling weights of the covariance behind a metric distance; see `sampled_design` for the rest.
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
    search = Search(
        focal,
        candidates,
        match_points(strategy, covariates, treatment, propensity, sampling=sampling, where=where),
        caliper_limits(strategy, covariates, propensity, inside=inside),
        strata,
    )
    neighbours = (
        with_replacement(search, strategy)
        if strategy.replace
        else without_replacement(search, strategy)
    )
    n_focal = int((treatment == focal_arm).sum())
    if strategy.incomplete == "drop":
        complete = only_complete(neighbours, strategy.k)
        short = int((neighbours.counts > 0).sum() - (complete.counts > 0).sum())
        dropped = _count_dropped(search, neighbours, strategy, n_focal)
        dropped |= {f"fewer than {strategy.k} candidates within reach": short} if short else {}
        neighbours = complete
    else:
        dropped = _count_dropped(search, neighbours, strategy, n_focal)
    if not (neighbours.counts > 0).any():
        reasons = "; ".join(f"{reason}: {count:,}" for reason, count in dropped.items())
        raise DesignError(f"{where + ': ' if where else ''}no unit finds a match ({reasons}).")
    if not strategy.replace and strategy.ties == "all":
        return shared_design(treatment, search, neighbours, dropped)
    weights = np.zeros(len(treatment))
    matched = neighbours.counts > 0
    weights[focal[matched]] = 1.0
    shares = np.where(matched, 1.0 / np.maximum(neighbours.counts, 1), 0.0)
    weights[candidates] = neighbours.usage(shares)
    sets = None if strategy.replace else _set_ids(search, neighbours, len(treatment))
    return Design(treatment, weights, focal, candidates, neighbours, sets, dropped)


def shared_design(
    treatment: NDArray[np.int8], search: Search, neighbours: Neighbours, dropped: dict[str, int]
) -> Design:
    """Give every unit the share of a match without replacement that those like it have.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    search : Search
    neighbours : Neighbours
        Of one match, in which a candidate serves once.
    dropped : dict of str to int
        Focal units without a match, by reason.

    Returns
    -------
    Design
        The average over all orders of units alike; the match itself where none are.
    """
    columns = np.column_stack([search.points, *(column for column, _ in search.limits)])
    classes = alike(columns, search.strata)
    owner, member = neighbours.pairs()
    shared = share_pairs(owner, member, classes[search.focal], classes[search.candidates])
    weights = np.zeros(len(treatment))
    weights[search.focal] = shared.matched
    weights[search.candidates] = np.bincount(
        shared.member,
        shared.share * shared.matched[shared.owner],
        minlength=len(search.candidates),
    )
    sets = np.full(len(treatment), -1, dtype=np.int64)
    sets[search.focal], sets[search.candidates] = shared.focal_sets, shared.candidate_sets
    return Design(
        treatment,
        weights,
        search.focal,
        search.candidates,
        search.lists(shared.owner, shared.member),
        sets,
        dropped,
        shared.share,
        shared.matched,
    )


def _support(
    propensity: PropensityScore | None, treatment: NDArray[np.int8], strategy: "NearestNeighbour"
) -> NDArray[np.bool_]:
    if strategy.discard == "none" or propensity is None:
        return np.ones(len(treatment), dtype=bool)
    score = propensity.linear_predictor
    arms = [score[treatment == arm] for arm in (0, 1)]
    low = max(float(scores.min()) for scores in arms)
    high = min(float(scores.max()) for scores in arms)
    inside: NDArray[np.bool_] = (score >= low) & (score <= high)
    return inside


def _set_ids(search: Search, neighbours: Neighbours, n: int) -> IntArray:
    focal, candidate = neighbours.pairs()
    sets = np.full(n, -1, dtype=np.int64)
    sets[search.focal[focal]] = focal
    sets[search.candidates[candidate]] = focal
    return sets


def _count_dropped(
    search: Search, neighbours: Neighbours, strategy: "NearestNeighbour", n_focal: int
) -> dict[str, int]:
    """Count focal units without a match, by the first reason that applies."""
    alone = neighbours.counts == 0
    reasons: Mapping[str, int] = {
        "outside the common support": n_focal - len(search.focal),
        NO_STRATUM: _without_stratum(search, alone),
    }
    rest = int(alone.sum()) - reasons[NO_STRATUM]
    if strategy.replace:
        last = "no candidate within the caliper"
    elif not search.limits:
        last = "candidates used up"
    else:
        last = "no candidate left within the caliper"
    return {reason: count for reason, count in {**reasons, last: rest}.items() if count}


def _without_stratum(search: Search, alone: NDArray[np.bool_]) -> int:
    if search.strata is None:
        return 0
    present = np.unique(search.strata[search.candidates])
    return int((alone & ~np.isin(search.strata[search.focal], present)).sum())
