"""Covariates and outcomes by arm: numbers by hand, what is suppressed, and what is printed."""

from dataclasses import asdict

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of

from ruralimpact.estimation.summary_statistics import summary, summary_study
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.summary_statistics import summary_statistics_table
from ruralimpact.tables import write_table

STUDY = {
    "citation": "A survey.",
    "codebook": [{"variable": "land", "label": "Land"}, {"variable": "region", "label": "Region"}],
    "outcomes": {
        "income": {"label": "Income", "unit": "pesos", "decimals": 1},
        "poor": {"label": "Poor", "unit": "percentage points", "decimals": 0},
    },
    "analyses": [
        {
            "name": "main",
            "label": "Main",
            "sample": "all",
            "method": "matching",
            "treatment": "d",
            "covariates": ["land", "region"],
            "outcomes": ["income", "poor"],
        },
        {
            "name": "waves",
            "label": "Waves",
            "sample": "all",
            "method": "panel",
            "treatment": "d",
            "estimators": ["two_way_fixed_effects"],
        },
    ],
}


def made(study=STUDY, groups=5, weight=None):
    """21 treated with land 0 to 20, and 12 controls; one treated income is not known."""
    land = np.append(np.arange(21.0), [2.0] * 6 + [4.0] * 6)
    d = np.repeat([1, 0], [21, 12])
    ids = [f"u{i:02}" for i in range(33)]
    units = pd.DataFrame(
        {
            "unit_id": ids,
            "group": [f"{arm}{i % groups}" for i, arm in enumerate(d)],
            "d": d,
            "land": land,
            "region": np.where(land > 2, "north", "south"),
        }
    )
    if weight is not None:
        units["sampling_weight"] = weight
    income = np.where(np.arange(33) == 20, np.nan, 10 * land)
    outcomes = pd.DataFrame({"unit_id": ids, "income": income, "poor": (land < 4).astype(float)})
    # Rows of outcomes lie in another order.
    return summary_study(study_of(study), {"all": units}, {"all": outcomes[::-1]})


def row(frame, variable, arm):
    found = frame[(frame["variable"] == variable) & (frame["arm"] == arm)]
    assert len(found) == 1
    return found.iloc[0]


def test_five_values_by_hand():
    """Of 1, 2, 3, 4, 10: mean 4, squares 9 + 4 + 1 + 0 + 36 over 4; ends at 0.2 of the first and last gap."""
    values = np.array([10.0, 1, np.nan, 3, 2, 4])
    found = summary(values, np.array(["a", "b", "c", "b", "a", "a"], dtype=object))
    assert asdict(found) == pytest.approx(
        {
            "n_units": 5,
            "n_clusters": 2,
            "mean": 4.0,
            "std_dev": np.sqrt(12.5),
            "p5": 1.2,
            "median": 3.0,
            "p95": 8.8,
        }
    )


def test_a_weight_of_three_is_three_rows():
    rng = np.random.default_rng(4)
    values, counts = rng.normal(size=40), rng.integers(1, 4, 40)
    values[::7] = np.nan
    groups = np.array([f"g{i % 6}" for i in range(40)], dtype=object)
    weighted = summary(values, groups, counts / 17.0)
    copies = summary(np.repeat(values, counts), np.repeat(groups, counts), np.ones(counts.sum()))
    assert weighted.n_units == np.isfinite(values).sum()
    for name in ("mean", "p5", "median", "p95"):
        assert getattr(weighted, name) == pytest.approx(getattr(copies, name), rel=1e-12)
    known = np.isfinite(values)
    gap, share = values[known] - weighted.mean, counts[known] / counts[known].sum()
    assert weighted.std_dev**2 == pytest.approx(share @ gap**2 / (1 - share @ share))
    equal = summary(values, groups, np.full(40, 2.0))
    assert equal.std_dev == pytest.approx(np.nanstd(values, ddof=1))


