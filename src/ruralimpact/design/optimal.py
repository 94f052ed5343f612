"""Optimal pair matching without replacement: the least total distance, not the greedy one."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.propensity import refuse_empty_arm
from ruralimpact.design.ties import data_rank
from ruralimpact.design.unit_weights import UnitWeights, refuse_non_finite
from ruralimpact.design.windows import expand, within_reach
from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

NO_CANDIDATE = "no control inside the caliper"
USED_UP = "controls inside the caliper used up"

_MOST_PAIRS = 30_000_000
# What decides between pairings of the same total distance, as shares of the longest distance.
_BY_SQUARE, _BY_RANK = 1e-7, 1e-9


@dataclass(frozen=True)
class Caliper:
    """The most by which two matched units may differ.

    Attributes
    ----------
    values : ndarray, shape (n,)
    width : float
        In units of `values`; exactly this difference is allowed.
    """

    values: FloatArray
    width: float


@dataclass(frozen=True)
class OptimalPairs(UnitWeights):
    """Disjoint matched sets; `strata` holds the set of each unit.

    Attributes
    ----------
    treated_index, control_index : ndarray of int, shape (n_pairs,)
        Rows of the two units of each pair, in ascending order.
    distance : ndarray, shape (n_pairs,)
    short : int
        Treated units with fewer than k controls, but at least one.
    """

    treated_index: IntArray = field(default_factory=lambda: np.empty(0, int))
    control_index: IntArray = field(default_factory=lambda: np.empty(0, int))
    distance: FloatArray = field(default_factory=lambda: np.empty(0))
    short: int = 0


def optimal_pairs(
    treatment: NDArray[np.int8],
    coordinates: FloatArray,
    *,
    k: int = 1,
    calipers: Sequence[Caliper] = (),
    strata: IntArray | None = None,
) -> OptimalPairs:
    """Match each treated unit to k controls of its own at the least total distance.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    coordinates : ndarray, shape (n, q)
        Distance is Euclidean here: one column for a score, whitened covariates for Mahalanobis.
    k : int
        Controls for each treated unit.
    calipers : sequence of Caliper
    strata : ndarray of int, shape (n,), optional
        Pairs form inside strata only.

    Returns
    -------
    OptimalPairs

    Raises
    ------
    DesignError
        An arm is empty, values are not finite, no pair is allowed, or there are so many allowed
        pairs that they do not fit in memory.

    Notes
    -----
    Where not every place can be filled, the number of filled places plus the number of treated
    units served is maximised first, and the total distance minimised among the ways to do so: each
    place may stay empty at a price that no saving in distance can repay, twice as high for a
    unit's first place.
    Many pairings may have the same total distance, and rounding would pick one. Among them the least sum of
    squared distances is taken, and of controls equally near the first by its coordinates, the lower score.
    On a score two pairs may cross or not at the same total distance, so that squares may differ by less than
    rounding: pairs are uncrossed, in the order of the scores. Only units that share their coordinates are
    then told apart by row; see `ruralimpact.design.ties`.

    References
    ----------
    Rosenbaum (1989), Journal of the American Statistical Association 84(408). The assignment is
    solved by the shortest augmenting paths of Jonker & Volgenant (1987) on the sparse graph of
    allowed pairs, as scipy has it.
    """
    refuse_empty_arm(treatment)
    refuse_non_finite(coordinates, "matching distance")
    if k < 1:
        raise DesignError(f"optimal matching needs k of at least 1, not {k}.")
    canonical = np.lexsort(coordinates.T[::-1])
    treated, control = (canonical[treatment[canonical] == arm] for arm in (1, 0))
    groups = np.zeros(len(treatment), int) if strata is None else strata
    owner, member = _allowed(treated, control, calipers, groups)
    if len(owner) == 0:
        raise DesignError("no overlap: no control lies inside the caliper of any treated unit.")
    gap = coordinates[treated[owner]] - coordinates[control[member]]
    distance = np.sqrt((gap**2).sum(axis=1))
    cost = _strictly_ordered(distance, data_rank(coordinates[control])[member])
    chosen = _assign(owner, member, cost, len(treated), len(control), k)
    if coordinates.shape[1] == 1:
        chosen = _uncrossed(owner, member, chosen, groups[treated])
    return _collect(treatment, treated[owner], control[member], distance, chosen, k)


def _allowed(
    treated: IntArray, control: IntArray, calipers: Sequence[Caliper], groups: IntArray
) -> tuple[IntArray, IntArray]:
    """Positions (within their arms) of all pairs inside strata and calipers, in row order."""
    owners, members, count = [], [], 0
    for group in np.intersect1d(groups[treated], groups[control]):
        mine = np.flatnonzero(groups[treated] == group)
        theirs = np.flatnonzero(groups[control] == group)
        low, high = np.zeros(len(mine), int), np.full(len(mine), len(theirs))
        if calipers:
            first = calipers[0]
            theirs = theirs[np.argsort(first.values[control[theirs]], kind="stable")]
            low, high = within_reach(
                first.values[treated[mine]], first.values[control[theirs]], first.width
            )
        count += int((high - low).sum())
        if count > _MOST_PAIRS:
            raise DesignError(
                f"optimal matching would weigh up more than {_MOST_PAIRS:,} pairs. Narrow the "
                "caliper, match inside strata, or use greedy matching."
            )
        owner, member = expand(low, high)
        owners.append(mine[owner])
        members.append(theirs[member])
    owner = np.concatenate([np.empty(0, int), *owners])
    member = np.concatenate([np.empty(0, int), *members])
    for caliper in calipers[1:]:
        gap = np.abs(caliper.values[treated[owner]] - caliper.values[control[member]])
        owner, member = owner[gap <= caliper.width], member[gap <= caliper.width]
    order = np.lexsort((member, owner))
    return owner[order], member[order]


def _strictly_ordered(distance: FloatArray, rank: IntArray) -> FloatArray:
    """Distances with a little of their squares and of the controls' ranks, far above rounding."""
    longest = float(distance.max()) or 1.0
    share = distance / longest
    by_rank = rank / max(int(rank.max()), 1)
    return longest * (share + _BY_SQUARE * share**2 + _BY_RANK * by_rank)


