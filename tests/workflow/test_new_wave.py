"""A new wave is a file and one line: it makes jobs of its own, and leaves what was there as it is."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from project import STUDY, Project, rest_long
from wave_project import EFFECT, add_wave, waves_project, write_wave


@pytest.fixture(scope="module")
def two_waves(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = waves_project(tmp_path_factory.mktemp("waves") / "two")
    shown = project.run()
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return project


@pytest.fixture(scope="module")
def three_waves(two_waves: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = two_waves.copy_to(tmp_path_factory.mktemp("waves") / "three")
    write_wave(project, 2016, lost=1)
    add_wave(project, 2016)
    assert project.jobs() == {
        "ingest_source": 1,
        f"construct_samples_{STUDY}_2016": 1,
        **dict.fromkeys(("design_comparisons", "estimate_impacts", "analyse_sensitivity"), 1),
        f"make_exhibits_{STUDY}": 1,
        **dict.fromkeys(("write_report", "publish_results"), 1),
    }
    shown = project.run()
    assert shown.returncode == 0, shown.stdout + shown.stderr
    return project


@pytest.fixture(scope="module")
def other_words(two_waves: Project, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project with a corrected cell of 2014 and a new wave that asks and answers otherwise."""
    project = two_waves.copy_to(tmp_path_factory.mktemp("waves") / "other_words")
    replace(project, 2014, "v01h0,v01,1,2013,31,", "v01h0,v01,1,2013,31,9")
    write_wave(project, 2016, scale=10)
    add_wave(project, 2016)
    codebook(
        project, "age,homes_2016,age,number,years,0,99,,,covariate,pre,Age,When were you born?\n"
    )
    shown = project.run()
    assert shown.returncode == 0, shown.stderr
    return project


@pytest.fixture
def project(two_waves: Project, tmp_path: Path) -> Project:
    return two_waves.copy_to(tmp_path / "project")


def of_earlier_waves(name: str) -> bool:
    """Tell whether a result is that of one wave, not of all waves together."""
    return not name.startswith(
        (
            *(f"{STUDY}/exhibits/", f"{STUDY}/re", f"{STUDY}/tables.xlsx"),
            *(f"{STUDY}/brief.", "index.html"),
        )
    )


def test_a_wave_leaves_earlier_results_byte_for_byte(
    two_waves: Project, three_waves: Project
) -> None:
    before, after = two_waves.results(), three_waves.results()
    kept = [name for name in before if of_earlier_waves(name)]
    assert len(kept) > 40
    assert [name for name in kept if after.get(name) != before[name]] == []
    times = [
        path.stat().st_mtime_ns
        for root in (two_waves, three_waves)
        for path in kept_files(root, kept)
    ]
    assert times[: len(kept)] == times[len(kept) :]
    new = {name.split("/")[1] for name in after if name not in before}
    assert new <= {"waves", "survey", "exhibits"}


def kept_files(project: Project, names: list[str]) -> list[Path]:
    return [project.root / "results" / name for name in names]


def test_the_estimates_of_each_wave_find_the_effect(three_waves: Project) -> None:
    folder = three_waves.root / "results" / STUDY
    rows = {}
    for place in ("", "waves/2014/", "waves/2016/"):
        table = pd.read_parquet(folder / f"{place}estimates/estimates.parquet")
        rows |= {row["spec_id"]: row for row in table.to_dict("records")}
    assert set(rows) == {
        *(f"levels_{wave}/nn3/income_earned" for wave in (2012, 2014, 2016)),
        *(
            f"change_to_{wave}/{name}/income_earned"
            for wave in (2014, 2016)
            for name in ("two_by_two", "ancova")
        ),
    }
    for wave in (2014, 2016):
        row = rows[f"change_to_{wave}/two_by_two/income_earned"]
        assert row["conf_low"] < EFFECT < row["conf_high"]
        assert row["conf_low"] > 0.7 * EFFECT
    assert abs(rows["levels_2012/nn3/income_earned"]["statistic"]) < 3


def test_what_changed_is_told(three_waves: Project) -> None:
    table = pd.read_csv(
        three_waves.root / "results" / STUDY / "exhibits" / "changes.csv", comment="#"
    )
    told = table.dropna(subset=["kind"])
    assert set(told["kind"]) == {"new"}
    assert set(told["spec_id"].str.split("/").str[0]) == {"levels_2016", "change_to_2016"}


def test_households_that_were_not_found_again_are_counted(three_waves: Project) -> None:
    folder = three_waves.root / "results" / STUDY / "waves" / "2016"
    found = pd.concat(
        [
            pd.read_parquet(folder / "analysis/exclusions.parquet"),
            pd.read_parquet(folder / "design/exclusions.parquet"),
        ]
    )
    assert found["rows"].sum() == 24


