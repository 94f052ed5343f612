"""Staggered adoption: known truths, invariants, edge cases, and what two-way fixed effects get wrong."""

import numpy as np
import pytest
from staggered_panels import PERIODS, draw_panel, std_error, twfe

from ruralimpact.difference.aggregation import aggregate
from ruralimpact.difference.goodman_bacon import bacon_decomposition
from ruralimpact.difference.group_time import group_time_effects
from ruralimpact.errors import DesignError
from ruralimpact.estimation.difference import difference_in_means

KINDS = ("simple", "cohort", "calendar", "event")


def test_growing_effects_that_two_way_fixed_effects_get_wrong() -> None:
    outcome, first = draw_panel(n=600, cohorts=(2002.0, 2004.0, 2006.0))
    effects = group_time_effects(outcome, first, PERIODS, control="not_yet_treated")
    after = effects.event_times >= 0
    truth = effects.event_times[after] + 1
    errors = np.sqrt((effects.scores[:, after] ** 2).sum(axis=0))
    assert (np.abs(effects.estimates[after] - truth) < 4 * errors).all()
    overall = aggregate(effects, "simple").overall
    assert abs(overall.estimate - truth.mean()) < 3 * std_error(overall.scores)
    # every effect is at least 1, but the later cohorts are compared with earlier ones' growth
    regression = twfe(outcome, first)
    assert regression.estimate < 0
    assert truth.mean() - regression.estimate > 10 * std_error(regression.scores)
    assert bacon_decomposition(outcome, first, PERIODS).forbidden_share > 0.5


def test_without_noise_every_effect_and_average_is_the_truth() -> None:
    outcome, first = draw_panel(noise=0.0)
    for control in ("never_treated", "not_yet_treated"):
        effects = group_time_effects(outcome, first, PERIODS, control=control)
        truth = np.maximum(effects.event_times + 1, 0)
        assert effects.estimates == pytest.approx(truth, abs=1e-12)
        event = aggregate(effects, "event")
        assert event.estimates == pytest.approx(np.maximum(event.labels + 1, 0), abs=1e-12)
        assert event.before.tolist() == (event.labels < 0).tolist()
        assert event.overall.estimate == pytest.approx(np.mean([1, 2, 3, 4, 5, 6]))
    cohort = aggregate(effects, "cohort")
    assert cohort.labels.tolist() == [2003, 2005, 2007]
    assert cohort.estimates == pytest.approx([3.5, 2.5, 1.5])
    assert cohort.n_treated.tolist() == [75, 75, 75]
    calendar = aggregate(effects, "calendar")
    assert calendar.estimates == pytest.approx([1, 2, 2, 3, 3, 4])
    assert aggregate(effects, "simple").overall.estimate == pytest.approx((21 + 10 + 3) / 12)
    assert aggregate(effects, "event", first=-1, last=1).labels.tolist() == [-1, 0, 1]


def test_two_periods_and_one_cohort_are_the_plain_difference() -> None:
    outcome, first = draw_panel(cohorts=(2002.0, np.inf))
    pair = outcome[:, :2]
    plain = difference_in_means(pair[:, 1] - pair[:, 0], (first == 2002).astype(np.int8))
    effects = group_time_effects(pair, first, PERIODS[:2])
    assert effects.estimates.tolist() == [plain.estimate]
    for kind in KINDS:
        overall = aggregate(effects, kind).overall
        assert overall.estimate == pytest.approx(plain.estimate, rel=1e-12)
        assert overall.scores == pytest.approx(plain.scores, abs=1e-15)
        assert (overall.n_treated, overall.n_control) == (150, 150)
        assert overall.treated_mean == pytest.approx(pair[first == 2002, 1].mean())
    bacon = bacon_decomposition(pair, first, PERIODS[:2])
    assert bacon.kind.tolist() == ["treated_vs_never"]
    assert bacon.coefficient == pytest.approx(plain.estimate, rel=1e-12)


