"""Answers, shares and draws: by hand, what must hold, and answers that cannot be used."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.description.records import DescriptionTables, RecordedStudy
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.responses.draw import stratified_draw
from ruralimpact.responses.draw_study import draw_study
from ruralimpact.responses.shares import Respondents
from ruralimpact.responses.study import responses_study

NAN = float("nan")
ONE = {
    "name": "buyer",
    "label": "Buyer",
    "variable": "buyer",
    "answers": {"same": "Same", "new": "New"},
}
SEVERAL = {"name": "why", "label": "Why", "answers": {"price": "Price", "late": "Late"}}
PERCENTS = {
    **SEVERAL,
    "name": "sold",
    "percents": True,
    "answers": {"fair": "Fair", "shop": "Shop"},
}
RECORDS = pd.DataFrame(
    {
        "unit_id": list("abcde"),
        "id": list("abcde"),
        "group": list("abcde"),
        "region": ["n", "n", "n", "s", "s"],
        "buyer": ["same", "same", "new", "new", None],
        "price": [1.0, 0.0, 1.0, NAN, NAN],
        "late": [1.0, 0.0, NAN, NAN, 0.0],
        "fair": [40.0, 100.0, 50.0, NAN, NAN],
        "shop": [60.0, NAN, 40.0, NAN, NAN],
        "left": [1.0, 1.0, 0.0, 0.0, NAN],
    }
)
REGISTER = pd.DataFrame(
    {"unit_id": [f"r{i}" for i in range(10)], "region": ["n"] * 6 + ["s"] * 4, "came": NAN}
).assign(id=lambda table: table["unit_id"], group=lambda table: table["unit_id"])


def computed(
    question: Any = ONE, records: pd.DataFrame = RECORDS, **keys: Any
) -> DescriptionTables:
    asked = {
        "name": "asked",
        "sample": "all",
        "method": "responses",
        "questions": [question],
        **keys,
    }
    samples = {"all": records, "register": REGISTER}
    study = study_of(analyses=[asked], samples={"all": {}, "register": {}})
    outcomes = {name: table[["unit_id"]] for name, table in samples.items()}
    return responses_study(RecordedStudy(study, samples, outcomes))


def row(tables: DescriptionTables, answer: str, level: str = "", part: str = "respondents") -> Any:
    frame = tables.tables["responses"]
    chosen = (frame["answer"] == answer) & (frame["level"] == level) & (frame["part"] == part)
    (record,) = frame[chosen].to_dict("records")
    return record


def counted(tables: DescriptionTables) -> dict[str, int]:
    return {item.reason: item.rows for item in tables.excluded if item.rows}


def test_one_answer_by_hand() -> None:
    tables = computed(by=["region"])
    assert (row(tables, "same")["count"], row(tables, "same")["n_units"]) == (2, 4)
    assert row(tables, "same", "n")["estimate"] == pytest.approx(2 / 3)
    assert row(tables, "same", "s")["count"] == 0
    assert counted(tables) == {"no answer": 1}


def test_several_answers_by_hand_and_those_in_part_do_not_count() -> None:
    """Of a and b; c and e said only a part, d nothing."""
    tables = computed(SEVERAL)
    assert (row(tables, "price")["count"], row(tables, "price")["n_units"]) == (1, 2)
    assert counted(tables) == {"answered in part": 2, "no answer": 1}


def test_percents_by_hand_and_those_that_do_not_add_up_do_not_count() -> None:
    tables = computed(PERCENTS)
    assert row(tables, "fair")["estimate"] == pytest.approx(0.7)
    assert np.isnan(row(tables, "fair")["count"])
    assert counted(tables) == {"percents that do not add up to 100": 1, "no answer": 2}


def test_percents_that_are_fractions_are_refused() -> None:
    whole = RECORDS.assign(fair=[0.4, 1.0, 0.25, NAN, NAN], shop=[0.6, NAN, 0.75, NAN, NAN])
    with pytest.raises(DataError, match="add up to 1, and not to 100"):
        computed(PERCENTS, whole)
    one_of_many = whole.assign(fair=[0.4, 100.0, 25.0, NAN, NAN], shop=[0.6, NAN, 75.0, NAN, NAN])
    assert counted(computed(PERCENTS, one_of_many))["percents that do not add up to 100"] == 1


def test_percents_are_of_those_who_were_asked() -> None:
    tables = computed({**ONE, "among": "left"})
    assert (row(tables, "same")["count"], row(tables, "same")["n_units"]) == (2, 2)
    assert counted(tables) == {
        "nobody knows whether it was asked": 1,
        "answered, and not asked ('left' is 0)": 2,
    }


def test_the_register_counts_each_by_how_many_it_stands_for() -> None:
    """In the north 6 units stand behind 3 respondents, in the south 4 behind 2."""
    tables = computed(register_of={"sample": "register", "strata": "region"})
    same = row(tables, "same", part="register")
    assert same["estimate"] == pytest.approx((2 * 2) / (2 * 3 + 2 * 1))
    assert same["population"] == pytest.approx(8)


def test_a_sample_that_is_the_whole_register_has_no_error() -> None:
    records = RECORDS.assign(region="n").iloc[:4]
    register = REGISTER.iloc[:4].assign(region="n")
    asked = {"name": "asked", "sample": "all", "method": "responses", "questions": [ONE]}
    study = study_of(
        analyses=[{**asked, "register_of": {"sample": "register", "strata": "region"}}],
        samples={"all": {}, "register": {}},
    )
    frames = {"all": records, "register": register}
    tables = responses_study(
        RecordedStudy(study, frames, {name: one[["unit_id"]] for name, one in frames.items()})
    )
    same = row(tables, "same", part="register")
    assert (same["std_error"], same["conf_low"], same["conf_high"]) == (0, 0.5, 0.5)


@pytest.mark.parametrize("answer", [0.0, 1.0])
def test_those_who_all_answer_alike_still_leave_room_for_others(answer: float) -> None:
    strata = np.repeat([0, 1, 2], [11, 13, 17])
    register = np.repeat([37.0, 53.0, 71.0], [11, 13, 17])
    everyone = np.arange(len(strata))
    asked = Respondents(strata, everyone, register)
    share = asked.share(np.full(len(strata), answer), np.full(len(strata), True), weighted=True)
    assert share.estimate == answer
    assert (share.conf_low, share.conf_high)[int(answer)] == answer
    # Wilson's end of a sample of 41 (161 - 1)/(161 - 41) = 54.7 that all say the same, z = 1.96.
    other = (share.conf_low, share.conf_high)[1 - int(answer)]
    assert abs(other - answer) == pytest.approx(3.8415 / (54.667 + 3.8415), rel=1e-3)


@pytest.mark.parametrize(
    ("question", "changes", "column", "message"),
    [
        (ONE, {"buyer": ["sold", "same", "new", "new", None]}, "buyer", "not among same, new"),
        (SEVERAL, {"price": [2.0, 0, 1, NAN, NAN]}, "price", "must be 0 or 1"),
        (PERCENTS, {"fair": [140.0, 100, 50, NAN, NAN]}, "fair", "from 0 to 100"),
        ({**ONE, "among": "left"}, {"left": [3.0, 1, 0, 0, 0]}, "left", "must be 0 or 1"),
    ],
)
def test_impossible_answers_are_refused(
    question: Any, changes: dict[str, Any], column: str, message: str
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        computed(question, RECORDS.assign(**changes))
    assert (raised.value.column, raised.value.units) == (column, ["a"])


def test_respondents_must_be_of_the_register() -> None:
    of = {"sample": "register", "strata": "region"}
    with pytest.raises(DataError, match="no such stratum"):
        computed(ONE, RECORDS.assign(region=["x", "n", "n", "s", "s"]), register_of=of)
    lacking = computed(ONE, RECORDS.assign(region=[None, "n", "n", "s", "s"]), register_of=of)
    assert counted(lacking)["no value of 'region'"] == 1
    without = computed(ONE, RECORDS[1:].assign(region=["n", "n", "s", "s"]), register_of=of)
    pd.testing.assert_frame_equal(lacking.tables["responses"], without.tables["responses"])
    many = pd.concat([RECORDS.assign(unit_id=RECORDS["id"] + str(i)) for i in range(3)])
    with pytest.raises(DataError, match="more respondents than the register has"):
        computed(ONE, many.assign(id=many["unit_id"], group=many["unit_id"]), register_of=of)


def test_questions_and_forms_must_fit() -> None:
    with pytest.raises(Exception, match="stands twice"):
        computed(ONE, questions=[ONE, ONE])
    with pytest.raises(Exception, match="a variable an answer"):
        computed({**PERCENTS, "variable": "buyer"})


def test_the_order_of_rows_changes_nothing() -> None:
    of = {"sample": "register", "strata": "region"}
    one, other = (
        computed(SEVERAL, records, by=["region"], register_of=of).tables["responses"]
        for records in (RECORDS, RECORDS.iloc[::-1])
    )
    pd.testing.assert_frame_equal(one, other)


def drawn(register: pd.DataFrame = REGISTER, **keys: Any) -> DescriptionTables:
    asked = {
        "name": "drawn",
        "sample": "register",
        "method": "drawn_sample",
        "seed": 5,
        "strata": "region",
        "allocation": {"n": 3, "s": 2},
        **keys,
    }
    study = study_of(analyses=[asked], samples={"register": {}})
    return draw_study(
        RecordedStudy(study, {"register": register}, {"register": register[["unit_id"]]})
    )


def test_a_draw_does_not_depend_on_rows_or_on_other_strata() -> None:
    listed = drawn(replacements=1).tables["drawn_sample"]
    assert listed["role"].tolist() == ["drawn"] * 3 + ["replacement"] + ["drawn"] * 2 + [
        "replacement"
    ]
    assert listed["probability"].tolist() == [0.5] * 7
    turned = drawn(REGISTER.iloc[::-1], replacements=1).tables["drawn_sample"]
    pd.testing.assert_frame_equal(listed, turned)
    alone = drawn(allocation={"s": 2}).tables["drawn_sample"]
    assert (
        alone["unit_id"].tolist()
        == listed.query("stratum == 's' and role == 'drawn'")["unit_id"].tolist()
    )


def test_every_unit_is_drawn_as_often() -> None:
    register = pd.DataFrame({"id": [f"u{i}" for i in range(10)], "stratum": "n"})
    draws = [
        stratified_draw(register, {"n": 3}, replacements=0, seed=seed)["id"] for seed in range(2000)
    ]
    counts = pd.concat(draws).value_counts()
    # 2000 draws of 3 in 10: 600 each, with a standard deviation of 20.5.
    assert len(counts) == 10 and counts.between(520, 680).all()


def test_the_protocol_counts_who_came_and_who_was_added() -> None:
    listed = drawn().tables["drawn_sample"]["unit_id"].tolist()
    others = sorted(set(REGISTER["id"]) - set(listed))
    came = REGISTER["id"].isin([*listed[:2], others[0]]).astype(float)
    protocol = drawn(REGISTER.assign(came=came), came="came").tables["sample_protocol"]
    total = protocol.set_index("stratum").loc[""]
    assert total[["n_register", "n_drawn", "n_came", "n_added"]].tolist() == [10, 5, 2, 1]


def test_who_came_is_counted_among_those_of_whom_it_is_known() -> None:
    listed = drawn().tables["drawn_sample"].query("stratum == 's'")["unit_id"].tolist()
    came = pd.Series(1.0, REGISTER.index).where(REGISTER["id"] != listed[0])
    made = drawn(REGISTER.assign(came=came), came="came")
    protocol = made.tables["sample_protocol"].set_index("stratum")
    assert protocol["n_known"].to_dict() == {"n": 3, "s": 1, "": 4}
    assert protocol["n_came"].to_dict() == {"n": 3, "s": 1, "": 4}
    assert counted(made) == {"'came' is missing": 1}
    nobody = drawn(REGISTER.assign(came=came.where(~REGISTER["id"].isin(listed))), came="came")
    assert np.isnan(nobody.tables["sample_protocol"].set_index("stratum").loc["s", "n_came"])


def test_a_draw_of_less_than_is_asked_for_is_noted() -> None:
    made = drawn(allocation={"s": 2}, replacements=3)
    noted = [line.problem for line in made.inconsistent if line.units]
    assert noted == [
        "4 of 10: of 's' 2 replacements can be drawn, 3 are asked for.",
        "6 of 10: of a stratum that the allocation does not name, none drawn.",
    ]
    assert not [line for line in drawn(replacements=2).inconsistent if line.units]


def test_the_protocol_has_the_strata_that_none_were_drawn_from() -> None:
    protocol = drawn(allocation={"s": 2}).tables["sample_protocol"].set_index("stratum")
    assert protocol["n_register"].to_dict() == {"n": 6, "s": 4, "": 10}
    assert protocol["n_drawn"].to_dict() == {"n": 0, "s": 2, "": 2}


def test_draws_that_cannot_be_made_are_refused() -> None:
    with pytest.raises(ConfigError, match="9 units are to be drawn of 'n', which has 6"):
        drawn(allocation={"n": 9})
    with pytest.raises(ConfigError, match="drawn of 'x', which has 0"):
        drawn(allocation={"x": 1})
    north = REGISTER.assign(region=REGISTER["region"].replace("n", "North"))
    with pytest.raises(ConfigError, match="drawn of 'Nroth', which has 0") as raised:
        drawn(north, allocation={"Nroth": 1})
    assert "Did you mean 'North'?" in str(raised.value)
    with pytest.raises(DataError, match="twice"):
        drawn(REGISTER.assign(id="r1"))
    missing = drawn(REGISTER.assign(region=[None, *REGISTER["region"][1:]]))
    assert counted(missing) == {"'region' is missing": 1}
