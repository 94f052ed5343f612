"""Published numbers stand beside the right estimate, and planted truth is read in the right unit."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import with_parts
from test_exhibits_study import build_results

from rural_alliances.claims.records import Claim, Published
from rural_alliances.exhibits.printed_numbers import claims_by_finding, printed_numbers
from rural_alliances.exhibits.published_table import PublishedOptions, published_table
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits.build import findings_document, tables_of_exhibit
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.quantities import Quantity, planted, quantity_of
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.truth import truth_table
from ruralimpact.schema.base import plain

NN5 = "nsw:psid_matching/nn5"
NN1 = "nsw:psid_matching/nn1_caliper"


def claim(name: str, value: str, unit: str, base: str, comparison: str, computed_by: str) -> Claim:
    return Claim(
        id=name,
        document="Report",
        place="1.1",
        quantity="Gain",
        population="participants",
        value=value,
        printed="",
        unit=unit,
        base=base,
        comparison=comparison,
        source="S",
        tier="A",
        direction="",
        computed_by=computed_by,
        note="",
        reason="",
    )


LOWEST = f"lowest {NN5}/earnings/percent_control {NN1}/earnings/percent_control"
CLAIMS = (
    claim("X1", "20", "percent", "counterfactual", "controls", f"{NN5}/earnings/percent"),
    claim("X2", "12", "percent", "controls", "controls", LOWEST),
    claim("X3", "-12", "percentage points", "", "controls", f"{NN5}/low_earnings/estimate"),
    claim("X4", "160", "percent", "before", "before and after", ""),
    claim("X5", "7", "percent", "", "share", "other:main/nn5/earnings/percent"),
)


def truth() -> pd.DataFrame:
    columns = ["wave", "outcome", "by", "level", "counterfactual", "treated", "effect", "percent"]
    rows = [
        (1978, "earnings", "all", "", 5000.0, 6000.0, 1000.0, 20.0),
        (1978, "low_earnings", "all", "", 0.6, 0.5, -0.1, -16.7),
        (1978, "earnings", "age", "1", 4000.0, 6000.0, 2000.0, 50.0),
        (1978, "earnings", "age", "2", 4000.0, 5000.0, 1000.0, 25.0),
    ]
    return pd.DataFrame(rows, columns=columns)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    folder: Path = tmp_path_factory.mktemp("study")
    published = Published({one.id: one for one in CLAIMS}, (), {})
    found = build_results(folder)
    entry = {"name": "age", "label": "Age", "variable": "age", "levels": {"1": "Young", "2": "Old"}}
    analyses = [{**plain(one), "subgroups": [entry]} for one in found.study.analyses]
    study = with_parts(found.study, analyses=analyses)
    own = replace(found, study=study, plugin_inputs={"rural_alliances": published}, truth=truth())
    return replace(own, printed=printed_numbers(own), findings=findings(own))


def test_a_finding_is_taken_apart(results: StudyResults) -> None:
    spec = "psid_matching/nn5/earnings"
    assert quantity_of(results, f"{spec}/percent_control") == Quantity(
        "earnings", "all", "", "percent"
    )
    assert quantity_of(results, f"{spec}::age=Old/rank") == Quantity("earnings", "age", "2", "rank")
    assert quantity_of(results, "balance/psid_matching/nn5/dropped") is None


def test_planted_truth_in_the_unit_that_is_printed(results: StudyResults) -> None:
    assert planted(results, Quantity("low_earnings", "all", "", "estimate")) == pytest.approx(-10)
    assert planted(results, Quantity("low_earnings", "all", "", "control_mean")) == pytest.approx(
        60
    )
    assert planted(results, Quantity("earnings", "age", "2", "rank")) == 2
    assert planted(results, Quantity("earnings", "age", "", "published_ratio")) == 2
    assert planted(results, Quantity("employed", "all", "", "estimate")) is None


def test_several_printed_numbers_make_a_range(results: StudyResults) -> None:
    found = printed_numbers(results)
    assert found[Quantity("earnings", "all", "", "percent")] == "12 to 20"
    assert found[Quantity("low_earnings", "all", "", "estimate")] == "−12"
    assert len(found) == 2


def test_exhibits_link_the_claims_whose_numbers_they_show(results: StudyResults) -> None:
    kinds = package_kinds()
    answered = replace(results, findings=findings(results), statements=claims_by_finding(results))
    ((label, text),) = answered.statements["psid_matching/nn5/earnings/percent"]
    assert (label, text) == ("X1", "Report, 1.1: Gain (participants), 20 percent of counterfactual")
    impact = next(own for own in results.study.exhibits.tables if own.kind == "impact")
    shown = [tables_of_exhibit(answered, impact, 1, kinds)]
    document = findings_document(answered, kinds, shown)
    linked = {own.name: [link.label for link in own.statements] for own in document.tables}
    assert linked[impact.name] == ["X1", "X2", "X3"]
    assert not any(labels for name, labels in linked.items() if name != impact.name)


def test_claims_with_truth_estimate_and_status(results: StudyResults) -> None:
    own = replace(results, study=with_parts(results.study, synthetic=True))
    keys = {"name": "headline", "kind": "published", "title": "Headline"}
    exhibit = PublishedOptions(**keys, claims=("X1", "X3", "X4", "X5"))
    (table,) = published_table(own, exhibit)
    rows = {row.record["claim"]: row for row in table.rows if row.record}
    assert [cell.text for cell in rows["X1"].cells[:3]] == ["20", "percent of counterfactual", "20"]
    estimate = results["estimates"].set_index("spec_id").loc["psid_matching/nn5/earnings"]
    assert rows["X1"].cells[3].text == f"{estimate['percent']:.0f}"
    assert rows["X3"].cells[2].text == "−10"
    assert rows["X4"].cells[-1].text == "not attributable"
    assert rows["X5"].cells[2].text == rows["X5"].cells[3].text == "–"
    assert "synthetic stand-in" in rows["X3"].cells[-1].text
    assert "synthetic stand-in" in table.full_title
    with pytest.raises(ConfigError, match="no claim 'X9'"):
        list(published_table(own, PublishedOptions(**keys, claims=("X9",))))


def test_the_truth_table_has_printed_numbers_and_percents(results: StudyResults) -> None:
    exhibit = entry("truth", analyses=["psid_matching"])
    (table,) = truth_table(results, exhibit)
    spec = "psid_matching/nn5/earnings"
    row = next(row for row in table.rows if row.record and row.record["spec_id"] == spec)
    texts = dict(zip([(one.group, one.label) for one in table.columns], row.cells, strict=True))
    percent = "Percent of the counterfactual"
    assert texts[(percent, "Published")].text == "12 to 20"
    assert texts[(percent, "Truth")].text == "20"
    estimate = results["estimates"].set_index("spec_id").loc[spec]
    inside = estimate["percent_low"] <= 20 <= estimate["percent_high"]
    assert texts[(percent, "Truth inside")].text == ("yes" if inside else "no")
    shares = next(
        row for row in table.rows if row.record and "low_earnings" in str(row.record["spec_id"])
    )
    assert shares.cells[-1].text == "–"


def test_numbers_of_documents_and_estimates_are_numbers_in_workbooks(results: StudyResults) -> None:
    own = replace(results, study=with_parts(results.study, synthetic=True))
    keys = {"name": "headline", "kind": "published", "title": "Headline"}
    (headline,) = published_table(own, PublishedOptions(**keys, claims=("X1", "X3", "X4")))
    (truths,) = truth_table(results, entry("truth", analyses=["psid_matching"]))
    behind = {}
    for row in (*headline.rows, *truths.rows):
        for cell in row.cells:
            digits = cell.text.strip("−").replace(",", "").replace(".", "")
            assert cell.numbers or not digits.isdecimal(), (row.label.text, cell.text)
        if row.record and "claim" in row.record:
            behind[row.record["claim"]] = [cell.numbers for cell in row.cells]
    estimate = results["estimates"].set_index("spec_id").loc["psid_matching/nn5/earnings"]
    assert behind["X1"][0][0].value == 20
    assert behind["X1"][3][0].value == estimate["percent"]


def test_no_column_of_dashes_only(results: StudyResults) -> None:
    bare = replace(results, printed={}, truth=truth().iloc[1:2])
    (table,) = truth_table(bare, entry("truth", analyses=["psid_matching"]))
    assert {column.label for column in table.columns if column.group.startswith("Percent")} == set()
    assert "Published" not in [column.label for column in table.columns]
