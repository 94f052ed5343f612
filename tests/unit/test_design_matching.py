"""What must hold of every match, whatever the data: the invariants of METHODS."""

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.design.balance import balance, effective_number
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.matching import match_nearest
from ruralimpact.design.propensity import (
    PropensityScore,
    area_under_curve,
    fit_propensity,
    refuse_single_group,
)
from ruralimpact.design.strategies.nearest import NearestNeighbour
from ruralimpact.design.strategies.optimal import OptimalMatching
from ruralimpact.design.study import design_study
from ruralimpact.errors import DesignError

STRATEGIES = {
    "score": NearestNeighbour(),
    "score_k3": NearestNeighbour(k=3),
    "score_caliper": NearestNeighbour(caliper=0.1),
    "score_without": NearestNeighbour(replace=False, caliper=0.2),
    "score_covariate_caliper": NearestNeighbour(caliper_covariates={"age": 0.3}),
    "mahalanobis": NearestNeighbour(distance="mahalanobis"),
    "inverse_variance": NearestNeighbour(distance="inverse_variance", k=2),
    "mahalanobis_caliper": NearestNeighbour(distance="mahalanobis", caliper=0.2),
    "mahalanobis_without": NearestNeighbour(distance="mahalanobis", replace=False),
}


def survey(seed: int = 0, n: int = 240) -> tuple[dict[str, np.ndarray], np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    columns = {
        "age": rng.integers(20, 60, n).astype(float),
        "land": np.round(rng.lognormal(size=n), 2),
        "region": np.array(["north", "south", "west"])[rng.integers(0, 3, n)],
    }
    chance = 1 / (1 + np.exp(1.2 - 0.02 * columns["age"] + 0.2 * columns["land"]))
    return columns, (rng.random(n) < chance).astype(np.int8), rng.integers(0, 4, n)


def matched(columns, treatment, strategy, strata=None):
    covariates = covariate_matrix(columns)
    propensity = fit_propensity(covariates, treatment) if strategy.needs_propensity else None
    return match_nearest(covariates, treatment, strategy, propensity=propensity, strata=strata)


@pytest.mark.parametrize("name", STRATEGIES)
def test_weights_are_those_of_the_pairs(name: str) -> None:
    columns, treatment, strata = survey()
    design = matched(columns, treatment, STRATEGIES[name], strata)
    focal, match, share = design.pairs()
    expected = np.zeros(len(treatment))
    np.add.at(expected, match, share)
    controls = treatment == 0
    assert design.weights[controls] == pytest.approx(expected[controls], abs=1e-12)
    assert set(focal.tolist()) == set(np.flatnonzero((design.weights > 0) & ~controls).tolist())
    assert (strata[focal] == strata[match]).all()
    assert (treatment[focal] == 1).all() and (treatment[match] == 0).all()
    assert design.weights[controls].sum() == pytest.approx(design.weights[~controls].sum())
    treated = design.weights[~controls]
    assert effective_number(treated) == pytest.approx((treated > 0).sum())
    assert (treated > 0).sum() + sum(design.dropped.values()) == (~controls).sum()


@pytest.mark.parametrize("name", ["score_without", "mahalanobis_without"])
def test_no_control_serves_twice_without_replacement(name: str) -> None:
    columns, treatment, _ = survey(1)
    _, match, _ = matched(columns, treatment, STRATEGIES[name]).pairs()
    assert len(set(match.tolist())) == len(match)


@pytest.mark.parametrize("name", ["score_caliper", "score_without", "mahalanobis_caliper"])
def test_every_pair_is_inside_the_caliper(name: str) -> None:
    columns, treatment, _ = survey(2)
    score = fit_propensity(covariate_matrix(columns), treatment).linear_predictor
    focal, match, _ = matched(columns, treatment, STRATEGIES[name]).pairs()
    width = STRATEGIES[name].caliper * score.std(ddof=1)
    assert len(focal) and (np.abs(score[focal] - score[match]) <= width * (1 + 1e-12)).all()


def test_every_pair_is_inside_the_caliper_of_a_covariate() -> None:
    columns, treatment, _ = survey(2)
    focal, match, _ = matched(columns, treatment, STRATEGIES["score_covariate_caliper"]).pairs()
    age = columns["age"]
    assert len(focal) and (np.abs(age[focal] - age[match]) <= 0.3 * age.std(ddof=1)).all()


@pytest.mark.parametrize("name", [n for n in STRATEGIES if "without" not in n])
def test_row_order_changes_nothing(name: str) -> None:
    columns, treatment, strata = survey(3)
    order = np.random.default_rng(9).permutation(len(treatment))
    first = matched(columns, treatment, STRATEGIES[name], strata)
    shuffled = matched(
        {key: column[order] for key, column in columns.items()},
        treatment[order],
        STRATEGIES[name],
        strata[order],
    )
    assert shuffled.weights == pytest.approx(first.weights[order], abs=1e-12)


@pytest.mark.parametrize("name", STRATEGIES)
def test_units_of_measure_and_column_order_change_nothing(name: str) -> None:
    columns, treatment, strata = survey(4)
    other = {
        "region": columns["region"],
        "land": columns["land"] * 10_000,
        "age": columns["age"] / 12 - 3,
    }
    first = matched(columns, treatment, STRATEGIES[name], strata)
    second = matched(other, treatment, STRATEGIES[name], strata)
    assert second.weights == pytest.approx(first.weights, abs=1e-9)


def test_mahalanobis_on_one_covariate_is_the_distance_itself() -> None:
    columns, treatment, _ = survey(5)
    only = {"land": columns["land"]}
    mahalanobis = matched(only, treatment, STRATEGIES["mahalanobis"])
    inverse = matched(only, treatment, NearestNeighbour(distance="inverse_variance"))
    assert mahalanobis.weights == pytest.approx(inverse.weights)


def test_exact_strata_equal_matching_each_stratum_alone() -> None:
    columns, treatment, strata = survey(6)
    covariates = covariate_matrix(columns)
    model = fit_propensity(covariates, treatment)
    together = match_nearest(
        covariates, treatment, NearestNeighbour(), propensity=model, strata=strata
    )
    for stratum in np.unique(strata):
        inside = np.where(strata == stratum, 0, 1)
        focal, match, _ = together.pairs()
        score = model.linear_predictor
        mine = focal[inside[focal] == 0]
        for i in np.unique(mine):
            pool = np.flatnonzero((treatment == 0) & (strata == stratum))
            gaps = np.abs(score[pool] - score[i])
            assert set(match[focal == i].tolist()) == set(pool[gaps == gaps.min()].tolist())


def test_a_stratum_without_controls_is_counted() -> None:
    columns, treatment, strata = survey(7)
    strata = strata.copy()
    lonely = np.flatnonzero(treatment == 1)[:3]
    strata[lonely] = 99
    design = matched(columns, treatment, NearestNeighbour(), strata)
    assert design.dropped == {"no candidate in the same stratum": 3}
    assert (design.weights[lonely] == 0).all()


def test_more_neighbours_than_controls_uses_them_all_equally() -> None:
    columns, treatment, _ = survey(8, 60)
    design = matched(columns, treatment, NearestNeighbour(k=1000))
    controls = treatment == 0
    share = (treatment == 1).sum() / controls.sum()
    assert design.weights[controls] == pytest.approx(np.full(controls.sum(), share))


def test_no_match_at_all_is_one_clear_error() -> None:
    columns, treatment, _ = survey(10)
    covariates = covariate_matrix(columns)
    model = fit_propensity(covariates, treatment)
    strata = np.where(treatment == 1, 1, 2)
    with pytest.raises(DesignError, match="no candidate in the same stratum"):
        match_nearest(covariates, treatment, NearestNeighbour(), propensity=model, strata=strata)


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (np.ones(240), r"constant covariate: 'extra' \(always 1\)"),
        ("twice the land", r"collinear covariates: 'land'|collinear covariates: 'extra'"),
        ("treatment", r"'extra' separates the arms"),
        ("one level", r"'extra\[b\]' separates the arms"),
        (np.full(240, np.nan), r"missing or infinite values, .* in covariates: 'extra'"),
    ],
)
def test_unusable_covariates_are_named(column, message: str) -> None:
    columns, treatment, _ = survey(11)
    made = {
        "twice the land": 2 * columns["land"] + 1,
        "treatment": treatment.astype(float) * 3 + np.linspace(0, 1, 240),
        "one level": np.where((treatment == 1) & (columns["age"] > 40), "b", "a"),
    }
    extra = made[column] if isinstance(column, str) else column
    with pytest.raises(DesignError, match=message):
        fit_propensity(covariate_matrix({**columns, "extra": extra}), treatment)


