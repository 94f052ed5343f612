"""Without replacement, names decide nothing: a match is its average over all orders of units alike."""

from itertools import permutations

import numpy as np
import pandas as pd
import pytest

import ruralimpact
from ruralimpact.design.greedy import greedy_on_score
from ruralimpact.design.shared_pairs import alike, share_pairs

STRATEGIES = [
    {"method": "nearest", "replace": False},
    {"method": "nearest", "replace": False, "caliper": 0.2},
    {"method": "nearest", "replace": False, "order": "closest"},
    {"method": "nearest", "replace": False, "k": 2},
    {"method": "nearest", "replace": False, "exact": ["zone"]},
    {"method": "nearest", "replace": False, "distance": "mahalanobis"},
    {"method": "nearest", "replace": False, "distance": "mahalanobis", "caliper": 0.3},
    {"method": "optimal"},
    {"method": "optimal", "k": 2, "caliper": 0.5},
    {"method": "optimal", "distance": "mahalanobis"},
]


def average_over_orders(focal: list[float], candidates: list[float], k: int):
    """Brute force: match under every order of the rows, and average weights and shares."""
    used, matched, count = np.zeros(len(candidates)), np.zeros(len(focal)), 0
    for first in permutations(range(len(focal))):
        for second in permutations(range(len(candidates))):
            owner, member = greedy_on_score(
                np.array(focal)[list(first)], np.array(candidates)[list(second)], k
            )
            counts = np.bincount(owner, minlength=len(focal))
            np.add.at(used, np.array(second)[member], 1 / counts[owner])
            np.add.at(matched, np.array(first)[np.unique(owner)], 1)
            count += 1
    return used / count, matched / count


@pytest.mark.parametrize(
    ("focal", "candidates", "k"),
    [
        ([1.0, 2.0], [1.0, 1.0, 3.0], 1),
        ([1.0, 1.0], [0.0, 0.0, 2.0, 5.0], 1),
        ([1.0, 1.0, 1.0], [1.0, 4.0], 1),
        ([2.0, 1.0], [1.0, 1.0, 3.0, 3.0], 2),
        ([1.0, 1.0, 2.0], [1.0, 1.0, 1.0], 2),
    ],
)
def test_shares_are_the_average_over_every_order(focal, candidates, k: int) -> None:
    owner, member = greedy_on_score(np.array(focal), np.array(candidates), k)
    shared = share_pairs(
        owner, member, alike(np.array(focal)[:, None]), alike(np.array(candidates)[:, None])
    )
    used, matched = average_over_orders(focal, candidates, k)
    weights = shared.share * shared.matched[shared.owner]
    found = np.bincount(shared.member, weights, minlength=len(candidates))
    assert found == pytest.approx(used)
    assert shared.matched == pytest.approx(matched)
    assert np.bincount(shared.owner, shared.share)[shared.matched > 0] == pytest.approx(1)


def test_nobody_alike_leaves_the_match_as_it_is() -> None:
    owner, member = np.array([0, 1]), np.array([2, 0])
    shared = share_pairs(owner, member, np.arange(3), np.arange(4))
    assert shared.owner.tolist() == [0, 1]
    assert shared.member.tolist() == [2, 0]
    assert shared.matched.tolist() == [1, 1, 0]
    assert shared.focal_sets[2] == -1
    assert shared.candidate_sets.tolist()[1] == -1


def villages(n: int = 160) -> pd.DataFrame:
    rng = np.random.default_rng(14)
    age, land = rng.integers(2, 5, n) * 10.0, rng.integers(1, 4, n) * 1.0
    treated = (rng.random(n) < 0.15 + 0.1 * (age > 20)).astype(int)
    return pd.DataFrame(
        {
            "age": age,
            "land": land,
            "zone": rng.choice(["east", "west"], n),
            "treated": treated,
            "income": age + 5 * land + 3 * treated + rng.normal(0, 8, n),
            "village": rng.integers(0, 25, n),
        }
    )


def impact(table: pd.DataFrame, strategy: dict[str, object]) -> ruralimpact.ImpactEstimate:
    return ruralimpact.estimate_impact(
        table,
        outcome="income",
        treatment="treated",
        covariates=["age", "land"],
        strategy=strategy,
        group="village",
    )


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda row: " ".join(map(str, row.values())))
def test_other_names_and_units_of_measure_move_nothing(strategy: dict[str, object]) -> None:
    table = villages()
    found = impact(table, strategy)
    rng = np.random.default_rng(5)
    for _ in range(3):
        renamed = table.set_axis(rng.permutation(len(table)), axis=0)
        renamed = renamed.assign(age=renamed["age"] * 0.3048, village=1000 - renamed["village"])
        other = impact(renamed, strategy)
        assert other.estimate == pytest.approx(found.estimate, rel=1e-9)
        assert other.std_error == pytest.approx(found.std_error, rel=1e-7)
        assert (other.n_treated, other.n_control) == (found.n_treated, found.n_control)
        assert other.dropped == found.dropped


@pytest.mark.parametrize("strategy", STRATEGIES, ids=lambda row: " ".join(map(str, row.values())))
def test_no_control_serves_more_than_once(strategy: dict[str, object]) -> None:
    found, table = impact(villages(), strategy), villages()
    weights, treated = found.weights.to_numpy(), table["treated"].to_numpy() == 1
    assert weights.max() <= 1 + 1e-12
    assert weights[treated].sum() == pytest.approx(weights[~treated].sum())
    assert weights[treated].sum() == pytest.approx(found.n_treated)
    assert found.n_treated + sum(found.dropped.values()) == treated.sum()


def test_the_first_by_name_is_still_to_be_had() -> None:
    found = impact(villages(), {"method": "nearest", "replace": False, "ties": "first"})
    assert set(found.weights.round(12)) == {0.0, 1.0}


def test_a_missing_outcome_leaves_its_share_to_those_alike() -> None:
    table = villages()
    missing = table.assign(income=table["income"].mask(table.index % 11 == 3))
    found = impact(missing, {"method": "nearest", "replace": False})
    renamed = missing.set_axis(np.random.default_rng(1).permutation(len(table)), axis=0)
    other = impact(renamed, {"method": "nearest", "replace": False})
    assert other.estimate == pytest.approx(found.estimate, rel=1e-9)
    assert found.n_treated < table["treated"].sum()
