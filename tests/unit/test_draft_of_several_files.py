"""Drafts of studies from several files: rounds, lists that are joined, repeated rows, waves side by side."""

from pathlib import Path

import pandas as pd
import yaml
from delivered_files import entry, farms, options, text
from openpyxl import Workbook

from ruralimpact.draft import draft_study
from ruralimpact.draft.codebook_rows import rows_to_write
from ruralimpact.draft.study_text import study_text


def test_files_that_share_a_key_say_so(tmp_path: Path) -> None:
    """Rounds have the key in common, sales repeat it, and a list of villages could be joined."""
    asked = {
        "folio": lambda i: 900 + i,
        "income": lambda i: 5000 + 7 * i,
        "village": lambda i: f"V{i % 12}",
        "age": lambda i: 20 + i % 40,
    }
    text(tmp_path / "visit_2019.csv", farms(**{**asked, "code_of_visit": lambda i: i}))
    text(tmp_path / "visit_2022.csv", farms(**{**asked, "code_of_visit": lambda i: 3000 + i})[:56])
    sales = [["folio", "product", "kg"]]
    sales += [
        [900 + i, name, i + k] for i in range(1, 61) for k, name in enumerate(("milk", "eggs"))
    ]
    text(tmp_path / "sales_2022.csv", sales)
    villages = [["village", "supported"], *([f"V{i}", i % 2] for i in range(12))]
    text(tmp_path / "villages.csv", villages)
    study = draft_study("s", [tmp_path])
    assert options(study, "visit_2019")["id"] == "folio"
    assert options(study, "visit_2022")["id"] == "folio"
    repeated = options(study, "sales_2022")
    assert (repeated["id"], repeated["item"]) == ("folio", "product")
    (visit,) = [source for source in study.sources if source.name == "visit_2022"]
    (evidence,) = [option.evidence for option in visit.options if option.key == "id"]
    assert "55 of its 55 values are in 'folio' of visit_2019" in evidence
    (joined,) = visit.joined
    assert (joined.source.path, joined.own, joined.key) == (
        "data/s/villages.csv",
        "village",
        "village",
    )
    assert 'by: ["village"]' in study_text(study)
    roles = {row.role for row in study.codebook if row.variable == "supported"}
    assert roles == {"treatment"}


def test_a_list_that_calls_its_key_otherwise_is_joined(tmp_path: Path) -> None:
    """The arm stands in it; a question that only sounds like one differs within a village."""
    rows = farms(
        **{"a-com": lambda i: f"{i % 12:02}", "agua-tratamiento": lambda i: int(i % 5 < 2)},
        kg=lambda i: i / 4,
    )
    text(
        tmp_path / "visit_2024.csv",
        [[*rows[0], "key"], *([*row, f"k{row[2]}"] for row in rows[1:])],
    )
    form = Workbook()
    form.active.title = "survey"
    for row in (("type", "name", "label"), ("text", "com", "Código de la comunidad")):
        form.active.append(row)
    form.create_sheet("choices").append(("list_name", "name", "label"))
    form.save(tmp_path / "form.xlsx")
    villages = [["Código", "Intervenida"], *([f"{i:02}", ("No", "Sí")[i % 2]] for i in range(12))]
    text(tmp_path / "villages.csv", villages)
    study = draft_study("s", [tmp_path])
    assert [source.name for source in study.sources] == ["visit_2024"]
    assert entry(study, "intervenida")["role"] == "treatment"
    (row,) = [row for row in study.codebook if row.variable == "intervenida"]
    assert row.raw_name == "villages.Intervenida"
    assert entry(study, "tratamiento")["role"] == "?"
    assert 'by: {"a-com": "Código"}' in study_text(study)


def test_rounds_of_one_questionnaire_have_a_row_a_variable(tmp_path: Path) -> None:
    """A column that a later round calls otherwise is known by its label; codes of no answer by theirs."""
    frame = pd.DataFrame(
        {
            "cod": range(60),
            "class": [i % 7 for i in range(60)],
            "trat": [0.0, 1.0] * 30,
            "lang": [1.0, 2.0, 98.0] * 20,
            "score": [i / 4 for i in range(60)],
        }
    )
    codes = {"trat": {0: "Control", 1: "Tutors"}, "lang": {1: "A", 2: "B", 98: "No sabe"}}
    for year, name in (("2021", "score"), ("2023", "score_2")):
        frame.rename(columns={"score": name}).to_stata(
            tmp_path / f"round_{year}.dta",
            write_index=False,
            variable_labels={"trat": "School with tutors", "lang": "Language", name: "Points"},
            value_labels=codes,
        )
    study = draft_study("s", [tmp_path])
    written = {(row.variable, row.source): row for row in rows_to_write(study.codebook)}
    assert set(written) == {
        ("trat", "*"),
        ("class", "*"),
        ("lang", "*"),
        ("score", "round_2021"),
        ("score", "round_2023"),
    }
    assert (written["trat", "*"].type, written["trat", "*"].role) == ("indicator", "treatment")
    assert written["lang", "*"].missing_codes == "98"
    assert written["lang", "*"].labels == "1=A|2=B"


