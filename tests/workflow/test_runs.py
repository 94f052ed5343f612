"""A run makes everything once, and afterwards only what a change asks for."""

import json
import os
import re
import shutil
import time
from collections.abc import Callable
from typing import Any

import pytest
from printed_subtractions import printed_tables, told_by_subtraction
from project import STUDY, Project, rest_long

STAGES = [
    "ingest_source",
    "construct_samples",
    "design_comparisons",
    "estimate_impacts",
    "analyse_sensitivity",
    "make_exhibits",
    "write_report",
    "publish_results",
]
ALL = set(STAGES)
EXHIBITS = {"make_exhibits", "write_report", "publish_results"}
FROM_ESTIMATES = EXHIBITS | {"estimate_impacts", "analyse_sensitivity"}
FROM_DESIGN = FROM_ESTIMATES | {"design_comparisons"}


def test_the_first_run_makes_every_result(finished: Project) -> None:
    made = set(finished.results())
    for name in (
        "survey/psid.parquet",
        "survey/psid.quality.json",
        "analysis/psid/units.parquet",
        "analysis/psid/outcomes.parquet",
        "design/weights.parquet",
        "design/specifications.json",
        "estimates/estimates.parquet",
        "estimates/scores.parquet",
        "exhibits/impact.docx",
        "exhibits/impact.tex",
        "exhibits/love.svg",
        "exhibits/findings.json",
        "report.html",
        "brief.html",
        "methods/matching.html",
    ):
        assert f"{STUDY}/{name}" in made
    folder = finished.root / "results" / STUDY
    measured = {path.stem for path in (folder / "benchmarks").iterdir()}
    assert ALL - {"ingest_source", "publish_results"} <= measured


def test_nothing_published_tells_of_a_few_units_by_subtraction(finished: Project) -> None:
    """Of the two strategies one drops a treated unit: its mean would be that person's earnings."""
    printed = printed_tables(finished.root / "results" / STUDY / "exhibits")
    sizes = {row["n_treated"] for row in printed["impact"] if row.get("n_treated")}
    assert {"184", "185"} <= sizes
    assert told_by_subtraction(printed) == []


def test_the_first_run_says_where_it_is_and_what_it_found(finished: Project) -> None:
    shown = (finished.root.parent / "small_project.done").read_text(encoding="utf-8")
    assert "step 3 of 7: Matching participants" in shown
    assert f"{STUDY}  finished" in shown
    assert f"Report: results/{STUDY}/report.html" in shown
    findings = (finished.root / "results" / STUDY / "exhibits" / "findings.json").read_text("utf-8")
    for line in json.loads(findings)["answer"]["lines"]:
        assert f"{line['label']}: " in shown
    assert "rule" not in shown.lower()


def test_a_second_run_does_nothing_and_says_so(project: Project) -> None:
    before, times = project.results(), modified(project)
    shown = project.run()
    assert shown.returncode == 0
    assert shown.stdout.startswith("Nothing to do: all results are up to date.")
    assert f"Report: results/{STUDY}/report.html" in shown.stdout
    assert project.results() == before
    assert modified(project) == times


def modified(project: Project) -> dict[str, int]:
    return {
        str(path): path.stat().st_mtime_ns
        for path in (project.root / "results").rglob("*")
        if path.is_file()
    }


@pytest.mark.parametrize(
    ("package", "expected"),
    [
        ("survey", {"ingest_source", "construct_samples"}),
        pytest.param("outcomes", {"construct_samples"}, marks=pytest.mark.long),
        ("design", FROM_DESIGN),
        pytest.param("estimation", FROM_ESTIMATES, marks=pytest.mark.long),
        ("exhibits", EXHIBITS),
    ],
)
def test_an_edited_module_reruns_what_depends_on_it(
    project: Project, package: str, expected: set[str]
) -> None:
    module = next((project.root / "src" / "ruralimpact" / package).glob("[a-z]*.py"))
    module.write_text(module.read_text(encoding="utf-8") + "\n# edited\n", encoding="utf-8")
    planned = project.planned()
    assert expected <= planned
    first = min(STAGES.index(stage) for stage in expected)
    assert planned <= set(STAGES[first:])


