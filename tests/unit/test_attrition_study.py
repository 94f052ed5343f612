"""Attrition of a small study: who counts as lost, and what is published about it."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import attrition_of, study_of

from ruralimpact import estimate_impact
from ruralimpact.attrition.lee_bounds import lee_bounds
from ruralimpact.attrition.population import follow_up
from ruralimpact.attrition.response_weights import fit_response
from ruralimpact.attrition.study import attrition_study
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.inference.clustered import group_codes
from ruralimpact.tables import schema

GROUPS, SIZE = 24, 15
ENTRY: dict[str, Any] = {
    "name": "later",
    "label": "Found again in 2018",
    "baseline": "first",
    "followup": "second",
    "treatment": "member",
    "covariates": ["age", "region"],
    "cells": ["region"],
    "outcomes": ["income"],
}
Samples = tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]


def samples(lost: float = 0.1, more_controls: float = 0.15) -> Samples:
    """24 groups, treatment by group; older units are lost more often, and controls more often."""
    rng = np.random.default_rng(11)
    n = GROUPS * SIZE
    group = np.repeat(np.arange(GROUPS), SIZE)
    ids = np.array([f"u{number:03d}" for number in range(n)])
    member = (group % 2).astype(float)
    age = rng.normal(45, 10, n)
    units = pd.DataFrame(
        {
            "unit_id": ids,
            "group": [f"g{code:02d}" for code in group],
            "id": ids,
            "wave": "2014",
            "member": member,
            "age": age,
            "region": np.where(group < 12, "north", "south"),
        }
    )
    income = rng.normal(100, 20, n) + rng.normal(0, 8, GROUPS)[group] + 5 * member
    found = rng.random(n) > lost + (lost > 0) * (more_controls * (1 - member) + 0.005 * (age - 45))
    later = units[found].assign(wave="2018").drop(columns=["age", "region"])
    outcomes = pd.DataFrame({"unit_id": ids, "income": income})
    now = pd.DataFrame({"unit_id": ids[found], "income": (income + age)[found]})
    return {"first": units, "second": later}, {"first": outcomes, "second": now}


def study(**changes: Any) -> dict[str, Any]:
    return {
        "synthetic": True,
        "outcomes": {"income": {"unit": "pesos"}},
        "attrition": [{**ENTRY, **changes}],
    }


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return attrition_study(study_of(study()), *samples())


def test_the_tables_fulfil_their_contracts(made: dict[str, pd.DataFrame]) -> None:
    for name, frame in made.items():
        schema(name).validate(frame)
    empty = attrition_study(study_of({"synthetic": True, "outcomes": {}}), {}, {})
    for name, frame in empty.items():
        assert len(frame) == 0
        schema(name).validate(frame)


def test_response_rows(made: dict[str, pd.DataFrame]) -> None:
    units, _ = samples()
    found = units["first"]["id"].isin(units["second"]["id"]).to_numpy()
    arm = units["first"]["member"].to_numpy(np.int8)
    plain = difference_in_means(found.astype(float), arm)
    rows = made["attrition"].set_index(["measure", "arm"]).sort_index()
    assert (made["attrition"]["wave"] == "2018").all()
    assert rows.loc[("response", "treated"), "estimate"].item() == pytest.approx(plain.treated_mean)
    assert rows.loc[("difference", ""), "estimate"].item() == pytest.approx(plain.estimate)
    assert rows.loc[("response", "control"), "n_found"].item() == found[arm == 0].sum()
    assert rows.loc[("response", "control"), "n_clusters"].item() == 12
    # groups of one size: Satterthwaite's degrees of freedom are those of two samples of 12 means
    assert rows.loc[("response", "control"), "df"].item() == pytest.approx(11)
    assert rows.loc[("difference", ""), "df"].item() == pytest.approx(22)
    assert rows.loc[("new_units", ""), "n_units"].item() == 0
    assert rows.loc[("covariates", ""), "df"].item() == 2
    assert set(made["attrition"].query("measure == 'covariate'")["variable"]) == {
        "age",
        "region[south]",
    }


def test_bounds_rows(made: dict[str, pd.DataFrame]) -> None:
    bounds = made["attrition_bounds"]
    kinds = list(zip(bounds["kind"], bounds["estimator"], strict=True))
    both = ("difference_in_means", "regression")
    expected = [("as_found", one) for one in both]
    expected += [(kind, one) for one in both for kind in ("response_weighted", "weighting")]
    ends = ("lee_lower", "lee_upper", "lee_interval")
    expected += [(kind, one) for one in ("trimming", "trimming_within_cells") for kind in ends]
    assert kinds == expected
    assert (bounds["reason"] == "").all()
    rows = bounds.set_index(["kind", "estimator"])
    assert (
        rows.loc[("response_weighted", both[0]), "estimate"]
        - rows.loc[("as_found", both[0]), "estimate"]
    ) == pytest.approx(rows.loc[("weighting", both[0]), "estimate"])
    units, outcomes = samples()
    merged = units["first"][["id", "member", "group"]].merge(
        outcomes["second"], left_on="id", right_on="unit_id", how="left"
    )
    found = lee_bounds(merged["income"].to_numpy(), merged["member"].to_numpy(np.int8))
    lower, upper, interval = (rows.loc[(kind, "trimming")] for kind in ends)
    assert lower["estimate"] == pytest.approx(found.lower.estimate)
    assert upper["trimmed"] == "treated"
    sums = np.bincount(group_codes(merged["group"]), found.lower.scores)
    plain = np.sqrt(24 / 23 * (sums**2).sum())
    assert plain < lower["std_error"] < 1.06 * plain
    assert lower["conf_low"] < interval["conf_low"] < lower["estimate"]
    assert upper["estimate"] < interval["conf_high"] < upper["conf_high"]
    assert np.isnan(interval["estimate"])


def test_row_order_changes_nothing(made: dict[str, pd.DataFrame]) -> None:
    units, outcomes = samples()
    turned = [{name: frame[::-1] for name, frame in part.items()} for part in (units, outcomes)]
    again = attrition_study(study_of(study()), *turned)
    for name, frame in made.items():
        pd.testing.assert_frame_equal(again[name], frame)


def test_without_attrition_the_table_says_so_and_has_no_bounds() -> None:
    found = attrition_study(study_of(study()), *samples(lost=0))
    rows = found["attrition"].set_index("measure")
    assert rows.loc["difference", "reason"] == "every unit of the baseline was found again"
    assert "covariates" not in rows.index
    assert len(found["attrition_bounds"]) == 0
    schema("attrition_bounds").validate(found["attrition_bounds"])


def test_missing_outcomes_of_units_found_count_as_lost() -> None:
    units, outcomes = samples(lost=0)
    outcomes["second"].loc[::9, "income"] = np.nan
    found = attrition_study(study_of(study()), units, outcomes)["attrition_bounds"]
    assert found["n_units"].unique().tolist() == [360]
    assert found.loc[0, ["n_treated", "n_control"]].sum() == 320


def test_new_units_are_counted() -> None:
    units, outcomes = samples()
    stranger = units["second"].iloc[:2].assign(id=["x1", "x2"], unit_id=["x1", "x2"])
    units["second"] = pd.concat([units["second"], stranger])
    outcomes["second"] = pd.concat(
        [outcomes["second"], pd.DataFrame({"unit_id": ["x1", "x2"], "income": [1.0, 2.0]})]
    )
    assert follow_up(attrition_of(ENTRY), units, outcomes).new_units == 2


def test_a_unit_in_another_arm_is_an_error() -> None:
    units, outcomes = samples()
    units["second"] = units["second"].reset_index(drop=True)
    units["second"].loc[3, "member"] = 1 - units["second"].loc[3, "member"]
    name = units["second"].loc[3, "id"]
    with pytest.raises(DataError, match=f"column 'member', unit {name}: a unit is in another arm"):
        follow_up(attrition_of(ENTRY), units, outcomes)


def test_units_without_an_arm_and_several_rows_a_unit() -> None:
    units, outcomes = samples()
    units["first"].loc[:4, "member"] = np.nan
    assert follow_up(attrition_of(ENTRY), units, outcomes).unknown_arm == 5
    units["first"] = pd.concat([units["first"], units["first"].iloc[:1]])
    with pytest.raises(ConfigError, match="the sample 'first' has several rows a unit"):
        follow_up(attrition_of(ENTRY), units, outcomes)


def test_controls_funded_since_are_found_but_not_compared() -> None:
    """Groups g00 and g02 are funded: their units found do not count as lost, and are compared no more."""
    units, outcomes = samples()
    funded = units["second"]["group"].isin(["g00", "g02"])
    units["clean"] = units["second"][~funded]
    outcomes["clean"] = outcomes["second"][outcomes["second"]["unit_id"].isin(units["clean"]["id"])]
    found = follow_up(attrition_of({**ENTRY, "compared": "clean"}), units, outcomes)
    assert found.responded.sum() == len(units["second"])
    out = found.units.loc[~found.compared, "group"]
    assert out.value_counts().to_dict() == {"g00": SIZE, "g02": SIZE}
    made = attrition_study(study_of(study(compared="clean")), units, outcomes)
    assert (made["attrition_bounds"]["n_units"] == 360 - 2 * SIZE).all()
    assert made["attrition_bounds"]["n_clusters"].max() == 22
    count = made["attrition"].set_index("measure").loc["no_longer_compared", "n_units"]
    assert count == 2 * SIZE


def test_changes_since_the_baseline() -> None:
    units, outcomes = samples()
    outcomes["first"].loc[0, "income"] = np.nan
    found = attrition_study(study_of(study(changes=True)), units, outcomes)["attrition_bounds"]
    assert found["change"].all()
    assert (found["n_units"] == 359).all()
    ages = units["first"].set_index("id")["age"].drop("u000")
    later = units["second"].set_index("id")["member"].drop("u000", errors="ignore")
    known = ages[later.index]
    expected = known[later == 1].mean() - known[later == 0].mean()
    assert found.loc[0, "estimate"] == pytest.approx(expected)


def test_what_cannot_be_estimated_has_its_reason() -> None:
    units, outcomes = samples()
    south = units["first"].query("region == 'south' and member == 0")["id"]
    units["second"] = units["second"][~units["second"]["id"].isin(south)]
    outcomes["second"] = outcomes["second"][~outcomes["second"]["unit_id"].isin(south)]
    found = attrition_study(study_of(study()), units, outcomes)["attrition_bounds"]
    rows = found.set_index(["kind", "estimator"])
    reason = rows.loc[("lee_interval", "trimming_within_cells"), "reason"]
    assert "in the cell 'south' nobody responds in one arm" in reason
    assert rows.loc[("lee_lower", "trimming"), "reason"] == ""
    notes = rows.loc[("response_weighted", "difference_in_means"), "notes"]
    assert notes == "model of response without region[south] (controls)"
    del outcomes["second"]["income"]
    with pytest.raises(ConfigError, match="the sample 'second' has no outcome 'income'"):
        attrition_study(study_of(study()), units, outcomes)


STRATEGIES = [
    {"name": "plain", "label": "Difference in means", "method": "unweighted"},
    {"name": "near", "label": "Nearest", "method": "nearest", "k": 2, "exact": ["region"]},
    {"name": "balanced", "label": "Balanced", "method": "entropy"},
]


def rows_by_strategy(weight: bool) -> tuple[pd.DataFrame, Samples]:
    units, outcomes = samples()
    if weight:
        drawn = 1 + np.arange(len(units["first"])) % 3
        units["first"] = units["first"].assign(sampling_weight=drawn.astype(float))
    entry = study(strategies=[row["name"] for row in STRATEGIES], cells=[])
    frame = attrition_study(study_of({**entry, "strategies": STRATEGIES}), units, outcomes)
    bounds = frame["attrition_bounds"]
    schema("attrition_bounds").validate(bounds)
    return bounds.set_index(["kind", "estimator"]), (units, outcomes)


def test_matched_effects_are_weighted_for_response() -> None:
    """Without a match the weighted difference is that of the estimator which weights means."""
    rows, _ = rows_by_strategy(weight=False)
    for kind in ("as_found", "response_weighted", "weighting"):
        means = rows.loc[(kind, "difference_in_means"), "estimate"]
        assert rows.loc[(kind, "strategy:plain"), "estimate"] == pytest.approx(means, rel=1e-12)
    plain = rows.loc["as_found", "std_error"]
    assert plain["strategy:plain"] == pytest.approx(plain["difference_in_means"], rel=1e-12)


def test_units_without_a_stratum_are_excluded_and_counted() -> None:
    units, outcomes = samples()
    gone = units["first"]["id"].isin(units["second"]["id"][:4])
    where = units["first"]["region"].where(~gone)
    units["first"] = units["first"].assign(district=where)
    near = {**STRATEGIES[1], "exact": ["district"]}
    entry = study(strategies=["near"], cells=[])
    frame = attrition_study(study_of({**entry, "strategies": [near]}), units, outcomes)
    rows = frame["attrition_bounds"].set_index(["kind", "estimator"])
    own, means = (rows.loc[("as_found", name)] for name in ("strategy:near", "difference_in_means"))
    assert "4 units excluded: a variable of the exact strata is missing" in own["notes"]
    assert own["n_treated"] + own["n_control"] <= means["n_treated"] + means["n_control"] - 4


def test_a_sampling_weight_of_zero_is_a_reason() -> None:
    units, outcomes = samples()
    units["first"] = units["first"].assign(sampling_weight=0.0)
    entry = study(strategies=["balanced"], cells=[])
    frame = attrition_study(study_of({**entry, "strategies": STRATEGIES}), units, outcomes)
    rows = frame["attrition_bounds"].set_index(["kind", "estimator"])
    assert "not positive" in rows.loc[("as_found", "strategy:balanced"), "reason"]


@pytest.mark.parametrize("weight", [False, True])
def test_weights_for_response_multiply_sampling_weights(weight: bool) -> None:
    rows, (units, outcomes) = rows_by_strategy(weight)
    base = units["first"].assign(found=units["first"]["id"].isin(units["second"]["id"]))
    base["income"] = (
        outcomes["second"].set_index("unit_id")["income"].reindex(base["id"]).to_numpy()
    )
    matrix = covariate_matrix({"age": base["age"], "region": base["region"]})
    model = fit_response(base["found"].to_numpy(), base["member"].to_numpy(np.int8), matrix)
    base["w"] = model.weights * base.get("sampling_weight", 1.0)
    for row in STRATEGIES:
        named = {key: value for key, value in row.items() if key not in ("name", "label")}
        direct = estimate_impact(
            base[base["found"]],
            outcome="income",
            treatment="member",
            covariates=["age", "region"],
            strategy=named,
            group="group",
            weight="w",
        )
        own = rows.loc[("response_weighted", f"strategy:{row['name']}")]
        assert own["estimate"] == pytest.approx(direct.estimate, rel=1e-9)
        assert own["std_error"] == pytest.approx(direct.std_error, rel=1e-9)
