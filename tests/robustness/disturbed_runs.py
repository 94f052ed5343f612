"""Kill runs at many moments, edit raw files during others: the next run gives what an undisturbed one gives.

Run by `make robustness`. Each case starts from the small project of tests/workflow, not yet run.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from project import STUDY, Project, small_project

Disturbance = Callable[[Project, psutil.Process], None]


def kill_runner(project: Project, runner: psutil.Process) -> None:
    """Kill the runner alone: Snakemake and its jobs go on without it."""
    runner.kill()
    runner.wait()


def kill_all(project: Project, runner: psutil.Process) -> None:
    """Kill everything at once, as a power cut does."""
    for process in [runner, *at_work(project)]:
        process.kill()
    runner.wait()


def edit_raw_file(project: Project, runner: psutil.Process) -> None:
    """Write other content into a raw file, let the run end, and put the file back with its old date."""
    path = project.root / "data" / STUDY / "psid_614.csv"
    before, kept = path.read_bytes(), path.stat()
    path.write_bytes(before.replace(b",37,", b",38,", 1))
    runner.wait()
    path.write_bytes(before)
    os.utime(path, ns=(kept.st_atime_ns, kept.st_mtime_ns))


DISTURBANCES: tuple[Disturbance, ...] = (kill_runner, kill_all, edit_raw_file)


def at_work(project: Project) -> list[psutil.Process]:
    """Return the processes that have the project for their folder."""
    here, result = str(project.root.resolve()), []
    for process in psutil.process_iter():
        try:
            if process.cwd() == here and process.status() != psutil.STATUS_ZOMBIE:
                result.append(process)
        except psutil.Error:
            continue
    return result


def started(project: Project) -> psutil.Process:
    """Start a run."""
    return psutil.Popen(
        [sys.executable, "-m", "ruralimpact", "run"],
        cwd=project.root,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def fault_of(
    project: Project, disturb: Disturbance, seconds: float, expected: dict[str, bytes]
) -> str:
    """Disturb a run after some seconds, run again, and say what is wrong with what came of it."""
    runner = started(project)
    time.sleep(seconds)
    disturb(project, runner)
    again = project.run()
    if again.returncode != 0 or "Traceback" in again.stderr:
        return f"the next run ended with {again.returncode}: {again.stderr[-300:]}"
    if at_work(project):
        return "processes were left running"
    results = project.results()
    differing = sorted(
        name for name in expected.keys() | results.keys() if expected.get(name) != results.get(name)
    )
    return f"other results: {', '.join(differing[:5])}" if differing else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every case and return 1 if one went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=50, metavar="N")
    moments = parser.parse_args(arguments).moments
    faults = 0
    with tempfile.TemporaryDirectory() as folder:
        plain = small_project(Path(folder) / "plain")
        reference = plain.copy_to(Path(folder) / "reference")
        began = time.monotonic()
        shown = reference.run()
        length = time.monotonic() - began
        assert shown.returncode == 0, shown.stderr
        expected = reference.results()
        for moment in range(moments):
            disturb = DISTURBANCES[moment % len(DISTURBANCES)]
            seconds = length * (moment + 0.5) / moments
            project = plain.copy_to(Path(folder) / "disturbed")
            fault = fault_of(project, disturb, seconds, expected)
            faults += bool(fault)
            print(
                f"{disturb.__name__} after {seconds:.1f} s: {fault or 'the same results'}",
                flush=True,
            )
            shutil.rmtree(project.root)
    print(f"{moments} runs disturbed, {faults} with a fault.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
