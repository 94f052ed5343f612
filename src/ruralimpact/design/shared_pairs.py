"""What a match without replacement gives to units that it cannot tell apart.

A control serves once, and of several alike one has to be taken. Which one, no rule that looks at the data can
say; every order of the names gives another match. Its average over all orders is known without trying them:
whoever is alike has the same chance to be taken.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

_MOST_PAIRS = 20_000_000


def alike(columns: FloatArray, strata: IntArray | None = None) -> IntArray:
    """Number the units that agree in all columns and in their stratum.

    Parameters
    ----------
    columns : ndarray, shape (n, q)
        What the match looks at: coordinates and the variables of calipers, bit for bit the same for
        units with the same covariates.
    strata : ndarray of int, shape (n,), optional

    Returns
    -------
    ndarray of int, shape (n,)
        The same number for units alike.
    """
    keys = columns if strata is None else np.column_stack([strata, columns])
    return np.unique(keys, axis=0, return_inverse=True)[1].ravel().astype(np.int64)


@dataclass(frozen=True)
class SharedPairs:
    """A match averaged over the orders of units alike.

    Attributes
    ----------
    owner, member : ndarray of int, shape (n_pairs,)
        Positions among the focal units and among the candidates, by focal unit and candidate.
    share : ndarray, shape (n_pairs,)
        Of the candidate in the focal unit's comparison; sums to 1 over each focal unit.
    matched : ndarray, shape (n_focal,)
        Share of the orders in which a focal unit has a match.
    focal_sets, candidate_sets : ndarray of int, shape (n_focal,) and (n_candidates,)
        Disjoint matched sets, -1 outside: the sets of the match, joined where units alike share.
    """

    owner: IntArray
    member: IntArray
    share: FloatArray
    matched: FloatArray
    focal_sets: IntArray
    candidate_sets: IntArray


def share_pairs(
    owner: IntArray, member: IntArray, focal_alike: IntArray, candidate_alike: IntArray
) -> SharedPairs:
    """Average a match without replacement over all orders of units alike.

    Parameters
    ----------
    owner, member : ndarray of int, shape (n_pairs,)
        Pairs of one match: positions among the focal units and among the candidates.
    focal_alike, candidate_alike : ndarray of int, shape (n_focal,) and (n_candidates,)
        Classes of units alike.

    Returns
    -------
    SharedPairs

    Raises
    ------
    DesignError
        There would be more than 20 million pairs.

    Notes
    -----
    Let W be what class A of focal units takes from class B of candidates in any one order, each match of a
    focal unit with M of them counting 1 / M. A rule that treats units alike alike takes the same W in
    every order. Over all orders each of the b candidates serves with W / b, and each of the a focal units is
    matched with the chance m / a, m the number matched in one order.
    """
    focal_classes, focal_place, focal_size = _classes(focal_alike)
    classes, position, size = _classes(candidate_alike)
    counts = np.bincount(owner, minlength=len(focal_alike))
    n_matched = np.bincount(focal_place, counts > 0, minlength=len(focal_classes))
    key = focal_place[owner] * len(classes) + position[member]
    links, where = np.unique(key, return_inverse=True)
    taken = np.bincount(where.ravel(), 1.0 / counts[owner])
    first, second = links // len(classes), links % len(classes)
    total = int((focal_size[first] * size[second]).sum())
    if total > _MOST_PAIRS:
        raise DesignError(
            f"matching without replacement among units that are alike would make {total:,} pairs. Match "
            "with replacement, on coarsened strata, or take the first of those alike (ties: first)."
        )
    out_owner, out_member, link = _every_pair(
        _members(focal_place, focal_size), focal_size, _members(position, size), size, first, second
    )
    share = taken[link] / (n_matched[first[link]] * size[second[link]])
    order = np.lexsort((out_member, out_owner))
    joined = _components(first, second, len(focal_classes), len(classes))
    matched = (n_matched / focal_size)[focal_place]
    used = np.isin(position, second)
    return SharedPairs(
        out_owner[order],
        out_member[order],
        share[order],
        matched,
        np.where(matched > 0, joined[focal_place], -1),
        np.where(used, joined[len(focal_classes) + position], -1),
    )


def _classes(alike: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    values, position, size = np.unique(alike, return_inverse=True, return_counts=True)
    return values, position.ravel().astype(np.int64), size.astype(np.int64)


def _members(position: IntArray, size: IntArray) -> tuple[IntArray, IntArray]:
    """Units by class, and where each class begins."""
    return np.argsort(position, kind="stable").astype(np.int64), np.cumsum(size) - size


def _every_pair(
    focal: tuple[IntArray, IntArray],
    focal_size: IntArray,
    candidates: tuple[IntArray, IntArray],
    size: IntArray,
    first: IntArray,
    second: IntArray,
) -> tuple[IntArray, IntArray, IntArray]:
    """Pair every unit of class `first` with every one of class `second`, link by link."""
    n_pairs = focal_size[first] * size[second]
    link = np.repeat(np.arange(len(first)), n_pairs)
    offset = np.arange(len(link)) - np.repeat(np.cumsum(n_pairs) - n_pairs, n_pairs)
    across = size[second][link]
    owner = focal[0][focal[1][first][link] + offset // across]
    member = candidates[0][candidates[1][second][link] + offset % across]
    return owner, member, link


def _components(first: IntArray, second: IntArray, n_first: int, n_second: int) -> IntArray:
    """Connected parts of the graph of classes that exchange matches."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    size = n_first + n_second
    graph = coo_array((np.ones(len(first)), (first, n_first + second)), shape=(size, size))
    parts: IntArray = connected_components(graph, directed=False)[1].astype(np.int64)
    return parts
