"""The project folder that a command works in.

What reads configurations is imported where it is used: a run starts Snakemake first, and both load together.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ruralimpact.errors import ConfigError, RuralImpactError
from ruralimpact.locations import shipped

if TYPE_CHECKING:
    from ruralimpact.checks import CheckedStudy
    from ruralimpact.schema.study import Study


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what every command that works in a project takes."""
    parser.add_argument("studies", nargs="*", metavar="STUDY", help="only these studies")
    add_directory(parser)


def add_directory(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the project's folder."""
    parser.add_argument(
        "--directory",
        type=Path,
        default=Path(),
        metavar="FOLDER",
        help="the project's folder, if it is not the current one",
    )


def project_folder(options: argparse.Namespace) -> Path:
    """Return the absolute path of the project's folder.

    Raises
    ------
    ConfigError
        It is no project, or the package lies where Snakemake cannot work.
    """
    _check_installation()
    root: Path = options.directory.resolve()
    if not (root / "config" / "config.yaml").is_file():
        raise ConfigError(
            f"there is no project in {root}: it has no config/config.yaml. Go to the project's folder, "
            "name it with --directory, or make one with: ruralimpact new FOLDER"
        )
    return root


def _check_installation() -> None:
    home = shipped()
    if set(str(home)) & set("{}"):
        raise ConfigError(
            f"the package lies in {home}; from a folder with braces in its path Snakemake cannot run it. "
            "Rename the folder or install elsewhere; a project's own folder may have braces."
        )


def checked(root: Path, names: Sequence[str]) -> "list[CheckedStudy]":
    """Return all mistakes of some studies, and what a run does to their data without stopping.

    Parameters
    ----------
    root : path
        The project's folder.
    names : sequence of str
        Studies; all of config/config.yaml when empty.
    """
    from ruralimpact.checks import checked_study
    from ruralimpact.config import load_config, refuse_unknown_studies
    from ruralimpact.plugins import load_plugins

    config = load_config(root)
    refuse_unknown_studies(root, names or config.studies, configured=not names)
    plugins = load_plugins(root, config.plugins)
    folder = Path("config") / "studies"
    return [checked_study(root, folder / name, plugins) for name in names or config.studies]


def problems(root: Path, names: Sequence[str]) -> list[RuralImpactError]:
    """Return all mistakes of some studies, those of each together; see `checked`."""
    return [problem for study in checked(root, names) for problem in study.problems]


def chosen_studies(root: Path, names: Sequence[str]) -> "list[Study]":
    """Read the studies named on the command line, or all of config/config.yaml.

    Raises
    ------
    ConfigError, DataError
        A study is not known, its configuration cannot be used, or a raw file is missing.
    """
    from ruralimpact.config import check_files, load_config, load_studies, refuse_unknown_studies

    config = load_config(root)
    refuse_unknown_studies(root, names)
    studies = load_studies(
        root, config.model_copy(update={"studies": tuple(names) or config.studies})
    )
    check_files(root, studies)
    return studies
