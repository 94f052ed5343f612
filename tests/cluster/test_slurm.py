"""Two studies on a real Slurm of one node: the same bytes as here, whatever happens to a job."""

import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from single_node import missing, single_node

sys.path.append(str(Path(__file__).parents[1] / "workflow"))

from project import STUDY, Project, small_project

OTHER = "other"


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    if missing():
        pytest.skip(f"a Slurm of one node needs {', '.join(missing())}")
    with single_node(tmp_path_factory.mktemp("slurm")):
        yield


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return two studies, run on this machine."""
    project = small_project(tmp_path_factory.mktemp("here") / "project")
    _add_other_study(project)
    _without_accounting(project)
    began = time.monotonic()
    shown = project.run()
    assert shown.returncode == 0, shown.stderr
    print(f"\nhere: {time.monotonic() - began:.0f} s")
    return project


@pytest.fixture
def project(here: Project, slurm: None, tmp_path: Path) -> Project:
    """Return the same two studies, not yet run."""
    project = here.copy_to(tmp_path / "project")
    for name in ("results", "resources", ".snakemake"):
        shutil.rmtree(project.root / name)
    return project


def test_a_cluster_makes_the_same_bytes(project: Project, here: Project) -> None:
    began = time.monotonic()
    shown = project.run("--profile", "slurm")
    assert shown.returncode == 0, shown.stderr
    print(f"\nSlurm: {time.monotonic() - began:.0f} s")
    assert project.results() == here.results()
    assert "Drawing tables and figures" in shown.stdout  # stages report from inside a submission


def test_a_killed_job_is_sent_again(project: Project, here: Project) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", "ruralimpact", "run", "--profile", "slurm"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as run:
        _kill_one_job()
        assert run.wait(300) == 0
    assert project.results() == here.results()


def test_an_input_error_reads_as_it_does_here(project: Project) -> None:
    project.edit_yaml("study.yaml", lambda study: study["sources"][1].update(id="no_such_column"))
    shown = project.run("--profile", "slurm", STUDY)
    assert shown.returncode == 1
    assert "no_such_column" in shown.stderr
    assert "Traceback" not in shown.stderr


def _add_other_study(project: Project) -> None:
    studies = project.root / "config" / "studies"
    shutil.copytree(studies / STUDY, studies / OTHER)
    project.edit_yaml("config.yaml", lambda config: config.update(studies=[STUDY, OTHER]))


def _without_accounting(project: Project) -> None:
    path = project.root / "profiles" / "slurm" / "config.yaml"
    profile = yaml.safe_load(path.read_text(encoding="utf-8"))
    profile |= {"slurm-status-command": "squeue", "slurm-no-account": True, "latency-wait": 5}
    path.write_text(yaml.safe_dump(profile, sort_keys=False), encoding="utf-8")


def _kill_one_job() -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        command = ["squeue", "-h", "-t", "R", "-o", "%i"]
        running = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        if running:
            time.sleep(3)
            subprocess.run(["scancel", "--full", "--signal=KILL", running[0]], check=True)
            return
        time.sleep(0.5)
    pytest.fail("no job was started")
