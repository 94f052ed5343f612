"""Staggered adoption against csdid, and numbers printed by R's did and bacondecomp."""

from functools import cache

import numpy as np
import pandas as pd
import pytest
from reference_files import REFERENCE
from scipy.stats import chi2

from ruralimpact.difference.aggregation import Kind, aggregate
from ruralimpact.difference.event_study import pre_trend_test
from ruralimpact.difference.goodman_bacon import bacon_decomposition
from ruralimpact.difference.group_time import GroupTimeEffects, group_time_effects
from ruralimpact.estimation.panel import PanelData, two_way_fixed_effects

CASES = {
    "never": {},
    "never_universal": {"base": "universal"},
    "never_dr": {"form": "doubly_robust"},
    "never_reg": {"form": "regression"},
    "never_ipw": {"form": "weighting"},
    "not_yet": {"control": "not_yet_treated"},
    "not_yet_dr": {"control": "not_yet_treated", "form": "doubly_robust"},
    "never_anticipation": {"anticipation": 1},
    "not_yet_anticipation": {"control": "not_yet_treated", "anticipation": 1},
    "weighted_never": {},
    "weighted_dr": {"form": "doubly_robust"},
    "weighted_reg": {"control": "not_yet_treated", "form": "regression"},
    "weighted_ipw": {"form": "weighting"},
}
KINDS: tuple[Kind, ...] = ("simple", "cohort", "calendar", "event")


@cache
def read(name: str) -> pd.DataFrame:
    return pd.read_csv(REFERENCE / f"staggered/{name}.csv")


