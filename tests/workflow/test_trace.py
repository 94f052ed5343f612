"""From printed numbers back to raw rows, on a finished run."""

import json

import pandas as pd
import pytest
from project import STUDY, Project

ID = f"{STUDY}.psid_matching.nn1_caliper.earnings.estimate"


def test_raw_cells_give_the_printed_number(finished: Project, tmp_path) -> None:
    rows = tmp_path / "rows.csv"
    shown = finished.command("trace", ID, "--rows", str(rows))
    assert shown.returncode == 0, shown.stderr
    path = finished.root / "results" / STUDY / "exhibits" / "findings.json"
    key = "psid_matching/nn1_caliper/earnings/estimate"
    printed = json.loads(path.read_bytes())["findings"][key]
    # Rows of the file are counted with the heading; the cell times the weight is what the row adds.
    table = pd.read_csv(rows)
    (file,) = set(table["file"])
    raw = pd.read_csv(finished.root / file)
    cells = raw["re78"].to_numpy()[table["row"].to_numpy() - 2]
    assert float((table["weight"] * cells).sum()) == pytest.approx(printed["value"], rel=1e-9)
    text = shown.stdout
    for step in ("exhibits", "estimate", "specification", "outcome", "sample", "raw files"):
        assert f"\n{step} " in text
    assert "agrees with the estimate" in text
    assert "impact.csv, line" in text
    assert "column 're78' of every source" in text
    assert "SHA-256" in text


def test_numbers_that_are_no_estimates_have_their_way(finished: Project) -> None:
    shown = finished.command("trace", f"{STUDY}.sample.psid.rows_read")
    assert shown.returncode == 0, shown.stderr
    assert f"data/{STUDY}/psid_614.csv" in shown.stdout
    balance = finished.command("trace", "balance.psid_matching.mahalanobis.max_abs_smd")
    assert balance.returncode == 0, balance.stderr
    assert "weights.parquet" in balance.stdout
    assert "not computed once more: a property of the design" in balance.stdout


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("small.psid_matching.nn1_calliper.earnings.estimate", f"Did you mean {ID}"),
        ("small.earnings.estimate", "names 3 numbers"),
    ],
)
def test_what_is_not_known_or_not_enough_is_said_in_one_line(
    finished: Project, wrong: str, told: str
) -> None:
    shown = finished.command("trace", wrong)
    assert shown.returncode == 1
    assert told in shown.stderr
    assert shown.stderr.count("\n") == 1


def test_the_measure_may_be_left_out(finished: Project) -> None:
    shown = finished.command("trace", "nn1_caliper.earnings")
    assert shown.returncode == 0, shown.stderr
    assert shown.stdout.startswith(f"{ID}\n")
