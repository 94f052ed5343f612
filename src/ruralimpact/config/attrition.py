"""The rules for `attrition:`, the follow-ups of a study whose losses are accounted for."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.names import require
from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.covariates import check_covariates

Study = Mapping[str, Any]
SAMPLES = ("baseline", "followup", "compared")


def check_attrition(study: Study, treatments: Iterable[str], file: Path) -> None:
    """Check that what the entries of `attrition:` name exists and was measured before.

    Parameters
    ----------
    study : mapping
        As `ruralimpact.config.load_study` returns it.
    treatments : iterable of str
        Variables with the role treatment.
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    entries = study.get("attrition", [])
    names = [entry["name"] for entry in entries]
    for entry in entries:
        key = f"attrition.{entry['name']}"
        if names.count(entry["name"]) > 1:
            raise ConfigError(f"the name '{entry['name']}' stands twice.", file=file, key=key)
        for option in SAMPLES:
            if option in entry:
                require([entry[option]], study["samples"], "sample", file, f"{key}.{option}")
        require([entry["treatment"]], treatments, "treatment", file, f"{key}.treatment")
        for outcome in entry["outcomes"]:
            require([outcome], study["outcomes"], "outcome", file, f"{key}.outcomes")
        _check_baseline_variables(study, entry, file)


def check_attrition_exhibits(study: Study, file: Path) -> None:
    """Check that the entries an exhibit of kind `attrition` shows are declared.

    Parameters
    ----------
    study : mapping
    file : path
        exhibits.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    declared = [entry["name"] for entry in study.get("attrition", [])]
    for exhibit in study["exhibits"]["tables"]:
        if exhibit["kind"] == "attrition" and not declared:
            problem = "the study declares no `attrition:` in study.yaml."
            raise ConfigError(problem, file=file, key=f"{exhibit['name']}.kind")


def _check_baseline_variables(study: Study, entry: Mapping[str, Any], file: Path) -> None:
    """Covariates and cells must be covariates of the baseline, measured before treatment."""
    asked = {
        "name": entry["name"],
        "sample": entry["baseline"],
        "covariates": entry.get("covariates", []),
        "exact": entry.get("cells", []),
    }
    try:
        check_covariates(study, asked)
    except ConfigError as error:
        option = "cells" if str(error.key).endswith(".exact") else "covariates"
        key = f"attrition.{entry['name']}.{option}"
        raise ConfigError(error.problem, file=file, key=key) from None
