"""Survival and cumulative incidence against R's survival, standard errors plain and clustered by group."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from ruralimpact.inference.wilson import wilson_interval
from ruralimpact.survival.curves import (
    Lifetimes,
    aalen_johansen,
    clustered_error,
    kaplan_meier,
)

FOLDER = Path(__file__).parent / "survival"
CLOSE = {"rel": 1e-6, "abs": 1e-9}


def stored(name: str) -> pd.DataFrame:
    return pd.read_csv(FOLDER / f"{name}.csv")


def test_kaplan_meier_and_its_clustered_errors() -> None:
    lung, wanted = stored("lung"), stored("kaplan_meier")
    lifetimes = Lifetimes(lung["time"].to_numpy(float), lung["event"].to_numpy())
    curve = kaplan_meier(lifetimes, wanted["time"].to_numpy(float))
    assert curve.estimate == pytest.approx(wanted["survival"].to_numpy(), **CLOSE)
    clusters = clustered_error(curve.scores, lung["inst"].to_numpy(object))
    assert clusters == pytest.approx(wanted["clustered"].to_numpy(), **CLOSE)


def test_aalen_johansen_and_its_errors() -> None:
    mgus, wanted = stored("mgus"), stored("aalen_johansen")
    lifetimes = Lifetimes(mgus["time"].to_numpy(float), mgus["event"].to_numpy())
    for end, own in wanted.groupby("event"):
        curve = aalen_johansen(lifetimes, int(str(end)), own["time"].to_numpy(float))
        assert curve.estimate == pytest.approx(own["incidence"].to_numpy(), **CLOSE)
        alone = clustered_error(curve.scores, mgus.index.to_numpy(object))
        assert alone == pytest.approx(own["std_error"].to_numpy(), **CLOSE)


def test_with_a_single_way_to_end_incidence_is_what_does_not_last() -> None:
    """R's survfit takes no clusters for competing ends; with one end it is Kaplan-Meier, clusters and all."""
    lung, wanted = stored("lung"), stored("kaplan_meier")
    lifetimes = Lifetimes(lung["time"].to_numpy(float), lung["event"].to_numpy())
    curve = aalen_johansen(lifetimes, 1, wanted["time"].to_numpy(float))
    assert curve.estimate == pytest.approx(1 - wanted["survival"].to_numpy(), **CLOSE)
    clusters = clustered_error(curve.scores, lung["inst"].to_numpy(object))
    assert clusters == pytest.approx(wanted["clustered"].to_numpy(), **CLOSE)


def test_what_lasts_and_what_ended_make_the_whole() -> None:
    mgus = stored("mgus")
    lifetimes = Lifetimes(mgus["time"].to_numpy(float), mgus["event"].to_numpy())
    times = np.array([5.0, 60.0, 240.0])
    curves = [
        kaplan_meier(lifetimes, times),
        *(aalen_johansen(lifetimes, k, times) for k in (1, 2)),
    ]
    assert sum(curve.estimate for curve in curves) == pytest.approx(np.ones(3))
    assert sum(curve.scores for curve in curves) == pytest.approx(np.zeros((300, 3)), abs=1e-12)


@pytest.mark.parametrize(
    ("count", "n", "low", "high"),
    # Newcombe (1998), Table I: Wilson score intervals without continuity correction.
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_as_published(count: int, n: int, low: float, high: float) -> None:
    assert wilson_interval(count, n) == pytest.approx((low, high), abs=5e-5)


def test_a_census_has_no_sampling_error() -> None:
    assert wilson_interval(9, 30, population=30) == (0.3, 0.3)
    wide, narrow = wilson_interval(9, 30), wilson_interval(9, 30, population=40)
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]
