"""Read and check the configuration, so that a mistake is found before any work starts."""

import csv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ruralimpact.config.plugin_kinds import check_process
from ruralimpact.config.references import check_references
from ruralimpact.config.schema import UniqueKeyLoader, validate
from ruralimpact.config.waves import expand_waves
from ruralimpact.design.strategies import StrategiesFile
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.exhibits.registry import exhibits_file, kinds_of
from ruralimpact.plugins import Plugins, load_plugins
from ruralimpact.schema.document import read_document
from ruralimpact.schema.validation import validated
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import parse_codebook

_CONFIG, _STUDIES = Path("config/config.yaml"), Path("config/studies")


def load_config(root: str | Path = ".") -> dict[str, Any]:
    """Read and check ``config/config.yaml``.

    Parameters
    ----------
    root : path
        The project's folder.

    Returns
    -------
    dict
        With the keys ``studies`` and ``seed``, and ``plugins`` where there are any.

    Raises
    ------
    ConfigError
        The file is missing, malformed or has an unknown key; the nearest known key is named.
    """
    config = read_yaml(Path(root) / _CONFIG, shown=_CONFIG)
    validate(config, "config", file=_CONFIG)
    return dict(config)


def known_studies(root: str | Path = ".") -> list[str]:
    """Return the names of the folders of ``config/studies``."""
    return sorted(path.parent.name for path in (Path(root) / _STUDIES).glob("*/study.yaml"))


def load_studies(root: str | Path, config: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Read and check every study that a configuration names.

    Parameters
    ----------
    root : path
        The project's folder.
    config : mapping
        Contents of ``config/config.yaml``.

    Returns
    -------
    list of dict
        See `load_study`.

    Raises
    ------
    ConfigError
        A study is unknown, or one of its files cannot be used.
    """
    validate(config, "config", file=_CONFIG)
    known = known_studies(root)
    for name in config["studies"]:
        if name not in known:
            raise ConfigError(
                f"there is no study '{name}' in {_STUDIES}. {nearest(name, known)}",
                file=_CONFIG,
                key="studies",
            )
    plugins = load_plugins(root, config.get("plugins", []))
    return [load_study(Path(root) / _STUDIES / name, plugins) for name in config["studies"]]


def load_study(folder: str | Path, plugins: Plugins | None = None) -> dict[str, Any]:
    """Read and check the four files of a study.

    Parameters
    ----------
    folder : path
        Such as ``config/studies/nsw``.
    plugins : Plugins, optional
        What its files may name beside the package's own; by default the plug-ins of the project in which
        the folder lies.

    Returns
    -------
    dict
        The keys of study.yaml with ``name`` (the folder's), ``codebook`` (list of rows, all text),
        ``strategies`` (list) and ``exhibits`` (dict of ``tables`` and ``figures``); series of waves
        written out, see `ruralimpact.config.waves.expand_waves`.

    Raises
    ------
    ConfigError
        A file is missing or malformed, has an unknown key, or names something that does not exist.
    """
    folder = Path(folder)
    plugins = plugins if plugins is not None else _project_plugins(folder.parents[2])
    shown = _STUDIES / folder.name
    study = dict(read_yaml(folder / "study.yaml", shown=shown / "study.yaml"))
    validate(study, "study", file=shown / "study.yaml")
    check_process(study, plugins, shown / "study.yaml")
    strategies = read_document(folder / "strategies.yaml", shown=shown / "strategies.yaml")
    validated(StrategiesFile, strategies)
    exhibits = read_document(folder / "exhibits.yaml", shown=shown / "exhibits.yaml")
    validated(exhibits_file(kinds_of(plugins)), exhibits)
    study = {
        "variables": {},
        **study,
        "name": folder.name,
        "codebook": read_codebook(folder / "codebook.csv", shown=shown / "codebook.csv"),
        "strategies": list(strategies.content),
        "exhibits": {"tables": [], "figures": [], **exhibits.content},
    }
    written = [source["name"] for source in study["sources"]]
    expanded = expand_waves(study, shown / "study.yaml")
    sources = [source["name"] for source in expanded["sources"]]
    known = dict.fromkeys([*written, *sources])
    parse_codebook(study["codebook"], known, file=str(shown / "codebook.csv"))
    check_references(expanded, shown)
    return expanded


def _project_plugins(root: Path) -> Plugins:
    declared = (root / _CONFIG).is_file()
    return load_plugins(root, load_config(root).get("plugins", []) if declared else [])


def check_files(root: str | Path, studies: Iterable[Mapping[str, Any]]) -> None:
    """Check that the raw files of studies are there, but for those that a run makes itself.

    Raises
    ------
    DataError
        A file is missing, or has a name that Snakemake takes for a pattern of names.
    """
    for study in studies:
        for source in [] if "generate" in study else study["sources"]:
            path = source["path"]
            whose = f"It is the source '{source['name']}' of {_STUDIES / study['name']}/study.yaml."
            if set(path) & set("{}<>"):
                problem = (
                    "a file whose name has braces or angle brackets cannot be read; rename it."
                )
                raise DataError(problem, file=path, hint=whose)
            if not (Path(root) / path).is_file():
                raise DataError("there is no such file.", file=path, hint=whose)


def read_yaml(path: Path, *, shown: Path) -> Any:
    """Read a YAML file in which no key stands twice; `shown` is its name in messages."""
    try:
        with path.open(encoding="utf-8") as file:
            content = yaml.load(file, Loader=UniqueKeyLoader)
            return {} if content is None else content
    except FileNotFoundError:
        raise ConfigError("there is no such file.", file=shown) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}: " if mark else ""
        raise ConfigError(f"{where}{error.problem}.", file=shown) from None
    except UnicodeDecodeError:
        raise ConfigError("the file is not UTF-8 text.", file=shown) from None


def read_codebook(path: Path, *, shown: Path) -> list[dict[str, Any]]:
    """Read the rows of a codebook as text; `shown` is its name in messages."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))
    except FileNotFoundError:
        raise ConfigError("there is no such file.", file=shown) from None
    except UnicodeDecodeError:
        raise ConfigError("the file is not UTF-8 text.", file=shown) from None
