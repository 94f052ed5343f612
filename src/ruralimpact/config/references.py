"""The rules between keys of a study: everything that one key names must exist under another."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.config.answer import check_answer
from ruralimpact.config.attrition import check_attrition
from ruralimpact.config.descriptions import check_descriptions
from ruralimpact.config.gains import check_gains
from ruralimpact.config.names import repeated_names, unknown_names
from ruralimpact.config.numbers import check_numbers
from ruralimpact.config.over_time import check_design, check_over_time
from ruralimpact.config.power import check_power
from ruralimpact.config.questions import check_questions
from ruralimpact.config.rate_of_return import check_rates_of_return
from ruralimpact.config.rule import Rule
from ruralimpact.config.samples import check_sample_waves
from ruralimpact.config.survival import check_survival
from ruralimpact.config.unfit_covariates import unfit_covariates
from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.design.strategies.options import Naming
from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.outcomes.covariates import variables_of_rows
from ruralimpact.schema.analysis import Analysis, Matching
from ruralimpact.schema.construction import OfAllUnits, OfRows, is_itself
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study
from ruralimpact.survey.codebook import IDENTIFIER


@Rule
def check_references(study: Study, folder: Path) -> Iterator[ConfigError]:
    """Check what no schema can: names that refer to each other, timing, and the design gate.

    Parameters
    ----------
    study : Study
    folder : path
        The study's folder, for messages.
    """
    told = _of_rows_alone(study)
    for problem in _problems(study, folder):
        if isinstance(problem, UnknownNameError) and problem.name in told:
            words = told[problem.name]
            yield ConfigError(words, file=problem.file, key=problem.key)
        else:
            yield problem


def _of_rows_alone(study: Study) -> dict[str, str]:
    """Return the variables that have several values a unit, and how to make one of them."""
    several = variables_of_rows(study)
    return {
        name: f"'{name}' has a value for each row of the source '{source}', which has several a unit. "
        f"Build a variable of it (build: mean, sum or count, with rows: {source}) and name that."
        for name, source in several.items()
    }


def _problems(study: Study, folder: Path) -> Iterator[ConfigError]:
    file = folder / "study.yaml"
    yield from _repeated(study, folder)
    yield from _generated(study, file)
    yield from _variables(study, file)
    for name, sample in study.samples.items():
        yield from _sample(study, sample, f"samples.{name}", file)
    for analysis in study.comparisons:
        refused = list(check_design.problems(study, analysis, file))
        yield from refused
        if analysis.sample not in study.samples:
            key = f"analyses.{analysis.name}.sample"
            yield from unknown_names([analysis.sample], study.samples, "sample", file, key)
            continue
        yield from _analysis(study, analysis, file)
        if not refused:
            roles = _roles(study)
            yield from check_over_time.problems(study, analysis, roles, _timings(study), file)
    known = [*_timings(study), *study.outcomes]
    yield from check_descriptions.problems(study, known, file)
    yield from check_sample_waves.problems(study, _roles(study), file)
    yield from check_questions.problems(study, _timings(study), file)
    yield from check_rates_of_return.problems(study, _roles(study), file)
    yield from check_gains.problems(study, _roles(study), file)
    yield from check_survival.problems(study, file)
    yield from check_numbers.problems(study, file)
    yield from check_answer.problems(study, file)
    yield from check_power.problems(study, file)
    yield from check_attrition.problems(study, _with_role(study, "treatment"), file)
    names = [analysis.name for analysis in study.comparisons]
    tested, excluded = study.sensitivity.analyses or (), study.sensitivity.leave_out
    yield from unknown_names(tested, names, "analysis", file, "sensitivity.analyses")
    region = [excluded] if excluded else []
    yield from unknown_names(region, _timings(study), "variable", file, "sensitivity.leave_out")
    yield from _strategies(study, folder / "strategies.yaml")


def _repeated(study: Study, folder: Path) -> Iterator[ConfigError]:
    exhibits = (*study.exhibits.tables, *study.exhibits.figures)
    yield from repeated_names(
        (source.name for source in study.sources), folder / "study.yaml", "sources"
    )
    yield from repeated_names(
        (analysis.name for analysis in study.analyses), folder / "study.yaml", "analyses"
    )
    yield from repeated_names(
        (str(entry.name) for entry in study.strategies), folder / "strategies.yaml", "strategies"
    )
    yield from repeated_names(
        (exhibit.name for exhibit in exhibits), folder / "exhibits.yaml", "tables and figures"
    )
    described = {row.variable for row in study.codebook}
    for key, block in (("variables", study.variables), ("outcomes", study.outcomes)):
        for name, entry in block.items():
            if name in described and not (key == "outcomes" and is_itself(name, entry)):
                problem = f"'{name}' is already a variable of codebook.csv."
                yield ConfigError(problem, file=folder / "study.yaml", key=f"{key}.{name}")


def _generated(study: Study, file: Path) -> Iterator[ConfigError]:
    """Refuse simulated raw files in a study that does not say that it is synthetic."""
    if study.generate is not None and not study.synthetic:
        problem = "raw files made by a simulation need `synthetic: true`."
        yield ConfigError(problem, file=file, key="generate")


def _variables(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check that what variables and outcomes are built from exists."""
    described = [row.variable for row in study.codebook if row.role != IDENTIFIER]
    known = [*described, *study.variables]
    for key, block in (("variables", study.variables), ("outcomes", study.outcomes)):
        known += study.outcomes if key == "outcomes" else ()
        for name, entry in block.items():
            if isinstance(entry, OfRows) and entry.rows is not None:
                where = f"{key}.{name}.rows"
                yield from unknown_names([entry.rows], _of_rows(study), "source", file, where)
            others = [other for other in known if other != name or is_itself(name, entry)]
            yield from unknown_names(entry.inputs, others, "variable", file, f"{key}.{name}")
            if isinstance(entry, OfAllUnits) and entry.by in _treatments(study):
                problem = (
                    f"'{entry.by}' is a treatment: units are compared with those of both arms."
                )
                yield ConfigError(problem, file=file, key=f"{key}.{name}.by")


