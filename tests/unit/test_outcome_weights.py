"""Estimates rebuilt from what is stored: weights times outcomes, for every strategy and estimator."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from staggered_survey import ALONE, STAGGERED, TRIPLE, TWO_ARMS, survey
from staggered_survey import study as study_over_time
from staggered_survey import tables as samples_over_time
from study_models import study_of

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.strategies import METHODS
from ruralimpact.design.study import design_study
from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.staggered import estimate_staggered, staggered_effects
from ruralimpact.difference.study import difference_study
from ruralimpact.estimation.estimands import average_effect, flip
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.outcome_weights import with_weights
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.estimation.weighting import weighted_difference
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.schema.analysis import Staggered
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table, schema

Tables = dict[str, pd.DataFrame]

FURTHER: dict[str, dict[str, Any]] = {
    "without_replacement": {"method": "nearest", "replace": False},
    "adjusted": {"method": "nearest", "k": 3, "bias_adjust": True},
    "metric": {"method": "nearest", "distance": "mahalanobis", "k": 2, "bias_adjust": ["age"]},
    "coarse_unadjusted": {"method": "coarsened_exact", "bins": {"age": 3}, "bias_adjust": False},
    "kernel_adjusted": {"method": "kernel", "bias_adjust": True},
    "caliper": {"method": "nearest", "caliper": 0.1},
}
STRATEGIES = {**{method: {"method": method} for method in METHODS}, **FURTHER}


def rebuilt(made: Tables, outcomes: pd.DataFrame) -> "pd.Series[float]":
    """Return estimates as weights times outcomes, in plain pandas."""
    sets = made["weight_sets"].merge(made["outcome_weights"], on="set")
    values = outcomes.set_index("unit_id")
    sums = {}
    for spec_id, rows in sets.groupby("spec_id"):
        own = values.loc[rows["unit_id"], str(spec_id).split("/")[2]].to_numpy(float)
        sums[spec_id] = float(rows["weight"].to_numpy() @ own)
    return pd.Series(sums, dtype=float)


def assert_all_rebuilt(made: Tables, outcomes: pd.DataFrame, scale: float) -> None:
    for name in ("outcome_weights", "weight_sets"):
        schema(name).validate(made[name])
    printed = made["estimates"].set_index("spec_id")["estimate"].dropna()
    sums = rebuilt(made, outcomes)
    assert sorted(sums.index) == sorted(printed.index)
    np.testing.assert_allclose(sums[printed.index], printed, rtol=1e-9, atol=1e-9 * scale)


def survey_once(sampled: bool) -> tuple[pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(7)
    n = 120
    age, land = rng.normal(40, 9, n), rng.gamma(2, 2, n)
    treated = rng.random(n) < 1 / (1 + np.exp(1.2 - 0.05 * (age - 40)))
    frame = {
        "unit_id": [f"u{i:03d}" for i in range(n)],
        "group": [f"g{i // 4:02d}" for i in range(n)],
        "age": age,
        "land": land,
        "treated": treated.astype(float),
    }
    units = pd.DataFrame({**frame, "weight": rng.uniform(0.5, 2, n)} if sampled else frame)
    income = 1000 + 20 * age + 100 * treated + rng.normal(0, 300, n)
    outcomes = pd.DataFrame(
        {
            "unit_id": units["unit_id"],
            "income": income,
            "poor": (income < 1800).astype(float),
            "partly_missing": np.where(rng.random(n) < 0.15, np.nan, income),
        }
    )
    return units, outcomes


def one_wave(
    units: pd.DataFrame, outcomes: pd.DataFrame, strategies: list[str], *names: str, **asked: Any
) -> tuple[Study, EstimationTables]:
    """Return a study of matched outcomes, and their plain differences, with its designs."""
    weight = {"weight": "weight"} if "weight" in units else {}
    common = {"sample": "all", "treatment": "treated", "outcomes": list(names)}
    study = study_of(
        strategies=[{"name": name, **STRATEGIES[name]} for name in strategies],
        outcomes={name: {"unit": "pesos"} for name in names},
        samples={"all": {"sources": ["farms"], **weight}},
        analyses=[
            {
                **common,
                "name": "matched",
                "method": "matching",
                "covariates": ["age", "land"],
                "strategies": strategies,
                **asked,
            },
            {**common, "name": "plain", "method": "difference_in_means"},
        ],
    )
    designs = design_study(study, {"all": units})
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    return study, EstimationTables({"all": units}, {"all": outcomes}, **parts)


@pytest.mark.parametrize("sampled", [False, True])
def test_every_strategy_is_rebuilt(sampled: bool) -> None:
    units, outcomes = survey_once(sampled)
    names = ["income", "poor", "partly_missing"]
    made = estimate_study(*one_wave(units, outcomes, list(STRATEGIES), *names), seed=1)
    assert made["estimates"]["estimate"].notna().sum() >= 3 * len(STRATEGIES) - 3
    assert_all_rebuilt(made, outcomes, scale=1000)
    # outcomes that are known of the same units share a set
    sets = made["weight_sets"].set_index("spec_id")["set"]
    assert sets["matched/nearest/poor"] == sets["matched/nearest/income"]
    assert sets["matched/nearest/partly_missing"] != sets["matched/nearest/income"]


def test_arm_weights_give_the_means_of_a_match_whose_outcome_is_partly_missing() -> None:
    units, outcomes = survey_once(False)
    made = estimate_study(*one_wave(units, outcomes, ["adjusted"], "partly_missing"), seed=1)
    row = made["estimates"].set_index("spec_id").loc["matched/adjusted/partly_missing"]
    weights = made["outcome_weights"].query("set == 'matched/adjusted/partly_missing'")
    table = weights.merge(units, on="unit_id").merge(outcomes, on="unit_id")
    table["part"] = table["arm_weight"] * table["partly_missing"]
    means = table.groupby("treated")["part"].sum()
    assert means[1.0] == pytest.approx(row["treated_mean"], rel=1e-12)
    assert means[0.0] == pytest.approx(row["control_mean"], rel=1e-12)
    assert abs(row["estimate"] - (means[1.0] - means[0.0])) > 1  # what the regression adjusts by


TWO_WAVES: dict[str, Any] = {"before": [2], "after": [3]}
KEPT: dict[str, Any] = {
    **TWO_ARMS,
    "name": "kept",
    "treatment": "arm",
    "fixed": True,
    "covariates": ["x"],
    "estimators": ["two_by_two", "doubly_robust", "regression", "weighting"],
    "unbalanced": "keep",
}
PANEL: dict[str, Any] = {
    "name": "panel",
    "sample": "all",
    "method": "panel",
    "treatment": "treated",
    "estimators": ["two_way_fixed_effects", "first_differences"],
    "outcomes": ["income", "poor"],
}


def some_missing() -> pd.DataFrame:
    frame = survey()
    return frame[np.random.default_rng(3).random(len(frame)) > 0.1].copy()


@pytest.mark.parametrize("sampled", [True, pytest.param(False, marks=pytest.mark.long)])
def test_every_difference_is_rebuilt(sampled: bool) -> None:
    frame = some_missing()
    if sampled:
        drawn = np.random.default_rng(5).uniform(0.5, 2, 1000)
        frame["sampling_weight"] = drawn[frame["id"].str[1:].astype(int)]
    given = {"name": "given", "covariates": ["x"]}
    several = {**ALONE, "before": [1, 2], "after": [3, 4]}
    pairs = (TWO_ARMS, KEPT, TRIPLE, {**TRIPLE, **given})
    analyses = [*({**analysis, **TWO_WAVES} for analysis in pairs), several, PANEL]
    study = study_of(study_over_time(*analyses))
    samples = samples_over_time(frame)
    compared = difference_study(study, samples, seed=1).compared
    made = estimate_study(study, samples, seed=1, over_time=compared)
    assert made["estimates"]["estimate"].notna().all()
    assert len(made["estimates"]) == 10 + 8 + 1 + 1 + 1 + 4
    assert_all_rebuilt(made, frame, scale=1)


@pytest.mark.parametrize("unbalanced", ["keep", "exclude"])
@pytest.mark.parametrize(
    "options",
    [
        *({"form": form} for form in ("doubly_robust", "regression", "weighting")),
        {"covariates": [], "base": "universal", "control": "not_yet_treated"},
    ],
)
def test_every_average_over_cohorts_is_rebuilt(options: dict[str, Any], unbalanced: str) -> None:
    keys = {key: value for key, value in STAGGERED.items() if key != "treatment"}
    began = {"first_treated": "start", "unbalanced": unbalanced}
    analysis = study_of(study_over_time({**keys, **began, **options})).comparisons[0]
    assert isinstance(analysis, Staggered)
    frame = some_missing()
    arms = arms_over_time(analysis, frame.drop(columns=["income", "poor"]))
    known = frame.set_index("unit_id")["income"]
    outcome = known.reindex(arms.rows.ravel()).to_numpy(float).reshape(arms.rows.shape)
    effects = staggered_effects(outcome, arms, analysis)
    for kind in ("simple", "cohort", "calendar", "event"):
        estimate = estimate_staggered(f"group_time_{kind}", outcome, arms, effects)
        assert estimate.outcome_weights is not None
        total = np.nansum(estimate.outcome_weights * outcome)
        assert total == pytest.approx(estimate.estimate, rel=1e-9)
        assert not estimate.outcome_weights[np.isnan(outcome)].any()


def test_the_effect_on_everyone_is_rebuilt() -> None:
    rng = np.random.default_rng(11)
    outcome, covariates = rng.normal(size=60), covariate_matrix({"x": rng.normal(size=60)})
    arm = (np.arange(60) < 25).astype(np.int8)

    def on(focal: np.ndarray) -> ScoredEstimate:
        weights = np.where(focal == 1, 1.0, focal.sum() / (focal == 0).sum())
        return weighted_difference(outcome, focal, weights, covariates, bias_adjust=True)

    everyone = average_effect(on(arm), flip(on(1 - arm)), arm)
    assert everyone.outcome_weights is not None
    assert everyone.outcome_weights @ outcome == pytest.approx(everyone.estimate, rel=1e-12)


def test_effects_on_subgroups_are_rebuilt() -> None:
    units, outcomes = survey_once(False)
    units["zone"] = np.where(np.arange(len(units)) % 3 == 0, "hills", "plains")
    asked = [{"name": "zone", "label": "Zone", "variable": "zone"}]
    study, given = one_wave(
        units, outcomes, ["adjusted", "kernel"], "partly_missing", subgroups=asked
    )
    by_zone = subgroup_study(study, given, seed=1)
    kept = with_weights(
        {name: empty_table(name) for name in ("outcome_weights", "weight_sets")}, by_zone.weights
    )
    levels = by_zone.subgroups[by_zone.subgroups["kind"] == "level"]
    printed = levels.set_index(levels["spec_id"] + "::zone=" + levels["level"])["estimate"]
    assert len(printed) == 4
    sets = kept["weight_sets"].merge(kept["outcome_weights"], on="set")
    values = sets["weight"] * outcomes.set_index("unit_id").loc[
        sets["unit_id"], "partly_missing"
    ].reset_index(drop=True)
    sums = values.groupby(sets["spec_id"]).sum()
    np.testing.assert_allclose(sums[printed.index], printed, rtol=1e-9)