def test_an_empty_arm_is_refused() -> None:
    columns, treatment, _ = survey(12)
    with pytest.raises(DesignError, match="no controls"):
        fit_propensity(covariate_matrix(columns), np.ones_like(treatment))


def test_an_arm_of_one_group_is_refused() -> None:
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    groups = np.array(["a", "a", "b", "c", "c"], dtype=object)
    with pytest.raises(DesignError, match=r"treated units are of a single group \(a\)"):
        refuse_single_group(treatment, groups)
    refuse_single_group(treatment, np.array(["a", "d", "b", "c", "c"], dtype=object))


def test_the_area_under_the_curve_counts_pairs_in_order() -> None:
    """Of six pairs of a treated unit and a control four are in order and one is tied."""
    score = np.array([0.2, 0.8, 0.2, 0.1, 0.5])
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    model = PropensityScore("logit", score, score)
    assert area_under_curve(model, treatment) == pytest.approx(4.5 / 6)


def test_one_covariate_matches_alike_by_every_distance() -> None:
    """The linear score, Mahalanobis by either covariance, and inverse variance only rescale it."""
    columns, treatment, _ = survey(14)
    only = {"land": columns["land"]}
    strategies = [
        NearestNeighbour(k=2),
        NearestNeighbour(k=2, distance="mahalanobis"),
        NearestNeighbour(k=2, distance="mahalanobis", covariance="sample"),
        NearestNeighbour(k=2, distance="inverse_variance"),
    ]
    weights = [matched(only, treatment, strategy).weights for strategy in strategies]
    for other in weights[1:]:
        assert other == pytest.approx(weights[0], abs=1e-12)


