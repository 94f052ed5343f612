"""The power block of a study: its table, its baseline, and its errors."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.config.power import check_power
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.power.detectable import (
    Sampling,
    Variance,
    minimum_detectable_effect,
    standard_error,
)
from ruralimpact.power.study import power_study
from ruralimpact.power.variance_components import autocorrelation, variance_components
from ruralimpact.tables import schema

N_GROUPS, SIZE = 60, 10


def study(**entry: Any) -> dict[str, Any]:
    analysis = {
        "name": "main",
        "sample": "farms",
        "method": "matching",
        "treatment": "treated",
        "covariates": ["age"],
        "outcomes": ["income", "poor"],
    }
    return {
        "synthetic": True,
        "samples": {"farms": {}},
        "exhibits": {"tables": [], "figures": []},
        "analyses": [analysis],
        "outcomes": {"income": {"unit": "pesos"}, "poor": {"unit": "percentage points"}},
        "power": [{"analysis": "main", "outcomes": ["income"], "groups": [40, 80]} | entry],
    }


def data(*, baseline: bool = False) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(N_GROUPS), SIZE)
    n = len(groups)
    age, shared = rng.normal(40, 8, n), rng.normal(0, 3, (2, N_GROUPS))[:, groups]
    shared[1] = 0.8 * shared[0] + 0.6 * shared[1]
    before = 50 + age + shared[0] + rng.normal(0, 10, n)
    income = 50 + age + shared[1] + rng.normal(0, 10, n)
    units = pd.DataFrame(
        {
            "unit_id": [f"u{i:04d}" for i in range(n)],
            "group": groups.astype(str),
            "age": age,
            "treated": (groups < 24).astype(float),
        }
    )
    outcomes = pd.DataFrame({"unit_id": units["unit_id"], "income": income, "poor": income < 80})
    outcomes = outcomes.assign(poor=outcomes["poor"].astype(float))
    outcomes.loc[[3, 50], "income"] = np.nan
    if baseline:
        units = units.assign(income_before=before)
        outcomes = outcomes.assign(income=outcomes["income"] - before)
    return {"farms": units}, {"farms": outcomes}


def test_rows_are_the_engine_on_the_present_waves_components() -> None:
    units, outcomes = data()
    made = power_study(
        study_of(study(autocorrelation={"unit": 0.4, "group": 0.7}, attrition=0.2)), units, outcomes
    )
    schema("power").validate(made)
    assert len(made) == 3 * 2
    frame = units["farms"].assign(income=outcomes["farms"]["income"]).dropna()
    found = variance_components(frame["income"], frame["group"], frame[["treated", "age"]])
    row = made[(made["design"] == "ancova") & (made["n_clusters"] == 80)].iloc[0]
    assert row["icc"] == pytest.approx(found.icc, rel=1e-9)
    assert row["treated_share"] == pytest.approx(24 / 60)
    expected = minimum_detectable_effect(
        Variance(found.group, found.unit, 0.7, 0.4),
        Sampling(80, found.mean_size, found.size_cv, 0.2, 0.4),
        "ancova",
    )
    assert row["mde"] == pytest.approx(expected, rel=1e-9)
    controls = frame[frame["treated"] == 0]["income"]
    assert row["mde_percent"] == pytest.approx(100 * expected / controls.mean())
    assert row["mde_sd"] == pytest.approx(expected / controls.std())
    assert set(made["basis"]) == {"assumed", ""}
    assert 0 < row["unit_r2"] < 1


def test_autocorrelation_is_estimated_where_units_carry_a_baseline() -> None:
    units, outcomes = data(baseline=True)
    config = study()
    config["samples"] = {"farms": {"two_periods": {}}}  # outcomes are changes
    config["analyses"][0]["covariates"] = ["age", "income_before"]
    made = power_study(study_of(config), units, outcomes)
    frame = units["farms"].assign(change=outcomes["farms"]["income"]).dropna()
    after = frame["income_before"] + frame["change"]
    found = autocorrelation(
        frame["income_before"], after, frame["group"], frame[["treated", "age"]]
    )
    row = made[made["design"] == "difference"].iloc[0]
    assert row["basis"] == "estimated"
    assert row["group_autocorrelation"] == pytest.approx(found.group, rel=1e-8)
    assert row["unit_autocorrelation"] == pytest.approx(found.unit, rel=1e-8)
    level = variance_components(after, frame["group"], frame[["treated", "age"]])
    assert row["icc"] == pytest.approx(level.icc, rel=1e-8), "of the level, not of the change"


def test_order_of_rows_does_not_matter() -> None:
    units, outcomes = data()
    config = study(designs=["cross_section"])
    made = power_study(study_of(config), units, outcomes)
    shuffled = {"farms": units["farms"].sample(frac=1, random_state=1)}
    again = power_study(study_of(config), shuffled, {"farms": outcomes["farms"].iloc[::-1]})
    pd.testing.assert_frame_equal(made, again)
    assert power_study(study_of(config | {"power": []}), units, outcomes).empty


def test_clear_errors() -> None:
    units, outcomes = data()
    with pytest.raises(ConfigError, match="autocorrelation of 'income'"):
        power_study(study_of(study()), units, outcomes)
    mixed = units["farms"].assign(treated=np.tile([0.0, 1.0], 300))
    with pytest.raises(DesignError, match="differs within 60 groups"):
        power_study(study_of(study()), {"farms": mixed}, outcomes)
    alone = units["farms"].assign(group=units["farms"]["unit_id"])
    once = study(designs=["cross_section"])
    made = power_study(study_of(once), {"farms": alone}, outcomes)
    assert made["reason"].str.contains("Variance between and within").all()
    file = Path("study.yaml")
    with pytest.raises(ConfigError, match="Did you mean 'main'"):
        check_power(study_of(study(analysis="mian")), file)
    with pytest.raises(ConfigError, match="'land' is no outcome"):
        check_power(study_of(study(outcomes=["land"])), file)
    twice = study()
    twice["power"] *= 2
    with pytest.raises(ConfigError, match="stands twice"):
        check_power(study_of(twice), file)
    panel = study()
    panel["analyses"][0] |= {"method": "panel", "estimators": ["first_differences"]}
    with pytest.raises(ConfigError, match="two arms"):
        check_power(study_of(panel), file)


def test_sampling_weights_cost_what_kish_says() -> None:
    """Half of the units of every group weigh three times as much: 1 + cv^2 = 1.25 within groups."""
    units, outcomes = data()
    heavy = np.arange(N_GROUPS * SIZE) % 2 == 0
    asked = study_of(study(designs=["cross_section"]))
    plain = power_study(asked, units, outcomes)
    weighted = power_study(
        asked,
        {"farms": units["farms"].assign(sampling_weight=np.where(heavy, 3.0, 1.0))},
        outcomes,
    )
    schema("power").validate(weighted)
    assert weighted["weight_cv"].to_numpy() == pytest.approx(0.5, abs=0.01)
    assert (plain["weight_cv"] == 0).all()
    income = outcomes["farms"]["income"]
    known = income.notna().to_numpy()
    treated = units["farms"]["treated"].to_numpy() == 1
    weight, own = np.where(heavy, 3.0, 1.0)[known & ~treated], income[known & ~treated]
    assert weighted["control_mean"].to_numpy() == pytest.approx(np.average(own, weights=weight))
    one = Sampling(40, 10, weight_cv=0.5)
    assert standard_error(Variance(0, 4), one, "cross_section") == pytest.approx(
        np.sqrt(1.25) * standard_error(Variance(0, 4), Sampling(40, 10), "cross_section")
    )
    few = Sampling(40, 10, size_cv=0.5)
    assert standard_error(Variance(4, 1e-12), few, "cross_section") == pytest.approx(
        np.sqrt(1.25) * standard_error(Variance(4, 1e-12), Sampling(40, 10), "cross_section")
    )
