"""Which variables a study may match on, by what its configuration declares; needs no data."""

from collections.abc import Mapping
from typing import Any

from ruralimpact.errors import ConfigError
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import parse_codebook

BEFORE = "_before"
_UNIT_ROLES = ("covariate", "treatment", "adoption", "wave")


def check_covariates(study: Mapping[str, Any], analysis: Mapping[str, Any]) -> None:
    """Refuse an analysis that matches on what treatment may have changed, or on what is no covariate.

    Parameters
    ----------
    study : mapping
        As `ruralimpact.config.load_study` returns it.
    analysis : mapping
        One of its analyses, of a sample that exists.

    Raises
    ------
    ConfigError
        A covariate or exact stratum is unknown in the sample, is not a covariate, or is declared as
        measured after treatment. The mean of a variable over the periods before treatment
        (``<name>_before`` of a two-period sample) is always measured before.
    """
    declared = _declared(study)
    sample = study["samples"][analysis["sample"]]
    for option in ("covariates", "exact"):
        for name in analysis.get(option, []):
            _check_one(name, sample, declared, f"analyses.{analysis['name']}.{option}")


def _check_one(
    name: str, sample: Mapping[str, Any], declared: Mapping[str, tuple[str, str]], key: str
) -> None:
    if "two_periods" in sample:
        known = [covariate + BEFORE for covariate in sample["two_periods"]["covariates"]]
        if name not in known:
            hint = nearest(name, known)
            raise ConfigError(f"the sample has no covariate '{name}'. {hint}", key=key)
        return
    covariates = [one for one, (role, _) in declared.items() if role in ("covariate", "wave")]
    if name not in declared:
        raise ConfigError(f"there is no variable '{name}'. {nearest(name, covariates)}", key=key)
    role, timing = declared[name]
    if name not in covariates:
        problem = f"'{name}' is not a covariate (its role is '{role}')."
        raise ConfigError(problem, key=key)
    if role == "covariate" and timing != "pre":
        problem = (
            f"'{name}' is declared as measured after treatment (timing post): matching on it would "
            "take away part of the effect."
        )
        raise ConfigError(problem, key=key)


def unit_variables(study: Mapping[str, Any]) -> list[str]:
    """Return the variables that belong to the units table: covariates, treatments, adoption and waves."""
    return [name for name, (role, _) in _declared(study).items() if role in _UNIT_ROLES]


def covariates_before(study: Mapping[str, Any]) -> list[str]:
    """Return the covariates that are declared as measured before treatment."""
    return [name for name, found in _declared(study).items() if found == ("covariate", "pre")]


def _declared(study: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Return role and timing of every variable; one that is built has its own, not its inputs'."""
    entries = parse_codebook(study["codebook"], [source["name"] for source in study["sources"]])
    declared = {entry.variable: (entry.role, entry.timing) for entry in entries}
    for name, spec in study.get("variables", {}).items():
        role, timing = spec.get("role", ""), spec.get("timing", "")
        if role == "covariate" and timing not in ("pre", "post"):
            raise ConfigError("a covariate needs a timing, pre or post.", key=f"variables.{name}")
        declared[name] = (role, timing)
    return declared | dict.fromkeys(study.get("outcomes", {}), ("outcome", "post"))
