"""Tables and figures of estimates over time."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry, with_tables
from staggered_survey import ALONE, STAGGERED, TRIPLE, TWO_ARMS, study, survey, tables
from study_models import study_of

from ruralimpact.difference.study import difference_study
from ruralimpact.estimation.study import estimate_study
from ruralimpact.exhibits import captions, palette
from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.build import tables_of_exhibit
from ruralimpact.exhibits.document import ShownFigure
from ruralimpact.exhibits.figures.event_study import event_study_plot
from ruralimpact.exhibits.figures.trends import trends_plot
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.load import load_results, suppressed_tables
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.difference import difference_table
from ruralimpact.exhibits.tables.goodman_bacon import goodman_bacon_table
from ruralimpact.exhibits.tables.group_time import group_time_table
from ruralimpact.exhibits.tables.parallel_trends import parallel_trends_table
from ruralimpact.tables import empty_table

EVERYTHING = [STAGGERED, TWO_ARMS, TRIPLE, ALONE]


def results_of(folder: Path, *, synthetic: bool = False) -> StudyResults:
    labelled = [analysis | {"label": analysis["name"].capitalize()} for analysis in EVERYTHING]
    wanted = study(*labelled, synthetic=synthetic) | {
        "title": "Made up",
        "design": "panel",
        "unit_label": "households",
        "group_label": "villages",
        "sources": [],
        "exhibits": {
            "tables": [{"name": "t", "kind": "difference", "title": "T", "analyses": ["two_arms"]}]
        },
    }
    given = tables(survey())
    found = difference_study(study_of(wanted), given, seed=1)
    made = estimate_study(study_of(wanted), given, seed=1, over_time=found.compared) | found.tables
    made |= {
        name: empty_table(name)
        for name in ("weights", "propensity", "balance", "designs", "exclusions")
    }
    for name, table in made.items():
        table.to_parquet(folder / f"{name}.parquet")
    paths = {name: [folder / f"{name}.parquet"] for name in made}
    return load_results(study_of(wanted), tables=paths, quality=[])


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return results_of(tmp_path_factory.mktemp("over_time"))


def exhibit(*analyses: str, **more: Any) -> Any:
    return entry("difference", analyses=list(analyses), **more)


def cells(table: Table, row: Row) -> dict[str, str]:
    names = [f"{column.group}/{column.label}" for column in table.columns]
    return dict(zip(names, (cell.text for cell in row.cells), strict=True))


def data_rows(table: Table) -> list[Row]:
    return [row for row in table.rows if row.kind == "data"]


def test_cells_are_the_estimates(results: StudyResults) -> None:
    (table,) = difference_table(results, exhibit("two_arms", outcomes=["income"]))
    first = results["estimates"].set_index("spec_id").loc["two_arms/two_by_two/income"]
    row = data_rows(table)[0]
    printed = cells(table, row)
    assert row.label.text == "Difference in differences"
    assert printed["Effect on the treated/Estimate"] == f"{first['estimate']:.2f}"
    assert printed["Effect on the treated/(SE)"] == f"({first['std_error']:.2f})"
    assert printed["Percent of the counterfactual/Estimate"] == f"{first['percent']:.0f}"
    assert (printed["Households/Treated"], printed["Households/Controls"]) == ("120", "120")
    assert printed["/Effective villages"] == "20 / 20"
    assert printed["/df"] == "38"


def test_shares_are_in_percentage_points(results: StudyResults) -> None:
    (table,) = difference_table(results, exhibit("two_arms"))
    row = next(row for row in data_rows(table) if row.record["spec_id"].endswith("two_by_two/poor"))
    own = results["estimates"].set_index("spec_id").loc["two_arms/two_by_two/poor"]
    assert row.record["estimate"] == pytest.approx(100 * own["estimate"])
    assert any("percentage points" in note for note in table.notes)


def test_words_claim_no_effect_without_the_condition(results: StudyResults) -> None:
    analyses = ["staggered", "two_arms", "triple"]
    (table,) = difference_table(results, exhibit(*analyses))
    text = " ".join(table.notes)
    assert "only if, without the treatment, both arms would have changed alike" in text
    assert "the gap between eligible and other units would have changed alike" in text
    assert "each cohort would have changed as its controls did" in text
    assert "Shown as a warning" in text
    marked = [row.label.mark for row in data_rows(table) if "Two-way" in row.label.text]
    assert marked == ["\N{DAGGER}"]
    assert "average effect under parallel trends on net income" in table.interpretation[0]


def test_changes_of_the_treated_have_a_table_of_their_own(results: StudyResults) -> None:
    effects, alone = difference_table(results, exhibit("two_arms", "alone"))
    assert "not attributable to the project" in alone.title
    assert "not attributable" not in effects.title
    (row,) = data_rows(alone)
    printed = cells(alone, row)
    own = results["estimates"].set_index("spec_id").loc["alone/before_after/income"]
    assert printed["Mean/Before"] == f"{own['counterfactual_mean']:.2f}"
    assert printed["Percent of the mean before/Estimate"] == f"{own['percent']:.0f}"
    assert "Households/Controls" not in printed
    assert row.label.text == "Change, not attributable"
    assert not own["suppressed"]
    text = " ".join((*alone.interpretation, *alone.notes))
    assert "not attributable to the project" in text and "effect on" not in text.lower()


def test_cohorts_and_waves(results: StudyResults) -> None:
    (table,) = group_time_table(results, exhibit("staggered"))
    blocks = [row.label.text for row in table.rows if row.kind == "group"]
    assert blocks[0] == "By cohort and wave" and len(blocks) == 4
    rows = {row.label.text: row for row in data_rows(table)}
    record = (
        results["event_study"].query("kind == 'group_time' and cohort == 5 and period == 6").iloc[0]
    )
    found = cells(table, rows["First treated in 5, wave 6"])
    assert found["Effect on the treated/Estimate"] == f"{record['estimate']:.2f}"
    assert found["Households/Treated"] == "120"
    before = rows["First treated in 5, wave 2"]
    assert before.label.mark and not rows["When it begins"].label.mark
    reference = rows["First treated in 5, wave 4"]
    assert reference.cells[0].text.startswith("reference period")


def test_forbidden_comparisons_are_named_with_their_weight(results: StudyResults) -> None:
    (table,) = goodman_bacon_table(results, exhibit("staggered"))
    rows = data_rows(table)
    marked = [row for row in rows if row.label.mark]
    assert [row.label.text for row in marked] == [
        "Treated from 5 against units treated already from 3"
    ]
    share = sum(row.record["weight"] for row in marked)
    assert f"{share:.0f} percent of the weight of two-way fixed effects" in table.interpretation[0]
    total = next(row for row in table.rows if row.kind == "foot")
    two_way = (
        results["estimates"].set_index("spec_id").loc["staggered/two_way_fixed_effects/income"]
    )
    assert total.record["estimate"] == pytest.approx(two_way["estimate"], rel=1e-9)


def test_without_forbidden_weight_nothing_is_warned_of(results: StudyResults) -> None:
    kept = results["goodman_bacon"][results["goodman_bacon"]["kind"] == "treated_vs_never"]
    (table,) = goodman_bacon_table(with_tables(results, goodman_bacon=kept), exhibit("staggered"))
    assert "no weight" in table.interpretation[0]
    assert not any("forbidden" in note for note in table.notes)


def test_sensitivity_prints_intervals_and_breakdown(results: StudyResults) -> None:
    (table,) = parallel_trends_table(results, exhibit("staggered", "triple"))
    rows = data_rows(table)
    own = results["parallel_trends"].iloc[0]
    assert rows[0].label.text == "None: parallel trends"
    assert rows[0].cells[0].text == f"{own['conf_low']:.2f} to {own['conf_high']:.2f}"
    assert rows[0].cells[1].text == "yes"
    feet = [row.cells[0].text for row in table.rows if row.kind == "foot"]
    assert feet[0] == f"Breakdown value: {own['breakdown']:.2f} times"
    assert any("holds zero from the start" in text for text in feet)
    assert f"exceeds {own['breakdown']:.2f} times the largest before it" in table.interpretation[0]


def test_small_cells_show_nothing(results: StudyResults) -> None:
    few = results["event_study"].assign(suppressed=False)
    few.loc[few["kind"] != "mean", ["suppressed", "estimate"]] = [True, np.nan]
    (table,) = group_time_table(with_tables(results, event_study=few), exhibit("staggered"))
    numbers = {cell.text for row in data_rows(table) for cell in row.cells[:4]}
    assert "[s]" in numbers and not any("." in text for text in numbers)
    small = suppressed_tables({"goodman_bacon": results["goodman_bacon"].assign(n_control=9)})
    (table,) = goodman_bacon_table(with_tables(results, **small), exhibit("staggered"))
    assert {row.cells[1].text for row in table.rows if row.cells} == {"[s]"}
    assert all(row.record.get("estimate") is None for row in table.rows if row.record)
    hidden = results["estimates"].assign(suppressed=True)
    (table,) = parallel_trends_table(with_tables(results, estimates=hidden), exhibit("staggered"))
    assert [row.cells[0].text for row in data_rows(table)] == ["[s]"]


def test_synthetic_studies_say_so(tmp_path: Path) -> None:
    made_up = results_of(tmp_path, synthetic=True)
    for kind in ("difference", "group_time", "goodman_bacon", "parallel_trends"):
        shown = tables_of_exhibit(made_up, entry(kind, analyses=["staggered"]), 1, package_kinds())
        (table,) = shown.tables
        assert "synthetic stand-in" in table.full_title
        assert "no findings" in " ".join(table.interpretation)


def drawn(axes: Any, colour: str) -> np.ndarray:
    points = [
        line for line in axes.lines if line.get_marker() == "o" and line.get_color() == colour
    ]
    return np.concatenate([np.asarray(line.get_ydata(), float) for line in points])


def test_event_study_draws_every_effect(results: StudyResults) -> None:
    wanted = exhibit("staggered", "two_arms")
    with palette.style():
        figure = event_study_plot(results, wanted)
        content = palette.svg_bytes(figure, "A title")
        assert content == palette.svg_bytes(event_study_plot(results, wanted), "A title")
    panels = [axes for axes in figure.axes if axes.get_visible()]
    assert len(panels) == 3
    own = results["event_study"].query("analysis == 'staggered' and kind == 'event'")
    expected = own["estimate"][own["std_error"].notna()]
    assert drawn(panels[0], "#0072b2") == pytest.approx(expected.to_numpy())
    test = results["pre_trends"].iloc[0]
    texts = [text.get_text() for text in panels[0].texts]
    assert texts == [
        f"Before treatment: F(3, {test['df_denominator']:.0f}) = {test['statistic']:.2f}, "
        f"p = {test['p_value']:.3f}"
    ]
    shares = 100 * results["event_study"].query("kind == 'event' and outcome == 'poor'")["estimate"]
    assert min(drawn(panels[2], "#0072b2")) == pytest.approx(shares.min())


def test_trends_draw_the_means_of_every_arm(results: StudyResults) -> None:
    with palette.style():
        figure = trends_plot(results, exhibit("triple"))
    (axes,) = figure.axes
    lines = {line.get_label(): line for line in axes.lines if line.get_marker() != "None"}
    assert set(lines) == {
        *("Treated, eligible", "Treated, not eligible"),
        *("Controls, eligible", "Controls, not eligible"),
    }
    means = results["event_study"].query("analysis == 'triple' and arm == 'treated, eligible'")
    assert list(lines["Treated, eligible"].get_ydata()) == pytest.approx(list(means["estimate"]))


def test_without_anything_to_draw_a_figure_says_why(results: StudyResults) -> None:
    nothing = with_tables(
        results, event_study=results["event_study"].assign(estimate=np.nan, suppressed=True)
    )
    for draw in (event_study_plot, trends_plot):
        figure = draw(nothing, exhibit("staggered"))
        assert "Suppressed" in figure.texts[0].get_text()
        assert not figure.axes


def words_of(results: StudyResults, kind: str) -> ShownFigure:
    wanted = entry(kind, analyses=["staggered"])
    return captions.figure_words(results, package_kinds().figures[kind], wanted, 1)


def test_figures_have_words(results: StudyResults) -> None:
    for kind in ("event_study", "trends"):
        words = words_of(results, kind)
        assert "Net income" in words.alt
    words = words_of(results, "event_study")
    assert "little power and proves nothing" in words.note
    assert "if trends would have been parallel" in words.note.lower()


def test_numbers_can_be_cited(results: StudyResults) -> None:
    found = findings(results)
    own = results["event_study"].query(
        "kind == 'event' and analysis == 'two_arms' and event_time == 1"
    )
    key = "over_time/two_arms/income/event/1/estimate"
    assert found[key].value == pytest.approx(own["estimate"].iloc[0])
    assert found["over_time/staggered/income/relative_magnitudes/breakdown"].unit == "times"
    share = found["over_time/staggered/income/forbidden_share"]
    assert 0 < share.value < 50 and share.unit == "percent"
    box = answer_box(replace(results, findings=found))
    assert [line.label for line in box.lines] == ["Two_arms"]


def test_missing_tables_are_empty(results: StudyResults) -> None:
    none = with_tables(
        results, parallel_trends=pd.DataFrame(columns=results["parallel_trends"].columns)
    )
    (table,) = parallel_trends_table(none, exhibit("staggered"))
    assert [row.label.text for row in data_rows(table)] == ["No sensitivity"]
