"""Make the replication package of a study, or check one.

Writes a folder and a .zip that hold the project of one study, its results, the program and the versions that
it needs, and what reviewers ask for; the study is run from there, and both runs compared. Raw files and rows
of units are in it if the data are synthetic or every source says `public_ids`; else --with-data puts
them in, for whoever may have them.
"""

import argparse
import contextlib
import subprocess
import sys
from pathlib import Path

from ruralimpact.cli import project
from ruralimpact.cli.speech import say
from ruralimpact.errors import ConfigError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("study", nargs="?", metavar="STUDY", help="the study to package")
    parser.add_argument("--check", type=Path, metavar="FOLDER", help="check this package instead")
    parser.add_argument(
        "--to", type=Path, metavar="FOLDER", help="where to write it, if not to packages/STUDY"
    )
    data = parser.add_mutually_exclusive_group()
    data.add_argument(
        "--with-data",
        action="store_true",
        help="with raw files and rows of units, whoever they are of",
    )
    data.add_argument("--without-data", action="store_true", help="without them, whatever they say")
    project.add_directory(parser)


def main(options: argparse.Namespace) -> int:
    """Write or check a package and return the exit status."""
    # Other commands need not wait for what only this one uses.
    from ruralimpact.package.project_files import StudyFiles
    from ruralimpact.package.write import write_package
    from ruralimpact.runner.index_page import write_index

    if options.check is not None:
        return _check(options.check)
    if options.study is None:
        raise ConfigError("name the study to package, or a package with --check.")
    root = project.project_folder(options)
    target = (root / "packages" / options.study if options.to is None else options.to).resolve()
    with contextlib.chdir(root):
        (study,) = project.chosen_studies(root, [options.study])
        files = StudyFiles.of(study)
        shared = options.with_data or (files.is_public and not options.without_data)
        written = write_package(files, target, shared=shared, tell=_tell)
    # In a process of its own: plug-ins of the package have the names of those that are loaded here.
    command = [sys.executable, "-m", "ruralimpact", "package", "--check", str(written.folder)]
    status = subprocess.run(command, check=False).returncode
    if status == 0:
        write_index(root)
        say(f"The package stands in {written.folder}, and as {written.archive.name} beside it.")
        say(f"Its digest, to be cited: {written.manifest.digest}")
        if not shared:
            say(
                "Raw files and rows of units are not in it; documentation/left_out.csv lists them. "
                "--with-data puts them in."
            )
    return status


def _tell(step: str) -> None:
    say(f"{step} ...")


def _check(package: Path) -> int:
    from ruralimpact.package.check import package_problems

    problems = package_problems(package)
    for problem in problems:
        say(f"error: {problem}", error=True)
    if not problems:
        say("The package is whole: digests, documents, estimates and exhibits agree.")
    return int(bool(problems))