@pytest.mark.parametrize("last", [2007.0, np.inf])  # without effects of its own, or never treated
@pytest.mark.parametrize("kind", KINDS)
def test_scores_are_what_leaving_one_unit_out_changes(kind, last) -> None:
    outcome, first = draw_panel(n=240, cohorts=(2003.0, 2004.0, 2006.0, last))
    outcome[np.random.default_rng(1).random(outcome.shape) < 0.1] = np.nan
    first[:40] = 2003.0  # unequal cohorts, so that the influence of their sizes counts

    def overall(rows):
        effects = group_time_effects(
            outcome[rows], first[rows], PERIODS, control="not_yet_treated", minimum=2
        )
        return aggregate(effects, kind).overall

    full = overall(slice(None))
    rows = np.arange(len(first))
    for unit in (0, 41, 60, 100, 150, 200):
        without = overall(rows != unit)
        assert full.estimate - without.estimate == pytest.approx(
            full.scores[unit], abs=0.06 * np.abs(full.scores).max()
        )
        mean_change = full.treated_mean - without.treated_mean
        assert mean_change == pytest.approx(
            full.treated_mean_scores[unit], abs=0.06 * np.abs(full.treated_mean_scores).max()
        )


def test_a_unit_without_an_outcome_leaves_only_the_cells_that_need_it() -> None:
    outcome, first = draw_panel()
    unit = int(np.flatnonzero(first == 2005)[0])
    outcome[unit, 5] = np.nan  # 2006
    effects = group_time_effects(outcome, first, PERIODS)
    own = (effects.cohorts == 2005) & (effects.periods == 2006)
    assert effects.arms[unit, effects.cohorts == 2005].sum() == 6
    assert effects.arms[unit, own] == 0
    assert effects.scores[unit, own] == 0
    assert effects.lost[own] == 1
    rest = np.delete(np.arange(len(first)), unit)
    again = group_time_effects(outcome[rest], first[rest], PERIODS)
    assert effects.estimates[own] == pytest.approx(again.estimates[own], rel=1e-12)
    assert effects.scores[rest][:, own] == pytest.approx(again.scores[:, own], abs=1e-15)
    assert effects.lost.sum() == 1
    control = int(np.flatnonzero(np.isinf(first))[0])
    outcome[control] = np.nan
    assert (group_time_effects(outcome, first, PERIODS).lost >= 1).all()


def test_a_missing_covariate_leaves_the_cells() -> None:
    outcome, first = draw_panel()
    covariates = np.random.default_rng(3).normal(size=(len(first), 2))
    covariates[7] = np.nan
    effects = group_time_effects(outcome, first, PERIODS, covariates=covariates)
    rest = np.arange(len(first)) != 7
    again = group_time_effects(outcome[rest], first[rest], PERIODS, covariates=covariates[rest])
    assert effects.estimates == pytest.approx(again.estimates, rel=1e-9)
    assert (effects.scores[7] == 0).all()


def test_units_treated_from_the_start_are_excluded_and_counted() -> None:
    outcome, first = draw_panel()
    reference = group_time_effects(outcome, first, PERIODS)
    more = np.vstack([outcome, outcome[:9] + 100])
    effects = group_time_effects(more, np.append(first, [2001.0] * 4 + [1990.0] * 5), PERIODS)
    assert effects.n_always_treated == 9
    assert effects.n_never_treated == reference.n_never_treated == 75
    assert effects.estimates == pytest.approx(reference.estimates, abs=1e-12)
    assert (effects.scores[-9:] == 0).all()


def test_treatment_after_the_panel_is_never_in_it() -> None:
    outcome, first = draw_panel()
    later = np.where(np.isinf(first), 2012.0, first)
    effects = group_time_effects(outcome, later, PERIODS)
    assert effects.n_never_treated == 75
    assert effects.estimates == pytest.approx(group_time_effects(outcome, first, PERIODS).estimates)


def test_small_cohorts_and_cells_without_controls_are_left_out_with_a_reason() -> None:
    outcome, first = draw_panel(cohorts=(2003.0, 2005.0, 2007.0))
    first[:3] = 2004.0
    effects = group_time_effects(outcome, first, PERIODS, control="not_yet_treated")
    whole = {item.cohort: item for item in effects.excluded if np.isnan(item.period)}
    assert set(whole) == {2004, 2007}
    assert whole[2004].words == "cohort 2004 excluded: fewer than 5 units"
    assert whole[2007].reason.startswith("no effect after treatment (0 controls observed")
    # from 2007 on nobody is untreated
    cells = [item for item in effects.excluded if not np.isnan(item.period)]
    assert {(item.cohort, item.period) for item in cells} == {
        (g, t) for g in (2003, 2005) for t in (2007, 2008)
    }
    assert all("0 controls observed in both periods" in item.reason for item in cells)
    assert "cohort 2003, period 2007 excluded" in aggregate(effects, "event").overall.notes[0]
    fewer = group_time_effects(outcome, first, PERIODS, control="not_yet_treated", minimum=3)
    assert 2004 in fewer.cohorts


