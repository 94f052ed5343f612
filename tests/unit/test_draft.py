"""Drafts of studies: what files show is proposed, and what they cannot show is asked."""

from pathlib import Path

import pandas as pd
import pytest
import yaml
from delivered_files import entry, farms, options, text
from openpyxl import Workbook, load_workbook

from ruralimpact.cli import main
from ruralimpact.draft import draft_study
from ruralimpact.draft.codebook_workbook import write_workbook
from ruralimpact.draft.variable import seen_words
from ruralimpact.errors import ConfigError
from ruralimpact.survey.codebook_file import read_codebook


def test_a_plain_file_needs_no_key_of_reading(tmp_path: Path) -> None:
    text(tmp_path / "farms_2019.csv", farms(farm_id=lambda i: f"F{i}", area=lambda i: i + 0.5))
    study = draft_study("s", [tmp_path])
    assert options(study, "farms_2019") == {"id": "farm_id", "wave": "2019"}


@pytest.mark.parametrize(
    ("encoding", "stated"), [("latin-1", "latin-1"), ("utf-16", "utf-16"), ("cp850", "cp850")]
)
def test_the_encoding_is_that_in_which_accents_are_letters(
    tmp_path: Path, encoding: str, stated: str
) -> None:
    rows = farms(id=lambda i: i, lugar=lambda i: f"Ñuñuma áéíóú {i % 7}")
    text(tmp_path / "a.csv", rows, delimiter="\t", encoding=encoding)
    found = options(draft_study("s", [tmp_path]), "a")
    assert (found["encoding"], found["delimiter"]) == (stated, "\t")


