"""The claims ledger as page, tables and figure: with the estimates of a study, and without any."""

import csv
import io
import json
import re
from pathlib import Path

import docx
import pytest

ROOT = Path(__file__).parents[2]
from write_claims import write_claims

from rural_alliances.claims.ledger import Ledger
from rural_alliances.claims.ratings import rated_evidence, read_ratings
from rural_alliances.claims.status import LABELS
from ruralimpact.errors import DataError
from ruralimpact.exhibits.document import AnswerBox, Finding, FindingsDocument, StudyWords

FILES = [
    *(
        f"{name}.{kind}"
        for name in ("claims", "inconsistencies", "ratings", "exhibits")
        for kind in ("csv", "tex", "html", "docx")
    ),
    *(f"published_against_estimated.{kind}" for kind in ("png", "svg")),
]
PERCENT = "percent of the matched control mean"


def written(folder: Path, findings: list[str]) -> dict[str, bytes]:
    data = ROOT / "data" / "published"
    write_claims(
        claims=str(data / "claims.csv"),
        checks=str(data / "checks.csv"),
        tables=[str(path) for path in sorted((data / "tables").glob("*.csv"))],
        cells=str(data / "cells.csv"),
        layouts=str(data / "layouts.yaml"),
        ratings=str(data / "ratings.csv"),
        printed_exhibits=str(data / "exhibits.csv"),
        findings=findings,
        page=str(folder / "claims.html"),
        exhibits=[str(folder / "claims" / name) for name in FILES],
    )
    found = {name: (folder / "claims" / name).read_bytes() for name in FILES}
    return found | {"page": (folder / "claims.html").read_bytes()}


def named_findings() -> list[str]:
    text = (ROOT / "data" / "published" / "claims.csv").read_text(encoding="utf-8")
    return sorted(set(re.findall(r"bolivia_par:([\w/]+)", text)))


def stand_in() -> FindingsDocument:
    """Findings of a synthetic study: every effect is 30, from 20 to 40, in the claim's kind of unit."""
    findings: dict[str, Finding] = {}
    for name in named_findings():
        stem, _, last = name.rpartition("/")
        ends = ("conf_low", "conf_high") if last == "estimate" else (f"{last}_low", f"{last}_high")
        unit = "percentage points" if "poverty" in stem and last == "estimate" else PERCENT
        findings[name] = Finding(value=30.0, unit=unit, text="30")
        if last == "estimate" or last.startswith("percent"):
            findings[f"{stem}/{ends[0]}"] = Finding(value=20.0, unit=unit, text="20")
            findings[f"{stem}/{ends[1]}"] = Finding(value=40.0, unit=unit, text="40")
    words = dict.fromkeys(StudyWords.model_fields, "")
    named = {"name": "bolivia_par", "title": "A stand-in", "synthetic": True, "language": "en"}
    nothing = dict.fromkeys(("tables", "figures", "conventions", "data"), ())
    study = StudyWords(**{**words, **named})
    return FindingsDocument(study=study, answer=AnswerBox(), findings=findings, **nothing)


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return written(tmp_path_factory.mktemp("bare"), [])


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("synthetic")
    (folder / "findings.json").write_text(json.dumps(stand_in().written()), encoding="utf-8")
    return written(folder, [str(folder / "findings.json")])


def test_without_a_study_the_ledger_stands(bare: dict[str, bytes]) -> None:
    page = bare["page"].decode()
    assert "No estimate stands beside a claim yet" in page
    assert "ynthetic stand-in:" not in page
    for label in LABELS.values():
        assert f">{label}</span>" in page
    assert b"Estimate" not in bare["claims.html"]


def test_synthetic_estimates_are_named_wherever_they_stand(synthetic: dict[str, bytes]) -> None:
    page = synthetic["page"].decode()
    assert page.index("Synthetic stand-in:") < page.index("<h1>")
    assert "agrees with the synthetic stand-in" in page
    assert "differs from the synthetic stand-in" in page
    assert "reproduced" not in page
    assert 'href="bolivia_par/report.html"' in page
    document = docx.Document(io.BytesIO(synthetic["claims.docx"]))
    assert document.core_properties.comments == "Synthetic stand-in"
    assert b"(synthetic stand-in)" in synthetic["published_against_estimated.svg"]
    assert b"synthetic stand-in" in synthetic["claims.tex"]
    # What is recomputed from print alone carries no warning.
    assert b"ynthetic" not in synthetic["inconsistencies.csv"]
    for name in ("claims.csv", "ratings.csv"):
        for line in csv.DictReader(synthetic[name].decode().splitlines()):
            assert (line["data"] == "published") == (line["finding"] == ""), line


