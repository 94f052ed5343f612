"""Make a project folder: with a draft of your study from its files, or with a small invented one.

Writes config/, data/, results/, a Snakefile of a few lines, README.md, requirements.txt (the version of
this package) and .gitignore (raw data and results stay out of git) into a folder that is new or empty.

With --from it reads the files that were delivered (.dta, .sav, .csv, .xlsx, .parquet, exports of SurveyCTO,
KoBo and ODK, and an XLSForm if it is there), copies them into data/, and drafts study.yaml and the codebook:
what the files show is proposed with the evidence, what they cannot show is marked ? and listed. `run` waits
until every ? is answered. In a folder that is a project already it adds a study to those that are there.
"""

import argparse
import re
import shutil
from pathlib import Path
from string import Template

from ruralimpact import __version__
from ruralimpact.cli.further_study import is_project, list_study, refuse_known_study
from ruralimpact.cli.speech import say
from ruralimpact.config import study_examination
from ruralimpact.draft import draft_study, write_draft
from ruralimpact.draft.column_names import slug
from ruralimpact.draft.source import DraftSource
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


_ABOUT_EXAMPLE = (
    "The study `producers` is an example: its 96 producers are **invented**, and every output says so. "
    "Copy it\nto begin your own, then delete it."
)
_ABOUT_DRAFT = """\
The study was drafted from the files that were delivered: what they show is proposed with the evidence,
and each `?` is a question to be answered in `study.yaml` or the codebook. `ruralimpact check` lists those
that are left."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of the command."""
    parser.add_argument(
        "folder",
        type=Path,
        metavar="FOLDER",
        help="a folder that is new or empty; with --from also a project, which gets a further study",
    )
    parser.add_argument(
        "--from",
        dest="files",
        nargs="+",
        type=Path,
        metavar="FILES",
        help="draft a study from these files, or the files of these folders",
    )
    parser.add_argument(
        "--study", metavar="NAME", help="name of the study; else that of the folder"
    )
    parser.add_argument(
        "--codebook",
        choices=("xlsx", "csv"),
        default="xlsx",
        help="write the codebook as a workbook with lists to choose from, or as text",
    )


def main(options: argparse.Namespace) -> int:
    """Write the project and say what comes next."""
    folder: Path = options.folder.resolve()
    if options.files:
        return _draft(folder, options)
    write_project(folder)
    say(f"A new project stands in {folder}")
    say("It holds an invented example. Go there, and: ruralimpact run")
    return 0


def _draft(folder: Path, options: argparse.Namespace) -> int:
    """Write a project with a draft, and list what is to be answered."""
    name = options.study or slug(folder.name) or "study"
    if not re.fullmatch("[a-z][a-z0-9_]*", name):
        raise ConfigError(f"'{name}' is not a name of small letters, digits and underscores.")
    added = is_project(folder)
    if added:
        refuse_known_study(folder, name)
    study = draft_study(name, [path.resolve() for path in options.files])
    if not added:
        write_project(folder, study=name)
    write_draft(study, folder, as_text=options.codebook == "csv")
    if added:
        list_study(folder, name)
    home = Path("config") / "studies" / name
    codebook = "codebook.csv" if options.codebook == "csv" else "codebook.xlsx"
    say(f"A draft of the study '{name}' stands in {folder}")
    for source in study.sources:
        say(f"  {_rows_of(source)}, source '{source.name}'")
        for joined in source.joined:
            say(f"  {_rows_of(joined.source)}, joined to '{source.name}' by '{joined.own}'")
    for file, why in study.passed_over.items():
        say(f"  {file}: {why}")
    examination = study_examination(folder / home)
    questions = [
        problem for problem in examination.problems() if "not answered yet" in problem.problem
    ]
    say(f"\n{len(questions)} questions, each a ? in {home / 'study.yaml'} or {home / codebook}:")
    say(*(f"  {question}" for question in questions))
    say(
        "\nAnswer them there. Then, in the folder of the project: ruralimpact check, ruralimpact run"
    )
    return 0


def _rows_of(source: DraftSource) -> str:
    shown = source.delivered
    sheet = f", sheet {shown.sheet}" if shown.sheet else ""
    return f"{shown.file.name}{sheet}: {len(shown.table.cells):,} rows"


def write_project(folder: Path, *, study: str = _EXAMPLE) -> None:
    """Write a project into a folder, with the example unless another study follows.

    Parameters
    ----------
    folder : path
        Absolute; new or empty.
    study : str, optional
        The study that config.yaml names.

    Raises
    ------
    ConfigError
        It holds something already, or cannot be written.
    """
    try:
        if folder.exists() and any(folder.iterdir()):
            if is_project(folder):
                raise ConfigError(f"{folder} is a project already; --from adds a study to it.")
            raise ConfigError(f"the folder {folder} is not empty; name one that is new.")
        example = study == _EXAMPLE
        words = {"name": folder.name, "version": __version__, "seed": _SEED, "study": study}
        words["about"] = _ABOUT_EXAMPLE if example else _ABOUT_DRAFT
        for name, position in _TEMPLATES.items():
            if position.startswith("data/") and not example:
                continue
            text = shipped("workflow", "project", name).read_text(encoding="utf-8")
            target = folder / position
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(Template(text).substitute(words), encoding="utf-8", newline="\n")
        if example:
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