def test_what_changes_no_result_reruns_nothing(project: Project) -> None:
    """Modules and raw files of another date, a remark, and a plug-in that no study uses."""
    for module in (project.root / "src").rglob("*.py"):
        os.utime(module)
    raw = project.root / "data" / STUDY / "psid_614.csv"
    assert raw.stat().st_mtime > time.time(), "the first run read a file of the future"
    os.utime(raw)
    study = project.root / "config" / "studies" / STUDY / "study.yaml"
    study.write_text("# a remark\n" + study.read_text(encoding="utf-8"), encoding="utf-8")
    plugin = project.root / "plugins" / "other" / "__init__.py"
    plugin.parent.mkdir(parents=True)
    plugin.write_text(
        "from ruralimpact.plugins import Plugin\n\nPLUGIN = Plugin()\n", encoding="utf-8"
    )
    project.edit_yaml("config.yaml", lambda content: content.update(plugins=["plugins/other"]))
    assert project.planned() == set()


def test_raw_files_are_judged_by_content_not_by_date(project: Project) -> None:
    path = project.root / "data" / STUDY / "psid_614.csv"
    path.write_text(path.read_text(encoding="utf-8").replace(",37,", ",38,", 1), encoding="utf-8")
    os.utime(path, (0, 0))
    assert project.planned(STUDY) == ALL, "plain snakemake builds a study by name"


CHANGED_KEYS: dict[str, tuple[str, Callable[[Any], None], set[str]]] = {
    "exhibit title": (
        "exhibits.yaml",
        lambda c: c["tables"][0].update(title="Another title"),
        EXHIBITS,
    ),
    "study title": ("study.yaml", lambda c: c.update(title="Another title"), EXHIBITS),
    "decimals": (
        "study.yaml",
        lambda c: c["outcomes"]["earnings"].update(decimals=1),
        EXHIBITS,
    ),
    "seed": ("config.yaml", lambda c: c.update(seed=2), FROM_ESTIMATES),
    "caliper": ("strategies.yaml", lambda c: c[0].update(caliper=0.25), FROM_DESIGN),
    "poverty line": (
        "study.yaml",
        lambda c: c["outcomes"]["low_earnings"].update(line=3500),
        ALL - {"ingest_source"},
    ),
}


@pytest.mark.parametrize("key", rest_long(CHANGED_KEYS, "decimals", "seed", "poverty line"))
def test_a_changed_key_reruns_only_what_uses_it(project: Project, key: str) -> None:
    file, change, expected = CHANGED_KEYS[key]
    project.edit_yaml(file, change)
    assert project.planned() == expected


def test_another_version_of_a_library_reruns_everything(project: Project) -> None:
    other = project.root / "src" / "pandas-99.0.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Name: pandas\nVersion: 99.0\n", encoding="utf-8")
    assert project.planned() == ALL


def test_results_without_a_record_of_what_they_rest_on_are_to_do(project: Project) -> None:
    """A copy without hidden files: the results may be those of another study; they stay until replaced."""
    before = project.results()
    shutil.rmtree(project.root / ".snakemake" / "metadata")
    assert project.planned() == ALL
    assert project.results() == before


def test_a_result_that_was_deleted_is_put_back(project: Project) -> None:
    before = project.results()
    (project.root / "results" / STUDY / "estimates" / "scores.parquet").unlink()
    assert project.run().stdout.startswith(f"{STUDY}  step 7 of 7")
    assert project.results() == before


@pytest.mark.long
def test_results_of_an_exhibit_that_is_no_longer_asked_for_go_away(project: Project) -> None:
    before = project.results()
    project.edit_yaml("exhibits.yaml", lambda exhibits: exhibits["figures"].clear())
    shown = project.run()
    assert shown.returncode == 0, shown.stderr
    gone = before.keys() - project.results().keys()
    assert gone == {f"{STUDY}/exhibits/love.{suffix}" for suffix in ("png", "svg")}


def test_no_rule_of_design_reads_an_outcome(finished: Project) -> None:
    shown = finished.call("-m", "snakemake", "--dry-run", "--forceall")
    assert shown.returncode == 0
    text = shown.stdout + shown.stderr
    inputs = re.search(r"rule design_comparisons:\n\s+input: (.*)\n", text)
    assert inputs, text
    assert "analysis/psid/units.parquet" in inputs[1]
    assert "outcomes.parquet" not in inputs[1]
