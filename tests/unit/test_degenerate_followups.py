"""Outcomes that bear no estimate in what is asked beside effects: missing with a reason, the rest stands."""

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd
import pytest
import test_attrition_study
import test_power_study
from study_models import study_of

from ruralimpact.attrition.study import attrition_study
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.estimation.association import associations
from ruralimpact.estimation.association_study import association_study
from ruralimpact.power.study import power_study
from ruralimpact.power.variance_components import variance_components
from ruralimpact.tables import schema

Change = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]
OUTCOMES: dict[str, Change] = {
    "constant": lambda values, arm, group: values * 0 + 5,
    "zero": lambda values, arm, group: values * 0,
    "the treatment": lambda values, arm, group: arm.astype(float),
    "the group": lambda values, arm, group: pd.factorize(group)[0].astype(float),
    "never known": lambda values, arm, group: values * np.nan,
    "known of controls": lambda values, arm, group: np.where(arm == 1, np.nan, values),
    "known of treated": lambda values, arm, group: np.where(arm == 0, np.nan, values),
    "of one group an arm": lambda values, arm, group: np.where(
        np.isin(group, [group[arm == 1][0], group[arm == 0][0]]), values, np.nan
    ),
    "huge": lambda values, arm, group: values * 1e160,
    "tiny": lambda values, arm, group: values * 1e-170,
    "of one unit": lambda values, arm, group: (np.arange(len(values)) == 5) * 1.0,
}
STAND = {"of one unit"}


@pytest.fixture(autouse=True)
def no_rounding_is_divided_by() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("error", RuntimeWarning)
        yield


def changed(change: Change, table: pd.DataFrame, units: pd.DataFrame, arm: str) -> pd.DataFrame:
    arms, groups = units[arm].to_numpy(), units["group"].to_numpy()
    return table.assign(income=change(table["income"].to_numpy(float), arms, groups))


@pytest.mark.parametrize("name", OUTCOMES)
def test_power(name: str) -> None:
    units, outcomes = test_power_study.data()
    declared = test_power_study.study(
        outcomes=["income", "poor"], autocorrelation={"unit": 0.4, "group": 0.7}
    )
    whole = power_study(study_of(declared), units, outcomes)
    given = {"farms": changed(OUTCOMES[name], outcomes["farms"], units["farms"], "treated")}
    made = power_study(study_of(declared), units, given)
    schema("power").validate(made)
    rest = made["outcome"] == "poor"
    pd.testing.assert_frame_equal(made[rest], whole[rest], check_dtype=False, check_like=True)
    own = made[~rest]
    assert len(own) == (~rest).sum()
    assert own["mde"].notna().all() if name in STAND else own["mde"].isna().all()
    assert ((own["reason"] != "") == own["mde"].isna()).all()


@pytest.mark.parametrize("before", [0.0, 5.0, "the outcome itself"])
def test_power_where_the_baseline_tells_nothing_or_everything(before: float | str) -> None:
    units, outcomes = test_power_study.data(baseline=True)
    declared = test_power_study.study()
    declared["samples"] = {"farms": {"two_periods": {}}}
    declared["analyses"][0]["covariates"] = ["age", "income_before"]
    farms, table = units["farms"], outcomes["farms"]
    if isinstance(before, float):
        farms = farms.assign(income_before=before)
    else:
        table = table.assign(income=table["income"] * 0)
    made = power_study(study_of(declared), {"farms": farms}, {"farms": table}).set_index("design")
    assert made.loc["cross_section", "mde"].notna().all()
    assert made.loc[["ancova", "difference"], "mde"].isna().all()
    assert made.loc["ancova", "reason"].str.contains("the baseline").all()


def test_components_of_an_outcome_in_other_units_are_those_in_other_units() -> None:
    units, outcomes = test_power_study.data()
    table = units["farms"].assign(income=outcomes["farms"]["income"]).dropna()
    found = [
        variance_components(scale * table["income"], table["group"], table[["treated", "age"]])
        for scale in (1.0, 1e-12, 1e12)
    ]
    assert found[1].icc == pytest.approx(found[0].icc)
    assert found[2].icc == pytest.approx(found[0].icc)