def test_a_cell_whose_covariates_separate_the_arms_is_left_out_with_a_reason() -> None:
    outcome, first = draw_panel()
    covariates = np.random.default_rng(3).normal(size=(len(first), 1))
    covariates[first == 2005] += 50
    effects = group_time_effects(outcome, first, PERIODS, covariates=covariates)
    assert {item.cohort for item in effects.excluded} == {2005}
    assert set(effects.cohorts) == {2003, 2007}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"first_treated": np.full(300, 2003.0)}, "no unit is never treated"),
        ({"first_treated": np.full(300, np.inf)}, "no cohort"),
        ({"first_treated": np.full(300, np.nan)}, "missing"),
        ({"periods": PERIODS[::-1]}, "increasing"),
        ({"periods": PERIODS[:-1]}, "one column a period"),
        ({"covariates": np.ones((300, 1)), "form": "unconditional"}, "takes no covariates"),
        ({"minimum": 400}, "fewer than 400"),
    ],
)
def test_what_is_refused(change, words) -> None:
    outcome, first = draw_panel()
    arguments = {"outcome": outcome, "first_treated": first, "periods": PERIODS} | change
    with pytest.raises(DesignError, match=words):
        group_time_effects(**arguments)


def test_base_periods_and_anticipation() -> None:
    outcome, first = draw_panel()

    def bases(**options):
        effects = group_time_effects(outcome, first, PERIODS, **options)
        own = effects.cohorts == 2005
        return dict(zip(effects.periods[own], effects.bases[own], strict=True))

    assert bases() == {t: min(t - 1, 2004) for t in PERIODS[1:]}
    assert bases(base="universal") == dict.fromkeys(PERIODS, 2004)
    assert bases(anticipation=1) == {t: min(t - 1, 2003) for t in PERIODS[1:]}
    anticipating = group_time_effects(outcome, first, PERIODS, anticipation=1)
    assert anticipating.event_times[anticipating.before].max() == -2


def test_not_yet_treated_controls_do_not_anticipate_either() -> None:
    outcome, first = draw_panel()
    effects = group_time_effects(outcome, first, PERIODS, control="not_yet_treated", anticipation=1)
    cell = (effects.cohorts == 2003) & (effects.periods == 2006)
    assert set(first[effects.arms[:, cell][:, 0] == -1]) == {np.inf}  # 2007 anticipates in 2006


def test_irregular_periods_and_adoption_between_them() -> None:
    outcome, first = draw_panel(noise=0.0)
    waves = np.array([0, 1, 3, 7])  # 2001, 2002, 2004, 2008
    effects = group_time_effects(outcome[:, waves], first, PERIODS[waves])
    at = dict(
        zip(zip(effects.cohorts, effects.periods, strict=True), effects.estimates, strict=True)
    )
    assert at[2003, 2004] == pytest.approx(2)  # second period of exposure
    assert at[2005, 2008] == pytest.approx(4)
    assert effects.bases[(effects.cohorts == 2005) & (effects.periods == 2008)] == 2004
    assert aggregate(effects, "event").labels.tolist() == [-5, -3, -1, 1, 3, 5]


def test_percent_base_is_the_treated_mean_with_the_weights_of_the_effect() -> None:
    outcome, first = draw_panel(cohorts=(2003.0, np.inf))
    overall = aggregate(group_time_effects(outcome, first, PERIODS), "cohort").overall
    assert overall.treated_mean == pytest.approx(outcome[first == 2003, 2:].mean(), rel=1e-12)
    assert overall.counterfactual_mean == pytest.approx(overall.treated_mean - overall.estimate)


def test_inputs_are_not_changed() -> None:
    outcome, first = draw_panel()
    copies = outcome.copy(), first.copy()
    effects = group_time_effects(outcome, first, PERIODS)
    scores = effects.scores.copy()
    aggregate(effects, "event")
    assert (outcome == copies[0]).all()
    assert (first == copies[1]).all()
    assert (effects.scores == scores).all()
