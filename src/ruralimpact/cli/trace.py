"""Print the way from a printed number to the rows of raw files behind it.

ID is its identifier in exhibits/findings.json, with the study before it and dots between the parts:
study.analysis.strategy.outcome.estimate; what no other number has need not be written. The way goes through
exhibits, the estimate, its specification, weights (with which it is computed once more from the files of the
run), and the construction of its outcome to raw files, their digests and rows.
"""

import argparse
import contextlib
from pathlib import Path

from ruralimpact.cli import project
from ruralimpact.cli.speech import say
from ruralimpact.config import known_studies, load_config
from ruralimpact.trace.cited_number import (
    cited_number,
    cited_numbers,
    read_findings,
    refuse_unknown_study,
)
from ruralimpact.trace.way import Way, lines_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("identifier", metavar="ID", help="of a number in findings.json")
    parser.add_argument(
        "--rows",
        type=Path,
        metavar="FILE.csv",
        help="write every raw row behind the number there, with what its unit adds to it",
    )
    project.add_directory(parser)


def main(options: argparse.Namespace) -> int:
    """Print the way and return the exit status."""
    root = project.project_folder(options)
    target = None if options.rows is None else options.rows.resolve()
    with contextlib.chdir(root):
        configured = load_config().studies
        first = options.identifier.lower().split(".")[0].split("/")[0]
        names = [first] if first in known_studies() else configured
        have_run = [name for name in names if Path("results", name, "exhibits").is_dir()]
        if not have_run:
            refuse_unknown_study(options.identifier, names)
        findings = {name: read_findings(name) for name in have_run or names}
        number = cited_number(options.identifier, cited_numbers(findings))
        (study,) = project.chosen_studies(root, [number.study])
        way = Way(study, number)
        print(number.identifier)
        say(*lines_of(list(way.steps())))
        if target is not None:
            way.terms().to_csv(target, index=False)
            say(f"Rows are in {target}; what they tell is not for publication.")
    return 0
