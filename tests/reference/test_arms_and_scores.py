"""Covariates by arm, their joint test and clustered errors of a score, against r/11_arms_and_scores.R."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from study_models import analysis_of

from ruralimpact.design.binary_model import Link
from ruralimpact.design.clustered_errors import clustered_std_errors
from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.estimation.balance_by_arm import arm_differences, joint_balance

NAMES = ["age", "educ", "black", "hispan", "married", "nodegree", "re74", "re75"]


@cache
def lalonde() -> Comparison:
    frame = pd.read_csv(REFERENCE / "r/data/lalonde_matchit_614.csv")
    row = np.arange(1, 615)
    frame = frame.assign(
        unit_id=[f"u{i:03}" for i in row],
        group=[f"g{code}" for code in row * 7 % 45 // (1 + row % 2)],
        black=(frame.race == "black").astype(float),
        hispan=(frame.race == "hispan").astype(float),
    )
    keys = {"name": "a", "method": "matching", "treatment": "treat", "covariates": NAMES}
    return build_comparison(analysis_of(keys), frame.sample(frac=1, random_state=1))


def test_covariates_by_arm_equal_stata_s_formulas() -> None:
    reference = pd.read_csv(REFERENCE / "r/balance_by_arm.csv").set_index("covariate")
    found = pd.DataFrame(arm_differences(lalonde(), {})).set_index("covariate")
    assert list(found.index) == NAMES
    for name in reference:
        assert found[name].to_numpy() == pytest.approx(reference[name].to_numpy(), rel=1e-9), name
    assert set(found["n_treated"]) == {185} and set(found["n_control"]) == {429}


def test_the_joint_test_equals_stata_s_formula() -> None:
    reference = pd.read_csv(REFERENCE / "r/joint_balance.csv").iloc[0]
    found = joint_balance(lalonde())
    for name in reference.index:
        assert getattr(found, name) == pytest.approx(reference[name], rel=1e-9), name
    assert (found.excluded, found.reason, found.n_clusters) == ("", "", 45)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_clustered_errors_of_a_score_equal_stata_s_formula(link: Link) -> None:
    sample = lalonde()
    reference = pd.read_csv(REFERENCE / "r/score_errors.csv").query("link == @link")
    model = fit_propensity(sample.covariates, sample.treatment, link=link)
    groups = sample.units["group"].to_numpy(object)
    found = clustered_std_errors(model, sample.covariates, sample.treatment, groups)
    assert model.names[1:] == tuple(reference["term"][1:])
    assert model.coefficients == pytest.approx(reference["value"].to_numpy(), rel=1e-7)
    assert found == pytest.approx(reference["clustered_error"].to_numpy(), rel=1e-6)
    weight = np.full(len(sample.units), 3.0)
    weighted = clustered_std_errors(
        model, sample.covariates, sample.treatment, groups, sampling=weight
    )
    assert weighted == pytest.approx(found, rel=1e-10), "only proportions of weights count"
