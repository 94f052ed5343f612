"""Matched effects by hand, and the special cases that must coincide."""

import pickle
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

from ruralimpact import estimate_impact
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.matching import match_nearest
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies.nearest import NearestNeighbour
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.matching import matched_sets, matching_estimate
from ruralimpact.estimation.missing import matches_among
from ruralimpact.estimation.std_errors import LazyStdErrors
from ruralimpact.inference.clustered import (
    Clustering,
    clustered_std_error,
    group_codes,
    group_sums,
    t_inference,
)
from ruralimpact.inference.delta import percent_impact
from ruralimpact.inference.leverage import group_leverage


def five_units():
    """Treated at 1.0 and 4.0; controls at 0.5, 1.5 and 9: two tie for the first, 1.5 serves the second."""
    x = np.array([1.0, 4.0, 0.5, 1.5, 9.0])
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    outcome = np.array([10.0, 20.0, 4.0, 8.0, 50.0])
    strategy = NearestNeighbour(distance="inverse_variance")
    return x, outcome, match_nearest(covariate_matrix({"x": x}), treatment, strategy)


def test_five_units_by_hand() -> None:
    x, outcome, design = five_units()
    assert design.weights == pytest.approx([1, 1, 0.5, 1.5, 0])
    result = matching_estimate(outcome, design, covariate_matrix({"x": x}))
    assert result.estimate == pytest.approx(((10 - 6) + (20 - 8)) / 2)
    assert (result.treated_mean, result.control_mean) == pytest.approx((15, 7))
    assert result.n_control == 2
    assert result.effective_controls == pytest.approx(4 / 2.5)


def test_five_units_with_bias_adjustment_by_hand() -> None:
    """All controls lie on the line y = 2 + 4x: 6 at 1.0 and 14 at 3.0."""
    x = np.array([1.0, 3.0, 0.5, 1.5, 4.0])
    treatment = np.array([1, 1, 0, 0, 0], dtype=np.int8)
    outcome = np.array([10.0, 20.0, 4.0, 8.0, 18.0])
    covariates = covariate_matrix({"x": x})
    design = match_nearest(covariates, treatment, NearestNeighbour(distance="inverse_variance"))
    assert design.weights == pytest.approx([1, 1, 0.5, 0.5, 1])
    result = matching_estimate(outcome, design, covariates, bias_adjust=True)
    assert result.estimate == pytest.approx(((10 - 6) + (20 - 14)) / 2)
    assert result.scores.sum() == pytest.approx(0, abs=1e-12)


def test_two_controls_bear_no_regression() -> None:
    """Of 0.5 and 1.5 the line would be read at 4.0: the adjustment would be all extrapolation."""
    x, outcome, design = five_units()
    covariates = covariate_matrix({"x": x})
    plain, adjusted = (
        matching_estimate(outcome, design, covariates, bias_adjust=adjust)
        for adjust in (False, True)
    )
    assert adjusted.estimate == pytest.approx(plain.estimate)
    assert adjusted.notes == (
        "outcome regression without 'x', of which the controls used say too little",
    )


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("adjust", [False, True])
def test_few_control_groups_do_not_blow_up_a_share(seed: int, adjust: bool) -> None:
    """Covariates of whole groups, few of them near: a regression once put 604 percentage points on it."""
    rng = np.random.default_rng(seed)
    groups = np.repeat(np.arange(24), rng.integers(3, 15, 24))
    of_group = rng.normal(size=(24, 4))
    treatment = (of_group[:, 0] > 0)[groups].astype(np.int8)
    of_group[:, 0] = rng.normal(size=24) + 0.7 * (of_group[:, 0] > 0)
    columns = {f"x{j}": of_group[groups, j] for j in range(4)}
    covariates = covariate_matrix({**columns, "land": rng.lognormal(size=len(groups))})
    share = (rng.random(len(groups)) < 0.3).astype(float)
    model = fit_propensity(covariates, treatment)
    for strategy in (NearestNeighbour(), NearestNeighbour(k=5)):
        design = match_nearest(covariates, treatment, strategy, propensity=model)
        found = matching_estimate(share, design, covariates, bias_adjust=adjust)
        error = Clustering(groups).std_error(found.scores)[0]
        assert abs(found.estimate) < 1
        assert error < 0.5


