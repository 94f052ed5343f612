"""Scripts in processes that are forked from one which has imported what all stages need.

A fresh Python spends half a second on imports, more than most jobs on their work. Each job still has a
process of its own, which starts from the same state whatever ran before it.
"""

import contextlib
import multiprocessing
import runpy
import sys
import threading
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Final

import psutil

_START_METHOD: Final = "forkserver"


def can_fork() -> bool:
    """Whether the platform can; Windows cannot."""
    return _START_METHOD in multiprocessing.get_all_start_methods()


@dataclass(frozen=True)
class JobUsage:
    """What a script took, as the system counted it at its end.

    Attributes
    ----------
    cpu_seconds : float
    peak_mb : float
        Most memory at a time, with the libraries that it shares with other jobs.
    """

    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class ForkedJob:
    """A script at work."""

    process: BaseProcess
    told: Connection

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self.process.pid

    def usage(self) -> JobUsage | None:
        """Return what it took, once it has ended; None if it was killed."""
        with contextlib.suppress(EOFError, OSError):
            if self.told.poll():
                cpu_seconds, peak_mb = self.told.recv()
                return JobUsage(cpu_seconds, peak_mb)
        return None


class ForkedJobs:
    """Starts scripts, from several threads, in processes forked from one that ends with this process."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context(_START_METHOD)
        self._context.set_forkserver_preload(["ruralimpact.runner.preloaded"])
        # Starting a process looks at how others ended, which must not be read by two threads at once.
        self._lock = threading.Lock()

    def start(self, script: str) -> ForkedJob:
        """Start a script.

        Parameters
        ----------
        script : path

        Raises
        ------
        OSError, EOFError
            No process can be forked, for instance since no file can be written.
        """
        told, tells = self._context.Pipe(duplex=False)
        process = self._context.Process(target=_run_script, args=(script, tells))
        with self._lock, tells:
            process.start()
        return ForkedJob(process, told)

    def exit_status(self, started: ForkedJob) -> int:
        """Wait for the end of a script; return its exit status, negative if a signal ended it."""
        process = started.process
        with contextlib.suppress(psutil.NoSuchProcess):
            job = psutil.Process(process.pid)
            wait([process.sentinel])
            job.kill()  # The end that was told is that of the process it was forked from, if it still runs.
        with self._lock:
            process.join()
        return 1 if process.exitcode is None else process.exitcode


def _run_script(script: str, tells: Connection) -> None:
    sys.argv = [script]
    try:
        runpy.run_path(script, run_name="__main__")
    finally:
        with contextlib.suppress(OSError):  # who started it may be gone
            tells.send(_used())


def _used() -> tuple[float, float]:
    # Where processes can be forked there is this module, too; Windows has neither.
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    in_mb = 1024**2 if sys.platform == "darwin" else 1024
    return used.ru_utime + used.ru_stime, used.ru_maxrss / in_mb
