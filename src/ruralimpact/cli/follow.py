"""A run from its start on: the project checked, progress shown, and what came of it."""

import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ruralimpact.cli import check, project
from ruralimpact.cli.speech import say
from ruralimpact.config import unlisted_studies
from ruralimpact.errors import RuralImpactError
from ruralimpact.privacy.keyed_ids import KEY_FILE, lost_key
from ruralimpact.progress import refuse
from ruralimpact.runner import index_page, outcome, processes, snakemake
from ruralimpact.runner.display import display
from ruralimpact.runner.messages import MessageReader
from ruralimpact.runner.stages import RunProgress
from ruralimpact.schema.study import Study

_POLL_SECONDS = 0.05


def follow(
    process: subprocess.Popen[bytes], root: Path, names: Sequence[str], files: snakemake.Files
) -> int:
    """Let Snakemake work if the project is sound, show where it is, and return the exit status.

    Parameters
    ----------
    process : Popen
        Snakemake, which waits until it is let work.
    root : path
        The project's folder.
    names : sequence of str
        Studies; all when empty.
    files : Files
        Where Snakemake writes what it does.
    """
    began = time.monotonic()
    try:
        studies = project.chosen_studies(root, names)
    except RuralImpactError:
        problems = project.problems(root, names)
        if not problems:
            raise
        refuse(str(root.resolve()))
        return check.report(problems)
    _tell_lost_key(root)
    for study in () if names else unlisted_studies(root):
        say(f"note: {study}", error=True)
    processes.let_work(process)
    progress = RunProgress(studies)
    _show(process, progress, files)
    return _conclude(root, studies, progress, files, process.returncode, time.monotonic() - began)


def _show(process: subprocess.Popen[bytes], progress: RunProgress, files: snakemake.Files) -> None:
    """Show how far the run is until it ends."""
    events, steps = MessageReader(files.events), MessageReader(files.steps)
    shown = None
    try:
        while True:
            ended = process.poll() is not None
            for event in events.new():
                progress.take(event)
            for step in steps.new():
                progress.take(step)
            if progress.any_planned:
                shown = shown or display().__enter__()
                shown.update(progress.studies.values())
            if ended:
                break
            time.sleep(_POLL_SECONDS)
    finally:
        if shown:
            shown.__exit__(None, None, None)


def _tell_lost_key(root: Path) -> None:
    if lost_key(root):
        say(
            f"note: {KEY_FILE} is gone, so identifiers get a new key: no unit can be linked with earlier "
            "results or with copies handed on. To keep the link, stop, put the file back and run again.",
            error=True,
        )


def _conclude(
    root: Path,
    studies: Sequence[Study],
    progress: RunProgress,
    files: snakemake.Files,
    status: int,
    seconds: float,
) -> int:
    """Print the reports of the studies that are whole, then what went wrong with the others."""
    if status == 0 and not progress.any_planned:
        say("Nothing to do: all results are up to date.")
    elif status == 0:
        say(f"Done in {seconds:.0f} seconds.")
    for study in studies:
        if status == 0 or (progress.any_planned and progress.studies[study.name].complete):
            print("\n".join(["", *outcome.summary(study, root)]))
    if status != 0:
        sys.stdout.flush()
        lines = outcome.errors(progress, root, files.output)
        say(*lines, *_further(lines, root, progress), error=True)
    if progress.refused:
        refuse(str(root.resolve()))
    return _conclude_with_index(root, status)


def _conclude_with_index(root: Path, status: int) -> int:
    """Write the page that opens all results, say where it is after a run that is whole, return the status."""
    try:
        index = index_page.write_index(root)
    except OSError as fault:
        say(f"error: results/index.html was not written: {fault.strerror}.", error=True)
        return 1
    if status == 0 and index is not None:
        say("", *outcome.overview(root, index))
    return min(status, 1)


def _further(lines: Sequence[str], root: Path, progress: RunProgress) -> list[str]:
    """Return the lines about mistakes of the studies that stopped which no stage came upon yet."""
    stopped = [name for name, study in progress.studies.items() if study.failed]
    problems = [f"error: {problem}" for problem in project.problems(root, stopped)]
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return [line for line in problems if not any(text in line for text in told)]