def sample(n: int = 200):
    rng = np.random.default_rng(5)
    x = rng.normal(size=n)
    treatment = (rng.random(n) < 1 / (1 + np.exp(0.5 - x))).astype(np.int8)
    outcome = 2 + x + treatment * 1.5 + rng.normal(size=n)
    return x, treatment, outcome


def test_all_controls_with_equal_weights_are_the_difference_in_means() -> None:
    x, treatment, outcome = sample()
    covariates = covariate_matrix({"x": x})
    model = fit_propensity(covariates, treatment)
    design = match_nearest(covariates, treatment, NearestNeighbour(k=200), propensity=model)
    matched = matching_estimate(outcome, design, covariates.none())
    plain = difference_in_means(outcome, treatment)
    assert matched.estimate == pytest.approx(plain.estimate)
    assert matched.scores == pytest.approx(plain.scores, abs=1e-14)
    assert matched.treated_mean_scores == pytest.approx(plain.treated_mean_scores)


def test_an_additive_effect_moves_the_estimate_one_for_one() -> None:
    x, treatment, outcome = sample()
    covariates = covariate_matrix({"x": x})
    model = fit_propensity(covariates, treatment)
    design = match_nearest(covariates, treatment, NearestNeighbour(), propensity=model)
    first = matching_estimate(outcome, design, covariate_matrix({"x": x}))
    second = matching_estimate(outcome + 7.5 * treatment, design, covariates)
    assert second.estimate - first.estimate == pytest.approx(7.5)
    assert second.scores == pytest.approx(first.scores)


def test_att_of_swapped_arms_is_the_negative_atc() -> None:
    x, treatment, outcome = sample()
    covariates = covariate_matrix({"x": x})
    swapped = (1 - treatment).astype(np.int8)
    strategy = NearestNeighbour(distance="mahalanobis")
    controls = match_nearest(covariates, treatment, strategy, focal_arm=0)
    treated = match_nearest(covariates, swapped, strategy)
    atc = matching_estimate(outcome, controls, covariates, bias_adjust=True)
    att = matching_estimate(outcome, treated, covariates, bias_adjust=True)
    assert atc.estimate == pytest.approx(-att.estimate)
    assert atc.scores == pytest.approx(-att.scores)
    assert atc.treated_mean - atc.counterfactual_mean == pytest.approx(atc.estimate)


def test_one_unit_a_group_is_the_heteroskedastic_error() -> None:
    x, treatment, outcome = sample()
    scores = difference_in_means(outcome, treatment).scores
    error, groups = clustered_std_error(group_sums(scores, np.arange(200)))
    parts = [outcome[treatment == arm] for arm in (0, 1)]
    hc0 = np.sqrt(sum(part.var() / len(part) for part in parts))
    assert groups == 200
    assert error == pytest.approx(np.sqrt(200 / 199) * hc0)


def test_two_way_with_one_clustering_inside_the_other_is_the_coarser_one() -> None:
    rng = np.random.default_rng(6)
    scores = rng.normal(size=60)
    coarse, fine = np.repeat(np.arange(6), 10), np.arange(60)
    fine_in_coarse = Clustering(coarse, sets=fine).plain_std_error(scores)
    one_way, _ = clustered_std_error(group_sums(scores, coarse))
    assert fine_in_coarse == pytest.approx(one_way)


def test_interval_is_students() -> None:
    """t(0.975, 10) = 2.228139 (any table)."""
    result = t_inference(3.0, 1.0, 10)
    assert result.conf_high - 3.0 == pytest.approx(2.228139, abs=1e-6)
    assert t_inference(2.228139, 1.0, 10).p_value == pytest.approx(0.05, abs=1e-7)


def test_percent_of_a_scaled_outcome_does_not_change() -> None:
    x, treatment, outcome = sample()
    clustering = Clustering(np.arange(200))
    percents = []
    for scale in (1.0, 1000.0):
        result = difference_in_means(scale * (outcome + 3), treatment)
        percents.append(
            percent_impact(
                result.estimate,
                result.scores,
                result.control_mean,
                result.control_mean_scores,
                clustering,
            )
        )
    assert percents[0].percent == pytest.approx(percents[1].percent)
    assert percents[0].std_error == pytest.approx(percents[1].std_error)


