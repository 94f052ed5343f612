"""Make every result that is not up to date.

Runs the stages whose inputs, configuration or code have changed, and shows where it is. Several folders of
projects are run one after the other, and their effects set side by side. A mistake of an
input ends in one line that says what, where and in which rows; earlier results stay as they were.
"""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ruralimpact.cli import check, many_projects, project
from ruralimpact.errors import ConfigError, RuralImpactError
from ruralimpact.privacy.keyed_ids import KEY_FILE, lost_key
from ruralimpact.runner import index_page, outcome, processes, snakemake
from ruralimpact.runner.display import display
from ruralimpact.runner.messages import MessageReader
from ruralimpact.runner.stages import RunProgress
from ruralimpact.schema.study import Study

_POLL_SECONDS = 0.05


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    project.add_arguments(parser)
    parser.add_argument("--cores", type=int, metavar="N", help="jobs at the same time")
    parser.add_argument(
        "--profile",
        default="default",
        help="where jobs run: default (this machine), slurm, or a folder of the project's profiles/",
    )
    parser.add_argument(
        "--combine",
        metavar="OUTCOME",
        help="of several project folders: the outcome whose effects are combined in across_studies/",
    )
    parser.add_argument(
        "--measure",
        choices=("percent", "unit"),
        default="percent",
        help="combine percents of the counterfactual (default), or effects in the outcome's unit",
    )


def main(options: argparse.Namespace) -> int:
    """Build the studies asked for, or all of several projects, and return the exit status."""
    if many_projects.are_projects(options.studies):

        def run(root: Path) -> int:
            return _run_project(
                argparse.Namespace(**{**vars(options), "studies": [], "directory": root})
            )

        return many_projects.run_projects(options.studies, run, options.combine, options.measure)
    if options.combine:
        raise ConfigError(
            "--combine needs the folders of several projects: ruralimpact run a/ b/ c/"
        )
    return _run_project(options)


def _run_project(options: argparse.Namespace) -> int:
    root = project.project_folder(options)
    try:
        studies = project.chosen_studies(root, options.studies)
    except RuralImpactError:
        problems = project.problems(root, options.studies)
        if not problems:
            raise
        return check.report(problems)
    if lost_key(root):
        print(
            f"note: {KEY_FILE} is gone, so identifiers get a new key: no unit can be linked with earlier "
            "results or with copies handed on. To keep the link, stop, put the file back and run again.",
            file=sys.stderr,
        )
    files = snakemake.Files.of(root, "run")
    try:
        with processes.stop_signals(), processes.only_run(files.state):
            return _run(root, studies, files, _command(root, options))
    except processes.AnotherRunError:
        print("error: another run is at work in this folder; wait until it ends.", file=sys.stderr)
        return 1
    except processes.StoppedError as stop:
        print(
            "\nStopped. Stages that had finished are kept; the next run goes on from there.",
            file=sys.stderr,
        )
        return 128 + stop.number


def _command(root: Path, options: argparse.Namespace) -> list[str]:
    extra = ["--rerun-incomplete", "--keep-going"]
    if options.cores:
        extra += ["--cores", str(options.cores)]
    return snakemake.command(root, options.studies, *extra, profile=options.profile)


def _run(
    root: Path,
    studies: Sequence[Study],
    files: snakemake.Files,
    command: Sequence[str],
) -> int:
    """Run Snakemake, show where it is, and print what came of it."""
    files.clear()
    progress, began = RunProgress(studies), time.monotonic()
    events, steps = MessageReader(files.events), MessageReader(files.steps)
    with processes.started(command, files.state, files.environment(), files.output) as process:
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
    return _conclude(root, studies, progress, files, process.returncode, time.monotonic() - began)


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
        print("Nothing to do: all results are up to date.")
    elif status == 0:
        print(f"Done in {seconds:.0f} seconds.")
    for study in studies:
        if status == 0 or (progress.any_planned and progress.studies[study.name].complete):
            print("\n".join(["", *outcome.summary(study, root)]))
    if status != 0:
        sys.stdout.flush()
        lines = outcome.errors(progress, root, files.output)
        print("\n".join([*lines, *_further(lines, root, progress)]), file=sys.stderr)
    return _conclude_with_index(root, status)


def _conclude_with_index(root: Path, status: int) -> int:
    """Write the page that opens all results, say where it is after a run that is whole, return the status."""
    try:
        index = index_page.write_index(root)
    except OSError as fault:
        print(f"error: results/index.html was not written: {fault.strerror}.", file=sys.stderr)
        return 1
    if status == 0 and index is not None:
        print("\n".join(["", *outcome.overview(root, index)]))
    return min(status, 1)


def _further(lines: Sequence[str], root: Path, progress: RunProgress) -> list[str]:
    """Return the lines about mistakes of the studies that stopped which no stage came upon yet."""
    stopped = [name for name, study in progress.studies.items() if study.failed]
    problems = [f"error: {problem}" for problem in project.problems(root, stopped)]
    told = [line.removeprefix("error: ") for line in lines if line.startswith("error: ")]
    return [line for line in problems if not any(text in line for text in told)]