@pytest.mark.parametrize("kind", ["bare", "synthetic"])
def test_page_needs_nothing_from_outside(kind: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(kind)["page"].decode()
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page)
    assert "@import" not in page
    anchors = set(re.findall(r'\bid="([^"]+)"', page))
    assert set(re.findall(r'href="#([^"]+)"', page)) <= anchors
    assert len(anchors) == len(re.findall(r'\bid="[^"]+"', page)), "an identifier is used twice"
    assert set(re.findall(r'<label for="([^"]+)"', page)) <= anchors


def test_counts_of_the_page_add_up(bare: dict[str, bytes]) -> None:
    page = bare["page"].decode()
    claims = re.findall(r'<tr class="claim (\w+)', page)
    mark = r'<th scope="row"><span class="mark (\w+)">'
    rows = re.findall(mark + r'.*<td class="number">(\d+|–)</td></tr>', page)
    for code, total in rows:
        assert claims.count(code) == (0 if total == "–" else int(total)), code
    assert len(rows) == len(LABELS)


def test_every_claim_stands_in_every_format(bare: dict[str, bytes]) -> None:
    page = bare["page"].decode()
    in_page = re.findall(r'<tr class="claim [^"]+" id="([PR]\d+)"', page)
    lines = bare["claims.csv"].decode().splitlines()
    assert len(in_page) == len(set(in_page)) == len(lines) - 1
    document = docx.Document(io.BytesIO(bare["claims.docx"]))
    words = [row.cells[-1].text for table in document.tables for row in table.rows]
    assert sum(word in LABELS.values() for word in words) == len(in_page)
    assert bare["claims.html"].count(b'class="stub"') - 2 == len(in_page)


def test_every_claim_is_computed_or_says_why_not(synthetic: dict[str, bytes]) -> None:
    """What has neither an estimate, nor a check, nor a status that says why, has a reason."""
    rows = list(csv.DictReader(io.StringIO(synthetic["claims.csv"].decode())))
    assert len(rows) == 573 and all(row["status"] for row in rows)
    uncomputed = [row for row in rows if row["status"] in ("taken as printed", "needs micro-data")]
    assert uncomputed and all(row["reason"] for row in uncomputed)
    others = [row for row in rows if row not in uncomputed and row["status"] != "not attributable"]
    assert all(row["checks"] or row["finding"] for row in others)


def test_the_same_bytes_twice(bare: dict[str, bytes], tmp_path: Path) -> None:
    assert written(tmp_path, []) == bare


def test_ratings_stand_first_with_their_evidence(synthetic: dict[str, bytes]) -> None:
    page = synthetic["page"].decode()
    assert page.index('id="ratings"') < page.index('id="status"')
    lines = list(csv.DictReader(io.StringIO(synthetic["ratings.csv"].decode())))
    by_claim = {line["claim"]: line for line in lines if line["claim"]}
    matched, before_after = by_claim["P079"], by_claim["P072"]
    assert (matched["published"], matched["estimate"]) == ("63.0", "30.0")
    assert before_after["status"] == "not attributable"
    assert all("synthetic stand-in" in line["status"] for line in lines if line["estimate"])
    # Income, sales, wage work and two of poverty (4.5 to 4.9); the size of the survey is no effect.
    assert "five come from a comparison with other producers" in page
    shown = {line["claim"]: line["shows"] for line in lines}
    assert (shown["P210"], shown["P214"]) == ("described", "described")
    returns = re.search(r"Rate of return of 535 groups.*?</tr>", page, re.DOTALL)
    assert returns is not None
    assert "not attributable</td>" in returns[0], (
        "a rate of return on changes is none of the project's"
    )
    efficiency = [line for line in lines if line["panel"].startswith("Efficiency: high (5.4)")]
    assert {"P140", "P143", "P144"} <= {line["claim"] for line in efficiency}


def test_a_rating_without_its_claim_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "ratings.csv"
    path.write_text(
        "judgement,place,rating,evidence,source,design,shows,claim\na,1,b,c,d,e,described,P999\n",
        "utf-8",
    )
    with pytest.raises(DataError, match="the ledger does not have"):
        rated_evidence(read_ratings(path), Ledger((), (), ()), path)
    path.write_text(path.read_text("utf-8").replace("described", "proven"), "utf-8")
    with pytest.raises(DataError, match="proven"):
        read_ratings(path)
    path.write_text("judgement,place\na,1\n", "utf-8")
    with pytest.raises(DataError, match="no such column"):
        read_ratings(path)
