"""Weighted estimates and stratified errors against R's survey 4.1-1, on its NHANES data."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

import ruralimpact
from ruralimpact.design.binary_model import Link
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.estimation.association import associations
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.selection import selection_scores
from ruralimpact.estimation.weighting import inverse_probability_estimate
from ruralimpact.inference.clustered import clustered_std_error, group_codes, group_sums
from ruralimpact.inference.sampling_strata import centred_in_strata, degrees_left


@cache
def people() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "r" / "data" / "nhanes_8591.csv")


@cache
def published() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "r" / "survey_nhanes.csv").set_index(["name", "term"])


def known() -> pd.DataFrame:
    return people().dropna(subset=["outcome"])


def covariates(frame: pd.DataFrame) -> CovariateMatrix:
    return covariate_matrix({name: frame[name].astype(str) for name in ("race", "age")})


def stratified(scores: np.ndarray) -> float:
    """Standard error of the whole sample's scores, those without the outcome counting as nothing."""
    full = np.zeros(len(people()))
    full[people()["outcome"].notna()] = scores
    codes = group_codes(people()["group"])
    sums = group_sums(centred_in_strata(full, codes, people()["stratum"].to_numpy()), codes)
    return float(np.sqrt(sums @ sums))


def test_difference_in_means_within_strata() -> None:
    frame = known()
    found = difference_in_means(
        frame["outcome"].to_numpy(),
        frame["treated"].to_numpy(np.int8),
        sampling=frame["weight"].to_numpy(),
    )
    row, mean = (
        published().loc[key]
        for key in (("difference_stratified", "treated"), ("mean_stratified", "treated"))
    )
    assert found.estimate == pytest.approx(row.estimate, rel=1e-10)
    assert stratified(found.scores) == pytest.approx(row.se, rel=1e-8)
    assert found.treated_mean == pytest.approx(mean.estimate, rel=1e-10)
    assert found.treated_mean_scores is not None
    assert stratified(found.treated_mean_scores) == pytest.approx(mean.se, rel=1e-8)


def test_regression_within_strata() -> None:
    """R's error of a coefficient; its CR2 is larger, by what 16 degrees of freedom may cost."""
    frame, sample = known(), people()
    asked = covariate_matrix({"treated": frame["treated"].to_numpy(float)})
    found = associations(
        frame["outcome"].to_numpy(), asked, covariates(frame), sampling=frame["weight"].to_numpy()
    )
    row = published().loc[("regression_stratified", "treated")]
    assert found.coefficients[0] == pytest.approx(row.estimate, rel=1e-8)
    assert stratified(found.scores[:, 0]) == pytest.approx(row.se, rel=1e-8)
    whole = found.among(sample["outcome"].notna().to_numpy())
    reduced = whole.corrected(group_codes(sample["group"]), sample["stratum"].to_numpy())[0]
    assert 1 < reduced.std_error / row.se < 1.05
    assert reduced.df < 16


def test_degrees_of_freedom_are_groups_less_strata() -> None:
    """R's `degf` of this design: 31 groups in 15 strata."""
    frame = people()
    codes = group_codes(frame["group"])
    assert degrees_left(codes, frame["stratum"].to_numpy()) == 16


def test_without_strata_the_error_is_larger() -> None:
    frame = known()
    found = difference_in_means(
        frame["outcome"].to_numpy(),
        frame["treated"].to_numpy(np.int8),
        sampling=frame["weight"].to_numpy(),
    )
    error = clustered_std_error(group_sums(found.scores, group_codes(frame["group"])))[0]
    row = published().loc[("difference_pooled", "treated")]
    assert error == pytest.approx(row.se, rel=1e-8)
    assert error > 1.3 * stratified(found.scores)


@pytest.mark.parametrize("link", ["logit", "probit"])
def test_weighted_propensity_score(link: Link) -> None:
    frame = known()
    model = fit_propensity(
        covariates(frame),
        frame["treated"].to_numpy(np.int8),
        link=link,
        sampling=frame["weight"].to_numpy(),
    )
    theirs = published().loc[f"score_{link}"]
    assert model.coefficients == pytest.approx(theirs["estimate"].to_numpy(), rel=1e-7, abs=1e-9)


