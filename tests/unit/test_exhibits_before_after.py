"""A change of the treated alone says "not attributable" in every file that shows it."""

import io
import zipfile
from dataclasses import replace

import pytest
from exhibit_entries import entry
from study_models import with_parts
from test_exhibits_difference import results_of

from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.build import table_files, tables_of_exhibit
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.exhibit import Exhibits

WORDS = "not attributable"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return results_of(tmp_path_factory.mktemp("before_after"))


def files(results: StudyResults, *analyses: str) -> dict[str, str]:
    tables = tables_of_exhibit(
        results, entry("difference", analyses=list(analyses)), 1, package_kinds()
    ).tables
    made = {one.name.partition(".")[2]: one.content for one in table_files("x", tables, "toy")}
    with zipfile.ZipFile(io.BytesIO(made.pop("docx"))) as document:
        text = {"docx": document.read("word/document.xml").decode()}
    return text | {kind: content.decode() for kind, content in made.items()}


def test_every_format_says_so(results: StudyResults) -> None:
    for analyses in (("alone",), ("two_arms", "alone")):
        made = files(results, *analyses)
        assert set(made) == {"csv", "html", "tex", "docx"}
        for kind, text in made.items():
            assert WORDS in text, kind
    lines = files(results, "alone")["csv"].splitlines()
    assert all(WORDS in line for line in lines[1:]) and len(lines) == 2
    for text in files(results, "two_arms").values():
        assert WORDS not in text


def test_the_numbers_to_cite_and_the_answer_say_so(results: StudyResults) -> None:
    found = findings(results)
    percent = found["alone/before_after/income/percent"]
    assert percent.unit == "percent of the mean before, not attributable"
    other = found["two_arms/two_by_two/income/percent"]
    assert other.unit == "percent of the counterfactual"
    table = entry("difference", analyses=["alone"])
    study = with_parts(results.study, exhibits=Exhibits(tables=(table,)))
    alone = replace(results, study=study)
    box = answer_box(replace(alone, findings=findings(alone)))
    (line,) = box.lines
    assert "Changes before and after are not attributable to the project." in str(box.against)
    assert "change, not attributable to the project, of net income" in line.text.lower()


def test_the_estimates_say_so(results: StudyResults) -> None:
    row = results["estimates"].set_index("spec_id").loc["alone/before_after/income"]
    assert WORDS in row["estimand"] and WORDS in row["notes"]
