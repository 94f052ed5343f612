"""Later waves by hand: known units, controls that are none any more, changed questions, and what moved."""

import numpy as np
import pandas as pd
import pytest
from study_models import source_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.outcomes.prices import at_study_prices
from ruralimpact.outcomes.waves import (
    adoption,
    carried_over,
    refuse_changes,
    restricted,
    with_baseline,
)
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.source import Prices
from ruralimpact.waves.changes import changes
from ruralimpact.waves.questionnaire_change import questionnaire_changes
from ruralimpact.waves.record import Run, RunRecord

LATER = pd.DataFrame(
    {
        "id": ["a", "b", "c", "d", "new"],
        "group": ["g", "g", "h", "k", "k"],
        "wave": "2018",
        "arm": [1.0, 1.0, 0.0, 0.0, 0.0],
        "began": [2010.0, 2019.0, 2016.0, 0.0, np.nan],
    }
)
BASE = pd.DataFrame(
    {"id": ["a", "b", "c", "d", "gone"], "arm": [1.0, 1, 0, 0, 0], "age": [1.0, 2, 3, 4, 5]}
)


def joined(table, baseline=BASE):
    return with_baseline(
        table,
        baseline,
        variables=["age", "arm"],
        covariates=[],
        fixed=["arm"],
        sample="s",
        named="base",
    )


def test_units_get_what_was_asked_before_and_new_ones_are_counted():
    table, excluded = joined(LATER)
    assert table["id"].tolist() == ["a", "b", "c", "d"]
    assert table["age"].tolist() == [1, 2, 3, 4]
    assert excluded == [("new unit: not in the sample 'base'", 1, 5)]


def test_what_the_wave_itself_asked_is_kept():
    table, _ = joined(LATER.assign(age=[9.0, np.nan, 9, 9, 9]))
    assert table["age"].tolist()[0] == 9
    assert np.isnan(table["age"].tolist()[1])


def test_a_unit_that_changes_its_arm_is_refused_by_name():
    with pytest.raises(
        DataError, match=r"sample s, column 'arm', unit c: .*than in the sample 'base'"
    ):
        joined(LATER.assign(arm=[1.0, 1, 1, 0, 0]))


def test_a_baseline_has_one_row_a_unit():
    with pytest.raises(ConfigError, match="samples.s.baseline.*several rows a unit"):
        joined(LATER, pd.concat([BASE, BASE]))


def test_restricted_counts_who_is_left_out():
    table, excluded = restricted(BASE, LATER["id"], "later")
    assert table["id"].tolist() == ["a", "b", "c", "d"]
    assert excluded == [("not in the sample 'later'", 1, 5)]


def adopted(handling, table=LATER):
    return adoption(table, arm="arm", first_treated="began", handling=handling, sample="s")


def test_contaminated_controls_are_an_error_until_something_is_said():
    with pytest.raises(DataError, match=r"1 of 3 controls had begun.*samples\.s\.contaminated"):
        adopted(None)


def test_contaminated_controls_are_left_out_and_counted():
    found = adopted("exclude")
    assert found.kept.tolist() == [True, False, False, True, False]
    assert found.excluded == [
        ("beneficiary whose treatment had not begun by the wave", 1, 5),
        ("control whose treatment had begun by the wave", 1, 4),
        ("control of which it is not known when treatment began", 1, 3),
    ]
    counts = found.counts.iloc[0]
    assert (counts["n_controls"], counts["n_contaminated"], counts["n_unknown"]) == (3, 1, 1)
    assert (counts["groups_controls"], counts["groups_left"]) == (2, 1)


def test_the_naive_contrast_keeps_them_and_counts_them():
    found = adopted("keep")
    assert found.kept.tolist() == [True, False, True, True, True]
    assert found.counts["n_contaminated"].tolist() == [1]


