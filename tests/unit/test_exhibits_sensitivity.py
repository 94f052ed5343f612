"""Tables of sensitivity and of robustness across specifications, and the specification curve."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry, with_tables
from test_exhibits_study import build_results

from ruralimpact.exhibits import palette
from ruralimpact.exhibits.figures.specification_curve import specification_plot, specification_words
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.robustness import robustness, robustness_table
from ruralimpact.exhibits.tables.sensitivity import sensitivity_table
from ruralimpact.inference.bias_reduced_scores import CorrectedScores
from ruralimpact.inference.contrasts import equality_test

EXHIBIT = entry("sensitivity", analyses=["psid_matching"])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    folder: Path = tmp_path_factory.mktemp("sensitivity")
    return build_results(folder)


def cells(table: Table, row: Row) -> dict[str, str]:
    names = [f"{column.group}/{column.label}" for column in table.columns]
    return dict(zip(names, (cell.text for cell in row.cells), strict=True))


def data_rows(table: Table) -> list[Row]:
    return [row for row in table.rows if row.kind == "data"]


def test_sensitivity_cells(results: StudyResults) -> None:
    (table,) = sensitivity_table(results, EXHIBIT)
    rows = data_rows(table)
    assert len(rows) == 3 * (4 + 1), "each outcome has four strategies and a row for all units"
    first = cells(table, rows[0])
    estimate = results.estimates_of("psid_matching", "earnings").iloc[0]["estimate"]
    regression = "Regression with the design's weights"
    assert first[f"{regression}/RV"] == "12.3%"
    assert first[f"{regression}/Estimate"] == f"{1.1 * estimate:,.0f}"
    assert first[f"{regression}/Left by a confounder"] == f"like Age: {0.5 * estimate:,.0f}"
    assert first["Pairs/Critical Gamma"] == "–"
    assert first["All units/Oster's delta"] == "–"
    whole = cells(table, rows[4])
    assert rows[4].label.text == "All units, by regression"
    assert whole["All units/Oster's delta"] == "2.35"
    assert whole[f"{regression}/RV"] == "–"


def test_regions_that_leave_too_few_units_are_passed_over(results: StudyResults) -> None:
    (table,) = sensitivity_table(results, EXHIBIT)
    record = data_rows(table)[0].record
    assert record is not None
    estimate = results.estimates_of("psid_matching", "earnings").iloc[0]["estimate"]
    assert record["without_region_low"] == pytest.approx(0.8 * estimate)
    assert record["without_region_high"] == pytest.approx(1.3 * estimate)


def test_shares_are_printed_in_percentage_points(results: StudyResults) -> None:
    (table,) = sensitivity_table(results, EXHIBIT)
    estimates = results.estimates_of("psid_matching", "employed")
    own = estimates[~estimates["means_suppressed"]].iloc[0]  # others' ratios of means are hidden
    row = next(row for row in data_rows(table) if row.record["spec_id"] == own["spec_id"])
    assert row.record["regression_estimate"] == pytest.approx(110 * own["estimate"])
    assert row.record["e_value"] == pytest.approx(1.69)


def test_a_covariate_keeps_the_colon_of_its_label(results: StudyResults) -> None:
    balance = results["balance"]
    labels = balance["label"].where(balance["covariate"] != "age", "Age: in years")
    (table,) = sensitivity_table(
        with_tables(results, balance=balance.assign(label=labels)), EXHIBIT
    )
    first = cells(table, data_rows(table)[0])
    left = first["Regression with the design's weights/Left by a confounder"]
    assert left.startswith("like Age: in years: ")


def test_suppressed_estimates_show_nothing(results: StudyResults) -> None:
    hidden = results["estimates"].assign(suppressed=results["estimates"]["strategy"] == "nn5")
    (table,) = sensitivity_table(with_tables(results, estimates=hidden), EXHIBIT)
    row = next(row for row in data_rows(table) if "/nn5/" in row.record["spec_id"])
    assert {cell.text for cell in row.cells} == {"[s]"}
    assert set(row.record) == {"spec_id", "unit", "benchmark"}, "no number"


def test_columns_that_apply_nowhere_are_left_out(results: StudyResults) -> None:
    none = results["leave_one_out"].iloc[:0]
    (table,) = sensitivity_table(with_tables(results, leave_one_out=none), EXHIBIT)
    assert "Without one region" not in {column.group for column in table.columns}
    assert not any("Without one region" in note for note in table.notes)


def test_sensitivity_reading_counts_intervals(results: StudyResults) -> None:
    (table,) = sensitivity_table(results, EXHIBIT)
    frame = results.estimates_of("psid_matching")
    found = int((frame["p_value"] < 0.05).sum())
    if found == 0:
        assert "no clustered interval" in table.interpretation[0]
    else:
        assert "4.6 percent" in table.interpretation[0]


@pytest.mark.parametrize(
    ("factors", "side"), [((0.8, 0.9), "below"), ((1.1, 1.2), "above"), ((0.8, 1.2), "")]
)
def test_estimates_without_a_region_on_one_side_are_told(
    results: StudyResults, factors: tuple[float, float], side: str
) -> None:
    one = results.estimates_of("psid_matching", "earnings").iloc[0]
    table = results["leave_one_out"]
    rows = table[table["spec_id"] == one["spec_id"]].iloc[:2]
    rows = rows.assign(estimate=[factor * one["estimate"] for factor in factors])
    (shown,) = sensitivity_table(with_tables(results, leave_one_out=rows), EXHIBIT)
    told = [line for line in shown.interpretation if "every estimate without one region" in line]
    assert [f"lies {side} that of all regions" in line for line in told] == [True] * bool(side)


def test_verdict_counts(results: StudyResults) -> None:
    frame = results.estimates_of("psid_matching", "earnings")
    found = robustness(results, "psid_matching", "earnings")
    assert found.curve.count == 4
    assert found.curve.lowest == frame["estimate"].min()
    assert found.curve.positive == int((frame["estimate"] > 0).sum())
    assert found.matched == 4
    assert found.unbalanced == int((frame["balanced"] == "no").sum())
    expected = equality_test(
        frame["estimate"].to_numpy(float),
        [
            CorrectedScores(results["scores"][spec].fillna(0).to_numpy(float), None, df)
            for spec, df in zip(frame["spec_id"], frame["df"], strict=True)
        ],
    )
    assert found.test == expected


def test_verdict_table_prints_them(results: StudyResults) -> None:
    (table,) = robustness_table(results, EXHIBIT)
    row = data_rows(table)[0]
    frame = results.estimates_of("psid_matching", "earnings")
    printed = cells(table, row)
    assert printed["Estimates/Highest"] == f"{frame['estimate'].max():,.0f}"
    assert printed["Strategies/Above zero"] == f"{(frame['estimate'] > 0).sum()} of 4"
    assert printed["Strategies/Fail balance"] == f"{(frame['balanced'] == 'no').sum()} of 4"
    assert row.record["equality_df1"] == 3


def test_one_estimate_has_no_test_and_no_balance(results: StudyResults) -> None:
    (table,) = robustness_table(results, entry("robustness", analyses=["experiment"]))
    printed = cells(table, data_rows(table)[0])
    assert printed["Strategies/Fail balance"] == "–"
    assert printed["Are they equal?/F"] == "–"


def test_specification_curve_draws_every_estimate(results: StudyResults) -> None:
    exhibit = entry("specification_curve", analyses=["experiment", "psid_matching"])
    with palette.style():
        figure = specification_plot(results, exhibit)
        content = palette.svg_bytes(figure, "A title")
        assert content == palette.svg_bytes(specification_plot(results, exhibit), "A title")
    curves = figure.axes[: len(figure.axes) // 2]
    expected = sorted(
        pd.concat([results.estimates_of(name, "earnings") for name in exhibit.analyses])["estimate"]
    )
    drawn = [
        float(np.asarray(line.get_ydata())[0])
        for line in curves[0].lines
        if line.get_marker() == "o"
    ]
    assert drawn == pytest.approx(expected)


def test_outcomes_can_be_chosen(results: StudyResults) -> None:
    exhibit = entry("specification_curve", analyses=["psid_matching"], outcomes=["employed"])
    words = specification_words(results, exhibit)
    assert "Any earnings in 1978: 4 estimates" in words
    assert "Earnings in 1978:" not in words.replace("Any earnings in 1978:", "")
