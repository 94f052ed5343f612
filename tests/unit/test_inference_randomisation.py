"""Randomisation tests: exact permutations of two samples, size without effect, and what must not matter."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import PermutationMethod, ttest_ind
from study_models import study_of

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.repeated_score import RepeatedLogit
from ruralimpact.design.study import design_study
from ruralimpact.errors import ConfigError, DataError, DesignError
from ruralimpact.estimation.compared import Compared, analysis_tables
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.rows import Specification
from ruralimpact.estimation.stratified import within_strata
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.inference.clustered import group_sums
from ruralimpact.inference.randomisation import fixed_match_test, permute_arms
from ruralimpact.randomisation import randomisation_test


def test_of_plain_means_of_equal_groups_it_is_the_exact_permutation_test() -> None:
    """Welch's t over all 924 ways to choose six of twelve group means."""
    rng = np.random.default_rng(1)
    group = np.repeat(np.arange(12), 5)
    arm = (group < 6).astype(np.int8)
    outcome = rng.normal(size=12)[group] + 0.9 * arm + rng.normal(size=60)
    found = difference_in_means(outcome, arm)
    clustering = found.clustering(group)
    ours = fixed_match_test(
        found.estimate,
        group_sums(found.scores, group),
        clustering.leverage,
        rng=np.random.default_rng(2),
        draws=20_000,
    )
    means = np.bincount(group, outcome) / 5
    welch = ttest_ind(means[:6], means[6:], equal_var=False)
    assert ours.statistic == pytest.approx(welch.statistic, rel=1e-9)
    exact = ttest_ind(
        means[:6], means[6:], equal_var=False, method=PermutationMethod(n_resamples=np.inf)
    )
    assert 0.01 < exact.pvalue < 0.5
    assert ours.p_value == pytest.approx(exact.pvalue, abs=0.01)


def test_permutations_stay_within_strata() -> None:
    arms = np.array([1, 1, 0, 0, 0, 1, 0, 1])
    strata = np.array([0, 0, 0, 0, 1, 1, 1, 2])
    places = permute_arms(arms, strata, np.random.default_rng(0), 50)
    assert (strata[places] == strata).all()
    assert (arms[places][:, :4].sum(axis=1) == 2).all()
    assert (places[:, 7] == 7).all()
    assert len({tuple(row) for row in arms[places][:, :4]}) == 6
    with pytest.raises(DesignError, match="nothing can be permuted"):
        permute_arms(np.array([1, 0]), np.array([0, 1]), np.random.default_rng(0), 5)


def test_the_repeated_score_is_the_score() -> None:
    rng = np.random.default_rng(3)
    covariates = covariate_matrix({name: rng.normal(size=400) for name in "abc"})
    treatment = (rng.random(400) < 1 / (1 + np.exp(-covariates.values[:, 0]))).astype(np.int8)
    ours = RepeatedLogit(covariates).fit(treatment)
    whole = fit_propensity(covariates, treatment)
    assert ours.linear_predictor == pytest.approx(whole.linear_predictor, abs=1e-9)
    with pytest.raises(DesignError, match="no maximum"):
        RepeatedLogit(covariates).fit((covariates.values[:, 0] > 0).astype(np.int8))


