"""Analyses that lack an arm: their estimates are missing, with the reason, and the rest of a study stands."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.checks import samples as checks
from ruralimpact.design.study import design_study
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.difference.study import difference_study
from ruralimpact.errors import NoComparisonError
from ruralimpact.estimation.association_study import association_study
from ruralimpact.estimation.balance_by_arm import balance_by_arm_study
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.estimation.summary_statistics import summary_study
from ruralimpact.exhibits.marks import estimate_marks, estimate_notes
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.power.study import power_study
from ruralimpact.sensitivity.study import SensitivityTables, sensitivity_study
from ruralimpact.tables import schema

WAVES = ("2019", "2021")
LACKING = {
    "treated_only": "there are no controls to compare",
    "controls_only": "there are no treated units to compare",
    "unasked": "there are no controls to compare. All 60 controls were excluded: the covariate 'age' is "
    "missing (60)",
    "one_group": "the controls are of a single group (g00), standard errors that cluster by group need at "
    "least two in each arm",
    "panel": "there are no controls to compare",
    "changes": "no unit of the data is a control unit",
    "cohorts": "no unit stays untreated to the last wave",
}
OVER_TIME = {"panel", "changes", "cohorts"}


def units(waves: tuple[str, ...]) -> pd.DataFrame:
    rng = np.random.default_rng(8)
    rows = [(row, wave) for row in range(120) for wave in waves]
    number = np.array([row for row, _ in rows])
    treated = number % 2 == 1
    after = np.array([wave == "2021" or len(waves) == 1 for _, wave in rows])
    return pd.DataFrame(
        {
            "unit_id": [f"u{row:03d}:{wave}" for row, wave in rows],
            "id": [f"u{row:03d}" for row in number],
            "wave": [wave for _, wave in rows],
            "group": [f"g{row % 20:02d}" for row in number],
            "age": rng.normal(40, 5, len(rows)) + treated,
            "sex": np.where(number % 3 == 0, "woman", "man"),
            "arm": treated * 1.0,
            "treated": (treated & after) * 1.0,
        }
    )


def samples() -> dict[str, pd.DataFrame]:
    once, twice = units(WAVES[1:]), units(WAVES)
    control = once["treated"] == 0
    treated = twice[twice["arm"] == 1].reset_index(drop=True)
    return {
        "all": once,
        "treated_only": once[~control].reset_index(drop=True),
        "controls_only": once[control].reset_index(drop=True),
        "unasked": once.assign(age=once["age"].mask(control)),
        "one_group": once[~control | (once["group"] == "g00")].reset_index(drop=True),
        "panel": treated.assign(treated=1.0),
        "changes": treated,
        "cohorts": treated,
        "both": twice,
    }


def analysis(name: str, **keys: Any) -> dict[str, Any]:
    matched = {
        "method": "matching",
        "covariates": ["age"],
        "strategies": ["near", "ipw"],
        "subgroups": [{"name": "sex", "label": "Sex", "variable": "sex"}],
        "associations": [
            {"name": "age", "label": "Age", "variables": ["age"], "outcomes": ["income"]}
        ],
    }
    shared = {"name": name, "label": name, "sample": name, "treatment": "treated"}
    return {**shared, "outcomes": ["income"], **(keys or matched)}


def study(names: list[str]) -> Any:
    over_time = {
        "panel": {"method": "panel", "estimators": ["two_way_fixed_effects"]},
        "changes": {"method": "difference_in_differences", "before": ["2019"], "after": ["2021"]},
        "both": {"method": "difference_in_differences", "before": ["2019"], "after": ["2021"]},
        "cohorts": {"method": "staggered", "control": "never_treated"},
    }
    return study_of(
        {
            "design": "panel",
            "codebook": [],
            "sources": [{"name": "farms"}],
            "outcomes": {"income": {"unit": "pesos", "family": "income"}},
            "samples": {name: {"sources": ["farms"]} for name in names},
            "strategies": [
                {"name": "near", "method": "nearest"},
                {"name": "ipw", "method": "ipw"},
            ],
            "analyses": [analysis(name, **over_time.get(name, {})) for name in names],
            "power": [
                {
                    "analysis": name,
                    "outcomes": ["income"],
                    "groups": [40],
                    "designs": ["cross_section"],
                }
                for name in names
                if name not in {*over_time, "both"}
            ],
        }
    )


def tables_of(names: list[str]) -> dict[str, pd.DataFrame]:
    """Every table of the stages from design to sensitivity."""
    asked = study(names)
    frames = {name: samples()[name] for name in names}
    rng = np.random.default_rng(2)
    outcomes = {
        name: pd.DataFrame({"unit_id": frame["unit_id"], "income": rng.normal(size=len(frame))})
        for name, frame in frames.items()
    }
    designs = design_study(asked, frames)
    exclusions_over_time(asked, frames)
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    given = EstimationTables(frames, outcomes, **parts)
    over_time = difference_study(asked, given, seed=1)
    made = estimate_study(asked, given, seed=1, over_time=over_time.compared)
    inputs = SensitivityTables(frames, outcomes, designs["weights"], made["estimates"])
    return {
        **designs,
        **made,
        **over_time.tables,
        **sensitivity_study(asked, inputs),
        **balance_by_arm_study(asked, frames),
        "subgroups": subgroup_study(asked, given, seed=1).subgroups,
        "associations": association_study(asked, frames, outcomes),
        "summary_statistics": summary_study(asked, frames, outcomes),
        "power": power_study(asked, frames, outcomes),
    }


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return tables_of(["all", *LACKING, "both"])


@pytest.mark.parametrize("name", LACKING)
def test_an_analysis_that_lacks_an_arm_says_why(name: str, tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["estimates"][tables["estimates"]["analysis"] == name]
    assert len(rows)
    assert rows[["estimate", "std_error", "df", "p_value", "percent"]].isna().all(axis=None)
    assert (rows[["n_treated", "n_control"]] == 0).all(axis=None)
    assert rows["notes"].str.startswith(f"not estimable: {LACKING[name]}").all()


def test_the_others_stand(tables: dict[str, pd.DataFrame]) -> None:
    alone = tables_of(["all"])
    for table in ("estimates", "designs", "subgroups", "power", "summary_statistics"):
        beside = tables[table][tables[table]["analysis"] == "all"].reset_index(drop=True)
        pd.testing.assert_frame_equal(beside, alone[table])
    both = tables["estimates"].set_index("analysis").loc["both"]
    assert np.isfinite([both["estimate"], both["std_error"]]).all()


def test_every_table_keeps_its_contract_and_counts(tables: dict[str, pd.DataFrame]) -> None:
    for name, table in tables.items():
        schema(name).validate(table)
    reasons = tables["power"].set_index("analysis")["reason"]
    assert (reasons.loc[["treated_only", "unasked"]] != "").all()
    lost = tables["exclusions"].set_index("scope").loc["unasked"]
    assert (lost["reason"], lost["rows"]) == ("the covariate 'age' is missing", 60)
    flow = tables["sample_flow"]
    left = flow[(flow["analysis"] == "unasked") & (flow["arm"] == "control")]
    assert left["n_lost"].sum() == 2 * 60


def test_who_was_excluded_over_time_is_counted_though_an_arm_is_lacking() -> None:
    frame = units(WAVES)
    frame = frame.assign(age=frame["age"].mask(frame["arm"] == 0))
    asked = study(["both"])
    (declared,) = asked.analyses
    asked = asked.model_copy(
        update={"analyses": (declared.model_copy(update={"covariates": ("age",)}),)}
    )
    (row,) = exclusions_over_time(asked, {"both": frame}).to_dict("records")
    assert (row["scope"], row["reason"]) == ("both", "age is missing before")
    assert (row["rows"], row["rows_before"]) == (60, 120)


def test_estimates_that_are_for_nobody_have_no_mark(tables: dict[str, pd.DataFrame]) -> None:
    rows = tables["estimates"].set_index("analysis").assign(balanced="")
    lost = rows.loc["unasked"]
    assert (lost["dropped"] > 0).all()
    assert {estimate_marks(record) for record in lost.to_dict("records")} == {""}
    assert estimate_notes(lost) == []
    assert estimate_marks({**rows.loc["all"].iloc[0], "dropped": 1}) != ""


@pytest.mark.parametrize("names", [["treated_only"], ["controls_only", "unasked"], ["changes"]])
def test_nothing_to_compare_ends_the_study(names: list[str]) -> None:
    with pytest.raises(NoComparisonError, match=f"^{names[0]}: (there are|no unit)"):
        tables_of(names)


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["changes"], ["changes"]),
        (["treated_only", "cohorts"], ["treated_only", "cohorts"]),
        (["both", "changes", "controls_only"], []),
    ],
)
def test_the_check_tells_what_ends_a_run(
    names: list[str], told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, frames = study(names), samples()

    def built(name: str, *_: Any, samples: dict[str, Any]) -> None:
        outcomes = pd.DataFrame({"unit_id": frames[name]["unit_id"], "income": 1.0})
        samples[name] = SimpleNamespace(units=frames[name], outcomes=outcomes, noted=())

    monkeypatch.setattr(checks, "build_sample", built)
    monkeypatch.setattr(checks, "analysis_problems", lambda *_: ())
    tables = {"farms": pd.DataFrame()}
    problems = [str(problem).partition(":")[0] for problem in checks.sample_problems(asked, tables)]
    assert problems == told
