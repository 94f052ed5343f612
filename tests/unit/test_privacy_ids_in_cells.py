"""Identifiers of units in columns that the codebook describes as something else."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ruralimpact import cli
from ruralimpact.errors import DataError
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.source import Source
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.raw_table import RawTable

KEY = b"k" * 32
UNITS = [f"uuid:29a53762-{i:04}" for i in range(12)]
FARMERS = [unit for unit in UNITS for _ in range(2)]


def survey(columns: dict[str, list[str]], *, item: str | None = None, **roles: str) -> Survey:
    """Read a table of `id` and others; `roles` are type and role of each described one."""
    rows = []
    for column in columns:
        if column in roles:
            kind, role = roles[column].split()
            rows.append(
                CodebookRow(
                    variable=column.lower().strip("_"),
                    source="s",
                    raw_name=column,
                    type=kind,
                    role=role,
                    timing="pre" if role == "covariate" else "",
                )
            )
    options: dict[str, Any] = {"name": "s", "path": "s.csv", "id": "id", "wave": "2024"}
    source = validated(Source, options | ({"item": item} if item else {}))
    entries = entries_of(parse_codebook(rows, ["s"]), "s", source.item)
    table = RawTable(pd.DataFrame(columns, index=range(2, len(columns["id"]) + 2), dtype="str"))
    return harmonise(table, source, entries, file=Path("s.csv"), key=KEY)


@pytest.mark.parametrize(
    ("ids", "keys", "role"),
    [
        (FARMERS, [f"{unit}/farm-animals[{i % 2 + 1}]" for i, unit in enumerate(FARMERS)], "input"),
        (
            FARMERS,
            [f"{unit}/farm-animals[{i % 2 + 1}]" for i, unit in enumerate(FARMERS)],
            "identifier",
        ),
        # The key of a submission stands in the item, and another column identifies units.
        (
            [f"F{i // 2}" for i in range(24)],
            [f"{u}/a[{i % 2 + 1}]" for i, u in enumerate(FARMERS)],
            "input",
        ),
        # Short identifiers, with a mark between or none.
        ([str(i // 2) for i in range(24)], [f"{i // 2}-{i % 2 + 1}" for i in range(24)], "input"),
        (
            [f"{100 + i // 2}" for i in range(24)],
            [f"{100 + i // 2}{i % 2 + 1}" for i in range(24)],
            "input",
        ),
        (
            [f"HH-{i // 2:03}" for i in range(24)],
            [f"hh{i // 2}_plot{i % 2 + 1}" for i in range(24)],
            "input",
        ),
        # Nothing of the identifier, but no two rows have the same.
        ([f"F{i // 2}" for i in range(24)], [f"T{7000 - 13 * i}" for i in range(24)], "input"),
    ],
)
def test_a_key_of_rows_is_numbered(ids: list[str], keys: list[str], role: str) -> None:
    columns = {"id": ids, "key": keys, "kg": [str(i) for i in range(24)]}
    read = survey(columns, item="key", key=f"category {role}", kg="number input")
    assert read.table.groupby("id")["key"].apply(list).map(tuple).unique().tolist() == [("1", "2")]
    written = read.table.to_csv() + read.quality.model_dump_json()
    assert not [text for text in {*ids, *keys} if len(text) > 3 and text in written]


def test_a_key_of_rows_that_is_a_number_is_numbered_as_one() -> None:
    columns = {
        "id": [str(1000 + i // 2) for i in range(24)],
        "plot": [f"{1000 + i // 2}0{i % 2 + 1}" for i in range(24)],
    }
    read = survey(columns, item="plot", plot="integer input")
    assert sorted(read.table["plot"]) == [1.0] * 12 + [2.0] * 12


def test_what_only_tells_rows_of_a_unit_apart_stays() -> None:
    for crops in (["maize", "beans"] * 12, ["1", "2"] * 12):
        columns = {"id": [str(i // 2 + 1) for i in range(24)], "crop": crops}
        read = survey(columns, item="crop", crop="category input")
        assert sorted(read.table["crop"].unique()) == sorted(set(crops))


@pytest.mark.parametrize(
    ("ids", "cells", "kind"),
    [
        (UNITS, UNITS, "category"),
        (UNITS, [f"see {UNITS[3]}", *["fine"] * 11], "category"),
        (UNITS, [*["fine"] * 11, "a1b2c3d4-0000-4000-8000-0123456789ab"], "category"),
        ([str(i) for i in range(12)], [f"house {i}" for i in range(12)], "category"),
        ([f"{i:03}" for i in range(12)], [str(i) for i in range(12)], "integer"),
        ([f"7{i:05}" for i in range(12)], [f"7{11 - i:05}" for i in range(12)], "integer"),
        (
            [f"BO{i:04}" for i in range(12)],
            [f"bo-{11 - i}, next door" for i in range(12)],
            "category",
        ),
    ],
)
@pytest.mark.parametrize("role", ["covariate", "input"])
def test_other_columns_with_identifiers_are_refused(
    ids: list[str], cells: list[str], kind: str, role: str
) -> None:
    with pytest.raises(DataError, match="cells hold identifiers of units") as error:
        survey({"id": ids, "copy": cells}, copy=f"{kind} {role}")
    assert not [text for text in {*ids, *cells} if len(text) > 3 and text in str(error.value)]


def test_groups_that_are_called_by_identifiers_are_hashed_as_they_are() -> None:
    read = survey({"id": UNITS, "head": [UNITS[0]] * 6 + [UNITS[6]] * 6}, head="category group")
    assert set(read.table["head"]) <= set(read.table["id"])
    assert read.table["head"].value_counts().tolist() == [6, 6]


def test_amounts_and_codes_that_are_identifiers_by_chance_stay() -> None:
    """Ages and codes below a hundred stand for others everywhere; so do the numbers of a few units."""
    ids = [str(i) for i in range(20, 80)]
    columns = {
        "id": ids,
        "age": [str(20 + 7 * i % 60) for i in range(60)],
        "district": [f"district {i % 7 + 20}" for i in range(60)],
        "income": [str(1000 + 37 * i) for i in range(60)],
    }
    read = survey(
        columns, age="integer covariate", district="category covariate", income="money outcome"
    )
    assert sorted(read.table["age"]) == sorted(map(float, columns["age"]))


def test_a_draft_proposes_keys_of_repeated_rows_as_identifiers(tmp_path: Path) -> None:
    """As SurveyCTO exports them: KEY and PARENT_KEY of a file, SET-OF and KEY of the main one."""
    files = tmp_path / "files"
    files.mkdir()
    main = pd.DataFrame({"KEY": UNITS, "SET-OF-animals": [f"{unit}/animals" for unit in UNITS]})
    main.assign(age=range(20, 32)).to_csv(files / "endline 2024.csv", index=False)
    repeated = pd.DataFrame(
        {
            "KEY": [f"{unit}/animals[{i % 2 + 1}]" for i, unit in enumerate(FARMERS)],
            "PARENT_KEY": FARMERS,
            "litres": range(24),
        }
    )
    repeated.to_csv(files / "endline 2024-animals.csv", index=False)
    project = tmp_path / "project"
    arguments = ["new", str(project), "--from", str(files), "--study", "s", "--codebook", "csv"]
    assert cli.main(arguments) == 0
    rows = pd.read_csv(project / "config/studies/s/codebook.csv", dtype="str")
    roles = rows.set_index("raw_name")["role"]
    assert roles["KEY"] == "identifier" and roles["SET-OF-animals"] in ("unused", "identifier")
    for path in (project / "config/studies/s").iterdir():
        assert not [unit for unit in UNITS if unit in path.read_text("utf-8")]
