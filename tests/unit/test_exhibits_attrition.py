"""The tables of attrition: what they print, what they hide and what they say."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from exhibit_entries import entry, with_tables
from study_models import study_of, with_parts
from test_attrition_study import samples, study
from test_exhibits_study import build_results

from ruralimpact.attrition.study import attrition_study
from ruralimpact.exhibits import disclosure, formatting
from ruralimpact.exhibits.build import NO_FINDINGS, tables_of_exhibit
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.attrition import attrition_table

EXHIBIT = entry("attrition", title="Attrition")


@pytest.fixture(scope="module")
def nsw(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    folder: Path = tmp_path_factory.mktemp("attrition")
    return build_results(folder)


def with_attrition(base: StudyResults, made: dict[str, pd.DataFrame], **words: Any) -> StudyResults:
    income = {"label": "Income", "unit": "pesos", "decimals": 1, "build": "variable", "of": "x"}
    own = {"unit_label": "producers", "group_label": "producer groups", **words}
    study = with_parts(base.study, **own, outcomes={"income": income})
    return with_tables(replace(base, study=study), **suppressed_tables(made))


@pytest.fixture(scope="module")
def made() -> dict[str, pd.DataFrame]:
    return attrition_study(study_of(study()), *samples())


@pytest.fixture(scope="module")
def results(nsw: StudyResults, made: dict[str, pd.DataFrame]) -> StudyResults:
    return with_attrition(nsw, made)


def row(table: Table, label: str) -> Row:
    return next(one for one in table.rows if one.label.text == label)


def texts(one: Row) -> list[str]:
    return [cell.text for cell in one.cells]


def test_response_by_arm(results: StudyResults, made: dict[str, pd.DataFrame]) -> None:
    table, _ = attrition_table(results, EXHIBIT)
    assert table.rows[0].label.text == "Found again in 2018"
    rows = made["attrition"].set_index(["measure", "arm"]).sort_index()
    treated, difference = rows.loc[("response", "treated")], rows.loc[("difference", "")]
    found = row(table, "Found again, percent")
    assert texts(found)[0] == f"{100 * treated['estimate'].item():.1f}"
    assert texts(found)[2] == f"{100 * difference['estimate'].item():.1f}"
    assert found.record["std_error"] == pytest.approx(100 * difference["std_error"].item())
    assert texts(row(table, "Producers of the baseline"))[:2] == ["180", "180"]
    lost = texts(row(table, "Producer groups of which nobody was found"))
    assert lost[:2] == ["0 of 12", "0 of 12"]
    test = row(table, "Covariates go with response")
    df = rows.loc[("covariates", ""), "df_denominator"].item()
    assert texts(test)[0].startswith(f"F(2, {df:.0f}) = ")
    assert test.cells[0].span == len(table.columns)
    for one in table.rows:
        assert sum(cell.span for cell in one.cells) in (0, len(table.columns))


def test_effects_and_bounds(results: StudyResults, made: dict[str, pd.DataFrame]) -> None:
    _, table = attrition_table(results, EXHIBIT)
    rows = made["attrition_bounds"].set_index(["kind", "estimator"])
    lower = row(table, "Lower bound")
    assert lower.record["estimate"] == pytest.approx(
        rows.loc[("lee_lower", "trimming"), "estimate"]
    )
    assert texts(lower)[0] == formatting.number(lower.record["estimate"], 1)
    assert texts(row(table, "Interval for the effect"))[0] == "–"
    labels = [one.label.text for one in table.rows if one.kind == "data"]
    assert labels[:2] == ["As found, difference in means", "As found, regression among controls"]
    assert labels[-3:] == [
        "Lower bound, within cells",
        "Upper bound, within cells",
        "Interval for the effect, within cells",
    ]
    share = 100 * rows.loc[("lee_lower", "trimming"), "share_trimmed"]
    assert f"Trimmed: {share:.1f} percent of the treated found." in table.notes


def test_words(results: StudyResults) -> None:
    response, effects = attrition_table(results, EXHIBIT)
    assert "percent of controls were found again; the rates differ" in response.interpretation[0]
    assert "the interval for the effect" in effects.interpretation[0]


def test_synthetic_studies_have_no_findings(results: StudyResults) -> None:
    synthetic = replace(results, study=with_parts(results.study, synthetic=True))
    attrition = tables_of_exhibit(synthetic, EXHIBIT, 7, package_kinds())
    assert attrition.numbers == ("7a", "7b")
    assert not [table for table in attrition.tables if "7" in table.title]
    assert all(table.interpretation == (NO_FINDINGS,) for table in attrition.tables)


def test_no_attrition_says_so(nsw: StudyResults) -> None:
    results = with_attrition(nsw, attrition_study(study_of(study()), *samples(lost=0)))
    (table,) = attrition_table(results, EXHIBIT)
    assert table.interpretation == (
        "Found again in 2018: every unit of the baseline was found again, so nothing is weighted or bounded.",
    )


def test_small_arms_are_hidden(nsw: StudyResults) -> None:
    """Two groups of controls: their rates and every comparison with them are suppressed."""
    units, outcomes = samples()
    kept = units["first"]["member"].eq(1) | units["first"]["group"].isin(["g00", "g22"])
    units = {
        name: frame[frame["id"].isin(units["first"]["id"][kept])] for name, frame in units.items()
    }
    made = attrition_study(study_of(study(covariates=[], cells=[])), units, outcomes)
    response, _ = attrition_table(with_attrition(nsw, made), EXHIBIT)
    assert texts(row(response, "Found again, percent"))[1:] == ["[s]"] * 5
    assert "Suppressed" in response.interpretation[0] or "suppressed" in response.interpretation[0]
    few = made["attrition_bounds"].assign(n_control=9)
    hidden = with_attrition(nsw, {**made, "attrition_bounds": few})
    _, effects = attrition_table(hidden, EXHIBIT)
    assert (
        texts(row(effects, "Lower bound"))[:6]
        == ["[s]"] * 4 + texts(row(effects, "Lower bound"))[4:6]
    )
    assert texts(row(effects, "Lower bound"))[5] == "<10"
    assert effects.interpretation == ()
    assert disclosure.NOTE in effects.notes


def test_what_could_not_be_estimated_says_why(nsw: StudyResults) -> None:
    units, outcomes = samples()
    south = units["first"].query("region == 'south' and member == 0")["id"]
    units["second"] = units["second"][~units["second"]["id"].isin(south)]
    results = with_attrition(nsw, attrition_study(study_of(study()), units, outcomes))
    _, effects = attrition_table(results, EXHIBIT)
    (reason,) = texts(row(effects, "Interval for the effect, within cells"))
    assert "'south' nobody responds" in reason


def test_few_groups_are_warned_of_in_both_tables(results: StudyResults) -> None:
    response, effects = attrition_table(results, EXHIBIT)
    for table in (response, effects):
        assert any(note.startswith("Fewer than 40 groups") for note in table.notes)
    many = with_tables(
        results,
        attrition=results["attrition"].assign(n_clusters=80),
        attrition_bounds=results["attrition_bounds"].assign(n_clusters=80),
    )
    for table in attrition_table(many, EXHIBIT):
        assert not any(note.startswith("Fewer than 40 groups") for note in table.notes)