def _treatments(study: Study) -> set[str]:
    described = {row.variable for row in study.codebook if row.role == "treatment"}
    return described | {
        name for name, variable in study.variables.items() if variable.role == "treatment"
    }


def _of_rows(study: Study) -> list[str]:
    """Return the sources with several rows a unit."""
    return [source.name for source in study.sources if source.item is not None]


def _sample(study: Study, sample: Sample, key: str, file: Path) -> Iterator[ConfigError]:
    of_rows = _of_rows(study)
    sources = [source.name for source in study.sources if source.name not in of_rows]
    for name in set(sample.sources) & set(of_rows):
        problem = (
            f"'{name}' has several rows a unit (`item`), and is no source of units: its rows are added up by "
            "`rows` in variables and outcomes."
        )
        yield ConfigError(problem, file=file, key=f"{key}.sources")
    named_units = [name for name in sample.sources if name not in of_rows]
    yield from unknown_names(named_units, sources, "source", file, f"{key}.sources")
    variables = _timings(study)
    if sample.group is not None:
        groups = ["id", *variables]
        yield from unknown_names([sample.group], groups, "variable", file, f"{key}.group")
    for option, named in (("weight", sample.weight), ("strata", sample.strata and [sample.strata])):
        yield from unknown_names(named or [], variables, "variable", file, f"{key}.{option}")
    yield from _weight(study, sample, f"{key}.weight", file)
    periods = sample.two_periods
    if periods is None:
        return
    if study.design == "cross_section":
        problem = "a study with one wave after treatment has no two periods to compare."
        yield ConfigError(problem, file=file, key=f"{key}.two_periods")
    where = f"{key}.two_periods"
    yield from unknown_names([periods.status], variables, "variable", file, f"{where}.status")
    known, named = [*variables, *study.outcomes], periods.covariates
    yield from unknown_names(named, known, "variable", file, f"{where}.covariates")


def _weight(study: Study, sample: Sample, key: str, file: Path) -> Iterator[ConfigError]:
    """Refuse what cannot say how many units of the population a row stands for."""
    kinds = {row.variable: row.type for row in study.codebook}
    for name in sample.weight or ():
        role = _roles(study).get(name)
        if role in ("treatment", "outcome"):
            problem = f"'{name}' is a variable with the role {role}, no sampling weight."
            yield ConfigError(problem, file=file, key=key)
        elif kinds.get(name) in ("category", "date"):
            problem = f"'{name}' is of the type {kinds[name]}; a sampling weight is a number."
            yield ConfigError(problem, file=file, key=key)


def _analysis(study: Study, analysis: Analysis, file: Path) -> Iterator[ConfigError]:
    key = f"analyses.{analysis.name}"
    periods = study.samples[analysis.sample].two_periods
    if (analysis.method == "matched_difference") != (periods is not None):
        problem = (
            "'matched_difference' needs a sample with two_periods."
            if periods is None
            else "a sample with two_periods holds changes; compare them with 'matched_difference'."
        )
        yield ConfigError(problem, file=file, key=f"{key}.method")
    treatments = [periods.treatment] if periods else _with_role(study, "treatment")
    named = getattr(analysis, "treatment", None)
    yield from unknown_names(
        [named] if named else [], treatments, "treatment", file, f"{key}.treatment"
    )
    if isinstance(analysis, Matching):
        strategies = [str(entry.name) for entry in study.strategies]
        yield from unknown_names(
            analysis.strategies, strategies, "strategy", file, f"{key}.strategies"
        )
    yield from unknown_names(analysis.outcomes, study.outcomes, "outcome", file, f"{key}.outcomes")
    for option in ("covariates", "exact"):
        names = getattr(analysis, option, ())
        yield from unfit_covariates(study, analysis.sample, names, file, f"{key}.{option}")


def _strategies(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check the variables that strategies name, in at least the sample of one analysis."""
    known = [*_timings(study)]
    for sample in study.samples.values():
        known += (
            [f"{name}_before" for name in sample.two_periods.covariates]
            if sample.two_periods
            else []
        )
    for name, strategy in strategies_by_name(study).items():
        try:
            strategy.check_names(dict.fromkeys(Naming, known))
        except ConfigError as error:
            key = f"{name}.{error.key}"
            yield ConfigError(error.problem, file=file, key=key)


def _timings(study: Study) -> dict[str, str]:
    """Return every variable with one value a unit, with its timing (empty where none is declared)."""
    several = variables_of_rows(study)
    return {
        **{row.variable: row.timing for row in study.codebook if row.variable not in several},
        **{name: entry.timing or "" for name, entry in study.variables.items()},
    }


def _roles(study: Study) -> dict[str, str]:
    """Return every variable with one value a unit, with its role."""
    several = variables_of_rows(study)
    return {
        **{row.variable: row.role for row in study.codebook if row.variable not in several},
        **{name: entry.role for name, entry in study.variables.items()},
    }


def _with_role(study: Study, role: str) -> list[str]:
    return [name for name, own in _roles(study).items() if own == role]
