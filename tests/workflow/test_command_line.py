"""The command line: a new project runs at once wherever it lies; mistakes and states are told."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml
from project import ODD, STUDY, Project

from ruralimpact.cli import COMMANDS, main


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
    """Return a project that `new` made in a folder of an odd name, not yet run."""
    folder = tmp_path_factory.mktemp("made") / ODD
    assert main(["new", str(folder)]) == 0
    return Project(folder)


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


def test_new_refuses_a_folder_that_is_not_empty(
    made: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", str(made.root / "config")]) == 1
    assert "is not empty" in capsys.readouterr().err
    assert main(["new", str(made.root)]) == 1
    assert "is a project already; --from adds a study to it" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["a{b}.csv", pytest.param("a<b>.csv", marks=pytest.mark.long)])
def test_a_raw_file_that_snakemake_cannot_name_is_refused(project: Project, name: str) -> None:
    path = f"data/{STUDY}/{name}"
    (project.root / path).write_text("id\n", encoding="utf-8")
    project.edit_yaml("study.yaml", lambda study: study["sources"][0].update(path=path))
    shown = project.run()
    assert shown.returncode == 1
    assert shown.stderr.startswith(f"error: file {path}: a file whose name has braces")


def test_a_folder_that_is_no_project_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("run", "check", "status"):
        assert main([command, "--directory", str(tmp_path)]) == 1
        assert capsys.readouterr().err.startswith(f"error: there is no project in {tmp_path}")
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
    project.edit_yaml("strategies.yaml", lambda rows: rows[0].update(caliper=0.25))
    shown = project.command("status")
    assert shown.returncode == 0, shown.stderr
    lines = shown.stdout.splitlines()
    states = [re.split(r"  +", line.strip())[0] for line in lines[1:]]
    assert states == ["up to date"] * 2 + ["to do"] * 5
