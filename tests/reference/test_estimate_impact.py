"""The public entry against Stata, MatchIt and Matching, from a DataFrame in one call."""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from statsmodels.treatment.tests.results import results_teffects

import ruralimpact


@cache
def births() -> pd.DataFrame:
    return pd.read_csv(Path(results_teffects.__file__).parent / "cataneo2.csv")


@cache
def stata() -> pd.DataFrame:
    rows = pd.read_csv(REFERENCE / "stata_cattaneo2.csv", comment="#")
    return rows.assign(method=rows.command.str.split().str[0]).set_index("method")


MATCHING = ["mmarried_", "mage", "fage", "medu", "prenatal1_"]


def births_impact(**options):
    return ruralimpact.estimate_impact(
        births(), outcome="bweight", treatment="mbsmoke_", estimand="ATE", **options
    )


def test_nnmatch() -> None:
    found = births_impact(
        covariates=MATCHING,
        strategy={
            "method": "nearest",
            "distance": "mahalanobis",
            "covariance": "sample",
            "bias_adjust": False,
        },
    )
    assert found.estimate == pytest.approx(stata().estimate["nnmatch"], rel=1e-6)
    assert found.std_errors["ai2006"] == pytest.approx(stata().se["nnmatch"], rel=1e-4)
    assert found.matches.groupby("unit").size().max() == 16


def test_nnmatch_within_exact_cells() -> None:
    """Stata's ematch and biasadj: the variance looks for its neighbours inside the cell as well."""
    found = ruralimpact.estimate_impact(
        births(),
        outcome="bweight",
        treatment="mbsmoke_",
        covariates=MATCHING,
        strategy={
            "method": "nearest",
            "distance": "mahalanobis",
            "covariance": "sample",
            "exact": ["mmarried_", "prenatal1_"],
            "bias_adjust": ["mage", "fage", "medu"],
        },
    )
    row = pd.read_csv(REFERENCE / "stata_cattaneo2_ematch.csv", comment="#").iloc[0]
    assert found.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert found.std_errors["ai2006"] == pytest.approx(row.se, rel=1e-6)


def test_psmatch() -> None:
    found = births_impact(
        covariates=MATCHING,
        strategy={"method": "nearest", "score": "probability", "bias_adjust": False},
    )
    assert found.estimate == pytest.approx(stata().estimate["psmatch"], rel=1e-6)
    assert found.std_errors["ai2016"] == pytest.approx(stata().se["psmatch"], rel=1e-4)


@pytest.mark.parametrize("method", ["ra", "ipw", "ipwra"])
def test_weighting(method: str) -> None:
    regression = ["mmarried_", "mage", "prenatal1_", "fbaby_"]
    strategies = {
        "ra": {"method": "regression"},
        "ipw": {"method": "ipw", "link": "probit"},
        "ipwra": {"method": "ipwra", "link": "probit", "outcome_covariates": regression},
    }
    covariates = regression if method == "ra" else ["mmarried_", "mage", "fbaby_", "medu"]
    found = births_impact(covariates=covariates, strategy=strategies[method])
    assert found.estimate == pytest.approx(stata().estimate[method], rel=1e-6)
    assert found.std_errors["hc"] == pytest.approx(stata().se[method], rel=1e-4)


def test_group_error_of_single_units_is_the_robust_one() -> None:
    found = births_impact(covariates=MATCHING, strategy="ipw")
    n = len(births())
    robust = found.std_errors["hc"] * np.sqrt(n / (n - 1))
    assert found.std_errors["group"] == pytest.approx(robust)
    assert found.std_error == pytest.approx(robust, rel=0.002)


def people() -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE / "r/data/lalonde_matchit_614.csv").set_index("id")
    return frame.assign(village=np.arange(len(frame)) % 40)


def people_impact(frame: pd.DataFrame, **options):
    covariates = ["age", "educ", "race", "married", "nodegree", "re74", "re75"]
    return ruralimpact.estimate_impact(
        frame, outcome="re78", treatment="treat", covariates=covariates, **options
    )


@pytest.mark.parametrize(
    "strategy",
    ["nearest", "kernel", "entropy", "ipwra", {"method": "nearest", "replace": False}],
)
def test_row_order_changes_nothing(strategy) -> None:
    first = people_impact(people(), strategy=strategy, group="village")
    second = people_impact(
        people().sample(frac=1, random_state=1), strategy=strategy, group="village"
    )
    pd.testing.assert_frame_equal(first.to_frame(), second.to_frame(), check_exact=True)


def test_difference_of_an_estimate_and_itself_is_nothing() -> None:
    found = people_impact(people())
    test = (found - found).test()
    assert test.difference == 0
    assert np.isnan(test.inference.p_value)


def test_difference_uses_the_covariance_of_the_two() -> None:
    """Two strategies on the same people differ with less noise than two samples would."""
    first = people_impact(people(), strategy={"method": "nearest", "k": 5}, group="village")
    second = people_impact(people(), strategy="kernel", group="village")
    test = (first - second).test()
    assert test.difference == pytest.approx(first.estimate - second.estimate)
    assert test.inference.std_error < np.hypot(first.std_error, second.std_error)
    # villages hold both arms, so no group carries much of either
    by_hand = (first.scores - second.scores).to_numpy()
    plain = np.sqrt(40 / 39 * (by_hand**2).sum())
    assert plain < test.inference.std_error < 1.05 * plain


def test_formula_and_list_of_columns_agree() -> None:
    listed = people_impact(people(), strategy="ipw")
    formula = ruralimpact.estimate_impact(
        people(),
        outcome="re78",
        treatment="treat",
        covariates="age + educ + C(race) + married + nodegree + re74 + re75",
        strategy="ipw",
    )
    assert formula.estimate == pytest.approx(listed.estimate, rel=1e-9)
    assert formula.std_error == pytest.approx(listed.std_error, rel=1e-9)


def test_result_reads_as_text_and_html() -> None:
    found = people_impact(people(), strategy={"method": "nearest", "k": 5})
    assert "ATT by nearest" in str(found)
    assert f"{found.estimate:,.4f}" in str(found)
    assert "<table" in found._repr_html_()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"treatment": "nothing"}, "column 'nothing': there is no such column"),
        ({"outcome": "race"}, "column 'race', rows .*: the outcome must be a number"),
        ({"treatment": "educ"}, "column 'educ', rows .*: the treatment must be 0 or 1"),
        ({"strategy": "nearst"}, "'nearst' is not one of .* Did you mean 'nearest'"),
        ({"covariates": "age +"}, "the formula cannot be used"),
        ({"covariates": []}, "this strategy needs covariates"),
        ({"estimand": "ATX"}, "unknown estimand 'ATX'"),
    ],
)
def test_bad_input_is_one_clear_error(change: dict[str, str], message: str) -> None:
    options = {"outcome": "re78", "treatment": "treat", "covariates": ["age"]} | change
    with pytest.raises(ruralimpact.RuralImpactError, match=message):
        ruralimpact.estimate_impact(people(), **options)
