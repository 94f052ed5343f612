"""Columns that are declared once: unit, decimals, dash, suppression, marks and what the CSV file keeps."""

from typing import Any

import pytest
from study_models import study_of

from ruralimpact.exhibits import columns
from ruralimpact.exhibits.disclosure import NOTE
from ruralimpact.exhibits.model import Cell
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of

OUTCOMES = {
    "income": {"label": "Income", "unit": "pesos", "decimals": 1},
    "poor": {"label": "Poverty", "unit": "percentage points", "decimals": 1},
}
RESULTS = StudyResults(study_of(outcomes=OUTCOMES), {}, quality={})
EFFECT = (columns.amount(), columns.error(), columns.interval(), columns.p_value())
INCOME: dict[str, Any] = {
    "spec_id": "a/b/income",
    "outcome": "income",
    "unit": "pesos",
    "estimate": -1234.56,
    "std_error": 20.0,
    "conf_low": -1300.0,
    "conf_high": 5.0,
    "p_value": 0.0004,
    "n": 7,
    "suppressed": False,
}
POOR = {**INCOME, "outcome": "poor", "unit": "percentage points", "estimate": 0.123}


def texts(shown: tuple[Shown, ...], record: dict[str, Any]) -> list[str]:
    return [cell.text for cell in columns.cells_of(RESULTS, shown, record)]


def test_amounts_have_the_decimals_of_their_outcome() -> None:
    assert texts(EFFECT, INCOME) == ["−1,234.6", "(20.0)", "−1,300.0 to 5.0", "<0.001"]


def test_shares_are_printed_and_kept_in_percentage_points() -> None:
    row = columns.row_of(RESULTS, EFFECT[:1], POOR, "B", keys=("spec_id",), more=("unit",))
    assert row.cells[0].text == "12.3"
    assert row.record == {
        "spec_id": "a/b/income",
        "estimate": pytest.approx(12.3),
        "unit": "percentage points",
    }


@pytest.mark.parametrize("missing", [None, float("nan")])
def test_what_is_missing_is_a_dash(missing: float | None) -> None:
    record = dict.fromkeys(["estimate", "std_error", "conf_low", "conf_high", "p_value"], missing)
    shown = (*EFFECT, columns.percent("RV", of="estimate"), columns.number("x", of="estimate"))
    assert texts(shown, {**INCOME, **record}) == ["–"] * 6


def test_a_suppressed_row_keeps_its_keys_and_what_stays() -> None:
    shown = (
        columns.amount(),
        columns.count("Units", of="n"),
        columns.number("Weight", of="weight", decimals=1).kept_as("share").staying(),
    )
    row = columns.row_of(RESULTS, shown, {**INCOME, "suppressed": True, "weight": 2.0}, "B")
    assert [cell.text for cell in row.cells] == ["[s]", "<10", "2.0"]
    assert row.record == {"spec_id": "a/b/income", "n": None, "share": 2.0}


def test_columns_can_be_kept_otherwise() -> None:
    shown = (columns.amount().unkept(), columns.p_value().keeping("outcome"))
    row = columns.row_of(RESULTS, shown, INCOME, "B", keys=())
    assert row.record == {"outcome": "income", "p_value": 0.0004}
    assert list(row.record) == ["outcome", "p_value"]


def test_marks_and_names_come_from_the_record() -> None:
    marked = columns.number("x", of="n").marked(lambda values: values[-1][:1], "spec_id")
    (cell,) = columns.cells_of(RESULTS, (marked,), INCOME)
    assert (cell.text, cell.mark) == ("7", "a")
    named = columns.amount().named("spec_id")
    assert texts((named,), INCOME) == ["a/b/income: −1,234.6"]
    assert texts((named,), {**INCOME, "estimate": None}) == ["–"]


ARMS = (
    columns.amount().within("treated", "Treated"),
    columns.number("N", of="n").within("control"),
)


def test_parts_of_a_record_have_their_own_group_unit_suppression_and_names() -> None:
    record = {"variable": "age", "treated": POOR, "control": {**INCOME, "suppressed": True}}
    row = columns.row_of(RESULTS, ARMS, record, "Age", keys=("variable",))
    assert [item.column.group for item in ARMS] == ["Treated", ""]
    assert [cell.text for cell in row.cells] == ["12.3", "[s]"]
    assert row.record == {
        "variable": "age",
        "estimate_treated": pytest.approx(12.3),
        "n_control": None,
    }


def test_a_part_that_is_not_there_is_a_dash() -> None:
    row = columns.row_of(RESULTS, ARMS, {"treated": None}, "Age", keys=())
    assert [cell.text for cell in row.cells] == ["–", "–"]
    assert row.record == {"estimate_treated": None, "n_control": None}


def test_decimals_of_a_record_come_before_those_of_its_outcome() -> None:
    record = {"unit": "", "decimals": 3, "estimate": 1.23456}
    assert texts((columns.amount(),), record) == ["1.235"]


def test_none_can_be_a_dash() -> None:
    sparse = columns.number("Lost", of="n").sparse()
    assert [texts((sparse,), {"n": n}) for n in (0, 3)] == [["–"], ["3"]]


def test_what_is_not_counted_is_no_suppressed_count() -> None:
    shown = (columns.count("Units", of="n"), columns.size("Arm", of="n"))
    assert texts(shown, {"n": None}) == ["–", "–"]
    assert texts(shown, {"n": float("nan")}) == ["[s]", "[s]"]


def test_rows_without_values_cover_every_column() -> None:
    said = columns.said(EFFECT, "No test", "too few groups", {"reason": "few"}, "foot")
    assert said.cells == (Cell("too few groups", span=4),)
    repeated = columns.repeated(EFFECT, "Nothing")
    assert [cell.text for cell in repeated.cells] == ["–"] * 4
    across = columns.cells_of(RESULTS, (columns.BLANK, columns.p_value().across(3)), INCOME)
    assert [(cell.text, cell.span) for cell in across] == [("", 1), ("<0.001", 3)]


@pytest.mark.parametrize(
    ("suppressed", "notes", "printed"),
    [
        (False, ("Other.",), ("Other.",)),
        (True, ("Other.",), ("Other.", NOTE)),
        (True, ("[s] = too few.",), ("[s] = too few.",)),
    ],
)
def test_a_table_says_what_a_suppressed_cell_is(
    suppressed: bool, notes: tuple[str, ...], printed: tuple[str, ...]
) -> None:
    row = columns.row_of(RESULTS, EFFECT, {**INCOME, "suppressed": suppressed}, "B")
    exhibit = Exhibit.model_construct(title="T", source="")
    table = table_of(RESULTS, exhibit, "Row", EFFECT, [row], notes=notes)
    assert table.notes == printed
    assert table.columns == tuple(item.column for item in EFFECT)
