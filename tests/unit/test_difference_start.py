"""Treatment that did not begin between the waves compared, waves in words, and who is counted as lost."""

import numpy as np
import pandas as pd
import pytest
from staggered_survey import ALONE, OUTCOMES, STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables
from study_models import analysis_of, study_of

from ruralimpact.difference.arms import arms_over_time
from ruralimpact.difference.exclusions import exclusions_over_time
from ruralimpact.difference.study import difference_study
from ruralimpact.errors import ConfigError, DataError, DesignError
from ruralimpact.estimation.study import estimate_study

SURVEY = survey()
# Ever treated, whatever the wave, among all units.
FIXED = {
    **TWO_ARMS,
    "sample": "all",
    "treatment": "ever",
    "fixed": True,
    "covariates": [],
    "estimators": ["two_by_two"],
    "outcomes": ["income"],
}


def pipeline(**years: float) -> pd.DataFrame:
    """Units that are treated at some time, with other years for some of them."""
    frame = SURVEY.assign(ever=(SURVEY["start"] > 0).astype(float))
    start = frame["start"].where(~frame["id"].isin(years), frame["id"].map(years))
    return frame.assign(start=start.astype(float))


def declared(analysis: dict, contaminated: str = "exclude") -> dict:
    made = study(analysis)
    keys = {"arm": "ever", "first_treated": "start", "contaminated": contaminated}
    return made | {"samples": {"all": {"group": "group", **keys}, "early": {"group": "group"}}}


def estimates(wanted: dict, frame: pd.DataFrame) -> pd.DataFrame:
    given = tables(frame)
    found = difference_study(study_of(wanted), given, seed=1)
    made = estimate_study(study_of(wanted), given, seed=1, over_time=found.compared)
    return made["estimates"].set_index("spec_id")


def test_a_fixed_arm_leaves_out_whom_the_waves_do_not_catch_beginning() -> None:
    """Treated in wave 1 already, or only from 5: neither changes from untreated to treated 2 to 3."""
    frame = pipeline(u000=1.0, u001=2.0)
    counted = exclusions_over_time(study_of(declared(FIXED)), tables(frame).units)
    assert dict(zip(counted["reason"], counted["rows"], strict=True)) == {
        "treated already in wave 2": 2,
        "treated, but not yet in wave 3": 120,
    }
    found = estimates(declared(FIXED), frame).loc["two_arms/two_by_two/income"]
    assert (found["n_treated"], found["n_control"]) == (118, 120)
    right = frame[(frame["start"] == 3) | (frame["start"] == 0)]
    changes = right.groupby(["ever", "id", right["wave"] >= 3])["income"].mean().unstack()
    means = (changes[True] - changes[False]).groupby("ever").mean()
    assert found["estimate"] == pytest.approx(means[1] - means[0], rel=1e-12)


def test_nothing_measured_before_treatment_is_refused() -> None:
    frame = SURVEY.assign(ever=(SURVEY["start"] > 0) * 1.0, start=(SURVEY["start"] > 0) * 1.0)
    kept = ("name", "sample", "treatment", "before", "after", "outcomes")
    alone = {"method": "before_after", **{key: FIXED[key] for key in kept if key in FIXED}}
    for analysis in (FIXED, alone):
        with pytest.raises(DesignError, match=r"had begun by wave 2, so nothing was measured"):
            exclusions_over_time(study_of(declared(analysis)), tables(frame).units)
    lost = frame[(frame["id"] != "u000") | (frame["wave"] < 3)]  # not found again, so not known
    lost = lost.assign(start=lost["start"].mask(lost["id"] == "u000"))
    with pytest.raises(DesignError, match=r"had begun by wave 2, so nothing was measured"):
        exclusions_over_time(study_of(declared(FIXED)), tables(lost).units)


def test_units_of_unknown_start_stay() -> None:
    arms = arms_over_time(analysis_of(FIXED), pipeline(u000=np.nan), adoption="start")
    assert arms.treatment.sum() == 120


def test_controls_kept_though_treated_are_called_naive() -> None:
    frame = pipeline()
    found = estimates(declared(FIXED, "keep"), frame)["estimand"]
    assert found.tolist() == ["ATT, naive: contaminated controls kept"]
    assert estimates(declared(FIXED), frame)["estimand"].tolist() == ["ATT"]


def test_a_fixed_arm_is_zero_or_one() -> None:
    frame = SURVEY.assign(ever=np.where(SURVEY["id"] == "u000", 2.0, (SURVEY["start"] > 0) * 1.0))
    with pytest.raises(DataError, match=r"column 'ever', unit u000: values other than 0 and 1"):
        arms_over_time(analysis_of(FIXED), frame.drop(columns=[*OUTCOMES]))


