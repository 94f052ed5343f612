"""The page on gains before and after says what its files give."""

from pathlib import Path

import pandas as pd
from example_studies import example_samples

from ruralimpact.description.records import RecordedStudy
from ruralimpact.gains.study import gains_study

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example_gains"
PAGE = (ROOT / "docs" / "before_after.md").read_text(encoding="utf-8")


def test_the_example_gives_the_numbers_of_the_page() -> None:
    tables = gains_study(RecordedStudy(*example_samples(EXAMPLE))).tables
    gains = tables["gains"].query("by == ''").set_index("measure")
    totals, ratios, middle, losses = (
        100 * gains.loc[name, "estimate"]
        for name in ("ratio_of_totals", "mean_of_ratios", "median_of_ratios", "share_loss")
    )
    assert f"All together have {totals:.0f} percent more than before" in PAGE
    assert f"the mean is {ratios:.0f} percent, their median {middle:.0f}" in PAGE
    assert f"and {losses:.0f} percent of them have less than before" in PAGE
    assert f"rests on {gains.loc['share_loss', 'n_units']} groups" in PAGE
    variance = tables["gain_variance"].iloc[0]
    assert f"{100 * variance['share_between']:.0f} percent of the variance" in PAGE
    agreed = tables["growth_without"].set_index("measure").loc["ratio_of_totals"]
    assert f"grown by {100 * agreed['estimate']:.0f} percent without" in PAGE
    assert f"{100 * _share(tables['targeting'], 'funds'):.0f} percent of the funds" in PAGE


def _share(targeting: pd.DataFrame, measure: str) -> float:
    return float(targeting.set_index("measure").loc[measure, "estimate"])


def test_the_page_shows_the_rows_and_keys_of_its_files() -> None:
    lines = (EXAMPLE / "groups.csv").read_text(encoding="utf-8").splitlines()[:3]
    assert all(f"    {line}\n" in PAGE for line in lines)
    shown = PAGE.split("```yaml\n")[1].split("```")[0]
    assert shown in (EXAMPLE / "study.yaml").read_text(encoding="utf-8")
