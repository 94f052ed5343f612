"""`data/published` against numbers that were transcribed and recomputed apart from the project."""

import csv
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from rural_alliances.claims.ledger import LedgerEntry, make_ledger
from rural_alliances.claims.printed_exhibits import read_printed_exhibits
from rural_alliances.claims.read import read_published
from rural_alliances.claims.recheck import Recheck
from ruralimpact.errors import DataError

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "data" / "published"
REFERENCE = Path(__file__).parent / "ppar"
PUBLISHED = read_published(
    FOLDER / "claims.csv", FOLDER / "checks.csv", sorted((FOLDER / "tables").glob("*.csv"))
)
LEDGER = make_ledger(PUBLISHED, {})
CHECKS: dict[str, Recheck] = {one.check.id: one for one in LEDGER.rechecks}
ENTRIES: dict[str, LedgerEntry] = {one.claim.id: one for one in LEDGER.entries}
# Matching to the whole percent, cut off at the digits printed.
CUT_OFF = {"K022", "K023", "K024", "K025", "K067", "K107"}


def rows(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_values_equal_the_transcription() -> None:
    values = {row["id"]: row["value"] for row in rows("values.csv")}
    assert set(ENTRIES) <= set(values)
    for name, entry in ENTRIES.items():
        number = "" if entry.claim.number is None else entry.claim.number
        assert number == (float(values[name]) if values[name] else ""), name


def test_every_impact_claim_and_every_flagged_number_is_there() -> None:
    wanted = {row["id"] for row in rows("values.csv") if row["tier"] == "A" or row["flag"] != "ok"}
    assert wanted <= set(ENTRIES)
    tiers = {row["id"]: row["tier"] for row in rows("values.csv")}
    assert all(entry.claim.tier == tiers[name] for name, entry in ENTRIES.items())
    assert sum(entry.claim.tier == "A" for entry in LEDGER.entries) == 91


@pytest.mark.parametrize("row", rows("arithmetic.csv"), ids=lambda row: row["check"])
def test_recomputed_as_by_hand(row: dict[str, str]) -> None:
    found = CHECKS[row["check"]]
    half_digit = 0.5 * 10.0 ** -len(row["recomputed"].partition(".")[2]) + 1e-9
    if found.check.id in ("K056", "K057", "K064"):  # the two sides the other way round, or rounded
        hand = sorted((float(row["printed"]), float(row["recomputed"])))
        ours = sorted((found.printed, found.recomputed))
        assert ours == pytest.approx(hand, abs=0.005)
    else:
        assert found.printed == pytest.approx(float(row["printed"]), abs=1e-9)
        assert found.recomputed == pytest.approx(float(row["recomputed"]), abs=half_digit)
    expected = row["verdict"] == "matches" and found.check.id not in CUT_OFF
    assert (found.agreement == "agrees") == expected


def test_all_that_differ_by_hand_are_recomputed() -> None:
    assert sum(row["verdict"] == "differs" for row in rows("arithmetic.csv")) == 25


@pytest.mark.parametrize(
    ("claim", "printed", "recomputed"),
    [
        ("P015", 160, 63),  # Summary: over the counterfactual; 4.5: against matched controls
        ("P104", 4, 2),  # strategies against techniques
        ("P047", 193, 275.0),  # Table 3.1
        ("P051", 276, 201.58),
        ("P056", 33.93, 34.93),
        ("P351", 67, 65.625),  # Table D.4
        ("P352", 33, 34.375),
        ("P381", 43, 41),  # Table D.6
        ("P187", 0, 16),
        ("P037", 110, 83),
        ("P233", 541264.2, 541.2642),
    ],
)
def test_contradictions_inside_the_report(claim: str, printed: float, recomputed: float) -> None:
    entry = ENTRIES[claim]
    assert entry.status.code == "inconsistent"
    pairs = [(one.printed, one.recomputed) for one in entry.rechecks if one.agreement == "differs"]
    assert any(pair == pytest.approx((printed, recomputed), abs=0.005) for pair in pairs)


def test_the_160_percent_of_4_3_is_not_attributable() -> None:
    assert ENTRIES["P072"].claim.number == 160
    assert ENTRIES["P072"].status.code == "not_attributable"


def test_every_flag_leaves_a_trace() -> None:
    """A number that the transcription flags has a check that does not agree, or a note that says why."""
    for row in rows("values.csv"):
        if row["flag"] == "ok":
            continue
        entry = ENTRIES[row["id"]]
        off = [one for one in entry.rechecks if one.agreement != "agrees"]
        notes = [entry.claim.note, *(one.check.note for one in entry.rechecks)]
        assert off or any(notes), row["id"]


def texts() -> Iterator[str]:
    for entry in LEDGER.entries:
        claim = entry.claim
        yield from (claim.quantity, claim.population, claim.printed, claim.unit, claim.base)
        yield claim.note
    for one in LEDGER.rechecks:
        yield from (one.check.what, one.check.note)


def test_no_quotation_marks_and_statements_of_few_words() -> None:
    assert not [text for text in texts() if '"' in text or "\N{LEFT DOUBLE QUOTATION MARK}" in text]
    assert max(len(entry.claim.printed.split()) for entry in LEDGER.entries) <= 4


def test_sums_of_the_files_are_those_of_source_md() -> None:
    listed = dict(
        re.findall(
            r"^\| (\S+\.csv) \|.*\| ([0-9a-f]{64}) \|$",
            (FOLDER / "SOURCE.md").read_text(encoding="utf-8"),
            flags=re.MULTILINE,
        )
    )
    found = {
        str(path.relative_to(FOLDER)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in FOLDER.rglob("*.csv")
    }
    assert listed == found


def test_what_only_micro_data_could_confirm_is_estimated_or_has_a_reason() -> None:
    for entry in LEDGER.entries:
        explained = bool(entry.claim.computed_by) != bool(entry.claim.reason)
        assert explained if entry.status.code == "micro_data" else not entry.claim.reason, (
            entry.claim.id
        )


def test_every_table_and_figure_is_shown_where_the_list_says() -> None:
    listed = read_printed_exhibits(FOLDER / "exhibits.csv")
    layouts = yaml.safe_load((FOLDER / "layouts.yaml").read_text(encoding="utf-8"))
    known = {f"claims:{layout['table']}" for layout in layouts}
    for path in (ROOT / "config" / "studies").glob("*/exhibits.yaml"):
        chosen = yaml.safe_load(path.read_text(encoding="utf-8"))
        entries = [*chosen.get("tables", ()), *chosen.get("figures", ())]
        known |= {f"{path.parent.name}:{entry.get('name', entry['kind'])}" for entry in entries}
    shown = {name for exhibit in listed for name in exhibit.shown}
    assert shown <= known
    assert {f"claims:{layout['table']}" for layout in layouts} <= shown
    numbers = {(exhibit.document, exhibit.exhibit) for exhibit in listed}
    assert {f"Figure {number}" for number in range(1, 9)} == {
        name for _, name in numbers if name.startswith("Figure")
    }
    ours = [name for document, name in numbers if document == "PPAR 132905"]
    lettered = [f"Table D.{number}" for number in range(1, 9)]
    lettered += [f"Table A.{number}" for number in range(1, 6)]
    assert sorted(ours) == sorted([*lettered, "Table 3.1", "Table 4.1", "Table B.1", "Table C.1"])


def test_a_table_that_is_left_out_has_a_reason(tmp_path: Path) -> None:
    path = tmp_path / "exhibits.csv"
    path.write_text(
        "document,exhibit,title,treatment,shown,reason\nReport,Table 1,Rates,left out,,\n",
        encoding="utf-8",
    )
    with pytest.raises(DataError, match="has a reason") as caught:
        read_printed_exhibits(path)
    assert "Table 1" in str(caught.value)