def test_a_sample_with_weights_is_summarised_by_them():
    frame = made(weight=np.append(np.arange(21.0) + 1, np.ones(12)))
    land = row(frame, "land", "treated")
    shares = (np.arange(21.0) + 1) / 231
    assert land["mean"] == pytest.approx(shares @ np.arange(21.0))
    assert frame["weighted"].all()
    assert "weighted by the sampling weights" in table_of(frame).notes[1]


@pytest.mark.parametrize("values", [[], [np.nan], [2.0]])
def test_what_cannot_be_known_is_missing(values):
    found = summary(np.array(values), np.array(["a"] * len(values), dtype=object))
    assert np.isnan(found.std_dev)
    assert np.isnan(found.mean) == (values != [2.0])


def test_numbers_of_a_study_by_hand(tmp_path):
    frame = made()
    land = row(frame, "land", "treated")
    assert (land["n_units"], land["n_clusters"], land["label"]) == (21, 5, "Land")
    assert land[["mean", "p5", "median", "p95"]].tolist() == pytest.approx([10, 1, 10, 19])
    assert land["std_dev"] == pytest.approx(np.sqrt(770 / 20))
    control = row(frame, "land", "control")
    assert control[["mean", "p5", "median", "p95"]].tolist() == pytest.approx([3, 2, 3, 4])
    assert control["std_dev"] == pytest.approx(np.sqrt(12 / 11))
    income = row(frame, "income", "treated")
    assert (income["n_units"], income["mean"]) == (20, pytest.approx(95))
    assert row(frame, "region[south]", "treated")["mean"] == pytest.approx(3 / 21)
    assert set(frame["analysis"]) == {"main"}
    write_table(frame, tmp_path / "summary_statistics.parquet", "summary_statistics")


def table_of(frame, *analyses):
    shown = suppressed_tables({"summary_statistics": frame})
    (table,) = summary_statistics_table(
        StudyResults(study_of(STUDY), shown, quality={}),
        entry("summary_statistics", analyses=list(analyses or ["main"])),
    )
    return table


def printed(table, label):
    (found,) = [one for one in table.rows if one.label.text == label]
    return [cell.text for cell in found.cells], found.record


def test_cells():
    table = table_of(made())
    land, record = printed(table, "Land")
    assert land[:6] == ["21", "10.00", "6.20", "1.00", "10.00", "19.00"]
    assert land[6:] == ["12", "3.00", "1.04", "2.00", "3.00", "4.00"]
    assert record["std_dev_treated"] == pytest.approx(np.sqrt(38.5))
    poor, _ = printed(table, "Poor (percentage points)")
    assert poor[:5] == ["21", "19", "40", "0", "0"]
    assert printed(table, "Income (pesos)")[0][:2] == ["20", "95.0"]
    assert "5th and 95th percentiles" in table.notes[0]
    assert printed(table, "Region: south")[0] == ["[s]"] * 12, (
        "of 21 and 12 units three and six are there"
    )
    assert len(table.notes) == 2


@pytest.mark.parametrize("column, few", [("n_units", 9), ("n_clusters", 2)])
def test_an_arm_of_few_shows_nothing(column, few):
    frame = made()
    frame.loc[(frame["arm"] == "control") & (frame["variable"] == "land"), column] = few
    table = table_of(frame)
    cells, record = printed(table, "Land")
    assert cells[6:] == ["[s]"] * 6
    assert cells[:2] == ["21", "10.00"]
    assert [value for name, value in record.items() if name.endswith("_control")] == [None] * 6
    assert table.notes[-1].startswith("[s] = suppressed")


def test_ten_units_of_three_groups_are_shown():
    frame = made().assign(n_units=10, n_clusters=3)
    assert "[s]" not in printed(table_of(frame), "Land")[0]


def test_an_analysis_over_periods_is_said_to_be_left_out():
    table = table_of(made(), "main", "waves")
    assert table.notes[1] == "Not shown, as their rows are no units of one period: Waves."