def survey(seed: int, effect: float = 0.0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    group = np.repeat(np.arange(16), rng.integers(4, 15, 16))
    treated = rng.permutation(np.repeat([0, 1], 8))[group]
    age = rng.normal(size=len(group))
    income = 0.5 * age + 0.5 * rng.normal(size=16)[group] + rng.normal(size=len(group))
    return pd.DataFrame(
        {
            "income": income + effect * treated,
            "treated": treated,
            "age": age,
            "village": [f"v{code:02d}" for code in group],
            "zone": group // 8,
        }
    )


def permuted(frame: pd.DataFrame, **options):
    return randomisation_test(
        frame, outcome="income", treatment="treated", group="village", covariates=["age"], **options
    )


@pytest.mark.long
def test_without_an_effect_it_rejects_as_often_as_it_says() -> None:
    """One in five, 150 samples: the refitted test is exact where chance gave treatment."""
    found = [
        permuted(survey(seed), strategy={"method": "nearest", "k": 2}, draws=39)
        for seed in range(150)
    ]
    refitted = np.mean([one.refitted.p_value <= 0.2 for one in found])
    fixed = np.mean([one.fixed.p_value <= 0.2 for one in found])
    assert 0.11 < refitted < 0.3
    assert 0.11 < fixed < 0.32


def test_a_large_effect_is_found_whatever_groups_are_called() -> None:
    frame = survey(5, effect=3.0)
    found = permuted(frame, strategy="kernel", draws=199)
    assert found.fixed.p_value < 0.02 and found.refitted.p_value < 0.02
    names = dict(
        zip(sorted(set(frame["village"])), np.random.default_rng(1).permutation(16), strict=True)
    )
    renamed = frame.assign(village=frame["village"].map(names).astype(str))
    again = permuted(renamed.sample(frac=1, random_state=2), strategy="kernel", draws=199)
    assert again.fixed.p_value == found.fixed.p_value
    assert again.refitted.p_value == found.refitted.p_value


def test_treatment_that_was_not_given_to_groups_is_refused() -> None:
    frame = survey(5)
    frame.loc[0, "treated"] = 1 - frame.loc[0, "treated"]
    with pytest.raises(DesignError, match="column 'treated': a group has units in both arms; 1 do"):
        permuted(frame, strategy="kernel", draws=19)
    with pytest.raises(DataError, match="column 'age', rows .*: 16 groups are in .* and 8 more"):
        permuted(survey(5), strategy="kernel", strata="age", draws=19)


def test_groups_without_a_stratum_are_left_out_and_counted() -> None:
    """In a stratum of their own they would be exchanged with each other."""
    frame = survey(5, effect=1.0)
    lacking = frame["village"].isin(["v03", "v12"])
    options = {"strategy": "kernel", "strata": "zone", "draws": 99}
    found = permuted(frame.assign(zone=frame["zone"].astype(float).mask(lacking)), **options)
    expected = permuted(frame[~lacking], **options)
    assert found.dropped == {"sampling stratum missing": int(lacking.sum())}
    assert (found.fixed, found.refitted) == (expected.fixed, expected.refitted)


def test_a_weight_of_three_is_three_units() -> None:
    frame = survey(6, effect=0.4)
    frame["weight"] = np.random.default_rng(2).integers(1, 4, len(frame))
    copies = frame.loc[frame.index.repeat(frame["weight"])].reset_index(drop=True)
    found = permuted(frame, strategy="ipw", weight="weight", draws=99)
    expected = permuted(copies, strategy="ipw", draws=99)
    assert found.fixed.statistic == pytest.approx(expected.fixed.statistic, rel=0.1)
    assert found.fixed.p_value == pytest.approx(expected.fixed.p_value, abs=0.05)
    unweighted = permuted(frame, strategy="ipw", draws=99)
    assert abs(unweighted.fixed.statistic - found.fixed.statistic) > 0.05


@pytest.mark.parametrize(
    ("outcome", "reason"),
    [
        (lambda frame: 7.3, "the outcome does not vary"),
        (lambda frame: frame["treated"] * 1.0, "does not vary within the arms"),
        (
            lambda frame: (frame["village"] == "v03") * 2.0,
            "varies in at most one group of each arm",
        ),
    ],
)
def test_no_test_rests_on_rounding_or_on_one_group(outcome, reason: str) -> None:
    frame = survey(5)
    with pytest.raises(DesignError, match=reason):
        permuted(frame.assign(income=outcome(frame)), strategy="nearest", draws=19)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"draws": 18}, "key 'draws': 18 is not a whole number"),
        ({"draws": 99.5}, "key 'draws': 99.5 is not a whole number"),
        ({"seed": -1}, "key 'seed': -1 is not a whole number from 0 on"),
        ({"seed": None}, "key 'seed': None is not a whole number"),
        ({"group": ["g"]}, "key 'group': .* is no name of a column"),
        ({"strata": ["g"]}, "key 'strata': .* is no name of a column"),
        ({"outcome": None}, "key 'outcome': None is no name of a column"),
        ({"strategy": "nope"}, "key 'method': 'nope' is not one of"),
    ],
)
def test_a_call_that_means_nothing_is_refused(options: dict[str, object], message: str) -> None:
    group = np.repeat(np.arange(8), 3)
    table = pd.DataFrame({"g": group, "d": group % 2, "y": np.arange(24.0)})
    asked = {"outcome": "y", "treatment": "d", "group": "g", "strategy": "unweighted", **options}
    with pytest.raises(ConfigError, match=message):
        randomisation_test(table, **asked)


