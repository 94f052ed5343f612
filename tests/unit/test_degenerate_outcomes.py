"""Outcomes of which nothing can be inferred: each is one cell that says so, and the rest stands."""

import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

import ruralimpact
from ruralimpact.design.study import design_study
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.sensitivity.study import SensitivityTables, sensitivity_study
from ruralimpact.tables import schema

N_GROUPS, SIZE = 20, 9
STRATEGIES: list[dict[str, Any]] = [
    {"name": "means", "method": "unweighted"},
    {"name": "nn", "method": "nearest", "bias_adjust": True},
    {"name": "nn_unadjusted", "method": "nearest", "bias_adjust": False},
    {"name": "metric", "method": "nearest", "distance": "mahalanobis", "k": 3},
    {"name": "pairs", "method": "nearest", "replace": False},
    {"name": "optimal", "method": "optimal"},
    {"name": "kernel", "method": "kernel"},
    {"name": "radius", "method": "radius"},
    {"name": "coarsened", "method": "coarsened_exact", "bins": {"age": 2, "land": 2}},
    *({"name": name, "method": name} for name in ("entropy", "ipw", "overlap")),
    *({"name": name, "method": name} for name in ("ipwra", "aipw", "regression")),
]
OUT_OF_RANGE = {"huge", "tiny", "never_known", "known_in_one_arm"}
ADJUSTED = {"nn", "entropy", "ipwra", "aipw", "regression", "overlap"}