def test_titles_and_headings_above_the_names_are_passed_over(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    for row in [
        ["Padrón 2021"],
        ["Identificación", None, "Datos", None],
        ["id", "nombre", "región", "ha"],
    ]:
        sheet.append(row)
    for i in range(1, 30):
        sheet.append([i, "Ana", "Norte" if i % 2 else "Sur", i / 4])
    book.create_sheet("Léeme").append(["nada"])
    book.save(tmp_path / "padron.xlsx")
    study = draft_study("s", [tmp_path])
    found = options(study, "padron")
    assert (found["sheet"], found["header"], found["id"]) == ("Sheet", [2, 3], "Identificación/id")
    assert "padron.xlsx, sheet Léeme" in study.passed_over


def test_marks_of_numbers_are_proposed_where_they_are_sure_and_asked_where_not(
    tmp_path: Path,
) -> None:
    rows = farms(id=lambda i: i, sold=lambda i: "1.250,75" if i == 9 else f"{i},5")
    text(tmp_path / "comma.csv", rows, delimiter=";")
    text(tmp_path / "either.csv", farms(id=lambda i: i, sold=lambda i: f"{i}.250"))
    rows = farms(id=lambda i: i, a=lambda i: f"{i},5", b=lambda i: f"{i}.5")
    text(tmp_path / "both.csv", rows, delimiter=";")
    study = draft_study("s", [tmp_path])
    comma = options(study, "comma")
    assert comma["decimal"] == ","
    assert comma["edits"] == [{"rule": "thousands", "columns": ["sold"], "mark": "."}]
    assert options(study, "either")["decimal"] == "?"
    assert options(study, "both")["decimal"] == "?"


def test_no_identifier_is_guessed_among_several(tmp_path: Path) -> None:
    rows = farms(farm_id=lambda i: i, case_id=lambda i: 500 + i, age=lambda i: 20 + i % 40)
    text(tmp_path / "a.csv", rows)
    text(tmp_path / "b.csv", farms(place=lambda i: i % 9, age=lambda i: 20 + i % 40))
    study = draft_study("s", [tmp_path])
    assert options(study, "a")["id"] == "?"
    assert options(study, "b")["id"] == "?"
    assert options(study, "b")["wave"] == "?"


def test_what_may_tell_who_somebody_is_has_no_labels_in_the_codebook(tmp_path: Path) -> None:
    """By its question, too; a heading of several words has no groups of questions."""
    frame = pd.DataFrame({"j": [1, 2] * 30, "kg": range(60), "Sold (Y/N)": ["Y", "N"] * 30})
    heads = {1: "Ana Mamani", 2: "Eva Quispe"}
    stata = frame[["j", "kg"]].assign(kg=lambda own: own["kg"] + 0.5)
    path = tmp_path / "a.dta"
    labels = {"j": "Nombre del jefe de hogar"}
    stata.to_stata(path, write_index=False, variable_labels=labels, value_labels={"j": heads})
    text(tmp_path / "b.csv", [list(frame), *frame.to_numpy().tolist()])
    study = draft_study("s", [tmp_path])
    assert entry(study, "j") == {"type": "category", "role": "identifier"}
    assert entry(study, "sold_y_n")["labels"] in ("Y=1|N=0", "N=0|Y=1")


def test_sources_are_not_called_after_sheets(tmp_path: Path) -> None:
    book = Workbook()
    for sheet in (book.active, book.create_sheet("Juana Quispe")):
        for row in farms(farm_id=lambda i: i, kg=lambda i: i / 4):
            sheet.append(row)
    book.save(tmp_path / "visits.xlsx")
    study = draft_study("s", [tmp_path])
    assert [source.name for source in study.sources] == ["visits", "visits_2"]


def test_codes_that_look_like_missing_are_proposed_or_asked(tmp_path: Path) -> None:
    rows = farms(
        id=lambda i: i,
        income=lambda i: {3: -99, 4: "no sabe"}.get(i, 1000 + i),
        age=lambda i: 999 if i == 5 else 20 + i % 50,
        members=lambda i: 9 if i == 6 else i % 12,
        balance=lambda i: -99 if i == 7 else (-1) ** i * i,
        harvest=lambda i: 9999 if i % 9 == 0 else 300 * i,
        debt=lambda i: 9999 if i == 9 else 300 * i,
    )
    text(tmp_path / "a.csv", rows)
    study = draft_study("s", [tmp_path])
    assert entry(study, "income")["missing_codes"] == "-99|no sabe"
    assert entry(study, "age")["missing_codes"] == "?"
    assert entry(study, "harvest")["missing_codes"] == "?"
    assert "missing_codes" not in entry(study, "debt")
    assert "missing_codes" not in entry(study, "members")
    assert "missing_codes" not in entry(study, "balance")


def test_roles_follow_from_names_and_values_and_are_asked_otherwise(tmp_path: Path) -> None:
    rows = farms(
        id=lambda i: i,
        village=lambda i: f"V{i % 12}",
        treated=lambda i: "Yes" if i % 12 < 6 else "No",
        sex=lambda i: "mujer" if i % 3 else "Mujer ",
        sales_usd=lambda i: 100 + i,
        ploughed=lambda i: i % 5,
        phone=lambda i: 70000000 + i,
        comments=lambda i: f"said {i}",
        constant="x",
        enumerator=lambda i: f"E{i % 4}",
        encuestador=lambda i: ("Ana Rojas", "Luis Vega")[i % 2],
    )
    text(tmp_path / "a.csv", rows)
    study = draft_study("s", [tmp_path])
    assert entry(study, "enumerator") == {"type": "category", "role": "interviewer"}
    assert entry(study, "encuestador")["role"] == "identifier"
    assert entry(study, "village") == {"type": "category", "role": "group"}
    treated = {"type": "indicator", "labels": "No=0|Yes=1", "role": "treatment"}
    assert entry(study, "treated") | {"labels": ""} == treated | {"labels": ""}
    assert set(entry(study, "treated")["labels"].split("|")) == {"Yes=1", "No=0"}
    assert set(entry(study, "sex")["labels"].split("|")) == {"mujer=mujer", "Mujer=mujer"}
    assert entry(study, "sales_usd") == {"type": "integer", "unit": "US dollars", "role": "?"}
    assert entry(study, "ploughed")["role"] == "?"
    roles = [entry(study, name)["role"] for name in ("phone", "comments", "constant")]
    assert roles == ["identifier", "identifier", "unused"]


@pytest.mark.parametrize(
    ("name", "others", "unit"),
    [
        ("duration", {"KEY": lambda i: f"uuid:{i}", "formdef_version": 1}, "seconds"),
        ("duration", {}, "?"),
        ("duracion_min", {}, "minutes"),
        ("interview_length", {}, "?"),
        ("loan_duration", {}, None),
    ],
)
def test_how_long_interviews_took_is_proposed_with_its_unit(
    tmp_path: Path, name: str, others: dict[str, object], unit: str | None
) -> None:
    """SurveyCTO has seconds; elsewhere a name has to say so, or it is asked. A loan's is no interview's."""
    rows = farms(farm_id=lambda i: f"F{i}", **{name: lambda i: 900 + i}, **others)
    text(tmp_path / "farms_2019.csv", rows)
    own = entry(draft_study("s", [tmp_path]), name)
    assert (own["role"], own.get("unit")) == (("?" if unit is None else "minutes"), unit)


def test_arms_are_each_compared_with_the_control(tmp_path: Path) -> None:
    arms = ("seed", "seed and credit", "control")
    text(tmp_path / "a_2020.csv", farms(id=lambda i: i, arm=lambda i: arms[i % 3]))
    assert main(["new", str(tmp_path / "p"), "--from", str(tmp_path / "a_2020.csv")]) == 0
    drafted = (tmp_path / "p" / "config" / "studies" / "p" / "study.yaml").read_text("utf-8")
    assert 'seed: {label: seed, build: indicator, of: arm, values: ["seed"]' in drafted
    assert 'exclude: ["seed"], role: treatment' in drafted


def test_what_codes_mean_is_no_unit(tmp_path: Path) -> None:
    """In a label of Stata's, brackets may hold either."""
    labels = {"joined": "Year joined the programme (0 never)", "land": "Land farmed (hectares)"}
    frame = pd.DataFrame(
        {"joined": [k % 12 for k in range(60)], "land": [k / 4 for k in range(60)]}
    )
    frame.to_stata(tmp_path / "a.dta", write_index=False, variable_labels=labels)
    study = draft_study("s", [tmp_path])
    units = {row.variable: row.unit for row in study.codebook}
    assert units == {"joined": "", "land": "hectares"}


def test_labels_of_stata_and_dates_are_read(tmp_path: Path) -> None:
    table = pd.DataFrame(
        {"hhid": range(1, 41), "educ": [1, 2] * 20, "member": [0, 1] * 20, "income": [5.5] * 40}
    )
    labels = {"educ": {1: "Primary", 2: "Secondary"}, "member": {0: "No", 1: "Yes"}}
    table.to_stata(tmp_path / "base_2015.dta", write_index=False, value_labels=labels)
    rows = farms(hhid=lambda i: i, visited=lambda i: f"{1 + i % 28:02d}/05/2018")
    text(tmp_path / "end_2018.csv", rows)
    study = draft_study("s", [tmp_path])
    assert entry(study, "educ")["labels"] == "1=Primary|2=Secondary"
    assert entry(study, "member") == {"type": "indicator", "role": "?"}
    assert options(study, "end_2018")["dates"] == "%d/%m/%Y"


def test_the_workbook_has_lists_to_choose_from_and_is_read_back(tmp_path: Path) -> None:
    rows = farms(id=lambda i: i, sales=lambda i: i * 3, formula="=1+1", note=lambda i: f"={i}")
    text(tmp_path / "a.csv", rows)
    study = draft_study("s", [tmp_path / "a.csv"])
    write_workbook(study.codebook, tmp_path / "codebook.xlsx")
    book = load_workbook(tmp_path / "codebook.xlsx")
    lists = [item.formula1 for item in book["codebook"].data_validations.dataValidation]
    assert any("treatment" in item and "unused" in item for item in lists)
    assert book.sheetnames == ["codebook", "seen"]
    read = read_codebook(tmp_path / "codebook.xlsx")
    assert [row.variable for row in read.values()] == ["sales", "note"]
    assert next(iter(read.values())).role == "?"


def test_what_cannot_be_drafted_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "broken.dta").write_bytes(b"no stata")
    (tmp_path / "notes.pdf").write_bytes(b"%PDF")
    with pytest.raises(ConfigError, match=r"no file holds a table.*broken.dta.*notes.pdf"):
        draft_study("s", [tmp_path])
    with pytest.raises(ConfigError, match="there is no file or folder"):
        draft_study("s", [tmp_path / "gone"])


