"""Totals, averages, counts and notes of a sheet are no units, and rows without an arm move no percentile."""

import numpy as np
import pandas as pd
import pytest
from broken_surveys import example_rows, write_csv, write_excel
from study_models import codebook_of, source_of, study_of
from survey_files import AGE, csv_file, survey, workbook
from test_broken_surveys import ENTRIES, EXAMPLE

from ruralimpact.checks.source import examine_source
from ruralimpact.config import load_study
from ruralimpact.errors import DataError
from ruralimpact.outcomes.distribution import percentile_rank, winsorised
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

TOTALS = [
    "Total",
    "TOTALES",
    "Sub-total Camiri",
    "Gran total:",
    "Suma",
    "Promedio general",
    "n = 96",
    "Promedios",
    "\u03a3",
    "%",
]
NOTES = [
    "Fuente: encuesta de 2014",
    "FUENTE INE",
    "Nota. Sin ajustar",
    "* preliminar",
    "(1)/ incluye leche",
]
UNITS = ["Totora", "Sumac", "Media Luna", "Notario", "N12", "Fuentes, Ana", "Totalán"]


@pytest.mark.parametrize("word", TOTALS)
@pytest.mark.parametrize("more", ["30", ""])
def test_a_total_is_refused_whatever_is_known_of_it(word, more, tmp_path):
    path = csv_file(tmp_path, "id,age,arm,place", "1,30,yes,a", f"{word},{more},,", "2,40,no,b")
    with pytest.raises(
        DataError, match="row 3: reads like a total.*column: (age|arm), known: true"
    ):
        survey(path, AGE)


@pytest.mark.parametrize("note", NOTES)
def test_a_note_below_the_table_is_refused_and_kept_out_as_the_message_says(note, tmp_path):
    path = csv_file(tmp_path, "id,age,arm,place", "1,30,yes,a", "2,40,no,b", f'"{note}"')
    with pytest.raises(DataError, match="row 4: reads like a note") as error:
        survey(path, AGE)
    unquoted = ["1,30,yes,a", "2,40,no,b", f"{note}, de mayo"]
    with pytest.raises(DataError, match="row 4: reads like a note"):
        survey(csv_file(tmp_path, "id,age,arm,place", *unquoted), AGE)
    assert "keep: [{column: age, known: true" in str(error.value)
    kept = survey(path, AGE, keep=[{"column": "age", "known": True, "reason": "notes"}])
    assert kept.table["age"].tolist() == [30, 40]
    assert kept.quality.rows_read - kept.quality.rows_kept == 1


FEET = {
    "Min": [4],
    "S.D.": [4],
    "Fuente": [4],
    "Gesamt": [4],
    "M\u00e1x.|Desv. est.": [4, 5],
    "Promedio|M\u00edn|M\u00e1x": [4, 5, 6],
    "P004|Max": [5],
}


@pytest.mark.parametrize("foot", FEET)
def test_all_rows_of_a_foot_are_named(foot, tmp_path):
    units = [f"P00{place},30,yes,a" for place in (1, 2)]
    path = csv_file(
        tmp_path, "id,age,arm,place", *units, *(f"{word},45,no,b" for word in foot.split("|"))
    )
    with pytest.raises(DataError) as error:
        survey(path, AGE)
    assert [*error.value.rows] == FEET[foot]
    assert "reads like a total" in str(error.value)


@pytest.mark.parametrize("name", ["Max", "Min", "Nota", "P50"])
def test_a_last_unit_of_a_short_name_is_one(name, tmp_path):
    ids = ["P001", "P002"] if name == "P50" else ["Ana", "Eva"]
    lines = [f"{own},30,yes,a" for own in (*ids, name)]
    assert len(survey(csv_file(tmp_path, "id,age,arm,place", *lines), AGE).table) == 3


@pytest.mark.parametrize("name", UNITS)
def test_names_of_units_are_no_totals(name, tmp_path):
    path = csv_file(tmp_path, "id,age,arm,place", "1,30,yes,a", f'"{name}",40,no,b')
    assert len(survey(path, AGE).table) == 2


def test_a_unit_that_reads_like_a_total_is_let_in_by_as_written(tmp_path):
    path = csv_file(tmp_path, "id,age,arm,place", "1,30,yes,a", "Total,40,no,b")
    assert len(survey(path, AGE, as_written=["id"]).table) == 2


def test_a_total_in_another_part_of_the_identifier_and_without_one(tmp_path):
    path = csv_file(tmp_path, "place,hh,age,arm", "a,1,30,yes", "a,Total,70,", "b,1,40,no")
    for identifier in (["place", "hh"], "$row"):
        if identifier == "$row":
            path = csv_file(tmp_path, "place,age,arm,x", "a,30,yes,1", "Total,70,,", "b,40,no,1")
        with pytest.raises(DataError, match="row 3: reads like a total"):
            survey(path, AGE, id=identifier)


def test_merged_notes_of_a_workbook(tmp_path):
    rows = [
        ["id", "age", "arm", "place"],
        ["1", 30, "yes", "a"],
        ["Fuente: encuesta", None, None, None],
    ]
    path = workbook(tmp_path, *rows, merge=["A3:D3"])
    with pytest.raises(DataError, match="row 3: reads like a note"):
        survey(path, AGE)