def test_percent_is_the_exponential_of_the_log_ratio_to_first_order() -> None:
    """The delta-method variance of a ratio of two independent means, by its textbook formula."""
    x, treatment, outcome = sample()
    outcome = outcome + 10
    result = difference_in_means(outcome, treatment)
    found = percent_impact(
        result.estimate,
        result.scores,
        result.control_mean,
        result.control_mean_scores,
        Clustering(np.arange(200)),
    )
    m1, m0 = result.treated_mean, result.control_mean
    v1 = outcome[treatment == 1].var() / (treatment == 1).sum()
    v0 = outcome[treatment == 0].var() / (treatment == 0).sum()
    textbook = 100 * m1 / m0 * np.sqrt(v1 / m1**2 + v0 / m0**2) * np.sqrt(200 / 199)
    assert found.percent == pytest.approx(100 * (m1 - m0) / m0)
    assert found.std_error == pytest.approx(textbook, rel=1e-9)


def test_fieller_s_interval_holds_the_ratios_that_are_not_rejected() -> None:
    """Each end is a ratio r at which the effect less r times the base is just significant.

    That is the mean of the treated less 1 + r times that of the controls, with Satterthwaite's (1946) degrees
    of freedom of such a sum where units vary alike.
    """
    _, treatment, outcome = sample()
    result = difference_in_means(outcome + 2, treatment)
    clustering = result.clustering(np.arange(200))
    found = percent_impact(
        result.estimate,
        result.scores,
        result.control_mean,
        result.control_mean_scores,
        clustering,
    )
    treated, controls = (int((treatment == arm).sum()) for arm in (1, 0))
    for end in (found.conf_low / 100, found.conf_high / 100):
        parts = np.array([1 / treated, (1 + end) ** 2 / controls])
        df = parts.sum() ** 2 / (parts**2 @ (1 / np.array([treated - 1, controls - 1])))
        gap = result.estimate - end * result.control_mean
        error = clustering.std_error(result.scores - end * result.control_mean_scores)[0]
        assert t_inference(gap, error, df).p_value == pytest.approx(0.05, abs=1e-9)


@pytest.mark.parametrize("shift", [0.0, 0.1, 0.2, 0.3, 0.4, 0.5])
def test_percent_and_level_intervals_agree_on_zero(shift) -> None:
    _, treatment, outcome = sample()
    result = difference_in_means(outcome - 2 + shift * treatment + 5, treatment)
    clustering = result.clustering(np.arange(200))
    level = t_inference(result.estimate, *clustering.std_error(result.scores))
    percent = percent_impact(
        result.estimate,
        result.scores,
        result.counterfactual_mean,
        result.treated_mean_scores - result.scores,
        clustering,
    )
    assert (percent.conf_low > 0) == (level.conf_low > 0)
    assert (percent.conf_high < 0) == (level.conf_high < 0)


def test_percent_of_an_uncertain_base_is_refused_with_the_reason() -> None:
    _, treatment, outcome = sample()
    outcome = outcome - outcome[treatment == 0].mean() + 0.01
    result = difference_in_means(outcome, treatment)
    found = percent_impact(
        result.estimate,
        result.scores,
        result.control_mean,
        result.control_mean_scores,
        Clustering(np.arange(200)),
    )
    assert np.isnan(found.percent)
    assert found.refused == "the base is not significantly positive"


def test_a_missing_outcome_leaves_its_sets_to_the_others() -> None:
    _, _, design = five_units()
    left = matches_among(design, np.array([True, True, False, True, True]))
    assert left.weights == pytest.approx([1, 1, 2, 0])
    left = matches_among(design, np.array([True, False, True, True, True]))
    assert left.weights == pytest.approx([1, 0.5, 0.5, 0])


