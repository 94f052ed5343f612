"""Effects by subgroup: strata, the comparison within levels, and the tests between levels."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from plain_scores import plain_scores
from study_models import analysis_of, study_of

from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.propensity import PropensityScore, fit_propensity
from ruralimpact.design.strategies import parse_strategy
from ruralimpact.design.study import make_design
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.informative_weights import INFORMATIVE
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.estimation.study import EstimationTables
from ruralimpact.heterogeneity.comparisons import compare_subgroups
from ruralimpact.heterogeneity.levels import level_comparisons
from ruralimpact.heterogeneity.strata import predict_without_treatment, quantile_classes
from ruralimpact.heterogeneity.study import subgroup_study
from ruralimpact.heterogeneity.subgroupings import make_subgrouping
from ruralimpact.inference.clustered import t_inference
from ruralimpact.schema.questions import Subgroups
from ruralimpact.tables import schema

# The levels' own adjustments would not average to that of the whole.
PLAIN = {"bias_adjust": False}
NEAREST = {"method": "nearest", "distance": "propensity", "k": 2, "replace": True, **PLAIN}
STRATEGIES = {
    "nearest": NEAREST,
    "mahalanobis": {"method": "nearest", "distance": "mahalanobis", "k": 1, "bias_adjust": True},
    "pairs": {"method": "nearest", "distance": "propensity", "k": 1, "replace": False, **PLAIN},
    "optimal": {"method": "optimal", "distance": "propensity", "k": 1, **PLAIN},
    "kernel": {"method": "kernel", "bandwidth": 0.1, **PLAIN},
    "radius": {"method": "radius", "radius": 0.1, **PLAIN},
    "coarsened": {"method": "coarsened_exact", "bins": {"age": 3, "size": 3}, **PLAIN},
}
WEIGHTING = {
    "ipw": {"method": "ipw"},
    "entropy": {"method": "entropy"},
    "aipw": {"method": "aipw"},
    "regression": {"method": "regression"},
}


@pytest.fixture(scope="module")
def survey() -> SimpleNamespace:
    """600 producers in 60 groups and three regions; the effect is 1, 2 and 3."""
    rng = np.random.default_rng(11)
    group = np.repeat(np.arange(60), 10)
    treated = (rng.permutation(60) % 3 == 0)[group].astype(float)
    place = (group % 3).astype(int)
    units = pd.DataFrame(
        {
            "unit_id": [f"u{i:03d}" for i in range(600)],
            "group": [f"g{g:02d}" for g in group],
            "treated": treated,
            "region": np.array(["North", "South", "West"])[place],
            "age": rng.normal(size=600) + 0.3 * treated,
            "size": rng.normal(size=600),
        }
    )
    outcome = (
        units["age"] + 0.5 * units["size"] + place + (place + 1) * treated + rng.normal(size=600)
    ).to_numpy()
    analysis = {"name": "main", "treatment": "treated", "covariates": ["age", "size", "region"]}
    comparison = build_comparison(analysis_of(analysis), units)
    codes = comparison.units["region"].map({"North": 0, "South": 1, "West": 2}).to_numpy(np.int64)
    return SimpleNamespace(
        units=units, outcome=outcome, analysis=analysis, comparison=comparison, codes=codes
    )


def score_of(comparison: Comparison) -> PropensityScore:
    return fit_propensity(comparison.covariates, comparison.treatment)


def test_quantile_classes_are_of_equal_size_and_keep_ties_together() -> None:
    found = quantile_classes(np.array([7.0, 1, 3, 9, 5, np.nan, 2, 8, 4, 6, 10]), 5)
    np.testing.assert_array_equal(found.codes, [3, 0, 1, 4, 2, -1, 0, 3, 1, 2, 4])
    np.testing.assert_array_equal(found.low, [1, 3, 5, 7, 9])
    tied = quantile_classes(np.array([1.0, 2, 2, 2, 2, 3]), 2)
    assert len(set(tied.codes[1:5])) == 1
    with pytest.raises(DesignError, match="share a value"):
        quantile_classes(np.array([1.0, 1, 1, 1, 1, 2]), 3)


def test_leave_one_out_predictions_by_leverage(survey: SimpleNamespace) -> None:
    """With units as groups: the fit of the controls, for a control less h/(1-h) of its residual."""
    comparison, y = survey.comparison, survey.outcome
    found = predict_without_treatment(
        y, comparison.treatment, comparison.covariates, np.arange(len(y))
    )
    X = sm.add_constant(comparison.covariates.values)
    control = comparison.treatment == 0
    fit = sm.OLS(y[control], X[control]).fit()
    expected = fit.predict(X)
    leverage = fit.get_influence().hat_matrix_diag
    expected[control] -= leverage / (1 - leverage) * fit.resid
    np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_leave_group_out_predictions_by_brute_force(survey: SimpleNamespace) -> None:
    comparison, y = survey.comparison, survey.outcome.copy()
    y[5] = np.nan
    groups = np.unique(comparison.units["group"], return_inverse=True)[1]
    found = predict_without_treatment(y, comparison.treatment, comparison.covariates, groups)
    X = sm.add_constant(comparison.covariates.values)
    for group in (0, 17, 44):
        used = (comparison.treatment == 0) & (groups != group) & ~np.isnan(y)
        expected = sm.OLS(y[used], X[used]).fit().predict(X[groups == group])
        np.testing.assert_allclose(found[groups == group], expected, rtol=1e-9)


def test_a_village_of_one_group_is_predicted_from_the_others() -> None:
    """Its dummy has no slope without the group; the prediction stays finite."""
    village = np.array(["a"] * 4 + ["b"] * 8)
    covariates = covariate_matrix({"village": village, "x": np.arange(12.0) ** 2})
    groups = np.repeat([0, 1, 2], 4)
    treatment = np.array([0, 0, 0, 1] * 3, np.int8)
    found = predict_without_treatment(np.arange(12.0), treatment, covariates, groups)
    assert np.isfinite(found).all()
    assert np.abs(found).max() < 100


@pytest.mark.parametrize("name", STRATEGIES)
def test_exact_on_the_subgroup_the_whole_is_the_average_of_the_levels(
    survey: SimpleNamespace, name: str
) -> None:
    """If all pairs agree in the region, so do estimates and scores add up, by treated units."""
    comparison, strategy = survey.comparison, parse_strategy(STRATEGIES[name])
    score = score_of(comparison) if strategy.needs_propensity else None
    levels = level_comparisons(strategy, comparison, survey.codes, exact=[], propensity=score)
    found = [level.estimator(survey.outcome) for level in levels]
    design = make_design(comparison, strategy, score, ["region"])
    prepared = Prepared(
        comparison.covariates, comparison.treatment, design, score, comparison.covariates, True
    )
    whole = strategy_estimator(strategy, prepared)(survey.outcome)
    if name == "mahalanobis":  # its bias is adjusted by a regression of the level's own controls
        assert [one.n_treated for one in found] == [
            int((design.weights * (comparison.treatment == 1) * (survey.codes == k)).sum())
            for k in range(3)
        ]
        return
    shares = np.array([one.n_treated for one in found]) / whole.n_treated
    assert shares @ [one.estimate for one in found] == pytest.approx(whole.estimate, rel=1e-10)
    for k, one in enumerate(found):
        assert not one.scores[survey.codes != k].any()


def test_matching_within_a_level_is_matching_its_units_on_the_same_score(
    survey: SimpleNamespace,
) -> None:
    comparison, strategy = survey.comparison, parse_strategy(NEAREST)
    score = score_of(comparison)
    levels = level_comparisons(strategy, comparison, survey.codes, exact=[], propensity=score)
    for k, level in enumerate(levels):
        inside = survey.codes == k
        points = score.linear_predictor[inside]
        y, d = survey.outcome[inside], comparison.treatment[inside]
        gaps = []
        for i in np.flatnonzero(d == 1):
            distance = np.abs(points[d == 0] - points[i])
            gaps.append(y[i] - y[d == 0][np.argsort(distance)[:2]].mean())
        assert level.estimator(survey.outcome).estimate == pytest.approx(np.mean(gaps))


@pytest.mark.parametrize("name", WEIGHTING)
def test_weighting_strategies_are_applied_to_the_level_alone(
    survey: SimpleNamespace, name: str
) -> None:
    """The same as an analysis of the level's units, whose region is no covariate any more."""
    comparison, strategy = survey.comparison, parse_strategy(WEIGHTING[name])
    levels = level_comparisons(strategy, comparison, survey.codes, exact=[])
    part = survey.units[survey.units["region"] == "South"]
    alone = build_comparison(analysis_of({**survey.analysis, "covariates": ["age", "size"]}), part)
    (again,) = level_comparisons(strategy, alone, np.zeros(len(part), np.int64), exact=[])
    found = levels[1].estimator(survey.outcome)
    own = again.estimator(survey.outcome[survey.codes == 1])
    assert found.estimate == pytest.approx(own.estimate, rel=1e-9)
    np.testing.assert_allclose(found.scores[survey.codes == 1], own.scores, atol=1e-10)


