"""Two studies on a real Slurm of one node: the same bytes as here, whatever happens to a job."""

import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from single_node import missing, single_node

sys.path.append(str(Path(__file__).parents[1] / "workflow"))

from project import ROOT, STUDY, Project, small_project

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
    with started(project) as run:
        _kill_one_job()
        assert run.wait(900) == 0
    assert project.results() == here.results()


def test_an_input_error_reads_as_it_does_here(project: Project) -> None:
    project.edit_yaml("study.yaml", lambda study: study["sources"][1].update(id="no_such_column"))
    failed = queue("FAILED")
    shown = project.run("--profile", "slurm", STUDY)
    assert shown.returncode == 1
    assert "no_such_column" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert len(queue("FAILED") - failed) == 1  # another try would end in the same line


def test_more_memory_is_asked_for_after_a_kill(project: Project, here: Project) -> None:
    set_profile(project.root, memory="mem_mb=attempt * 300")
    shown = project.run("--profile", "slurm")
    assert shown.returncode == 0, shown.stderr
    assert "a try on the cluster failed" in shown.stdout
    assert project.results() == here.results()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"memory": "mem_mb=150"}, "needed more memory than their last try asked for"),
        ({"more": "slurm_partition=nosuch"}, "refused the jobs of small: Invalid partition name"),
    ],
)
def test_why_the_cluster_ends_or_refuses_jobs_is_said(
    project: Project, settings: dict[str, str], words: str
) -> None:
    set_profile(project.root, retries=0, **settings)
    shown = project.run("--profile", "slurm", STUDY)
    assert shown.returncode == 1
    assert words in shown.stderr
    assert "Traceback" not in shown.stderr


def test_a_stopped_run_leaves_nothing_in_the_queue(project: Project) -> None:
    scontrol("update", f"nodename={node()}", "state=drain", "reason=test")
    try:
        with started(project) as run:
            until(lambda: queue("PENDING"), "no job was queued")
            run.send_signal(signal.SIGINT)
            assert run.wait(120) == 128 + signal.SIGINT
        assert not queue("all")
    finally:
        scontrol("update", f"nodename={node()}", "state=resume")


def test_a_run_after_a_killed_one_ends_its_jobs_and_goes_on(
    project: Project, here: Project
) -> None:
    with started(project) as run:
        until(lambda: queue("RUNNING"), "no job was started")
        left = queue("all")
        kill_controllers(project, run)
    shown = project.run("--profile", "slurm")
    assert shown.returncode == 0, shown.stderr
    assert not left & queue("COMPLETED")
    assert project.results() == here.results()


def test_projects_are_submissions_and_a_mistake_in_one_stops_no_other(
    project: Project, here: Project, tmp_path: Path
) -> None:
    names = ("north", "$HOME & sóuth", "broken")
    copies = [project.copy_to(tmp_path / name) for name in names]
    copies[2].edit_yaml("study.yaml", lambda study: study["sources"][1].update(id="no_such_column"))
    shutil.copytree(project.root / "profiles", tmp_path / "profiles")
    failed = queue("FAILED")
    shown = subprocess.run(
        [sys.executable, "-m", "ruralimpact", "run", *names, "--profile", "slurm"],
        cwd=tmp_path,
        env=project.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert shown.returncode == 1
    assert "broken | error: " in shown.stderr
    assert "no_such_column" in shown.stderr
    assert len(queue("FAILED") - failed) == 1
    assert "error: 1 of 3 projects are not whole (broken)" in shown.stderr.splitlines()[-1]
    assert [copy.results() for copy in copies[:2]] == [here.results()] * 2


def test_simulations_have_the_same_table(slurm: None, project: Project, tmp_path: Path) -> None:
    tables = []
    for name, options in (
        ("local", ["--cores", "2"]),
        ("slurm", ["--workflow-profile", str(project.root / "profiles" / "slurm")]),
    ):
        folder = tmp_path / name
        call = ["snakemake", "--snakefile", str(ROOT / "tests" / "simulation" / "Snakefile")]
        call += ["--directory", str(folder), *options]
        call += ["--config", "simulations=[survival_curves]", "draws=2", "batch=1"]
        shown = project.call("-m", *call)
        assert shown.returncode == 0, shown.stderr
        tables.append((folder / "tables" / "survival_curves.csv").read_bytes())
    assert tables[0] == tables[1]


def _add_other_study(project: Project) -> None:
    studies = project.root / "config" / "studies"
    shutil.copytree(studies / STUDY, studies / OTHER)
    project.edit_yaml("config.yaml", lambda config: config.update(studies=[STUDY, OTHER]))


def set_profile(root: Path, *, memory: str = "", more: str = "", **settings: Any) -> None:
    """Change the profile of a project."""
    path = root / "profiles" / "slurm" / "config.yaml"
    profile = yaml.safe_load(path.read_text(encoding="utf-8")) | settings
    resources = profile["default-resources"]
    profile["default-resources"] = [
        memory or resources[0],
        *resources[1:],
        *([more] if more else []),
    ]
    path.write_text(yaml.safe_dump(profile, sort_keys=False), encoding="utf-8")


def _without_accounting(project: Project) -> None:
    options = {"slurm-status-command": "squeue", "slurm-no-account": True, "latency-wait": 5}
    set_profile(project.root, **dict[str, Any](options))


@contextmanager
def started(project: Project) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a run on the cluster."""
    with subprocess.Popen(
        [sys.executable, "-m", "ruralimpact", "run", "--profile", "slurm"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as run:
        yield run


def kill_controllers(project: Project, run: "subprocess.Popen[bytes]") -> None:
    """Kill a run and its Snakemake on this machine, as a crash would, but not what it has sent."""
    for process in psutil.Process(run.pid).children():
        process.kill()
    run.kill()
    run.wait()
    assert (project.root / ".snakemake" / "run.json").exists()


def node() -> str:
    return socket.gethostname().split(".")[0]


def scontrol(*arguments: str) -> None:
    subprocess.run(["scontrol", *arguments], check=True)


def queue(states: str) -> set[str]:
    """Return the jobs in some states; `all` are those that wait or are at work."""
    chosen = [] if states == "all" else ["-t", states]
    command = ["squeue", "-h", *chosen, "-o", "%i"]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split())


def until(holds: Callable[[], Any], otherwise: str) -> None:
    deadline = time.monotonic() + 120
    while not holds():
        if time.monotonic() > deadline:
            pytest.fail(otherwise)
        time.sleep(0.5)


def _kill_one_job() -> None:
    until(lambda: queue("RUNNING"), "no job was started")
    time.sleep(3)
    job = min(queue("RUNNING"), key=int)
    subprocess.run(["scancel", "--full", "--signal=KILL", job], check=True)
