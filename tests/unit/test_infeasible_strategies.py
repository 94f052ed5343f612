"""Strategies that the data cannot bear: each is not estimable, with the reason, and the rest stands."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.contracts import design_suppression, suppression
from ruralimpact.design.study import design_study
from ruralimpact.errors import DesignError
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.exhibits.infeasible import infeasible_notes
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.sensitivity.study import SensitivityTables, sensitivity_study
from ruralimpact.tables import schema

N = 240
NARROW = 1e-12
INFEASIBLE: dict[str, dict[str, Any]] = {
    "caliper": {"method": "nearest", "caliper": NARROW},
    "pairs": {"method": "nearest", "replace": False, "caliper": NARROW},
    "exact": {"method": "nearest", "exact": ["district"]},
    "optimal": {"method": "optimal", "caliper": NARROW},
    "radius": {"method": "radius", "radius": NARROW},
    "kernel": {"method": "kernel", "bandwidth": NARROW},
    "coarsened": {"method": "coarsened_exact", "exact": ["district"]},
    "entropy": {"method": "entropy"},
    "cbps": {"method": "cbps"},
}
FEASIBLE: dict[str, dict[str, Any]] = {
    "means": {"method": "unweighted"},
    "near": {"method": "nearest", "k": 40},
    "ipw": {"method": "ipw"},
}


def units() -> pd.DataFrame:
    """Units whose treated are older on average than any control, and in districts of their own."""
    rng = np.random.default_rng(3)
    treated = np.arange(N) % 2 == 1
    age = np.where(treated, rng.normal(60, 1, N), rng.normal(30, 3, N))
    few = treated & (np.arange(N) % 16 == 1)
    age[few] = rng.normal(30, 3, few.sum())
    return pd.DataFrame(
        {
            "unit_id": [f"u{row:03d}" for row in range(N)],
            "group": [f"g{row % 40:02d}" for row in range(N)],
            "age": age,
            "district": np.where(treated, "east", "west"),
            "sex": np.where(np.arange(N) % 3 == 0, "woman", "man"),
            "treated": treated * 1.0,
        }
    )


def study(strategies: dict[str, dict[str, Any]]) -> Any:
    return study_of(
        {
            "design": "cross_section",
            "codebook": [],
            "outcomes": {"income": {"unit": "pesos", "family": "income"}},
            "samples": {"farms": {"sources": ["farms"]}},
            "strategies": [{"name": name, **keys} for name, keys in strategies.items()],
            "analyses": [
                {
                    "name": "matched",
                    "label": "Farms",
                    "sample": "farms",
                    "method": "matching",
                    "treatment": "treated",
                    "covariates": ["age"],
                    "strategies": list(strategies),
                    "outcomes": ["income"],
                    "subgroups": [{"name": "sex", "label": "Sex", "variable": "sex"}],
                }
            ],
        }
    )


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    declared = study({**INFEASIBLE, **FEASIBLE})
    known = units()
    income = known["age"] + np.random.default_rng(5).normal(size=N)
    outcomes = pd.DataFrame({"unit_id": known["unit_id"], "income": income})
    designs = design_study(declared, {"farms": known})
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    given = EstimationTables({"farms": known}, {"farms": outcomes}, **parts)
    made = estimate_study(declared, given, seed=1)
    inputs = SensitivityTables(
        {"farms": known}, {"farms": outcomes}, designs["weights"], made["estimates"]
    )
    subgroups = subgroup_study(declared, given, seed=1).subgroups
    return {**designs, **made, **sensitivity_study(declared, inputs), "subgroups": subgroups}


@pytest.mark.parametrize("name", INFEASIBLE)
def test_an_infeasible_strategy_says_why(name: str, tables: dict[str, pd.DataFrame]) -> None:
    row = tables["estimates"].set_index("strategy").loc[name]
    reason = tables["designs"].set_index("strategy").loc[name, "infeasible"]
    assert np.isnan([row["estimate"], row["std_error"], row["percent"]]).all()
    assert len(reason) > 20
    assert row["notes"] == f"not estimable: {reason.rstrip('.').replace('; ', ', ')}"
    assert (row["n_treated"], row["n_control"], row["balanced"]) == (0, 0, "")


@pytest.mark.parametrize("name", FEASIBLE)
def test_the_others_stand(name: str, tables: dict[str, pd.DataFrame]) -> None:
    row = tables["estimates"].set_index("strategy").loc[name]
    assert np.isfinite([row["estimate"], row["std_error"]]).all()
    alone = design_study(study({name: FEASIBLE[name]}), {"farms": units()})["weights"]
    beside = tables["weights"][tables["weights"]["strategy"] == name].reset_index(drop=True)
    pd.testing.assert_frame_equal(alone, beside)


def test_every_table_keeps_its_contract(tables: dict[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        schema(name).validate(table)
    lost = tables["sample_flow"].groupby(["strategy", "arm"])["n_lost"].sum().unstack()
    assert (lost.loc[list(INFEASIBLE)] == N // 2).all(axis=None)


def test_nothing_is_called_suppressed_and_tables_say_why(tables: dict[str, pd.DataFrame]) -> None:
    shown = {"designs": design_suppression.designs(tables["designs"], {})}
    estimates = suppression.estimates(tables["estimates"], {})
    assert not estimates.set_index("strategy").loc[list(INFEASIBLE), "suppressed"].any()
    assert not shown["designs"].set_index("strategy").loc[list(INFEASIBLE), "suppressed"].any()
    results = StudyResults(study({**INFEASIBLE, **FEASIBLE}), shown, {})
    notes = infeasible_notes(results, ["matched"])
    assert len(notes) == len(INFEASIBLE)
    assert all("(Farms): not estimable: " in note for note in notes)


def test_a_strategy_without_covariates_is_a_mistake() -> None:
    declared = study({"near": FEASIBLE["near"]})
    blank = declared.analyses[0].model_copy(update={"covariates": ()})
    with pytest.raises(DesignError, match="matched: strategy 'near' needs covariates"):
        design_study(declared.model_copy(update={"analyses": (blank,)}), {"farms": units()})