def _assign(
    owner: IntArray, member: IntArray, distance: FloatArray, n_treated: int, n_control: int, k: int
) -> NDArray[np.bool_]:
    """Mask of the pairs in the best assignment; place p of unit i is row i + p * n_treated."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    places = np.arange(k * n_treated)
    shift = distance.max() or 1.0
    empty = shift * (len(places) + 1) * np.where(places < n_treated, 2.0, 1.0)
    rows = np.concatenate([owner + position * n_treated for position in range(k)] + [places])
    columns = np.concatenate([np.tile(member, k), n_control + places])
    cost = np.concatenate([np.tile(distance, k), empty]) + shift
    graph = csr_array((cost, (rows, columns)), shape=(len(places), n_control + len(places)))
    row, column = min_weight_full_bipartite_matching(graph)
    filled = column < n_control
    taken = np.full(n_control, -1)
    taken[column[filled]] = row[filled] % n_treated
    chosen: NDArray[np.bool_] = taken[member] == owner
    return chosen


def _uncrossed(
    owner: IntArray, member: IntArray, chosen: NDArray[np.bool_], groups: IntArray
) -> NDArray[np.bool_]:
    """Pair the chosen units of a stratum in the order of their score, where all those pairs are allowed.

    `owner` and `member` count the units of each arm in the order of their score; `groups` are those of the
    treated.
    """
    mine, theirs = owner[chosen], member[chosen]
    stratum = groups[mine]
    first, second = np.lexsort((mine, stratum)), np.lexsort((theirs, stratum))
    size = int(member.max()) + 1
    codes = owner * size + member
    wanted = mine[first] * size + theirs[second]
    positions = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    refused = np.unique(stratum[first][codes[positions] != wanted])
    uncrossed = chosen & np.isin(groups[owner], refused)
    uncrossed[positions[~np.isin(stratum[first], refused)]] = True
    return uncrossed


def _collect(
    treatment: NDArray[np.int8],
    treated: IntArray,
    control: IntArray,
    distance: FloatArray,
    chosen: NDArray[np.bool_],
    k: int,
) -> OptimalPairs:
    n = len(treatment)
    order = np.lexsort((control[chosen], treated[chosen]))
    mine, theirs = treated[chosen][order], control[chosen][order]
    served = np.bincount(mine, minlength=n)
    weights, sets = (served > 0).astype(float), np.full(n, -1)
    weights[theirs] = 1 / served[mine]
    sets[served > 0] = np.arange(int((served > 0).sum()))
    sets[theirs] = sets[mine]
    unserved = (treatment == 1) & (served == 0)
    has_candidate = np.bincount(treated, minlength=n) > 0
    reasons = {NO_CANDIDATE: unserved & ~has_candidate, USED_UP: unserved & has_candidate}
    return OptimalPairs(
        weights,
        {reason: mask for reason, mask in reasons.items() if mask.any()},
        sets,
        treated_index=mine,
        control_index=theirs,
        distance=distance[chosen][order],
        short=int(((served > 0) & (served < k)).sum()),
    )
