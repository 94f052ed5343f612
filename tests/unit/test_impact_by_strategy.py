"""Impacts with strategies side by side: cells, sizes once or by outcome, stars only where asked for."""

import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of

from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.impact_by_strategy import impact_by_strategy_tables

_ANALYSIS = {"label": "Main", "sample": "all", "treatment": "d", "outcomes": ["income", "poor"]}
STUDY = {
    "citation": "A survey.",
    "outcomes": {
        "income": {"label": "Income", "unit": "pesos", "decimals": 0},
        "poor": {"label": "Poor", "unit": "percentage points", "decimals": 1},
    },
    "analyses": [
        {**_ANALYSIS, "name": "plain", "method": "difference_in_means"},
        {**_ANALYSIS, "name": "main", "method": "matching", "strategies": ["nn1", "nn5"]},
    ],
    "samples": {"all": {}},
    "strategies": [
        {"name": "nn1", "label": "One neighbour", "method": "nearest"},
        {"name": "nn5", "label": "Five neighbours", "method": "nearest", "k": 5},
    ],
}
P_VALUES = {"plain": 0.2, "nn1": 0.003, "nn5": 0.07}


def results(**changes: dict[str, float]) -> StudyResults:
    """Estimates 100, 101, 102 of income and a tenth of them, in percent, of poverty; errors a half."""
    rows = []
    for position, strategy in enumerate(("plain", "nn1", "nn5")):
        for outcome, unit, scale in (("income", "pesos", 1), ("poor", "percentage points", 0.001)):
            analysis = "plain" if strategy == "plain" else "main"
            name = "difference" if strategy == "plain" else strategy
            row = {
                "spec_id": f"{analysis}/{name}/{outcome}",
                "analysis": analysis,
                "method": "difference_in_means" if strategy == "plain" else "matching",
                "strategy": name,
                "outcome": outcome,
                "unit": unit,
                "estimate": (100 + position) * scale,
                "std_error": 50.0 * scale,
                "p_value": P_VALUES[strategy],
                "n_treated": 40,
                "n_control": 60 + position,
                "n_clusters": 20,
                "dropped": 0,
                "balanced": "no" if strategy == "nn5" else "yes",
                "suppressed": False,
            }
            rows.append({**row, **changes.get(f"{strategy}_{outcome}", {})})
    return StudyResults(study_of(STUDY), {"estimates": pd.DataFrame(rows)}, quality={})


def texts(shown: StudyResults, **options: object) -> dict[str, list[str]]:
    keys = {"analyses": ["main"], "unadjusted": "plain", **options}
    (table,) = impact_by_strategy_tables(shown, entry("impact_by_strategy", **keys))
    assert [column.group for column in table.columns] == ["(1)", "(2)", "(3)"]
    assert [column.label for column in table.columns][1:] == ["One neighbour", "Five neighbours"]
    named: dict[str, list[str]] = {}
    for row in table.rows:
        named.setdefault(row.label.text, []).append(
            " ".join(f"{c.text}{c.mark}" for c in row.cells)
        )
    return {**named, "notes": list(table.notes)}


def test_the_error_stands_under_the_estimate_and_sizes_once():
    shown = texts(results())
    assert shown["Income (pesos)"] == ["100 101 102†"]
    assert shown["Poor (percentage points)"] == ["10.0 10.1 10.2†"]
    assert shown["(SE)"] == ["(50) (50) (50)", "(5.0) (5.0) (5.0)"]
    assert shown["Units"] == ["100 101 102"]
    assert shown["Groups"] == ["20 20 20"]
    assert not any("***" in note for note in shown["notes"])


def test_stars_are_there_where_they_are_asked_for():
    shown = texts(results(), stars=True)
    assert shown["Income (pesos)"] == ["100 101*** 102*†"]
    assert "* p < 0.1; ** p < 0.05; *** p < 0.01." in shown["notes"]


@pytest.mark.parametrize("level, star", [(0.01, "**"), (0.05, "*"), (0.1, ""), (0.0099, "***")])
def test_a_star_is_of_a_p_value_below_its_level(level, star):
    shown = texts(results(nn1_income={"p_value": level}), stars=True)
    assert shown["Income (pesos)"][0].split()[1] == f"101{star}"


def test_sizes_that_differ_stand_with_each_outcome_and_small_ones_are_hidden():
    shown = texts(results(nn1_poor={"n_treated": 30}))
    assert shown["Units"] == ["100 101 102", "100 91 102"]
    hidden = texts(results(nn1_poor={"suppressed": True}), stars=True)
    assert hidden["Poor (percentage points)"] == ["10.0 [s] 10.2*†"]
    assert hidden["Units"][1] == "100 [s] 102"


def test_an_outcome_that_a_strategy_lacks_has_a_dash():
    frame = results()["estimates"]
    lacking = StudyResults(
        study_of(STUDY), {"estimates": frame[frame["spec_id"] != "main/nn5/poor"]}, quality={}
    )
    assert texts(lacking)["Poor (percentage points)"] == ["10.0 10.1 –"]
