"""Uniform bands, the pre-trend test, and the weights behind two-way fixed effects."""

import numpy as np
import pytest
from plain_scores import plain_scores
from scipy.special import stdtrit
from scipy.stats import f as f_distribution
from staggered_panels import PERIODS, draw_panel, twfe

from ruralimpact.difference.aggregation import aggregate
from ruralimpact.difference.event_study import corrected_effects, pre_trend_test, uniform_band
from ruralimpact.difference.goodman_bacon import bacon_decomposition
from ruralimpact.difference.group_time import group_time_effects
from ruralimpact.errors import DesignError
from ruralimpact.inference.clustered import group_sums


def test_the_universal_base_is_zero_without_variance_and_is_not_tested() -> None:
    outcome, first = draw_panel()
    effects = group_time_effects(outcome, first, PERIODS, base="universal")
    varying = group_time_effects(outcome, first, PERIODS)
    after, same = effects.event_times >= 0, varying.event_times >= 0
    assert effects.estimates[after] == pytest.approx(varying.estimates[same], rel=1e-12)
    event = aggregate(effects, "event")
    base = event.labels == -1
    assert event.estimates[base] == 0
    assert not event.before[base]
    band = uniform_band(event.estimates, plain_scores(event.scores), seed=1)
    assert np.isnan(band.low[base]).all()
    assert np.isfinite(band.low[~base]).all()


def test_row_order_units_of_measure_and_names_of_groups_change_nothing() -> None:
    outcome, first = draw_panel()
    groups = np.arange(len(first)) % 60
    order = np.random.default_rng(5).permutation(len(first))
    names = np.array([f"g{(7 * g) % 60}" for g in groups])

    def study(outcome, first, groups):
        event = aggregate(group_time_effects(outcome, first, PERIODS), "event")
        band = uniform_band(event.estimates, corrected_effects(event, groups), seed=11)
        return event, band, pre_trend_test(event, groups)

    one, band, test = study(outcome, first, groups)
    two, other_band, other_test = study(1000 * outcome[order] + 5, first[order], names[order])
    assert two.estimates == pytest.approx(1000 * one.estimates, rel=1e-9)
    assert two.scores == pytest.approx(1000 * one.scores[order], abs=1e-9)
    assert other_band.critical == pytest.approx(band.critical, rel=1e-9)
    assert other_band.high == pytest.approx(1000 * band.high, rel=1e-9)
    assert other_test.p_value == pytest.approx(test.p_value, rel=1e-9)
    again = uniform_band(one.estimates, corrected_effects(one, groups), seed=11)
    assert (again.critical == band.critical).all()


def test_critical_value_of_independent_estimates_is_that_of_the_largest_of_normals() -> None:
    scores = np.zeros((800, 4))
    for column in range(4):
        scores[200 * column : 200 * (column + 1), column] = np.random.default_rng(2).normal(
            size=200
        )
    band = uniform_band(np.zeros(4), plain_scores(scores), seed=3, draws=3999)
    # (1 + 0.95 ** (1 / 4)) / 2 quantile of a normal
    assert band.critical == pytest.approx(np.full(4, 2.491), abs=0.1)
    single = uniform_band(np.zeros(1), plain_scores(scores[:, :1]), seed=3, draws=3999)
    assert single.critical == pytest.approx(1.96, abs=0.08)


def test_of_one_estimate_the_band_is_its_interval() -> None:
    """Up to one draw in ten thousand, whatever the bootstrap makes of its few groups."""
    scores = np.random.default_rng(6).normal(size=(9, 1))
    band = uniform_band(np.zeros(1), plain_scores(scores), seed=3, draws=9999)
    assert band.critical == pytest.approx(stdtrit(8, 0.975), rel=0.01)


def test_a_band_needs_groups_with_scores() -> None:
    with pytest.raises(DesignError, match="no estimate"):
        uniform_band(np.empty(0), [], seed=1)
    with pytest.raises(DesignError, match="two groups"):
        uniform_band(np.ones(1), plain_scores(np.eye(4)[:, :1]), seed=1)


def test_pre_trend_test_is_hotelling_s_on_corrected_scores() -> None:
    """Groups within one cohort and of one size have equal shares, so that the correction is known."""
    outcome, first = draw_panel(n=120, cohorts=(2004.0, np.inf))
    first = np.repeat(np.where(np.arange(24) < 8, 2004.0, np.inf), 5)
    groups = np.arange(120) // 5
    event = aggregate(group_time_effects(outcome, first, PERIODS), "event")
    test = pre_trend_test(event, groups)
    sums = np.column_stack([group_sums(scores, groups) for scores in event.scores.T[event.before]])
    scaled = sums * np.where(np.arange(24) < 8, np.sqrt(8 / 7), np.sqrt(16 / 15))[:, None]
    r, estimates = sums.shape[1], event.estimates[event.before]
    wald = estimates @ np.linalg.solve(scaled.T @ scaled, estimates)
    # of a difference of two means of 8 and 16 groups with one variance
    df = (1 / 8 + 1 / 16) ** 2 / (1 / (64 * 7) + 1 / (256 * 15))
    rest = df - r + 1
    assert test.df == r
    assert test.df_denominator == pytest.approx(rest, rel=1e-9)
    assert test.statistic == pytest.approx(wald * rest / (df * r), rel=1e-9)
    assert test.p_value == pytest.approx(f_distribution.sf(test.statistic, r, rest), rel=1e-9)
    steep = outcome + np.where(np.isfinite(first), 1.0, 0.0)[:, None] * PERIODS
    assert pre_trend_test(group_time_effects(steep, first, PERIODS), groups).p_value < 1e-3


def test_a_pre_trend_needs_a_period_before() -> None:
    outcome, first = draw_panel(cohorts=(2002.0, np.inf))
    effects = group_time_effects(outcome, first, PERIODS)
    with pytest.raises(DesignError, match="no period before"):
        pre_trend_test(effects, np.arange(len(first)))
    with pytest.raises(DesignError, match="after treatment"):
        aggregate(effects, "event", last=-1)


def test_bacon_weights_sum_to_one_and_rebuild_the_regression() -> None:
    outcome, first = draw_panel(n=200, cohorts=(2001.0, 2003.0, 2004.0, 2006.0, np.inf))
    outcome[:6, 3] = np.nan
    found = bacon_decomposition(outcome, first, PERIODS)
    assert (found.n_units, found.lost) == (194, 6)
    assert found.weights.sum() == pytest.approx(1, abs=1e-12)
    assert (found.weights > 0).all()
    assert found.coefficient == pytest.approx(twfe(outcome[6:], first[6:]).estimate, abs=1e-10)
    counts = {kind: int((found.kind == kind).sum()) for kind in set(found.kind)}
    assert counts == {
        "treated_vs_never": 3,
        "treated_vs_always": 3,
        "earlier_vs_later": 3,
        "later_vs_earlier": 3,
    }
    forbidden = np.isin(found.kind, ["treated_vs_always", "later_vs_earlier"])
    assert found.forbidden_share == pytest.approx(found.weights[forbidden].sum())


def test_nothing_to_decompose() -> None:
    outcome, first = draw_panel()
    for start in (np.full(300, 2003.0), np.full(300, np.inf)):
        with pytest.raises(DesignError, match="no cohort changes"):
            bacon_decomposition(outcome, start, PERIODS)
    with pytest.raises(DesignError, match="no cohort changes"):
        bacon_decomposition(np.full_like(outcome, np.nan), first, PERIODS)
