"""The page of the first study: what it shows is what comes out, and its answers make a study."""

import csv
import re
from pathlib import Path

import pytest
from example_studies import samples_of

from ruralimpact.checks import check_study
from ruralimpact.cli import main
from ruralimpact.config import load_study
from ruralimpact.design.study import design_study
from ruralimpact.errors import ConfigError
from ruralimpact.estimation.study import EstimationTables, estimate_study
from ruralimpact.plugins import Plugins

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "first_study.md").read_text(encoding="utf-8")
FILES = ROOT / "docs" / "first_study" / "files"
STUDY = Path("config/studies/hogares")


def shown(kind: str) -> list[str]:
    """Return the lines of the page's blocks of a kind."""
    blocks = re.findall(rf"^```{kind}\n(.*?)^```", PAGE, flags=re.MULTILINE | re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def answers() -> list[list[str]]:
    rows = [line.strip("| ").split(" | ") for line in PAGE.splitlines() if line.startswith("| ")]
    return [row for row in rows if len(row) == 3 and row[0] in ("study.yaml", "codebook")]


def answer(folder: Path) -> None:
    """Write the answers of the page into a draft."""
    path = folder / "study.yaml"
    text = path.read_text(encoding="utf-8").replace("synthetic: false", "synthetic: true")
    with (folder / "codebook.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for file_name, where, value in answers():
        if file_name == "study.yaml":
            text, count = re.subn(rf'^{where}: "\?".*$', f"{where}: {value}", text, flags=re.M)
            assert count == 1, where
            continue
        variable, column = where.split(", ")
        (row,) = [row for row in rows if row["variable"] == variable]
        assert row[column] in ("?", ""), where
        row[column] = value
    path.write_text(text, encoding="utf-8")
    with (folder / "codebook.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    folder = tmp_path / "cooperatives"
    arguments = ["new", str(folder), "--from", str(FILES), "--study", "hogares"]
    assert main([*arguments, "--codebook", "csv"]) == 0
    return folder


def test_the_page_shows_what_the_draft_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "cooperatives"
    arguments = ["new", str(folder), "--from", str(FILES), "--study", "hogares"]
    assert main([*arguments, "--codebook", "csv"]) == 0
    printed = capsys.readouterr().out.splitlines()
    printed += (folder / STUDY / "codebook.csv").read_text(encoding="utf-8").splitlines()
    drafted = (folder / STUDY / "study.yaml").read_text(encoding="utf-8").splitlines()
    told = [line for line in shown("text") if line != "No mistake found in hogares."]
    assert told
    assert [line for line in told if line not in printed] == []
    evidence = [line for line in shown("yaml") if line.startswith("    ") and '"' in line]
    assert [line for line in evidence if "label" not in line and line not in drafted] == []


def test_nothing_runs_before_the_answers_and_all_is_right_after_them(draft: Path) -> None:
    with pytest.raises(ConfigError, match="not answered yet"):
        load_study(draft / STUDY)
    open_questions = check_study(draft, STUDY, Plugins())
    assert all("not answered yet" in str(problem) for problem in open_questions)
    answer(draft / STUDY)
    assert check_study(draft, STUDY, Plugins()) == ()
    study = load_study(draft / STUDY)
    assert [analysis.name for analysis in study.analyses] == ["matched", "unadjusted"]
    assert study.samples["all"].group == "cooperativa"


def test_an_outcome_is_built_of_the_crops(draft: Path) -> None:
    folder = draft / STUDY
    answer(folder)
    block = "\n".join(shown("yaml")).partition("outcomes:\n")[2]
    text = (folder / "study.yaml").read_text(encoding="utf-8")
    (folder / "study.yaml").write_text(f"{text}\noutcomes:\n{block}\n", encoding="utf-8")
    assert check_study(draft, STUDY, Plugins()) == ()
    assert list(load_study(folder).outcomes) == ["income", "sales"]


def test_raw_files_are_copied_and_git_leaves_them_out(draft: Path) -> None:
    for name in ("hogares_2024.csv", "cultivos_2024.csv"):
        assert (draft / "data" / "hogares" / name).read_bytes() == (FILES / name).read_bytes()
    assert "/data/**" in (draft / ".gitignore").read_text(encoding="utf-8").splitlines()
    source = (draft / "data" / "hogares" / "SOURCE.md").read_text(encoding="utf-8")
    assert "hogares_2024.csv" in source


def test_the_table_of_the_page_is_what_the_answered_draft_gives(draft: Path) -> None:
    answer(draft / STUDY)
    study = load_study(draft / STUDY)
    units, outcomes = samples_of(study, draft / "data" / "hogares")
    designs = design_study(study, units)
    made = {name: designs[name] for name in ("weights", "pairs", "propensity", "designs")}
    tables = EstimationTables(units, outcomes, **made)
    estimates = estimate_study(study, tables, seed=1)["estimates"].query("analysis == 'matched'")
    rows = estimates.set_index("strategy").loc[["nearest", "kernel", "entropy"]]
    cells = {
        "effect, bolivianos": [f"{value:,.0f}" for value in rows["estimate"]],
        "95% interval": [
            f"{low:,.0f} to {high:,.0f}"
            for low, high in zip(rows["conf_low"], rows["conf_high"], strict=True)
        ],
        "arms balanced": rows["balanced"].tolist(),
    }
    for name, row in cells.items():
        assert f"| {name} | {' | '.join(row)} |" in PAGE
    first = rows.iloc[0]
    assert f"+{first['estimate']:,.0f} bolivianos ({first['conf_low']:,.0f} to" in PAGE
    assert f"{first['percent']:.0f} percent of the counterfactual" in PAGE
