"""Make a project folder, with a small invented study in it that runs at once.

Writes config/, data/, results/, a Snakefile of a few lines, README.md, requirements.txt (the version of
this package) and .gitignore (raw data and results stay out of git) into a folder that is new or empty.
"""

import argparse
import shutil
from pathlib import Path
from string import Template

from ruralimpact import __version__
from ruralimpact.errors import ConfigError
from ruralimpact.locations import shipped

_EXAMPLE = "producers"
_SEED = 20141031
# Name of a template to where it goes in a project.
_TEMPLATES = {
    "README.md": "README.md",
    "Snakefile": "Snakefile",
    "config.yaml": "config/config.yaml",
    "gitignore": ".gitignore",
    "requirements.txt": "requirements.txt",
    "SOURCE.md": f"data/{_EXAMPLE}/SOURCE.md",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="a folder that is new or empty")


def main(options: argparse.Namespace) -> int:
    """Write the project and say what comes next."""
    folder: Path = options.folder.resolve()
    write_project(folder)
    print(f"A new project stands in {folder}")
    print("It holds an invented example. Go there, and: ruralimpact run")
    return 0


def write_project(folder: Path) -> None:
    """Write a project with the example study into a folder.

    Parameters
    ----------
    folder : path
        Absolute; new or empty.

    Raises
    ------
    ConfigError
        It holds something already, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            raise ConfigError(f"the folder {folder} is not empty; name one that is new.")
        words = {"name": folder.name, "version": __version__, "seed": _SEED}
        for name, position in _TEMPLATES.items():
            text = shipped("workflow", "project", name).read_text(encoding="utf-8")
            target = folder / position
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(text).substitute(words), encoding="utf-8", newline="\n")
        _copy_example(folder)
        (folder / "results").mkdir()
    except OSError as error:
        raise ConfigError(f"the folder {folder} cannot be written: {error.strerror}.") from None


def _copy_example(folder: Path) -> None:
    """Copy the study of the data guide: its configuration and its raw file."""
    config, data = folder / "config" / "studies" / _EXAMPLE, folder / "data" / _EXAMPLE
    config.mkdir(parents=True)
    for path in sorted(shipped("docs", "example").iterdir()):
        shutil.copyfile(path, (data if path.name == "producers.csv" else config) / path.name)
