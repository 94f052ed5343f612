"""Ends known to lie between visits, hazards by level, and errors within strata."""

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of
from test_survival import ASKED, NAN, RECORDS, computed, share

from ruralimpact.config.survival import check_survival
from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.errors import DataError
from ruralimpact.exhibits.figures.survival import SurvivalOptions, survival_figure
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.survival_rows import survival_headlines, survival_numbers
from ruralimpact.exhibits.tables.hazards import hazards_table
from ruralimpact.exhibits.tables.survival import survival_tables
from ruralimpact.survival.curves import Lifetimes, aalen_johansen, kaplan_meier
from ruralimpact.survival.discrete_hazard import periods_of
from ruralimpact.survival.interval_censored import Visits, turnbull
from ruralimpact.survival.intervals import Clusters
from ruralimpact.survival.study import survival_study

INF = float("inf")


def visits(*seen: tuple[float, float, int]) -> Visits:
    after, by, end = zip(*seen, strict=True)
    return Visits(np.array(after), np.array(by), np.array(end))


def test_shares_are_known_at_visits_and_bounded_between_them() -> None:
    """Of four units one ended between 0 and 2, one between 2 and 4, two last beyond 4."""
    fit = turnbull(visits((0, 2, 1), (2, 4, 1), (4, INF, 0), (4, INF, 0)))
    times = np.array([1.0, 2.0, 3.0, 4.0, 5.0])
    lasts, ended = fit.lasts(times), fit.ended(1, times)
    assert lasts.low.estimate == pytest.approx([0.75, 0.75, 0.5, 0.5, 0])
    assert lasts.high.estimate == pytest.approx([1, 0.75, 0.75, 0.5, 0.5])
    assert ended.low.estimate == pytest.approx(1 - lasts.high.estimate)
    assert ended.high.estimate == pytest.approx(1 - lasts.low.estimate)


def test_where_all_are_visited_together_errors_are_binomial() -> None:
    fit = turnbull(visits(*[(0, 2, 1)] * 3, *[(2, INF, 0)] * 7))
    scores = fit.lasts(np.array([2.0])).low.scores
    assert (scores**2).sum() == pytest.approx(0.7 * 0.3 / 10)
    assert scores.sum() == pytest.approx(0)


def test_scores_are_derivatives_by_the_weight_of_a_unit() -> None:
    """A unit repeated in a large sample moves the estimate by its score."""
    rng = np.random.default_rng(4)
    gap, end = rng.integers(1, 4, 40), rng.integers(0, 3, 40)
    after = np.floor(rng.exponential(4, 40) / gap) * gap
    once = list(zip(after, np.where(end > 0, after + gap, INF), end, strict=True))
    times = np.array([3.0])
    before = turnbull(visits(*once * 300)).lasts(times).low
    for place in range(3):
        again = turnbull(visits(*once * 300, once[place])).lasts(times).low
        change = 12_000 * (again.estimate - before.estimate)
        assert change == pytest.approx(12_000 * before.scores[place], rel=1e-3, abs=1e-6)


def test_with_known_times_it_is_kaplan_meier_and_aalen_johansen() -> None:
    rng = np.random.default_rng(3)
    time, end = rng.integers(1, 9, 60).astype(float), rng.integers(0, 3, 60)
    fit = turnbull(Visits(time, np.where(end > 0, time, INF), end))
    times, lifetimes = np.array([2.0, 5.0]), Lifetimes(time, end)
    for curve, own in (
        (kaplan_meier(lifetimes, times), fit.lasts(times)),
        (aalen_johansen(lifetimes, 2, times), fit.ended(2, times)),
    ):
        assert own.low.estimate == pytest.approx(curve.estimate, abs=1e-9)
        assert own.high.estimate == pytest.approx(curve.estimate, abs=1e-9)
        assert own.low.scores == pytest.approx(curve.scores, abs=1e-9)


SEEN = RECORDS.assign(seen_lasting=[2000.5, NAN, NAN, NAN])


