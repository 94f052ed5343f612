"""The truth table says yes where the interval holds the planted effect, and no where it does not."""

from dataclasses import replace

import pandas as pd
import pytest
from exhibit_entries import entry
from test_exhibits_notes import quality, variable
from test_exhibits_study import build_results

from ruralimpact.exhibits import about_whom
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.data_edits import data_edits_table
from ruralimpact.exhibits.tables.impact import impact_table
from ruralimpact.exhibits.tables.truth import truth_table

SPEC = "psid_matching/nn5/earnings"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"))


def table_with(results: StudyResults, effect: float) -> tuple:
    truth = pd.DataFrame(
        [
            {
                "wave": 1978,
                "outcome": "earnings",
                "by": "all",
                "level": "",
                "effect": effect,
                "percent": 10.0,
            },
            {
                "wave": 1984,
                "outcome": "earnings",
                "by": "all",
                "level": "",
                "effect": 9e9,
                "percent": 10.0,
            },
        ]
    )
    exhibit = entry("truth", analyses=["psid_matching"])
    return truth_table(replace(results, truth=truth), exhibit)


@pytest.mark.parametrize(
    ("at", "inside"), [("conf_low", True), ("conf_high", True), ("far", False)]
)
def test_inside_includes_the_ends(results: StudyResults, at: str, inside: bool) -> None:
    estimate = results["estimates"].set_index("spec_id").loc[SPEC]
    effect = estimate["conf_high"] + 1 if at == "far" else estimate[at]
    (table,) = table_with(results, float(effect))
    records = {row.record["spec_id"]: row.record for row in table.rows if row.record}
    assert records[SPEC]["inside"] is inside
    assert records[SPEC]["truth"] == effect
    expected = (estimate["estimate"] - effect) / estimate["std_error"]
    assert records[SPEC]["error_over_std_error"] == pytest.approx(expected)
    assert {record["spec_id"].split("/")[2] for record in records.values()} == {"earnings"}


def test_an_exhibit_of_chosen_outcomes_shows_no_other(results: StudyResults) -> None:
    exhibit = entry("impact", analyses=["psid_matching"], outcomes=["employed"])
    (table,) = impact_table(results.for_exhibit(exhibit, ("estimates", *about_whom.NEEDS)), exhibit)
    shown = {row.record["outcome"] for row in table.rows if row.record}
    assert shown == {"employed"}


def test_repairs_are_those_of_the_quality_reports(results: StudyResults) -> None:
    edits = [
        {"rule": "spellings", "column": "region", "count": 12, "rows": [3]},
        {"rule": "scale", "column": "land", "count": 0, "rows": []},
    ]
    report = {
        "excluded": [{"reason": "copy of another row", "rows": 4}],
        "edits": edits,
        "variables": {"age": {**variable("edad"), "out_of_range": {"count": 2}}},
    }
    (table,) = data_edits_table(quality(results, **report), entry("data_edits"))
    found = [(row.record["column"], row.record["count"]) for row in table.rows if row.record]
    assert found == [("", 4), ("region", 12), ("edad", 2)]
