"""Optimal pairs: by hand, against dense assignment, and inside every limit."""

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import linear_sum_assignment
from scipy.sparse import csr_array
from scipy.sparse.csgraph import maximum_bipartite_matching

import ruralimpact
from ruralimpact.design import optimal
from ruralimpact.design.optimal import NO_CANDIDATE, USED_UP, Caliper, optimal_pairs
from ruralimpact.errors import DesignError


def sample(n=120, seed=4):
    rng = np.random.default_rng(seed)
    score = rng.normal(size=n)
    treatment = (rng.uniform(size=n) < 1 / (1 + np.exp(1 - score))).astype(np.int8)
    return treatment, score


def test_where_greedy_matching_is_not_optimal():
    """Treated at 0 and 1, controls at 0.9 and 3: serving the nearer pair first costs 3.1, not 2.9."""
    treatment = np.array([1, 1, 0, 0], dtype=np.int8)
    ours = optimal_pairs(treatment, np.array([[0.0], [1.0], [0.9], [3.0]]))
    assert ours.control_index.tolist() == [2, 3]
    assert ours.distance.sum() == pytest.approx(2.9)
    assert ours.strata.tolist() == [0, 1, 0, 1]


def test_least_total_distance_as_dense_assignment_has_it():
    treatment, score = sample()
    gaps = np.abs(score[treatment == 1][:, None] - score[treatment == 0][None, :])
    rows, columns = linear_sum_assignment(gaps)
    ours = optimal_pairs(treatment, score[:, None])
    assert ours.distance.sum() == pytest.approx(gaps[rows, columns].sum(), rel=1e-12)
    assert len(set(ours.control_index.tolist())) == len(ours.control_index) == treatment.sum()


@pytest.mark.parametrize("k", [1, 2])
@pytest.mark.parametrize("seed", range(5))
def test_calipers_strata_and_the_most_pairs(k, seed):
    treatment, score = sample(seed=seed)
    rng = np.random.default_rng(seed)
    space = np.column_stack([score, rng.normal(size=len(score))])
    strata = rng.integers(0, 2, len(score))
    limits = [Caliper(score, 0.4), Caliper(space[:, 1], 0.8)]
    ours = optimal_pairs(treatment, space, k=k, calipers=limits, strata=strata)
    a, b = ours.treated_index, ours.control_index
    assert (treatment[a] == 1).all() and (treatment[b] == 0).all()
    assert len(set(b.tolist())) == len(b)
    assert np.bincount(a).max() <= k
    assert all((np.abs(c.values[a] - c.values[b]) <= c.width).all() for c in limits)
    assert (strata[a] == strata[b]).all()
    np.testing.assert_allclose(ours.distance, np.sqrt(((space[a] - space[b]) ** 2).sum(axis=1)))

    treated, control = np.flatnonzero(treatment == 1), np.flatnonzero(treatment == 0)
    allowed = strata[treated][:, None] == strata[control][None, :]
    for c in limits:
        allowed &= np.abs(c.values[treated][:, None] - c.values[control][None, :]) <= c.width
    if k == 1:
        most = (maximum_bipartite_matching(csr_array(allowed), perm_type="column") >= 0).sum()
        assert len(a) == most
        gaps = np.sqrt(((space[treated][:, None] - space[control][None]) ** 2).sum(axis=2))
        dense = np.where(allowed, gaps, 1e4)
        rows, columns = linear_sum_assignment(dense)
        least = dense[rows, columns][dense[rows, columns] < 1e4].sum()
        assert ours.distance.sum() == pytest.approx(least, rel=1e-9)
    served = np.bincount(a, minlength=len(score))
    lost = treated[served[treated] == 0]
    without = ~allowed.any(axis=1)
    assert ours.dropped.get(NO_CANDIDATE, 0) == without.sum()
    assert ours.dropped.get(USED_UP, 0) == len(lost) - without.sum()
    assert ours.short == (served[treated][served[treated] > 0] < k).sum()
    assert ours.weights[treatment == 0].sum() == pytest.approx(ours.weights[treatment == 1].sum())


def test_every_treated_unit_is_served_before_any_is_served_twice():
    """Three treated share three controls at k = 2, one control being far dearer than the others."""
    treatment = np.array([1, 1, 1, 0, 0, 0], dtype=np.int8)
    ours = optimal_pairs(treatment, np.array([[0.0], [0.1], [9.0], [0.0], [0.05], [0.1]]), k=2)
    assert sorted(ours.treated_index.tolist()) == [0, 1, 2]
    assert ours.short == 3


def test_row_order_changes_no_pair():
    treatment, score = sample()
    order = np.random.default_rng(0).permutation(len(score))
    first = optimal_pairs(treatment, score[:, None], calipers=[Caliper(score, 0.5)])
    second = optimal_pairs(
        treatment[order], score[order, None], calipers=[Caliper(score[order], 0.5)]
    )
    pairs = set(zip(first.treated_index.tolist(), first.control_index.tolist(), strict=True))
    again = zip(order[second.treated_index], order[second.control_index], strict=True)
    assert pairs == {(int(a), int(b)) for a, b in again}


