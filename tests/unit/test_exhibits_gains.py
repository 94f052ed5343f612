"""Tables and figure of gains: their numbers, what is suppressed, and that nothing is attributable."""

from typing import Any

import numpy as np
import pytest
from exhibit_entries import entry
from study_models import with_parts
from test_gains import EFFECT, TARGETING, frames, study_with

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import palette
from ruralimpact.exhibits.figures.gain_distribution import KIND as DISTRIBUTION
from ruralimpact.exhibits.gains_rows import gains_headlines, gains_numbers
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.model import Row
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.gains import gains_tables
from ruralimpact.exhibits.tables.targeting import targeting_table
from ruralimpact.gains.study import gains_study
from ruralimpact.schema.exhibit import Exhibits

ASKED = {"by": ["product"], "within": "product", "targeting": TARGETING, "effects": [EFFECT]}
WORDS = "not attributable to the project"


def results_of(honey: int, milk: int = 30, cocoa: int = 12) -> StudyResults:
    count = honey + milk + cocoa
    rng = np.random.default_rng(5)
    names = [f"u{place:02d}" for place in range(count)]
    before = dict(zip(names, rng.lognormal(6, 0.4, count), strict=True))
    after = {name: amount * rng.normal(1.8, 0.7) for name, amount in before.items()}
    products = ["honey"] * honey + ["milk"] * milk + ["cocoa"] * cocoa
    towns = [f"t{place % 8}" for place in range(count)]
    needs = [0.3 + 0.05 * (place % 8) for place in range(count)]
    tables = frames(before, after, product=products, town=towns, needs=needs)
    made = gains_study(RecordedStudy(study_with(**ASKED), *tables))
    shown = {**made.tables, "exclusions": exclusions_of(made.excluded)}
    return StudyResults(study_with(**ASKED), suppressed_tables(shown), quality={})


@pytest.fixture(scope="module")
def results() -> StudyResults:
    return results_of(20)


def data(rows: tuple[Row, ...]) -> list[Row]:
    return [row for row in rows if row.kind == "data"]


def test_the_table_prints_what_was_estimated_and_says_what_it_is_not(results: StudyResults) -> None:
    averages, variance, agreement = gains_tables(results, entry("gains", analyses=["gains"]))
    rows = data(averages.rows)
    assert [row.label.text for row in rows] == ["All", "Cocoa", "Honey", "Milk"]
    frame = results["gains"]
    total = frame[(frame["measure"] == "ratio_of_totals") & (frame["by"] == "")]
    assert rows[0].cells[0].text == f"{100 * total['estimate'].iloc[0]:.0f}"
    assert WORDS in averages.interpretation[0]
    for table in (averages, variance, agreement):
        assert any(WORDS in note for note in table.notes)
    assert len(data(variance.rows)) == 1 and len(data(agreement.rows)) == 3


def test_a_level_that_a_small_one_could_be_told_from_is_hidden_with_it() -> None:
    averages, *_ = gains_tables(results_of(9), entry("gains", analyses=["gains"]))
    hidden = {row.label.text: row.cells[0].text == "[s]" for row in data(averages.rows)}
    assert hidden == {"All": False, "Honey": True, "Cocoa": True, "Milk": False}


def test_where_the_units_are(results: StudyResults) -> None:
    (table,) = targeting_table(results, entry("targeting", analyses=["gains"]))
    shares = {row.label.text: row.record["share"] for row in data(table.rows) if row.record}
    assert shares["Places (town)"] == pytest.approx(100 * 3 / 8)
    assert "of the places have a high index" in table.interpretation[0]


def test_the_figure_and_the_answer_say_so(results: StudyResults) -> None:
    exhibit = entry("gain_distribution", analyses=["gains"])
    with palette.style():
        assert len(DISTRIBUTION.draw(results, exhibit).axes) == 2
    assert WORDS in DISTRIBUTION.words(results, exhibit)
    (line,) = gains_headlines(results)
    assert WORDS in line.text
    numbers = {key: (value, unit) for key, value, unit, _ in gains_numbers(results)}
    assert "not attributable" in numbers["gains/gains/income/mean_of_ratios"][1]
    assert np.isfinite(numbers["growth_without/gains/income/matched/ratio_of_totals_low"][0])
    assert np.isfinite(numbers["gain_variance/gains/income/product/share_between_high"][0])


def test_few_units_are_suppressed_everywhere() -> None:
    few = results_of(3, 2, 3)
    for table in gains_tables(few, entry("gains", analyses=["gains"])):
        assert {row.cells[0].text for row in data(table.rows)} == {"[s]"}
    assert not [value for _, value, *_ in gains_numbers(few) if value == value]
    assert "fewer than 10" in next(iter(gains_headlines(few))).text


def test_an_analysis_without_targeting_has_no_table_of_it(tmp_path: Any) -> None:
    shown = Exhibits(tables=(entry("targeting", analyses=["gains"]),))
    study = with_parts(study_with(by=["product"]), exhibits=shown)
    with pytest.raises(ConfigError, match="declares no targeting"):
        check_exhibits(study, package_kinds(), tmp_path / "exhibits.yaml")