def test_a_key_that_files_only_seem_to_share_is_asked(tmp_path: Path) -> None:
    for name, start in (("a", 0), ("b", 500)):
        text(tmp_path / f"{name}.csv", farms(case=lambda i, start=start: i + start, kg=lambda i: i))
    study = draft_study("s", [tmp_path])
    assert {options(study, name)["id"] for name in "ab"} == {"?"}


def test_repeated_rows_find_the_units_that_they_name(tmp_path: Path) -> None:
    main_rows = farms(KEY=lambda i: f"uuid:{i}", hhsize=lambda i: i % 6)
    plots = [["plot", "area", "PARENT_KEY", "KEY"]]
    plots += [[k, k + i / 8, f"uuid:{i}", f"uuid:{i}/{k}"] for i in range(1, 61) for k in (1, 2)]
    text(tmp_path / "survey_2022.csv", main_rows)
    text(tmp_path / "survey_2022-plots.csv", plots)
    study = draft_study("s", [tmp_path])
    repeated = options(study, "survey_2022_plots")
    assert (repeated["id"], repeated["wave"]) == ("PARENT_KEY", "2022")
    assert repeated["item"] in ("plot", "key")
    assert options(study, "survey_2022")["id"] == "KEY"


def test_a_list_of_prices_is_joined_to_the_rows_that_name_its_crops(tmp_path: Path) -> None:
    text(tmp_path / "homes.csv", farms(home=lambda i: f"H{i}", hhsize=lambda i: i % 6))
    crops = [["home", "crop", "kg"]]
    crops += [[f"H{i}", crop, 7 * i] for i in range(1, 61) for crop in ("oats", "rye", "beans")]
    text(tmp_path / "crops.csv", crops)
    prices = [["crop", "price"], ["oats", 3.5], ["rye", 4.25], ["beans", 6.75]]
    text(tmp_path / "prices.csv", prices)
    study = draft_study("s", [tmp_path])
    assert [source.name for source in study.sources] == ["crops", "homes"]
    assert options(study, "crops")["item"] == "crop"
    (row,) = [row for row in study.codebook if row.variable == "price"]
    assert (row.source, row.raw_name) == ("crops", "prices.price")


def test_units_with_a_row_in_each_wave_are_identified_within_it(tmp_path: Path) -> None:
    rows = farms(
        120, producer_id=lambda i: (i - 1) // 4, year=lambda i: 2010 + i % 4, area=lambda i: i / 3
    )
    text(tmp_path / "panel.csv", rows)
    found = options(draft_study("s", [tmp_path]), "panel")
    assert (found["id"], found["wave_variable"]) == ("producer_id", "year")
    assert "wave" not in found


def test_files_of_rounds_have_variables_of_one_name(tmp_path: Path) -> None:
    columns = {
        "folio": lambda i: f"F{i}",
        "edad": lambda i: 20 + i % 40,
        "ingreso_bs": lambda i: 100 * i,
        "tierra": lambda i: i % 9,
        "pozo": lambda i: i % 2,
    }
    text(tmp_path / "hogares_r1.csv", farms(**columns))
    text(tmp_path / "hogares_r2.csv", farms(**columns, riego=lambda i: i % 3))
    study = draft_study("s", [tmp_path])
    assert [options(study, f"hogares_r{wave}")["wave"] for wave in (1, 2)] == ["1", "2"]
    names = [row.variable for row in study.codebook]
    assert sorted(names) == sorted([*list(columns)[1:] * 2, "riego"])


def survey(tmp_path: Path, year: int, **columns: object) -> None:
    asked = {"folio": lambda i: f"F{i:03}", "cows": lambda i: i % 9 + year % 5}
    text(tmp_path / f"survey_{year}.csv", farms(**{**asked, **columns}))


