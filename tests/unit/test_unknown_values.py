"""What is set to missing stays unknown, in every kind of study: excluded, counted, told by the check.

Each number of the files of the documentation is replaced in turn by what nobody can use; the numbers of all
other units are those of the same files without the unit.
"""

import csv
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest
from example_studies import example_samples

from ruralimpact.checks import checked_study
from ruralimpact.description.records import DescriptionTables, RecordedStudy
from ruralimpact.errors import RuralImpactError
from ruralimpact.gains.study import gains_study
from ruralimpact.plugins import Plugins
from ruralimpact.portfolio.study import portfolio_study
from ruralimpact.responses.study import responses_study
from ruralimpact.returns.study import returns_study
from ruralimpact.survival.study import survival_study

DOCS = Path(__file__).parents[2] / "docs"
Edit = Callable[[list[dict[str, str]], dict[str, dict[str, str]]], None]


@dataclass(frozen=True)
class Example:
    """A study of the documentation: its file of records, and what describes it."""

    folder: str
    file: str
    unit: str
    describe: Callable[[RecordedStudy], DescriptionTables]
    table: str

    def project(self, tmp_path: Path, edit: Edit) -> Path:
        """Return the folder of a copy of the study, with edited rows and codebook."""
        folder = tmp_path / "config" / "studies" / self.folder
        shutil.copytree(DOCS / self.folder, folder)
        rows, codebook = read(folder / self.file), read(folder / "codebook.csv")
        described = {row["raw_name"]: row for row in codebook if row["source"] != "unused"}
        edit(rows, described)
        write(folder / self.file, rows)
        write(folder / "codebook.csv", codebook)
        shutil.copytree(folder, tmp_path / "data", ignore=shutil.ignore_patterns("codebook.csv"))
        return folder

    def described(self, folder: Path) -> DescriptionTables:
        return self.describe(RecordedStudy(*example_samples(folder)))


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


GAINS = Example("example_gains", "groups.csv", "code", gains_study, "gains")
RETURNS = Example("example_returns", "cash_flows.csv", "code", returns_study, "returns")
SURVIVAL = Example("example_survival", "alliances.csv", "id", survival_study, "survival")
WORKSHOPS = Example("example_workshops", "answers.csv", "group", responses_study, "responses")
PORTFOLIO = Example("example_portfolio", "projects.csv", "project_id", portfolio_study, "portfolio")


def beyond(column: str, row: int) -> Edit:
    """A number below the codebook's range, or above it."""

    def edit(rows: list[dict[str, str]], described: dict[str, dict[str, str]]) -> None:
        if described[column]["minimum"] == described[column]["maximum"] == "":
            described[column]["minimum"] = "-5000000"
        least = described[column]["minimum"]
        rows[row][column] = str(float(least) - 1) if least else "1e12"

    return edit


def coded(column: str, row: int) -> Edit:
    """A code that means missing."""

    def edit(rows: list[dict[str, str]], described: dict[str, dict[str, str]]) -> None:
        described[column]["missing_codes"] = "-88"
        rows[row][column] = "-88"

    return edit


def refused(value: str) -> Callable[[str, int], Edit]:
    """What is of no number, or no level: the run ends."""

    def of(column: str, row: int) -> Edit:
        def edit(rows: list[dict[str, str]], _: dict[str, dict[str, str]]) -> None:
            rows[row][column] = value

        return edit

    return of


def without(unit: str, value: str) -> Edit:
    """The same file without the unit."""

    def edit(rows: list[dict[str, str]], _: dict[str, dict[str, str]]) -> None:
        rows[:] = [row for row in rows if row[unit] != value]

    return edit


# Kind of study, column, row of data from 0, rows of its table that the unit is in.
CELLS = [
    (GAINS, "net_income", 10, "by == ''"),
    (RETURNS, "grant", 6, "by == ''"),
    (RETURNS, "own", 6, "by == ''"),
    (RETURNS, "sales_more", 8, "by == ''"),
    (RETURNS, "costs_more", 9, "by == ''"),
    (SURVIVAL, "started", 4, "part == 'curve' and by == ''"),
    (SURVIVAL, "left", 4, "part == 'curve' and by == ''"),
    (SURVIVAL, "left", 3, "part == 'curve' and by == ''"),
    (SURVIVAL, "seen", 3, "part == 'curve' and by == ''"),
    (WORKSHOPS, "sold_fair", 1, "question == 'sold' and part == 'respondents'"),
    (WORKSHOPS, "sold_buyer", 1, "question == 'sold' and part == 'respondents'"),
    (WORKSHOPS, "sold_other", 1, "question == 'sold' and part == 'respondents'"),
    (PORTFOLIO, "loan", 0, "part == 'financing' and project == ''"),
    (PORTFOLIO, "own_funds", 1, "part == 'financing' and project == ''"),
    (PORTFOLIO, "dairy", 1, "part == 'products' and project == ''"),
    (PORTFOLIO, "groups_formed", 2, "part == 'reach' and measure == 'percent' and project == ''"),
    (PORTFOLIO, "groups_planned", 2, "part == 'reach' and measure == 'percent' and project == ''"),
]
CODES = [
    (SURVIVAL, "how", 3, "part == 'curve' and by == ''"),
    (SURVIVAL, "how", 4, "part == 'curve' and by == ''"),
    (WORKSHOPS, "buyer", 1, "question == 'buyer' and part == 'respondents'"),
    (WORKSHOPS, "left", 2, "question == 'why' and part == 'respondents'"),
    (WORKSHOPS, "why_late", 2, "question == 'why' and part == 'respondents'"),
]


