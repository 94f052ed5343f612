"""The page on questionnaires says what its files give."""

import re
from pathlib import Path

import pandas as pd
import pytest
from example_studies import example_samples

from ruralimpact.description.records import RecordedStudy
from ruralimpact.responses.draw_study import draw_study
from ruralimpact.responses.study import responses_study

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example_workshops"
PAGE = (ROOT / "docs" / "questionnaires.md").read_text(encoding="utf-8")
WORDS = " ".join(PAGE.split())


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    samples = example_samples(EXAMPLE)
    made = responses_study(RecordedStudy(*samples)), draw_study(RecordedStudy(*samples))
    counted = {(item.about, item.reason): item.rows for item in made[0].excluded if item.rows}
    assert counted == {("buyer", "no answer"): 1, ("sold", "percents that do not add up to 100"): 1}
    return {name: table for one in made for name, table in one.tables.items()}


def test_the_example_gives_the_numbers_of_the_page(tables: dict[str, pd.DataFrame]) -> None:
    frame = tables["responses"].query("by == '' and answer == 'same'").set_index("part")
    own, register = frame.loc["respondents"], frame.loc["register"]
    ends = f"{100 * own['conf_low']:.0f} to {100 * own['conf_high']:.0f}"
    assert (
        f"Of {own['n_units']} groups that said who buys now, {own['count']:.0f} "
        f"({100 * own['estimate']:.0f} percent) have the first buyer, 95 percent interval {ends}"
    ) in WORDS
    low, high = register["conf_low"], register["conf_high"]
    of_register = (
        f"it is {100 * register['estimate']:.0f} percent ({100 * low:.0f} to {100 * high:.0f})"
    )
    assert of_register in WORDS


def test_the_list_is_that_of_the_page(tables: dict[str, pd.DataFrame]) -> None:
    drawn = tables["drawn_sample"].query("stratum == 'North'").sort_values("order")
    first, second, third = drawn["unit_id"].head(3)
    assert f"the first three in the North are {first}, {second} and {third}" in WORDS
    answered = pd.read_csv(EXAMPLE / "answers.csv")["group"]
    assert set(answered) <= set(tables["drawn_sample"].query("role == 'drawn'")["unit_id"])


def test_the_page_shows_the_rows_and_keys_of_its_files() -> None:
    lines = (EXAMPLE / "answers.csv").read_text(encoding="utf-8").splitlines()[:3]
    assert all(f"    {line}\n" in PAGE for line in lines)
    text = (EXAMPLE / "study.yaml").read_text(encoding="utf-8")
    shown = re.findall(r"```yaml\n(.*?)```", PAGE, flags=re.DOTALL)
    assert len(shown) == 2 and all(block in text for block in shown)
