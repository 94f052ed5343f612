"""A study whose sample has weights and strata: the stages and the entry for notebooks say the same."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

import ruralimpact
from ruralimpact.design.study import design_study
from ruralimpact.errors import DataError
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.sensitivity.study import SensitivityTables, sensitivity_study
from ruralimpact.tables import schema

STRATEGIES: list[dict[str, Any]] = [
    {"name": "means", "method": "unweighted"},
    {"name": "nn", "method": "nearest", "k": 2},
    {"name": "adjusted", "method": "nearest", "bias_adjust": True},
    {"name": "metric", "method": "nearest", "distance": "mahalanobis"},
    {"name": "pairs", "method": "nearest", "replace": False, "caliper": 0.5},
    {"name": "optimal", "method": "optimal"},
    {"name": "cells", "method": "nearest", "exact": ["zone"]},
    {"name": "coarsened", "method": "coarsened_exact", "bins": {"age": 3}},
    *(
        {"name": name, "method": name}
        for name in ("kernel", "radius", "entropy", "ipw", "overlap", "ipwra", "aipw", "regression")
    ),
]
NAMES = [row["name"] for row in STRATEGIES]
ANALYSIS: dict[str, Any] = {
    "name": "matched",
    "sample": "farms",
    "method": "matching",
    "treatment": "treated",
    "covariates": ["age", "land"],
    "strategies": NAMES,
    "outcomes": ["income"],
    "subgroups": [
        {"name": "zone", "label": "Zone", "variable": "zone", "strategies": ["nn", "ipw"]}
    ],
}
STUDY: dict[str, Any] = {
    "name": "small",
    "design": "cross_section",
    "synthetic": True,
    "codebook": [],
    "variables": {},
    "outcomes": {"income": {"unit": "pesos", "family": "income"}},
    "samples": {"farms": {"sources": ["farms"]}},
    "strategies": STRATEGIES,
    "analyses": [ANALYSIS],
    "sensitivity": {"leave_out": "zone"},
}


def farms() -> pd.DataFrame:
    rng = np.random.default_rng(17)
    n = 24 * 12
    group = np.repeat(np.arange(24), 12)
    treated = (group % 2).astype(float)
    age, land = rng.normal(40, 8, n) + 2 * treated, rng.integers(0, 4, n).astype(float)
    stratum = group // 8
    income = 5 + 2 * treated + 0.1 * age + land + 3 * stratum + rng.normal(size=n)
    return pd.DataFrame(
        {
            "unit_id": [f"u{i:03d}" for i in range(n)],
            "group": [f"g{code:02d}" for code in group],
            "age": age,
            "land": land,
            "zone": np.where(rng.random(n) < 0.5, "north", "south"),
            "treated": treated,
            "sampling_weight": rng.integers(1, 6, n).astype(float),
            # groups of each arm drawn by themselves
            "sampling_stratum": [f"{a}{b:g}" for a, b in zip(stratum, treated, strict=True)],
            "income": np.where(np.arange(n) == 7, np.nan, income),
        }
    )


def stages(frame: pd.DataFrame, study: dict[str, Any] = STUDY) -> dict[str, pd.DataFrame]:
    units, outcomes = frame.drop(columns="income"), frame[["unit_id", "income"]]
    designs = design_study(study_of(study), {"farms": units})
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    given = EstimationTables({"farms": units}, {"farms": outcomes}, **parts)
    made = estimate_study(study_of(study), given, seed=1)
    inputs = SensitivityTables(
        {"farms": units}, {"farms": outcomes}, designs["weights"], made["estimates"]
    )
    subgroups = subgroup_study(study_of(study), given, seed=1).subgroups
    return {
        **designs,
        **made,
        **sensitivity_study(study_of(study), inputs),
        "subgroups": subgroups,
    }


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return stages(farms())


@pytest.mark.parametrize("row", STRATEGIES, ids=lambda row: row["name"])
def test_the_stages_and_the_entry_for_notebooks_agree(made, row: dict[str, Any]) -> None:
    found = ruralimpact.estimate_impact(
        farms().set_index("unit_id"),
        outcome="income",
        treatment="treated",
        covariates=["age", "land"],
        strategy={key: value for key, value in row.items() if key != "name"},
        group="group",
        weight="sampling_weight",
        strata="sampling_stratum",
    )
    estimates = made["estimates"].set_index("strategy").loc[row["name"]]
    assert estimates["estimate"] == pytest.approx(found.estimate, rel=1e-9)
    assert (estimates["n_treated"], estimates["n_control"]) == (found.n_treated, found.n_control)
    scores = made["scores"].set_index("group")[f"matched/{row['name']}/income"]
    assert scores.to_numpy() == pytest.approx(found.scores.to_numpy(), abs=1e-9)
    balance = made["balance"].query("strategy == @row['name']")["smd"].to_numpy()
    assert balance == pytest.approx(found.balance.query("stage == 'after'")["smd"].to_numpy())


def test_tables_fulfil_their_contracts(made) -> None:
    for name, table in made.items():
        schema(name).validate(table)


def test_strata_reduce_the_error_of_an_outcome_that_differs_between_them(made) -> None:
    without = stages(farms().drop(columns="sampling_stratum"))["estimates"].set_index("strategy")
    within = made["estimates"].set_index("strategy")
    assert within["estimate"].to_numpy() == pytest.approx(without["estimate"].to_numpy())
    ratio = within["std_error"] / without["std_error"]
    assert ratio.loc["means"] < 0.6


def test_weights_move_subgroups_and_estimates_without_regions_as_well(made) -> None:
    plain = stages(farms().drop(columns=["sampling_weight", "sampling_stratum"]))
    for name in ("subgroups", "leave_one_out", "balance", "propensity"):
        numbers = made[name].select_dtypes("number").to_numpy()
        assert not np.allclose(numbers, plain[name].select_dtypes("number"), equal_nan=True)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({3: np.nan}, "sample farms, column 'sampling_weight', unit u003: .* missing"),
        ({3: -2.0}, "unit u003: the sampling weight is negative"),
    ],
)
def test_weights_that_no_sample_has(values: dict[int, float], message: str) -> None:
    frame = farms()
    frame.loc[list(values), "sampling_weight"] = list(values.values())
    with pytest.raises(DataError, match=message):
        stages(frame)
