"""Exhibit tables hold the numbers of the estimates, in the right unit, and hide what is too small."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry, with_tables
from scipy import stats
from study_models import with_parts
from test_exhibits_study import build_results, build_tables, nsw_study

from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.balance import balance_tables
from ruralimpact.exhibits.tables.benchmark import benchmark_difference, benchmark_table
from ruralimpact.exhibits.tables.impact import impact_table, panel_table
from ruralimpact.exhibits.tables.sample import sample_tables
from ruralimpact.exhibits.tables.standard_errors import std_error_tables


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"))


def exhibit_of(results: StudyResults, name: str) -> Any:
    return next(table for table in results.study.exhibits.tables if table.name == name)


def row_of(table: Table, spec_id: str) -> Row:
    return next(row for row in table.rows if (row.record or {}).get("spec_id") == spec_id)


def texts(row: Row) -> list[str]:
    return [cell.text for cell in row.cells]


def test_impact_cells_are_the_estimates(results: StudyResults) -> None:
    (table,) = impact_table(results, exhibit_of(results, "impact"))
    spec = "psid_matching/nn5/earnings"
    estimate = results["estimates"].set_index("spec_id").loc[spec]
    assert texts(row_of(table, spec)) == [
        f"{estimate['treated_mean']:,.0f}",
        f"{estimate['control_mean']:,.0f}",
        "1,384",  # MatchIt: 1383.8384
        f"({estimate['std_error']:,.0f})",
        f"{estimate['conf_low']:,.0f} to {estimate['conf_high']:,.0f}".replace("-", "−"),
        f"{estimate['p_value']:.3f}",
        f"{estimate['percent']:.0f}",
        f"{estimate['percent_low']:.0f} to {estimate['percent_high']:.0f}".replace("-", "−"),
        "185",
        "0",
        "179",
        f"185 / {estimate['effective_control_groups']:.0f}",
        f"{estimate['df']:.0f}",
    ]


@pytest.mark.parametrize(
    ("effective", "text", "mark"),
    [(9.94, "185 / 9.9", "\N{SECTION SIGN}"), (15.2, "185 / 15", "")],
)
def test_few_effective_groups_are_marked(
    results: StudyResults, effective: float, text: str, mark: str
) -> None:
    spec = "psid_matching/nn5/earnings"
    frame = results["estimates"].copy()
    frame.loc[frame["spec_id"] == spec, "effective_control_groups"] = effective
    few = with_tables(results, estimates=frame)
    (table,) = impact_table(few, exhibit_of(few, "impact"))
    row = row_of(table, spec)
    assert (row.cells[-2].text, row.cells[-2].mark) == (text, mark)
    assert row.record is not None
    assert row.record["effective_control_groups"] == effective
    assert any(note.startswith("\N{SECTION SIGN} Fewer than 10") for note in table.notes) == bool(
        mark
    )
    assert any("(of up to 185 treated and " in note for note in table.notes)


def test_weights_and_strata_of_samples_are_told(results: StudyResults) -> None:
    """Of whose samples, where not all of them have any."""
    study = results.study
    drawn = {"weight": ("w",), "strata": "h"}
    labels = [study.samples[name].label for name in dict.fromkeys(a.sample for a in study.analyses)]
    for names, where in (([*study.samples], ""), (["psid"], f" ({study.samples['psid'].label})")):
        samples = {
            name: sample.model_copy(update=drawn if name in names else {})
            for name, sample in study.samples.items()
        }
        weighted = replace(results, study=with_parts(study, samples=samples))
        (table,) = impact_table(weighted, exhibit_of(weighted, "impact"))
        assert f"Units count by their sampling weights{where}." in table.notes[0]
        assert f"Errors allow for the strata of the draw{where}." in table.notes[0]
    assert len(labels) > 1
    (table,) = impact_table(results, exhibit_of(results, "impact"))
    assert "sampling weights" not in table.notes[0]


def test_shares_are_in_percentage_points_without_a_percent(results: StudyResults) -> None:
    (table,) = impact_table(results, exhibit_of(results, "impact"))
    row = row_of(table, "psid_matching/nn5/low_earnings")
    assert row.cells[2].text == "−12.0"  # MatchIt: -0.12
    assert row.record is not None
    assert row.record["estimate"] == pytest.approx(-12, abs=1e-9)
    assert (row.cells[6].text, row.cells[6].mark) == ("–", "a")
    assert row.record["percent"] is None
    assert any(note.startswith("a. No percent: effects on shares") for note in table.notes)


def test_a_refused_percent_prints_its_reason(tmp_path: Path) -> None:
    tables = build_tables()
    estimates = tables["estimates"].copy()
    hit = estimates["spec_id"] == "psid_matching/nn5/earnings"
    estimates.loc[hit, ["percent", "percent_low", "percent_high"]] = np.nan
    estimates.loc[hit, "percent_reason"] = "the base is not significantly positive"
    results = build_results(tmp_path, tables=tables | {"estimates": estimates})
    (table,) = impact_table(results, exhibit_of(results, "impact"))
    cell = row_of(table, "psid_matching/nn5/earnings").cells[6]
    assert cell.text == "–"
    assert f"{cell.mark}. No percent: the base is not significantly positive." in table.notes


def test_marks_of_balance_and_support(results: StudyResults) -> None:
    (table,) = impact_table(results, exhibit_of(results, "impact"))
    caliper = row_of(table, "psid_matching/nn1_caliper/earnings")
    assert caliper.label.mark == "†‡"
    assert caliper.cells[9].text == "1"
    assert row_of(table, "psid_matching/nn5/earnings").label.mark == ""
    assert any(note.startswith("‡ ATT, supported") for note in table.notes)


def test_small_cells_are_suppressed_everywhere(tmp_path: Path) -> None:
    tables = build_tables()
    estimates = tables["estimates"].copy()
    spec = "psid_matching/nn5/earnings"
    estimates.loc[estimates["spec_id"] == spec, "n_control"] = 9
    results = build_results(tmp_path, tables=tables | {"estimates": estimates})
    (table,) = impact_table(results, exhibit_of(results, "impact"))
    row = row_of(table, spec)
    assert texts(row)[:8] == ["[s]"] * 8
    assert row.cells[10].text == "<10"
    assert row.record is not None
    assert pd.isna(row.record["estimate"])
    assert row.record["n_control"] is None
    assert any(note.startswith("[s] = suppressed") for note in table.notes)
    assert "across three strategies" in table.interpretation[1]
    assert not any(key.startswith(spec) for key in findings(results))
    (compared,) = benchmark_table(results, exhibit_of(results, "benchmark"))
    assert not any((item.record or {}).get("spec_id") == spec for item in compared.rows)


def test_difference_from_the_benchmark_uses_shared_scores() -> None:
    scores = pd.DataFrame(
        {"group": list("abcd"), "x": [1.0, -2.0, 1.0, np.nan], "y": [0.5, -1.0, np.nan, 0.5]}
    )
    estimates = pd.DataFrame({"spec_id": ["x", "y"], "estimate": [5.0, 2.0], "df": [3.0, 7.0]})
    found = benchmark_difference(estimates, scores, "x", "y")
    se = np.sqrt(0.5**2 + 1.0**2 + 1.0**2 + 0.5**2)
    assert found.estimate == 3
    assert found.n_clusters == 4
    assert found.std_error == pytest.approx(se, rel=1e-12)
    assert found.p_value == pytest.approx(2 * stats.t.sf(3 / se, 3), rel=1e-9)


def test_benchmark_table_against_independent_arithmetic(results: StudyResults) -> None:
    (table,) = benchmark_table(results, exhibit_of(results, "benchmark"))
    spec, base = "psid_matching/nn5/earnings", "experiment/difference_in_means/earnings"
    sheet = results["scores"].set_index("group")[[spec, base]].fillna(0)
    gaps = (sheet[spec] - sheet[base]).to_numpy()
    se = np.sqrt(np.sum(gaps**2))
    row = row_of(table, spec)
    assert row.record is not None
    assert row.record["difference_std_error"] == pytest.approx(se, rel=1e-12)
    assert row.cells[4].text == f"{1383.8384324324371 - 1794.3423818501043:,.0f}".replace("-", "−")
    assert row.cells[0].text == "1,794"


def test_balance_marks_only_the_failing_statistic(results: StudyResults) -> None:
    (table,) = balance_tables(results, exhibit_of(results, "balance"))
    frame = results["balance"].set_index(["covariate", "strategy"])
    for row in table.rows:
        if row.kind != "data" or row.record is None:
            continue
        for place, strategy in enumerate(("nn1_caliper", "nn5"), start=1):
            smd = frame.loc[(row.record["covariate"], strategy), "smd"]
            cell = row.cells[3 * place]
            assert cell.text == f"{smd:.2f}".replace("-", "−")
            assert cell.mark == ("†" if abs(smd) >= 0.1 else "")
            assert row.cells[3 * place + 2].mark == ""
    assert [row.label.text for row in table.rows if row.kind == "foot"][-1].startswith("Effective")


def test_spans_fill_every_row(results: StudyResults) -> None:
    builders = {
        "impact": impact_table,
        "benchmark": benchmark_table,
        "balance": balance_tables,
        "sample": sample_tables,
        "standard_errors": std_error_tables,
    }
    for name, builder in builders.items():
        for table in builder(results, exhibit_of(results, name)):
            for row in table.rows:
                if row.cells:
                    assert sum(cell.span for cell in row.cells) == len(table.columns), name


def test_analyses_with_other_standard_errors_get_their_own_table(results: StudyResults) -> None:
    tables = list(std_error_tables(results, exhibit_of(results, "standard_errors")))
    labels = [[column.label for column in table.columns] for table in tables]
    assert labels == [
        ["Estimate", "Clustered by participant"],
        ["Estimate", "Clustered by participant", "Abadie-Imbens (2006)"],
    ]


def test_tests_by_permutation_say_how_many_draws_they_rest_on(results: StudyResults) -> None:
    spec = results.estimates_of("psid_matching")["spec_id"].iloc[0]
    tests = [("permuted", 999), ("refitted", 187), ("refitted", 199)]
    rows = [
        {"spec_id": spec, "kind": kind, "label": kind, "p_value": 0.2, "draws": draws}
        for kind, draws in tests
    ]
    errors = pd.concat([results["std_errors"], pd.DataFrame(rows)], ignore_index=True)
    errors["suppressed"] = errors["suppressed"].fillna(False).astype(bool)
    told = replace(results, tables={**results.tables, "std_errors": errors})
    *_, table = std_error_tables(told, exhibit_of(results, "standard_errors"))
    notes = table.notes
    assert "(999 draws)" in " ".join(notes) and "each of 187 to 199 draws" in " ".join(notes)
    *_, plain = std_error_tables(results, exhibit_of(results, "standard_errors"))
    assert "draws" not in " ".join(plain.notes)


def test_sample_flow_subtracts(results: StudyResults) -> None:
    flow, arms = sample_tables(results, exhibit_of(results, "sample"))
    last = flow.rows[-1]
    assert texts(last) == ["185", "1", "184"]
    assert texts(arms.rows[1])[:5] == ["185", "429", "184", "1", "82"]


def test_words_follow_the_numbers(results: StudyResults) -> None:
    lines = answer_box(replace(results, findings=findings(results))).lines
    assert [line.label for line in lines] == [
        "Randomised controls (benchmark)",
        "PSID controls, matched",
    ]
    assert "Experimental estimate for earnings in 1978: +1,794 US dollars" in lines[0].text
    assert "Matched difference in earnings in 1978: " in lines[1].text
    assert "four estimates: 416 to 1,998" in lines[1].text


def test_findings_hold_unrounded_numbers(results: StudyResults) -> None:
    found = findings(results)
    earnings = found["psid_matching/nn5/earnings/estimate"]
    assert earnings.value == pytest.approx(1383.8384324324371)
    assert (earnings.unit, earnings.text) == ("US dollars of 1982", "1,384")
    assert found["psid_matching/nn5/low_earnings/estimate"].text == "−12.0"
    assert "psid_matching/nn5/low_earnings/percent" not in found
    assert "benchmark/psid_matching/nn5/earnings/difference" in found


def test_changes_between_periods_are_counted_in_groups(tmp_path: Path) -> None:
    study = nsw_study() | {"unit_label": "person-years", "group_label": "persons"}
    results = build_results(tmp_path, study)
    exhibit = entry("impact", analyses=["psid_matching"])
    (before,) = impact_table(results, exhibit)
    assert [c.group for c in before.columns if c.label == "Dropped"] == ["Person-years"]
    assert before.columns[-2].label == "Effective persons"
    study["analyses"][1]["method"] = "matched_difference"
    (after,) = impact_table(build_results(tmp_path, study), exhibit)
    assert [c.group for c in after.columns if c.label == "Dropped"] == ["Persons"]
    assert len(after.columns) == len(before.columns)
    assert "difference in the change of earnings in 1978 ranges" in after.interpretation[0]


def test_panel_table_has_no_percent(results: StudyResults) -> None:
    (table,) = panel_table(results, entry("panel", analyses=["psid_matching"]))
    assert [column.label for column in table.columns] == [
        *("Estimate", "(SE)", "95% interval", "p", "Treated", "Dropped", "Untreated"),
        *("Effective participants", "df"),
    ]
    assert texts(row_of(table, "psid_matching/nn5/earnings"))[0] == "1,384"
