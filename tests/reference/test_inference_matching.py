"""Abadie-Imbens variances against R's Matching 4.10-8, Stata's teffects and published peers."""

import re
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.neighbours import ListNeighbours, nearest_in_space, nearest_on_score
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.inference.abadie_imbens import (
    MatchingEstimate,
    abadie_imbens_estimate,
    conditional_variances,
)
from ruralimpact.inference.estimated_score import (
    EstimatedScore,
    ate_score_correction,
    att_score_correction,
)

ESTIMATE = {"rel": 1e-6}
STD_ERROR = {"rel": 1e-4}
MATCH_TIES = 1e-5  # Match's default tolerance on the squared standardised distance
FILES = {"A445": "lalonde_matching_445.csv", "B614": "lalonde_matchit_614.csv"}
GRID = r"(?P<metric>ps|x8_W[12])_(?P<estimand>AT[TCE])_M(?P<m>\d)_(?P<bias>noba|ba)_vc(?P<j>\d)"


@cache
def nsw(dataset):
    frame = pd.read_csv(REFERENCE / "r" / "data" / FILES[dataset])
    if "race" in frame:
        frame = frame.assign(
            black=(frame.race == "black").astype(int), hisp=(frame.race == "hispan").astype(int)
        )
    frame = frame.rename(columns={"nodegr": "nodegree"})
    return frame.assign(
        employed78=(frame.re78 > 0).astype(float), poor78=(frame.re78 < 3000).astype(float)
    )


@cache
def covariates(dataset):
    names = ["age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"]
    return covariate_matrix({name: nsw(dataset)[name] for name in names})


@cache
def coordinates(dataset, metric):
    """Match's metrics: one score, inverse variances, or Mahalanobis, with variables of unit variance."""
    treated = nsw(dataset).treat.to_numpy(np.int8)
    values = covariates(dataset).values
    if metric == "ps":
        values = fit_propensity(covariates(dataset), treated).probability
    if metric == "linps":
        values = fit_propensity(covariates(dataset), treated).linear_predictor
    standard = (values - values.mean(axis=0)) / values.std(axis=0, ddof=1)
    if metric != "x8_W2":
        return standard
    return standard @ np.linalg.cholesky(np.linalg.inv(standard.T @ standard / len(standard)))


def estimate(
    dataset, outcome, metric, estimand, m, *, adjust=False, j=0, ties=MATCH_TIES, **search
) -> MatchingEstimate:
    frame, points = nsw(dataset), coordinates(dataset, metric)
    treated, y = frame.treat.to_numpy() == 1, frame[outcome].to_numpy(float)
    find = nearest_on_score if points.ndim == 1 else nearest_in_space
    inside, outside = points[treated], points[~treated]
    return abadie_imbens_estimate(
        y,
        treated,
        of_treated=None
        if estimand == "ATC"
        else find(inside, outside, m, tie_tolerance=ties, **search),
        of_controls=None
        if estimand == "ATT"
        else find(outside, inside, m, tie_tolerance=ties, **search),
        sigma2=conditional_variances(y, treated, points, j=j, tie_tolerance=ties) if j else None,
        adjust_for=covariates(dataset).values if adjust else None,
    )


def match_rows():
    return pd.read_csv(REFERENCE / "r" / "match_lalonde_estimates.csv").set_index(
        ["dataset", "spec", "outcome"]
    )


GRID_ROWS = [key for key in match_rows().index if re.fullmatch(GRID, key[1])]


def test_the_grid_of_specifications_is_complete():
    assert len(GRID_ROWS) == 176
    assert {key[1] for key in GRID_ROWS if key[0] == "A445"} == {
        f"{metric}_{estimand}_M{m}_{bias}_vc{j}"
        for metric in ("ps", "x8_W1", "x8_W2")
        for estimand in ("ATT", "ATE", "ATC")
        for m in (1, 3)
        for bias in ("ba", "noba")
        for j in (0, 4)
    }