def test_a_study_of_visits() -> None:
    made = computed(SEEN, ended_after="seen_lasting")
    frame = made.tables["survival"].set_index(["state", "time"])
    # a: between 0.5 and 1; b: between 0 and 3
    assert share(made, state="lasts", time=4) == pytest.approx(0.5)
    assert np.isnan(frame.loc[("lasts", 1), "estimate"])
    assert frame.loc[("lasts", 1), ["lowest", "highest"]].tolist() == pytest.approx([0.5, 0.75])
    assert frame.loc[("new", 1), "estimate"] == pytest.approx(0.25)


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (1999.0, "seen to last before it begins"),
        (2002.0, "seen to last after it had ended"),
        (2009.0, "seen to last after"),
    ],
)
def test_impossible_visits_are_refused(seen: float, message: str) -> None:
    with pytest.raises(DataError, match=message) as raised:
        computed(SEEN.assign(seen_lasting=[seen, NAN, NAN, NAN]), ended_after="seen_lasting")
    assert (raised.value.column, raised.value.units) == ("seen_lasting", ["a"])


def many(**columns: Any) -> pd.DataFrame:
    """Thirty-six units of three regions, of which none ended in the last."""
    ids = [f"u{place:02d}" for place in range(36)]
    records = pd.DataFrame({"unit_id": ids, "id": ids, "begun": 2000.0, "seen": 2005.0})
    place = np.arange(36)
    records["group"] = (place % 8).astype(str)
    records["region"] = np.repeat(["North", "South", "West"], 12)
    gone = (place < 4) | ((place >= 12) & (place < 18))
    records["left"] = np.where(gone, 2001.0 + place % 3, NAN)
    records["how"] = np.where(gone, "new", None)
    return records.assign(**columns)


def test_a_level_of_which_none_ended_has_no_ratio_and_is_counted() -> None:
    made = computed(many(), hazard=["region"])
    frame = made.tables["hazards"].set_index("level")
    assert frame.loc["West", "reason"] == "none ended"
    assert np.isnan(frame.loc["West", "estimate"])
    assert (frame.loc["South", "base"], frame.loc["North", "base"]) == ("North", "")
    assert frame.loc["South", "estimate"] > 0
    assert [
        (item.reason, item.rows) for item in made.excluded if item.about == "hazard" and item.rows
    ] == [("region West: none ended", 12)]


def test_units_without_a_value_are_counted_and_in_no_level() -> None:
    records = many()
    records.loc[0, "region"] = None
    made = computed(records, hazard=["region"], by=["region"])
    reasons = [(item.about, item.reason, item.rows) for item in made.excluded if item.rows]
    assert reasons[:2] == [
        ("region", "no value of 'region'", 1),
        ("hazard", "no value of 'region'", 1),
    ]
    everyone = made.tables["survival"].query("by == '' and state == 'lasts' and time == 1")
    assert everyone["n_units"].tolist() == [36]


@pytest.mark.parametrize(
    ("records", "reason"),
    [
        (many(left=NAN, how=None), "nothing ended while others last"),
        (many(region="North"), "no other value to compare with"),
    ],
)
def test_a_regression_that_cannot_be_has_its_reason(records: pd.DataFrame, reason: str) -> None:
    frame = computed(records, hazard=["region"]).tables["hazards"]
    assert set(frame["reason"]) == {reason}
    assert frame["estimate"].isna().all()


def test_what_the_data_do_not_tell_takes_no_ratio_from_the_others() -> None:
    """The score is the same for all; size and twice are one number; the ratios of regions stay."""
    size = np.arange(36) % 7 + 1.0
    records = many(score=3.0, size=size, twice=2 * size)
    alone = computed(records, hazard=["region", "size"]).tables["hazards"]
    beside = computed(records, hazard=["region", "score", "size", "twice"]).tables["hazards"]
    reasons = beside.set_index(["by", "level"])["reason"]
    assert reasons[["score", "size", "twice"]].tolist() == [
        "no other value to compare with",
        *["the data do not tell it from the others"] * 2,
    ]
    ratios = (frame.set_index(["by", "level"])["estimate"] for frame in (alone, beside))
    first, second = (frame["region", "South"] for frame in ratios)
    assert np.isfinite(first) and second == pytest.approx(first)