def test_values_of_what_may_identify_somebody_are_quoted_nowhere(tmp_path: Path) -> None:
    rows = farms(
        id=lambda i: i,
        latitude=lambda i: -16.5 - i / 977,
        contacto=lambda i: 70000000 + 7919 * i,
        income=lambda i: 1_000_000 + 7919 * i,
    )
    text(tmp_path / "a.csv", rows)
    seen = {row.variable: seen_words(row) for row in draft_study("s", [tmp_path]).codebook}
    assert seen["latitude"] == seen["contacto"] == "60 of 60 rows filled; 60 different values"
    assert "1.00792e+06 to 1.47514e+06" in seen["income"]


@pytest.mark.parametrize("sign", ["/", "_"])
def test_a_question_that_its_file_splits_is_not_split_again(tmp_path: Path, sign: str) -> None:
    crops = ["maize", "beans", "maize beans"]
    columns = {
        "id": lambda i: i,
        "crops": lambda i: crops[i % 3],
        f"crops{sign}maize": lambda i: int("maize" in crops[i % 3]),
        f"crops{sign}beans": lambda i: int("beans" in crops[i % 3]),
    }
    text(tmp_path / "a.csv", farms(**columns))
    study = draft_study("s", [tmp_path])
    assert "edits" not in options(study, "a")
    assert [row.raw_name for row in study.codebook] == list(columns)[1:]


