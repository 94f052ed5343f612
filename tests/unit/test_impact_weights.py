"""Sampling weights and strata of `estimate_impact`: what they count for, and which are refused."""

import numpy as np
import pandas as pd
import pytest
from test_impact_data import farms, impact

import ruralimpact

METHODS = [
    "unweighted",
    "nearest",
    {"method": "nearest", "distance": "mahalanobis"},
    {"method": "nearest", "bias_adjust": True},
    "kernel",
    "radius",
    {"method": "coarsened_exact", "bins": {"x": 2}},
    *("entropy", "ipw", "overlap", "ipwra", "aipw", "regression"),
]


def weighted_farms() -> pd.DataFrame:
    weights = np.random.default_rng(6).integers(1, 5, 120)
    return farms(120).assign(weight=weights)


@pytest.mark.parametrize("strategy", METHODS, ids=str)
def test_a_weight_of_three_is_three_rows(strategy: object) -> None:
    """Nearest neighbours too: all copies of a control tie, and share its weight."""
    table = weighted_farms()
    options = {"covariates": ["x", "z"], "strategy": strategy, "group": "village"}
    weighted = impact(table, weight="weight", **options)
    copies = table.loc[table.index.repeat(table["weight"])].reset_index(drop=True)
    expanded = impact(copies, **options)
    assert weighted.estimate == pytest.approx(expanded.estimate, rel=1e-7)
    assert weighted.scores.to_numpy() == pytest.approx(expanded.scores.to_numpy(), abs=1e-7)
    means = ["treated_mean", "control_mean"]
    pd.testing.assert_frame_equal(weighted.balance[means], expanded.balance[means], rtol=1e-7)


@pytest.mark.parametrize("strategy", [*METHODS, "optimal", {"method": "nearest", "replace": False}])
@pytest.mark.parametrize("estimand", ["ATT", "ATC"])
def test_only_proportions_of_weights_count(strategy: object, estimand: str) -> None:
    table = weighted_farms()
    options = {"covariates": ["x", "z"], "strategy": strategy, "estimand": estimand}
    first = impact(table, weight="weight", **options)
    other = impact(table.assign(weight=table["weight"] * 1e306), weight="weight", **options)
    equal = impact(table.assign(weight=2.0), weight="weight", **options)
    plain = impact(table, **options)
    assert other.estimate == pytest.approx(first.estimate, rel=1e-8)
    assert other.std_error == pytest.approx(first.std_error, rel=1e-6)
    assert equal.estimate == pytest.approx(plain.estimate, rel=1e-8)
    assert equal.std_error == pytest.approx(plain.std_error, rel=1e-6)
    assert (equal.n_treated, equal.n_control) == (plain.n_treated, plain.n_control)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({3: np.nan, 4: np.nan}, "column 'weight', rows 3, 4: the sampling weight is missing"),
        ({7: -1}, "column 'weight', row 7: the sampling weight is negative"),
        ({7: np.inf}, "column 'weight', row 7: the sampling weight is infinite"),
        (
            {7: 1e9},
            "row 7: the sampling weight of one of the .* leaves next to nothing to the others",
        ),
        (dict.fromkeys(range(60), 0), "rows 0, .*: all sampling weights of the treated units are"),
        (dict.fromkeys(range(60, 120), 0), "rows 60, .* weights of the controls are zero"),
    ],
)
def test_weights_that_no_sample_has(change: dict[int, float], message: str) -> None:
    table = weighted_farms().astype({"weight": float})
    table.loc[list(change), "weight"] = list(change.values())
    with pytest.raises(ruralimpact.DataError, match=message):
        impact(table, weight="weight")


def test_rows_of_no_weight_are_left_out_and_counted() -> None:
    table = weighted_farms()
    table.loc[[0, 80], "weight"] = 0
    found = impact(table, weight="weight")
    expected = impact(table.drop(index=[0, 80]), weight="weight")
    assert found.dropped == {"sampling weight of zero": 2}
    assert found.estimate == pytest.approx(expected.estimate, rel=1e-12)


def test_a_group_is_drawn_from_one_stratum() -> None:
    table = farms().assign(district=np.arange(60) % 3)
    with pytest.raises(
        ruralimpact.DataError,
        match="column 'district', rows .*: 20 groups are in more than one stratum",
    ):
        impact(table, group="village", strata="district")
    with pytest.raises(ruralimpact.ConfigError, match="key 'weight': 'y' is the outcome"):
        impact(table, weight="y")


def test_strata_cost_degrees_of_freedom() -> None:
    """20 villages: pairs leave nine, those alone in their stratum all but one."""
    rng = np.random.default_rng(2)
    village = np.repeat(np.arange(20), 15)
    table = pd.DataFrame({"village": village, "d": village % 2, "y": rng.normal(size=300)})
    options = {"outcome": "y", "treatment": "d", "strategy": "unweighted", "group": "village"}
    for drawn, most in ((village // 2, 9), (village, 19), (np.zeros(300), 19)):
        found = ruralimpact.estimate_impact(table.assign(s=drawn), strata="s", **options)
        assert found.df == pytest.approx(min(most, 18))