@pytest.mark.parametrize("name", OUTCOMES)
def test_attrition(name: str) -> None:
    units, outcomes = test_attrition_study.samples()
    given = changed(OUTCOMES[name], outcomes["second"], units["second"], "member")
    made = attrition_study(
        study_of(test_attrition_study.study()), units, {**outcomes, "second": given}
    )
    for table in made.values():
        schema(str(table.attrs.get("name", "")) or _name(table)).validate(table)
    bounds = made["attrition_bounds"]
    silent = bounds["std_error"].isna() & (bounds["kind"] == "as_found")
    told = (bounds["reason"] != "") | (bounds["notes"] != "") | (bounds["n_clusters"] < 3)
    assert told[silent].all()
    whole = attrition_study(study_of(test_attrition_study.study()), units, outcomes)
    pd.testing.assert_frame_equal(made["attrition"], whole["attrition"])


def _name(table: pd.DataFrame) -> str:
    return "attrition" if "measure" in table else "attrition_bounds"


def farms(name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    rng = np.random.default_rng(2)
    n, group = 240, np.repeat(np.arange(24), 10)
    units = pd.DataFrame(
        {
            "unit_id": [f"u{i:03d}" for i in range(n)],
            "group": [f"g{code:02d}" for code in group],
            "treated": (group % 2).astype(float),
            "advice": (rng.random(n) < 0.5) * 1.0,
            "age": rng.normal(40, 8, n),
        }
    )
    income = 3 * units["advice"] + units["age"] + rng.normal(0, 5, n)
    table = pd.DataFrame({"unit_id": units["unit_id"], "income": income, "sales": 2 * income})
    if name in OUTCOMES:
        table = changed(OUTCOMES[name], table, units, "treated")
    asked = {"name": "help", "label": "Help", "variables": ["advice"], "covariates": ["age"]}
    declared = {
        "synthetic": True,
        "samples": {"farms": {"sources": ["farms"]}},
        "outcomes": {"income": {"unit": "pesos"}, "sales": {"unit": "pesos"}},
        "analyses": [
            {
                "name": "main",
                "sample": "farms",
                "method": "matching",
                "treatment": "treated",
                "covariates": ["age"],
                "outcomes": ["income", "sales"],
                "associations": [{**asked, "outcomes": ["income", "sales"]}],
            }
        ],
    }
    return declared, {"farms": units}, {"farms": table}


@pytest.mark.parametrize("name", OUTCOMES)
def test_associations(name: str) -> None:
    declared, units, outcomes = farms(name)
    made = association_study(study_of(declared), units, outcomes)
    schema("associations").validate(made)
    whole = association_study(study_of(declared), *farms("")[1:])
    rest = made["outcome"] == "sales"
    kept = whole[whole["outcome"] == "sales"]
    pd.testing.assert_frame_equal(
        made[rest].reset_index(drop=True),
        kept.reset_index(drop=True),
        check_dtype=False,
        check_like=True,
    )
    own = made[~rest & (made["kind"] == "coefficient")]
    if name == "of one unit":
        return
    known = {"the group", "known of treated"}
    assert own["std_error"].notna().all() == (name in known)
    few = own["n_clusters"].between(1, 2)
    assert ((own["reason"] != "") | few).eq(own["std_error"].isna()).all()


def test_an_outcome_that_the_variables_determine_has_no_error() -> None:
    rng = np.random.default_rng(1)
    advice, age = rng.random(60).round(), rng.normal(40, 8, 60)
    found = associations(
        3 * advice + 2 * age + 1,
        covariate_matrix({"advice": advice}),
        covariate_matrix({"age": age}),
    )
    assert found.coefficients == pytest.approx([3])
    assert not found.scores.any()
    assert found.r_squared == 1
    assert "determine" in found.note
