"""Sandwich covariances against R: plm, sandwich and clubSandwich on the rice farms, MatchIt's fits."""

from dataclasses import replace
from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE

from ruralimpact.inference.bias_reduced import bias_reduced_covariance
from ruralimpact.inference.sandwich import (
    heteroskedastic_covariance,
    least_squares,
    leverage,
)

FARMS, SEASONS = 171, 6
ESTIMATE = {"rel": 1e-6}
STD_ERROR = {"rel": 1e-8}  # far inside the bar of 1e-4


@cache
def farms():
    return pd.read_csv(REFERENCE / "r" / "ricefarms_built_outcomes.csv")


def panel_rows():
    return pd.read_csv(REFERENCE / "r" / "ricefarms_panel_estimates.csv")


def season_dummies():
    return pd.get_dummies(farms().season).to_numpy(float)[:, 1:]


def demean(values, *columns):
    """Subtract the means by each column in turn, exact for the balanced panel."""
    frame = pd.DataFrame(values)
    for column in columns:
        frame = frame - frame.groupby(farms()[column].to_numpy()).transform("mean")
    return frame.to_numpy().reshape(np.shape(values))


def variables(model, outcome, term):
    names = [term, "ln_size", "high", "share"] if model.endswith("_ctl") else [term]
    return farms()[outcome].to_numpy(float), farms()[names].to_numpy(float)


def two_way_fits(y, x):
    """Fits within farms and seasons: with and without counting dummies, and with seasons kept."""
    absorbed = FARMS + SEASONS - 1
    counted = least_squares(demean(y, "id", "season"), demean(x, "id", "season"), absorbed=absorbed)
    uncounted = replace(counted, absorbed=0)
    with_seasons = demean(np.column_stack([x, season_dummies()]), "id")
    kept = least_squares(demean(y, "id"), with_seasons)
    return kept.coefficients[0], counted, uncounted, kept


def classical(fit):
    """Covariance under independent errors of one variance."""
    return fit.bread * (fit.residuals**2).sum() / fit.residual_df


def clustered(fit, groups, kind):
    """Covariance by groups from the scores of a fit, with the factors that R and Stata know."""
    sums = pd.DataFrame(fit.scores).groupby(np.asarray(groups)).sum().to_numpy()
    count, n = len(sums), len(fit.residuals)
    factor = {"CR0": 1.0, "CR1": count / (count - 1)}
    factor["CR1S"] = factor["CR1"] * (n - 1) / fit.residual_df
    return factor[kind] * fit.bread @ sums.T @ sums @ fit.bread


def two_way_variances(counted, uncounted, kept):
    groups = farms().id
    n, k = uncounted.design.shape
    slack = 1 - leverage(uncounted)
    scaled = {
        kind: replace(uncounted, residuals=uncounted.residuals / power)
        for kind, power in (("HC2", np.sqrt(slack)), ("HC3", slack))
    }
    cr0 = clustered(uncounted, groups, "CR0")[0, 0]
    cr1s = clustered(uncounted, groups, "CR1S")[0, 0]
    return {
        "classical": classical(counted)[0, 0],
        "plm_arellano_HC0": cr0,
        "plm_arellano_sss": cr1s,
        "plm_arellano_HC1": cr0 * n / (n - k),
        "plm_arellano_HC2": clustered(scaled["HC2"], groups, "CR0")[0, 0],
        "plm_arellano_HC3": clustered(scaled["HC3"], groups, "CR0")[0, 0],
        "lsdv_vcovCL_HC1": clustered(counted, groups, "CR1S")[0, 0],
        "lsdv_vcovCL_HC0_noadj": cr0,
        "clubSandwich_CR0": cr0,
        "clubSandwich_CR1": clustered(uncounted, groups, "CR1")[0, 0],
        "clubSandwich_CR1S": cr1s,
        "clubSandwich_CR2": bias_reduced_covariance(kept, groups).covariance[0, 0],
    }


@pytest.mark.parametrize("model", ["twfe", "twfe_ctl"])
def test_two_way_fixed_effects(model):
    rows = panel_rows().query("model == @model")
    assert len(rows) == 14 * 12
    for (outcome, term), cases in rows.groupby(["outcome", "term"]):
        estimate, counted, uncounted, kept = two_way_fits(*variables(model, outcome, term))
        ours = two_way_variances(counted, uncounted, kept)
        for row in cases.itertuples():
            case = (outcome, term, row.se_type)
            assert estimate == pytest.approx(row.estimate, **ESTIMATE), case
            assert np.sqrt(ours[row.se_type]) == pytest.approx(row.se, **STD_ERROR), case


