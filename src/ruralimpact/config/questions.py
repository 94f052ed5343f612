"""The rules for what an analysis asks beyond its estimates: subgroups, decomposition, associations."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError
from ruralimpact.schema.analysis import Asking, Matching
from ruralimpact.schema.questions import Decomposition, Randomisation, Subgroups
from ruralimpact.schema.study import Study


@Rule
def check_questions(study: Study, timings: Mapping[str, str], file: Path) -> Iterator[ConfigError]:
    """Check that what subgroups, decompositions and associations name exists and can be used so.

    Parameters
    ----------
    study : Study
    timings : mapping of str to str
        When each variable was measured: ``pre``, ``post`` or empty.
    file : path
        study.yaml, for messages.
    """
    for analysis in study.comparisons:
        if not isinstance(analysis, Asking) or analysis.sample not in study.samples:
            continue
        key = f"analyses.{analysis.name}"
        known = [*timings, *_before(study, analysis.sample)]
        for entry in analysis.subgroups:
            where = f"{key}.subgroups.{entry.name}"
            yield from _subgroups(study, analysis, entry, known, timings, file, where)
        if analysis.decomposition is not None:
            asked = analysis.decomposition
            yield from _decomposition(study, asked, analysis.outcomes, file, key)
        if isinstance(analysis, Matching) and analysis.randomisation is not None:
            yield from _randomisation(analysis, analysis.randomisation, file, key)
        for association in analysis.associations:
            where = f"{key}.associations.{association.name}"
            named = [*association.variables, *association.covariates]
            yield from unknown_names(named, known, "variable", file, where)
            yield from unknown_names(association.outcomes, study.outcomes, "outcome", file, where)
            yield from unknown_names(
                association.dummies, association.covariates, "covariate", file, where
            )


def _subgroups(
    study: Study,
    analysis: Asking,
    entry: Subgroups,
    known: list[str],
    timings: Mapping[str, str],
    file: Path,
    key: str,
) -> Iterator[ConfigError]:
    for option in ("predicted", "realised"):
        name = getattr(entry, option)
        named = [name] if name else []
        yield from unknown_names(named, study.outcomes, "outcome", file, f"{key}.{option}")
    if entry.variable is not None:
        yield from unknown_names([entry.variable], known, "variable", file, f"{key}.variable")
        if timings.get(entry.variable) == "post":
            yield ConfigError(
                f"'{entry.variable}' was measured after the treatment, which may have moved units "
                "between its levels; take what was measured before.",
                file=file,
                key=f"{key}.variable",
            )
    if entry.predicted is not None and not analysis.covariates:
        problem = "the analysis has no covariates to predict from."
        yield ConfigError(problem, file=file, key=f"{key}.predicted")
    strategies = analysis.strategies if isinstance(analysis, Matching) else ("difference",)
    yield from unknown_names(
        entry.strategies or (), strategies, "strategy", file, f"{key}.strategies"
    )
    yield from unknown_names(
        entry.outcomes or (), analysis.outcomes, "outcome", file, f"{key}.outcomes"
    )


def _randomisation(
    analysis: Matching, entry: Randomisation, file: Path, key: str
) -> Iterator[ConfigError]:
    where = f"{key}.randomisation"
    yield from unknown_names(
        entry.strategies or (), analysis.strategies, "strategy", file, f"{where}.strategies"
    )
    yield from unknown_names(
        entry.outcomes or (), analysis.outcomes, "outcome", file, f"{where}.outcomes"
    )


def _decomposition(
    study: Study, entry: Decomposition, outcomes: tuple[str, ...], file: Path, key: str
) -> Iterator[ConfigError]:
    where = f"{key}.decomposition.outcome"
    yield from unknown_names([entry.outcome], outcomes, "outcome", file, where)
    for product in entry.products:
        where = f"{key}.decomposition.products.{product.name}"
        yield from unknown_names(product.accounts, study.outcomes, "outcome", file, where)


def _before(study: Study, sample: str) -> list[str]:
    """Means before of a sample, where it has two periods."""
    periods = study.samples[sample].two_periods
    return [f"{name}_before" for name in periods.covariates] if periods else []
