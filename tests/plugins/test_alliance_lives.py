"""The stand-in for registers of alliances: what is printed of those invited, and what bounds must hold."""

from io import BytesIO
from pathlib import Path

import pandas as pd
import pytest

from rural_alliances.generator.alliance_lives import Lives, generate
from ruralimpact.config.plugin_kinds import read_calibration
from ruralimpact.plugins import load_plugins

ROOT = Path(__file__).parents[2]
PUBLISHED = ROOT / "data" / "published" / "tables"


@pytest.fixture(scope="module")
def lives() -> Lives:
    plugin, process = load_plugins(ROOT, ["plugins/rural_alliances"]).generators["alliance_lives"]
    path = ROOT / "config" / "studies" / "bolivia_survival" / "calibration.yaml"
    calibration = read_calibration(plugin, process, path)
    assert isinstance(calibration, Lives)
    return calibration


@pytest.mark.parametrize("seed", [1, 2])
def test_who_was_invited_and_came_is_as_printed(lives: Lives, seed: int) -> None:
    table = pd.read_csv(BytesIO(generate(lives, seed).raw["invited.csv"]))
    by_year = pd.read_csv(PUBLISHED / "table_d_3.csv").query("role == 'line'")
    by_region = pd.read_csv(PUBLISHED / "table_c_1.csv").query("role == 'line'")
    for printed, name, came in (
        (by_year, "started", "attending"),
        (by_region, "region", "attended"),
    ):
        counts = table.groupby(table[name].astype(str))["came"].agg(["size", "sum"])
        labels = printed["label"].astype(str)
        assert counts["size"].to_dict() == dict(zip(labels, printed["invited"], strict=True))
        assert counts["sum"].to_dict() == dict(zip(labels, printed[came], strict=True))


@pytest.mark.parametrize("seed", [1, 2])
def test_the_share_at_work_lies_between_the_bounds(lives: Lives, seed: int) -> None:
    made = generate(lives, seed)
    came = pd.read_csv(BytesIO(made.raw["invited.csv"]))["came"]
    at_work = made.truth["at_work"]["at_work"]
    assert at_work[came == 1].all(), "as print has it"
    assert came.mean() < at_work.mean() < 1
