"""What a draft makes of names and values in several languages."""

from pathlib import Path

import pytest
from openpyxl import Workbook
from study_models import codebook_of
from survey_files import AGE, source
from test_draft import entry, farms, options, text

from ruralimpact.draft import draft_study
from ruralimpact.draft.codebook_rows import rows_to_write
from ruralimpact.errors import DataError
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source


def test_a_treatment_written_in_several_ways_is_one_of_its_group(tmp_path: Path) -> None:
    """Villages agree in what they answer, however it is spelt; a blank says nothing."""
    forms = {0: ("No", "no", "NO"), 1: ("Sí", "SI", "si")}
    rows = farms(
        120,
        farm_id=lambda i: f"F{i}",
        cooperativa=lambda i: f"Coop {i % 12}",
        beneficiario=lambda i: "" if i == 50 else forms[i % 12 % 2][i // 12 % 3],
    )
    text(tmp_path / "a.csv", rows)
    row = entry(draft_study("s", [tmp_path]), "beneficiario")
    assert row["role"] == "treatment"
    assert row["labels"] == "SI=1|Sí=1|si=1|NO=0|No=0|no=0"


@pytest.mark.parametrize("name", ["appui", "apoio", "bénéficiaire", "beneficiário", "tratamento"])
def test_treatments_are_known_in_french_and_portuguese(tmp_path: Path, name: str) -> None:
    answers = ("non", "oui") if name[-1] in "ie" else ("não", "sim")
    columns = {"id": lambda i: i, name: lambda i: answers[i % 2]}
    text(tmp_path / "a.csv", farms(**columns))
    (row,) = draft_study("s", [tmp_path]).codebook
    assert (row.role, row.labels) == ("treatment", f"{answers[1]}=1|{answers[0]}=0")


def test_a_number_called_nombre_is_a_count_and_a_text_a_name(tmp_path: Path) -> None:
    rows = farms(
        id=lambda i: i, nombre=lambda i: i % 12, nombre_jefe=lambda i: f"Ana {'xyz'[i % 3]}"
    )
    text(tmp_path / "a.csv", rows)
    study = draft_study("s", [tmp_path])
    assert entry(study, "nombre") == {"type": "integer", "role": "?"}
    assert entry(study, "nombre_jefe")["role"] == "identifier"


@pytest.mark.parametrize(("name", "never"), [("start", 0), ("inicio", ""), ("ano_debut", 0)])
def test_years_called_a_beginning_are_asked(tmp_path: Path, name: str, never: object) -> None:
    columns = {
        "id": lambda i: i,
        name: lambda i: never if i % 2 else 2017 + i % 3,
        "land": lambda i: i / 7,
    }
    text(tmp_path / "a.csv", farms(**columns))
    (row, _) = draft_study("s", [tmp_path]).codebook
    assert row.role in ("?", "adoption") and ("adoption" in row.why or row.role == "adoption")


def test_several_answers_are_split_beside_the_text_of_another_answer(tmp_path: Path) -> None:
    """With the choices of the form for labels, also where most rows have one answer, which is a number."""
    answers = ["1", "2", "1 2", "3", "1", "2", "3", "1"]
    rows = farms(
        id=lambda i: i,
        crops=lambda i: answers[i % 8],
        crops_other=lambda i: "quinoa" if i % 8 == 3 else "",
    )
    text(tmp_path / "a.csv", rows)
    form = Workbook()
    survey, choices = form.active, form.create_sheet("choices")
    survey.title = "survey"
    for line in (["type", "name", "label"], ["select_multiple crop", "crops", "Crops grown"]):
        survey.append(line)
    for line in (
        ["list_name", "name", "label"],
        ["crop", 1, "Rye"],
        ["crop", 2, "Oats"],
        ["crop", 3, "X"],
    ):
        choices.append(line)
    form.save(tmp_path / "form.xlsx")
    study = draft_study("s", [tmp_path])
    assert options(study, "a")["edits"] == [{"rule": "select_multiple", "columns": ["crops"]}]
    labels = {row.raw_name: row.label for row in study.codebook if "/" in row.raw_name}
    assert labels["crops/1"] == "Crops grown: Rye" and labels["crops/2"] == "Crops grown: Oats"


def test_a_row_of_units_below_the_names_is_left_out(tmp_path: Path) -> None:
    rows = [*farms(id=lambda i: f"F{i}", age=lambda i: 20 + i % 40, land=lambda i: i / 8)]
    text(tmp_path / "a.csv", [rows[0], ["code", "years", "ha"], *rows[1:]])
    study = draft_study("s", [tmp_path])
    (kept,) = options(study, "a")["keep"]
    assert kept == {"column": "age", "other_than": ["years"], "reason": "the row of units"}
    assert (entry(study, "age")["type"], options(study, "a")["id"]) == ("integer", "id")
    text(tmp_path / "a.csv", [rows[0], ["F0", "n/a", "n/a"], *rows[1:]])
    assert "keep" not in options(draft_study("s", [tmp_path]), "a")


def test_sheets_of_one_form_have_a_row_a_variable_and_a_list_of_variables_is_no_source(
    tmp_path: Path,
) -> None:
    """Whatever is frequent in each; answers that one sheet lacks are labelled all the same."""
    book = Workbook()
    answers = {"Norte": ("Sí", "no"), "Sur": ("no", "Sí", "NO", "no")}
    for name, forms in answers.items():
        sheet = book.create_sheet(name)
        for row in farms(id=lambda i: i, apoyado=lambda i, forms=forms: forms[i % len(forms)]):
            sheet.append(row)
    notes = book.create_sheet("Variables")
    for row in (["Variable", "Descripción"], ["id", "Boleta"], ["apoyado", "Del proyecto"]):
        notes.append(row)
    book.remove(book.worksheets[0])
    book.save(tmp_path / "a.xlsx")
    study = draft_study("s", [tmp_path])
    assert [source.delivered.sheet for source in study.sources] == ["Norte", "Sur"]
    (row,) = rows_to_write(study.codebook)
    assert (row.source, row.labels) == ("*", "Sí=1|no=0|NO=0")


def test_currencies_and_units_in_cells_are_taken_out_of_numbers(tmp_path: Path) -> None:
    rows = farms(
        id=lambda i: f"Q{i}",
        ventas=lambda i: f"Q{1000 + i / 4:,.2f}" if i % 2 else f"{1000 + i / 4:.2f}",
        tierra=lambda i: f"{i / 8} ha",
    )
    text(tmp_path / "a.csv", rows)
    study = draft_study("s", [tmp_path])
    edits = options(study, "a")["edits"]
    assert edits[:2] == [
        {"rule": "affix", "columns": ["ventas"], "text": "Q"},
        {"rule": "affix", "columns": ["tierra"], "text": "ha"},
    ]
    assert entry(study, "tierra")["type"] == entry(study, "ventas")["type"] == "number"
    given = source(tmp_path / "a.csv", id="id", edits=edits)
    entries = parse_codebook(codebook_of({**AGE, "raw_name": "ventas"}), ["s"])
    table = harmonise(read_source(given), given, entries, file="a.csv").table
    assert sorted(table["age"]) == [1000 + i / 4 for i in range(1, 61)]
    other = {"rule": "affix", "columns": ["ventas"], "text": "$"}
    with pytest.raises(DataError, match="another sign or unit"):
        harmonise(
            read_source(given),
            source(tmp_path / "a.csv", id="id", edits=[other]),
            entries,
            file="a.csv",
        )


@pytest.mark.parametrize(
    ("stem", "name"),
    [("encuesta Juan 76543210", "source"), ("export_20240517", "export_20240517")],
)
def test_numbers_of_documents_in_names_of_files_name_no_source(
    tmp_path: Path, stem: str, name: str
) -> None:
    text(tmp_path / f"{stem}.csv", farms(id=lambda i: i, land=lambda i: i / 7))
    assert [source.name for source in draft_study("s", [tmp_path]).sources] == [name]
