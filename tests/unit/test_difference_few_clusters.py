"""Effects over time with few groups: intervals, warnings, and arms of a single group."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry, with_tables
from scipy.stats import PermutationMethod, ttest_ind
from scipy.stats import t as student_t
from staggered_survey import STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables
from study_models import study_of
from test_exhibits_difference import exhibit, results_of, words_of

from ruralimpact.difference.study import DifferenceTables, difference_study
from ruralimpact.estimation.study import estimate_study
from ruralimpact.exhibits.build import tables_of_exhibit
from ruralimpact.exhibits.over_time_panels import panels_of
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.tables.group_time import group_time_table
from ruralimpact.exhibits.tables.parallel_trends import parallel_trends_table

SURVEY = survey()
PLAIN = {**TWO_ARMS, "covariates": [], "estimators": ["two_by_two"], "outcomes": ["income"]}


def of_groups(*groups: int) -> pd.DataFrame:
    return SURVEY[SURVEY["group"].isin([f"g{g:02d}" for g in groups])]


FEW = of_groups(*range(6), *range(40, 48))


def estimate(frame: pd.DataFrame, *analyses: Any) -> tuple[pd.DataFrame, DifferenceTables]:
    wanted, given = study(*analyses), tables(frame)
    found = difference_study(study_of(wanted), given, seed=1)
    made = estimate_study(study_of(wanted), given, seed=1, over_time=found.compared)
    return made, found


def test_intervals_by_time_have_the_degrees_of_freedom_of_their_arms() -> None:
    """Groups of one size, six and eight of them; then twenty and twenty."""
    _, found = estimate(FEW, PLAIN)
    rows = found.tables["event_study"].query("kind == 'event' and std_error > 0")
    assert len(rows) == 5 and set(rows["n_clusters"]) == {14}
    half = (rows["conf_high"] - rows["conf_low"]) / 2 / rows["std_error"]
    # Satterthwaite's for variances in proportion to 1 / 6 and 1 / 8
    df = (1 / 6 + 1 / 8) ** 2 / (1 / 6**2 / 5 + 1 / 8**2 / 7)
    assert half.to_numpy() == pytest.approx(student_t.ppf(0.975, df), rel=1e-9)
    assert (rows["band_high"] > rows["conf_high"]).all()
    _, many = estimate(SURVEY, PLAIN)
    rows = many.tables["event_study"].query("kind == 'event' and std_error > 0")
    half = (rows["conf_high"] - rows["conf_low"]) / 2 / rows["std_error"]
    assert half.to_numpy() == pytest.approx(student_t.ppf(0.975, 38), rel=1e-9)


def test_the_bootstrap_by_time_does_not_depend_on_labels() -> None:
    """The arms go with the groups' scores, whatever the groups are called."""
    names = {name: f"h{i:02d}" for i, name in enumerate(sorted(set(FEW["group"]), reverse=True))}
    renamed = FEW.assign(group=FEW["group"].map(names)).sample(frac=1, random_state=3)
    first, second = (estimate(frame, PLAIN)[1].tables["event_study"] for frame in (FEW, renamed))
    pd.testing.assert_frame_equal(first, second, rtol=1e-9)


def test_the_plain_error_stands_in_the_appendix() -> None:
    made, _ = estimate(FEW, PLAIN, {**TRIPLE, "name": "triple"})
    errors = made["std_errors"].set_index(["spec_id", "kind"])["std_error"]
    for spec_id in ("two_arms/two_by_two/income", "triple/triple_difference/income"):
        sums = made["scores"].set_index("group")[spec_id].dropna()
        plain = np.sqrt(14 / 13 * (sums**2).sum())
        assert errors[spec_id, "group"] == pytest.approx(plain, rel=1e-12)
        assert errors[spec_id, "cr2"] > plain


def test_treatment_permuted_over_groups_stands_beside_the_errors() -> None:
    """Of equal groups the exact permutation test of their means, whatever the group's size."""
    made, _ = estimate(FEW, PLAIN)
    rows = made["std_errors"].set_index("kind")
    changes = FEW.assign(late=FEW["wave"] > 2).groupby(["group", "arm", "late"])["income"].mean()
    gaps = changes.unstack("late").diff(axis=1)[True].rename("gap").reset_index("arm")
    samples = [gaps.loc[gaps["arm"] == arm, "gap"] for arm in (1, 0)]
    exact = ttest_ind(*samples, equal_var=False, method=PermutationMethod(n_resamples=np.inf))
    assert rows.loc["permuted", "p_value"] == pytest.approx(exact.pvalue, abs=0.04)
    assert np.isnan(rows.loc["permuted", "std_error"])


