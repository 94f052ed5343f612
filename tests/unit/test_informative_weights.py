"""Sampling weights that a match of few cannot take up: told where they go with the outcome, and only there.

The population holds as many of every stratum; each row of stratum h stands for 1 + h units, so that the
sample's strata are drawn in other shares. The effect is a half.
"""

import numpy as np
import pandas as pd
import pytest

from ruralimpact import estimate_impact
from ruralimpact.errors import ConfigError, DataError, DesignError
from ruralimpact.estimation.informative_weights import (
    INFORMATIVE,
    NOT_SHOWN,
    informative_p_value,
)
from ruralimpact.exhibits.earlier_forms import FORMS
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.language import speaking

EFFECT = 0.5


def drawn(seed: int, n: int = 3000, of_stratum: float = 0.6) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    stratum, x = rng.integers(0, 6, n), rng.normal(size=n)
    treated = (rng.random(n) < 1 / (1 + np.exp(1 - 0.5 * x))).astype(int)
    outcome = of_stratum * stratum + x + EFFECT * treated + rng.normal(size=n)
    return pd.DataFrame(
        {"y": outcome, "d": treated, "x": x, "w": 1.0 + stratum, "h": stratum.astype(str)}
    )


def told(data: pd.DataFrame, covariates: list[str], strategy: object, **asked: str):
    estimate = estimate_impact(
        data,
        outcome="y",
        treatment="d",
        covariates=covariates,
        strategy=strategy,
        weight="w",
        **asked,
    )
    return estimate, {INFORMATIVE, NOT_SHOWN} & set(estimate.notes)


FEW = [
    "nearest",
    {"method": "nearest", "replace": False},
    {"method": "nearest", "k": 3},
    {"method": "nearest", "distance": "mahalanobis"},
]


@pytest.mark.parametrize("strategy", FEW)
def test_few_matches_are_flagged_where_weights_go_with_the_outcome(strategy: object) -> None:
    assert told(drawn(1), ["x"], strategy)[1] == {INFORMATIVE}


@pytest.mark.parametrize(
    ("strategy", "covariates"), list(zip(FEW, [["x", "w"], ["x", "h"]] * 2, strict=True))
)
def test_weights_among_the_covariates_are_no_matter(
    strategy: object, covariates: list[str]
) -> None:
    estimate, notes = told(drawn(1), covariates, strategy)
    assert not notes
    assert estimate.estimate == pytest.approx(EFFECT, abs=3 * estimate.std_error)


@pytest.mark.parametrize("strategy", ["kernel", "entropy"])
def test_weighting_takes_the_weights_up(strategy: str) -> None:
    estimate, notes = told(drawn(1), ["x"], strategy)
    assert not notes
    assert estimate.estimate == pytest.approx(EFFECT, abs=3 * estimate.std_error)


def test_a_score_that_holds_the_weight_does_not_condition_on_it() -> None:
    unadjusted = {"method": "nearest", "bias_adjust": False}
    estimate, notes = told(drawn(1), ["x", "w"], unadjusted)
    assert notes == {INFORMATIVE}
    assert estimate.estimate > EFFECT + 2 * estimate.std_error


def test_exact_strata_of_the_draw_are_conditioned_on() -> None:
    estimate, notes = told(drawn(1), ["x"], {"method": "nearest", "exact": ["h"]})
    assert not notes
    assert estimate.estimate == pytest.approx(EFFECT, abs=3 * estimate.std_error)


@pytest.mark.parametrize("estimand", ["ATC", "ATE"])
def test_other_estimands_look_at_the_arm_that_is_matched(estimand: str) -> None:
    assert told(drawn(1), ["x"], "nearest", estimand=estimand)[1] == {INFORMATIVE}


def test_weights_apart_from_the_outcome_are_told_in_passing() -> None:
    assert told(drawn(1, of_stratum=0.0), ["x"], "nearest")[1] == {NOT_SHOWN}


