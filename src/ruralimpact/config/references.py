"""The rules between keys of a study: everything that one key names must exist under another."""

from pathlib import Path

from ruralimpact.config.attrition import check_attrition
from ruralimpact.config.names import refuse_twice, require
from ruralimpact.config.over_time import check_design, check_over_time
from ruralimpact.config.power import check_power
from ruralimpact.config.questions import check_questions
from ruralimpact.config.samples import check_sample_waves
from ruralimpact.design.strategies import parse_strategy
from ruralimpact.design.strategies.options import Naming
from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.covariates import check_covariates
from ruralimpact.schema.analysis import Analysis, Matching
from ruralimpact.schema.construction import NetIncome, OfSeveral
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study


def check_references(study: Study, folder: Path) -> None:
    """Check what no schema can: names that refer to each other, timing, and the design gate.

    Parameters
    ----------
    study : Study
    folder : path
        The study's folder, for messages.

    Raises
    ------
    ConfigError
    """
    file = folder / "study.yaml"
    _check_unique(study, folder)
    _check_generated(study, file)
    _check_variables(study, file)
    for name, sample in study.samples.items():
        _check_sample(study, sample, f"samples.{name}", file)
    for analysis in study.analyses:
        check_design(study, analysis, file)
        _check_analysis(study, analysis, file)
        check_over_time(study, analysis, _roles(study), _timings(study), file)
    check_sample_waves(study, _roles(study), file)
    check_questions(study, _timings(study), file)
    check_power(study, file)
    check_attrition(study, _with_role(study, "treatment"), file)
    names = [analysis.name for analysis in study.analyses]
    tested, excluded = study.sensitivity.analyses or (), study.sensitivity.leave_out
    require(tested, names, "analysis", file, "sensitivity.analyses")
    region = [excluded] if excluded else []
    require(region, _timings(study), "variable", file, "sensitivity.leave_out")
    _check_strategies(study, folder / "strategies.yaml")


def _check_unique(study: Study, folder: Path) -> None:
    exhibits = study.exhibits["tables"] + study.exhibits["figures"]
    refuse_twice((item.name for item in study.sources), folder / "study.yaml", "sources")
    refuse_twice((item.name for item in study.analyses), folder / "study.yaml", "analyses")
    refuse_twice(
        (item["name"] for item in study.strategies), folder / "strategies.yaml", "strategies"
    )
    refuse_twice(
        (item["name"] for item in exhibits), folder / "exhibits.yaml", "tables and figures"
    )
    described = {row["variable"] for row in study.codebook}
    for key, block in (("variables", study.variables), ("outcomes", study.outcomes)):
        for name in block:
            if name in described:
                problem = f"'{name}' is already a variable of codebook.csv."
                raise ConfigError(problem, file=folder / "study.yaml", key=f"{key}.{name}")


def _check_generated(study: Study, file: Path) -> None:
    """Refuse simulated raw files in a study that does not say that it is synthetic."""
    if study.generate is not None and not study.synthetic:
        problem = "raw files made by a simulation need `synthetic: true`."
        raise ConfigError(problem, file=file, key="generate")


def _check_variables(study: Study, file: Path) -> None:
    """Check that what variables and outcomes are built from exists."""
    described = [row["variable"] for row in study.codebook]
    known = [*described, *study.variables]
    for key, block in (("variables", study.variables), ("outcomes", study.outcomes)):
        known += study.outcomes if key == "outcomes" else ()
        for name, entry in block.items():
            if isinstance(entry, OfSeveral | NetIncome) and entry.rows is not None:
                require([entry.rows], _of_rows(study), "source", file, f"{key}.{name}.rows")
            others = [other for other in known if other != name]
            require(entry.inputs, others, "variable", file, f"{key}.{name}")


def _of_rows(study: Study) -> list[str]:
    """Return the sources with several rows a unit."""
    return [source.name for source in study.sources if source.item is not None]


def _check_sample(study: Study, sample: Sample, key: str, file: Path) -> None:
    of_rows = _of_rows(study)
    sources = [item.name for item in study.sources if item.name not in of_rows]
    require(sample.sources, sources, "source", file, f"{key}.sources")
    variables = _timings(study)
    if sample.group is not None:
        require([sample.group], ["id", *variables], "variable", file, f"{key}.group")
    for option, named in (("weight", sample.weight), ("strata", sample.strata and [sample.strata])):
        require(named or [], variables, "variable", file, f"{key}.{option}")
    periods = sample.two_periods
    if periods is None:
        return
    if study.design == "cross_section":
        problem = "a study with one wave after treatment has no two periods to compare."
        raise ConfigError(problem, file=file, key=f"{key}.two_periods")
    require([periods.status], variables, "variable", file, f"{key}.two_periods.status")
    known = [*variables, *study.outcomes]
    require(periods.covariates, known, "variable", file, f"{key}.two_periods.covariates")


def _check_analysis(study: Study, analysis: Analysis, file: Path) -> None:
    key = f"analyses.{analysis.name}"
    require([analysis.sample], study.samples, "sample", file, f"{key}.sample")
    periods = study.samples[analysis.sample].two_periods
    if (analysis.method == "matched_difference") != (periods is not None):
        problem = (
            "'matched_difference' needs a sample with two_periods."
            if periods is None
            else "a sample with two_periods holds changes; compare them with 'matched_difference'."
        )
        raise ConfigError(problem, file=file, key=f"{key}.method")
    treatments = [periods.treatment] if periods else _with_role(study, "treatment")
    named = getattr(analysis, "treatment", None)
    require([named] if named else [], treatments, "treatment", file, f"{key}.treatment")
    if isinstance(analysis, Matching):
        strategies = [strategy["name"] for strategy in study.strategies]
        require(analysis.strategies, strategies, "strategy", file, f"{key}.strategies")
    require(analysis.outcomes, study.outcomes, "outcome", file, f"{key}.outcomes")
    for option in ("covariates", "exact"):
        names = getattr(analysis, option, ())
        try:
            check_covariates(study, analysis.sample, names, f"{key}.{option}")
        except ConfigError as error:
            raise ConfigError(error.problem, file=file, key=error.key) from None


def _check_strategies(study: Study, file: Path) -> None:
    """Check the variables that strategies name, in at least the sample of one analysis."""
    known = [*_timings(study)]
    for sample in study.samples.values():
        known += (
            [f"{name}_before" for name in sample.two_periods.covariates]
            if sample.two_periods
            else []
        )
    for row in study.strategies:
        try:
            parse_strategy(row).check_names(dict.fromkeys(Naming, known))
        except ConfigError as error:
            key = f"{row['name']}.{error.key}"
            raise ConfigError(error.problem, file=file, key=key) from None


def _timings(study: Study) -> dict[str, str]:
    """Return every variable of a study with its timing (empty where none is declared)."""
    return {
        **{row["variable"]: row["timing"] or "" for row in study.codebook},
        **{name: entry.timing or "" for name, entry in study.variables.items()},
    }


def _roles(study: Study) -> dict[str, str]:
    """Return every variable of a study with its role."""
    return {
        **{row["variable"]: row["role"] or "" for row in study.codebook},
        **{name: entry.role for name, entry in study.variables.items()},
    }


def _with_role(study: Study, role: str) -> list[str]:
    return [name for name, own in _roles(study).items() if own == role]