def units() -> pd.DataFrame:
    rng = np.random.default_rng(21)
    n = N_GROUPS * SIZE
    group = np.repeat(np.arange(N_GROUPS), SIZE)
    treated = (group >= N_GROUPS // 2) * 1.0
    return pd.DataFrame(
        {
            "unit_id": [f"u{i:03d}" for i in range(n)],
            "group": [f"g{code:02d}" for code in group],
            "age": rng.normal(40, 8, n) + 2 * treated,
            "land": rng.lognormal(size=n),
            "zone": np.where(rng.random(n) < 0.5, "north", "south"),
            "treated": treated,
        }
    )


def outcomes(frame: pd.DataFrame) -> dict[str, Any]:
    rng = np.random.default_rng(4)
    n = len(frame)
    income = 3 + 2 * frame["treated"] + 0.1 * frame["age"] + rng.normal(size=n)
    return {
        "income": income,
        "zero": np.zeros(n),
        "constant": np.full(n, 7.3),
        "large_constant": np.full(n, 1234567.89),
        "treatment": frame["treated"],
        "two_levels": 5.1 + 3.3 * frame["treated"],
        "covariates": 2 * frame["age"] - 3 * frame["land"] + 5,
        "huge": income * 1e160,
        "tiny": income * 1e-170,
        "never_known": np.full(n, np.nan),
        "known_in_one_arm": income.where(frame["treated"] == 0),
        "one_unit": (np.arange(n) == 5) * 1.0,
        "one_group": np.where(frame["group"] == "g12", income, 3.0),
        "rounded": 1e17 + 16 * np.round(income),
    }


UNITS = units()
OUTCOMES = outcomes(UNITS)


def study(names: list[str]) -> dict[str, Any]:
    return {
        "name": "small",
        "design": "cross_section",
        "synthetic": True,
        "codebook": [],
        "variables": {},
        "outcomes": {name: {"unit": "pesos", "family": "income"} for name in names},
        "samples": {"farms": {"sources": ["farms"]}},
        "strategies": STRATEGIES,
        "analyses": [
            {
                "name": "matched",
                "sample": "farms",
                "method": "matching",
                "treatment": "treated",
                "covariates": ["age", "land", "zone"],
                "strategies": [row["name"] for row in STRATEGIES],
                "outcomes": names,
            }
        ],
        "sensitivity": {"leave_out": "zone"},
    }


def run(names: list[str]) -> dict[str, pd.DataFrame]:
    known = {"unit_id": UNITS["unit_id"], **{name: OUTCOMES[name] for name in names}}
    table = pd.DataFrame(known)
    declared = study(names)
    designs = design_study(study_of(declared), {"farms": UNITS})
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    made = estimate_study(
        study_of(declared), EstimationTables({"farms": UNITS}, {"farms": table}, **parts), seed=1
    )
    inputs = SensitivityTables(
        {"farms": UNITS}, {"farms": table}, designs["weights"], made["estimates"]
    )
    return {**made, **sensitivity_study(study_of(declared), inputs)}


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        return run(list(OUTCOMES))


def of(made: dict[str, pd.DataFrame], outcome: str) -> pd.DataFrame:
    rows = made["estimates"].query("outcome == @outcome").set_index("strategy")
    assert len(rows) == len(STRATEGIES)
    return rows


def test_tables_fulfil_their_contracts(made) -> None:
    for name in ("estimates", "std_errors", "scores", "tests", "sensitivity", "leave_one_out"):
        schema(name).validate(made[name])


def test_the_rest_of_the_study_stands(made) -> None:
    columns = ["estimate", "std_error", "treated_mean", "percent", "n_treated", "n_control"]
    alone = run(["income"])["estimates"].set_index("spec_id")[columns]
    together = made["estimates"].set_index("spec_id").loc[alone.index, columns]
    pd.testing.assert_frame_equal(together, alone, check_exact=True)
    assert alone.notna().all(axis=None)


@pytest.mark.parametrize("outcome", ["zero", "constant", "large_constant"])
def test_a_constant_has_no_effect_and_no_p_value(made, outcome: str) -> None:
    rows = of(made, outcome)
    assert (rows["estimate"] == 0).all()
    assert rows[["std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert rows["notes"].str.contains("the outcome does not vary").all()


@pytest.mark.parametrize(("outcome", "effect"), [("treatment", 1.0), ("two_levels", 3.3)])
def test_an_outcome_that_is_the_treatment_has_no_error(made, outcome: str, effect: float) -> None:
    rows = of(made, outcome)
    assert rows["estimate"].to_numpy() == pytest.approx(effect, rel=1e-9)
    assert rows[["std_error", "p_value", "conf_low"]].isna().all(axis=None)
    assert rows["notes"].str.contains("does not vary within the arms").all()


def test_an_outcome_that_covariates_determine_has_no_error_after_adjustment(made) -> None:
    rows = of(made, "covariates").loc[sorted(ADJUSTED)]
    assert (rows["estimate"] == 0).all()
    assert rows[["std_error", "p_value"]].isna().all(axis=None)
    assert rows["notes"].str.contains("the covariates determine the outcome").all()


@pytest.mark.parametrize("outcome", ["one_unit", "one_group"])
def test_an_outcome_that_varies_in_one_group_has_an_estimate_and_no_error(made, outcome) -> None:
    """With the others alike the estimate over its error would be 1, whatever that group did."""
    rows = of(made, outcome)
    assert rows["estimate"].abs().gt(1e-6).any()
    assert rows[["std_error", "p_value", "percent_low"]].isna().all(axis=None)
    used = rows[rows["estimate"].abs() > 1e-6]
    assert used["notes"].str.contains("varies in at most one group of each arm").all()
    assert used["n_clusters"].gt(1).all() and used["df"].isna().all()
    errors = made["std_errors"][made["std_errors"]["spec_id"].str.split("/").str[2] == outcome]
    assert errors["std_error"].isna().all()


def test_an_outcome_that_varies_in_a_group_of_each_arm_has_none_either() -> None:
    income = UNITS["group"].isin(["g03", "g12"]) * np.arange(len(UNITS)) * 1.0
    impact = ruralimpact.estimate_impact(
        UNITS.assign(out=income).set_index("unit_id"),
        outcome="out",
        treatment="treated",
        covariates=["age"],
        strategy="kernel",
        group="group",
    )
    assert np.isnan(impact.std_error)
    two = UNITS["group"].isin(["g03", "g04", "g12"]) * np.arange(len(UNITS)) * 1.0
    more = ruralimpact.estimate_impact(
        UNITS.assign(out=two).set_index("unit_id"),
        outcome="out",
        treatment="treated",
        covariates=["age"],
        strategy="kernel",
        group="group",
    )
    assert more.std_error > 0


def test_a_few_units_of_different_values_vary_in_more_than_one() -> None:
    """Two of each arm, all unlike: the two-sample t test has an error, and so have these."""
    few = pd.DataFrame({"d": [1, 1, 0, 0], "y": [4.0, 7.0, 1.0, 3.0]})
    impact = ruralimpact.estimate_impact(few, outcome="y", treatment="d", strategy="unweighted")
    assert impact.estimate == 3.5
    assert impact.std_error == pytest.approx(np.sqrt(4.5 / 2 + 2.0 / 2))


def test_what_varies_by_its_rounding_is_called_so(made) -> None:
    rows = of(made, "rounded")
    assert rows[["std_error", "p_value"]].isna().all(axis=None)
    assert rows["notes"].str.contains("no more than the rounding of its size").all()


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        ("huge", "180 values of the outcome are beyond 1e+100"),
        ("tiny", "as large as 1e-100"),
        ("never_known", "missing"),
        ("known_in_one_arm", "missing"),
    ],
)
def test_what_cannot_be_estimated_is_missing_with_its_reason(made, outcome, reason) -> None:
    rows = of(made, outcome)
    assert rows[["estimate", "std_error", "p_value", "percent"]].isna().all(axis=None)
    assert rows["notes"].str.contains("not estimable").all()
    assert rows["notes"].str.contains(reason, regex=False).all()


def test_no_p_value_rests_on_rounding(made) -> None:
    """Standard errors are missing, or of the size that such an outcome has in 180 units."""
    known = made["estimates"].dropna(subset=["std_error"])
    spreads = {name: np.std(OUTCOMES[name]) for name in OUTCOMES if name not in OUT_OF_RANGE}
    spread = known["outcome"].map(spreads)
    assert (known["std_error"] > 1e-4 * spread).all()
    errors = made["std_errors"].dropna(subset=["std_error"])
    outcome = errors["spec_id"].str.split("/").str[2]
    spread = outcome.map(spreads)
    assert (errors["std_error"] > 1e-4 * spread).all()


@pytest.mark.parametrize("row", STRATEGIES, ids=lambda row: row["name"])
@pytest.mark.parametrize("outcome", list(OUTCOMES))
def test_the_entry_for_notebooks_says_the_same(made, row, outcome: str) -> None:
    def found() -> ruralimpact.ImpactEstimate:
        return ruralimpact.estimate_impact(
            UNITS.assign(out=OUTCOMES[outcome]).set_index("unit_id"),
            outcome="out",
            treatment="treated",
            covariates=["age", "land", "zone"],
            strategy={key: value for key, value in row.items() if key != "name"},
            group="group",
        )

    expected = of(made, outcome).loc[row["name"]]
    if np.isnan(expected["estimate"]):
        with pytest.raises(ruralimpact.RuralImpactError):
            found()
        return
    impact = found()
    assert impact.estimate == pytest.approx(expected["estimate"], rel=1e-9, abs=1e-12)
    assert impact.std_error == pytest.approx(expected["std_error"], rel=1e-9, nan_ok=True)
    assert set(impact.notes) <= set(expected["notes"].split("; "))


@pytest.mark.parametrize("outcome", ["constant", "treatment", "never_known", "one_unit"])
def test_subgroups_stand_where_nothing_can_be_inferred(outcome: str) -> None:
    declared = study([outcome])
    subgroups = [
        {"name": "zone", "label": "Zone", "variable": "zone", "strategies": [STRATEGIES[0]["name"]]}
    ]
    analysis = {**declared["analyses"][0], "covariates": ["age", "land"], "subgroups": subgroups}
    declared = {**declared, "analyses": [analysis]}
    table = pd.DataFrame({"unit_id": UNITS["unit_id"], outcome: OUTCOMES[outcome]})
    designs = design_study(study_of(declared), {"farms": UNITS})
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    given = EstimationTables({"farms": UNITS}, {"farms": table}, **parts)
    found = subgroup_study(study_of(declared), given, seed=1).subgroups
    schema("subgroups").validate(found)
    assert found["std_error"].isna().all()
