"""Covariates by arm: numbers by hand, tests that cannot be made, what is suppressed and printed."""

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of

from ruralimpact.design.study import design_study
from ruralimpact.estimation.balance_by_arm import balance_by_arm_study
from ruralimpact.estimation.summary_statistics import summary_study
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.balance_by_arm import balance_by_arm_table
from ruralimpact.tables import write_table

ANALYSIS = {
    "name": "main",
    "label": "Main",
    "sample": "all",
    "method": "matching",
    "strategies": ["nn1"],
    "treatment": "d",
    "covariates": ["land", "constant", "region"],
    "outcomes": ["income"],
}
STUDY = {
    "citation": "A survey.",
    "codebook": [{"variable": "land", "label": "Land"}, {"variable": "region", "label": "Region"}],
    "outcomes": {"income": {"label": "Income", "unit": "pesos", "decimals": 1}},
    "analyses": [ANALYSIS],
    "strategies": [{"name": "nn1", "label": "NN", "method": "nearest"}],
}


def sample(n_treated: int = 24, n_control: int = 36, groups: int = 12) -> pd.DataFrame:
    """Land of the treated is 1, 2, 3, 1, ... and of controls 2, 3, 4 ...; a third is north."""
    row = np.arange(n_treated + n_control)
    d = (row < n_treated).astype(int)
    return pd.DataFrame(
        {
            "unit_id": [f"u{i:02}" for i in row],
            "group": [f"g{arm}{i % (groups // 2)}" for i, arm in zip(row, d, strict=True)],
            "d": d,
            "land": row % 3 + 2.0 - d,
            "constant": 0.1,
            "region": np.where(row % 9 < 3, "north", "south"),
        }
    )


def results_of(units: pd.DataFrame, *covariates: str) -> StudyResults:
    study = study_of({**STUDY, "analyses": [{**ANALYSIS, "covariates": list(covariates)}]})
    outcomes = pd.DataFrame({"unit_id": units["unit_id"], "income": 1.0})
    tables = balance_by_arm_study(study, {"all": units})
    summary = summary_study(study, {"all": units}, {"all": outcomes})
    shown = suppressed_tables({**tables, "summary_statistics": summary})
    return StudyResults(study, shown, quality={})


def cells(results: StudyResults, label: str, **options: str) -> list[str]:
    (table,) = balance_by_arm_table(results, entry("balance_by_arm", analyses=["main"], **options))
    (row,) = (own for own in table.rows if own.label.text.startswith(label))
    return [cell.text for cell in row.cells]


def test_numbers_by_hand(tmp_path):
    """Land 1, 2, 3 and 2, 3, 4 as often each: variances (2 / 3) n / (n - 1)."""
    results = results_of(sample(), "land", "region")
    row = results["balance_by_arm"].set_index("covariate").loc["land"]
    assert (row["treated_mean"], row["control_mean"], row["difference"]) == (2, 3, -1)
    assert row["treated_sd"] ** 2 == pytest.approx(16 / 23)
    assert row["normalised_difference"] == pytest.approx(-1 / np.sqrt((16 / 23 + 24 / 35) / 2))
    # Groups 0 and 3, 1 and 4, 2 and 5 of an arm have one land each, 0 or 1 from its mean: two of three
    # have the whole of their share of 1/6.
    squares = 2 * 4 * (1 / 6) ** 2
    assert row["std_error"] ** 2 == pytest.approx(12 / 11 * 59 / 58 * squares)
    assert cells(results, "Land")[:6] == ["2.00", "(0.83)", "3.00", "(0.83)", "−1.00", "(0.50)"]
    assert cells(results, "Land", spread="se")[1] == "(0.37)"
    assert cells(results, "Units") == ["24", "36", "60"]
    assert cells(results, "Groups") == ["6", "6", "12"]
    assert cells(results, "F of all covariates (2, 11)")[1] != "–"
    for name in ("balance_by_arm", "joint_balance"):
        write_table(
            results[name].drop(columns="suppressed", errors="ignore"), tmp_path / name, name
        )