@cache
def panel(name: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    unit, outcome, first = {
        "mpdta": ("countyreal", "lemp", "first.treat"),
        "castle": ("sid", "l_homicide", "first_treated"),
    }[name]
    wide = read(name).pivot(index=unit, columns="year", values=outcome)
    start = read(name).groupby(unit)[first].first().to_numpy(float)
    return wide.to_numpy(), np.where(start == 0, np.inf, start), wide.columns.to_numpy(float)


@cache
def county_weights() -> np.ndarray:
    """1, 2, 3 or 4 by the county's number."""
    return 1.0 + np.sort(read("mpdta").countyreal.unique()) % 4


@cache
def effects(case: str) -> GroupTimeEffects:
    outcome, first, periods = panel("mpdta")
    options = dict(CASES[case])
    if "form" in options:
        options["covariates"] = read("mpdta").groupby("countyreal").lpop.first().to_numpy()[:, None]
    if case.startswith("weighted"):
        options["sampling"] = county_weights()
    return group_time_effects(outcome, first, periods, **options)


def std_errors(scores: np.ndarray) -> np.ndarray:
    return np.sqrt((scores**2).sum(axis=0))


def twfe(name: str, weights: np.ndarray | None = None) -> float:
    outcome, first, periods = panel(name)
    n, T = outcome.shape
    treated = (periods >= first[:, None]).astype(float)
    rows = PanelData(
        np.repeat(np.arange(n), T).astype(object),
        np.tile(np.arange(T), n),
        weights=None if weights is None else np.repeat(weights, T),
    )
    return two_way_fixed_effects(outcome.ravel(), treated.ravel(), rows).estimate


@pytest.mark.parametrize("case", CASES)
def test_group_time_effects_are_those_of_csdid(case: str) -> None:
    ours = effects(case)
    theirs = read("csdid_group_time").query("case == @case").sort_values(["cohort", "period"])
    assert ours.cohorts.tolist() == theirs.cohort.tolist()
    assert ours.periods.tolist() == theirs.period.tolist()
    assert ours.excluded == ()
    assert ours.estimates == pytest.approx(theirs.estimate.to_numpy(), abs=1e-10)
    errors = theirs.std_error.fillna(0).to_numpy()  # none in the base period
    assert std_errors(ours.scores) == pytest.approx(errors, rel=1e-9)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
def test_aggregates_are_those_of_csdid(case: str, kind: Kind) -> None:
    ours = aggregate(effects(case), kind)
    theirs = read("csdid_aggregates").query("case == @case and kind == @kind")
    overall, parts = theirs[theirs.label.isna()].iloc[0], theirs[theirs.label.notna()]
    assert ours.overall.estimate == pytest.approx(overall.estimate, abs=1e-10)
    assert std_errors(ours.overall.scores) == pytest.approx(overall.std_error, rel=1e-9)
    assert ours.overall.outcome_weights is not None
    by_weight = float(np.sum(ours.overall.outcome_weights * panel("mpdta")[0]))
    assert by_weight == pytest.approx(ours.overall.estimate, abs=1e-10)
    assert ours.labels.tolist() == parts.label.tolist()
    assert ours.estimates == pytest.approx(parts.estimate.to_numpy(), abs=1e-10)
    errors = parts.std_error.fillna(0).to_numpy()
    assert std_errors(ours.scores) == pytest.approx(errors, rel=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_pre_trend_test_is_that_of_csdid_but_for_few_groups(case: str) -> None:
    result = effects(case)
    theirs = read("csdid_pretest").set_index("case").loc[case]
    scores, values = result.scores[:, result.before], result.estimates[result.before]
    wald = values @ np.linalg.pinv(scores.T @ scores, rcond=1e-10) @ values
    assert wald == pytest.approx(theirs.wald, rel=1e-9)
    ours = pre_trend_test(result, np.arange(500), result.sampling)
    assert chi2.sf(wald, ours.df) == pytest.approx(theirs.p_value, abs=5.1e-6)
    # 20 units in the smallest cohort: chi-square rejects more readily than scores corrected for it
    assert theirs.p_value < ours.p_value < theirs.p_value + 0.05


@pytest.mark.parametrize("case", ["never", "never_universal", "never_dr", "not_yet_dr"])
def test_group_time_effects_that_r_prints(case: str) -> None:
    printed = read("mpdta_published").query("table == @case")
    assert len(printed) in (12, 15)
    ours = effects(case)
    assert ours.cohorts.tolist() == printed.label.tolist()
    assert ours.periods.tolist() == printed.period.tolist()
    assert ours.estimates == pytest.approx(printed.value.to_numpy(), abs=5.1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_aggregates_that_r_prints(kind: Kind) -> None:
    printed = read("mpdta_published").query("table == @kind")
    ours = aggregate(effects("never"), kind)
    assert np.append(ours.estimates, ours.overall.estimate) == pytest.approx(
        printed.value.to_numpy(), abs=5.1e-5
    )


@pytest.mark.parametrize("data", ["castle", "mpdta"])
def test_bacon_comparisons_are_those_of_diff_diff(data: str) -> None:
    ours = bacon_decomposition(*panel(data))
    theirs = read("diff_diff_bacon").query("data == @data")
    theirs = theirs.assign(control=theirs.control.replace("never_treated", "inf").astype(float))
    stated = theirs[theirs.kind != "twfe"].set_index(["kind", "treated", "control"])
    keys = pd.MultiIndex.from_arrays([ours.kind, ours.cohort, ours.other])
    assert sorted(keys) == sorted(stated.index)
    assert ours.weights == pytest.approx(stated.weight[keys].to_numpy(), abs=1e-11)
    assert ours.estimates == pytest.approx(stated.estimate[keys].to_numpy(), abs=1e-11)
    assert ours.coefficient == pytest.approx(theirs.estimate.iloc[-1], abs=1e-11)
    assert ours.coefficient == pytest.approx(twfe(data), abs=1e-10)


def test_weighted_bacon_comparisons_add_up_to_the_weighted_regression() -> None:
    weights = county_weights()
    ours = bacon_decomposition(*panel("mpdta"), sampling=weights)
    assert ours.coefficient == pytest.approx(twfe("mpdta", weights), abs=1e-10)
    outcome, first, periods = panel("mpdta")
    copies = np.repeat(np.arange(len(first)), weights.astype(int))
    repeated = bacon_decomposition(outcome[copies], first[copies], periods)
    assert ours.weights == pytest.approx(repeated.weights, rel=1e-12)
    assert ours.estimates == pytest.approx(repeated.estimates, rel=1e-9)


def test_bacon_decomposition_that_bacondecomp_prints() -> None:
    ours = bacon_decomposition(*panel("castle"))
    for row in read("castle_published").itertuples():
        own = ours.kind == row.kind
        weight = ours.weights[own].sum()
        assert weight == pytest.approx(row.weight, abs=5.1e-6)
        assert ours.weights[own] @ ours.estimates[own] / weight == pytest.approx(
            row.estimate, abs=5.1e-6
        )
    assert ours.coefficient == pytest.approx(0.0818116169306475, abs=1e-12)
    assert ours.forbidden_share == pytest.approx(0.03190, abs=5.1e-6)
