"""Panel and difference estimators against plm, sandwich, clubSandwich, Matching and MatchIt on RiceFarms."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from statsmodels.regression.linear_model import OLS

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import match_nearest
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies.nearest import NearestNeighbour
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.matching import matching_estimate
from ruralimpact.estimation.panel import PanelData, first_differences, two_way_fixed_effects
from ruralimpact.inference.clustered import clustered_std_error, group_codes, group_sums

OUTCOMES = ["netinc", "ln_netinc", "netinc_kg", "profit", "hired0", "fam0", "totlabor"]
CONTROLS = ["ln_size", "high", "share"]


@cache
def farms() -> pd.DataFrame:
    return pd.read_csv(REFERENCE / "r/ricefarms_built_outcomes.csv")


@cache
def published() -> pd.DataFrame:
    frame = pd.read_csv(REFERENCE / "r/ricefarms_panel_estimates.csv")
    return frame.set_index(["model", "outcome", "term", "se_type"]).sort_index()


def panel() -> PanelData:
    return PanelData(farms().id.astype(str).to_numpy(object), farms().season.to_numpy())


@pytest.mark.parametrize("controlled", [False, True])
@pytest.mark.parametrize("term", ["bimas_any", "bimas_full"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_two_way_fixed_effects(outcome: str, term: str, controlled: bool) -> None:
    frame = farms()
    controls = frame[CONTROLS].to_numpy(float) if controlled else None
    ours = two_way_fixed_effects(
        frame[outcome].to_numpy(float), frame[term].to_numpy(float), panel(), controls=controls
    )
    rows = published().loc["twfe_ctl" if controlled else "twfe", outcome, term]
    group_error, groups = clustered_std_error(group_sums(ours.scores, group_codes(frame.id)))
    assert groups == 171
    assert ours.estimate == pytest.approx(rows.estimate["classical"], rel=1e-6)
    assert group_error == pytest.approx(rows.se["clubSandwich_CR1"], rel=1e-4)
    assert ours.std_errors["classical"] == pytest.approx(rows.se["classical"], rel=1e-4)
    assert ours.std_errors["arellano"] == pytest.approx(rows.se["plm_arellano_HC0"], rel=1e-4)
    assert ours.std_errors["lsdv_cluster"] == pytest.approx(rows.se["lsdv_vcovCL_HC1"], rel=1e-4)
    assert ours.std_errors["cr2"] == pytest.approx(rows.se["clubSandwich_CR2"], rel=1e-4)


@pytest.mark.parametrize("controlled", [False, True])
@pytest.mark.parametrize("term", ["bimas_any", "bimas_full"])
@pytest.mark.parametrize("outcome", OUTCOMES)
def test_first_differences(outcome: str, term: str, controlled: bool) -> None:
    frame = farms()
    controls = frame[CONTROLS].to_numpy(float) if controlled else None
    ours = first_differences(
        frame[outcome].to_numpy(float), frame[term].to_numpy(float), panel(), controls=controls
    )
    rows = published().loc["fd_ctl" if controlled else "fd", outcome, term]
    assert ours.estimate == pytest.approx(rows.estimate["classical"], rel=1e-6)
    assert ours.std_errors["classical"] == pytest.approx(rows.se["classical"], rel=1e-4)
    assert ours.std_errors["arellano"] == pytest.approx(rows.se["plm_arellano_HC0"], rel=1e-4)
    assert ours.std_errors["lsdv_cluster"] == pytest.approx(rows.se["plm_arellano_sss"], rel=1e-4)


@pytest.mark.parametrize("outcome", ["netinc", "ln_netinc", "hired0"])
def test_first_differences_with_season_effects(outcome: str) -> None:
    frame = farms()
    ours = first_differences(
        frame[outcome].to_numpy(float),
        frame.bimas_any.to_numpy(float),
        panel(),
        period_effects=True,
    )
    row = published().loc["fd_seasonFE", outcome, "bimas_any", "vcovCL_HC1"]
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert ours.std_errors["lsdv_cluster"] == pytest.approx(row.se, rel=1e-4)


@cache
def leavers() -> pd.DataFrame:
    """Farms in BIMAS in seasons 1-3 only, and farms never in it; means before and after."""
    frame = farms()
    pattern = frame.groupby("id").bimas_any.agg(lambda s: "".join(map(str, s)))
    columns = ["netinc", "ln_netinc", "netinc_kg", "hired0", "fam0", "totlabor", *CONTROLS]
    halves = frame.groupby(["id", frame.season >= 4])[columns].mean().unstack()
    halves.columns = [f"{name}_{'post' if late else 'pre'}" for name, late in halves.columns]
    kept = pattern.isin(["111000", "000000"])
    return halves[kept].assign(left=(pattern[kept] == "111000").astype(int))


@pytest.mark.parametrize(
    "outcome", ["netinc", "ln_netinc", "netinc_kg", "hired0", "fam0", "totlabor"]
)
@pytest.mark.parametrize(
    ("design", "options"),
    [
        ("psm_did_Match_M1", dict(k=1, tie_tolerance=1e-5)),
        ("psm_did_Match_M3", dict(k=3, tie_tolerance=1e-5)),
        ("psm_did_matchit_cal025", dict(replace=False, caliper=0.25)),
    ],
)
def test_leavers_matched_differences(design: str, options: dict[str, object], outcome: str) -> None:
    frame = leavers()
    names = ["ln_size_pre", "high_pre", "share_pre", "ln_netinc_pre", "hired0_pre"]
    covariates = covariate_matrix({name: frame[name].to_numpy() for name in names})
    treatment = frame.left.to_numpy(np.int8)
    matched = match_nearest(
        covariates,
        treatment,
        NearestNeighbour(score="probability", **options),
        propensity=fit_propensity(covariates, treatment),
    )
    change = (frame[f"{outcome}_post"] - frame[f"{outcome}_pre"]).to_numpy()
    ours = matching_estimate(change, matched, covariates)
    row = _leavers_row(design, outcome)
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert (ours.n_treated, ours.n_control) == (row.n_t, row.n_c)
    if matched.set_ids is not None:
        inside = matched.set_ids >= 0
        sums = group_sums(ours.scores[inside], matched.set_ids[inside])
        n, sets = inside.sum(), matched.matched.sum()
        error = np.sqrt(sets / (sets - 1) * (n - 1) / (n - 2) * (sums**2).sum())
        assert error == pytest.approx(row.se, rel=1e-4)


@pytest.mark.parametrize(
    "outcome", ["netinc", "ln_netinc", "netinc_kg", "hired0", "fam0", "totlabor"]
)
def test_leavers_two_by_two(outcome: str) -> None:
    frame = leavers()
    change = (frame[f"{outcome}_post"] - frame[f"{outcome}_pre"]).to_numpy()
    ours = difference_in_means(change, frame.left.to_numpy(np.int8))
    row = _leavers_row("did_raw", outcome)
    assert ours.estimate == pytest.approx(row.estimate, rel=1e-6)
    assert ours.std_errors["hc1"] == pytest.approx(row.se, rel=1e-4)
    interaction = _leavers_row("did_raw_interaction", outcome)
    n = 2 * len(frame)
    rebuilt = np.sqrt(len(frame) / (len(frame) - 1) * (n - 1) / (n - 4) * (ours.scores**2).sum())
    assert rebuilt == pytest.approx(interaction.se, rel=1e-4)


def _leavers_row(design: str, outcome: str) -> pd.Series:
    rows = pd.read_csv(REFERENCE / "r/ricefarms_did_leavers.csv")
    return rows.query("design == @design and outcome == @outcome").iloc[0]


@pytest.mark.parametrize("estimator", [two_way_fixed_effects, first_differences])
def test_a_panel_with_gaps_equals_a_regression_on_its_own_rows(estimator) -> None:
    """statsmodels, on dummies or on the differences of consecutive seasons."""
    frame = farms().sample(frac=0.8, random_state=1).sort_values(["id", "season"])
    gappy = PanelData(frame.id.astype(str).to_numpy(object), frame.season.to_numpy())
    outcome, treated = frame.netinc.to_numpy(float), frame.bimas_any.to_numpy(float)
    ours = estimator(outcome, treated, gappy)
    if estimator is two_way_fixed_effects:
        dummies = pd.get_dummies(frame[["id", "season"]].astype(str), drop_first=True)
        design = np.column_stack([treated, np.ones(len(frame)), dummies.to_numpy(float)])
        groups, y = frame.id.to_numpy(), outcome
    else:
        steps = frame.groupby("id")[["netinc", "bimas_any", "season"]].diff()
        kept = (steps.season == 1).to_numpy()
        y = steps.netinc.to_numpy()[kept]
        design = np.column_stack([steps.bimas_any.to_numpy()[kept], np.ones(kept.sum())])
        groups = frame.id.to_numpy()[kept]
    fit = OLS(y, design).fit()
    scores = np.linalg.inv(design.T @ design)[0] @ (design * fit.resid[:, None]).T
    sums = pd.Series(scores).groupby(groups).sum()
    assert ours.estimate == pytest.approx(fit.params[0], rel=1e-6)
    assert ours.std_errors["arellano"] == pytest.approx(np.sqrt((sums**2).sum()), rel=1e-6)