def test_notes_have_their_translation() -> None:
    assert {INFORMATIVE, NOT_SHOWN} <= set(FORMS)
    asked = drawn(1, n=300)
    overlap = told(asked, ["x"], "overlap", estimand="ATE")[0].notes
    few = told(asked, ["x"], {"method": "nearest", "k": 200, "caliper": 0.1})[0].notes
    for note in (overlap[-1], few[0], "1 unit has fewer than the 2 matches asked for"):
        with speaking("es"):
            assert translated(note) != note


def test_a_number_of_matches_that_cannot_be_had_is_told() -> None:
    """As many controls as treated units: each takes one of the two that it may have."""
    data = drawn(1, n=600)
    treated = data[data["d"] == 1]
    even = pd.concat([treated, data[data["d"] == 0].head(len(treated))])
    two = {"method": "optimal", "k": 2}
    notes = told(even, ["x"], two)[0].notes
    assert f"{len(treated)} units have fewer than the 2 matches asked for" in notes
    assert not any("matches asked for" in note for note in told(data, ["x"], two)[0].notes[:1])
    assert not any("asked for" in note for note in told(even, ["x"], "optimal")[0].notes)


def test_differences_and_tables_keep_the_notes() -> None:
    first, second = (told(drawn(1), ["x"], strategy)[0] for strategy in ("nearest", "kernel"))
    assert f"nearest: {INFORMATIVE}" in (first - second).notes
    assert INFORMATIVE in first.to_frame()["notes"].item()


def test_equal_weights_are_no_matter() -> None:
    assert not told(drawn(1).assign(w=2.0), ["x"], "nearest")[1]


def test_the_test_has_its_level_under_groups() -> None:
    """Weights and outcomes share groups, each its own: no more than five in a hundred are rejected."""
    n_groups, size = 60, 10
    groups = np.repeat(np.arange(n_groups), size)
    treatment = (groups % 3 == 0).astype(np.int8)
    p_values = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        x = rng.normal(size=(len(groups), 2))
        weights = np.exp(rng.normal(size=n_groups))[groups]
        outcome = rng.normal(size=n_groups)[groups] + x.sum(axis=1) + rng.normal(size=len(groups))
        p_values.append(informative_p_value(outcome, treatment, x, weights, groups))
    rejected = np.mean(np.array(p_values) < 0.05)
    assert rejected <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / len(p_values))


@pytest.mark.parametrize(
    "labels",
    [
        pd.Index([(i, 1) for i in range(300)], tupleize_cols=False),
        pd.MultiIndex.from_product([range(150), ["a", "b"]]),
        pd.Index([b"%03d" % i for i in range(300)], dtype=object),
        pd.interval_range(0, 300),
    ],
    ids=["pairs", "levels", "bytes", "intervals"],
)
def test_names_of_rows_are_of_any_kind(labels: pd.Index) -> None:
    plain = drawn(1, n=300)
    named = plain.set_index(labels)
    estimates = [told(data, ["x"], "nearest", strata="h")[0] for data in (plain, named)]
    assert estimates[0].estimate == estimates[1].estimate
    assert estimates[0].std_error == pytest.approx(estimates[1].std_error, rel=1e-12)


def test_row_names_without_an_order_are_refused() -> None:
    data = drawn(1, n=30).set_index(pd.Index([frozenset([i]) for i in range(30)]))
    with pytest.raises(DataError, match="put in order: frozenset"):
        told(data, ["x"], "nearest")


def test_overlap_weights_say_that_their_effect_is_another() -> None:
    estimate, _ = told(drawn(1, n=300), ["x"], "overlap", estimand="ATE")
    assert any("not the ATE" in note for note in estimate.notes)


def test_cut_points_ascend() -> None:
    with pytest.raises(ConfigError, match="do not ascend"):
        told(drawn(1, n=30), ["x"], {"method": "coarsened_exact", "bins": {"x": [1, 0]}})


def test_an_outcome_within_its_rounding_is_refused() -> None:
    data = drawn(1, n=300)
    with pytest.raises(DesignError, match="rounding of its size"):
        told(data.assign(y=data["y"] + 1e15), ["x"], "nearest")
