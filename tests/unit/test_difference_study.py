"""From analyses of study.yaml that compare changes to their tables."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import stdtrit
from staggered_survey import ALONE, STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW
from study_models import study_of

from ruralimpact.difference.aggregation import aggregate
from ruralimpact.difference.group_time import group_time_effects
from ruralimpact.difference.study import DifferenceTables, difference_study
from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.estimation.study import estimate_study
from ruralimpact.tables import schema

SURVEY = survey()
Made = dict[str, pd.DataFrame]


def estimate(
    frame: pd.DataFrame, *analyses: dict[str, Any], unit: str = "percentage points"
) -> tuple[Made, DifferenceTables]:
    wanted, given = study(*analyses), tables(frame)
    wanted["outcomes"]["poor"]["unit"] = unit
    found = difference_study(study_of(wanted), given, seed=1)
    return estimate_study(study_of(wanted), given, seed=1, over_time=found.compared), found


@pytest.fixture(scope="module")
def made() -> tuple[Made, DifferenceTables]:
    return estimate(SURVEY, STAGGERED, TWO_ARMS, TRIPLE, ALONE)


def value(made: Made, spec_id: str, column: str = "estimate") -> Any:
    return made["estimates"].set_index("spec_id").loc[spec_id, column]


def changes(frame: pd.DataFrame, outcome: str = "income") -> pd.DataFrame:
    """Mean after less mean before of the units treated early or never, written out plainly."""
    early = frame[frame["start"].isin([0, 3])]
    late = early["wave"] >= 3
    by_unit = early.groupby(["id", late])[outcome].mean().unstack()
    fixed = early.drop_duplicates("id").set_index("id")[["arm", "eligible", "group"]]
    return fixed.assign(change=by_unit[True] - by_unit[False], before=by_unit[False])


def test_every_table_fulfils_its_contract(made: tuple[Made, DifferenceTables]) -> None:
    for name, table in (made[0] | made[1].tables).items():
        schema(name).validate(table)


def test_two_by_two_is_a_difference_of_mean_changes(made: tuple[Made, DifferenceTables]) -> None:
    means = changes(SURVEY).groupby("arm")["change"].mean()
    found = value(made[0], "two_arms/two_by_two/income")
    assert found == pytest.approx(means[1] - means[0], rel=1e-12)
    assert value(made[0], "two_arms/two_by_two/income", "n_treated") == 120


def test_triple_difference_is_a_difference_of_differences(
    made: tuple[Made, DifferenceTables],
) -> None:
    means = changes(SURVEY).groupby(["eligible", "arm"])["change"].mean()
    expected = (means[1, 1] - means[1, 0]) - (means[0, 1] - means[0, 0])
    assert value(made[0], "triple/triple_difference/income") == pytest.approx(expected, rel=1e-12)


def test_percent_of_a_bare_change_is_the_ratio_of_totals(
    made: tuple[Made, DifferenceTables],
) -> None:
    treated = changes(SURVEY).query("arm == 1")
    percent = 100 * treated["change"].sum() / treated["before"].sum()
    assert value(made[0], "alone/before_after/income", "percent") == pytest.approx(percent)
    row = made[0]["estimates"].set_index("spec_id").loc["alone/before_after/income"]
    assert row["estimand"] == "before-after change, not attributable to the project"
    assert row["n_control"] == 0


def test_staggered_estimates_are_the_engine_s_averages(
    made: tuple[Made, DifferenceTables],
) -> None:
    wide = SURVEY.pivot_table(index="id", columns="wave", values="income")
    fixed = SURVEY.drop_duplicates("id").set_index("id").loc[wide.index]
    first = fixed["start"].replace(0, np.inf).to_numpy(float)
    effects = group_time_effects(
        wide.to_numpy(),
        first,
        np.arange(1.0, 7),
        covariates=fixed[["x"]].to_numpy(),
        base="universal",
    )
    for kind in ("simple", "cohort", "calendar", "event"):
        expected = aggregate(effects, kind).overall.estimate
        found = value(made[0], f"staggered/group_time_{kind}/income")
        assert found == pytest.approx(expected, rel=1e-12)


def test_growing_effects_are_found_where_two_way_fixed_effects_fail(
    made: tuple[Made, DifferenceTables],
) -> None:
    # Of the six treated cells, 1, 2, 3, 4 are of the early cohort and 1, 2 of the late one.
    truth, error = 13 / 6, value(made[0], "staggered/group_time_simple/income", "std_error")
    assert abs(value(made[0], "staggered/group_time_simple/income") - truth) < 2 * error
    two_way = value(made[0], "staggered/two_way_fixed_effects/income")
    assert two_way < truth - 2 * error
    found = made[1].tables["goodman_bacon"]
    assert (found["weight"] * found["estimate"]).sum() == pytest.approx(two_way, rel=1e-9)
    assert found["weight"].sum() == pytest.approx(1)
    assert set(found["kind"]) == {"treated_vs_never", "earlier_vs_later", "later_vs_earlier"}
    assert set(found["n_treated"]) == {120}


def test_group_scores_give_the_standard_errors(made: tuple[Made, DifferenceTables]) -> None:
    scores = made[0]["scores"].set_index("group")
    for record in made[0]["estimates"].to_dict("records"):
        found = stored_scores(scores, record["spec_id"], record["df"])
        assert record["std_error"] == pytest.approx(found.std_error, rel=1e-12)
        assert record["df"] == pytest.approx(found.df, rel=1e-12)
        assert record["n_clusters"] == (scores[record["spec_id"]].fillna(0) != 0).sum()
    assert set(made[0]["tests"]["spec_id"]) == set(made[0]["estimates"]["spec_id"])


def test_event_study_of_two_arms_is_a_comparison_a_wave() -> None:
    _, found = estimate(SURVEY, {**TWO_ARMS, "covariates": [], "estimators": ["two_by_two"]})
    rows = found.tables["event_study"].query("kind == 'event' and outcome == 'income'")
    early = SURVEY[SURVEY["start"].isin([0, 3])]
    means = early.pivot_table(index="arm", columns="wave", values="income")
    expected = (means.loc[1] - means.loc[1, 2]) - (means.loc[0] - means.loc[0, 2])
    assert rows["estimate"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-12)
    assert rows["event_time"].tolist() == [-2, -1, 0, 1, 2, 3]
    assert rows["before"].tolist() == [True, *[False] * 5]
    reference = rows.iloc[1]
    assert reference["reason"] and np.isnan(reference["std_error"])
    free = rows.drop(rows.index[1])
    assert (free["band_low"] < free["conf_low"]).all()
    assert (free["band_high"] > free["conf_high"]).all()


def test_one_pseudo_effect_is_tested_by_its_t(made: tuple[Made, DifferenceTables]) -> None:
    rows = made[1].tables["event_study"].query("analysis == 'triple' and kind == 'event'")
    first = rows.iloc[0]
    test = made[1].tables["pre_trends"].set_index(["analysis", "outcome"]).loc[("triple", "income")]
    assert test["statistic"] == pytest.approx((first["estimate"] / first["std_error"]) ** 2)
    assert (test["df"], test["n_pre"]) == (1, 1)
    margin = stdtrit(test["df_denominator"], 0.975) * first["std_error"]
    assert first["estimate"] - margin == pytest.approx(first["conf_low"])


def test_means_by_arm_are_those_of_the_data(made: tuple[Made, DifferenceTables]) -> None:
    rows = made[1].tables["event_study"].query("kind == 'mean' and analysis == 'staggered'")
    means = SURVEY.groupby(["start", "wave"])["income"].mean()
    for record in rows.to_dict("records"):
        start = 0.0 if np.isnan(record["cohort"]) else record["cohort"]
        assert record["estimate"] == pytest.approx(means[start, record["period"]])
    assert set(rows["arm"]) == {"never treated", "first treated in 3", "first treated in 5"}


def test_sensitivity_starts_at_the_plain_interval(made: tuple[Made, DifferenceTables]) -> None:
    rows = made[1].tables["parallel_trends"].query("analysis == 'staggered'")
    relative = rows[rows["restriction"] == "relative_magnitudes"]
    overall = value(made[0], "staggered/group_time_event/income")
    assert relative["estimate"].to_numpy() == pytest.approx(overall)
    first = relative.iloc[0]
    # nor are these intervals
    plain = value(made[0], "staggered/group_time_event/income", "conf_low")
    assert first["conf_low"] == pytest.approx(plain, rel=1e-2)
    widths = (relative["conf_high"] - relative["conf_low"]).to_numpy()
    assert (np.diff(widths) > 0).all()
    assert first["breakdown"] > 0.5


def test_varying_base_leaves_no_sensitivity() -> None:
    _, found = estimate(
        SURVEY, {**STAGGERED, "base": "varying", "estimators": ["group_time_simple"]}
    )
    rows = found.tables["parallel_trends"]
    assert rows["reason"].str.contains("varying").all() and len(rows) == 2
    assert not found.tables["event_study"]["reason"].str.contains("reference").any()


def test_anticipation_moves_the_reference_and_not_the_average() -> None:
    wanted = {**STAGGERED, "anticipation": 1, "estimators": ["group_time_event"]}
    made, found = estimate(SURVEY, wanted)
    rows = found.tables["event_study"].query("kind == 'event'")
    assert rows.loc[rows["reason"] != "", "event_time"].tolist() == [-2]
    assert rows.loc[rows["before"], "event_time"].tolist() == [-4, -3]
    relative = found.tables["parallel_trends"].query("restriction == 'relative_magnitudes'")
    overall = value(made, "staggered/group_time_event/income")
    assert relative["estimate"].to_numpy() == pytest.approx(overall)


def test_waves_at_different_distances_leave_no_sensitivity() -> None:
    years = {1: 2000, 2: 2001, 3: 2005, 4: 2006, 5: 2007, 6: 2008}
    frame = SURVEY.assign(wave=SURVEY["wave"].map(years))
    made, found = estimate(frame, {**STAGGERED, "estimators": ["group_time_event"]})
    rows = found.tables["parallel_trends"]
    assert rows["reason"].str.contains("share no reference period").all() and len(rows) == 2
    assert np.isfinite(value(made, "staggered/group_time_event/income"))


def test_order_names_and_other_analyses_change_nothing(made: tuple[Made, DifferenceTables]) -> None:
    shuffled = SURVEY.sample(frac=1, random_state=1).assign(wave=lambda d: d["wave"].astype(str))
    alone, found = estimate(shuffled, STAGGERED)
    expected = made[0]["estimates"].query("analysis == 'staggered'").reset_index(drop=True)
    pd.testing.assert_frame_equal(alone["estimates"], expected, rtol=1e-9)
    event_study = (
        made[1].tables["event_study"].query("analysis == 'staggered'").reset_index(drop=True)
    )
    pd.testing.assert_frame_equal(found.tables["event_study"], event_study, rtol=1e-9)


def test_units_without_an_outcome_leave_and_are_counted() -> None:
    frame = SURVEY.copy()
    lost = frame["unit_id"].isin(["u000:4", "u001:2", "u300:1"])
    frame.loc[lost, "income"] = np.nan
    wanted = {**TWO_ARMS, "estimators": ["two_by_two"]}
    found, _ = estimate(frame, wanted)
    kept, _ = estimate(frame[~frame["id"].isin(["u000", "u001", "u300"])], wanted)
    spec = "two_arms/two_by_two/income"
    assert value(found, spec) == pytest.approx(value(kept, spec), rel=1e-12)
    assert value(found, spec, "std_error") == pytest.approx(value(kept, spec, "std_error"))
    assert value(found, spec, "dropped") == 2
    assert value(found, "two_arms/two_by_two/poor", "dropped") == 0


def test_few_groups_of_one_size_have_the_interval_of_two_samples() -> None:
    few = SURVEY[SURVEY["group"].isin([f"g{g:02d}" for g in (*range(8), *range(40, 48))])]
    found, _ = estimate(few, {**TWO_ARMS, "estimators": ["two_by_two"]})
    row = found["estimates"].set_index("spec_id").loc["two_arms/two_by_two/income"]
    means = changes(few).groupby(["arm", "group"])["change"].mean()
    samples = CompareMeans(DescrStatsW(means[1]), DescrStatsW(means[0]))
    assert row["std_error"] == pytest.approx(samples.std_meandiff_separatevar, rel=1e-9)
    assert row["df"] == pytest.approx(14, rel=1e-9)
    assert (row["effective_treated_groups"], row["treated_groups"]) == pytest.approx((8, 8))


def test_nothing_asked_gives_empty_tables() -> None:
    found = difference_study(study_of(study()), tables(SURVEY), seed=1)
    assert not found.compared
    assert {name: len(table) for name, table in found.tables.items()} == dict.fromkeys(
        ("event_study", "pre_trends", "goodman_bacon", "parallel_trends"), 0
    )


DEGENERATE = {
    "zero": lambda frame: 0.0 * frame["x"],
    "constant": lambda frame: 0.0 * frame["x"] + 7.3,
    "one a unit": lambda frame: 1000 * frame["x"],
    "treatment": lambda frame: frame["treated"],
    "nil before": lambda frame: frame["income"].where(frame["wave"] >= 3, 0.0),
    "huge": lambda frame: frame["income"] * 1e160,
    "known in one arm": lambda frame: frame["income"].where(frame["start"] > 0),
}


@pytest.mark.parametrize("kind", DEGENERATE)
def test_an_outcome_that_bears_no_estimate_leaves_the_others_standing(kind: str) -> None:
    """`poor` is put in the place of each; `income` has the numbers that it has alone."""
    frame = SURVEY.assign(poor=DEGENERATE[kind](SURVEY))
    analyses = [{**one, "outcomes": ["income", "poor"]} for one in (STAGGERED, TWO_ARMS, TRIPLE)]
    found, over_time = estimate(frame, *analyses, unit="dollars")
    alone, _ = estimate(SURVEY, *({**one, "outcomes": ["income"]} for one in analyses))
    columns = ["estimate", "std_error", "treated_mean", "n_treated"]
    expected = alone["estimates"].set_index("spec_id")[columns]
    rows = found["estimates"].set_index("spec_id")
    pd.testing.assert_frame_equal(rows.loc[expected.index, columns], expected, check_exact=True)
    for name, table in (found | over_time.tables).items():
        schema(name).validate(table)
    others = rows[rows["outcome"] == "poor"]
    without = others[others["std_error"].isna()]
    assert (without["notes"] != "").all()
    assert (others["std_error"].dropna() > 1e-6).all()
    if kind in ("zero", "constant", "one a unit"):
        assert (others["estimate"].dropna() == 0).all()
    if kind == "nil before":
        missing = others.loc["two_arms/ancova/poor"]
        assert np.isnan(missing["estimate"])
        assert "'outcome before' (always 0)" in missing["notes"]
        assert others["estimate"].notna().sum() == len(others) - 1
    elif kind != "known in one arm":
        assert others["std_error"].isna().all()


def test_an_outcome_that_changes_in_one_group_only_has_no_error() -> None:
    """Every farm keeps its income but those of one treated group: t would be near 1 whatever they gain."""
    frame = SURVEY.copy()
    level = frame.groupby("id")["income"].transform("first").round()
    treated = frame.loc[(frame["arm"] == 1) & (frame["start"] == 3), "group"].min()
    gains = (frame["group"] == treated) & (frame["wave"] >= 3)
    made, _ = estimate(frame.assign(income=level + gains * frame["income"].round()), TWO_ARMS)
    rows = made["estimates"].query("outcome == 'income' and strategy == 'two_by_two'").iloc[0]
    assert rows["estimate"] > 0.1
    assert np.isnan(rows["std_error"]) and np.isnan(rows["p_value"])
    assert "varies in at most one group of each arm" in rows["notes"]