@pytest.mark.parametrize("model", ["twfe", "twfe_ctl"])
def test_satterthwaite_degrees_of_freedom(model):
    rows = panel_rows().query("model == @model and se_type == 'clubSandwich_CR2'")
    for row in rows.itertuples():
        kept = two_way_fits(*variables(model, row.outcome, row.term))[3]
        ours = bias_reduced_covariance(kept, farms().id).df[0]
        assert ours == pytest.approx(row.df, rel=1e-8)


def first_differences(y, x):
    groups = farms().id.to_numpy()
    same = groups[1:] == groups[:-1]
    return np.diff(y)[same], np.diff(x, axis=0)[same], groups[1:][same], same


@pytest.mark.parametrize("model", ["fd", "fd_ctl"])
def test_first_differences(model):
    for row in panel_rows().query("model == @model").itertuples():
        dy, dx, groups, _ = first_differences(*variables(model, row.outcome, row.term))
        fit = least_squares(dy, np.column_stack([dx, np.ones(len(dy))]))
        cr0 = clustered(fit, groups, "CR0")[0, 0]
        ours = {
            "classical": classical(fit)[0, 0],
            "plm_arellano_HC0": cr0,
            "plm_arellano_sss": clustered(fit, groups, "CR1S")[0, 0],
            # plm multiplies the 855 differences by the levels' 1,026 less parameters: not copied
            "plm_arellano_HC1": cr0 * len(dy) / (len(farms()) - fit.design.shape[1]),
        }[row.se_type]
        assert fit.coefficients[0] == pytest.approx(row.estimate, **ESTIMATE)
        assert np.sqrt(ours) == pytest.approx(row.se, **STD_ERROR)


def test_first_differences_with_seasons():
    for row in panel_rows().query("model == 'fd_seasonFE'").itertuples():
        dy, dx, groups, same = first_differences(*variables("fd", row.outcome, row.term))
        design = np.column_stack([dx, season_dummies()[1:][same]])
        fit = least_squares(dy, design)
        assert fit.coefficients[0] == pytest.approx(row.estimate, **ESTIMATE)
        ours = clustered(fit, groups, "CR1S")[0, 0]
        assert np.sqrt(ours) == pytest.approx(row.se, **STD_ERROR)


@cache
def nsw():
    frame = pd.read_csv(REFERENCE / "r" / "data" / "lalonde_matchit_614.csv")
    return frame.assign(
        employed78=(frame.re78 > 0).astype(float),
        poor78=(frame.re78 < 3000).astype(float),
        hispan=(frame.race == "hispan").astype(float),
        white=(frame.race == "white").astype(float),
    ).set_index("id")


def design_of(frame, adjusted):
    names = ["age", "educ", "hispan", "white", "married", "nodegree", "re74", "re75"]
    columns = [np.ones(len(frame)), frame.treat, *(frame[n] for n in names if adjusted)]
    return np.column_stack(columns).astype(float)


def matchit_rows(**wanted):
    rows = pd.read_csv(REFERENCE / "r" / "matchit_lalonde614_att.csv")
    for column, value in wanted.items():
        rows = rows[rows[column].isin(value)]
    return rows


# without replacement: unit weights, and weights that differ within a matched set
SETS = ["nn11_norepl", "nn11_cal02", "nn21_norepl", "nn31_cal02_norepl"]


def test_weighted_fits_clustered_by_matched_set():
    weights = pd.read_csv(REFERENCE / "r" / "matchit_lalonde614_weights.csv")
    rows = matchit_rows(spec=SETS)
    assert len(rows) == 4 * 6
    for row in rows.itertuples():
        used = weights.query("spec == @row.spec and weight > 0")
        frame = nsw().loc[used.id]
        fit = least_squares(
            frame[row.outcome].to_numpy(float),
            design_of(frame, row.covariate_adjusted),
            weights=used.weight.to_numpy(float),
        )
        reduced = bias_reduced_covariance(fit, used.subclass)
        ours = {
            "se_cl_subclass_HC1": clustered(fit, used.subclass, "CR1S")[1, 1],
            "se_cl_subclass_HC0_nocadj": clustered(fit, used.subclass, "CR0")[1, 1],
            "se_CR2_subclass": reduced.covariance[1, 1],
            "se_HC3_on_weights": heteroskedastic_covariance(fit, "HC3")[1, 1],
        }
        assert fit.coefficients[1] == pytest.approx(row.estimate, **ESTIMATE)
        for kind, variance in ours.items():
            assert np.sqrt(variance) == pytest.approx(getattr(row, kind), **STD_ERROR), kind
        assert reduced.df[1] == pytest.approx(row.df_CR2, rel=1e-8)
