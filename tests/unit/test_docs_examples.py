"""What the pages of docs/ show is what the code does."""

import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from study_models import study_of

from ruralimpact.config import load_study
from ruralimpact.design.study import design_study
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.outcomes.samples import build_sample
from ruralimpact.survey.codebook import entries_of, parse_codebook
from ruralimpact.survey.harmonise import Survey, harmonise
from ruralimpact.survey.readers import read_source

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "docs" / "example"


def blocks(page: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return re.findall(r"^```python\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def test_the_notebook_page_runs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    code = blocks("notebook.md")
    assert len(code) > 5
    exec(compile("\n".join(code), "docs/notebook.md", "exec"), {})
    page = (ROOT / "docs" / "notebook.md").read_text(encoding="utf-8")
    printed = capsys.readouterr().out
    assert printed.startswith("ATT by nearest")
    assert "".join(f"    {line}\n" for line in printed.splitlines()) in page


@pytest.fixture(scope="module")
def survey() -> Survey:
    study = load_study(EXAMPLE)
    source = study.sources[0]
    raw = read_source(source, EXAMPLE / "producers.csv")
    entries = entries_of(parse_codebook(study.codebook, ["producers"]), "producers")
    return harmonise(raw, source, entries, file="producers.csv")


def test_the_example_sees_its_two_mistakes(survey: Survey) -> None:
    assert survey.quality.variables["age"].out_of_range.rows == (8,)
    assert survey.quality.variables["sales"].missing == 1


def test_the_example_gives_the_numbers_of_the_data_guide(survey: Survey) -> None:
    study = load_study(EXAMPLE)
    sample = build_sample("all", {"producers": survey.table}, study)
    units, outcomes = {"all": sample.units}, {"all": sample.outcomes}
    designs = design_study(study_of(study), units)
    made = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    found = estimate_study(
        study_of(study), EstimationTables(units, outcomes, **made), seed=20141031
    )
    rows = found["estimates"].query("outcome == 'net_income'").set_index("strategy")
    assert list(shown(rows)) == [
        "| net income | three nearest neighbours | ATT, supported | 473 | 153 | 152 to 795 | 47 | 41 | 24 |",
        "| net income | kernel | ATT, supported | 453 | 153 | 130 to 775 | 46 | 46 | 24 |",
    ]
    page = (ROOT / "docs" / "data_guide.md").read_text(encoding="utf-8")
    assert all(row in page for row in shown(rows))


def shown(rows: pd.DataFrame) -> Iterator[str]:
    for name, label in (("nearest", "three nearest neighbours"), ("kernel", "kernel")):
        row = rows.loc[name]
        interval = f"{row.conf_low:.0f} to {row.conf_high:.0f}"
        numbers = f"{row.estimate:.0f} | {row.std_error:.0f} | {interval}"
        counts = f"{row.n_treated} | {row.n_control} | {row.n_clusters}"
        yield f"| net income | {label} | {row.estimand} | {numbers} | {counts} |"


PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", text):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


@pytest.mark.slow
def test_the_readme_quotes_what_the_nsw_study_finds() -> None:
    whole = load_study(ROOT / "config" / "studies" / "nsw")
    asked = {"outcomes": ("earnings",), "subgroups": ()}
    kept = [one.model_copy(update=asked) for one in whole.analyses if one.name != "cps_placebo"]
    study = whole.model_copy(update={"analyses": tuple(kept)})
    entries = parse_codebook(study.codebook, [source.name for source in study.sources])
    surveys = {}
    for source in study.sources:
        own = entries_of(entries, source.name)
        raw = read_source(source, ROOT / source.path)
        surveys[source.name] = harmonise(raw, source, own, file=source.path).table
    samples = {one.sample: build_sample(one.sample, surveys, study) for one in kept}
    units = {name: sample.units for name, sample in samples.items()}
    outcomes = {name: sample.outcomes for name, sample in samples.items()}
    designs = design_study(study, units)
    made = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    estimates = estimate_study(study, EstimationTables(units, outcomes, **made), seed=1)[
        "estimates"
    ]
    found = {name: part["estimate"] for name, part in estimates.groupby("analysis")}
    ends = {name: f"{of.min():,.0f} and {of.max():,.0f}" for name, of in found.items()}
    page = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert f"the effect of the training at {found['experiment'].iloc[0]:,.0f} dollars" in page
    assert f"the matched estimates lie between {ends['cps_matching']}, with those" in page
    assert f"from another between {ends['psid_matching']}, and the marks say" in page
    assert (estimates.query("analysis == 'psid_matching'")["balanced"] == "no").all()
