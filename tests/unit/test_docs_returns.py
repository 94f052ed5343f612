"""The page on cash flows says what its files give."""

from pathlib import Path

from example_studies import example_samples

from ruralimpact.description.records import RecordedStudy
from ruralimpact.returns.study import returns_study, returns_uncertainty

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example_returns"
PAGE = (ROOT / "docs" / "cash_flows.md").read_text(encoding="utf-8")


def test_the_example_gives_the_numbers_of_the_page() -> None:
    study, units, outcomes = example_samples(EXAMPLE)
    tables = returns_study(RecordedStudy(study, units, outcomes)).tables
    rows = tables["returns"].query("account == 'economic' and by == ''").set_index("measure")
    rate = 100 * rows.loc["irr", "estimate"]
    assert f"together return {rate:.1f} percent a year" in PAGE
    above = rows.loc["share_above", "estimate"] * rows.loc["share_above", "n_units"]
    assert f"{above:.0f} of the {rows.loc['irr', 'n_units']} that can be used" in PAGE
    without = tables["returns_by_unit"].query("reason != '' and account == 'economic'")
    assert without["reason"].tolist() == ["a year is missing"]
    more = returns_uncertainty(RecordedStudy(study, units, outcomes), seed=1)
    assert set(more["returns_scenarios"]["scenario"]) == {"low", "honey"}
    assert len(more["returns_draws"]) == 2 * 1000


def test_the_page_shows_the_rows_and_keys_of_its_files() -> None:
    lines = (EXAMPLE / "cash_flows.csv").read_text(encoding="utf-8").splitlines()[:3]
    assert all(f"    {line}\n" in PAGE for line in lines)
    shown = PAGE.split("```yaml\n")[1].split("```")[0]
    assert shown in (EXAMPLE / "study.yaml").read_text(encoding="utf-8")
    assert "12 groups over six years" in PAGE
    rows = (EXAMPLE / "cash_flows.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert len({row[:3] for row in rows}) == 12
