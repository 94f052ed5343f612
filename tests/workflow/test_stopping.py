"""A run can be stopped or killed at any time; nothing is left running and the next one goes on."""

import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from project import STUDY, Project, small_project

# A job leaves the number of its process; its name is that of the process it was forked from.
_AT_WORK = "import os\nopen(f'at_work.{os.getpid()}', 'w').close()\n"


@pytest.fixture
def slow(tmp_path: Path) -> Project:
    """Return a project, not yet run, whose second stage takes a minute."""
    project = small_project(tmp_path / "slow")
    script = project.root / "workflow" / "scripts" / "construct_samples.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(_AT_WORK + "import time\ntime.sleep(60)\n" + text, encoding="utf-8")
    return project


@contextmanager
def running(project: Project) -> Iterator[subprocess.Popen[str]]:
    """Start a run and wait until its second stage is at work."""
    process = subprocess.Popen(
        [sys.executable, "-m", "ruralimpact", "run"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        deadline = time.monotonic() + 60
        while not at_work(project) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert at_work(project), "the second stage did not start"
        yield process
    finally:
        process.kill()
        process.wait()


def at_work(project: Project) -> list[int]:
    """Return the processes of jobs of the second stage."""
    begun = {int(path.suffix[1:]) for path in project.root.glob("at_work.*")}
    return [
        process.pid
        for process in psutil.process_iter(["cwd", "status"])
        if process.pid in begun
        and process.info["cwd"] == str(project.root.resolve())
        and process.info["status"] != psutil.STATUS_ZOMBIE
    ]


@pytest.mark.parametrize(
    ("number", "times"),
    [(signal.SIGINT, 4), pytest.param(signal.SIGTERM, 1, marks=pytest.mark.long)],
)
def test_a_stopped_run_leaves_nothing_running(
    slow: Project, number: signal.Signals, times: int
) -> None:
    with running(slow) as process:
        for _ in range(times):
            process.send_signal(number)
            time.sleep(0.05)
        _, stderr = process.communicate(timeout=30)
        assert process.returncode == 128 + number
        assert "Stopped." in stderr
        assert "Traceback" not in stderr
        assert at_work(slow) == []


def test_the_run_after_a_killed_one_finishes_whatever_the_order_of_rows_and_the_cores(
    slow: Project, finished: Project
) -> None:
    for path in (slow.root / "data" / STUDY).iterdir():
        header, *rows = path.read_text(encoding="utf-8").splitlines(keepends=True)
        path.write_text("".join([header, *rows[::-1][7:], *rows[::-1][:7]]), encoding="utf-8")
    with running(slow) as process:
        process.kill()
        process.wait()
        assert at_work(slow) != [], "a killed runner cannot end its jobs"
        script = slow.root / "workflow" / "scripts" / "construct_samples.py"
        text = script.read_text(encoding="utf-8").replace("time.sleep(60)", "")
        script.write_text(text, encoding="utf-8")
        shown = slow.run("--cores", "1")
        assert shown.returncode == 0, shown.stderr
        assert at_work(slow) == []
    ours, theirs = (
        {name: without_digest_of_file(content) for name, content in own.results().items()}
        for own in (slow, finished)
    )
    assert ours.keys() == theirs.keys()
    assert [name for name in ours if ours[name] != theirs[name]] == []


def without_digest_of_file(content: bytes) -> bytes:
    """Take the digest of a raw file as it is from its quality report; that of its cells stays."""
    return re.sub(rb'"file_sha256": "\w+",', b"", content)


def test_two_runs_do_not_collide(slow: Project) -> None:
    with running(slow):
        shown = slow.run(STUDY)
        assert shown.returncode == 1
        assert shown.stderr.startswith("error: another run is at work in this folder")
