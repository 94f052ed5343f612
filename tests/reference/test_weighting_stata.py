"""Weighting, regression adjustment and doubly robust estimators against Stata's teffects.

Stata's robust standard error is the root of the summed squared scores: no small-sample factor, and the
observed (not expected) information of the probit.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from statsmodels.discrete.discrete_model import Probit
from statsmodels.regression.linear_model import OLS
from statsmodels.treatment.tests.results import results_teffects
from statsmodels.treatment.treatment_effects import TreatmentEffect

from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import Selection, selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate

OUTCOME_COVARIATES = ("prenatal1_", "mmarried_", "mage", "fbaby_")
SHORT = ("mmarried_", "mage", "fbaby_", "medu")
NOT_STATA = ("aipw", "ATT")
LONG = ("mmarried_", "mage", "mage2", "fbaby_", "medu")


@cache
def births() -> pd.DataFrame:
    return pd.read_csv(Path(results_teffects.__file__).parent / "cataneo2.csv")


def columns(names) -> CovariateMatrix:
    return covariate_matrix({name: births()[name].to_numpy() for name in names})


@cache
def selection(names) -> Selection:
    treatment = births().mbsmoke_.to_numpy(np.int8)
    covariates = columns(names)
    return selection_scores(
        fit_propensity(covariates, treatment, link="probit"), covariates, treatment
    )


def estimate(method, estimand, score=LONG):
    outcome = births().bweight.to_numpy(float)
    treatment = births().mbsmoke_.to_numpy(np.int8)
    covariates = columns(OUTCOME_COVARIATES)
    if method == "ra":
        return regression_adjustment(outcome, treatment, covariates, estimand=estimand)
    if method == "ipw":
        return inverse_probability_estimate(outcome, treatment, selection(score), estimand=estimand)
    if method == "ipwra":
        return ipwra(outcome, treatment, selection(score), covariates, estimand=estimand)
    return aipw(
        outcome, treatment, selection(score), covariates, estimand=estimand, normalised=False
    )


@pytest.mark.parametrize(
    ("method", "estimand"),
    [(m, e) for m in ("ra", "ipw", "ipwra", "aipw") for e in ("ATE", "ATT") if (m, e) != NOT_STATA],
)
def test_estimate_and_control_mean_to_every_digit(method, estimand):
    stored = getattr(results_teffects, f"results_{method}")
    table = stored.table if estimand == "ATE" else stored.table_t
    ours = estimate(method, estimand)
    assert ours.estimate == pytest.approx(table[0, 0], rel=1e-12)
    assert ours.std_errors["hc"] == pytest.approx(table[0, 1], rel=1e-8)
    assert ours.control_mean == pytest.approx(table[1, 0], rel=1e-12)
    control_se = np.sqrt((ours.control_mean_scores**2).sum())
    assert control_se == pytest.approx(table[1, 1], rel=1e-8)


@pytest.mark.parametrize("method", ["ra", "ipw", "ipwra", "aipw"])
def test_printed_log(method):
    log = pd.read_csv(REFERENCE / "stata_cattaneo2.csv", comment="#")
    row = log[log.command.str.startswith(f"{method} ")].iloc[0]
    ours = estimate(method, "ATE", SHORT)
    # Seven digits are printed.
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert ours.std_errors["hc"] == pytest.approx(row.se, rel=1e-6)


@pytest.mark.parametrize(("method", "theirs"), [("ra", "ra"), ("ipw", "ipw"), ("ipwra", "ipw_ra")])
def test_statsmodels_on_other_data(method, theirs):
    """Its estimators run where the score has six coefficients."""
    rng = np.random.default_rng(7)
    x = rng.normal(size=(600, 5))
    treatment = (rng.uniform(size=600) < 0.3 + 0.1 * (x[:, 0] > 0)).astype(np.int8)
    outcome = x @ [1.0, -1.0, 0.5, 0.0, 0.2] + treatment * (1 + x[:, 0]) + rng.normal(size=600)
    covariates = covariate_matrix({f"x{j}": x[:, j] for j in range(5)})
    with_constant = np.column_stack([np.ones(600), x])
    oracle = TreatmentEffect(
        OLS(outcome, with_constant),
        treatment,
        results_select=Probit(treatment, with_constant).fit(disp=0),
    )
    score = selection_scores(
        fit_propensity(covariates, treatment, link="probit"), covariates, treatment
    )
    for group, estimand in (("all", "ATE"), (1, "ATT")):
        ours = {
            "ra": lambda e: regression_adjustment(outcome, treatment, covariates, estimand=e),
            "ipw": lambda e: inverse_probability_estimate(outcome, treatment, score, estimand=e),
            "ipwra": lambda e: ipwra(outcome, treatment, score, covariates, estimand=e),
        }[method](estimand)
        result = getattr(oracle, theirs)(return_results=True, effect_group=group)
        assert ours.estimate == pytest.approx(result.effect[0], rel=1e-6)
        # Their own optimiser stops within 1e-4 of the optimum.
        assert ours.std_errors["hc"] == pytest.approx(result.results_gmm.bse[0], rel=1e-3)
