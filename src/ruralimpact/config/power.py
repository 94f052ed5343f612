"""The rules between the keys of a study's block on the power of its next wave."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError
from ruralimpact.suggestions import nearest

_METHODS = ("matching", "matched_difference", "difference_in_means")
_EXHIBITS = ("power", "power_curve")


def check_power(study: Mapping[str, Any], file: Path) -> None:
    """Check that analyses and outcomes exist, compare two arms, and are there for the exhibits.

    Parameters
    ----------
    study : mapping
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    analyses = {analysis["name"]: analysis for analysis in study["analyses"]}
    seen: set[str] = set()
    for entry in study.get("power", []):
        name = entry["analysis"]
        if name not in analyses:
            problem = f"unknown analysis '{name}'. {nearest(name, list(analyses))}"
            raise ConfigError(problem, file=file, key="power.analysis")
        if name in seen:
            problem = f"the analysis '{name}' stands twice."
            raise ConfigError(problem, file=file, key="power.analysis")
        seen.add(name)
        if analyses[name]["method"] not in _METHODS:
            problem = (
                f"'{name}' does not compare two arms of units; use an analysis of the method "
                f"{', '.join(_METHODS)}."
            )
            raise ConfigError(problem, file=file, key="power.analysis")
        for outcome in entry["outcomes"]:
            if outcome not in analyses[name]["outcomes"]:
                problem = f"'{outcome}' is no outcome of the analysis '{name}'."
                raise ConfigError(problem, file=file, key="power.outcomes")
    for exhibit in study["exhibits"]["tables"] + study["exhibits"]["figures"]:
        missing = [name for name in exhibit.get("analyses", []) if name not in seen]
        if exhibit["kind"] in _EXHIBITS and missing:
            raise ConfigError(
                f"study.yaml asks for no power of the next wave for '{missing[0]}'.",
                file=file.with_name("exhibits.yaml"),
                key=f"{exhibit['name']}.analyses",
            )