def test_answers_of_a_form_have_its_labels(tmp_path: Path) -> None:
    """In one column, and in a column each as KoBo exports them."""
    book = Workbook()
    asked = [("type", "name", "label"), ("select_multiple crop", "crops", "Crops")]
    for row in [*asked, ("select_multiple crop", "sold", "Sold")]:
        book.active.append(row)
    book.active.title = "survey"
    for row in [("list_name", "name", "label"), ("crop", "mz", "Maize"), ("crop", "pt", "Potato")]:
        (book["choices"] if "choices" in book.sheetnames else book.create_sheet("choices")).append(
            row
        )
    book.save(tmp_path / "form.xlsx")
    columns = {"id": lambda i: i, "crops": lambda i: ("mz", "pt", "mz pt")[i % 3]}
    split = {f"sold/{code}": lambda i, k=k: (i + k) % 2 for k, code in enumerate(("mz", "pt"))}
    text(tmp_path / "farms_2023.csv", farms(**columns, **split))
    labels = {row.raw_name: row.label for row in draft_study("s", [tmp_path]).codebook}
    assert {name: labels[name] for name in ("crops/mz", "crops/pt", "sold/mz", "sold/pt")} == {
        "crops/mz": "Crops: Maize",
        "crops/pt": "Crops: Potato",
        "sold/mz": "Sold: Maize",
        "sold/pt": "Sold: Potato",
    }


def test_words_that_only_stand_together_are_no_answers(tmp_path: Path) -> None:
    places = ("La Paz", "Oruro", "Santa Cruz")
    text(tmp_path / "farms_2023.csv", farms(id=lambda i: i, place=lambda i: places[i % 3]))
    study = draft_study("s", [tmp_path])
    assert "edits" not in options(study, "farms_2023")


def test_names_of_people_are_identifiers_whatever_the_column_is_called(tmp_path: Path) -> None:
    given, family = (
        ("Ana", "Luis", "Rosa", "Juan", "Elsa"),
        ("Quispe", "Mamani", "Flores", "Choque"),
    )
    person = {"answered": lambda i: f"{given[i % 5]} {family[i % 4]} {family[i % 3]}"}
    text(tmp_path / "farms_2023.csv", farms(id=lambda i: i, area=lambda i: i % 7, **person))
    assert entry(draft_study("s", [tmp_path]), "answered")["role"] == "identifier"


def test_a_project_gets_a_further_study(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text(tmp_path / "farms_2023.csv", farms(id=lambda i: i, area=lambda i: i % 7))
    command = [
        "new",
        str(tmp_path / "project"),
        "--from",
        str(tmp_path / "farms_2023.csv"),
        "--study",
    ]
    config = tmp_path / "project/config/config.yaml"
    assert main([*command, "first"]) == 0
    comments = [line for line in config.read_text("utf-8").splitlines() if line.startswith("#")]
    assert main([*command, "second"]) == 0
    text_after = config.read_text("utf-8")
    assert yaml.safe_load(text_after)["studies"] == ["first", "second"]
    assert [line for line in text_after.splitlines() if line.startswith("#")] == comments
    assert main([*command, "second"]) == 1
    assert "name the further study with --study" in capsys.readouterr().err
    config.write_text("studies: [first]  # one\nseed: 1\n", encoding="utf-8")
    assert main([*command, "third"]) == 0
    assert config.read_text("utf-8") == "studies: [first, third]  # one\nseed: 1\n"
