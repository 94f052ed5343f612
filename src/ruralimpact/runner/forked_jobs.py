"""Scripts in processes that are forked from one which has imported what all stages need.

A fresh Python spends half a second on imports, more than most jobs on their work. Each job still has a
process of its own, which starts from the same state whatever ran before it.
"""

import contextlib
import multiprocessing
import runpy
import sys
import threading
from multiprocessing.connection import wait
from multiprocessing.process import BaseProcess
from typing import Final

import psutil

_START_METHOD: Final = "forkserver"


def can_fork() -> bool:
    """Whether the platform can; Windows cannot."""
    return _START_METHOD in multiprocessing.get_all_start_methods()


class ForkedJobs:
    """Starts scripts, from several threads, in processes forked from one that ends with this process."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context(_START_METHOD)
        self._context.set_forkserver_preload(["ruralimpact.runner.preloaded"])
        # Starting a process looks at how others ended, which must not be read by two threads at once.
        self._lock = threading.Lock()

    def start(self, script: str) -> BaseProcess:
        """Start a script.

        Parameters
        ----------
        script : path

        Raises
        ------
        OSError, EOFError
            No process can be forked, for instance since no file can be written.
        """
        process = self._context.Process(target=_run_script, args=(script,))
        with self._lock:
            process.start()
        return process

    def exit_status(self, process: BaseProcess) -> int:
        """Wait for the end of a process; return its exit status, negative if a signal ended it."""
        with contextlib.suppress(psutil.NoSuchProcess):
            job = psutil.Process(process.pid)
            wait([process.sentinel])
            job.kill()  # The end that was told is that of the process it was forked from, if it still runs.
        with self._lock:
            process.join()
        return 1 if process.exitcode is None else process.exitcode


def _run_script(script: str) -> None:
    sys.argv = [script]
    runpy.run_path(script, run_name="__main__")
