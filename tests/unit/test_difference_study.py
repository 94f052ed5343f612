"""From analyses of study.yaml that compare changes to their tables; what the data cannot bear."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from staggered_survey import ALONE, STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables

from ruralimpact.config import load_study
from ruralimpact.difference.aggregation import aggregate
from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.difference.group_time import group_time_effects
from ruralimpact.difference.study import DifferenceTables, difference_study
from ruralimpact.errors import ConfigError, DataError, DesignError
from ruralimpact.estimation.study import estimate_study
from ruralimpact.inference.clustered import clustered_std_error
from ruralimpact.tables import schema

ROOT = Path(__file__).parents[2]
SURVEY = survey()
Made = dict[str, pd.DataFrame]


def estimate(frame: pd.DataFrame, *analyses: dict[str, Any]) -> tuple[Made, DifferenceTables]:
    wanted, given = study(*analyses), tables(frame)
    found = difference_study(wanted, given, seed=1)
    return estimate_study(wanted, given, seed=1, over_time=found.compared), found


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
    found = made[1].tables["comparisons"]
    assert (found["weight"] * found["estimate"]).sum() == pytest.approx(two_way, rel=1e-9)
    assert found["weight"].sum() == pytest.approx(1)
    assert set(found["kind"]) == {"treated_vs_never", "earlier_vs_later", "later_vs_earlier"}
    assert set(found["n_treated"]) == {120}


def test_group_scores_give_the_standard_errors(made: tuple[Made, DifferenceTables]) -> None:
    scores = made[0]["scores"].set_index("group")
    for record in made[0]["estimates"].to_dict("records"):
        error, groups = clustered_std_error(scores[record["spec_id"]].to_numpy(float))
        assert record["std_error"] == pytest.approx(error, rel=1e-12)
        assert record["n_groups"] == groups
    assert set(made[0]["tests"]["spec_id"]) == set(made[0]["estimates"]["spec_id"])


def test_event_study_of_two_arms_is_a_comparison_a_wave() -> None:
    _, found = estimate(SURVEY, {**TWO_ARMS, "covariates": [], "estimators": ["two_by_two"]})
    rows = found.tables["dynamics"].query("kind == 'event' and outcome == 'income'")
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
    rows = made[1].tables["dynamics"].query("analysis == 'triple' and kind == 'event'")
    first = rows.iloc[0]
    test = made[1].tables["pre_trends"].set_index(["analysis", "outcome"]).loc[("triple", "income")]
    expected = (first["estimate"] / first["std_error"]) ** 2
    assert test["statistic"] == pytest.approx(expected, rel=1e-9)
    assert (test["df"], test["df_denominator"], test["n_pre"]) == (1, 39, 1)


def test_means_by_arm_are_those_of_the_data(made: tuple[Made, DifferenceTables]) -> None:
    rows = made[1].tables["dynamics"].query("kind == 'mean' and analysis == 'staggered'")
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
    assert first["conf_low"] == pytest.approx(
        value(made[0], "staggered/group_time_event/income", "conf_low"), rel=1e-3
    )
    widths = (relative["conf_high"] - relative["conf_low"]).to_numpy()
    assert (np.diff(widths) > 0).all()
    assert first["breakdown"] > 0.5


def test_varying_base_leaves_no_sensitivity() -> None:
    _, found = estimate(
        SURVEY, {**STAGGERED, "base": "varying", "estimators": ["group_time_simple"]}
    )
    rows = found.tables["parallel_trends"]
    assert rows["reason"].str.contains("varying").all() and len(rows) == 2
    assert not found.tables["dynamics"]["reason"].str.contains("reference").any()


def test_anticipation_moves_the_reference_and_not_the_average() -> None:
    wanted = {**STAGGERED, "anticipation": 1, "estimators": ["group_time_event"]}
    made, found = estimate(SURVEY, wanted)
    rows = found.tables["dynamics"].query("kind == 'event'")
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
    dynamics = made[1].tables["dynamics"].query("analysis == 'staggered'").reset_index(drop=True)
    pd.testing.assert_frame_equal(found.tables["dynamics"], dynamics, rtol=1e-9)


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


def test_few_groups_take_the_bootstrap() -> None:
    few = SURVEY[SURVEY["group"].isin([f"g{g:02d}" for g in (*range(8), *range(40, 48))])]
    found, _ = estimate(few, {**TWO_ARMS, "estimators": ["two_by_two"]})
    assert found["estimates"]["vcov"].str.contains("wild bootstrap").all()


def test_nothing_asked_gives_empty_tables() -> None:
    found = difference_study(study(), tables(SURVEY), seed=1)
    assert not found.compared
    assert {name: len(table) for name, table in found.tables.items()} == dict.fromkeys(
        ("dynamics", "pre_trends", "comparisons", "parallel_trends"), 0
    )


def edited(change: Callable[[pd.DataFrame], pd.DataFrame]) -> pd.DataFrame:
    return change(SURVEY.copy())


def set_value(unit_ids: list[str], column: str, new: Any) -> pd.DataFrame:
    return edited(lambda d: d.assign(**{column: d[column].mask(d["unit_id"].isin(unit_ids), new)}))


def test_every_exclusion_is_counted_once() -> None:
    frame = set_value(["u000:2", "u001:4", "u240:5"], "treated", np.nan)
    frame["treated"] = frame["treated"].mask(frame["unit_id"] == "u002:6", 0.0)
    frame["x"] = frame["x"].mask(frame["unit_id"] == "u003:2", np.nan)
    frame = frame[~frame["unit_id"].isin(["u004:1", "u000:6"])]
    frame["treated"] = frame["treated"].mask(frame["id"] == "u005", 1.0)
    counted = exclusions_over_time(study(TWO_ARMS), tables(frame).units)
    schema("exclusions").validate(counted)
    assert dict(zip(counted["reason"], counted["rows"], strict=True)) == {
        "not observed in every wave": 2,
        "treated missing in some wave": 2,
        "treated in every wave": 1,
        "treated in some waves, but not in none before and all after": 1,
        "x is missing before": 1,
    }
    assert counted["rows_before"].tolist() == [240, 238, 236, 235, 234]


def test_treatment_that_ends_again_or_began_before_leaves() -> None:
    frame = set_value(["u000:6"], "treated", 0.0)
    frame["treated"] = frame["treated"].mask(frame["id"] == "u001", 1.0)
    arms = arms_over_time(STAGGERED, tables(frame).units["all"])
    assert arms.excluded == (
        ("treated begins and ends again", 1, 360),
        ("treated already in the first wave", 1, 359),
    )
    assert sorted(set(arms.first_treated)) == [3, 5, np.inf]


def test_times_of_adoption_become_the_next_wave() -> None:
    frame = SURVEY[SURVEY["wave"] <= 3].assign(wave=lambda d: 2014 + 2 * d["wave"])
    years = {3: 2017, 5: 2030, 0: 0}
    frame["start"] = frame["start"].map(years).astype(float)
    frame["start"] = frame["start"].mask(frame["id"] == "u000", 2016.0)
    frame["start"] = frame["start"].mask(frame["id"] == "u001", np.nan)
    wanted = {"name": "a", "method": "staggered", "first_treated": "start", "outcomes": []}
    arms = arms_over_time(wanted, frame.drop(columns=["income", "poor"]))
    assert arms.periods.tolist() == [2016, 2018, 2020]
    assert dict(zip(*np.unique(arms.first_treated, return_counts=True), strict=True)) == {
        2018: 118,
        np.inf: 240,
    }
    assert arms.excluded == (
        ("start is missing", 1, 360),
        ("treated already in the first wave", 1, 359),
    )


def test_waves_with_names_keep_their_order() -> None:
    names = {wave: f"{letter} wave" for wave, letter in zip(range(1, 7), "abcdef", strict=True)}
    frame = SURVEY.assign(wave=SURVEY["wave"].map(names))
    named = {
        **TWO_ARMS,
        "before": ["a wave", "b wave"],
        "after": ["c wave", "d wave", "e wave", "f wave"],
    }
    found, _ = estimate(frame, {**named, "estimators": ["two_by_two"]})
    means = changes(SURVEY).groupby("arm")["change"].mean()
    assert value(found, "two_arms/two_by_two/income") == pytest.approx(means[1] - means[0])


REFUSED: dict[str, tuple[pd.DataFrame, dict[str, Any], type[Exception], list[str]]] = {
    "no baseline for controls": (
        edited(lambda d: d[(d["start"] > 0) | (d["wave"] > 2)]),
        TWO_ARMS,
        DesignError,
        ["two_arms: no control unit was observed in wave 1 (before", "'matching'", "before_after"],
    ),
    "no baseline for the treated": (
        edited(lambda d: d[(d["start"] == 0) | (d["wave"] > 1)]),
        TWO_ARMS,
        DesignError,
        ["no treated unit was observed in wave 1 (before"],
    ),
    "no wave after for controls": (
        edited(lambda d: d[(d["start"] > 0) | (d["wave"] != 4)]),
        TWO_ARMS,
        DesignError,
        ["no control unit was observed in wave 4 (after", "both arms were asked"],
    ),
    "treated already before": (
        edited(lambda d: d.assign(treated=d["arm"])),
        TWO_ARMS,
        DesignError,
        ["treated = 1 already in wave 1, 2", "`fixed: true`"],
    ),
    "no controls": (
        edited(lambda d: d[d["start"] > 0]),
        TWO_ARMS,
        DesignError,
        ["no unit of the data is a control unit", "before_after"],
    ),
    "an arm that changes": (
        set_value(["u007:5", "u009:1"], "arm", 0.0),
        TRIPLE,
        DataError,
        ["analysis triple, column 'arm', rows u007, u009", "the arm of a unit changes"],
    ),
    "treated in one wave's data and never in another's": (
        set_value(["u007:5", "u008:5"], "start", 0.0),
        {"name": "a", "sample": "all", "method": "staggered", "first_treated": "start"},
        DataError,
        ["column 'start', rows u007, u008", "at another time (or never)"],
    ),
    "a unit twice in a wave": (
        edited(lambda d: pd.concat([d, d[d["unit_id"] == "u007:5"]])),
        STAGGERED,
        DataError,
        ["column 'id', row u007:5", "the same unit occurs twice in a wave"],
    ),
    "a group that changes": (
        set_value(["u007:5"], "group", "g50"),
        STAGGERED,
        DataError,
        ["column 'group', row u007", "the group of a unit changes between waves"],
    ),
    "a single wave": (
        edited(lambda d: d[d["wave"] == 3]),
        STAGGERED,
        DataError,
        ["a single wave", "compare levels"],
    ),
    "a wave that the data do not have": (
        SURVEY,
        {**TWO_ARMS, "before": [0, 1]},
        ConfigError,
        ["analyses.two_arms.before", "no wave 0. Known: 1, 2, 3, 4, 5, 6"],
    ),
    "a wave before the baseline": (
        SURVEY,
        {**TWO_ARMS, "before": [4], "after": [3, 5]},
        ConfigError,
        ["wave 3 of `after` is not later than wave 4 of `before`"],
    ),
    "a treatment that is no indicator": (
        set_value(["u007:5"], "treated", 2.0),
        STAGGERED,
        DataError,
        ["column 'treated', row u007", "other than 0 and 1"],
    ),
    "a treatment in words": (
        SURVEY,
        {**STAGGERED, "treatment": "kind"},
        ConfigError,
        ["'kind' is a category"],
    ),
    "nobody untreated to the end": (
        edited(lambda d: d[d["start"] > 0]),
        STAGGERED,
        DesignError,
        ["no unit stays untreated", "not_yet_treated"],
    ),
    "all treated at once": (
        edited(lambda d: d[d["start"] == 3]),
        {**STAGGERED, "control": "not_yet_treated"},
        DesignError,
        ["all units are treated from the same wave on", "before_after"],
    ),
    "nobody ineligible among controls": (
        edited(lambda d: d.assign(eligible=d["eligible"].mask(d["start"] == 0, 1.0))),
        TRIPLE,
        DesignError,
        ["no ineligible control units", "difference_in_differences"],
    ),
    "an outcome that an arm lacks": (
        edited(lambda d: d.assign(income=d["income"].mask((d["start"] == 0) & (d["wave"] == 2)))),
        {**TWO_ARMS, "estimators": ["two_by_two"]},
        DesignError,
        ["two_arms, income: the outcome is missing in some wave for every unit of an arm"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_data_cannot_bear_is_refused(case: str) -> None:
    frame, analysis, kind, words = REFUSED[case]
    with pytest.raises(kind) as caught:
        difference_study(study({"outcomes": ["income"], **analysis}), tables(frame), seed=1)
    for text in words:
        assert text in str(caught.value)


def test_waves_of_named_adoption_must_be_numbers() -> None:
    frame = SURVEY.assign(wave="wave " + SURVEY["wave"].astype(str))
    wanted = {"name": "a", "sample": "all", "method": "staggered", "first_treated": "start"}
    with pytest.raises(DesignError, match="no numbers to compare them with"):
        exclusions_over_time(study(wanted), tables(frame).units)


BIMAS = ROOT / "config" / "studies" / "indonesia_bimas"
NEW: dict[str, Any] = {
    "name": "new",
    "label": "New",
    "sample": "seasons",
    "method": "difference_in_differences",
    "treatment": "bimas_any",
    "before": [1],
    "after": [2],
    "estimators": ["two_by_two"],
    "outcomes": ["net_income"],
}
UNSOUND: dict[str, tuple[dict[str, Any], list[str]]] = {
    "adjustment without covariates": (
        {"estimators": ["doubly_robust"]},
        ["analyses.new.estimators", "'doubly_robust' adjusts for covariates"],
    ),
    "a wave on both sides": ({"after": [1, 2]}, ["wave 1 is both before and after"]),
    "a sample of changes": ({"sample": "leavers"}, ["holds changes"]),
    "a covariate measured after": ({"covariates": ["high_yield"]}, ["high_yield"]),
    "a treatment that is none": ({"treatment": "region"}, ["unknown treatment 'region'"]),
    "an estimator of another method": (
        {"estimators": ["group_time_simple"]},
        ["'group_time_simple' is not one of"],
    ),
    "an unknown wave key": ({"befor": [1]}, ["unknown key 'befor'", "'before'"]),
    "neither treatment nor adoption": (
        {
            "method": "staggered",
            "treatment": None,
            "before": None,
            "after": None,
            "estimators": None,
        },
        ["give either treatment", "first_treated"],
    ),
    "adoption of another role": (
        {
            "method": "staggered",
            "treatment": None,
            "first_treated": "region",
            "before": None,
            "after": None,
            "estimators": None,
        },
        ["unknown adoption variable 'region'"],
    ),
    "an unconditional form with covariates": (
        {
            "method": "staggered",
            "form": "unconditional",
            "covariates": ["ln_area"],
            "before": None,
            "after": None,
            "estimators": None,
        },
        ["takes no covariates"],
    ),
}


def copied(folder: Path, **changed: Any) -> Path:
    """Copy the study with one analysis more."""
    for path in BIMAS.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    content = yaml.safe_load((BIMAS / "study.yaml").read_text(encoding="utf-8"))
    new = {key: one for key, one in (NEW | changed).items() if one is not None}
    design = new.pop("design", content["design"])
    content |= {"design": design, "analyses": [*content["analyses"], new]}
    (folder / "study.yaml").write_text(yaml.safe_dump(content), encoding="utf-8")
    return folder


def test_an_analysis_over_time_is_accepted(tmp_path: Path) -> None:
    assert load_study(copied(tmp_path))["analyses"][-1] == NEW


@pytest.mark.parametrize("case", UNSOUND)
def test_a_mistake_in_the_configuration_is_named(case: str, tmp_path: Path) -> None:
    changed, words = UNSOUND[case]
    with pytest.raises(ConfigError) as caught:
        load_study(copied(tmp_path, **changed))
    for text in words:
        assert text in str(caught.value)


def test_a_cross_section_refuses_all_of_them(tmp_path: Path) -> None:
    content = yaml.safe_load((BIMAS / "study.yaml").read_text(encoding="utf-8"))
    del content["samples"]["leavers"]
    for method in ("difference_in_differences", "triple_difference", "staggered", "before_after"):
        new = {key: NEW[key] for key in ("name", "label", "sample", "outcomes")} | {
            "method": method
        }
        new |= {} if method == "staggered" else {"before": [1], "after": [2]}
        new |= {} if method == "before_after" else {"treatment": "bimas_any"}
        new |= {"eligible": "sharecropper"} if method == "triple_difference" else {}
        new |= {"estimators": ["two_by_two"]} if method == "difference_in_differences" else {}
        changed = content | {"design": "cross_section", "analyses": [new]}
        for path in BIMAS.iterdir():
            (tmp_path / path.name).write_bytes(path.read_bytes())
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(changed), encoding="utf-8")
        with pytest.raises(
            ConfigError, match=f"'{method}' needs a wave before treatment"
        ) as caught:
            load_study(tmp_path)
        assert "difference in levels" in str(caught.value)


def test_before_after_studies_know_changes_only(tmp_path: Path) -> None:
    content = yaml.safe_load((BIMAS / "study.yaml").read_text(encoding="utf-8"))
    for path in BIMAS.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "exhibits.yaml").write_text("tables: []\nfigures: []\n", encoding="utf-8")
    own = {"name": "own", "label": "Own", "sample": "seasons", "method": "before_after"}
    own |= {"before": [1], "after": [6], "outcomes": ["net_income"]}
    for analyses, refused in (([own], False), ([own, NEW], True)):
        changed = content | {"design": "before_after", "analyses": analyses}
        (tmp_path / "study.yaml").write_text(yaml.safe_dump(changed), encoding="utf-8")
        if not refused:
            assert load_study(tmp_path)["analyses"] == [own]
            continue
        with pytest.raises(ConfigError, match="not attributable to the project: 'before_after'"):
            load_study(tmp_path)


def test_exhibits_show_what_their_analyses_have(tmp_path: Path) -> None:
    folder = copied(tmp_path)
    path = folder / "exhibits.yaml"
    exhibits = yaml.safe_load(path.read_text(encoding="utf-8"))
    entry = {"name": "x", "kind": "group_time", "title": "X", "analyses": ["new"]}
    exhibits["tables"].append(entry)
    path.write_text(yaml.safe_dump(exhibits), encoding="utf-8")
    with pytest.raises(ConfigError, match="'new' is of the method 'difference_in_differences'"):
        load_study(folder)
