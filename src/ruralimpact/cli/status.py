"""Say which stages of each study are up to date and which are to do.

Changes nothing, and shows what each study has by its design without asking for it. `to do` means that the
next `ruralimpact run` would do it, because an input, the configuration or the code has changed since, or
because it was never done.
"""

import argparse
import subprocess
from collections.abc import Iterator
from pathlib import Path

from ruralimpact.cli import project
from ruralimpact.cli.speech import say
from ruralimpact.config import study_examination
from ruralimpact.runner import outcome, snakemake
from ruralimpact.runner.messages import MessageReader
from ruralimpact.runner.stages import RunProgress, StudyProgress


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    project.add_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print the state of each study and return the exit status."""
    root = project.project_folder(options)
    progress = RunProgress(project.chosen_studies(root, options.studies))
    files = snakemake.Files.of(root, "status")
    files.clear()
    command = snakemake.command(root, options.studies, "--dry-run", "--nolock")
    with files.output.open("wb") as output:
        ended = subprocess.run(
            command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=files.environment(),
            check=False,
        )
    for event in MessageReader(files.events).new():
        progress.take(event)
    if ended.returncode != 0:
        say(*outcome.errors(progress, root, files.output), error=True)
        return 1
    for study in progress.studies.values():
        say(*describe(study), *_by_design(root / "config" / "studies" / study.name))
    return 0


def _by_design(folder: Path) -> Iterator[str]:
    """Yield the lines that say what a study has without asking for it."""
    examination = study_examination(folder)
    if not list(examination.problems()):
        yield from (f"  by design, {line}" for line in examination.by_design())


def describe(study: StudyProgress) -> Iterator[str]:
    """Yield the lines that say what of a study is up to date.

    Parameters
    ----------
    study : StudyProgress
        With what a run would do in `planned`.
    """
    yield f"{study.name}: {study.title}"
    for stage in study.stages:
        jobs = study.planned.get(stage, 0)
        many = f" ({jobs} jobs)" if jobs > 1 else ""
        yield f"  {'to do     ' if jobs else 'up to date'}  {study.words(stage)}{many}"
