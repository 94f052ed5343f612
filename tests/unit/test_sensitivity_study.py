"""Sensitivity of a small study, and the specification curve."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.design.study import design_study
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.sensitivity.omitted import treatment_regression
from ruralimpact.sensitivity.rosenbaum import critical_gamma
from ruralimpact.sensitivity.specification_curve import specification_curve
from ruralimpact.sensitivity.study import SensitivityTables, sensitivity_study
from ruralimpact.tables import schema

STUDY: dict[str, Any] = {
    "name": "small",
    "design": "cross_section",
    "synthetic": True,
    "codebook": [],
    "variables": {},
    "outcomes": {
        "income": {"unit": "pesos", "family": "income"},
        "poor": {"unit": "percentage points", "family": "poverty"},
    },
    "samples": {"farms": {"sources": ["farms"]}},
    "strategies": [
        {"name": "nn", "method": "nearest"},
        {"name": "pairs", "method": "nearest", "replace": False},
    ],
    "analyses": [
        {
            "name": "matched",
            "sample": "farms",
            "method": "matching",
            "treatment": "treated",
            "covariates": ["age", "region"],
            "strategies": ["nn", "pairs"],
            "outcomes": ["income", "poor"],
        }
    ],
    "sensitivity": {"leave_out": "region"},
}


def data(n: int = 400) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(11)
    ids = [f"u{i:04d}" for i in range(n)]
    age = rng.normal(40, 8, n)
    region = rng.choice(["east", "north", "west"], n)
    treated = (rng.uniform(size=n) < 0.15 + 0.25 * (region == "north")).astype(float)
    income = 30 * treated + age + 10 * (region == "north") + rng.normal(0, 20, n)
    units = pd.DataFrame({"unit_id": ids, "group": ids, "age": age, "region": region})
    outcomes = pd.DataFrame({"unit_id": ids, "income": income, "poor": (income < 45) * 1.0})
    outcomes.loc[3, "income"] = np.nan
    return units.assign(treated=treated), outcomes


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame], pd.DataFrame]:
    units, outcomes = data()
    designs = design_study(study_of(STUDY), {"farms": units})
    names = ("weights", "pairs", "propensity", "designs")
    tables = EstimationTables(
        {"farms": units}, {"farms": outcomes}, **{name: designs[name] for name in names}
    )
    estimates = estimate_study(study_of(STUDY), tables, seed=1)["estimates"]
    inputs = SensitivityTables({"farms": units}, {"farms": outcomes}, designs["weights"], estimates)
    return sensitivity_study(study_of(STUDY), inputs), designs, estimates


def test_tables_fulfil_their_contracts(made: Any) -> None:
    for name, frame in made[0].items():
        schema(name).validate(frame)


def test_every_matched_estimate_has_a_row(made: Any) -> None:
    assert set(made[0]["sensitivity"]["spec_id"]) == set(made[2]["spec_id"])


def test_bounds_are_those_of_the_pairs(made: Any) -> None:
    rows = made[0]["sensitivity"].set_index("spec_id")
    pairs = made[1]["pairs"].query("strategy == 'pairs'")
    outcome = data()[1].set_index("unit_id")["income"]
    differences = (
        outcome.loc[pairs["focal_id"]].to_numpy() - outcome.loc[pairs["match_id"]].to_numpy()
    )
    differences = differences[np.isfinite(differences)]
    found = rows.loc["matched/pairs/income"]
    assert found["n_pairs"] == len(differences)
    assert found["critical_gamma"] == pytest.approx(critical_gamma(differences))
    assert np.isnan(rows.loc["matched/nn/income", "critical_gamma"])
    assert "more than once" in rows.loc["matched/nn/income", "gamma_reason"]


def test_regression_uses_the_weights_of_the_design(made: Any) -> None:
    units, outcomes = data()
    weights = made[1]["weights"].query("strategy == 'nn'").set_index("unit_id")
    weight = weights.loc[units["unit_id"], "weight"].to_numpy()
    known = outcomes["income"].notna().to_numpy()
    columns = np.column_stack(
        [units["age"], units["region"] == "north", units["region"] == "west"]
    ).astype(float)
    fit = treatment_regression(
        outcomes["income"].to_numpy()[known],
        units["treated"].to_numpy(np.int8)[known],
        columns[known],
        weight[known],
    )
    row = made[0]["sensitivity"].set_index("spec_id").loc["matched/nn/income"]
    assert row["regression_estimate"] == pytest.approx(fit.estimate, rel=1e-9)
    assert row["partial_r2"] == pytest.approx(fit.partial_r2, rel=1e-9)


def test_e_values_are_for_outcomes_of_zero_and_one(made: Any) -> None:
    rows = made[0]["sensitivity"].set_index("spec_id")
    published = made[2].set_index("spec_id").loc["matched/nn/poor"]
    ratio = published["treated_mean"] / (published["treated_mean"] - published["estimate"])
    assert rows.loc["matched/nn/poor", "risk_ratio"] == pytest.approx(ratio)
    assert np.isnan(rows.loc["matched/nn/income", "e_value"])


def test_leaving_a_region_out_is_the_study_without_it(made: Any) -> None:
    units, outcomes = data()
    kept = units[units["region"] != "north"].reset_index(drop=True)
    designs = design_study(study_of(STUDY), {"farms": kept})
    names = ("weights", "pairs", "propensity", "designs")
    tables = EstimationTables(
        {"farms": kept}, {"farms": outcomes}, **{name: designs[name] for name in names}
    )
    expected = estimate_study(study_of(STUDY), tables, seed=1)["estimates"].set_index("spec_id")
    found = made[0]["leave_one_out"].query("excluded == 'north'").set_index("spec_id")
    for name in ("estimate", "std_error", "p_value", "n_treated"):
        assert found[name].to_numpy() == pytest.approx(
            expected.loc[found.index, name].to_numpy(), rel=1e-12
        )


def test_no_region_declared_leaves_nothing_out() -> None:
    units, outcomes = data(120)
    study = {key: value for key, value in STUDY.items() if key != "sensitivity"}
    designs = design_study(study_of(study), {"farms": units})
    names = ("weights", "pairs", "propensity", "designs")
    tables = EstimationTables(
        {"farms": units}, {"farms": outcomes}, **{name: designs[name] for name in names}
    )
    inputs = SensitivityTables(
        {"farms": units},
        {"farms": outcomes},
        designs["weights"],
        estimate_study(study_of(study), tables, seed=1)["estimates"],
    )
    found = sensitivity_study(study_of(study), inputs)["leave_one_out"]
    assert len(found) == 0
    schema("leave_one_out").validate(found)


def test_specification_curve_by_hand() -> None:
    found = specification_curve(
        np.array([3.0, -1.0, np.nan, 5.0]), np.array([0.04, 0.2, np.nan, 0.05])
    )
    assert found.order.tolist() == [1, 0, 3]
    assert (found.lowest, found.median, found.highest) == (-1.0, 3.0, 5.0)
    assert (found.count, found.positive, found.significant) == (3, 2, 1)
    assert not found.one_sign
    assert specification_curve(np.array([np.nan]), np.array([np.nan])).count == 0
