"""Who is in an analysis over time, who is excluded and counted, and what the data cannot bear."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from staggered_survey import STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables
from study_models import analysis_of, study_of

from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.difference.study import difference_study
from ruralimpact.errors import ConfigError, DataError, DesignError, NoComparisonError
from ruralimpact.tables import schema

SURVEY = survey()


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
    counted = exclusions_over_time(study_of(study(TWO_ARMS)), tables(frame).units)
    schema("exclusions").validate(counted)
    assert dict(zip(counted["reason"], counted["rows"], strict=True)) == {
        "not observed in every wave": 2,
        "treated missing in some wave": 2,
        "treated in every wave": 1,
        "treated in some waves, but not in none before and all after": 1,
        "x is missing before": 1,
    }
    assert counted["rows_before"].tolist() == [240, 238, 236, 235, 234]


@pytest.mark.parametrize("fixed", [False, True])
def test_units_of_a_wave_that_is_not_compared_are_counted_by_arm(fixed: bool) -> None:
    """Their arm is the one that the other wave shows."""
    strangers = [f"u{number:03d}" for number in range(20)]
    arm = "arm" if fixed else "treated"
    frame = edited(lambda d: d[~d["id"].isin(strangers) | (d["wave"] == 3)])
    frame["treated"] = frame["treated"].mask(frame["id"].isin(strangers[:15]), 1.0)
    wanted = {**TWO_ARMS, "treatment": arm, "fixed": fixed, "before": [1, 2], "after": [5, 6]}
    arms = arms_over_time(analysis_of(wanted), frame.drop(columns=["income", "poor"]))
    expected = frame[frame["id"].isin(strangers)][arm].value_counts()
    (lost,) = [own for own in arms.flow.losses if own.reason == "observed in none of the waves"]
    assert (lost.treated, lost.control) == (expected.get(1.0, 0), expected.get(0.0, 0))
    assert lost.treated + lost.control == 20
    assert arms.excluded[0] == ("observed in none of the waves", 20, 360)


def test_treatment_that_ends_again_or_began_before_leaves() -> None:
    frame = set_value(["u000:6"], "treated", 0.0)
    frame["treated"] = frame["treated"].mask(frame["id"] == "u001", 1.0)
    arms = arms_over_time(analysis_of(STAGGERED), tables(frame).units["all"])
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
    arms = arms_over_time(analysis_of(wanted), frame.drop(columns=["income", "poor"]))
    assert arms.periods.tolist() == [2016, 2018, 2020]
    assert dict(zip(*np.unique(arms.first_treated, return_counts=True), strict=True)) == {
        2018: 118,
        np.inf: 240,
    }
    assert arms.excluded == (
        ("start is missing", 1, 360),
        ("treated already in the first wave", 1, 359),
    )


REFUSED: dict[str, tuple[pd.DataFrame, dict[str, Any], type[Exception], list[str]]] = {
    "no baseline for controls": (
        edited(lambda d: d[(d["start"] > 0) | (d["wave"] > 2)]),
        TWO_ARMS,
        NoComparisonError,
        ["no control unit was observed in wave 1 (before", "'matching'", "before_after"],
    ),
    "no baseline for the treated": (
        edited(lambda d: d[(d["start"] == 0) | (d["wave"] > 1)]),
        TWO_ARMS,
        NoComparisonError,
        ["no treated unit was observed in wave 1 (before"],
    ),
    "no wave after for controls": (
        edited(lambda d: d[(d["start"] > 0) | (d["wave"] != 4)]),
        TWO_ARMS,
        NoComparisonError,
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
        NoComparisonError,
        ["no unit of the data is a control unit", "before_after"],
    ),
    "an arm that changes": (
        set_value(["u007:5", "u009:1"], "arm", 0.0),
        TRIPLE,
        DataError,
        ["analysis triple, column 'arm', units u007, u009", "the arm of a unit changes"],
    ),
    "treated in one wave's data and never in another's": (
        set_value(["u007:5", "u008:5"], "start", 0.0),
        {"name": "a", "sample": "all", "method": "staggered", "first_treated": "start"},
        DataError,
        ["column 'start', units u007, u008", "at another time (or never)"],
    ),
    "a unit twice in a wave": (
        edited(lambda d: pd.concat([d, d[d["unit_id"] == "u007:5"]])),
        STAGGERED,
        DataError,
        ["column 'id', unit u007:5", "the same unit occurs twice in a wave"],
    ),
    "a group that changes": (
        set_value(["u007:5"], "group", "g50"),
        STAGGERED,
        DataError,
        ["column 'group', unit u007", "the group of a unit changes between waves"],
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
        ["column 'treated', unit u007", "other than 0 and 1"],
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
        NoComparisonError,
        ["no unit stays untreated", "not_yet_treated"],
    ),
    "all treated at once": (
        edited(lambda d: d[d["start"] == 3]),
        {**STAGGERED, "control": "not_yet_treated"},
        NoComparisonError,
        ["all units are treated from the same wave on", "before_after"],
    ),
    "nobody ineligible among controls": (
        edited(lambda d: d.assign(eligible=d["eligible"].mask(d["start"] == 0, 1.0))),
        TRIPLE,
        NoComparisonError,
        ["no ineligible control units", "difference_in_differences"],
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_data_cannot_bear_is_refused(case: str) -> None:
    frame, analysis, kind, words = REFUSED[case]
    if kind is NoComparisonError:  # its study may have analyses that stand
        asked = study_of(study({"outcomes": ["income"], **analysis}))
        (compared,) = difference_study(asked, tables(frame), seed=1).compared.values()
        assert all(math.isnan(estimate.estimate) for _, estimate in compared.estimates)
        said = compared.lacks_arm
    else:
        with pytest.raises(kind) as caught:
            difference_study(
                study_of(study({"outcomes": ["income"], **analysis})), tables(frame), seed=1
            )
        said = str(caught.value)
    for text in words:
        assert text in said


def test_an_outcome_that_an_arm_lacks_in_a_wave_is_missing_with_the_reason() -> None:
    frame = SURVEY.assign(
        income=SURVEY["income"].mask((SURVEY["start"] == 0) & (SURVEY["wave"] == 2))
    )
    wanted = study({**TWO_ARMS, "outcomes": ["income"], "estimators": ["two_by_two"]})
    found = difference_study(study_of(wanted), tables(frame), seed=1).compared["two_arms"]
    ((_, estimate),) = found.estimates
    assert np.isnan(estimate.estimate)
    reason = "the outcome is missing in some wave for every unit of an arm"
    assert estimate.notes == (f"not estimable: {reason}",)


def test_waves_of_named_adoption_must_be_numbers() -> None:
    frame = SURVEY.assign(wave="wave " + SURVEY["wave"].astype(str))
    wanted = {"name": "a", "sample": "all", "method": "staggered", "first_treated": "start"}
    with pytest.raises(DesignError, match="no numbers to compare them with"):
        declared = {**study(wanted), "wave_order": sorted(frame["wave"].unique())}
        exclusions_over_time(study_of(declared), tables(frame).units)


def test_where_nobody_is_a_control_the_message_says_of_how_many_the_arm_is_not_known() -> None:
    frame = edited(
        lambda d: d.assign(
            treated=d["treated"].where(d.groupby("id")["treated"].transform("max") == 1)
        )
    )
    unknown = frame.loc[frame["treated"].isna(), "id"].nunique()
    with pytest.raises(NoComparisonError, match=f"The arm of {unknown} of .*`fill_blank`"):
        arms_over_time(analysis_of(TWO_ARMS), tables(frame).units["all"])
