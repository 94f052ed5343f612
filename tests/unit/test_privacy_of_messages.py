"""What messages about raw files may quote: mistyped codes and numbers, and nothing that tells who."""

from pathlib import Path

import pandas as pd
import pytest
from planted_identifiers import NAMES, PHONES, POINTS, REMARKS, N

from ruralimpact.checks.source import examine_source
from ruralimpact.privacy.messages import HIDDEN, may_be_quoted
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.source import Source
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import entries_of, parse_codebook

TYPED = ["12O0", "n/a", "no sabe", "12,5 kg", "-", "three hundred", "99999"]
TELLING = [
    *(NAMES[0], PHONES[0], POINTS[0], REMARKS[0]),
    *("ana@farm.example", "4417083", "8812417LP", "asked her sister in the next house"),
]


def told(cells: list[str], **row: str) -> list[str]:
    """Every message of the check about a column of numbers in which some cells are none."""
    Path("farms.csv").write_text(
        pd.DataFrame({"folio": [f"f{i}" for i in range(len(cells))], "amount": cells}).to_csv(
            index=False
        ),
        encoding="utf-8",
    )
    described = {"variable": "amount", "source": "s", "raw_name": "amount", "type": "number"}
    entries = parse_codebook([CodebookRow(**(described | {"role": "input"} | row))], ["s"])
    source = validated(Source, {"name": "s", "path": "farms.csv", "id": "folio", "wave": "2024"})
    found = examine_source(source, entries_of(entries, "s"), {})
    return [str(own) for own in (*found.problems, *found.remarks)]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("text", TYPED)
def test_a_mistyped_number_is_quoted(text: str) -> None:
    numbers = [str(100 + 7 * i) for i in range(N)]
    lines = told([text, *numbers], minimum="0", maximum="1000")
    assert any(f"'{text}'" in line for line in lines)


@pytest.mark.parametrize("text", TELLING)
def test_what_tells_somebody_is_not_quoted_of_any_column(text: str) -> None:
    """A cell among numbers, in a column that looks like nothing; the row says where it is."""
    numbers = [str(100 + 7 * i) for i in range(N)]
    lines = told([*numbers, text], minimum="0", maximum="1000")
    assert any(f"row {N + 2}" in line for line in lines)
    assert not any(text in line for line in lines)


def test_no_range_of_a_column_that_looks_like_an_identifier_is_told() -> None:
    documents = [str(4_417_083 + 7919 * i) for i in range(N)]
    (line,) = told(documents, minimum="0", maximum="10")
    assert f"they go from {HIDDEN} to {HIDDEN}" in line
    (line,) = told([str(300 + i) for i in range(N)], minimum="0", maximum="10")
    assert "they go from '300' to '323'" in line


@pytest.mark.parametrize(
    ("cell", "among_numbers", "quoted"),
    [
        ("Sante Cruz", False, True),
        ("Sante Cruz", True, False),
        ("2010-13-41", False, True),
        ("quinoa real lavada y seca", False, False),
        ("Maria Elena Choque", True, False),
    ],
)
def test_places_may_be_quoted_where_words_are_expected(
    cell: str, among_numbers: bool, quoted: bool
) -> None:
    assert may_be_quoted(cell, among_numbers=among_numbers) == quoted


def test_the_digits_of_a_day_are_quoted_among_days() -> None:
    assert may_be_quoted("20101341", among_numbers=False, dates=True)
    assert not may_be_quoted("20101341", among_numbers=True)
