"""The stand-in for registers of alliances: what is printed of those invited, and what bounds must hold."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from rural_alliances.generator.alliance_hazards import PlantedHazard
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


def test_hazards_are_proportional_and_give_the_printed_shares(lives: Lives) -> None:
    """By quantiles of the exponential: the shares of 6.4 last, 72 percent of ends are early (6.3)."""
    hazard, scores = PlantedHazard(lives), lives.scores.values
    exponentials = -np.log1p(-(np.arange(2000) + 0.5) / 2000)
    ended = early = 0.0
    for region, values in lives.regions.items():
        years = [[hazard.years(region, score, e) for e in exponentials] for score in scores]
        times = np.array(years, dtype=float)  # NaN: lasts
        assert np.isnan(times).mean() == pytest.approx(values.lasting, abs=1e-3)
        assert np.nanmax(times) < 7
        ended += values.alliances * np.isfinite(times).mean()
        early += values.alliances * (times <= 1).mean()
        beyond = np.log(
            (~(times <= 3)).mean(axis=1)
        )  # cumulated hazards by year 3, less than nothing
        ratio = np.exp(np.diff(np.log(-beyond)) / np.diff(scores))
        assert ratio == pytest.approx(lives.scores.point, abs=0.02)
    assert early / ended == pytest.approx(0.72, abs=1e-3)
    assert ended == pytest.approx(
        sum(v.alliances * (1 - v.lasting) for v in lives.regions.values()), abs=0.1
    )


def test_the_register_and_the_truth_of_products_agree(lives: Lives) -> None:
    """Over many draws the share of each product that lasts is the planted one."""
    draws = [generate(lives, seed) for seed in range(25)]
    table = pd.concat([pd.read_csv(BytesIO(made.raw["alliances.csv"])) for made in draws])
    planted = draws[0].truth["planted"].set_index("key")["planted"]
    for product, lasting in table["ended"].isna().groupby(table["alliance_product"]):
        truth = planted[f"survival/buyer/curve/alliance_product={product}/lasts/7/estimate"] / 100
        assert abs(lasting.mean() - truth) < 4 * np.sqrt(truth * (1 - truth) / len(lasting))
    assert (table["ended"].dropna() <= table["surveyed"][table["ended"].notna()]).all()
