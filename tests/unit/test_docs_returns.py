"""The page on cash flows says what its files give."""

from pathlib import Path

from ruralimpact.config import load_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.returns.study import returns_study, returns_uncertainty
from ruralimpact.schema.base import plain
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example_returns"
PAGE = (ROOT / "docs" / "cash_flows.md").read_text(encoding="utf-8")


def test_the_example_gives_the_numbers_of_the_page() -> None:
    study = load_study(EXAMPLE)
    source = plain(study.sources[0])
    raw = read_source(source, EXAMPLE / "cash_flows.csv")
    entries = entries_of(parse_codebook(study.codebook, ["cash_flows"]), "cash_flows")
    survey = harmonise(raw, source, entries, file="cash_flows.csv").table
    sample = build_sample("flows", {"cash_flows": survey}, study)
    units, outcomes = {"flows": sample.units}, {"flows": sample.outcomes}
    tables = returns_study(study, units, outcomes).tables
    rows = tables["returns"].query("account == 'economic' and by == ''").set_index("measure")
    rate = 100 * rows.loc["irr", "estimate"]
    assert f"together return {rate:.1f} percent a year" in PAGE
    above = rows.loc["share_above", "estimate"] * rows.loc["share_above", "n_units"]
    assert f"{above:.0f} of the {rows.loc['irr', 'n_units']} that can be used" in PAGE
    without = tables["returns_by_unit"].query("reason != '' and account == 'economic'")
    assert without["reason"].tolist() == ["a year is missing"]
    more = returns_uncertainty(study, units, outcomes, seed=1)
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