def test_corrected_data_move_only_the_waves_that_read_them(other_words: Project) -> None:
    table = pd.read_csv(
        other_words.root / "results" / STUDY / "exhibits" / "changes.csv", comment="#"
    )
    moved = table[table["kind"] == "moved"]
    assert set(moved["reasons"]) == {"data"}
    assert set(moved["spec_id"].str.split("/").str[0]) == {"levels_2014", "change_to_2014"}


def codebook(project: Project, add: str) -> None:
    path = project.root / "config" / "studies" / STUDY / "codebook.csv"
    path.write_text(path.read_text("utf-8") + add, "utf-8")


def replace(project: Project, wave: int, old: str, new: str) -> None:
    path = project.root / "data" / STUDY / f"homes_{wave}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


WAVE_MISTAKES: dict[str, tuple[Callable[[Project], Any], str]] = {
    "group": (
        lambda p: replace(p, 2016, "v01h0,v01,", "v01h0,v03,"),
        "homes_2012.csv, column 'village', row 8: the group of a unit changes between waves (unit v01h0, "
        "sample panel_to_2016). Also file data/small/homes_2014.csv, column 'village', row 8; "
        "file data/small/homes_2016.csv, column 'village', row 8.\n",
    ),
    "arm": (
        lambda p: replace(p, 2016, "v01h0,v01,1,2013", "v01h0,v01,0,0"),
        "homes_2012.csv, column 'project', row 8: the arm of a unit changes between waves (unit v01h0",
    ),
    "first treated": (
        lambda p: replace(p, 2016, "v01h0,v01,1,2013", "v01h0,v01,1,0"),
        "column 'began', row 8: the time at which treatment began of a unit changes between waves (unit",
    ),
    "duplicate": (
        lambda p: replace(p, 2016, "v00h0,v00,0,0,", "v00h1,v00,0,0,"),
        "homes_2016.csv, column 'id', rows 2, 3: the identifier 'v00h1' occurs more than once",
    ),
    "no question": (
        lambda p: replace(p, 2016, ",age,", ",years,"),
        "homes_2016.csv, column 'age': the file has no such column",
    ),
    "unit": (
        lambda p: codebook(p, "income,homes_2016,income,money,dollars,,,,,outcome,post,Income,\n"),
        "codebook.csv, line 7, key 'income': the unit is 'dollars' for the source 'homes_2016'",
    ),
    "currency": (
        lambda p: p.edit_yaml(
            "study.yaml",
            lambda study: study["sources"][0].update(
                waves=[2012, 2014, {"wave": 2016, "currency": "dollars"}]
            ),
        ),
        "amounts of the source 'homes_2016' are in dollars, for which there is no rate.",
    ),
    "before the baseline": (
        lambda p: p.edit_yaml(
            "study.yaml",
            lambda study: study["analyses"][1].update(before=["latest"], after=[2012]),
        ),
        "analyses.change_to_2014.after': wave 2012 of `after` is not later than wave 2014",
    ),
}


@pytest.mark.parametrize("mistake", rest_long(WAVE_MISTAKES, "group"))
def test_a_wave_that_cannot_be_added_is_one_clear_error(project: Project, mistake: str) -> None:
    spoil, message = WAVE_MISTAKES[mistake]
    write_wave(project, 2016)
    add_wave(project, 2016)
    before = project.results()
    spoil(project)
    shown = project.run()
    assert shown.returncode == 1
    assert message in shown.stderr, shown.stderr
    assert "Traceback" not in shown.stdout + shown.stderr
    assert len([line for line in shown.stderr.splitlines() if line.startswith("error: ")]) == 1
    after = project.results()
    assert [name for name in before if after.get(name) != before[name]] == []


@pytest.mark.long
def test_a_question_that_a_wave_did_not_ask_is_declared_and_told(project: Project) -> None:
    write_wave(project, 2016)
    add_wave(project, 2016)
    codebook(project, "age,homes_2016,-,number,years,0,120,,,covariate,pre,Age of the head,\n")
    shown = project.run()
    assert shown.returncode == 0, shown.stderr
    said = " ".join(shown.stdout.split())
    # Nobody can be matched on what was not asked, and that is said; the other waves stand.
    assert "Levels, 2016: Matched difference in income: not estimable" in said
    assert "the covariate “Age of the head” is missing (72)" in said
    assert "Levels, 2014: Matched difference in income: +" in said


def test_a_question_in_other_words_is_an_alarm(other_words: Project) -> None:
    table = pd.read_csv(
        other_words.root / "results" / STUDY / "exhibits" / "questionnaire_change.csv", comment="#"
    )
    alarms = table[table["alarm"] == "yes"]
    assert set(zip(alarms["variable"], alarms["aspect"], strict=True)) == {
        ("age", "question"),
        ("age", "range"),
        ("income", "median"),
    }
    assert set(alarms["wave"]) == {2016}
    folder = other_words.root / "results" / STUDY / "exhibits"
    answer = json.loads((folder / "findings.json").read_text(encoding="utf-8"))["answer"]
    against = [line["text"] for line in (*answer["against"], *answer["further"])]
    assert "Two questions are not what they were a wave before." in against