@pytest.mark.parametrize(
    "strategy", ["nearest", "kernel", "ipw", {"method": "nearest", "replace": False}]
)
def test_a_missing_outcome_is_counted_and_shifts_nothing(strategy) -> None:
    """Adding a constant to the outcome moves neither the estimate nor any standard error."""
    x, treatment, outcome = sample()
    holes = outcome.copy()
    holes[[3, 50, 77]] = np.nan
    frame = pd.DataFrame({"x": x, "d": treatment, "y": holes, "z": holes + 1e6})
    first, second = (
        estimate_impact(frame, outcome=name, treatment="d", covariates=["x"], strategy=strategy)
        for name in ("y", "z")
    )
    assert second.estimate == pytest.approx(first.estimate, rel=1e-6)
    for kind, error in first.std_errors.items():
        assert second.std_errors[kind] == pytest.approx(error, rel=1e-4), kind
    assert first.n_treated + sum(first.dropped.values()) == treatment.sum()
    assert sum(first.dropped.values()) >= treatment[[3, 50, 77]].sum()


def test_group_codes_follow_the_labels() -> None:
    assert group_codes(["b", "a", "b"]).tolist() == [1, 0, 1]


def test_other_standard_errors_wait_until_they_are_read() -> None:
    asked: list[str] = []

    def kind(name: str, value: float) -> Callable[[], float]:
        return lambda: asked.append(name) or value  # type: ignore[func-returns-value]

    errors = LazyStdErrors({"ai2006": kind("ai2006", 2.0), "ai2016": kind("ai2016", 3.0)})
    shown = LazyStdErrors.beside({"group": 1.0}, errors)
    assert list(shown) == ["group", "ai2006", "ai2016"]
    assert "..." in repr(shown) and not asked
    assert shown["group"] == 1.0 and not asked
    assert (shown["ai2006"], shown["ai2006"]) == (2.0, 2.0)
    assert asked == ["ai2006"]
    assert pickle.loads(pickle.dumps(shown)) == {"group": 1.0, "ai2006": 2.0, "ai2016": 3.0}
    with pytest.raises(KeyError):
        _ = shown["nope"]


def test_sets_that_share_are_no_clusters() -> None:
    """Of three sets the last has two focal units, so that its four units count one by one."""
    sets = np.array([0, 0, 1, 1, 2, 2, 2, 2, -1])
    arm = np.array([1, 0, 1, 0, 1, 1, 0, 0, 0], np.int8)
    assert matched_sets(sets, arm).tolist() == [0, 0, 1, 1, 3, 4, 5, 6, -1]


@pytest.mark.parametrize("adjust", [True, False])
@pytest.mark.parametrize("method", ["optimal", "nearest"])
def test_where_everyone_shares_replacement_makes_no_difference(method: str, adjust: bool) -> None:
    rng = np.random.default_rng(4)
    village = np.repeat(np.arange(60), 10)
    kind = rng.integers(0, 3, 600)
    outcome = kind + rng.normal(size=60)[village] + rng.normal(size=600)
    table = pd.DataFrame({"v": village, "d": (village < 20) * 1, "kind": kind, "y": outcome})
    once = {"method": method, **({"replace": False} if method == "nearest" else {})}
    found = [
        estimate_impact(
            table,
            outcome="y",
            treatment="d",
            covariates=["kind"],
            strategy={**options, "bias_adjust": adjust},
            group="v",
        )
        for options in (once, {"method": "nearest"})
    ]
    for name in ("estimate", "std_error", "df"):
        own, other = (getattr(one, name) for one in found)
        assert own == pytest.approx(other, rel=1e-9)


def test_a_percent_of_units_without_controls_has_the_degrees_of_its_change() -> None:
    rng = np.random.default_rng(1)
    group, before = np.arange(60) // 5, rng.gamma(4, size=60) + 5
    change = 0.5 + rng.normal(size=60)
    clustering = Clustering(group, leverage=group_leverage(np.ones(60), np.ones(60, int), group))
    scores, base = (change - change.mean()) / 60, (before - before.mean()) / 60
    found = percent_impact(change.mean(), scores, before.mean(), base, clustering)
    error, df = clustering.std_error(scores - found.conf_low / 100 * base)
    gap = change.mean() - found.conf_low / 100 * before.mean()
    assert t_inference(gap, error, df).p_value == pytest.approx(0.05, abs=1e-9)
