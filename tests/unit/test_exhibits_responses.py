"""Tables and figures of questionnaires: cells, totals, notes, and what is suppressed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of, with_parts

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import palette
from ruralimpact.exhibits.figures.responses import KIND as FIGURE
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.responses_rows import responses_headlines, responses_numbers
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.drawn_sample import drawn_sample_table
from ruralimpact.exhibits.tables.responses import responses_tables
from ruralimpact.exhibits.tables.sample_protocol import protocol_table
from ruralimpact.responses.draw_study import draw_study
from ruralimpact.responses.study import responses_study
from ruralimpact.schema.exhibit import Exhibits

QUESTIONS = [
    {
        "name": "buyer",
        "label": "Buyer",
        "variable": "buyer",
        "answers": {"same": "Same", "new": "New", "none": "None"},
    },
    {"name": "why", "label": "Why", "answers": {"price": "Price", "late": "Late"}, "among": "left"},
]


def study_with(*, public: bool) -> Any:
    asked = {
        "name": "asked",
        "label": "Groups that came",
        "sample": "all",
        "method": "responses",
        "questions": QUESTIONS,
        "by": ["region"],
        "public_counts": public,
        "register_of": {"sample": "register", "strata": "region"},
    }
    drawn = {
        "name": "drawn",
        "label": "Drawn",
        "sample": "register",
        "method": "drawn_sample",
        "seed": 2,
        "strata": "region",
        "allocation": {"north": 30, "south": 20},
        "replacements": 2,
        "came": "came",
    }
    return study_of(
        analyses=[asked, drawn],
        samples={"all": {}, "register": {}},
        unit_label="groups",
        group_label="groups",
        synthetic=False,
    )


def results_of(*, public: bool) -> StudyResults:
    ids = [f"u{place:02d}" for place in range(100)]
    register = pd.DataFrame({"unit_id": ids, "id": ids, "group": ids, "came": 1.0})
    register["region"] = ["north"] * 60 + ["south"] * 40
    records = pd.concat([register[:24], register[60:76]], ignore_index=True)
    buyers = ["same"] * 20 + ["new"] * 16 + ["none"] * 4
    records["buyer"] = buyers[::-1]
    records["left"] = (records["buyer"] != "same").astype(float)
    records["price"] = np.where(records["left"] == 1, 1.0, np.nan)
    records["late"] = np.where(records["left"] == 1, 0.0, np.nan)
    study = study_with(public=public)
    frames = {"all": records, "register": register}
    outcomes = {name: table[["unit_id"]] for name, table in frames.items()}
    recorded = RecordedStudy(study, frames, outcomes)
    answers, drawn = responses_study(recorded), draw_study(recorded)
    excluded = exclusions_of([*answers.excluded, *drawn.excluded])
    tables = {**answers.tables, **drawn.tables, "exclusions": excluded}
    return StudyResults(study, suppressed_tables(tables), quality={})


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return results_of(public=True)


def test_cells_are_number_and_percent_with_a_dash_for_nil(results: StudyResults) -> None:
    buyer, why = responses_tables(results, entry("responses", analyses=["asked"]))
    assert buyer.title == "Buyer (no. (percent))"
    cells = {row.label.text: [cell.text for cell in row.cells] for row in buyer.rows}
    assert [column.label for column in buyer.columns][:4] == [
        "All",
        "95% interval",
        "north",
        "south",
    ]
    assert (cells["Same"][0], cells["New"][0], cells["None"][0]) == ("20 (50)", "16 (40)", "4 (10)")
    assert cells["None"][3] == "–"
    assert (cells["Total"][0], cells["Total"][2]) == ("40 (100)", "24 (100)")
    assert {row.label.text: row.cells[0].text for row in why.rows}["Late"] == "–"
    assert why.rows[-1].label.text == "Respondents" and why.rows[-1].cells[0].text == "20"
    assert any("may give several" in note for note in why.notes)


@pytest.mark.parametrize(("public", "text"), [(True, "6 (100)"), (False, "<10 (100)")])
def test_few_respondents_are_counted_where_counts_are_public(
    results: StudyResults, public: bool, text: str
) -> None:
    frame = results["responses"]
    units = frame["n_units"].where(frame["level"] != "north", 6)
    few = frame.assign(n_units=units, public_counts=public)
    shown = replace(results, tables={**results.tables, "responses": few})
    buyer, _ = responses_tables(shown, entry("responses", analyses=["asked"]))
    assert buyer.rows[-1].cells[2].text == text


def test_small_counts_and_what_tells_them_are_hidden_where_they_are_not_public() -> None:
    hidden = results_of(public=False)
    buyer, why = responses_tables(hidden, entry("responses", analyses=["asked"]))
    cells = {row.label.text: [cell.text for cell in row.cells] for row in buyer.rows}
    assert cells["None"][0] == "[s]", "four of forty"
    assert "[s]" in (cells["Same"][0], cells["New"][0]), "what is left of forty would tell it"
    frame = hidden["responses"]
    shown = frame[frame["count"].between(1, 9)]
    assert shown.empty
    assert {row.cells[0].text for row in why.rows[:-1]} == {"20 (100)", "–"}
    assert not [
        key for key, value, *_ in responses_numbers(hidden) if "none/count" in key and value == 4
    ]


def test_numbers_have_identifiers(results: StudyResults) -> None:
    numbers = {key: value for key, value, *_ in responses_numbers(results)}
    assert numbers["responses/asked/buyer/same/count"] == 20
    assert numbers["responses/asked/buyer/same/percent"] == 50
    low, high = (
        numbers[f"responses/asked/buyer/same/{end}"] for end in ("count_low", "count_high")
    )
    assert low < 20 < high
    assert numbers["responses/asked/buyer/none/region=north/percent"] == pytest.approx(100 / 6)
    assert "responses/asked/buyer/new/register_high" in numbers
    assert numbers["sample/drawn/all/percent"] == 100
    (line,) = responses_headlines(results)
    assert "of 40 groups that answered, 50 percent (" in line.text
    assert ") “same”; of the register, " in line.text


def test_the_protocol_says_how_to_draw_again(results: StudyResults) -> None:
    (table,) = protocol_table(results, entry("sample_protocol", analyses=["drawn"]))
    total = table.rows[-1]
    assert (total.label.text, [cell.text for cell in total.cells][:5]) == (
        "Total",
        ["100", "50", "4", "50", "100"],
    )
    assert any(
        "from the seed 2; the first are drawn (30 of north, 20 of south)" in note
        for note in table.notes
    )
    (listed,) = drawn_sample_table(results, entry("drawn_sample", analyses=["drawn"]))
    assert len([row for row in listed.rows if row.kind == "data"]) == 54


def test_the_figure_draws_and_says_what_it_shows(results: StudyResults) -> None:
    exhibit = entry("responses", analyses=["asked"])
    figure = FIGURE.options.model_construct(**dict(exhibit))
    with palette.style():
        assert len(FIGURE.draw(results, figure).axes) == 2
    assert "Same: 50 percent" in FIGURE.words(results, figure)


def test_a_question_that_does_not_exist_is_refused(tmp_path: Any) -> None:
    shown = Exhibits(tables=(entry("responses", analyses=["asked"], questions=["byer"]),))
    study = with_parts(study_with(public=True), exhibits=shown)
    with pytest.raises(ConfigError, match="no question 'byer' in asked, only buyer, why"):
        check_exhibits(study, package_kinds(), tmp_path / "exhibits.yaml")
