"""Disturb runs at many moments: the next run gives what an undisturbed one gives, and messages are true.

Run by `make robustness`. Each case starts from the small project of tests/workflow, not yet run. A full disk
needs a file system of its own, which only root may mount; others do without.
"""

import argparse
import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1] / "workflow"))

from project import STUDY, Project, small_project

_STOPPED = 128 + signal.SIGINT
_DISK = "150m"


@dataclass(frozen=True)
class Disturbed:
    """A run that is at work.

    Attributes
    ----------
    project : Project
    runner : psutil.Process
    said : path
        File that the run writes its errors to.
    """

    project: Project
    runner: psutil.Popen
    said: Path

    def end(self, *expected: int, saying: str = "") -> str:
        """Wait for the end; return what is wrong with its exit status and its words."""
        status, text = self.runner.wait(timeout=600), self.said.read_text(encoding="utf-8")
        if status not in expected:
            return f"it ended with {status}: {text[-300:]}"
        if "Traceback" in text or (status == 1 and saying not in text):
            return f"it said: {text[-300:]}"
        return ""

    @property
    def raw_file(self) -> Path:
        """A raw file of the study."""
        return self.project.root / "data" / STUDY / "psid_614.csv"


def kill_runner(run: Disturbed) -> str:
    """Kill the runner alone: Snakemake and its jobs go on without it."""
    run.runner.kill()
    run.runner.wait()
    return ""


def kill_all(run: Disturbed) -> str:
    """Kill everything at once, as a power cut does."""
    for process in [run.runner, *at_work(run.project)]:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    run.runner.wait()
    return ""


def interrupt_twice(run: Disturbed) -> str:
    """Press Ctrl-C twice: it ends with nothing left running, unless it was ended by then."""
    for _ in range(2):
        with contextlib.suppress(psutil.NoSuchProcess):
            run.runner.send_signal(signal.SIGINT)
        time.sleep(0.1)
    fault = run.end(0, _STOPPED, -signal.SIGINT)
    return fault or ("processes were left running" if at_work(run.project) else "")


def edit_raw_file(run: Disturbed) -> str:
    """Write other content into a raw file, let the run end, and put the file back with its old date."""
    before, kept = run.raw_file.read_bytes(), run.raw_file.stat()
    run.raw_file.write_bytes(before.replace(b",37,", b",38,", 1))
    fault = run.end(0, 1, saying="psid_614.csv")
    run.raw_file.write_bytes(before)
    os.utime(run.raw_file, ns=(kept.st_atime_ns, kept.st_mtime_ns))
    return fault


def exchange_raw_file(run: Disturbed) -> str:
    """Put an older file in the place of a raw file, as `cp -p` does, and the first back after the run."""
    kept = run.raw_file.with_suffix(".kept")
    shutil.copy2(run.raw_file, kept)
    older = run.raw_file.with_suffix(".older")
    older.write_bytes(kept.read_bytes().replace(b",37,", b",38,", 1))
    os.utime(older, (1e9, 1e9))
    older.replace(run.raw_file)
    fault = run.end(0, 1, saying="psid_614.csv")
    kept.replace(run.raw_file)
    return fault


def run_twice(run: Disturbed) -> str:
    """Start a second run: it is refused while the first is at work, which ends as if alone."""
    second = run.project.run()
    text = second.stderr + run.said.read_text(encoding="utf-8")
    ended = sorted([second.returncode, run.runner.wait(timeout=600)])
    late = ended == [0, 0]
    refused = ended == [0, 1] and "another run is at work" in text and "Traceback" not in text
    return "" if late or refused else f"the two ended with {ended}: {text[-300:]}"


def fill_disk(run: Disturbed) -> str:
    """Leave no room on the disk until the run has ended."""
    filling = run.project.root.parent / "filling"
    with contextlib.suppress(OSError), filling.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(1 << 16))
    fault = run.end(0, 1, saying="full")
    filling.unlink()
    return fault