@pytest.mark.parametrize("dataset", FILES)
def test_estimates_and_standard_errors_are_those_of_match(dataset):
    reference = match_rows()
    for key in (key for key in GRID_ROWS if key[0] == dataset):
        setting = re.fullmatch(GRID, key[1])
        ours = estimate(
            dataset,
            key[2],
            setting["metric"],
            setting["estimand"],
            int(setting["m"]),
            adjust=setting["bias"] == "ba",
            j=int(setting["j"]),
        )
        row = reference.loc[key]
        assert ours.estimate == pytest.approx(row.est, **ESTIMATE), key
        assert ours.std_error == pytest.approx(row.se_AI, **STD_ERROR), key
        assert ours.n_matched == row.wnobs, key


@pytest.mark.parametrize("dataset", FILES)
@pytest.mark.parametrize(
    ("spec", "metric", "estimand", "m"),
    [
        ("ps_ATT_M1_tol0", "ps", "ATT", 1),
        ("ps_ATT_M3_tol0", "ps", "ATT", 3),
        ("ps_ATE_M1_tol0", "ps", "ATE", 1),
        ("linps_ATT_M1_tol0", "linps", "ATT", 1),
        ("x8_W1_ATT_M1_tol0", "x8_W1", "ATT", 1),
        ("x8_W2_ATT_M1_tol0", "x8_W2", "ATT", 1),
    ],
)
def test_true_nearest_neighbours_without_match_s_tolerance(dataset, spec, metric, estimand, m):
    row = match_rows().loc[(dataset, spec, "re78")]
    # controls at one distance on either side of the linear predictor are ties but for rounding
    ours = estimate(dataset, "re78", metric, estimand, m, ties=1e-14 if metric == "linps" else 0.0)
    assert ours.estimate == pytest.approx(row.est, **ESTIMATE)
    assert ours.std_error == pytest.approx(row.se_AI, **STD_ERROR)


def neighbours_within_calipers(dataset, caliper) -> ListNeighbours:
    """Nearest controls of the treated inside a caliper on each variable, by brute force."""
    treated = nsw(dataset).treat.to_numpy() == 1
    values, points = covariates(dataset).values, coordinates(dataset, "x8_W2")
    widths = caliper * values.std(axis=0)
    gaps = np.abs(values[treated][:, None] - values[~treated])
    distance = ((points[treated][:, None] - points[~treated]) ** 2).sum(axis=2)
    distance = np.where((gaps <= widths).all(axis=2), distance, np.inf)
    nearest = distance.min(axis=1, keepdims=True)
    rows, members = np.nonzero((distance <= nearest + MATCH_TIES) & np.isfinite(distance))
    start = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=treated.sum()))])
    return ListNeighbours(start, members, int((~treated).sum()))


def test_units_dropped_by_a_caliper_do_not_shrink_the_standard_error():
    """Match divides by all 185 treated and takes the 100 dropped to have effects of zero: 416."""
    frame = nsw("A445")
    treated, y = frame.treat.to_numpy() == 1, frame.re78.to_numpy(float)
    near = neighbours_within_calipers("A445", 0.25)
    ours = abadie_imbens_estimate(y, treated, of_treated=near)
    row = match_rows().loc[("A445", "x8_W2_ATT_M1_cal0.25", "re78")]
    assert ours.n_matched == row.wnobs == 85
    assert ours.estimate == pytest.approx(row.est, **ESTIMATE)
    assert ours.std_error == pytest.approx(891, abs=0.5)
    as_match_computes_it = (ours.variance * 85**2 + 100 * ours.estimate**2) / 185**2
    assert row.se_AI == pytest.approx(np.sqrt(as_match_computes_it), **STD_ERROR)


@cache
def births():
    """Cattaneo's birth weights, shipped with statsmodels."""
    import statsmodels

    folder = Path(statsmodels.__file__).parent / "treatment" / "tests" / "results"
    frame = pd.read_csv(folder / "cataneo2.csv")
    names = ["mmarried_", "mage", "fage", "medu", "prenatal1_"]
    return (
        frame.bweight.to_numpy(float),
        frame.mbsmoke_.to_numpy() == 1,
        covariate_matrix({name: frame[name] for name in names}),
    )


