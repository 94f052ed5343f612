"""Make every result that is not up to date.

Runs the stages whose inputs, configuration or code have changed, and shows where it is. Several folders of
projects are the jobs of one workflow, and their effects are set side by side. A mistake of an
input ends in one line that says what, where and in which rows; earlier results stay as they were.
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from ruralimpact.cli import many_projects, project
from ruralimpact.cli.speech import say
from ruralimpact.errors import ConfigError
from ruralimpact.runner import processes, snakemake


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
    """Build the studies asked for, or several projects, and return the exit status."""
    if many_projects.are_projects(options.studies):
        return _guarded(lambda: many_projects.run_projects(options))
    if options.combine:
        raise ConfigError(
            "--combine needs the folders of several projects: ruralimpact run a/ b/ c/"
        )
    return _guarded(lambda: _run_project(options))


def _guarded(run: Callable[[], int]) -> int:
    """Run unless another run is at work in the folder, and say so when the user stops it."""
    try:
        with processes.stop_signals():
            return run()
    except processes.AnotherRunError:
        say("error: another run is at work in this folder; wait until it ends.", error=True)
        return 1
    except processes.StoppedError as stop:
        say(
            "\nStopped. Stages that had finished are kept; the next run goes on from there.",
            error=True,
        )
        return 128 + stop.number


def _run_project(options: argparse.Namespace) -> int:
    root = project.project_folder(options)
    command, files = _command(root, options), snakemake.Files.of(root, "run")
    with processes.only_run(files.state):
        files.clear()
        environment = files.environment()
        with processes.started(command, files.state, environment, files.output) as process:
            # While Snakemake starts: what this imports takes as long.
            from ruralimpact.cli.follow import follow

            return follow(process, root, options.studies, files)


def _command(root: Path, options: argparse.Namespace) -> list[str]:
    extra = ["--rerun-incomplete", "--keep-going"]
    if options.cores:
        extra += ["--cores", str(options.cores)]
    return snakemake.command(root, options.studies, *extra, profile=options.profile)
