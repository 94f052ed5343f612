"""What the configuration of a study may name because a plug-in gives it."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError
from ruralimpact.plugins import Plugins
from ruralimpact.suggestions import nearest


def with_plugin_kinds(schema: Mapping[str, Any], plugins: Plugins) -> dict[str, Any]:
    """Return the schema of exhibits.yaml with the kinds that plug-ins give, and their keys.

    Raises
    ------
    ConfigError
        A kind is one of the package's own, or is to be shown with one that does not exist.
    """
    extended: dict[str, Any] = deepcopy(dict(schema))
    for section in ("tables", "figures"):
        items = extended["properties"][section]["items"]
        own = list(items["properties"]["kind"]["enum"])
        for name, (plugin, kind) in plugins.kinds(section).items():
            _check_kind(name, kind.shown_with, own, plugin.folder)
            items["properties"]["kind"]["enum"].append(name)
            items["properties"] |= kind.keys
            condition = {"properties": {"kind": {"const": name}}}
            items["allOf"].append({"if": condition, "then": {"required": list(kind.required)}})
    return extended


def _check_kind(name: str, shown_with: str, own: list[str], folder: str) -> None:
    if name in own:
        raise ConfigError(f"plug-in '{folder}': the kind '{name}' is one of the package's own.")
    if shown_with not in own:
        raise ConfigError(
            f"plug-in '{folder}': the kind '{name}' is shown with '{shown_with}', which the package does "
            f"not have. {nearest(shown_with, own)}"
        )


def check_process(study: Mapping[str, Any], plugins: Plugins, file: Path) -> None:
    """Check that a plug-in gives the process that makes the raw files of a synthetic study.

    Raises
    ------
    ConfigError
    """
    process = study.get("generate", {}).get("process")
    known = list(plugins.generators)
    if process is None or process in known:
        return
    hint = nearest(process, known) if known else "No plug-in of config/config.yaml gives one."
    raise ConfigError(f"there is no process '{process}'. {hint}", file=file, key="generate.process")
