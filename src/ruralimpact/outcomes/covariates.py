"""Which variables a study may match on, by what its configuration declares; needs no data."""

from collections.abc import Iterable, Mapping

from ruralimpact.errors import ConfigError
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import parse_codebook

BEFORE = "_before"
_UNIT_ROLES = ("covariate", "treatment", "adoption", "wave")


def check_covariates(study: Study, sample: str, names: Iterable[str], key: str) -> None:
    """Refuse to match on what treatment may have changed, or on what is no covariate.

    Parameters
    ----------
    study : Study
    sample : str
        One of its samples.
    names : iterable of str
        Covariates or exact strata.
    key : str
        Where they are named, for messages.

    Raises
    ------
    ConfigError
        A covariate or exact stratum is unknown in the sample, is not a covariate, or is declared as
        measured after treatment. The mean of a variable over the periods before treatment
        (``<name>_before`` of a two-period sample) is always measured before.
    """
    declared = _declared(study)
    for name in names:
        _check_one(name, study.samples[sample], declared, key)


def _check_one(
    name: str, sample: Sample, declared: Mapping[str, tuple[str, str]], key: str
) -> None:
    if sample.two_periods is not None:
        known = [covariate + BEFORE for covariate in sample.two_periods.covariates]
        if name not in known:
            hint = nearest(name, known)
            raise ConfigError(f"the sample has no covariate '{name}'. {hint}", key=key)
        return
    covariates = [
        variable for variable, (role, _) in declared.items() if role in ("covariate", "wave")
    ]
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


def unit_variables(study: Study) -> list[str]:
    """Return the variables that belong to the units table: covariates, treatments, adoption and waves."""
    return [name for name, (role, _) in _declared(study).items() if role in _UNIT_ROLES]


def treatments(study: Study) -> list[str]:
    """Return the variables that tell who is treated."""
    return [name for name, (role, _) in _declared(study).items() if role == "treatment"]


def covariates_before(study: Study) -> list[str]:
    """Return the covariates that are declared as measured before treatment."""
    return [name for name, declared in _declared(study).items() if declared == ("covariate", "pre")]


def variables_of_rows(study: Study) -> dict[str, str]:
    """Return the variables that only sources with several rows a unit have, with one of these sources."""
    several = {source.name for source in study.sources if source.item is not None}
    of_units = {row.variable for row in study.codebook if row.source not in several}
    return {
        row.variable: row.source for row in reversed(study.codebook) if row.variable not in of_units
    }


def _declared(study: Study) -> dict[str, tuple[str, str]]:
    """Return role and timing of every variable of units; one that is built has its own, not its inputs'."""
    entries = parse_codebook(study.codebook, [source.name for source in study.sources])
    several = variables_of_rows(study)
    declared = {
        entry.variable: (entry.role, entry.timing)
        for entry in entries
        if entry.variable not in several
    }
    for name, spec in study.variables.items():
        if spec.role == "covariate" and spec.timing is None:
            raise ConfigError("a covariate needs a timing, pre or post.", key=f"variables.{name}")
        declared[name] = (spec.role, spec.timing or "")
    return declared | dict.fromkeys(study.outcomes, ("outcome", "post"))
