"""Every simulation of tests/simulation runs, and its table is the same however its draws are split."""

import importlib
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "simulation"
sys.path.append(str(FOLDER))

from monte_carlo import COVERAGE, RECOVERY, drawn, main, simulation_of, write_table

# Fewer cells than the tables in docs/methods have.
SMALL: dict[str, dict[str, Any]] = {
    "attrition_coverage": {"POPULATION": 4000, "GROUPS": (40,)},
    "coverage": {"CELLS": importlib.import_module("coverage").CELLS[:1]},
    "difference_coverage": {"CELLS": importlib.import_module("difference_coverage").CELLS[:1]},
    "strata_coverage": {"CELLS": importlib.import_module("strata_coverage").CELLS[:1]},
    "staggered_coverage": {"GROUPS": importlib.import_module("staggered_coverage").GROUPS[:1]},
}
HELPERS = {
    "candidates",
    "coverage_page",
    "coverage_reasons",
    "coverage_trials",
    "difference_coverage_page",
    "monte_carlo",
    "recovery_page",
    "registers_page",
    "simulated",
    "unequal_groups",
}


def test_every_script_is_tried_here() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("test_")}
    assert scripts == {*COVERAGE, *RECOVERY, *HELPERS}
    assert set(SMALL) == set(COVERAGE)


@pytest.mark.parametrize("name", COVERAGE)
def test_a_table_is_the_same_however_its_draws_are_split(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for key, value in SMALL[name].items():
        monkeypatch.setattr(importlib.import_module(name), key, value)
    whole, split = tmp_path / "whole.csv", tmp_path / "split.csv"
    write_table(name, whole, [drawn(simulation_of(name), 0, 3)])
    parts = [tmp_path / f"{first}.parquet" for first in (2, 0)]  # the later draws come first
    for part, first, last in zip(parts, (2, 0), (3, 2), strict=True):
        run(monkeypatch, "draw", name, first, last, part)
    run(monkeypatch, "table", name, split, *parts)
    assert whole.read_bytes() == split.read_bytes()
    assert pd.read_csv(whole)["draws"].max() == 3
    assert split.with_suffix(".json").is_file() == simulation_of(name).dated


@pytest.mark.long
@pytest.mark.parametrize("name", RECOVERY)
def test_a_simulation_of_the_stand_in_writes_its_table(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recovery = importlib.import_module("bolivia_recovery")
    monkeypatch.setattr(recovery, "FITTED_ON", range(1001, 1002))
    monkeypatch.setattr(recovery, "PROCESSES", (recovery.SELECTED,))
    monkeypatch.setattr(importlib.import_module("survival_curves"), "REPEATS", 1)
    write_table(name, tmp_path / "table.csv", [drawn(simulation_of(name), 0, 1)])
    assert (pd.read_csv(tmp_path / "table.csv")["draws"] == 1).all()


def run(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> None:
    monkeypatch.setattr(sys, "argv", ["monte_carlo", *map(str, arguments)])
    main()