def test_a_cohort_of_one_group_has_no_error() -> None:
    """Its units' scores add up to zero, as if their group could not have changed by chance."""
    frame = of_groups(*range(10), 20, *range(40, 50))
    made, found = estimate(frame, {**STAGGERED, "covariates": []})
    rows = found.tables["event_study"]
    alone = rows[(rows["cohort"] == 5) & (rows["kind"] != "mean")]
    alone = alone[~alone["reason"].str.startswith("reference")]
    assert set(alone["reason"]) == {"an arm is a single group: no standard error"}
    assert alone[["std_error", "conf_low", "band_low"]].isna().all().all()
    assert alone["estimate"].notna().all()
    others = rows[(rows["cohort"] == 3) & (rows["kind"] == "group_time")]
    assert others.loc[others["reason"] == "", "std_error"].gt(0).all()
    # Before: times -4 and -3 are those of the single group alone, -2 is of both cohorts.
    before = rows[(rows["kind"] == "event") & rows["before"]].set_index("event_time")
    assert before["std_error"].notna().to_dict() == {-4.0: False, -3.0: False, -2.0: True}
    assert found.tables["pre_trends"]["df"].tolist() == [1.0]
    assert found.tables["parallel_trends"]["reason"].str.contains("single group").all()
    notes = made["estimates"].set_index("spec_id")["notes"]
    assert "1 of 2 cohorts are a single group" in notes["staggered/group_time_simple/income"]
    assert "single group" not in notes["staggered/two_way_fixed_effects/income"]


def test_tables_and_figures_warn_of_few_groups(tmp_path: Any) -> None:
    results = results_of(tmp_path)
    few = with_tables(results, event_study=results["event_study"].assign(n_clusters=12))
    for made, warned in ((few, True), (results, False)):
        (by_wave,) = group_time_table(made, exhibit("staggered"))
        (bounded,) = parallel_trends_table(made, exhibit("staggered"))
        notes = [*by_wave.notes, *bounded.notes]
        found = [note for note in notes if note.startswith("Fewer than 40 groups")]
        assert len(found) == 2 * warned
        note = words_of(made, "event_study").note
        assert ("Fewer than 40 groups" in note) == warned


def test_cohorts_left_out_are_said_at_the_foot(tmp_path: Any) -> None:
    results = results_of(tmp_path)
    words = "cohort 5 excluded: fewer than 5 units; fewer than 40 groups: interval"
    noted = with_tables(results, estimates=results["estimates"].assign(notes=words))
    shown = entry("difference", analyses=["staggered"])
    (table,) = tables_of_exhibit(noted, shown, 1, package_kinds()).tables
    assert "Cohort 5 excluded: fewer than 5 units." in table.notes


def test_an_effect_without_interval_is_not_drawn_as_the_reference(tmp_path: Any) -> None:
    results = results_of(tmp_path)
    event = (results["event_study"]["kind"] == "event") & (
        results["event_study"]["event_time"] == 1
    )
    frame = results["event_study"].copy()
    frame.loc[event, ["std_error", "conf_low", "conf_high"]] = np.nan
    frame.loc[event, "reason"] = "an arm is a single group: no standard error"
    (panel,) = panels_of(with_tables(results, event_study=frame), exhibit("staggered"), "event")
    assert 1.0 not in set(panel.rows["event_time"])
    assert -1.0 in set(panel.rows["event_time"])


def test_an_arm_of_one_group_has_means_to_draw(tmp_path: Any) -> None:
    results = results_of(tmp_path)
    mean = (results["event_study"]["kind"] == "mean") & (
        results["event_study"]["arm"] == "never treated"
    )
    frame = results["event_study"].copy()
    frame.loc[mean, ["std_error", "conf_low", "conf_high"]] = np.nan
    (panel,) = panels_of(with_tables(results, event_study=frame), exhibit("staggered"), "mean")
    assert "never treated" in set(panel.rows["arm"])