def stata(command):
    table = pd.read_csv(REFERENCE / "stata_cattaneo2.csv", comment="#")
    return table[table.command.str.startswith(command)].iloc[0]


def test_nearest_neighbours_are_those_of_stata_nnmatch():
    y, treated, x = births()
    points = x.values @ np.linalg.cholesky(np.linalg.inv(np.cov(x.values.T)))
    ours = abadie_imbens_estimate(
        y,
        treated,
        of_treated=nearest_in_space(points[treated], points[~treated], 1),
        of_controls=nearest_in_space(points[~treated], points[treated], 1),
        sigma2=conditional_variances(y, treated, points, j=2),
    )
    row = stata("nnmatch")
    assert ours.estimate == pytest.approx(row.estimate, **ESTIMATE)
    assert ours.std_error == pytest.approx(row.se, rel=1e-6)


def on_score(y, treated, x):
    """Matches on the estimated probability: (score, neighbours of treated, of controls, sigma2)."""
    probability = fit_propensity(x, treated.astype(np.int8)).probability
    score = EstimatedScore(x.values, probability, probability * (1 - probability), probability)
    return (
        score,
        nearest_on_score(probability[treated], probability[~treated], 1),
        nearest_on_score(probability[~treated], probability[treated], 1),
        conditional_variances(y, treated, probability, j=1),
    )


def test_estimated_score_ate_is_that_of_stata_psmatch():
    y, treated, x = births()
    score, of_treated, of_controls, sigma2 = on_score(y, treated, x)
    ours = abadie_imbens_estimate(
        y, treated, of_treated=of_treated, of_controls=of_controls, sigma2=sigma2
    )
    variance = ours.variance + ate_score_correction(y, treated, score)
    row = stata("psmatch")
    assert ours.estimate == pytest.approx(row.estimate, **ESTIMATE)
    assert np.sqrt(variance) == pytest.approx(row.se, rel=1e-6)


def test_estimated_score_att_on_nsw_with_cps_controls():
    """The hard case for ties, 1,720 duplicated rows: 1794.0 with a standard error of 751.9."""
    folder = Path(__file__).parents[2] / "data" / "nsw"
    frame = pd.read_csv(folder / "cps_16177.csv")
    y, treated = frame.re78.to_numpy(float), frame.treat.to_numpy() == 1
    names = ["age", "educ", "black", "hisp", "married", "nodegree", "re74", "re75"]
    x = covariate_matrix({name: frame[name] for name in names})
    score, of_treated, _, sigma2 = on_score(y, treated, x)
    ours = abadie_imbens_estimate(y, treated, of_treated=of_treated, sigma2=sigma2)
    correction = att_score_correction(
        y,
        treated,
        score,
        of_treated=nearest_in_space(x.values[treated], x.values[~treated], 1),
        of_controls=nearest_in_space(x.values[~treated], x.values[treated], 1),
        estimate=ours.estimate,
    )
    assert ours.estimate == pytest.approx(1794.0, abs=0.05)
    assert np.sqrt(ours.variance + correction) == pytest.approx(751.9, abs=0.05)


def test_variances_within_exact_cells_are_those_of_stata_ematch():
    """Neighbours for the variance come from the cell too; sought in the whole arm they give 30.467."""
    y, treated, x = births()
    points = x.values @ np.linalg.cholesky(np.linalg.inv(np.cov(x.values.T)))
    married, prenatal = (x.values[:, x.names.index(n)] for n in ("mmarried_", "prenatal1_"))
    cells = (2 * married + prenatal).astype(np.int64)
    near = nearest_in_space(
        points[treated],
        points[~treated],
        1,
        focal_strata=cells[treated],
        candidate_strata=cells[~treated],
    )
    found = abadie_imbens_estimate(
        y,
        treated,
        of_treated=near,
        sigma2=conditional_variances(y, treated, points, j=2, strata=cells),
        adjust_for=x.select(["mage", "fage", "medu"]).values,
    )
    row = pd.read_csv(REFERENCE / "stata_cattaneo2_ematch.csv", comment="#").iloc[0]
    assert found.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert found.std_error == pytest.approx(row.se, rel=1e-6)
