"""A further study in a project folder that is there already."""

from pathlib import Path

import yaml

from ruralimpact.errors import ConfigError

_CONFIG = Path("config") / "config.yaml"


def is_project(folder: Path) -> bool:
    """Tell whether a folder is that of a project."""
    return (folder / _CONFIG).is_file()


def refuse_known_study(folder: Path, name: str) -> None:
    """Refuse a study that the project has already, or raw files in its place.

    Parameters
    ----------
    folder : path
    name : str

    Raises
    ------
    ConfigError
    """
    for path in (Path("config") / "studies" / name, Path("data") / name):
        if (folder / path).exists():
            problem = f"the project has {path} already; name the further study with --study."
            raise ConfigError(problem)


def list_study(folder: Path, name: str) -> None:
    """Write a study into the list of config.yaml, whose comments stay as they are.

    Parameters
    ----------
    folder : path
    name : str

    Raises
    ------
    ConfigError
        The file has no list of studies.
    """
    file = folder / _CONFIG
    text = file.read_text(encoding="utf-8")
    listed = _listed(text)
    if listed is None or not listed.value:
        problem = f"no list of studies to which '{name}' could be added; write `studies: [{name}]`."
        raise ConfigError(problem, file=_CONFIG, key="studies")
    last = listed.value[-1]
    indent = " " * (listed.start_mark.column)
    entry = f", {name}" if listed.flow_style else f"\n{indent}- {name}"
    at = last.end_mark.index
    file.write_text(text[:at] + entry + text[at:], encoding="utf-8", newline="\n")


def _listed(text: str) -> yaml.SequenceNode | None:
    """Return the list of studies with its place in the text."""
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return None
    pairs = node.value if isinstance(node, yaml.MappingNode) else ()
    named = [value for key, value in pairs if key.value == "studies"]
    return named[0] if named and isinstance(named[0], yaml.SequenceNode) else None
