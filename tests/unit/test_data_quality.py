"""Gaps by arm, heaping, far values, codes and interviewers: by hand, and in a survey with planted faults."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of

from ruralimpact.contracts import quality_suppression
from ruralimpact.data_quality.study import data_quality
from ruralimpact.data_quality.values import (
    far_from_group,
    intraclass_correlation,
    p_of_two_shares,
    share_ending_in_0_or_5,
)
from ruralimpact.exhibits import palette
from ruralimpact.exhibits.figures import missing_by_arm
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables import data_quality as page
from ruralimpact.schema.quality import ExcludedRows, QualityReport
from ruralimpact.tables import schema

N = 120
CODEBOOK: list[dict[str, str]] = [
    {"variable": name, "raw_name": name, "type": kind, "role": role, "label": name.capitalize()}
    for name, kind, role in (
        ("treated", "indicator", "treatment"),
        ("village", "category", "group"),
        ("asker", "category", "interviewer"),
        ("length", "number", "minutes"),
        ("age", "integer", "input"),
        ("income", "money", "outcome"),
        ("debt", "money", "input"),
        ("land", "number", "input"),
    )
]


def survey() -> pd.DataFrame:
    """Rows in which treated units hide their debt, ages are heaped, and one interviewer is quick."""
    rng = np.random.default_rng(7)
    row = np.arange(N)
    treated = row % 2 * 1.0
    asker = np.where(row < 50, "a", np.where(row < 95, "b", np.where(row < 112, "c", "d")))
    debt = rng.lognormal(6, 0.5, N).round(2)
    debt[(treated == 1) & (row % 3 == 0)] = np.nan
    income = rng.lognormal(7, 0.3, N)
    income[5] = 1e7
    income[[8, 9, 10]] = -99
    return pd.DataFrame(
        {
            "id": [f"u{number:03d}" for number in row],
            "wave": "2024",
            "treated": treated,
            "village": [f"v{number % 6}" for number in row],
            "asker": asker,
            "length": np.where(asker == "b", 10.0, 60.0),
            "age": np.where(row % 4 == 0, 33, 5 * (4 + row % 10)).astype(float),
            "income": income,
            "debt": debt,
            "land": np.where(asker == "b", 9.0, 1.0) + rng.normal(0, 0.1, N),
        }
    )


def declared(length_in: str = "") -> Any:
    blank = {"source": "farms", "unit": "", "minimum": "", "maximum": "", "labels": ""}
    blank |= {"missing_codes": "", "timing": "", "question": ""}
    return study_of(
        {
            "design": "cross_section",
            "codebook": [
                {**blank, **row, "unit": length_in if row["role"] == "minutes" else ""}
                for row in CODEBOOK
            ],
            "sources": [{"name": "farms", "label": "Farms", "wave": "2024"}],
            "samples": {"all": {"sources": ["farms"]}},
        }
    )


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    rows = survey()
    units = rows.assign(unit_id=rows["id"], group=rows["village"])
    return data_quality(declared(), {"farms": rows}, {"all": units})


@pytest.mark.parametrize(("unit", "minutes"), [("seconds", 10 / 60), ("hours", 600)])
def test_lengths_of_interviews_are_told_in_minutes(unit: str, minutes: float) -> None:
    rows = survey()
    lengths = data_quality(
        declared(unit), {"farms": rows}, {"all": rows.assign(unit_id=rows["id"])}
    )
    of_second = lengths["interview_quality"].set_index("interviewer").loc[2]
    assert of_second["minutes"] == pytest.approx(minutes)
    assert of_second["short"] == 1


def results(tables: dict[str, pd.DataFrame]) -> StudyResults:
    report = QualityReport(
        rows_read=N + 2, rows_kept=N, excluded=(ExcludedRows(reason="every cell is empty", rows=2),)
    )
    return StudyResults(declared(), suppressed_tables(tables), {"farms": report})


def test_numbers_by_hand() -> None:
    assert share_ending_in_0_or_5(np.array([5.0, *[10.0] * 3, *[15.0] * 3, *range(11, 15)])) == 0.6
    assert np.isnan(share_ending_in_0_or_5(np.full(30, 12.34)))
    classes = np.array(["a", "a", "b", "b"], object)
    assert intraclass_correlation(np.array([1.0, 3, 5, 7]), classes) == pytest.approx(14 / 18)
    assert np.isnan(intraclass_correlation(np.ones(4), classes))
    # prop.test(c(30, 20), c(100, 100), correct = FALSE) in R: p-value = 0.1025
    assert p_of_two_shares((30, 20), (100, 100)) == pytest.approx(0.1025, abs=5e-5)
    assert np.isnan(p_of_two_shares((0, 0), (10, 10)))


def test_far_values_are_those_far_from_their_own_group() -> None:
    """A value that is usual elsewhere is far in its own group, and order changes nothing."""
    low, high = np.arange(10, 21) / 10, np.arange(1000, 1011) / 10
    values = np.array([*low, 100.0, *high])
    groups = np.array([0] * 12 + [1] * 11)
    far = far_from_group(values, groups)
    assert (far.count, far.groups) == (1, 1)
    assert far_from_group(values[::-1], groups[::-1]) == far
    assert far_from_group(np.ones(20), np.zeros(20, int)).count == 0


def test_planted_faults_are_found(tables: dict[str, pd.DataFrame]) -> None:
    variables = tables["variable_quality"].set_index("variable")
    debt = variables.loc["debt"]
    assert (debt["missing_treated"], debt["missing_control"]) == (20 / 60, 0)
    assert debt["missing_p_value"] < 0.001
    assert variables.loc["age", "ending_in_0_or_5"] == 0.75
    assert (variables.loc["income", "suspected_codes"], variables.loc["income", "n_suspected"]) == (
        "-99",
        3,
    )
    assert variables.loc["land", "between_interviewers"] > 0.9 > variables.loc["age", "p5"] / 100
    assert not {"village", "asker"} & set(variables.index)
    interviews = tables["interview_quality"].set_index("interviewer")
    assert interviews["n_rows"].tolist() == [120, 50, 45, 17, 8]
    assert interviews.loc[2, "minutes"] == 10
    assert interviews["short"].tolist() == [45 / 120, 0, 1, 0, 0]
    for name, table in tables.items():
        schema(name).validate(table)


def test_an_interviewer_of_few_is_hidden_with_another(tables: dict[str, pd.DataFrame]) -> None:
    """All less those shown would tell of the eight: the next smallest is hidden, too."""
    shown = quality_suppression.interview_quality(tables["interview_quality"], {})
    assert shown.set_index("interviewer")["suppressed"].tolist() == [
        False,
        False,
        False,
        True,
        True,
    ]


def test_a_source_without_arms_has_gaps_all_the_same() -> None:
    rows = survey().drop(columns="treated")
    units = rows.assign(unit_id=rows["id"], group=rows["village"])
    made = data_quality(declared(), {"farms": rows}, {"all": units})["variable_quality"]
    debt = made.set_index("variable").loc["debt"]
    assert debt["missing"] == 20 / 120
    assert np.isnan([debt["missing_treated"], debt["missing_p_value"]]).all()


def test_the_page_flags_what_is_unequal(tables: dict[str, pd.DataFrame]) -> None:
    entries = {kind: entry(kind) for kind in ("data_quality", "missing_by_arm")}
    rows, gaps, values, interviews = page.data_quality_tables(
        results(tables), entries["data_quality"]
    )
    assert rows.rows[0].record["rows_excluded"] == 2
    assert gaps.interpretation == ("One variable lacks answers in one arm clearly more often.",)
    marked = [row.label.text for row in gaps.rows if any(cell.mark for cell in row.cells)]
    assert marked == ["Debt"]
    income = next(row for row in values.rows if row.label.text == "Income")
    assert income.record["suspected_codes"] == "-99"
    assert [row.label.text for row in interviews.rows][1:3] == ["All", "Interviewer 1"]
    with palette.style():
        figure = missing_by_arm.KIND.draw(results(tables), entries["missing_by_arm"])
    assert [axes.get_title(loc="left") for axes in figure.axes] == ["Farms, wave 2024"]
    words = missing_by_arm.KIND.words(results(tables), entries["missing_by_arm"])
    assert "up to 33 percent (Debt)" in words


@pytest.mark.parametrize(
    ("gaps", "hidden"),
    [((1, 30), True), ((2, 0), True), ((0, 0), False), ((12, 30), False), ((129, 20), True)],
)
def test_shares_of_one_or_two_units_are_hidden_with_the_other_arm(
    tables: dict[str, pd.DataFrame], gaps: tuple[int, int], hidden: bool
) -> None:
    treated, control = gaps
    frame = tables["variable_quality"].head(1)
    frame = frame.assign(
        n_rows=260,
        n_treated=130,
        n_control=130,
        n_clusters=20,
        missing=(treated + control) / 260,
        missing_treated=treated / 130,
        missing_control=control / 130,
        missing_p_value=0.5,
    )
    (shown,) = quality_suppression.variable_quality(frame, {}).to_dict("records")
    by_arm = [shown[f"missing_{name}"] for name in ("treated", "control", "p_value")]
    assert all(value != value for value in by_arm) if hidden else by_arm[2] == 0.5
    assert (shown["missing"] != shown["missing"]) == (treated + control in (1, 2))
