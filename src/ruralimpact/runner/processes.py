"""Start Snakemake so that it can always be ended whole, and clear up after a run that was killed."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import portalocker

from ruralimpact.progress import CHECKED, GO
from ruralimpact.runner.submissions import cancel_submissions

if TYPE_CHECKING:
    import psutil

TOKEN = "RURALIMPACT_RUN"
_GRACE_SECONDS = 5.0
# Those that the platform has: Windows knows no hang-up, others no break key.
_SIGNALS = [
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
    if hasattr(signal, name)
]


class AnotherRunError(Exception):
    """Another run holds the lock of this folder."""


class StoppedError(Exception):
    """The user asked the run to stop."""

    def __init__(self, number: int) -> None:
        self.number = number
        super().__init__(signal.Signals(number).name)


@contextlib.contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the lock of a project for the length of a run.

    Parameters
    ----------
    folder : path
        Snakemake's own folder, `.snakemake`, of the project.

    Raises
    ------
    AnotherRunError
        Another run holds it.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        try:
            stack.enter_context(portalocker.Lock(folder / "run.lock", mode="w", timeout=0))
        except portalocker.LockException:
            raise AnotherRunError from None
        _clear_killed_run(folder)
        yield


@contextlib.contextmanager
def stop_signals() -> Iterator[None]:
    """Turn interrupt, terminate and hang-up signals into `StoppedError`.

    Once one has come others are ignored: nothing must cut short the ending of what was started.
    """

    def stop(number: int, _frame: FrameType | None) -> None:
        for other in _SIGNALS:
            signal.signal(other, signal.SIG_IGN)
        raise StoppedError(number)

    before = {number: signal.signal(number, stop) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextlib.contextmanager
def started(
    command: Sequence[str], folder: Path, environment: dict[str, str], output: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command apart from the keyboard's signals, and end the whole of it on the way out.

    It gets ready meanwhile, and makes nothing before `let_work` (`ruralimpact.progress.wait_until_checked`).

    Parameters
    ----------
    command : sequence of str
    folder : path
        Snakemake's own folder in that of the project, where a mark of the run is left until it ends.
    environment : dict
    output : path
        File that all its output goes to.
    """
    token = uuid.uuid4().hex
    mark = folder / "run.json"
    mark.write_text(json.dumps({"token": token, "output": str(output)}), encoding="utf-8")
    with output.open("wb") as file:
        process = subprocess.Popen(
            command,
            cwd=folder.parent,
            stdin=subprocess.PIPE,
            stdout=file,
            stderr=subprocess.STDOUT,
            env={**environment, TOKEN: token, CHECKED: "stdin"},
            **_apart(),
        )
    try:
        yield process
    finally:
        with contextlib.suppress(OSError):
            process.stdin.close() if process.stdin else None
        if process.poll() is None:
            _end_processes(token)
            process.wait()
            cancel_submissions(output)
            _clear_locks(folder)
        mark.unlink(missing_ok=True)


def let_work(process: subprocess.Popen[bytes]) -> None:
    """Let what was started begin; nothing where it has ended already."""
    assert process.stdin is not None
    with contextlib.suppress(OSError), process.stdin as gate:
        gate.write(GO)


def _apart() -> dict[str, Any]:
    """Return the options that keep the interrupt key from a process and what it starts."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def _clear_killed_run(folder: Path) -> None:
    """End what an earlier run that was killed left running, here or on a cluster, and drop its locks."""
    mark = folder / "run.json"
    if not mark.exists():
        return
    with contextlib.suppress(ValueError, KeyError):
        run = json.loads(mark.read_text(encoding="utf-8"))
        _end_processes(run["token"])
        cancel_submissions(Path(run["output"]))
    _clear_locks(folder)
    mark.unlink()


def _clear_locks(folder: Path) -> None:
    shutil.rmtree(folder / "locks", ignore_errors=True)


def _end_processes(token: str) -> None:
    """End every process that carries the token of a run, politely first."""
    import psutil

    for end in (psutil.Process.terminate, psutil.Process.kill):
        deadline = time.monotonic() + _GRACE_SECONDS
        processes = _processes(token)
        for process in processes:
            with contextlib.suppress(psutil.Error):
                end(process)
        while processes and time.monotonic() < deadline:
            time.sleep(0.05)
            processes = _processes(token)
        if not processes:
            return


def _processes(token: str) -> list["psutil.Process"]:
    import psutil

    processes = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            alive = process.status() != psutil.STATUS_ZOMBIE and process.pid != os.getpid()
            if alive and process.environ().get(TOKEN) == token:
                processes.append(process)
    return processes
