"""Survival of a sample: what is refused, what is excluded, bounds, and reasons."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import codebook_of, study_of

from ruralimpact.description.records import DescriptionTables, RecordedStudy
from ruralimpact.errors import DataError
from ruralimpact.survival.study import survival_study

NAN = float("nan")
ASKED: dict[str, Any] = {
    "name": "buyer",
    "sample": "all",
    "method": "survival",
    "start": "begun",
    "observed": "seen",
    "ended": "left",
    "ending": "how",
    "ends": {"new": "New buyer", "none": "No buyer"},
    "times": [1, 4],
}
RECORDS = pd.DataFrame(
    {
        "unit_id": list("abcd"),
        "id": list("abcd"),
        "group": ["g", "g", "h", "h"],
        "begun": [2000.0] * 4,
        "seen": [2005.0] * 4,
        "left": [2001.0, 2003.0, NAN, NAN],
        "how": ["new", "none", None, None],
        "came": [1.0, 1.0, 1.0, 0.0],
        "price": [1.0, 0.0, NAN, NAN],
    }
)


def computed(
    records: pd.DataFrame = RECORDS, study: dict[str, Any] | None = None, **keys: Any
) -> DescriptionTables:
    study = study_of(analyses=[{**ASKED, **keys}], samples={"all": {}}, **(study or {}))
    return survival_study(RecordedStudy(study, {"all": records}, {"all": records[["unit_id"]]}))


def share(tables: DescriptionTables, **where: Any) -> float:
    frame = tables.tables["survival"]
    for key, value in where.items():
        frame = frame[frame[key] == value]
    assert len(frame) == 1
    return float(frame["estimate"].iloc[0])


def test_shares_by_hand() -> None:
    made = computed()
    assert share(made, state="lasts", time=1) == 0.75
    assert share(made, state="lasts", time=4) == 0.5
    assert share(made, state="new", time=4) == 0.25
    assert share(made, state="none", time=1) == 0


def test_the_absent_are_bounded_and_reasons_are_of_the_ended() -> None:
    made = computed(answered="came", reasons=["price"])
    assert share(made, part="bound", state="answered") == pytest.approx(1 / 3)
    assert share(made, part="bound", state="lowest") == 0.25
    assert share(made, part="bound", state="highest") == 0.5
    assert share(made, part="reason", state="price") == 0.5


def test_bounds_of_a_level_are_those_of_its_units() -> None:
    made = computed(RECORDS.assign(region=["n", "n", "s", "s"]), answered="came", by=["region"])
    north, south = ({"part": "bound", "by": "region", "level": level} for level in "ns")
    assert [share(made, state=end, **north) for end in ("answered", "lowest", "highest")] == [
        0,
        0,
        0,
    ]
    assert [share(made, state=end, **south) for end in ("answered", "lowest", "highest")] == [
        1,
        0.5,
        1,
    ]


def test_levels_stand_in_the_order_of_the_codebook_and_hazards_are_against_its_first() -> None:
    listed = codebook_of({"variable": "region", "type": "category", "labels": "n=n|s=s|e=e"})
    records = pd.concat([RECORDS] * 3, ignore_index=True).assign(
        region=["s", "n", "e", "s", "n", "e"] * 2, begun=[2000.0, 2000.5] * 6
    )
    names = [f"u{place}" for place in range(len(records))]
    records = records.assign(unit_id=names, id=names, group=names)
    tables = computed(
        records, study={"codebook": listed}, by=["region", "begun"], hazard=["region"]
    )
    frame = tables.tables["survival"]
    assert list(dict.fromkeys(frame["level"])) == ["", "n", "s", "e", "2000", "2000.5"]
    hazards = tables.tables["hazards"]
    assert hazards["level"].tolist() == ["n", "s", "e"]
    assert hazards["base"].tolist() == ["", "n", "n"]


def test_early_ends_are_of_those_that_ended() -> None:
    assert share(computed(), part="early") == 0.5
    none = RECORDS.assign(left=NAN, how=None)
    assert np.isnan(share(computed(none), part="early"))


def test_an_end_without_its_time_is_excluded_and_counted() -> None:
    made = computed(RECORDS.assign(left=[NAN, 2003.0, NAN, NAN]))
    assert [(one.reason, one.rows) for one in made.excluded if one.rows] == [
        ("it ended, and nothing says when", 1)
    ]
    assert share(made, state="lasts", time=4) == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("changes", "column", "message"),
    [
        ({"left": [1999.0, NAN, NAN, NAN]}, "left", "before it begins"),
        ({"seen": [1999.0, 2005.0, 2005.0, 2005.0]}, "seen", "before it begins"),
        ({"left": [2006.0, NAN, NAN, NAN]}, "left", "after it was last observed"),
        ({"how": ["sold", "none", None, None]}, "how", "not among new, none"),
        ({"how": [None, "none", None, None]}, "how", "nothing says how"),
    ],
)
def test_impossible_records_are_refused(changes: dict[str, Any], column: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as raised:
        computed(RECORDS.assign(**changes))
    assert (raised.value.column, raised.value.units) == (column, ["a"])


def test_the_order_of_rows_changes_nothing() -> None:
    one, other = (computed(records).tables["survival"] for records in (RECORDS, RECORDS.iloc[::-1]))
    pd.testing.assert_frame_equal(one, other)
    assert np.isfinite(one["estimate"]).all()


def test_times_must_rise() -> None:
    with pytest.raises(Exception, match="times must rise"):
        computed(times=[4, 1])


def test_whether_a_unit_was_found_is_not_known_of_a_blank() -> None:
    made = computed(RECORDS.assign(came=[1.0, 1.0, NAN, 0.0]), answered="came")
    assert [(one.reason, one.rows) for one in made.excluded if one.rows] == [
        ("nobody knows whether it was found", 1)
    ]
    assert share(made, part="bound", state="lowest") == 0
    assert share(made, part="bound", state="highest") == pytest.approx(1 / 3)


@pytest.mark.parametrize("keys", [{}, {"ended_after": "lasting"}])
def test_no_share_is_known_beyond_the_follow_up_unless_all_have_ended(keys: dict[str, str]) -> None:
    # In h all ended by year 3; in g one was last observed in year 5.
    records = RECORDS.assign(
        left=[2001.0, NAN, 2003.0, 2002.0],
        how=["new", None, "new", "none"],
        lasting=[2000.0, NAN, 2002.0, 2001.0],
    )
    described = computed(records, times=[4, 5, 6], by=["group"], **keys)
    curves = described.tables["survival"].query("part == 'curve'")
    for level, lasting in {"": 0.25, "g": 0.5}.items():
        own = curves[curves["level"] == level]
        beyond = own[own["time"] > 5]
        assert beyond[["estimate", "lowest", "highest", "std_error"]].isna().all(axis=None)
        assert set(beyond["reason"]) == {"nobody was followed that long"}
        before = own[own["time"] <= 5]
        assert before.loc[before["state"] == "lasts", "estimate"].tolist() == [lasting] * 2
        assert not before["reason"].any()
    ended = curves[curves["level"] == "h"].pivot(index="time", columns="state", values="estimate")
    assert (ended[["lasts", "new", "none"]] == [0, 0.5, 0.5]).all(axis=None)
    told = [odd.problem for odd in described.inconsistent]
    assert len(told) == 2 and all("no share at time 6" in problem for problem in told)


def test_what_excludes_an_end_is_told_and_a_known_end_bounds() -> None:
    """a and b have ended, c lasts with a reason for its end, d was not found and is known to have ended."""
    records = RECORDS.assign(
        left=[2001.0, 2003.0, NAN, 2004.0],
        how=["new", "none", None, "none"],
        price=[1.0, 0.0, 1.0, NAN],
    )
    made = computed(records, answered="came", reasons=["price"])
    assert share(made, part="reason", state="price") == 0.5
    assert share(made, part="bound", state="highest") == 0.25
    assert share(made, state="lasts", time=4) == pytest.approx(1 / 3)
    assert [(line.reason, line.units) for line in made.excluded if line.about == "price"][1:] == [
        ("a reason is given for an end, and it has not ended", ("c",))
    ]
    assert [(line.column, line.units) for line in made.inconsistent] == [("how", ("d",))]


@pytest.mark.parametrize("name", ["came", "price"])
def test_indicators_of_survival_are_0_or_1(name: str) -> None:
    with pytest.raises(DataError, match="must be 0 or 1") as raised:
        computed(RECORDS.assign(**{name: [1, 0, 2, 0]}), answered="came", reasons=["price"])
    assert (raised.value.column, raised.value.units) == (name, ["c"])
