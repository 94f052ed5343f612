"""The rules for `attrition:`, the follow-ups of a study whose losses are accounted for."""

from collections.abc import Iterable
from pathlib import Path

from ruralimpact.config.names import refuse_twice, require
from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.covariates import check_covariates
from ruralimpact.schema.followup import Attrition
from ruralimpact.schema.study import Study


def check_attrition(study: Study, treatments: Iterable[str], file: Path) -> None:
    """Check that what the entries of `attrition:` name exists and was measured before.

    Parameters
    ----------
    study : Study
    treatments : iterable of str
        Variables with the role treatment.
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    refuse_twice((entry.name for entry in study.attrition), file, "attrition")
    for entry in study.attrition:
        key = f"attrition.{entry.name}"
        samples = {
            "baseline": entry.baseline,
            "followup": entry.followup,
            "compared": entry.compared,
        }
        for option, name in samples.items():
            require([name] if name else [], study.samples, "sample", file, f"{key}.{option}")
        require([entry.treatment], treatments, "treatment", file, f"{key}.treatment")
        require(entry.outcomes, study.outcomes, "outcome", file, f"{key}.outcomes")
        _check_baseline_variables(study, entry, file)


def _check_baseline_variables(study: Study, entry: Attrition, file: Path) -> None:
    """Covariates and cells must be covariates of the baseline, measured before treatment."""
    for option, names in (("covariates", entry.covariates), ("cells", entry.cells)):
        try:
            check_covariates(study, entry.baseline, names, f"attrition.{entry.name}.{option}")
        except ConfigError as error:
            raise ConfigError(error.problem, file=file, key=error.key) from None