def test_rows_before_treatment_are_the_baseline_of_several_waves():
    both = pd.concat([LATER, LATER.assign(wave="2020")], ignore_index=True)
    found = adopted("exclude", both)
    assert found.kept[1]
    assert found.counts["n_not_yet"].tolist() == [1, 0]


def test_treatment_in_the_year_of_the_wave_has_begun():
    found = adopted("exclude", LATER.assign(began=[2018.0, 2018, 2018, 0, 0]))
    assert found.kept.tolist() == [True, True, False, True, True]


def test_a_beneficiary_who_was_never_treated_is_refused():
    with pytest.raises(DataError, match="column 'arm', unit b: .*never began according to 'began'"):
        adopted("exclude", LATER.assign(began=[2010.0, 0, 0, 0, 0]))


def test_waves_that_are_no_numbers_cannot_be_compared_with_years():
    with pytest.raises(ConfigError, match=r"samples\.s\.first_treated.*years"):
        adopted("keep", LATER.assign(wave="endline"))


PANEL = pd.DataFrame({"id": ["a", "a", "b", "b"], "began": [0.0, 2016, 2015, np.nan]})


def test_treated_in_one_wave_and_never_in_the_next_is_refused():
    with pytest.raises(
        DataError, match="column 'began', unit a: the time .* changes between waves"
    ):
        refuse_changes(PANEL, {"began": "the time at which treatment began"}, "s")


def test_what_one_wave_asked_holds_in_the_others():
    assert carried_over(PANEL[2:], ["began"])["began"].tolist() == [2015, 2015]


PRICES = Prices(
    year=2014, deflators={2014: 100, 2018: 125}, currency="Bs", exchange_rates={"US$": 7}
)


def test_amounts_are_converted_first_and_deflated_after():
    survey = pd.DataFrame({"income": [10.0, np.nan], "age": [3.0, 4.0]})
    source = source_of(name="later", currency="US$", price_year=2018)
    result = at_study_prices(survey, source, ["income"], PRICES)
    assert result["income"].tolist()[0] == pytest.approx(10 * 7 * 100 / 125)
    assert result["age"].tolist() == [3, 4]
    untouched = at_study_prices(survey, source_of(name="now"), ["income"], PRICES)
    pd.testing.assert_frame_equal(untouched, survey)
    for wave in ("2014", "3", "endline"):
        source = source_of(name="now", wave=wave)
        pd.testing.assert_frame_equal(at_study_prices(survey, source, ["income"], PRICES), survey)


@pytest.mark.parametrize(
    ("source", "amounts", "message"),
    [
        ({"currency": "EUR"}, ["income"], "prices.exchange_rates.*'w' are in EUR"),
        ({"price_year": 2017}, ["income"], "prices.deflators.*no deflator of the year 2017"),
        ({"price_year": 2018}, [], "sources.w.*no variable of this source is of the type money"),
        ({"wave": "2018"}, ["income"], "sources.w.price_year.*does not say of which year"),
    ],
)
def test_a_currency_or_price_year_is_never_guessed(source, amounts, message):
    with pytest.raises(ConfigError, match=message):
        at_study_prices(
            pd.DataFrame({"income": [1.0]}), source_of(name="w", **source), amounts, PRICES
        )


def report(wave, *, missing=0, file_labels=None, median=10.0, **described):
    facts = {
        **dict.fromkeys(("question", "type", "unit"), "as ever"),
        "minimum": 0.0,
        "maximum": 9.0,
        "categories": [],
        **described,
    }
    variable = {
        "raw_name": "q1",
        "missing": missing,
        "described": facts,
        "observed": {"median": median, "median_not_zero": median},
    }
    return QualityReport(
        wave=wave,
        rows_read=10,
        rows_kept=10,
        file_labels=file_labels or {},
        variables={"age": variable},
    )


def aspects(*reports):
    found = questionnaire_changes(reports, ["1", "2", "3"])
    return list(zip(found["aspect"], found["alarm"], strict=True))


def test_nothing_changed_is_no_row():
    assert aspects(report("1"), report("2"), report("3")) == []


