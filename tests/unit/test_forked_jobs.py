"""Scripts in forked processes: how they end, and that none is touched by what ran before or beside it."""

import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from ruralimpact.runner import forked_jobs
from ruralimpact.runner.forked_jobs import ForkedJobs, can_fork

pytestmark = pytest.mark.skipif(not can_fork(), reason="the platform cannot fork processes")


@pytest.fixture(scope="module")
def jobs() -> Iterator[ForkedJobs]:
    yield ForkedJobs()
    for process in psutil.Process().children():
        if any("forkserver" in word for word in process.cmdline()):
            process.kill()


def script(folder: Path, text: str) -> str:
    path = folder / "script.py"
    path.write_text(text, encoding="utf-8")
    return str(path)


def status_of(jobs: ForkedJobs, path: str) -> int:
    return jobs.exit_status(jobs.start(path))


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("", 0),
        ("raise SystemExit(1)", 1),
        ("raise MemoryError", 1),
        ("this is no Python", 1),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", -signal.SIGKILL),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", -signal.SIGTERM),
    ],
)
def test_a_script_ends_with_its_own_status(
    jobs: ForkedJobs, tmp_path: Path, text: str, status: int
) -> None:
    assert status_of(jobs, script(tmp_path, text)) == status


def test_a_script_has_its_libraries_and_nothing_of_scripts_before(
    jobs: ForkedJobs, tmp_path: Path
) -> None:
    text = (
        "import sys, os, ruralimpact, numpy.random\n"
        "assert __name__ == '__main__' and sys.argv == [__file__]\n"
        "assert 'pandas' in sys.modules and 'LEFT' not in os.environ\n"
        "assert not hasattr(ruralimpact, 'left') and not os.path.exists('left')\n"
        "os.environ['LEFT'] = ruralimpact.left = 'yes'\n"
        f"os.chdir({str(tmp_path)!r}); open('left', 'w').close()\n"
    )
    path = script(tmp_path, text)
    assert [status_of(jobs, path) for _ in range(2)] == [0, 0]


def test_scripts_side_by_side_end_with_their_own_status(jobs: ForkedJobs, tmp_path: Path) -> None:
    paths = []
    for number in range(24):
        folder = tmp_path / str(number)
        folder.mkdir()
        paths.append(script(folder, f"raise SystemExit({number})"))
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(lambda path: status_of(jobs, path), paths)) == list(range(24))


def test_no_script_outlives_the_process_that_it_was_forked_from(
    jobs: ForkedJobs, tmp_path: Path
) -> None:
    running = jobs.start(script(tmp_path, "import time; time.sleep(60)"))
    forked = psutil.Process(running.pid)
    os.kill(forked.ppid(), signal.SIGKILL)
    assert jobs.exit_status(running) != 0
    deadline = time.monotonic() + 5
    while forked.is_running() and forked.status() != psutil.STATUS_ZOMBIE:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert status_of(jobs, script(tmp_path, "")) == 0


def test_where_processes_cannot_be_forked_that_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forked_jobs.multiprocessing, "get_all_start_methods", lambda: ["spawn"])
    assert not can_fork()


def test_a_job_tells_what_it_took(jobs: ForkedJobs, tmp_path: Path) -> None:
    busy = "import time\nwhile time.process_time() < 0.2: pass\nheld = bytearray(300 * 2**20)"
    started = jobs.start(script(tmp_path, busy))
    assert jobs.exit_status(started) == 0
    usage = started.usage()
    assert usage is not None
    assert usage.cpu_seconds >= 0.2
    assert usage.peak_mb >= 300
    killed = jobs.start(script(tmp_path, "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"))
    assert jobs.exit_status(killed) == -signal.SIGKILL
    assert killed.usage() is None
