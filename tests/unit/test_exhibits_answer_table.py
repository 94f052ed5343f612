"""The table of the estimates that answer the question, and what the brief shows of a study."""

import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of

from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.answer import answer_table

_COMMON = {"label": "Main", "sample": "all", "treatment": "d", "outcomes": ["income", "poor"]}
STUDY = {
    "citation": "A survey.",
    "outcomes": {
        "income": {"label": "Income", "unit": "pesos", "decimals": 0},
        "poor": {"label": "Poor", "unit": "percentage points", "decimals": 1},
    },
    "analyses": [
        {**_COMMON, "name": "main", "method": "matching", "strategies": ["nn1", "nn5"]},
    ],
    "samples": {"all": {}},
    "strategies": [
        {"name": "nn1", "label": "One neighbour", "method": "nearest"},
        {"name": "nn5", "label": "Five neighbours", "method": "nearest", "k": 5},
    ],
}
DECLARED = [
    {"analysis": "main", "outcome": "poor", "strategy": "nn5"},
    {"analysis": "main", "outcome": "income", "strategy": "nn5"},
]
ESTIMATES = {"nn1": 100.0, "nn5": 140.0}


def estimates(*, suppressed: str = "") -> pd.DataFrame:
    """Incomes of 100 and 140 pesos, and as many thousandths of a share; intervals 20 either way."""
    missing = float("nan")
    rows = []
    for strategy, value in ESTIMATES.items():
        for outcome, unit, scale in (("income", "pesos", 1), ("poor", "percentage points", 0.001)):
            hidden = strategy == suppressed
            effect = {
                "estimate": value * scale,
                "std_error": 10 * scale,
                "conf_low": (value - 20) * scale,
                "conf_high": (value + 20) * scale,
                "p_value": 0.01,
            }
            means = ("treated_mean", "control_mean", "counterfactual_mean")
            percents = ("percent", "percent_low", "percent_high")
            rows.append(
                {
                    "spec_id": f"main/{strategy}/{outcome}",
                    "analysis": "main",
                    "method": "matching",
                    "strategy": strategy,
                    "outcome": outcome,
                    "estimand": "ATT",
                    "unit": unit,
                    "balanced": "yes",
                    "dropped": 0,
                    **{name: missing if hidden else number for name, number in effect.items()},
                    **dict.fromkeys(means, 200.0),
                    **dict.fromkeys(percents, 70.0 if unit == "pesos" and not hidden else missing),
                    **{f"percent_control{end}": missing for end in ("", "_low", "_high")},
                    "percent_reason": "",
                    "suppressed": hidden,
                    "means_suppressed": False,
                    "n_treated": 40,
                    "n_control": 60,
                    "n_clusters": 20,
                    "df": 12.0,
                    **{f"{arm}_groups": 10 for arm in ("treated", "control")},
                    **{f"effective_{arm}_groups": 9.0 for arm in ("treated", "control")},
                }
            )
    return pd.DataFrame(rows)


def results(outcomes: list[dict[str, str]], frame: pd.DataFrame) -> StudyResults:
    study = study_of({**STUDY, "answer": {"outcomes": outcomes}})
    return StudyResults(study, {"estimates": frame}, quality={})


def test_outcomes_stand_as_declared_with_the_range_over_all_strategies() -> None:
    (table,) = answer_table(results(DECLARED, estimates()), entry("answer"))
    heading, poor, income = table.rows
    assert heading.label.text == "Main: Five neighbours"
    assert [poor.label.text, income.label.text] == ["Poor (percentage points)", "Income (pesos)"]
    of = {
        f"{column.group}/{column.label}": cell.text
        for column, cell in zip(table.columns, income.cells, strict=True)
    }
    assert of["Effect on the treated/Estimate"] == "140"
    assert of["Effect on the treated/95% interval"] == "120 to 160"
    assert of["Percent of the counterfactual/Estimate"] == "70"
    assert income.record is not None and income.record["strategies"] == 2
    assert of["All strategies or estimators/Range"] == "100 to 140"
    assert poor.record is not None and poor.record["lowest"] == pytest.approx(10.0)
    assert poor.record["estimate"] == pytest.approx(14.0)
    assert any(note.startswith("a. No percent:") for note in table.notes)


def test_what_is_suppressed_is_neither_printed_nor_in_the_range() -> None:
    (table,) = answer_table(results(DECLARED, estimates(suppressed="nn5")), entry("answer"))
    assert {cell.text for row in table.rows[1:] for cell in row.cells[:4]} == {"[s]"}
    assert not any("Range" in column.label for column in table.columns)
    assert all((row.record or {}).get("estimate") is None for row in table.rows)


def test_a_study_whose_estimates_were_not_made_says_so() -> None:
    frame = estimates()
    (table,) = answer_table(results(DECLARED, frame[frame["outcome"] == ""]), entry("answer"))
    assert [cell.text for row in table.rows for cell in row.cells] == [
        "None is declared, or none could be estimated."
    ]
