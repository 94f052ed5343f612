"""A second currency, the unadjusted difference, and percents only where there can be some."""

from dataclasses import replace

import pytest
from exhibit_entries import entry
from study_models import with_parts
from test_exhibits_study import build_results

from ruralimpact.exhibits import about_whom
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.second_currency import second_currency
from ruralimpact.exhibits.tables.impact import impact_table

IMPACT = entry("impact", analyses=["psid_matching"])
POUNDS = {
    "label": "£",
    "rate": 1.75,
    "rate_label": "dollars a pound",
    "source": "average of 1982",
    "units": ["US dollars of 1982"],
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"))


def with_pounds(results: StudyResults) -> StudyResults:
    return replace(results, study=with_parts(results.study, currency_in=POUNDS))


def row_of(table: Table, spec_id: str) -> Row:
    return next(row for row in table.rows if (row.record or {}).get("spec_id") == spec_id)


def test_amounts_stand_in_both_currencies_and_shares_in_neither(results: StudyResults) -> None:
    (table,) = impact_table(with_pounds(results), IMPACT)
    assert [column.label for column in table.columns if column.group == "In £"] == [
        "Controls",
        "Effect",
    ]
    place = [column.group for column in table.columns].index("In £")
    money, share = (
        row_of(table, f"psid_matching/nn5/{name}") for name in ("earnings", "low_earnings")
    )
    assert money.record is not None
    converted = float(money.record["estimate"]) / 1.75  # type: ignore[arg-type]
    assert money.record["estimate_converted"] == pytest.approx(converted)
    assert money.cells[place + 1].text == f"{converted:,.0f}"
    assert [cell.text for cell in share.cells[place : place + 2]] == ["–", "–"]
    assert "£: at 1.75 dollars a pound (average of 1982)." in table.notes


def test_no_columns_where_no_amount_is_shown(results: StudyResults) -> None:
    assert second_currency(results.study, results["estimates"]) is None
    exhibit = entry("impact", analyses=["psid_matching"], outcomes=["employed"])
    needs = ("estimates", *about_whom.NEEDS)
    own = with_pounds(results).for_exhibit(exhibit, needs)
    (table,) = impact_table(own, exhibit)
    groups = {column.group for column in table.columns}
    assert not groups & {"In £", "Percent of the counterfactual"}
    widths = {sum(cell.span for cell in row.cells) for row in table.rows if row.cells}
    assert widths == {len(table.columns)}


def test_the_unadjusted_difference_of_another_sample_is_not_beside_an_analysis(
    results: StudyResults,
) -> None:
    shown = ["psid_matching", "experiment"]
    (table,) = impact_table(results, entry("impact", analyses=shown, unadjusted="experiment"))
    specs = [str(row.record["spec_id"]).partition("/")[0] for row in table.rows if row.record]
    assert specs == sorted(specs, reverse=True)
    assert any(row.label.text == "Unadjusted difference" for row in table.rows)


def test_the_unadjusted_difference_stands_before_the_strategies(results: StudyResults) -> None:
    exhibit = entry("impact", analyses=["psid_matching"], unadjusted="experiment")
    (table,) = impact_table(results, exhibit)
    specs = [row.record["spec_id"] for row in table.rows if row.record]
    assert specs[0] == "experiment/difference_in_means/earnings"
    assert row_of(table, str(specs[0])).label.text == "Unadjusted difference"
    assert specs[1] == "psid_matching/nn1_caliper/earnings"
    assert not any("experiment" in line for line in table.interpretation)
    assert any("only where chance decided" in note for note in table.notes)