NAMES = {1: "baseline", 2: "midline", 3: "endline", 4: "follow-up", 5: "last", 6: "afterwards"}
ORDER = {"wave_order": list(NAMES.values())}


def test_waves_in_words_come_as_they_are_declared() -> None:
    """By letter "endline" is before "midline"."""
    frame = SURVEY.assign(wave=SURVEY["wave"].map(NAMES))
    named = {
        **TWO_ARMS,
        "before": ["baseline", "midline"],
        "after": ["endline", "follow-up", "last", "afterwards"],
        "covariates": ["x"],
        "estimators": ["two_by_two", "doubly_robust"],
    }
    numbered = {**named, "before": [1, 2], "after": [3, 4, 5, 6]}
    found, wanted = (
        difference_study(study_of({**study(one), **order}), tables(data), seed=1)
        for one, data, order in ((named, frame, ORDER), (numbered, SURVEY, {}))
    )
    for name in ("event_study", "pre_trends"):
        pd.testing.assert_frame_equal(found.tables[name], wanted.tables[name])
    events = found.tables["event_study"].query("kind == 'event' and outcome == 'income'")
    assert events["event_time"].tolist() == [-2, -1, 0, 1, 2, 3]


WORDS = {"before": ["baseline"], "after": ["endline"]}


@pytest.mark.parametrize(
    "asked", [STAGGERED, {**TWO_ARMS, **WORDS}, {**ALONE, **WORDS}, {**TRIPLE, **WORDS}]
)
def test_changes_need_waves_whose_order_is_known(asked: dict) -> None:
    frame = SURVEY.assign(wave=SURVEY["wave"].map(NAMES))
    with pytest.raises(ConfigError, match="key 'wave_order': the wave 'afterwards' is no number"):
        arms_over_time(analysis_of(asked), frame.drop(columns=[*OUTCOMES]))


def test_an_arm_of_known_start_needs_waves_that_are_numbers() -> None:
    frame = pipeline().assign(wave=lambda d: d["wave"].map(NAMES))
    asked, order = analysis_of({**FIXED, **WORDS}), list(NAMES.values())
    with pytest.raises(DesignError, match="no numbers to compare them with"):
        arms_over_time(asked, frame, adoption="start", order=order)


def test_lost_units_of_a_triple_difference_are_eligible_ones() -> None:
    treated = SURVEY[SURVEY["start"] == 3].drop_duplicates("id").set_index("id")["eligible"]
    inside, outside = treated.index[treated == 1][:2], treated.index[treated == 0][:5]
    lost = SURVEY["id"].isin([*inside, *outside]) & (SURVEY["wave"] == 4)
    found = estimates(study(TRIPLE), SURVEY.assign(income=SURVEY["income"].mask(lost)))
    row = found.loc["triple/triple_difference/income"]
    assert row["dropped"] == 2
    assert row["n_treated"] == int(treated.sum()) - 2


def test_units_in_no_effect_of_a_cohort_are_counted() -> None:
    """Without the base wave a unit has no change; without another wave it has some."""
    lost = SURVEY["unit_id"].isin(["u000:2", "u001:2", "u002:5", "u300:2"])
    frame = SURVEY.assign(income=SURVEY["income"].mask(lost))
    found = estimates(study(STAGGERED), frame)
    two_way = found.loc["staggered/two_way_fixed_effects/income"]
    assert (two_way["n_treated"], two_way["dropped"]) == (240, 0)  # by its other waves
    found = found.drop(two_way.name)
    assert set(found["dropped"]) == {2}
    assert set(found["n_treated"]) == {238}


def test_before_after_of_a_sample_that_says_who_was_never_treated() -> None:
    analysis = {key: ALONE[key] for key in ALONE if key != "treatment"} | {"sample": "all"}
    arms = arms_over_time(analysis_of(analysis), pipeline(), adoption="start")
    assert len(arms.ids) == 120
    assert ("never treated", 120, 240) in arms.excluded


def test_before_after_of_an_arm_with_known_start() -> None:
    analysis = {**ALONE, "sample": "all", "treatment": "ever"}
    arms = arms_over_time(analysis_of(analysis), pipeline(u000=1.0), adoption="start")
    assert {reason: count for reason, count, _ in arms.excluded} == {
        "not ever in every wave after": 120,
        "treated already in wave 2": 1,
        "treated, but not yet in wave 3": 120,
    }