@pytest.mark.parametrize("name", ["nearest", "pairs", "kernel"])
def test_only_the_levels_own_missing_outcomes_are_lost(survey: SimpleNamespace, name: str) -> None:
    comparison, strategy = survey.comparison, parse_strategy(STRATEGIES[name])
    outcome = survey.outcome.copy()
    gone = np.flatnonzero((comparison.treatment == 1) & (survey.codes == 1))[:3]
    outcome[gone] = np.nan
    levels = level_comparisons(
        strategy, comparison, survey.codes, exact=[], propensity=score_of(comparison)
    )
    whole = [level.estimator(survey.outcome) for level in levels]
    found = [level.estimator(outcome) for level in levels]
    fewer = [before.n_treated - after.n_treated for before, after in zip(whole, found, strict=True)]
    assert [one.lost for one in found] == fewer
    assert fewer[0] == fewer[2] == 0
    assert fewer[1] > 0


@pytest.mark.parametrize("name", ["nearest", "kernel"])
def test_a_level_tells_of_weights_that_its_match_cannot_take_up(
    survey: SimpleNamespace, name: str
) -> None:
    """Weights go with the outcome in one region alone."""
    strategy = parse_strategy({"method": "nearest"} if name == "nearest" else STRATEGIES[name])
    draw = np.random.default_rng(5).integers(1, 6, len(survey.codes)).astype(float)
    comparison = replace(survey.comparison, sampling=draw)
    outcome = survey.outcome + np.where(survey.codes == 1, 3 * draw, 0.0)
    score = score_of(survey.comparison)
    levels = level_comparisons(strategy, comparison, survey.codes, exact=[], propensity=score)
    told = [INFORMATIVE in level.estimator(outcome).notes for level in levels]
    assert told == [False, name == "nearest", False]


