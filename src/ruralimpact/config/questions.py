"""The rules for what an analysis asks beyond its estimates: subgroups, decomposition, associations."""

from collections.abc import Mapping
from pathlib import Path

from ruralimpact.config.names import require
from ruralimpact.errors import ConfigError
from ruralimpact.schema.analysis import Asking, Matching
from ruralimpact.schema.questions import Decomposition, Subgroups
from ruralimpact.schema.study import Study


def check_questions(study: Study, timings: Mapping[str, str], file: Path) -> None:
    """Check that what subgroups, decompositions and associations name exists and can be used so.

    Parameters
    ----------
    study : Study
    timings : mapping of str to str
        When each variable was measured: ``pre``, ``post`` or empty.
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    for analysis in study.analyses:
        if not isinstance(analysis, Asking):
            continue
        key = f"analyses.{analysis.name}"
        known = [*timings, *_before(study, analysis.sample)]
        for entry in analysis.subgroups:
            where = f"{key}.subgroups.{entry.name}"
            _check_subgroups(study, analysis, entry, known, timings, file, where)
        if analysis.decomposition is not None:
            _check_decomposition(study, analysis.decomposition, analysis.outcomes, file, key)
        for association in analysis.associations:
            where = f"{key}.associations.{association.name}"
            named = [*association.variables, *association.covariates]
            require(named, known, "variable", file, where)
            require(association.outcomes, study.outcomes, "outcome", file, where)
            require(association.dummies, association.covariates, "covariate", file, where)


def _check_subgroups(
    study: Study,
    analysis: Asking,
    entry: Subgroups,
    known: list[str],
    timings: Mapping[str, str],
    file: Path,
    key: str,
) -> None:
    for option in ("predicted", "realised"):
        named = getattr(entry, option)
        require([named] if named else [], study.outcomes, "outcome", file, f"{key}.{option}")
    if entry.variable is not None:
        require([entry.variable], known, "variable", file, f"{key}.variable")
        if timings.get(entry.variable) == "post":
            raise ConfigError(
                f"'{entry.variable}' was measured after the treatment, which may have moved units "
                "between its levels; take what was measured before.",
                file=file,
                key=f"{key}.variable",
            )
    if entry.predicted is not None and not analysis.covariates:
        problem = "the analysis has no covariates to predict from."
        raise ConfigError(problem, file=file, key=f"{key}.predicted")
    strategies = analysis.strategies if isinstance(analysis, Matching) else ("difference",)
    require(entry.strategies or (), strategies, "strategy", file, f"{key}.strategies")
    require(entry.outcomes or (), analysis.outcomes, "outcome", file, f"{key}.outcomes")


def _check_decomposition(
    study: Study, entry: Decomposition, outcomes: tuple[str, ...], file: Path, key: str
) -> None:
    require([entry.outcome], outcomes, "outcome", file, f"{key}.decomposition.outcome")
    for product in entry.products:
        where = f"{key}.decomposition.products.{product.name}"
        require(product.accounts, study.outcomes, "outcome", file, where)


def _before(study: Study, sample: str) -> list[str]:
    """Means before of a sample, where it has two periods."""
    periods = study.samples[sample].two_periods
    return [f"{name}_before" for name in periods.covariates] if periods else []