def test_optimal_pairs_keep_the_calipers_and_serve_once() -> None:
    columns, treatment, strata = survey(15)
    covariates = covariate_matrix(columns)
    model = fit_propensity(covariates, treatment)
    strategy = OptimalMatching(caliper=0.15, caliper_covariates={"age": 0.5})
    design = strategy.design(ComparedUnits(covariates, treatment, propensity=model, strata=strata))
    focal, match, share = design.pairs()
    score, age = model.linear_predictor, columns["age"]
    assert len(focal) and len(set(match.tolist())) == len(match)
    assert (share == 1).all() and (strata[focal] == strata[match]).all()
    assert (np.abs(score[focal] - score[match]) <= 0.15 * score.std(ddof=1)).all()
    assert (np.abs(age[focal] - age[match]) <= 0.5 * age.std(ddof=1)).all()
    assert (design.set_ids[focal] == design.set_ids[match]).all()
    treated = (treatment == 1).sum()
    assert len(focal) + sum(design.dropped.values()) == treated


def test_a_combination_that_separates_the_arms_is_refused() -> None:
    rng = np.random.default_rng(13)
    x, z = rng.normal(size=200), rng.normal(size=200)
    treatment = (x + z > 0).astype(np.int8)
    with pytest.raises(DesignError, match="separates the arms"):
        fit_propensity(covariate_matrix({"x": x, "z": z}), treatment)


def test_balance_by_hand() -> None:
    """Treated 1, 3; controls 0, 2, 4 with weights 1, 1, 0."""
    values = np.array([[1.0], [3.0], [0.0], [2.0], [4.0]])
    matrix = CovariateMatrix(values, ("x",), np.array([False]), {})
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    before = balance(matrix, treatment)
    assert before.smd[0] == pytest.approx(0.0)
    assert before.variance_ratio[0] == pytest.approx(2 / 4)
    assert before.ks[0] == pytest.approx(1 / 3)
    after = balance(matrix, treatment, np.array([1.0, 1, 1, 1, 0]))
    assert after.smd[0] == pytest.approx((2 - 1) / np.sqrt(2))
    assert after.variance_ratio[0] == pytest.approx(1.0)
    assert after.ks[0] == pytest.approx(0.5)


def test_second_order_terms_are_balanced_on_request() -> None:
    rng = np.random.default_rng(16)
    units = pd.DataFrame(
        {
            "unit_id": [f"u{i:03}" for i in range(120)],
            "group": [f"g{i % 12}" for i in range(120)],
            "treated": (np.arange(120) % 12 < 5).astype(float),
            "age": rng.normal(40, 9, 120),
            "woman": rng.integers(0, 2, 120).astype(float),
        }
    )
    analysis = {
        "name": "a",
        "sample": "s",
        "method": "matching",
        "treatment": "treated",
        "covariates": ["age", "woman"],
        "strategies": ["nn"],
        "second_order_balance": True,
    }
    study = {
        "analyses": [analysis],
        "strategies": [{"name": "nn", "method": "nearest"}],
        "codebook": [{"variable": "age", "label": "Age"}, {"variable": "woman", "label": "Woman"}],
    }
    rows = design_study(study_of(study), {"s": units})["balance"]
    assert rows.label.unique().tolist() == ["Age", "Woman", "Age, squared", "Age x Woman"]
    treated = units.treated == 1
    gap = (units.age**2)[treated].mean() - (units.age**2)[~treated].mean()
    before = rows[(rows.stage == "before") & (rows.covariate == "age^2")].iloc[0]
    assert before.smd == pytest.approx(gap / (units.age**2)[treated].std())


def test_treated_units_short_of_controls_are_kept_or_left_out() -> None:
    """R's and Stata's rule: fewer than k controls within the caliper, and the treated unit leaves."""
    treatment = np.array([1, 1, 0, 0, 0, 0], dtype=np.int8)
    score = np.array([0.0, 5.0, 0.1, 0.2, 5.1, 9.0])
    covariates = covariate_matrix({"x": score})
    width = 1.0 / score.std(ddof=1)
    options = {"k": 2, "caliper": width}
    propensity = PropensityScore("logit", score, 1 / (1 + np.exp(-score)))
    kept, excluded = (
        match_nearest(
            covariates,
            treatment,
            NearestNeighbour(incomplete=incomplete, **options),
            propensity=propensity,
        )
        for incomplete in ("keep", "drop")
    )
    assert kept.weights.tolist() == [1, 1, 0.5, 0.5, 1, 0]
    assert excluded.weights.tolist() == [1, 0, 0.5, 0.5, 0, 0]
    assert kept.dropped == {}
    assert excluded.dropped == {"fewer than 2 candidates within reach": 1}