def test_a_level_without_an_arm_says_so(survey: SimpleNamespace) -> None:
    codes = np.where(survey.comparison.treatment == 1, 0, 1)
    for strategy in (None, parse_strategy(NEAREST), parse_strategy(WEIGHTING["ipw"])):
        score = score_of(survey.comparison)
        levels = level_comparisons(strategy, survey.comparison, codes, exact=[], propensity=score)
        assert all(level.estimator is None for level in levels)
        assert all("no " in level.reason for level in levels)


def test_two_levels_of_equal_effect_are_tested_as_their_difference() -> None:
    rng = np.random.default_rng(2)
    scores = rng.normal(size=(50, 2)) / 50
    tests = compare_subgroups(
        np.array([0.1, 0.5]), plain_scores(scores), rng=np.random.default_rng(0)
    )
    assert tests.equality.statistic == pytest.approx(tests.differences[0].inference.statistic ** 2)
    assert tests.equality.p_value == pytest.approx(tests.differences[0].inference.p_value)
    assert tests.differences[0].difference == pytest.approx(-0.4)


def test_adjusted_p_values_are_no_smaller_and_the_family_error_is_kept() -> None:
    """Four levels without effect: some adjusted p-value is below 5% in about 5% of samples."""
    rng = np.random.default_rng(4)
    false = 0
    for draw in range(300):
        y = rng.normal(size=(60, 4))
        scores = plain_scores((y - y.mean(axis=0)) / 60)
        tests = compare_subgroups(
            y.mean(axis=0), scores, rng=np.random.default_rng(draw), draws=199
        )
        alone = [
            t_inference(mean, own.std_error, own.df).p_value
            for mean, own in zip(y.mean(axis=0), scores, strict=True)
        ]
        # to within one draw of the bootstrap
        assert (tests.adjusted >= np.array(alone) - 1 / 200).all()
        false += bool((tests.pairs_adjusted < 0.05).any())
    assert 0.02 <= false / 300 <= 0.085


def small_study(survey: SimpleNamespace) -> tuple[dict, EstimationTables]:
    comparison = survey.comparison
    score = score_of(comparison)
    units = survey.units.assign(wealth=survey.units["size"] + 0.01 * survey.units["age"])
    analysis = {
        **survey.analysis,
        "sample": "all",
        "method": "matching",
        "strategies": ["nearest"],
        "outcomes": ["income"],
        "subgroups": [
            {"name": "region", "label": "Region", "variable": "region"},
            {"name": "wealth", "label": "Wealth", "variable": "wealth", "quantiles": 4},
            {"name": "predicted", "label": "Predicted", "predicted": "income", "quantiles": 4},
            {"name": "realised", "label": "Realised", "realised": "income", "quantiles": 4},
        ],
    }
    study = {
        "analyses": [analysis],
        "strategies": [{"name": "nearest", **NEAREST}],
        "outcomes": {"income": {"unit": "Bs"}},
        "codebook": [{"variable": "region", "labels": "w=West|n=North|s=South"}],
        "synthetic": True,
    }
    propensity = pd.DataFrame(
        {
            "analysis": "main",
            "link": "logit",
            "unit_id": comparison.units["unit_id"],
            "linear_predictor": score.linear_predictor,
            "probability": score.probability,
        }
    )
    outcomes = pd.DataFrame({"unit_id": survey.units["unit_id"], "income": survey.outcome})
    nothing = pd.DataFrame()
    return study, EstimationTables(
        {"all": units}, {"all": outcomes}, nothing, nothing, propensity, nothing
    )