@pytest.mark.parametrize(
    ("later", "expected"),
    [
        ({"question": "How old?"}, [("question", "yes")]),
        ({"categories": ["yes", "no"]}, [("categories", "yes")]),
        ({"minimum": 5.0, "maximum": 7.0}, [("range", "yes")]),
        ({"median": 24.7}, [("median", "yes")]),  # acres, 2.47 to the hectare
        ({"median": 4.5}, [("median", "yes")]),
        ({"median": 19.9}, []),
        ({"missing": 3}, [("share missing", "no")]),
        ({"missing": 2}, []),
    ],
)
def test_what_is_an_alarm_and_what_is_only_to_be_known(later, expected):
    assert aspects(report("1"), report("2", **later)) == [*expected, ("not asked", "no")]


def test_codes_that_swap_their_labels_in_the_file_are_an_alarm():
    then = {"q1": {"values": {"1": "yes", "2": "no"}, "label": "Member?"}}
    now = {"q1": {"values": {"1": "no", "2": "yes"}, "label": "Member?"}}
    found = aspects(report("2", file_labels=then), report("3", file_labels=now))
    assert found[-1] == ("codes in the file", "yes")


def test_a_wave_without_a_question_and_its_return():
    found = questionnaire_changes(
        [report("1"), report("3", question="Other words")], ["1", "2", "3"]
    )
    assert found[["wave_before", "wave", "aspect"]].to_numpy().tolist() == [
        ["1", "2", "not asked"],
        ["1", "3", "question"],
    ]


def run(**more):
    estimate = {"estimate": 1.0, "std_error": 0.5, "sample": "s", "specification": "x"}
    parts = {
        "code": "c",
        "sources": {"w1": "d1", "other": "d9"},
        "samples": {"s": {"sources": ["w1"], "units": ["a", "b", "c"]}},
        "estimates": {"a/b/y": {**estimate, **more.pop("estimate", {})}},
    }
    return Run(**{**parts, **more})


MOVED = {"estimate": 2.0}


@pytest.mark.parametrize(
    ("now", "kind", "reasons"),
    [
        (run(), "same", ""),
        (run(code="c2"), "same", "code"),
        (run(estimate=MOVED, code="c2"), "moved", "code"),
        (run(estimate=MOVED, sources={"w1": "d2", "other": "d9"}), "moved", "data"),
        (run(estimate=MOVED, sources={"w1": "d1", "other": "d8"}), "moved", "nothing recorded"),
        (run(estimate={**MOVED, "specification": "z"}), "moved", "specification"),
        (
            run(
                estimate=MOVED,
                sources={"w1": "d2"},
                samples={"s": {"sources": ["w1"], "units": ["a", "d", "e", "f"]}},
            ),
            "moved",
            "data, sample",
        ),
    ],
)
def test_what_moved_and_what_had_changed(now, kind, reasons):
    row = changes(run(), now).iloc[0]
    assert (row["kind"], row["reasons"]) == (kind, reasons)


def test_new_and_lost_units_and_estimates():
    now = run(samples={"s": {"sources": ["w1"], "units": ["a", "d", "e", "f"]}})
    more = {"n/b/y": now.estimates["a/b/y"], **now.estimates}
    now = now.model_copy(update={"estimates": more})
    found = changes(run(), now).set_index("spec_id")
    assert found.loc["a/b/y", ["units_new", "units_lost"]].tolist() == [3, 2]
    assert found["kind"].to_dict() == {"a/b/y": "same", "n/b/y": "new"}
    assert changes(now, run()).set_index("spec_id")["kind"]["n/b/y"] == "gone"


def test_the_record_keeps_the_last_run_that_differs():
    first = RunRecord().followed_by(run())
    assert first.before is None
    assert first.followed_by(run()) == first
    second = first.followed_by(run(code="c2"))
    assert (second.now.code, second.before.code) == ("c2", "c")
    assert second.followed_by(run(code="c2")) == second
