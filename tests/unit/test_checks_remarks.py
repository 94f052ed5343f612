"""What stops no run and changes what it makes is a note of the check: cells, records, studies not listed."""

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest
import yaml
from study_models import codebook_of, source_of, study_of

from ruralimpact.checks.remarks import remarks_on_columns_of_waves, remarks_on_waves_unused
from ruralimpact.checks.source import examine_source
from ruralimpact.cli import main
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.missing_codes import codes_among_names

DOCS = Path(__file__).parents[2] / "docs"
Rows = list[dict[str, str]]


def project(root: Path, example: str, file: str, edit: Callable[[Rows], None]) -> Path:
    """Write a project of a study of the documentation with one file edited, and return its study's folder."""
    folder = root / "config" / "studies" / "own"
    shutil.copytree(DOCS / example, folder)
    (root / "data").mkdir()
    for path in folder.glob("*.csv"):
        if path.name != "codebook.csv":
            path.rename(root / "data" / path.name)
    (root / "config" / "config.yaml").write_text("studies: [own]\nseed: 1\n", encoding="utf-8")
    with (root / "data" / file).open(encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    edit(rows)
    with (root / "data" / file).open("w", encoding="utf-8", newline="") as target:
        writer = csv.DictWriter(target, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return folder


def notes(root: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return the notes of the check of a project, which finds no mistake."""
    assert main(["check", "--directory", str(root)]) == 0
    return [line for line in capsys.readouterr().out.splitlines() if line.startswith("note: ")]


def test_what_the_codebook_refuses_and_what_that_excludes_is_told_with_its_cell(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(rows: Rows) -> None:
        rows[1]["groups_formed"] = "-4"

    project(tmp_path, "example_portfolio", "projects.csv", edit)
    told = notes(tmp_path, capsys)
    assert told[0] == (
        "note: file data/projects.csv, column 'groups_formed', row 3: '-4': set to missing "
        "('groups_formed'), outside the codebook's range (minimum 0)."
    )
    assert any(
        "column 'groups_formed', row 3: Groups: 1 of 3 excluded: 'groups_formed' was set" in line
        for line in told
    )
    assert any("column 'to', row 3: period: 1 of 3 excluded: the end" in line for line in told)


@pytest.mark.parametrize(
    ("column", "value", "variable"),
    [("product", "milk", "product"), ("families", "200", "families"), ("funds", "500000", "funds")],
)
def test_what_changes_between_the_waves_is_told(
    column: str, value: str, variable: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(rows: Rows) -> None:
        rows[1][column] = value

    project(tmp_path, "example_gains", "groups.csv", edit)
    (told,) = [line for line in notes(tmp_path, capsys) if "another one after" in line]
    assert f"'{variable}' is another one after than before" in told
    assert "rows 2, 3" in told


def test_values_of_columns_that_tell_who_somebody_is_are_not_quoted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(rows: Rows) -> None:
        rows[1]["sold_fair"] = "101"

    folder = project(tmp_path, "example_workshops", "answers.csv", edit)
    with (folder / "codebook.csv").open("a", encoding="utf-8") as codebook:
        codebook.write("fair_id,answers,sold_fair,category,,,,,,identifier,,\n")
    told = notes(tmp_path, capsys)
    assert any("column 'sold_fair', row 3: set to missing" in line for line in told), "\n".join(
        told
    )
    assert not any("'101'" in line for line in told)


def test_studies_that_are_not_listed_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, "example_survival", "alliances.csv", lambda rows: None)
    shutil.copytree(folder, folder.with_name("second"))
    folder.with_name("empty").mkdir()
    folder.with_name("loose.yaml").write_text("title: Loose\n", encoding="utf-8")
    assert notes(tmp_path, capsys)[:3] == [
        "note: config/studies/empty: has no study.yaml, so it is no study.",
        "note: config/studies/loose.yaml: a study is a folder, config/studies/loose/study.yaml; this is "
        "not read.",
        "note: config/studies/second: not listed under `studies` of config/config.yaml, so no run makes it.",
    ]
    assert main(["check", "own", "--directory", str(tmp_path)]) == 0
    assert "second" not in capsys.readouterr().out


def test_a_cell_that_an_edit_blanks_is_no_blank(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = project(tmp_path, "example_workshops", "answers.csv", lambda rows: None)
    table = tmp_path / "data" / "recodes.csv"
    table.write_text("column,raw,clean\nsold_fair,20,\n", encoding="utf-8")
    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    study["sources"][1]["edits"] = [{"rule": "recodes", "file": "data/recodes.csv"}]
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    told = notes(tmp_path, capsys)
    assert any("'20': set to missing ('sold_fair'), blanked by an edit." in line for line in told)
    assert any("3 of 22 excluded: 'sold_fair' was set to missing" in line for line in told)


def test_rows_without_a_group_and_times_that_nobody_was_followed_to_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(rows: Rows) -> None:
        rows[2]["municipality"] = ""

    folder = project(tmp_path, "example_survival", "alliances.csv", edit)
    study = (folder / "study.yaml").read_text(encoding="utf-8")
    assert "times: [1, 3, 5]" in study
    (folder / "study.yaml").write_text(study.replace("3, 5]", "3, 50]"), encoding="utf-8")
    told = notes(tmp_path, capsys)
    group = "file data/alliances.csv, column 'municipality', row 4: 1 excluded: the group"
    assert any(group in line for line in told), "\n".join(told)
    assert any("no share at time 50" in line for line in told), "\n".join(told)


def test_what_a_register_says_of_respondents_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def edit(rows: Rows) -> None:
        rows[0]["group"] = "X1"
        rows[1]["why_price"] = "1"

    folder = project(tmp_path, "example_workshops", "answers.csv", edit)
    path = tmp_path / "data" / "register.csv"
    register = path.read_text(encoding="utf-8").splitlines()
    absent = [f"{line},{int(not line.startswith('N37'))}" for line in register[1:]]
    path.write_text(
        "\n".join([f"{register[0]},came", *absent, "X1,North,"]) + "\n", encoding="utf-8"
    )
    with (folder / "codebook.csv").open("a", encoding="utf-8") as codebook:
        codebook.write("came,register,came,indicator,,,,,,input,,Came\n")
    study = yaml.safe_load((folder / "study.yaml").read_text(encoding="utf-8"))
    study["analyses"][0]["came"] = "came"
    (folder / "study.yaml").write_text(yaml.safe_dump(study), encoding="utf-8")
    told = notes(tmp_path, capsys)
    assert any("row 3: 1 of 22: the register says that it did not come" in line for line in told), (
        "\n".join(told)
    )
    assert any(
        "column 'why_price', row 3: why: 1 of 22 excluded: answered, and not asked" in line
        for line in told
    ), told


def test_values_that_may_be_none_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Words for missing as group and identifier, one label of two codes, columns of one's own."""

    def edit(rows: Rows) -> None:
        rows[1]["alliance"] = rows[2]["alliance"] = "N/A"
        rows[7]["id"] = "-"

    folder = project(tmp_path, "example", "producers.csv", edit)
    (tmp_path / "data" / "producers").mkdir()
    (tmp_path / "data" / "producers.csv").rename(tmp_path / "data/producers/producers.csv")
    codebook = folder / "codebook.csv"
    lines = codebook.read_text(encoding="utf-8").replace("2=Lowlands", "2=Highlands").splitlines()
    lines = [f"{line},{'remark' if number == 0 else ''}" for number, line in enumerate(lines)]
    codebook.write_text("\n".join(lines), encoding="utf-8")
    told = "\n".join(notes(tmp_path, capsys))
    assert "column 'alliance', rows 3, 4: 'N/A' counts as a value of 'alliance'." in told
    assert "column 'id', row 9: '-' counts as an identifier." in told
    assert "line 3: '1' and '2' have the label 'Highlands' both" in told
    assert "codebook.csv: columns that are not read: 'remark'." in told


def test_labels_of_numbers_are_told(tmp_path: Path) -> None:
    path = tmp_path / "s.dta"
    frame = pd.DataFrame({"id": [1.0, 2, 3], "age": [30.0, 998, 41]})
    pyreadstat.write_dta(frame, path, variable_value_labels={"age": {998: "don't know"}})
    source = source_of(name="s", path=str(path))
    age = {"variable": "age", "raw_name": "age", "type": "number", "role": "outcome"}
    (told,) = examine_source(source, parse_codebook(codebook_of(age), ["s"]), {}).remarks
    assert (
        "column 'age', row 2: '998' counts as a number ('age'), and the file gives it the label"
        in str(told)
    )


GROUP = {"variable": "village", "raw_name": "village", "type": "category", "role": "group"}
ARM = {"variable": "arm", "raw_name": "arm", "type": "indicator", "role": "treatment"}


def test_what_a_file_calls_the_arms_is_told(tmp_path: Path) -> None:
    path = tmp_path / "s.dta"
    frame = pd.DataFrame({"id": [1.0, 2, 3], "arm": [0.0, 1, 1]})
    pyreadstat.write_dta(frame, path, variable_value_labels={"arm": {0: "Mradi", 1: "Wengine"}})
    source = source_of(name="s", path=str(path))
    (told,) = examine_source(source, parse_codebook(codebook_of(ARM), ["s"]), {}).remarks
    assert "says 0 = Mradi, 1 = Wengine; the codebook takes 1 as the project ('arm')" in str(told)


def test_answers_that_may_mean_missing_and_groups_with_letters_for_digits_are_told(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s.csv"
    path.write_text(
        "id,village,q\n1,V01,1 2\n2,VO1,88\n3,V02,2 2\n4,V02,none\n5,V03,-99\n", encoding="utf-8"
    )
    rule = {"rule": "select_multiple", "columns": ["q"]}
    source = source_of(name="s", path=str(path), edits=[rule])
    answer = {"variable": "a", "raw_name": "q/2", "type": "indicator", "role": "outcome"}
    rows = codebook_of(GROUP, {**answer, "missing_codes": "-99"})
    told = "\n".join(map(str, examine_source(source, parse_codebook(rows, ["s"]), {}).remarks))
    assert "only by letters that look like digits: 'V01' and 'VO1'." in told
    assert "column 'q', row 3: '88' stands alone wherever it stands" in told
    assert "column 'q', row 4: the same answer stands twice in a cell" in told
    assert "'none' stands" not in told
    assert "'-99' stands" not in told


def test_names_and_codes_that_need_a_second_look_are_told_with_a_line_for_recodes(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s.csv"
    villages = ["Rio Verde", "Rio Verde", "Rio Verdo", "Santa Clara", 'Santa "Clata', "-99", "99"]
    table = pd.DataFrame({"id": range(7), "village": villages, "q": range(7)})
    table.to_csv(path, index=False)
    amounts = [
        {"variable": name, "raw_name": "q", "type": "number", "role": "outcome"} for name in "ab"
    ]
    entries = parse_codebook(codebook_of(GROUP, *amounts), ["s"])
    told = "\n".join(
        map(str, examine_source(source_of(name="s", path=str(path)), entries, {}).remarks)
    )
    assert (
        "row 4: 'Rio Verdo' and 'Rio Verde' are much alike, and count as two (1 and 2 rows)" in told
    )
    line = "If they are one, a table of `recodes` (column,raw,clean) has the line"
    assert f"{line} village,Rio Verdo,Rio Verde\n" in told
    ways = ['village,"Santa ""Clata",Santa Clara', 'village,Santa Clara,"Santa ""Clata"']
    assert any(f"{line} {one} or {other}" in told for one, other in (ways, ways[::-1]))
    assert "row 7: '-99' counts as a value of 'village'. If it means missing" in told
    assert "row 8: '99' counts as a value of 'village'." in told
    assert "column 'q': 'a' and 'b' are both read from it, and have the same values." in told


@pytest.mark.parametrize(
    ("names", "far", "codes"),
    [
        ([f"{n:02d}" for n in range(1, 25)] + ["99", "-99"], True, ["-99", "99"]),
        ([*map(str, range(1, 121))], True, []),
        (["A01", "A02", "88", "-9"], True, ["-9", "88"]),
        (["2012", "2014", "-99"], False, ["-99"]),
        (["98", "99", "0"], False, []),
        (["99"], True, []),
        (["1", "2", "555"], True, ["555"]),
    ],
)
def test_codes_among_names(names: list[str], far: bool, codes: list[str]) -> None:
    assert codes_among_names(names, ["555"], far=far) == codes


def test_what_follows_from_a_mistake_is_not_told_as_another(tmp_path: Path) -> None:
    """Currencies, waves and rows that repeat the header; no sign that stands for a cell is printed."""
    path = tmp_path / "s.csv"
    lines = ["1,V1,usd,5,A", "2,V2,BOB,5,a", "id,village,cur,x,w", "3,V3,USD,5,B"]
    path.write_text("id,village,cur,x,w\n" + "\n".join(lines) + "\n", encoding="utf-8")
    rate = {
        "rule": "currency",
        "columns": ["x"],
        "stated_in": "cur",
        "home": "BOB",
        "rates": {"USD": 7},
    }
    amount = {"variable": "x", "raw_name": "x", "type": "number", "role": "outcome"}
    wave = {"variable": "w", "raw_name": "w", "type": "category", "role": "wave"}
    entries = parse_codebook(codebook_of(amount, wave), ["s"])
    header, currencies = "row 4: the row repeats the names", "rows 2, 4: the currency 'usd' has no"
    for edits, wanted in (
        ([rate], [currencies]),
        ([], [header, "rows 2, 3: values of 'w' differ only in case"]),
    ):
        source = source_of(name="s", path=str(path), edits=edits, wave=None, wave_variable="w")
        told = list(map(str, examine_source(source, entries, {}).problems))
        assert len(told) == len(wanted), told
        assert all(text in line for text, line in zip(wanted, told, strict=True)), told


def test_a_wave_that_no_analysis_compares_is_told() -> None:
    study = study_of(
        sources=[{"name": "s", "path": "data/s.csv", "wave": None, "wave_variable": "w"}],
        samples={"all": {"label": "all", "sources": ["s"], "group": "v"}},
        analyses=[
            {
                "name": "did",
                "method": "difference_in_differences",
                "sample": "all",
                "treatment": "t",
                "fixed": True,
                "before": ["2019"],
                "after": ["2021"],
                "estimators": ["two_by_two"],
                "outcomes": ["x"],
            }
        ],
    )
    table = pd.DataFrame({"wave": [2019, 2021, 21, 21, 2017]})
    told = [str(own) for own in remarks_on_waves_unused({"s": table}, study)]
    assert told == [
        "file data/s.csv: the wave '2017' has 1 rows, and no analysis compares it.",
        "file data/s.csv: the wave '21' has 2 rows, and no analysis compares it. It may be 2021, written "
        "otherwise.",
    ]


def test_an_outcome_of_two_waves_from_one_column_is_told() -> None:
    """A panel in one file, wide in years: the codebook's rows are copied, and one year is left as it was."""
    rows = [
        {
            "variable": "income",
            "source": source,
            "raw_name": column,
            "type": "number",
            "role": "outcome",
        }
        for source, column in (("first", "y2018"), ("second", "y2018"), ("third", "y2022"))
    ]
    names = ["first", "second", "third"]
    sources = [
        source_of(name=name, path="data/wide.sav", wave=wave)
        for name, wave in zip(names, ("2018", "2020", "2022"), strict=True)
    ]
    entries = parse_codebook(codebook_of(*rows), names)
    rows = {name: [2, 3] for name in names}
    assert not list(remarks_on_columns_of_waves(sources, entries, {**rows, "second": [4, 5]}))
    (told,) = map(str, remarks_on_columns_of_waves(sources, entries, rows))
    assert told.startswith(
        "file data/wide.sav, column 'y2018': 'income' is read from it for the waves 2018 and 2020"
    )
