"""Identifiers planted in every format: no byte of what ingest writes, and no message, has one of them."""

import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from planted_identifiers import CELLS, DOCUMENTS, NAMES, PHONES, PLANTED, POINTS, REMARKS, N, write
from test_survey_and_outcomes_scripts import script

from ruralimpact.cli import main
from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.privacy.keyed_ids import (
    KEY_FILE,
    key_at_hand,
    key_digest,
    keyed,
    lost_key,
    project_key,
)
from ruralimpact.privacy.messages import HIDDEN, without_cells
from ruralimpact.privacy.scan import likely_identifiers
from ruralimpact.schema.codebook import COLUMNS
from ruralimpact.survey.similar import folded, near_forms, written_in_two_ways


def codebook(*rows: dict[str, str]) -> list[dict[str, str]]:
    own = [
        {"variable": "income", "raw_name": "income", "type": "number", "role": "outcome"},
        {"variable": "arm", "raw_name": "arm", "type": "indicator", "role": "treatment"},
        *rows,
    ]
    return [{**dict.fromkeys(COLUMNS, ""), "source": "survey", **row} for row in own]


MARKED = {"variable": "who", "raw_name": "who", "type": "category", "role": "identifier"}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results").mkdir()
    return tmp_path


def ingest(raw: Path, *rows: dict[str, str], **source: Any) -> dict[str, Any]:
    keyed_by = "" if source.get("public_ids") else key_digest(project_key())
    script("ingest_source")(
        raw=str(raw),
        codebook="codebook.csv",
        survey="results/survey.parquet",
        quality="results/survey.quality.json",
        study="study",
        source={"name": "survey", "path": str(raw), "id": "folio", **source},
        rows=codebook(*rows),
        digests={},
        keyed_by=keyed_by,
    )
    return dict(json.loads(Path("results/survey.quality.json").read_text("utf-8")))


def refuse_planted(text: str, *passed: str) -> None:
    hits = [item for item in PLANTED if item in text and item not in passed]
    assert not hits, f"{hits[:3]} in: {text[:300]}"


@pytest.mark.parametrize("suffix", [".csv", ".dta", ".sav", ".xlsx", ".parquet"])
@pytest.mark.parametrize("marks", [(), (MARKED,)], ids=["undeclared", "marked"])
def test_no_planted_identifier_leaves_ingest(
    project: Path, suffix: str, marks: tuple[dict[str, str], ...]
) -> None:
    """In cells, also of several lines, labels of values and columns, names of columns, files and sheets."""
    lines = CELLS["remark"].str.replace(" answered", "\nanswered")
    cells = CELLS.assign(remark=lines, Juana_Quispe=lines)
    called = "visit" if marks else f"visit to {NAMES[3]}"  # refused where the column is marked
    report = ingest(write(project / f"{called}{suffix}", cells), *marks)
    for path in sorted(project.glob("results/**/*")):
        if path.is_file():
            content = path.read_bytes()
            for text in (content.decode("utf-8", "ignore"), content.decode("utf-16-le", "ignore")):
                refuse_planted(text)
    table = pd.read_parquet("results/survey.parquet")
    assert list(table.columns) == ["id", "income", "arm"]
    refuse_planted(table.to_csv())
    assert table["id"].is_unique and len(table) == N
    assert sorted(table["income"]) == [100.0 + i for i in range(N)]
    kinds = {item["column"]: item["kind"] for item in report["likely_identifiers"]}
    assert kinds["tel"] == "phone" and kinds["place"] == "coordinate"
    assert kinds["remark"] == "free text"
    assert ("who" in kinds) == (not marks)


@pytest.mark.parametrize("suffix", [".csv", ".dta", ".sav", ".xlsx", ".parquet"])
def test_interviewers_leave_ingest_as_numbers(project: Path, suffix: str) -> None:
    """By name in cells, or by code with names for labels."""
    columns = ["who", *(["kin"] if suffix in (".dta", ".sav") else [])]
    rows = [
        {"variable": f"asked_{name}", "raw_name": name, "type": "category", "role": "interviewer"}
        for name in columns
    ]
    ingest(write(project / f"raw{suffix}"), *rows)
    for path in (project / "results").iterdir():
        refuse_planted(path.read_bytes().decode("utf-8", "ignore"))
    table = pd.read_parquet("results/survey.parquet").sort_values("income")
    # Names are in the order of the rows; of the five codes of `kin`, the labels are, too.
    assert table["asked_who"].tolist() == [str(i + 1) for i in range(N)]
    assert "kin" not in columns or table["asked_kin"].tolist() == [str(i % 5 + 1) for i in range(N)]