def test_periods_without_ends_are_joined_and_followed_to_the_last() -> None:
    after, by = np.array([1.0, 1.0, 4.0]), np.array([1.0, 3.0, INF])
    periods, limits = periods_of(after, by, np.array([1.0, 2.0, 3.0, 4.0, 6.0]))
    assert limits.tolist() == [1.0, 3.0]
    assert periods.after.tolist() == [0, 1, 2]
    assert periods.by.tolist() == [1, 2, 3]


def test_only_differences_within_strata_are_error() -> None:
    """All of one stratum last, none of the other: nothing is left to chance."""
    records = pd.DataFrame({"group": list("abcd"), "sampling_stratum": list("xxyy")})
    scores = np.array([[0.125], [0.125], [-0.125], [-0.125]])
    clusters = Clusters.of(records)
    assert clusters.std_error(scores) == pytest.approx([0])
    assert clusters.df == 2


def test_errors_allow_for_the_pull_of_a_group_on_its_stratum() -> None:
    """Two of a and one of b in a stratum, c alone in another; by hand."""
    records = pd.DataFrame({"group": list("aabccc"), "sampling_stratum": list("xxxyyy")})
    scores = np.array([0.3, 0.1, -0.1, 0.2, 0.2, -0.6])
    # Less the mean .1 of x: a .2, b -.2, of two thirds and one third of it; c adds up to -.2 as it is.
    by_hand = 0.2**2 / (1 - 2 / 3) + 0.2**2 / (1 - 1 / 3) + 0.2**2
    assert Clusters.of(records).std_error(scores[:, None]) == pytest.approx([by_hand**0.5])


def test_a_level_that_nobody_saw_lasting_has_no_ratio() -> None:
    """All of the south had ended by the visit at 4, and none was seen before: any high hazard fits."""
    records = many(seen_lasting=NAN, seen=2004.0)
    south = records["region"] == "South"
    records.loc[south, "left"], records.loc[south, "how"] = 2004.0, "new"
    records.loc[:1, "left"], records.loc[:1, "seen_lasting"] = 2004.0, 2002.0
    frame = computed(records, ended_after="seen_lasting", times=[2, 4], hazard=["region"])
    rows = frame.tables["hazards"].set_index("level")
    assert rows.loc["South", "reason"] == "all ended, and none was seen to last"


def test_sampling_weights_are_refused(tmp_path: Any) -> None:
    study = study_of(analyses=[ASKED], samples={"all": {"weight": "w", "strata": "s"}})
    (problem,) = check_survival.problems(study, tmp_path)
    assert "'weight' of its sample is not known to survival" in str(problem)


def test_tables_and_words_say_between_which_shares() -> None:
    records = many(seen_lasting=NAN)
    records["left"] = records["left"].where(records["left"].isna(), 2002.0)
    asked = {
        **ASKED,
        "label": "Buyer",
        "times": [1, 4],
        "ended_after": "seen_lasting",
        "hazard": ["region"],
    }
    study = study_of(analyses=[asked], samples={"all": {}}, unit_label="alliances")
    frames = {"all": records}, {"all": records[["unit_id"]]}
    survival = survival_study(RecordedStudy(study, *frames))
    tables = {**survival.tables, "exclusions": exclusions_of(survival.excluded)}
    results = StudyResults(study, suppressed_tables(tables), quality={})
    (table, *_) = survival_tables(results, entry("survival", analyses=["buyer"]))
    lasts = next(row for row in table.rows if row.label.text == "Lasts")
    # Ten of 36 were found to have ended at 2, and had not been seen since the start.
    assert [cell.text for cell in lasts.cells[2::2]] == ["72 to 100", "72"]
    numbers = {key: value for key, value, *_ in survival_numbers(results)}
    assert numbers["survival/buyer/curve/lasts/1/lowest"] == pytest.approx(100 * 26 / 36)
    assert "survival/buyer/curve/lasts/1/estimate" not in {
        key for key, value in numbers.items() if math.isfinite(value)
    }
    assert "72 percent" in next(survival_headlines(results)).text
    assert survival_figure(results, SurvivalOptions.model_construct(analyses=("buyer",))).axes
    (ratios,) = hazards_table(results, entry("hazards", analyses=["buyer"]))
    words = {row.label.text: row.cells[0].text for row in ratios.rows if row.cells}
    assert (words["North"], words["West"]) == ("compared with", "none ended")
