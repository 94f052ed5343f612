"""The command line: a new project runs at once wherever it lies; mistakes and states are told."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from project import STUDY, Project

from ruralimpact.cli import COMMANDS, main

# Signs that a shell, make, LaTeX or YAML reads in its own way.
ODD = "o'dd & $HOME {x} <y> [z] #1 ü"


def test_every_command_has_help(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], *([name] for name in COMMANDS)):
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--help"])
        assert ended.value.code == 0
        assert "usage: ruralimpact" in capsys.readouterr().out


def test_a_command_not_understood_ends_with_two(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["rum"])
    assert ended.value.code == 2
    assert "invalid choice: 'rum'" in capsys.readouterr().err


def test_the_shell_completes_commands(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--print-completion", "bash"])
    assert "status" in capsys.readouterr().out


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that `new` made in a folder of an odd name, with an odd raw file, after a run."""
    folder = tmp_path_factory.mktemp("made") / ODD
    assert main(["new", str(folder)]) == 0
    project = Project(folder)
    raw = folder / "data" / "producers" / "producers.csv"
    raw = raw.rename(raw.with_name("año 2014 (v2) [x] 'final' & $y.csv"))
    study = folder / "config" / "studies" / "producers" / "study.yaml"
    text = study.read_text(encoding="utf-8")
    old, new = "path: data/producers/producers.csv", f'path: "data/producers/{raw.name}"'
    assert old in text
    study.write_text(text.replace(old, new), encoding="utf-8")
    shown = run(folder, "run")
    assert shown.returncode == 0, shown.stdout + shown.stderr
    assert "Report: results/producers/report.html" in shown.stdout
    return project


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Call the installed command line in a folder."""
    return subprocess.run(
        [sys.executable, "-m", "ruralimpact", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_new_project_runs_and_says_that_its_data_are_invented(made: Project) -> None:
    report = (made.root / "results" / "producers" / "report.html").read_text(encoding="utf-8")
    assert "ynthetic" in report
    again = run(made.root, "run")
    assert again.stdout.startswith("Nothing to do")


def test_its_raw_data_are_no_concern_of_git(made: Project) -> None:
    def ignored(path: str) -> bool:
        call = ["git", "-c", "core.excludesFile=", "check-ignore", "--quiet", "--no-index", path]
        return subprocess.run(call, cwd=made.root, check=False).returncode == 0

    subprocess.run(["git", "init", "--quiet"], cwd=made.root, check=True)
    raw = next((made.root / "data" / "producers").glob("*.csv"))
    assert ignored(str(raw.relative_to(made.root)))
    assert ignored("data/another/sub/raw.dta")
    assert ignored("results/producers/report.html")
    for kept in ("data/producers/SOURCE.md", "config/config.yaml", "README.md", "Snakefile"):
        assert not ignored(kept), kept


def test_plain_snakemake_finds_the_same_up_to_date(made: Project) -> None:
    shown = made.call("-m", "snakemake", "--dry-run", "--cores", "1", PYTHONPATH="")
    assert shown.returncode == 0, shown.stderr
    assert "Nothing to be done" in shown.stdout + shown.stderr


def test_new_refuses_a_folder_that_is_not_empty(
    made: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(made.root)]) == 1
    assert "is not empty" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a{b}.csv", "a<b>.csv"])
def test_a_raw_file_that_snakemake_cannot_name_is_refused(project: Project, name: str) -> None:
    path = f"data/{STUDY}/{name}"
    (project.root / path).write_text("id\n", encoding="utf-8")
    project.edit_yaml("study.yaml", lambda study: study["sources"][0].update(path=path))
    shown = project.run()
    assert shown.returncode == 1
    assert shown.stderr.startswith(f"error: file {path}: a file whose name has braces")


def test_a_folder_that_is_no_project_is_named(tmp_path: Path) -> None:
    for command in ("run", "check", "status"):
        shown = run(tmp_path, command)
        assert shown.returncode == 1
        assert shown.stderr.startswith(f"error: there is no project in {tmp_path}")
        assert not list(tmp_path.iterdir())


def test_a_package_that_snakemake_cannot_run_is_refused(
    made: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("ruralimpact.cli.project.shipped", lambda: Path("/opt/{a}"))
    assert main(["check", "--directory", str(made.root)]) == 1
    assert capsys.readouterr().err.startswith("error: the package lies in /opt/{a}; from a folder")


def test_check_names_what_is_wrong_in_each_study(project: Project) -> None:
    assert project.command("check").stdout == f"No mistake found in {STUDY}.\n"
    folder = project.root / "config" / "studies"
    (folder / "other").mkdir()
    for path in (folder / STUDY).iterdir():
        (folder / "other" / path.name).write_bytes(path.read_bytes())
    project.edit_yaml("config.yaml", lambda config: config["studies"].append("other"))
    project.edit_yaml("study.yaml", lambda study: study.update(titel="x"))
    other = folder / "other" / "study.yaml"
    study = yaml.safe_load(other.read_text(encoding="utf-8"))
    study["sources"][0]["path"] = "data/gone.csv"
    other.write_text(yaml.safe_dump(study), encoding="utf-8")
    shown = project.command("check")
    assert shown.returncode == 1
    first, second, third = shown.stderr.splitlines()
    assert "unknown key 'titel'" in first
    assert "Did you mean 'title'?" in first
    assert second.startswith("error: file data/gone.csv: there is no such file.")
    assert third.startswith("2 mistakes")


def test_status_says_what_a_run_would_do(project: Project) -> None:
    shown = project.command("status")
    assert shown.returncode == 0, shown.stderr
    assert "to do" not in shown.stdout
    project.edit_yaml("strategies.yaml", lambda rows: rows[0].update(caliper=0.25))
    lines = project.command("status").stdout.splitlines()
    states = [re.split(r"  +", line.strip())[0] for line in lines[1:]]
    assert states == ["up to date"] * 2 + ["to do"] * 5