def test_labels_of_codes_tell_of_people_too() -> None:
    cells = pd.DataFrame({"kin": ["1", "2", "3"] * 4, "soil": ["1", "2", "3"] * 4})
    labels = {"kin": dict(zip("123", NAMES, strict=False)), "soil": {"1": "Clay", "2": "Sand"}}
    (likely,) = likely_identifiers(cells, {}, (), labels)
    assert (likely.column, likely.kind, likely.why) == ("kin", "name", "the labels of its codes")


BROKEN = {
    "an identifier twice": lambda cells: cells.assign(folio=[DOCUMENTS[0], *DOCUMENTS[:-1]]),
    "one written in two ways": lambda cells: cells.assign(
        folio=[DOCUMENTS[1].lower(), *DOCUMENTS[1:]]
    ),
    "a key twice": lambda cells: cells,
    "an identifier is missing": lambda cells: cells.assign(folio=["", *DOCUMENTS[1:]]),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_no_message_quotes_an_identifier(project: Path, fault: str) -> None:
    raw = write(project / "raw.csv", BROKEN[fault](CELLS))
    source: dict[str, Any] = {}
    if fault == "a key twice":
        other = write(project / "other.csv", CELLS.assign(folio=DOCUMENTS[0]))
        source = {"join": [{"name": "other", "path": str(other), "by": ["folio"]}]}
    with pytest.raises(DataError, match=r"rows? ") as error:
        ingest(raw, MARKED, **source)
    refuse_planted(str(error.value))


@pytest.mark.parametrize("column", ["who", "tel", "place", "remark", "respondent"])
@pytest.mark.parametrize("kind", ["number", "integer", "date", "indicator"])
def test_no_message_quotes_a_column_that_looks_like_an_identifier(
    project: Path, column: str, kind: str
) -> None:
    """Nor one that has an ordinary type in the codebook, by its name or by its values."""
    raw = write(project / "raw.csv", CELLS.assign(respondent=NAMES))
    row = {"variable": "asked", "raw_name": column, "type": kind, "role": "input"}
    with pytest.raises(DataError, match=r"row.*\(not shown\)") as error:
        ingest(raw, row)
    refuse_planted(str(error.value))


@pytest.mark.parametrize("suffix", [".csv", ".dta", ".sav", ".xlsx", ".parquet"])
def test_no_draft_quotes_an_identifier(
    tmp_path: Path, suffix: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither cells nor labels of columns or values; only what is printed names the sheets read."""
    write(tmp_path / f"visit_2024{suffix}", CELLS.assign(helper=[NAMES[i % 5] for i in range(N)]))
    project = tmp_path / "drafted"
    arguments = ["new", str(project), "--from", str(tmp_path / f"visit_2024{suffix}")]
    assert main([*arguments, "--study", "s", "--codebook", "csv"]) == 0
    refuse_planted(capsys.readouterr().out.replace(NAMES[0], "Sheet"))
    for path in sorted(project.rglob("*")):
        if path.is_file() and "data" not in path.relative_to(project).parts:
            refuse_planted(path.read_text(encoding="utf-8"))


def test_sheets_are_counted_and_not_named(project: Path) -> None:
    path = write(project / "raw.xlsx")
    book = openpyxl.load_workbook(path)
    book[NAMES[1]].sheet_state = "visible"
    book.save(path)
    for source in ({}, {"sheet": "Data"}):
        with pytest.raises(RuralImpactError, match="2 sheets") as error:
            ingest(path, **source)
        refuse_planted(str(error.value))


def test_public_identifiers_stay_as_they_are(project: Path) -> None:
    report = ingest(write(project / "raw.csv"), public_ids=True)
    assert pd.read_parquet("results/survey.parquet")["id"].tolist() == sorted(DOCUMENTS)
    assert "ids_keyed_by" not in report


def test_the_same_key_gives_the_same_bytes_and_another_one_others(project: Path) -> None:
    raw, result = write(project / "raw.csv"), Path("results/survey.parquet")
    report = ingest(raw)
    first, key = result.read_bytes(), KEY_FILE.read_text("ascii")
    assert re.fullmatch(r"[0-9a-f]{64}\n", key)
    assert key.strip() not in json.dumps(report)
    ingest(write(raw, CELLS[::-1]))
    assert result.read_bytes() == first, "the order of rows changes nothing"
    KEY_FILE.unlink()
    again = ingest(raw)
    assert result.read_bytes() != first
    assert again["ids_keyed_by"] != report["ids_keyed_by"]
    KEY_FILE.write_text(key, "ascii")
    ingest(raw)
    assert result.read_bytes() == first


def test_a_key_that_is_none_or_changes_is_refused(project: Path) -> None:
    KEY_FILE.write_text("0123\n", "ascii")
    with pytest.raises(DataError, match="no key of 64 hexadecimal digits"):
        project_key()
    KEY_FILE.unlink()
    raw = write(project / "raw.csv")
    with pytest.raises(DataError, match="changed while the run was under way"):
        script("ingest_source")(
            raw=str(raw),
            codebook="codebook.csv",
            study="study",
            digests={},
            survey="results/s.parquet",
            quality="results/s.json",
            keyed_by="other",
            source={"name": "survey", "path": str(raw), "id": "folio"},
            rows=codebook(),
        )


def test_a_lost_key_is_noticed(project: Path) -> None:
    folder = project / "results" / "study" / "survey"
    folder.mkdir(parents=True)
    assert not lost_key(project)
    (folder / "s.quality.json").write_text('{"ids_keyed_by": "x"}', "utf-8")
    assert lost_key(project)
    project_key(project)
    assert not lost_key(project)


def test_who_only_looks_makes_no_key(project: Path) -> None:
    passing = key_at_hand(project)
    assert passing == key_at_hand(project) and not (project / KEY_FILE).exists()
    assert key_at_hand(project) != (kept := project_key(project))
    assert key_at_hand(project) == kept


def test_hashes_of_near_names_can_still_be_told_to_be_near() -> None:
    ids = pd.Series(["A-007", "a-7", "A-8"])
    hashes = keyed(ids, b"k" * 32, near_forms)
    assert hashes.is_unique
    assert folded(hashes[0]) == folded(hashes[1]) != folded(hashes[2])
    assert not any(char.isdigit() for char in "".join(hashes))


def test_hashes_that_only_a_separator_tells_apart_are_told_from_those_of_others() -> None:
    """As the identifiers themselves: 1-12 may be 112, and 11-2 may; 1-12 is not 11-2."""
    for names, sets in (
        (["1-12", "112"], 1),
        (["1-12", "11-2"], 0),
        (["1/12", "1-12"], 1),
        (["A-7", "B-7"], 0),
    ):
        hashes = keyed(pd.Series(names), b"k" * 32, near_forms)
        assert len(written_in_two_ways(hashes)) == len(written_in_two_ways(names)) == sets


def test_cells_with_quotes_in_them_are_replaced_whole() -> None:
    error = DataError("the identifier 'O'Brien' occurs.", column="id", rows=[2], hint="'x' stays")
    shown = without_cells(error, ["O'Brien", "y"])
    assert str(shown) == f"column 'id', row 2: the identifier {HIDDEN} occurs. 'x' stays"
    assert without_cells(error, ["y"]) is error


@pytest.mark.parametrize(
    ("column", "values", "kind"),
    [
        ("a1", [f"person{i}@farm.example" for i in range(9)], "e-mail"),
        ("a1", PHONES, "phone"),
        ("a1", DOCUMENTS, "document number"),
        ("a1", [f"7{i:02}6543" for i in range(20)], "document number"),
        ("a1", POINTS, "coordinate"),
        ("a1", NAMES, "name"),
        ("a1", REMARKS, "free text"),
        ("hh/respondent_name", ["x"], "name"),
        ("numeroDocumento", ["x"], "document number"),
        ("Dirección", ["x"], "address"),
        ("gps_latitude", ["x"], "coordinate"),
        ("income", [str(1000 + 7 * i) for i in range(30)], ""),
        ("re74", [f"{i}.{i:04}" for i in range(30)], ""),
        ("q4", [f"-{15 + i / 7:.5f}" for i in range(20)], "coordinate"),
        ("q4", [f"{38 + i / 31:.6f}" for i in range(20)], "coordinate"),
        ("log_income", [f"{7 + i / 9:.5f}" for i in range(20)], ""),
        ("share", [f"{i / 21:.6f}" for i in range(20)], ""),
        ("wide", [f"{15 + i * 1.234567:.5f}" for i in range(20)], ""),
        ("area", [f"{38 + i / 31:.2f}" for i in range(20)], ""),
        ("region", ["La Paz", "Santa Cruz"] * 20, ""),
        ("year", [str(2000 + i % 9) for i in range(40)], ""),
        ("latest", ["1", "0"] * 9, ""),
        ("telephones_owned_share", ["0.5", "0.2"] * 9, ""),
        ("started", [f"2009-{month:02d}-17" for month in range(1, 13)], ""),
        ("left", [f"{day}-11-2012" for day in range(1, 29)], ""),
    ],
)
def test_what_columns_look_like(column: str, values: list[str], kind: str) -> None:
    cells = pd.DataFrame({column: values})
    assert [item.kind for item in likely_identifiers(cells, {}, [])] == ([kind] if kind else [])
    assert not likely_identifiers(cells, {}, [column])


def test_a_label_tells_too() -> None:
    cells = pd.DataFrame({"q12": ["1", "2"]})
    (found,) = likely_identifiers(cells, {"q12": "Celular del encuestado"}, [])
    assert (found.kind, found.why) == ("phone", "its label")
