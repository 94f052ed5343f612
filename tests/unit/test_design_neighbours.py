"""Neighbour searches against brute force, on data full of ties."""

import numpy as np
import pytest

from ruralimpact.design.greedy import greedy_on_score
from ruralimpact.design.neighbours import RELATIVE_TIE, nearest_in_space, nearest_on_score


def brute_force(distance: np.ndarray, k: int, caliper: float | None) -> list[set[int]]:
    found = []
    for row in distance:
        limit = np.sort(row)[min(k, len(row)) - 1]
        near = row <= limit + 1e-12
        if caliper is not None:
            near &= row <= caliper
        found.append(set(np.flatnonzero(near).tolist()))
    return found


def as_sets(neighbours, n_focal: int) -> list[set[int]]:
    focal, candidate = neighbours.pairs()
    return [set(candidate[focal == i].tolist()) for i in range(n_focal)]


@pytest.mark.parametrize("caliper", [None, 0.125, 0.0])
@pytest.mark.parametrize("k", [1, 2, 5, 200])
def test_score_search_is_brute_force(k: int, caliper: float | None) -> None:
    rng = np.random.default_rng(1)
    focal = rng.integers(0, 64, 80) / 64
    candidates = rng.integers(0, 64, 100) / 64
    found = nearest_on_score(focal, candidates, k, caliper=caliper)
    expected = brute_force(np.abs(focal[:, None] - candidates), k, caliper)
    assert as_sets(found, 80) == expected


@pytest.mark.parametrize("k", [1, 3])
def test_score_search_stays_in_the_stratum(k: int) -> None:
    rng = np.random.default_rng(2)
    focal, candidates = rng.normal(size=60), rng.normal(size=70)
    focal_strata, candidate_strata = rng.integers(0, 5, 60), rng.integers(0, 4, 70)
    found = nearest_on_score(
        focal, candidates, k, focal_strata=focal_strata, candidate_strata=candidate_strata
    )
    for i, members in enumerate(as_sets(found, 60)):
        pool = np.flatnonzero(candidate_strata == focal_strata[i])
        gaps = np.abs(candidates[pool] - focal[i])
        assert members == set(pool[np.argsort(gaps)[:k]].tolist())


@pytest.mark.parametrize("caliper", [None, 0.6])
@pytest.mark.parametrize("k", [1, 3, 40])
def test_space_search_is_brute_force(k: int, caliper: float | None) -> None:
    rng = np.random.default_rng(3)
    focal = rng.integers(0, 4, (50, 3)) / 2.0
    candidates = rng.integers(0, 4, (60, 3)) / 2.0
    distance = np.sqrt(((focal[:, None] - candidates) ** 2).sum(axis=2))
    found = nearest_in_space(focal, candidates, k, caliper=caliper)
    assert as_sets(found, 50) == brute_force(distance, k, caliper)


def _clouds(kind: str, p: int) -> tuple[np.ndarray, np.ndarray]:
    """Focal units and candidates that are hard to search: crowded, far, tied or of all sizes."""
    rng = np.random.default_rng([4, p])
    focal, candidates = rng.normal(size=(60, p)), rng.normal(size=(300, p))
    if kind == "tied":
        return np.round(focal), np.round(candidates)
    if kind == "far":
        return focal + 1e5, candidates
    if kind == "all sizes":
        return 10 ** (9 * focal), 10 ** (9 * candidates)
    candidates[0], focal[0] = 1e9, -1e9
    return focal, candidates


@pytest.mark.parametrize("kind", ["tied", "far", "all sizes", "outliers"])
@pytest.mark.parametrize(("p", "k"), [(1, 5), (8, 1), (20, 3)])
@pytest.mark.parametrize("caliper", [None, 0.5])
def test_space_search_is_brute_force_where_it_is_hard(
    kind: str, p: int, k: int, caliper: float | None
) -> None:
    focal, candidates = _clouds(kind, p)
    found = nearest_in_space(focal, candidates, k, caliper=caliper)
    squared = ((focal[:, None] - candidates) ** 2).sum(axis=2)
    limit = np.sort(squared, axis=1)[:, [k - 1]] * (1 + RELATIVE_TIE)
    near = (squared <= limit) & (np.sqrt(squared) <= (np.inf if caliper is None else caliper))
    assert as_sets(found, 60) == [set(np.flatnonzero(row).tolist()) for row in near]


@pytest.mark.parametrize("search", [nearest_on_score, nearest_in_space])
def test_sums_and_usage_are_those_of_the_pairs(search) -> None:
    rng = np.random.default_rng(4)
    focal, candidates = rng.integers(0, 20, 40) / 4, rng.integers(0, 20, 50) / 4
    if search is nearest_in_space:
        focal, candidates = focal[:, None], candidates[:, None]
    found = search(focal, candidates, 3, caliper=0.25)
    values, weights = rng.normal(size=50), rng.random(40)
    owner, member = found.pairs()
    sums, usage = np.zeros(40), np.zeros(50)
    np.add.at(sums, owner, values[member])
    np.add.at(usage, member, weights[owner])
    assert found.sums(values) == pytest.approx(sums, abs=1e-12)
    assert found.usage(weights) == pytest.approx(usage, abs=1e-12)
    assert (found.usage(weights)[usage == 0] == 0).all()


@pytest.mark.parametrize("order", ["descending", "ascending", "closest", "id"])
@pytest.mark.parametrize("caliper", [None, 0.2])
def test_greedy_matches_take_the_nearest_candidate_left(order: str, caliper: float | None) -> None:
    rng = np.random.default_rng(5)
    focal, candidates = rng.integers(0, 40, 50) / 20, rng.integers(0, 40, 60) / 20
    owner, member = greedy_on_score(focal, candidates, 1, order=order, caliper=caliper)
    assert len(set(member.tolist())) == len(member)
    gaps = np.abs(focal[owner] - candidates[member])
    if caliper is not None:
        assert (gaps <= caliper).all()
    partner = dict(zip(owner.tolist(), member.tolist(), strict=True))
    turns = {
        "descending": np.argsort(-focal, kind="stable"),
        "ascending": np.argsort(focal, kind="stable"),
        "id": np.arange(50),
        "closest": owner[np.argsort(gaps, kind="stable")],
    }[order]
    free = np.ones(60, dtype=bool)
    for i in turns.tolist():
        left = np.abs(candidates[free] - focal[i]).min()
        if i in partner:
            assert abs(candidates[partner[i]] - focal[i]) == pytest.approx(left, abs=1e-12)
            free[partner[i]] = False
        else:
            assert caliper is not None and left > caliper