def test_a_round_without_groups_has_them_by_its_units(tmp_path: Path) -> None:
    """The later round names an organisation by its code alone, whose arm stands in a list."""
    survey(tmp_path, 2020)
    survey(tmp_path, 2023, belongs_to=lambda i: f"ORG-{i % 12:02}")
    listed = [[f"ORG-{i:02}", i % 2, ("La Paz", "Oruro", "Potosí")[i % 3]] for i in range(12)]
    text(tmp_path / "register.csv", [["code", "treated", "region"], *listed])
    study = draft_study("s", [tmp_path])
    before, after = study.sources
    assert [(table.own, table.key) for table in after.joined] == [("belongs_to", "code")]
    assert [(table.own, table.key) for table in before.joined] == [
        ("folio", "folio"),
        ("survey_2023.belongs_to", "code"),
    ]
    assert "has 60 of its 60 units" in before.joined[0].evidence
    rows = {(row.source, row.variable): row for row in study.codebook}
    named = {("survey_2020", "belongs_to"): "survey_2023.belongs_to"}
    named |= {("survey_2023", "belongs_to"): "belongs_to"}
    named |= {(f"survey_{year}", "treated"): "register.treated" for year in (2020, 2023)}
    named |= {(f"survey_{year}", "region"): "register.region" for year in (2020, 2023)}
    assert {key: rows[key].raw_name for key in named} == named
    roles = {name: rows["survey_2020", name].role for name in ("belongs_to", "treated", "region")}
    assert roles == {"belongs_to": "group", "treated": "treatment", "region": "covariate"}


def test_small_numbers_are_no_key_of_a_list_by_chance(tmp_path: Path) -> None:
    survey(tmp_path, 2023, plots=lambda i: 1 + i % 6)
    text(tmp_path / "villages.csv", [["code", "treated"], *([i, i % 2] for i in range(1, 13))])
    (surveyed,) = [own for own in draft_study("s", [tmp_path]).sources if "survey" in own.name]
    assert surveyed.joined == ()


def test_waves_side_by_side_are_a_source_each(tmp_path: Path) -> None:
    columns = {
        "folio": lambda i: f"F{i}",
        "age": lambda i: 20 + i % 40,
        "Income 2020": lambda i: 100 + 3 * i,
        "Income 2023": lambda i: 150 + 3 * i,
        "cows_2020": lambda i: i % 7,
        "cows_2023": lambda i: i % 8,
    }
    text(tmp_path / "panel.csv", farms(**columns))
    study = draft_study("s", [tmp_path])
    assert [(own.name, own.option("wave")) for own in study.sources] == [
        ("panel_2020", "2020"),
        ("panel_2023", "2023"),
    ]
    assert {own.path for own in study.sources} == {"data/s/panel.csv"}
    rows = [(row.source, row.variable, row.raw_name) for row in rows_to_write(study.codebook)]
    assert rows == [
        ("*", "age", "age"),
        ("panel_2020", "income", "Income 2020"),
        ("panel_2020", "cows", "cows_2020"),
        ("panel_2023", "income", "Income 2023"),
        ("panel_2023", "cows", "cows_2023"),
    ]
    text(tmp_path / "panel.csv", farms(**{k: v for k, v in columns.items() if "2020" not in k}))
    assert [own.name for own in draft_study("s", [tmp_path]).sources] == ["panel"]


def test_rounds_read_alike_are_written_as_one_source_with_its_waves(tmp_path: Path) -> None:
    """Not those of which one is read otherwise, which stay a source each."""
    for year in (2019, 2020, 2023):
        survey(tmp_path, year, village=lambda i: f"V{i % 12}")
    draft = yaml.safe_load(study_text(draft_study("s", [tmp_path])))
    (source,) = draft["sources"]
    assert source == {
        "name": "survey",
        "path": "data/s/survey_{wave}.csv",
        "id": "folio",
        "waves": ["2019", "2020", "2023"],
    }
    (tmp_path / "survey_2023.csv").unlink()
    rows = farms(folio=lambda i: f"F{i:03}", cows=lambda i: i % 9, village=lambda i: f"V{i % 12}")
    text(tmp_path / "survey_2023.csv", rows, delimiter=";")
    draft = yaml.safe_load(study_text(draft_study("s", [tmp_path])))
    assert [own["name"] for own in draft["sources"]] == ["survey", "survey_2023"]