def test_a_study_has_levels_differences_and_equality(survey: SimpleNamespace) -> None:
    study, tables = small_study(survey)
    found = subgroup_study(study_of(study), tables, seed=3)
    frame = schema("subgroups").validate(found.subgroups)
    region = frame[frame["subgroup"] == "region"]
    assert list(region["kind"]) == ["level"] * 3 + ["difference"] * 3 + ["equality"]
    assert list(region["level"][:3]) == ["West", "North", "South"]  # the codebook's order
    effects = dict(zip(region["level"][:3], region["estimate"][:3], strict=True))
    assert effects == pytest.approx({"North": 1, "South": 2, "West": 3}, abs=0.6)
    assert region["p_value"].iloc[-1] < 0.001
    stored = stored_scores(found.scores, "main/nearest/income::region=West")
    assert region["std_error"].iloc[0] == pytest.approx(stored.std_error)
    assert region["df"].iloc[0] == pytest.approx(stored.df)


def test_realised_classes_carry_a_warning_and_no_test(survey: SimpleNamespace) -> None:
    study, tables = small_study(survey)
    found = subgroup_study(study_of(study), tables, seed=3)
    realised = found.subgroups[found.subgroups["subgroup"] == "realised"]
    assert set(realised["kind"]) == {"level"}
    assert realised["warning"].str.contains("no evidence").all()
    assert realised[["std_error", "p_value", "p_adjusted", "conf_low"]].isna().all(axis=None)
    assert not [name for name in found.scores if "realised" in name]
    # treatment moves units up: within realised classes the effect all but vanishes
    assert realised["estimate"].abs().max() < 1.5


def test_row_order_and_another_subgroup_change_no_number(survey: SimpleNamespace) -> None:
    study, tables = small_study(survey)
    whole = subgroup_study(study_of(study), tables, seed=3).subgroups
    analysis = {**study["analyses"][0], "subgroups": study["analyses"][0]["subgroups"][1:2]}
    shuffled = EstimationTables(
        {"all": tables.units["all"].sample(frac=1, random_state=1)},
        {"all": tables.outcomes["all"].sample(frac=1, random_state=2)},
        *(pd.DataFrame(),) * 2,
        tables.propensity,
        pd.DataFrame(),
    )
    part = subgroup_study(study_of({**study, "analyses": [analysis]}), shuffled, seed=3).subgroups
    own = schema("subgroups").validate(whole[whole["subgroup"] == "wealth"].reset_index(drop=True))
    pd.testing.assert_frame_equal(schema("subgroups").validate(part), own)


def test_a_value_without_a_label_is_refused(survey: SimpleNamespace) -> None:
    entry = {
        "name": "r",
        "label": "Region",
        "variable": "region",
        "levels": {"North": "N", "South": "S"},
    }
    with pytest.raises(DesignError, match="'West' of 'region' has no label"):
        make_subgrouping(Subgroups(**entry), survey.comparison, lambda _: survey.outcome, {})


@pytest.mark.slow
def test_predicted_classes_are_unbiased_where_in_sample_ones_are_not() -> None:
    """No effect anywhere, group-level covariates and errors (Abadie, Chingos & West 2018)."""
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(60), 10)
    own, in_sample = [], []
    for _ in range(150):
        treatment = np.repeat(rng.permutation(60) % 2, 10).astype(np.int8)
        values = 0.7 * rng.normal(size=(60, 8))[groups] + 0.7 * rng.normal(size=(600, 8))
        error = 0.4 * rng.normal(size=60)[groups] + rng.normal(size=600)
        y = 0.5 * values[:, 0] + error
        covariates = covariate_matrix({f"x{j}": values[:, j] for j in range(8)})
        X = sm.add_constant(values)
        fitted = sm.OLS(y[treatment == 0], X[treatment == 0]).fit().predict(X)
        crossed = predict_without_treatment(y, treatment, covariates, groups)
        for found, index in ((own, crossed), (in_sample, fitted)):
            codes = quantile_classes(index, 3).codes
            found.append(
                [
                    difference_in_means(y[codes == k], treatment[codes == k]).estimate
                    for k in range(3)
                ]
            )
    bias = {
        name: np.mean(found, axis=0) / np.std(found, axis=0)
        for name, found in (("own", own), ("in sample", in_sample))
    }
    assert bias["in sample"][0] > 0.3
    assert bias["in sample"][2] < -0.3
    assert np.abs(bias["own"]).max() < 0.25
