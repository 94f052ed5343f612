"""What was planted stands beside the estimate of a description, and is inside its interval or not."""

import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.document import Finding
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.planted import KIND, planted_table

TRUTH = pd.DataFrame(
    {
        "key": ["a/share", "b/estimate", "c/share"],
        "planted": [40.0, 20.0, 7.0],
        "about": ["Shares", "Shares", "Others"],
        "label": ["Lasts", "Ends", "Hidden"],
    }
)
NUMBERS = {
    "a/share": 45.0,
    "a/share_low": 40.0,
    "a/share_high": 50.0,
    "b/estimate": 25.5,
    "b/conf_low": 21.0,
    "b/conf_high": 30.0,
}


@pytest.fixture
def results() -> StudyResults:
    findings = {
        name: Finding(value=value, unit="percent", text=f"{value:g}")
        for name, value in NUMBERS.items()
    }
    tables = {"responses": pd.DataFrame({"analysis": []})}
    return StudyResults(study_of(), tables, {}, findings=findings, truth=TRUTH)


def test_planted_values_stand_beside_estimates_and_misses_are_named(results: StudyResults) -> None:
    (table,) = planted_table(results, entry("planted"))
    texts = {row.label.text: [cell.text for cell in row.cells] for row in table.rows if row.cells}
    assert texts["Lasts"] == ["40", "45", "40 to 50", "percent", "yes"]
    assert texts["Ends"] == ["20.0", "25.5", "21.0 to 30.0", "percent", "no"]
    assert texts["Hidden"][:3] == ["7", "–", "–"]
    (reading,) = table.interpretation
    assert "inside 1 of 2 intervals. It lies outside for: Shares, Ends." in reading


def test_only_data_that_a_process_generates_have_the_table() -> None:
    with pytest.raises(ConfigError, match="only data that a process generates"):
        KIND.check(study_of(), entry("planted"))