# One of each way in which a missing number was once read as none, or as a state; the others are long.
OFTEN = [
    (RETURNS, "grant", beyond),
    (SURVIVAL, "left", beyond),
    (SURVIVAL, "how", coded),
    (WORKSHOPS, "sold_buyer", beyond),
    (WORKSHOPS, "left", coded),
    (PORTFOLIO, "loan", beyond),
]
SPOILT = [(*cell, beyond) for cell in CELLS] + [(*cell, coded) for cell in (*CELLS, *CODES)]


@pytest.mark.parametrize(
    ("example", "column", "row", "shown", "spoil"),
    [
        pytest.param(*case, marks=() if (case[0], case[1], case[4]) in OFTEN else pytest.mark.long)
        for case in SPOILT
    ],
)
def test_what_is_set_to_missing_excludes_its_unit_and_moves_no_other(
    example: Example,
    column: str,
    row: int,
    shown: str,
    spoil: Callable[[str, int], Edit],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = example.project(tmp_path / "spoilt", spoil(column, row))
    unit = read(folder / example.file)[row][example.unit]
    clean = example.project(tmp_path / "without", without(example.unit, unit))
    spoilt, expected = example.described(folder), example.described(clean)
    named = ["estimate"] if "estimate" in expected.tables[example.table] else ["value", "share"]
    kept, right = (
        made.tables[example.table].query(shown)[named].reset_index(drop=True)
        for made in (spoilt, expected)
    )
    pd.testing.assert_frame_equal(kept, right)
    lost = [item for item in spoilt.excluded if unit in item.units]
    assert any(item.column for item in lost), spoilt.excluded
    monkeypatch.chdir(tmp_path / "spoilt")
    checked = checked_study(Path(), Path("config/studies") / example.folder, Plugins())
    assert checked.problems == ()
    told = [str(remark) for remark in checked.remarks]
    where = f"file data/{example.file}, column '{column}', row {row + 2}:"
    assert any(line.startswith(where) and "set to missing" in line for line in told), told


REFUSED = [
    *((example, column, row, "many") for example, column, row, _ in CELLS),
    (WORKSHOPS, "buyer", 1, "nobody"),
    (WORKSHOPS, "left", 2, "2"),
    (SURVIVAL, "how", 4, "sold"),
    (RETURNS, "product", 6, "wool"),
]


@pytest.mark.parametrize(
    ("example", "column", "row", "value"),
    [
        pytest.param(*case, marks=() if case[1] in ("sold_fair", "how") else pytest.mark.long)
        for case in REFUSED
    ],
)
def test_what_has_no_type_or_level_is_one_error_with_its_cell(
    example: Example,
    column: str,
    row: int,
    value: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = example.project(tmp_path, refused(value)(column, row))
    monkeypatch.chdir(tmp_path)
    checked = checked_study(Path(), Path("config/studies") / example.folder, Plugins())
    (problem,) = map(str, checked.problems)
    assert problem.startswith(f"file data/{example.file}, column '{column}', row {row + 2}: ")
    assert f"'{value}'" in problem
    with pytest.raises(RuralImpactError, match=value):
        example.described(folder)


@pytest.mark.parametrize(
    ("example", "column", "row", "as_if"),
    [
        (WORKSHOPS, "sold_fair", 3, "0"),  # a percent left blank is none
        (PORTFOLIO, "coffee", 0, "0"),  # so is a part
        (SURVIVAL, "left", 3, ""),  # what has no end lasts
    ],
)
def test_a_blank_means_none_only_where_it_is_declared_to(
    example: Example, column: str, row: int, as_if: str, tmp_path: Path
) -> None:
    blank, written = (
        example.described(example.project(tmp_path / name, refused(value)(column, row)))
        for name, value in (("blank", ""), ("written", as_if))
    )
    rows = {"portfolio": "project == ''"}.get(example.table, "index >= 0")
    frames = [made.tables[example.table].query(rows) for made in (blank, written)]
    pd.testing.assert_frame_equal(*(frame.reset_index(drop=True) for frame in frames))
    unit = read(DOCS / example.folder / example.file)[row][example.unit]
    assert not [item for item in blank.excluded if unit in item.units]