def effects() -> dict[str, ScoredEstimate]:
    frame = known()
    y, d, b = (frame[name].to_numpy() for name in ("outcome", "treated", "weight"))
    d, x = d.astype(np.int8), covariates(frame)
    selection = selection_scores(fit_propensity(x, d, sampling=b), x, d, sampling=b)
    return {
        "ipw_att": inverse_probability_estimate(y, d, selection, sampling=b),
        "ipw_ate": inverse_probability_estimate(y, d, selection, estimand="ATE", sampling=b),
        "regression_att": regression_adjustment(y, d, x, sampling=b),
        "ipwra_att": ipwra(y, d, selection, x, sampling=b),
        "aipw_att": aipw(y, d, selection, x, sampling=b),
    }


@pytest.mark.parametrize("name", ["ipw_att", "ipw_ate", "regression_att", "ipwra_att", "aipw_att"])
def test_effects_after_fitted_models(name: str) -> None:
    """R's errors are those of a jackknife that fits everything anew, which scores only approximate."""
    found, row = effects()[name], published().loc[("effect", name)]
    assert found.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert stratified(found.scores) == pytest.approx(row.se, rel=0.01)


def test_spread_scores_keep_the_groups_of_a_domain() -> None:
    """A group without any known outcome still counts among those drawn in its stratum."""
    frame = people()
    codes = group_codes(frame["group"])
    whole = frame["outcome"].notna().to_numpy() & (codes != 0)
    part = frame[whole]
    found = difference_in_means(
        part["outcome"].to_numpy(),
        part["treated"].to_numpy(np.int8),
        sampling=part["weight"].to_numpy(),
    )
    scores = spread_scores(found, whole).scores
    centred = centred_in_strata(scores, codes, frame["stratum"].to_numpy())
    assert group_sums(centred, codes)[0] != 0


def impact(strategy: object, **options: object) -> ruralimpact.ImpactEstimate:
    frame = known().assign(**{name: known()[name].astype(str) for name in ("race", "age")})
    return ruralimpact.estimate_impact(
        frame.set_index("id"),
        outcome="outcome",
        treatment="treated",
        covariates=["race", "age"],
        strategy=strategy,  # type: ignore[arg-type]
        group="group",
        weight="weight",
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize(
    ("strategy", "estimand", "term"),
    [
        ("ipw", "ATT", "ipw_att"),
        ("ipw", "ATE", "ipw_ate"),
        ("regression", "ATT", "regression_att"),
        ("ipwra", "ATT", "ipwra_att"),
        ("aipw", "ATT", "aipw_att"),
    ],
)
def test_the_entry_for_notebooks(strategy: str, estimand: str, term: str) -> None:
    found = impact(strategy, estimand=estimand, strata="stratum")
    row = published().loc[("effect", term)]
    assert found.estimate == pytest.approx(row.estimate, rel=1e-6)
    sums = found.scores.to_numpy()
    assert np.sqrt(sums @ sums) == pytest.approx(row.se, rel=0.01)


def test_the_entry_for_notebooks_without_strata() -> None:
    with_strata, without = impact("unweighted", strata="stratum"), impact("unweighted")
    row = published().loc[("difference_stratified", "treated")]
    assert with_strata.estimate == pytest.approx(row.estimate, rel=1e-10)
    sums = with_strata.scores.to_numpy()
    assert np.sqrt(sums @ sums) == pytest.approx(row.se, rel=1e-8)
    assert with_strata.std_errors["group"] == pytest.approx(row.se, rel=1e-8)
    assert without.estimate == with_strata.estimate
    assert without.std_error > 1.3 * with_strata.std_error


def test_strata_of_two_or_three_groups_are_corrected_once() -> None:
    """R's error has n / (n - 1) of each stratum; groups of unlike weight add less than a thousandth."""
    found = impact("unweighted", strata="stratum")
    assert 1 < found.std_error / found.std_errors["group"] < 1.001
