"""Every script of tests/simulation runs, so that none of them rots between the long runs."""

import importlib
import sys
from pathlib import Path

import pandas as pd
import pytest

FOLDER = Path(__file__).parents[1] / "simulation"
SMALL = {
    "attrition_coverage": ["--draws", "2", "--population", "4000"],
    "coverage": ["--draws", "1", "--processes", "1"],
    "difference_coverage": ["--draws", "2"],
    "staggered_coverage": ["--draws", "2"],
}
STAND_IN = {
    "bolivia_followup": ["--draws", "1", "--processes", "1"],
    "bolivia_recovery": ["--draws", "1", "--processes", "1", "--only", "real selection"],
    "percent_intervals": ["--draws", "1", "--processes", "1"],
    "registers_recovery": ["--draws", "1"],
}
HELPERS = {
    "candidates",
    "coverage_page",
    "coverage_trials",
    "difference_coverage_page",
    "recovery_page",
    "unequal_groups",
}


def test_every_script_is_tried_here() -> None:
    scripts = {path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("test_")}
    assert scripts == {*SMALL, *STAND_IN, *HELPERS}


@pytest.mark.parametrize("name", SMALL)
def test_a_simulation_writes_its_table(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = simulated(name, SMALL[name], tmp_path, monkeypatch)
    assert (table["draws"] > 0).any()


@pytest.mark.long
@pytest.mark.parametrize("name", STAND_IN)
def test_a_simulation_of_the_stand_in_writes_its_table(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(importlib.import_module("bolivia_recovery"), "FITTED_ON", range(1001, 1002))
    table = simulated(name, STAND_IN[name], tmp_path, monkeypatch)
    assert (table["draws"] == 1).all()


def simulated(
    name: str, arguments: list[str], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> pd.DataFrame:
    monkeypatch.syspath_prepend(str(FOLDER))
    monkeypatch.setattr(sys, "argv", [name, *arguments, "--out", str(folder)])
    importlib.import_module(name).main()
    return pd.read_csv(folder / f"{name}.csv")
