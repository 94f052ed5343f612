"""How often an order comes out: normal probabilities, blind shuffles, and effects tied to their base."""

import numpy as np
import pytest
from scipy.stats import norm

from ruralimpact.errors import DesignError
from ruralimpact.inference.orders import Ranking, rank_relative_effects

GROUPS = 60


def independent_scores(std_errors: list[float]) -> np.ndarray:
    """Scores of estimates on groups of their own, with these clustered standard errors."""
    scores = np.zeros((GROUPS * len(std_errors), len(std_errors)))
    for j, error in enumerate(std_errors):
        part = np.random.default_rng(j).normal(size=GROUPS)
        part *= error / np.sqrt(GROUPS / (GROUPS - 1) * (part**2).sum())
        scores[j * GROUPS : (j + 1) * GROUPS, j] = part
    return scores


def rank(
    effects: list[float], std_errors: list[float], order: list[int], **means: float
) -> Ranking:
    mean = np.full(len(effects), means.get("mean", 1000.0))
    scores = independent_scores(std_errors)
    return rank_relative_effects(
        np.array(effects),
        mean,
        scores,
        np.zeros_like(scores),
        order,
        rng=np.random.default_rng(3),
        draws=20_000,
    )


def test_two_levels_by_the_normal_probability() -> None:
    found = rank([30.0, 20.0], [6.0, 8.0], [0, 1])
    assert found.ranks.tolist() == [1, 2]
    assert found.kept == pytest.approx(norm.cdf(10 / 10), abs=0.01)
    assert rank([30.0, 20.0], [6.0, 8.0], [1, 0]).kept == pytest.approx(norm.cdf(-1), abs=0.01)


def test_equal_effects_come_in_any_order_alike() -> None:
    assert rank([5.0] * 4, [2.0] * 4, [2, 0, 3, 1]).kept == pytest.approx(1 / 24, abs=0.006)


def test_an_order_may_name_fewer_levels() -> None:
    found = rank([9.0, 50.0, 5.0], [3.0, 1.0, 4.0], [0, 2])
    assert found.ranks.tolist() == [2, 1, 3]
    assert found.kept == pytest.approx(norm.cdf(4 / 5), abs=0.01)
    assert (found.low[1], found.high[1]) == (1, 1)
    assert (found.low[0], found.high[2]) == (2, 3)


def test_ranks_are_by_percent_and_not_by_amount() -> None:
    scores = independent_scores([1.0, 1.0])
    found = rank_relative_effects(
        np.array([40.0, 50.0]),
        np.array([60.0, 500.0]),
        scores,
        np.zeros_like(scores),
        [0, 1],
        rng=np.random.default_rng(0),
    )
    assert found.ranks.tolist() == [1, 2]
    assert found.kept == 1


def test_scores_that_levels_share_count_once() -> None:
    shared = independent_scores([4.0])[:, [0, 0]]
    found = rank_relative_effects(
        np.array([10.0, 9.0]),
        np.full(2, 100.0),
        shared,
        np.zeros_like(shared),
        [0, 1],
        rng=np.random.default_rng(0),
    )
    assert found.kept == 1


def test_a_mean_that_is_not_positive_is_refused() -> None:
    with pytest.raises(DesignError, match="not positive"):
        rank([1.0, 2.0], [1.0, 1.0], [0, 1], mean=0.0)


def test_the_ratio_of_two_percents_and_its_range() -> None:
    """Percents of 25 and 100: independent, small errors, so the range is the delta method's on the log."""
    scores = independent_scores([0.5, 0.6])
    found = rank_relative_effects(
        np.array([100.0, 25.0]),
        np.array([200.0, 125.0]),
        scores,
        np.zeros_like(scores),
        [0, 1],
        rng=np.random.default_rng(1),
        draws=40_000,
    )
    assert found.ratio == pytest.approx(4)
    errors = np.array([0.5 / 200 / (0.5 * 0.5), 0.6 / 125 / (0.2 * 0.8)])
    half = 1.96 * np.sqrt((errors**2).sum())
    assert found.ratio_low == pytest.approx(4 * np.exp(-half), rel=0.005)
    assert found.ratio_high == pytest.approx(4 * np.exp(half), rel=0.005)


def test_no_range_where_the_second_percent_may_be_nil() -> None:
    found = rank([30.0, 2.0], [3.0, 4.0], [0, 1])
    assert np.isfinite(found.ratio)
    assert np.isnan(found.ratio_high)