Disturbance = Callable[[Disturbed], str]
ANYWHERE: tuple[Disturbance, ...] = (
    kill_runner,
    kill_all,
    interrupt_twice,
    edit_raw_file,
    exchange_raw_file,
    run_twice,
)
OF_DISKS: tuple[Disturbance, ...] = (fill_disk,)


def at_work(project: Project) -> list[psutil.Process]:
    """Return the processes that have the project for their folder."""
    here, processes = str(project.root.resolve()), []
    for process in psutil.process_iter():
        try:
            if process.cwd() == here and process.status() != psutil.STATUS_ZOMBIE:
                processes.append(process)
        except psutil.Error:
            continue
    return processes


@contextlib.contextmanager
def started(project: Project, said: Path) -> Iterator[Disturbed]:
    """Start a run."""
    with said.open("w", encoding="utf-8") as errors:
        runner = psutil.Popen(
            [sys.executable, "-m", "ruralimpact", "run"],
            cwd=project.root,
            env=project.environment(),
            stdout=subprocess.DEVNULL,
            stderr=errors,
        )
    yield Disturbed(project, runner, said)


def results_of(project: Project, *, earlier_run: bool) -> dict[str, bytes]:
    """Return the results, of the record only what it says of now where an earlier run was whole."""
    results = project.results()
    name = f"{STUDY}/record.json"
    if earlier_run and name in results:
        results[name] = json.dumps(json.loads(results[name])["now"]).encode()
    return results


def fault_of(
    disturb: Disturbance, seconds: float, plain: Project, reference: Project, folder: Path
) -> str:
    """Disturb a run after some seconds, run again, and say what is wrong with what came of it."""
    project = plain.copy_to(folder / "disturbed")
    with started(project, folder.parent / "said") as run:
        time.sleep(seconds)
        fault = disturb(run)
    again = project.run()
    if fault:
        return fault
    if again.returncode != 0 or "Traceback" in again.stderr:
        return f"the next run ended with {again.returncode}: {again.stderr[-300:]}"
    if at_work(project):
        return "processes were left running"
    # A run of an edited file that was whole has its place in the record, as the one before.
    whole = run.runner.returncode == 0
    expected, results = (results_of(own, earlier_run=whole) for own in (reference, project))
    differing = sorted(
        name for name in expected.keys() | results.keys() if expected.get(name) != results.get(name)
    )
    return f"other results: {', '.join(differing[:5])}" if differing else ""


@contextlib.contextmanager
def disk(folder: Path) -> Iterator[bool]:
    """Make a folder a file system of its own; say whether it is one."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", str(folder)]
    try:
        mounted = subprocess.run(command, capture_output=True).returncode == 0
    except OSError:
        mounted = False
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run every case and return 1 if one went wrong."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--moments", type=int, default=50, metavar="N")
    moments = parser.parse_args(arguments).moments
    faults = 0
    with tempfile.TemporaryDirectory() as name, disk(Path(name) / "disk") as mounted:
        folder = Path(name) / "disk"
        disturbances = (*ANYWHERE, *OF_DISKS) if mounted else ANYWHERE
        plain = small_project(Path(name) / "plain")
        reference = plain.copy_to(Path(name) / "reference")
        began = time.monotonic()
        shown = reference.run()
        length = time.monotonic() - began
        assert shown.returncode == 0, shown.stderr
        for moment in range(moments):
            disturb = disturbances[moment % len(disturbances)]
            seconds = length * (moment + 0.5) / moments
            fault = fault_of(disturb, seconds, plain, reference, folder)
            faults += bool(fault)
            print(
                f"{disturb.__name__} after {seconds:.1f} s: {fault or 'the same results'}",
                flush=True,
            )
            shutil.rmtree(folder / "disturbed")
    print(f"{moments} runs disturbed, {faults} with a fault.")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