def test_a_total_by_its_numbers(tmp_path):
    """A running number for its identifier: it is the sum of the others, by a word or in several columns."""
    lines = ["1,Ana,30,2.5,yes", "2,Luz,40,1,no", "3,Eva,50,1.5,no"]
    for last in ("4,Total,120,,", "4,,120,5,"):
        with pytest.raises(DataError, match="row 5: reads like a total"):
            survey(csv_file(tmp_path, "id,name,age,land,arm", *lines, last), AGE)
    for last in ("4,Total,60,9,no", "4,Rosa,120,2,no"):  # an answer, and a sum by chance
        assert len(survey(csv_file(tmp_path, "id,name,age,land,arm", *lines, last), AGE).table) == 4


@pytest.mark.parametrize("role", ["input", "group"])
@pytest.mark.parametrize("labels", ["", "milk=Milk|maize=Maize|t=Total"])
def test_totals_among_the_rows_of_a_unit(role, labels, tmp_path):
    """A line a product, and one for all: sums would count everything twice."""
    word = "t" if labels else "TOTAL"
    lines = [
        f"{unit},{crop},{kg}"
        for unit in "ab"
        for crop, kg in (("milk", 2), ("maize", 3), (word, 5))
    ]
    path = csv_file(tmp_path, "id,crop,age", *lines)
    crop = {
        "variable": "crop",
        "raw_name": "crop",
        "type": "category",
        "labels": labels,
        "role": role,
    }
    with pytest.raises(
        DataError, match="column 'crop', rows 4, 7: '(Total|TOTAL)' reads like a total"
    ):
        survey(path, AGE, crop, item="crop")
    keep = [{"column": "crop", "other_than": [word], "reason": "totals"}]
    assert survey(path, AGE, crop, item="crop", keep=keep).table["age"].sum() == 10


def test_an_answer_of_many_is_no_total_and_a_last_unit_may_be_let_in(tmp_path):
    lines = [f"{i},Total,{i % 90},2,no" for i in range(1, 3000)]
    assert len(survey(csv_file(tmp_path, "id,loss,age,land,arm", *lines), AGE).table) == 2999
    few = ["1,a,30,2,no", "2,a,40,1,no", "3,a,50,2,no", "4,a,120,5,no"]
    path = csv_file(tmp_path, "id,loss,age,land,arm", *few)
    assert len(survey(path, AGE, as_written=["id"]).table) == 4


def test_headings_over_most_of_a_row_are_one_cell(tmp_path):
    """So they are kept out, and ranges down a column still have their value in each row."""
    rows = [
        ["place", "id", "age", "arm"],
        ["a", "1", 30, "yes"],
        [None, "2", 40, "no"],
        ["Preliminary, as of May", None, None, None],
    ]
    path = workbook(tmp_path, *rows, merge=["A2:A3", "A4:D4"])
    keep = [{"column": "id", "known": True, "reason": "headings"}]
    place = {"variable": "place", "raw_name": "place", "type": "category", "role": "input"}
    table = survey(path, AGE, place, merged="fill", keep=keep).table
    assert (table["age"].tolist(), table["place"].tolist()) == ([30, 40], ["a", "a"])


def test_rows_that_have_nothing_but_a_cell_are_told_by_the_check(tmp_path):
    path = csv_file(
        tmp_path, "id,age,arm,place", "1,30,yes,a", "Municipio de Camiri,,,", "2,40,no,b"
    )
    source = source_of(name="s", path=str(path))
    told = examine_source(source, parse_codebook(codebook_of(AGE), ["s"]), {}).remarks
    assert [line for line in map(str, told) if "row 3: nothing but one cell is filled" in line]


@pytest.mark.parametrize("write", [write_csv, write_excel])
def test_rows_without_arm_or_group_move_no_percentile_and_no_rank(write, tmp_path):
    """With rows of a hundred times the largest sales, whose arm nobody knows, and without them."""
    rows = example_rows(EXAMPLE / "producers.csv")
    more = [
        [f"X{i}", "A01" if i % 2 else "", "1", "", "40", "2.0", str(900_000 + i), "0"]
        for i in range(9)
    ]
    about = {"label": "Income", "unit": "dollars", "of": "net_income"}
    study = load_study(EXAMPLE)
    net_income = study.outcomes["net_income"].given()
    ranked, capped = ({**about, "build": "rank"}, {**about, "build": "winsorise", "upper": 95})
    outcomes = study_of(outcomes={"net_income": net_income, "ranked": ranked, "capped": capped})
    sample = study.samples["all"].model_copy(update={"outcomes": None})
    study = study.model_copy(update={"outcomes": outcomes.outcomes, "samples": {"all": sample}})

    def built(lines):
        path = write(lines, tmp_path)
        source = source_of(name="producers", path=str(path), wave="2014")
        table = harmonise(read_source(source), source, ENTRIES, file=path.name).table
        return build_sample("all", {"producers": table}, study).outcomes.set_index("unit_id")

    whole, alone = built([*rows, *more]), built(rows)
    pd.testing.assert_frame_equal(whole.loc[alone.index], alone)


def test_percentiles_and_ranks_of_some():
    values, some = np.array([1.0, 2, 3, 100, np.nan]), np.array([True, True, True, False, True])
    assert winsorised(values, upper=60, among=some)[:4].tolist() == [1, 2, 2, 2]
    assert percentile_rank(values, among=some)[:4] == pytest.approx([1 / 6, 1 / 2, 5 / 6, 1])
    nobody = np.zeros(5, dtype=bool)
    assert np.isnan(percentile_rank(values, among=nobody)).all()
