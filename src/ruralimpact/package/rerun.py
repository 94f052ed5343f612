"""A run of the study from the package's own folder, and what it took."""

import os
import platform
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import psutil

from ruralimpact.errors import DataError
from ruralimpact.language import gettext, ngettext


@dataclass(frozen=True)
class MeasuredRun:
    """How long a run took, and on what kind of machine.

    Attributes
    ----------
    seconds : float
    """

    seconds: float

    @property
    def time(self) -> str:
        """The run time in whole minutes, rounded up."""
        minutes = ceil(self.seconds / 60)
        told = ngettext("{minutes} minute at most", "{minutes} minutes at most", minutes)
        return told.format(minutes=minutes)

    @property
    def machine(self) -> str:
        """The class of the machine, and nothing that tells which it is."""
        memory = round(psutil.virtual_memory().total / 2**30)
        told = gettext(
            "{system} on {machine}, {cores} cores, {memory} GiB of memory, Python {python}"
        )
        return told.format(
            system=platform.system(),
            machine=platform.machine(),
            cores=psutil.cpu_count() or 1,
            memory=memory,
            python=platform.python_version(),
        )


def run_again(project: Path, study: str) -> MeasuredRun:
    """Make all results of a project anew.

    Parameters
    ----------
    project : path
    study : str

    Returns
    -------
    MeasuredRun

    Raises
    ------
    DataError
        The run ended with a mistake, which it has printed; its output is kept in the current folder.
    """
    began = time.monotonic()
    ended = subprocess.run(
        [sys.executable, "-m", "ruralimpact", "run", study],
        cwd=project,
        env={**os.environ, "PYTHONPATH": _importable()},
        check=False,
    )
    if ended.returncode != 0:
        log = Path(f"package_{study}.log")
        shutil.copyfile(project / ".snakemake" / "run.output.log", log)
        raise DataError(
            f"the run of {study} in the package did not end well.", hint=f"Its output is in {log}."
        )
    return MeasuredRun(time.monotonic() - began)


def _importable() -> str:
    """Folders that Python finds modules in, as absolute paths: the run starts in another folder."""
    given = os.environ.get("PYTHONPATH", "")
    return os.pathsep.join(str(Path(path).resolve()) for path in given.split(os.pathsep) if path)
