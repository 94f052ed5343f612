"""Look for every mistake in configuration, codebook and data, without estimating anything.

Reads config/ and the raw files; takes seconds. Each mistake is one line that names the file, the line or the
rows, says what is wrong and, where it can be told, what to write instead; what stops a run first stands
first. Exit status 1 while there is one. Notes say which rows of joined files do not find each other, which
cells were set to missing, which records are excluded from a description or do not fit, and which studies
config/config.yaml does not list.
"""

import argparse
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from ruralimpact.checks.identifiers import proposals
from ruralimpact.cli import project
from ruralimpact.cli.speech import say
from ruralimpact.config import load_config, unlisted_studies
from ruralimpact.errors import RuralImpactError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    project.add_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print what is wrong and return the exit status: 1 while anything is."""
    root = project.project_folder(options)
    checked = project.checked(root, options.studies)
    problems = [problem for study in checked for problem in study.problems]
    unlisted = () if options.studies else unlisted_studies(root)
    for note in (*unlisted, *(remark for study in checked for remark in study.remarks)):
        say(f"note: {note}")
    if not problems:
        names = options.studies or load_config(root).studies
        say(f"No mistake found in {', '.join(names)}.")
    for proposal in _proposals(root, options):
        say(f"note: {proposal}")
    return report(problems)


def _proposals(root: Path, options: argparse.Namespace) -> Iterator[str]:
    """Yield what may have to be marked as an identifier, as far as studies and files can be read."""
    with suppress(RuralImpactError):
        for study in project.chosen_studies(root, options.studies):
            with suppress(RuralImpactError):
                yield from proposals(root, study)


def report(problems: Sequence[RuralImpactError]) -> int:
    """Print mistakes and return the exit status."""
    for problem in problems:
        say(f"error: {problem}", error=True)
    if len(problems) > 1:
        say(f"{len(problems)} mistakes; those that stop a run first stand first.", error=True)
    return int(bool(problems))