def test_the_workflow_permutes_within_the_strata_that_groups_were_drawn_from() -> None:
    """Treated groups are of one stratum, which alone explains why they have more."""
    rng = np.random.default_rng(8)
    groups = np.repeat(np.arange(24), 10)
    rich = groups < 12
    treatment = (groups % 12 < np.where(rich, 9, 3)).astype(np.int8)
    outcome = 6.0 * rich + rng.normal(size=24)[groups] + rng.normal(size=240)
    estimate = difference_in_means(outcome, treatment)
    spec = Specification(
        "main", "all", "difference_in_means", "d", "y", "", "difference", "ATT", "", 0, False
    )

    def p_value(strata: np.ndarray | None, scored: ScoredEstimate = estimate) -> float:
        labels = pd.Series(groups.astype(str))
        compared = Compared("main", labels, treatment, [(spec, scored)], strata)
        rows = pd.DataFrame(analysis_tables(compared, {"y": "y"}, seed=1).std_errors)
        return float(rows.set_index("kind").loc["permuted", "p_value"])

    assert p_value(None) < 0.1
    strata = rich.astype(np.int64)
    assert p_value(strata) > 0.1
    assert p_value(strata, within_strata(estimate, groups, strata)) == p_value(strata)
    with pytest.raises(KeyError):
        p_value(treatment.astype(np.int64))


def study_of_groups(**asked: object) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Standard errors of one strategy of a study, and its sample."""
    frame = survey(9, effect=0.35).rename(columns={"village": "group"})
    frame["unit_id"] = [f"u{place:03d}" for place in range(len(frame))]
    units = frame[["unit_id", "group", "treated", "age"]].astype({"treated": float})
    analysis = {
        "name": "main",
        "sample": "all",
        "method": "matching",
        "treatment": "treated",
        "covariates": ["age"],
        "strategies": ["nearest"],
        "outcomes": ["income", "later"],
        **asked,
    }
    study = study_of(
        name="small",
        strategies=[{"name": "nearest", "method": "nearest", "k": 2}],
        outcomes={name: {"unit": "pesos"} for name in ("income", "later")},
        samples={"all": {"sources": ["farms"]}},
        analyses=[analysis],
    )
    outcomes = frame[["unit_id", "income"]].assign(later=frame["income"])
    designs = design_study(study, {"all": units})
    parts = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    tables = EstimationTables({"all": units}, {"all": outcomes}, **parts)
    return estimate_study(study, tables, seed=3)["std_errors"].set_index(["spec_id", "kind"]), frame


def test_the_workflow_matches_anew_where_it_is_asked_and_says_both() -> None:
    """The p-values of the notebook's entry, but for the draws of another generator."""
    asked = {"draws": 299, "outcomes": ["income"]}
    errors, frame = study_of_groups(randomisation=asked)
    tests = randomisation_test(
        frame.set_index("unit_id"),
        outcome="income",
        treatment="treated",
        group="group",
        covariates=["age"],
        strategy={"method": "nearest", "k": 2},
        draws=299,
    )
    for kind, test in (("permuted", tests.fixed), ("refitted", tests.refitted)):
        p_value = errors.loc[("main/nearest/income", kind), "p_value"]
        assert p_value == pytest.approx(test.p_value, abs=0.09)
        assert 0.01 < p_value < 0.6
    kinds = errors.loc["main/nearest/later"].index
    assert "permuted" in kinds and "refitted" not in kinds
    without, _ = study_of_groups()
    assert "refitted" not in without.index.get_level_values("kind")


def test_the_repeated_score_is_that_of_the_weighted_likelihood() -> None:
    rng = np.random.default_rng(3)
    covariates = covariate_matrix({name: rng.normal(size=400) for name in "abc"})
    treatment = (rng.random(400) < 1 / (1 + np.exp(-covariates.values[:, 0]))).astype(np.int8)
    sampling = rng.uniform(0.5, 2, 400)
    ours = RepeatedLogit(covariates, sampling).fit(treatment)
    whole = fit_propensity(covariates, treatment, sampling=sampling)
    assert ours.linear_predictor == pytest.approx(whole.linear_predictor, abs=1e-9)
