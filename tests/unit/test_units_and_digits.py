"""Units and decimals against the values that are printed with them."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from outcome_missing import STUDY, frame, made, results_of
from study_models import study_of

from ruralimpact.errors import DataError
from ruralimpact.estimation.units import refuse_percents_as_shares
from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.digits import digits_of
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.tables.impact import impact_table
from ruralimpact.outcomes.build import build

SHARE = study_of(outcomes={"literate": {"unit": "percentage points"}, "income": {"unit": "pesos"}})


def test_percents_where_shares_belong_are_refused() -> None:
    table = pd.DataFrame({"unit_id": list("abcd"), "literate": [0.0, 50.0, 75.0, np.nan]})
    with pytest.raises(DataError, match=r"must be shares .* up to 75") as caught:
        refuse_percents_as_shares(SHARE, {"farms": table})
    assert "literate" in str(caught.value) and "farms" in str(caught.value)


@pytest.mark.parametrize(
    "values", [[0, 1, 1, np.nan], [0.2, 1.4, 0.9, 0], [-0.3, 0.5, 0, 0], [np.nan] * 4]
)
def test_shares_pass(values: list[float]) -> None:
    table = pd.DataFrame({"unit_id": list("abcd"), "literate": values, "income": [5.0] * 4})
    refuse_percents_as_shares(SHARE, {"farms": table})


@pytest.mark.parametrize(("unit", "values"), [("percent", [0.0, 1.0]), ("%", [1.0, np.nan])])
def test_shares_where_percents_belong_are_refused(unit: str, values: list[float]) -> None:
    study = study_of(outcomes={"literate": {"unit": unit}})
    with pytest.raises(
        DataError, match="column 'literate': the outcome is in .* values are 0 and 1"
    ):
        refuse_percents_as_shares(study, {"farms": pd.DataFrame({"literate": values})})
    refuse_percents_as_shares(study, {"farms": pd.DataFrame({"literate": [0.0, 1.0, 35.0]})})


def test_a_percent_becomes_a_share_by_a_ratio_without_a_variable() -> None:
    share = {"build": "ratio", "of": "percent", "times": 100, "unit": "percentage points"}
    declared = study_of(outcomes={"share": share})
    table = pd.DataFrame({"id": ["a", "b"], "percent": [50.0, np.nan]})
    built = build(table, variables={}, outcomes=declared.outcomes, entries=[]).table["share"]
    assert built.iloc[0] == 0.5 and np.isnan(built.iloc[1])


@pytest.mark.parametrize(
    ("error", "unit", "declared", "decimals"),
    [
        (212.0, "pesos", None, 0),
        (3.2, "pesos", None, 1),
        (0.00031, "pesos", None, 5),
        (0.00031, "pesos", 0, 5),
        (0.149, "percentage points", None, 0),  # 14.9 points
        (0.00031, "percentage points", 1, 3),  # 0.031 points
        (0.6, "pesos", 0, 0),
        (212.0, "pesos", 2, 2),
        (np.nan, "pesos", None, 0),
        (0.0, "pesos", 1, 1),
    ],
)
def test_decimals_follow_the_standard_error(
    error: float, unit: str, declared: int | None, decimals: int
) -> None:
    outcome = {"unit": unit} | ({} if declared is None else {"decimals": declared})
    estimates = pd.DataFrame({"outcome": ["y"], "std_error": [error]})
    assert digits_of(study_of(outcomes={"y": outcome}), estimates) == {"y": decimals}


def test_small_effects_are_printed(tmp_path: Path) -> None:
    data = frame().assign(income=lambda own: own["income"] * 1e-5)
    results = results_of(made(data), tmp_path)
    (table,) = impact_table(results, entry("impact", analyses=["matched"], outcomes=["income"]))
    cells = [cell.text for row in table.rows if row.record for cell in row.cells[2:4]]
    assert cells and all(any(digit in text for digit in "123456789") for text in cells)


def test_the_answer_has_the_digits_of_the_table(tmp_path: Path) -> None:
    data = frame().assign(price=lambda own: own["price"] * 1e-5)
    exhibits = {
        "tables": [
            {"name": "impact", "kind": "impact", "title": "Impact", "analyses": ["matched"]}
        ],
        "figures": [],
    }
    results = results_of(made(data), tmp_path, exhibits=exhibits)
    (line,) = answer_box(replace(results, findings=findings(results))).lines
    assert "0.0000" in line.text and "(0 to 0)" not in line.text
    assert STUDY["outcomes"]["price"]["decimals"] == 1
