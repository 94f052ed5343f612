"""Look for mistakes in the configuration and for missing files, without running anything.

Reads config/ and looks for the raw files; takes seconds. Each mistake is one line that names the file and
the key, and says what is wrong. Of each study the first mistake is shown; what is wrong inside the raw
files comes out when they are read, by `ruralimpact run`.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from ruralimpact.cli import project
from ruralimpact.config import check_files, load_config, load_studies
from ruralimpact.errors import RuralImpactError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    project.add_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print what is wrong and return the exit status: 1 while anything is."""
    root = project.project_folder(options)
    config = load_config(root)
    project.check_known(root, options.studies)
    names = options.studies or config["studies"]
    result = problems(root, {**config, "studies": names})
    for problem in result:
        print(f"error: {problem}", file=sys.stderr)
    if not result:
        print(f"No mistake found in {', '.join(names)}.")
    return int(bool(result))


def problems(root: Path, config: dict[str, object]) -> Sequence[str]:
    """Return the first mistake of each study of a configuration.

    Parameters
    ----------
    root : path
        The project's folder.
    config : dict
        Contents of config/config.yaml.
    """
    result = []
    for name in dict.fromkeys(config["studies"]):  # type: ignore[call-overload]
        try:
            check_files(root, load_studies(root, {**config, "studies": [name]}))
        except RuralImpactError as error:
            result.append(str(error))
    return result
