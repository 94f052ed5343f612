"""The project that a package holds: one study, with what it reads."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

from ruralimpact.config import load_config
from ruralimpact.locations import shipped
from ruralimpact.plugins import Plugins, load_plugins
from ruralimpact.privacy.keyed_ids import KEY_FILE
from ruralimpact.schema.study import Study
from ruralimpact.survey.private_columns import has_private_ids

_NOTE = "SOURCE.md"
_NO_CODE = shutil.ignore_patterns("__pycache__", "*.pyc")
# Rules of a plug-in make what is about a whole project, of files that only they name.
_NO_RULES = shutil.ignore_patterns("__pycache__", "*.pyc", "rules.smk")


@dataclass(frozen=True)
class StudyFiles:
    """Files of a study of the project in whose folder this runs.

    Attributes
    ----------
    study : Study
    plugins : Plugins
        Those that it uses.
    """

    study: Study
    plugins: Plugins

    @classmethod
    def of(cls, study: Study) -> "StudyFiles":
        """Find them."""
        return cls(study, load_plugins(".", load_config().plugins).used_by(study))

    @property
    def raw(self) -> list[Path]:
        """Raw files that somebody put in place, in the order of the sources."""
        named = (
            Path(path)
            for source in self.study.sources
            for path in (source.path, *source.other_files)
        )
        return [path for path in dict.fromkeys(named) if path.parts[0] != "results"]

    @property
    def notes(self) -> list[Path]:
        """Pages on where files are from, beside them or one folder above."""
        folders = dict.fromkeys(
            folder
            for path in [*self.raw, *self.read_by_plugins]
            for folder in (path.parent, path.parent.parent)
        )
        return [folder / _NOTE for folder in folders if (folder / _NOTE).is_file()]

    @property
    def read_by_plugins(self) -> list[Path]:
        """Further files that plug-ins read for its exhibits."""
        return [
            Path(path) for plugin in self.plugins.loaded for path in plugin.input_files(self.study)
        ]

    @property
    def has_private_ids(self) -> bool:
        """Whether units of a raw file have identifiers that may tell who somebody is."""
        return any(map(has_private_ids, self.study.sources))

    @property
    def is_public(self) -> bool:
        """Whether nothing in it is of persons: simulated data, or identifiers that are public."""
        return self.study.synthetic or not self.has_private_ids


def lay_project(files: StudyFiles, target: Path) -> None:
    """Copy what a run of the study needs into a folder, raw files untouched.

    Parameters
    ----------
    files : StudyFiles
    target : path
        A folder that is not there yet.
    """
    name = files.study.name
    shutil.copytree(
        Path("config", "studies", name), target / "config" / "studies" / name, ignore=_NO_CODE
    )
    config = {"studies": [name], "plugins": files.plugins.folders, "seed": load_config().seed}
    text = yaml.safe_dump(
        {key: value for key, value in config.items() if value != []}, sort_keys=False
    )
    (target / "config" / "config.yaml").write_text(text, encoding="utf-8")
    shutil.copyfile(shipped("workflow", "project", "Snakefile"), target / "Snakefile")
    for plugin in files.plugins.folders:
        shutil.copytree(plugin, target / plugin, ignore=_NO_RULES)
    for path in _copied(files):
        (target / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target / path)


def _copied(files: StudyFiles) -> Iterator[Path]:
    yield from files.raw
    yield from files.read_by_plugins
    yield from files.notes
    if files.has_private_ids and KEY_FILE.is_file():
        yield KEY_FILE