def test_what_does_not_differ_or_cannot_be_tested_has_no_error():
    row = results_of(sample(), "constant", "land")["balance_by_arm"].iloc[0]
    assert row["treated_mean"] == pytest.approx(0.1)
    assert (row["difference"], row["treated_sd"], row["std_error"]) == (0.0, 0.0, 0.0)
    assert np.isnan(row["p_value"]) and np.isnan(row["normalised_difference"])


@pytest.mark.parametrize(
    "covariates, groups, why",
    [
        (["land", "constant"], 12, ""),
        (["constant"], 12, "no covariate varies"),
        (["land", "region", "rank", "power", "third"], 4, "4 groups are too few for 5 covariates"),
        (["land", "alone", "other"], 12, "a covariate varies within too few groups"),
        (["d"], 12, "the covariates determine the arm"),
    ],
)
def test_a_joint_test_that_cannot_be_made_has_its_reason(covariates, groups, why):
    units = sample(groups=groups)
    row = np.arange(60.0)
    units = units.assign(rank=row % 7, power=row % 5, third=row % 11)
    units = units.assign(
        alone=units["group"].eq("g10").astype(float), other=units["group"].eq("g01").astype(float)
    )
    results = results_of(units, *covariates)
    (test,) = results["joint_balance"].to_dict("records")
    assert test["reason"] == why
    assert np.isnan(test["f_statistic"]) == bool(why)
    (table,) = balance_by_arm_table(results, entry("balance_by_arm", analyses=["main"]))
    assert any(f"no F, as {why}." in note for note in table.notes) == bool(why)


def test_collinear_covariates_are_excluded_and_named():
    units = sample().assign(twice=lambda own: 2 * own["land"])
    both, alone = results_of(units, "land", "twice"), results_of(units, "land")
    (test,), (single,) = (own["joint_balance"].to_dict("records") for own in (both, alone))
    assert (test["excluded"], test["df_numerator"]) == ("twice", 1)
    assert test["f_statistic"] == pytest.approx(single["f_statistic"])


def test_a_weight_counts_by_its_proportion_and_row_order_not_at_all():
    units = sample().assign(sampling_weight=np.tile([1.0, 2.0, 3.0], 20))
    first = results_of(units, "land", "region")
    land = first["balance_by_arm"].set_index("covariate").loc["land"]
    assert land["treated_mean"] == pytest.approx((1 + 2 * 2 + 3 * 3) / 6)
    assert first["joint_balance"]["weighted"].all()
    other = units.assign(sampling_weight=7 * units["sampling_weight"]).sample(
        frac=1, random_state=3
    )
    for name in ("balance_by_arm", "joint_balance"):
        pd.testing.assert_frame_equal(results_of(other, "land", "region")[name], first[name])


def test_small_arms_and_rare_categories_show_nothing():
    few = results_of(sample(n_treated=6), "land")
    assert cells(few, "Land") == ["[s]"] * 8
    assert cells(few, "F of all")[1] == "–"
    assert cells(few, "Units") == ["<10", "36", "[s]"]
    rare = sample().assign(region=lambda own: np.where(own.index % 20 == 0, "north", "south"))
    assert cells(results_of(rare, "region"), "Region: north") == ["[s]"] * 8


def test_the_propensity_model_of_a_design_has_clustered_errors():
    study = study_of({**STUDY, "analyses": [{**ANALYSIS, "covariates": ["land"]}]})
    models = design_study(study, {"all": sample()})["propensity_models"].set_index("term")
    assert models.loc["n_clusters", "value"] == 12
    z = models.loc["land", "value"] / models.loc["land", "clustered_error"]
    assert 0 < models.loc["land", "p_value"] < 1 and abs(z) > 1
    assert models.loc["land", "clustered_error"] != models.loc["land", "std_error"]
