"""A draft written into a project folder."""

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path

from ruralimpact.draft.codebook_workbook import write_text, write_workbook
from ruralimpact.draft.study import DraftStudy
from ruralimpact.draft.study_text import study_text
from ruralimpact.errors import ConfigError
from ruralimpact.survey.file_digest import file_digest

_PROVENANCE = """\
# Source

Write here where these files are from, who may use them, and how to cite them.

| file | received | SHA-256 |
|---|---|---|
"""


def write_draft(study: DraftStudy, root: Path, *, as_text: bool) -> None:
    """Write the configuration of a draft, and copy its raw files.

    Parameters
    ----------
    study : DraftStudy
    root : path
        Folder of the project.
    as_text : bool
        The codebook as .csv, not as a workbook.

    Raises
    ------
    ConfigError
        Two files of different contents have one name.
    """
    config, data = root / "config" / "studies" / study.name, root / "data" / study.name
    config.mkdir(parents=True)
    data.mkdir(parents=True)
    files = _files(study)
    lines = []
    for name, file in files.items():
        shutil.copyfile(file, data / name)
        lines.append(f"| {name} | {date.today().isoformat()} | {file_digest(file)} |")
    (data / "SOURCE.md").write_text(
        _PROVENANCE + "\n".join(lines) + "\n", encoding="utf-8", newline="\n"
    )
    (config / "study.yaml").write_text(study_text(study), encoding="utf-8", newline="\n")
    if as_text:
        write_text(study.codebook, config)
    else:
        write_workbook(study.codebook, config / "codebook.xlsx")


def _files(study: DraftStudy) -> Mapping[str, Path]:
    files: dict[str, Path] = {}
    joined = [table.source for source in study.sources for table in source.joined]
    for source in (*study.sources, *joined):
        file = source.delivered.file
        other = files.setdefault(file.name, file)
        if other != file and file_digest(other) != file_digest(file):
            problem = f"{other} and {file} have one name and different contents; rename one."
            raise ConfigError(problem)
    return files
