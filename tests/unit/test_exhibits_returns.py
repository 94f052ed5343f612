"""Tables and figures of rates of return: their numbers, what is suppressed, and what has no number."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from cash_flow_records import DRIVERS, SCENARIOS, many, study_with
from exhibit_entries import entry, with_tables, written

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import palette
from ruralimpact.exhibits.figures.return_distribution import KIND as DISTRIBUTION
from ruralimpact.exhibits.figures.tornado import KIND as TORNADO
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.model import Row
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_findings import returns_headlines, returns_numbers
from ruralimpact.exhibits.tables.rate_of_return import rate_of_return_table
from ruralimpact.exhibits.tables.returns_by_level import returns_by_level_table
from ruralimpact.exhibits.tables.switching_values import switching_values_table
from ruralimpact.returns.study import returns_study, returns_uncertainty

ASKED = {"by": ["product"], "drivers": DRIVERS, "scenarios": SCENARIOS, "draws": 200}


def results_of(count: int) -> StudyResults:
    units, outcomes = many(count)
    frames = {"flows": units}, {"flows": outcomes}
    study = study_with(**ASKED)
    made = returns_study(RecordedStudy(study, *frames))
    tables = {
        **made.tables,
        "exclusions": exclusions_of(made.excluded),
        **returns_uncertainty(RecordedStudy(study, *frames), seed=1),
    }
    return StudyResults(study, suppressed_tables(tables), quality={})


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return results_of(40)


@pytest.fixture(scope="module")
def few() -> StudyResults:
    return results_of(6)


def data(rows: tuple[Row, ...]) -> list[Row]:
    return [row for row in rows if row.kind == "data"]


def test_the_table_of_rates_prints_what_was_estimated(results: StudyResults) -> None:
    (table,) = rate_of_return_table(results, entry("rate_of_return", analyses=["efa"]))
    rows = data(table.rows)
    assert [row.label.text for row in rows] == 2 * ["As recorded", "Low", "Prices", "Late"]
    frame = results["returns"]
    own = frame[(frame["account"] == "all") & (frame["by"] == "")].set_index("measure")
    assert rows[0].cells[0].text == f"{100 * own.loc['irr', 'estimate']:.1f}"
    assert rows[0].record is not None
    assert rows[0].record["npv"] == pytest.approx(own.loc["npv", "estimate"])
    assert "percent a year" in table.interpretation[0]


def test_levels_stand_with_most_revenue_first(results: StudyResults) -> None:
    (table,) = returns_by_level_table(results, entry("returns_by_level", analyses=["efa"]))
    revenue = [row.record["revenue"] for row in data(table.rows) if row.record]
    assert len(revenue) == 2
    assert revenue == sorted(revenue, reverse=True)  # type: ignore[type-var]


def test_switching_values_say_by_how_much(results: StudyResults) -> None:
    (table,) = switching_values_table(results, entry("switching_values", analyses=["efa"]))
    rows = {row.label.text: row for row in data(table.rows)}
    assert set(rows) == {"Price, milk", "Price, quinoa", "Cost"}
    cost = rows["Cost"].record
    assert cost is not None
    assert cost["change"] == pytest.approx(100 * (cost["factor"] - 1))  # type: ignore[operator]


def test_few_units_are_suppressed_everywhere(few: StudyResults) -> None:
    (rates,) = rate_of_return_table(few, entry("rate_of_return", analyses=["efa"]))
    (levels,) = returns_by_level_table(few, entry("returns_by_level", analyses=["efa"]))
    (switching,) = switching_values_table(few, entry("switching_values", analyses=["efa"]))
    for table in (rates, levels, switching):
        for row in data(table.rows):
            assert row.cells[0].text == "[s]"
    assert rates.interpretation == ()
    assert not [
        value for key, value, *_ in returns_numbers(few) if "n_units" not in key and value == value
    ]
    assert "fewer than 10" in next(iter(returns_headlines(few))).text


def test_the_answer_names_the_threshold(results: StudyResults) -> None:
    percent = 100 * results.study.analyses[0].discount_rate
    assert f"the threshold of {percent:g} percent." in next(iter(returns_headlines(results))).text


def test_figures_draw_and_say_what_they_show(results: StudyResults, few: StudyResults) -> None:
    for kind in (TORNADO, DISTRIBUTION):
        exhibit = entry(kind.kind, analyses=["efa"])
        with palette.style():
            assert len(kind.draw(results, exhibit).axes) == (1 if kind is TORNADO else 2)
            assert not kind.draw(few, exhibit).axes
        assert "EFA" in kind.words(results, exhibit)


def test_numbers_have_identifiers(results: StudyResults) -> None:
    numbers = {key: value for key, value, *_ in returns_numbers(results)}
    frame = results["returns"]
    share = frame[
        (frame["account"] == "own") & (frame["measure"] == "share_above") & (frame["by"] == "")
    ]
    assert numbers["returns/efa/own/record/share_above"] == pytest.approx(
        100 * share["estimate"].iloc[0]
    )
    assert np.isfinite(numbers["returns/efa/all/prices/product=milk/npv_low"])
    assert numbers["returns/efa/all/late/n_units"] == 40


def test_an_account_that_does_not_exist_is_refused(tmp_path: Any) -> None:
    figure = written("tornado", analyses=["efa"], account="al")
    study = study_with(exhibits={"tables": [], "figures": [figure]}, **ASKED)
    with pytest.raises(ConfigError, match="'efa' has no account 'al', only all, own"):
        check_exhibits(study, package_kinds(), tmp_path / "exhibits.yaml")


def test_excluded_units_are_counted_in_the_notes(results: StudyResults) -> None:
    frame = results["returns_by_unit"].copy()
    frame.loc[frame["unit_id"] == "u03", "reason"] = "a year is missing"
    (table,) = rate_of_return_table(
        with_tables(results, returns_by_unit=pd.DataFrame(frame)),
        entry("rate_of_return", analyses=["efa"]),
    )
    assert any("<10: a year is missing" in note for note in table.notes)