def test_equal_scores_cost_nothing():
    treatment = np.array([1, 0, 1, 0, 0], dtype=np.int8)
    ours = optimal_pairs(treatment, np.zeros((5, 1)))
    assert ours.distance.tolist() == [0.0, 0.0]
    assert len(set(ours.control_index.tolist())) == 2


def test_bad_input(monkeypatch):
    treatment, score = sample()
    with pytest.raises(DesignError, match="no overlap"):
        optimal_pairs(treatment, score[:, None], strata=treatment.astype(int))
    with pytest.raises(DesignError, match="at least 1"):
        optimal_pairs(treatment, score[:, None], k=0)
    with pytest.raises(DesignError, match="missing or infinite"):
        optimal_pairs(treatment, np.where(score > 2, np.nan, score)[:, None])
    monkeypatch.setattr(optimal, "_MOST_PAIRS", 100)
    with pytest.raises(DesignError, match="more than 100 pairs"):
        optimal_pairs(treatment, score[:, None])


@pytest.mark.parametrize("decimals", [1, 2, 8])
def test_one_pairing_of_many_that_tie(decimals: int) -> None:
    """On a line crossed and uncrossed pairs have the same length: neither order nor unit may decide."""
    rng = np.random.default_rng(decimals)
    treatment = np.repeat([1, 0], [15, 35]).astype(np.int8)
    score = rng.normal(size=50).round(decimals)
    found = optimal_pairs(treatment, score[:, None])
    pairs = sorted(zip(score[found.treated_index], score[found.control_index], strict=True))
    for seed in range(5):
        order = np.random.default_rng(seed).permutation(50)
        other = optimal_pairs(treatment[order], (2.54 * score[order] + 0.3)[:, None])
        mixed = score[order]
        again = zip(mixed[other.treated_index], mixed[other.control_index], strict=True)
        assert sorted(again) == pairs
    controls = [control for _, control in pairs]
    assert controls == sorted(controls)


def test_of_two_controls_equally_near_the_lower_is_taken() -> None:
    treatment = np.array([1, 0, 0], dtype=np.int8)
    for score in ([5.0, 4.0, 6.0], [5.0, 6.0, 4.0]):
        found = optimal_pairs(treatment, np.array(score)[:, None])
        assert score[found.control_index[0]] == 4.0


UNITS = [
    {"age": (12.0, 0.0)},
    {"land": (1 / 2.471, 0.0)},
    {"age": (1.8, 32.0), "land": (1e4, 0.0)},
    {"age": (1e-6, 0.0), "land": (6.96, -3.0), "sons": (0.1, 7.0)},
    {"sons": (-1.0, 3.0)},
]


@pytest.mark.parametrize("distance", ["propensity", "mahalanobis"])
@pytest.mark.parametrize("seed", [0, 1])
def test_units_of_covariates_change_no_pair_and_no_error(distance: str, seed: int) -> None:
    """Covariates of whole numbers tie often; months for years round the score in other places."""
    rng = np.random.default_rng(seed)
    n = 96
    frame = pd.DataFrame(
        {
            "id": [f"u{i:02d}" for i in range(n)],
            "group": [f"g{i // 6:02d}" for i in range(n)],
            "treated": [float(i // 6 % 2) for i in range(n)],
            "age": rng.integers(20, 60, n) * 1.0,
            "land": rng.lognormal(size=n).round(1),
            "sons": rng.integers(0, 4, n) * 1.0,
        }
    ).set_index("id")
    frame["income"] = frame["age"] + 3 * frame["land"] + 5 * frame["treated"] + rng.normal(0, 9, n)

    def found(table: pd.DataFrame) -> tuple[float, float]:
        impact = ruralimpact.estimate_impact(
            table,
            outcome="income",
            treatment="treated",
            covariates=["age", "land", "sons"],
            strategy={"method": "optimal", "distance": distance},
            group="group",
        )
        return impact.estimate, impact.std_error

    expected = found(frame)
    for units in UNITS:
        scaled = {name: frame[name] * by + more for name, (by, more) in units.items()}
        assert found(frame.assign(**scaled)) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("k", [1, 2])
def test_rounding_of_a_score_changes_no_pair(k: int) -> None:
    """Two pairs on a line may cross at the same total distance; squares of small gaps are below rounding."""
    rng = np.random.default_rng(3)
    treatment, strata = (rng.random(400) < 0.3).astype(np.int8), rng.integers(0, 3, 400)
    score = rng.normal(size=400) + treatment
    chosen = [
        optimal_pairs(treatment, values[:, None], k=k, strata=strata)
        for values in (score, score * (1 + 1e-13 * rng.normal(size=400)))
    ]
    pairs = [set(zip(one.treated_index, one.control_index, strict=True)) for one in chosen]
    assert pairs[0] == pairs[1]
    for treated, control in pairs[0]:
        after = [(t, c) for t, c in pairs[0] if score[t] > score[treated]]
        same = [(t, c) for t, c in after if strata[t] == strata[treated]]
        assert all(score[c] >= score[control] for _, c in same)
