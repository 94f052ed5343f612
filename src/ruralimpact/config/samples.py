"""The rules for samples of several waves: what they refer to, and what must come before what."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.config.waves import (
    rounds_of,
    wave_order,
    waves_not_after,
    waves_out_of_order,
)
from ruralimpact.errors import ConfigError
from ruralimpact.schema.sample import Sample
from ruralimpact.schema.study import Study
from ruralimpact.schema.waves import refuse_unordered


@Rule
def check_sample_waves(study: Study, roles: Mapping[str, str], file: Path) -> Iterator[ConfigError]:
    """Check the keys of samples that concern waves.

    Parameters
    ----------
    study : Study
        Its samples' sources known to exist.
    roles : mapping of str to str
        Role of every variable.
    file : path
        study.yaml, for messages.
    """
    out_of_order = list(_waves_out_of_order(study, file))
    yield from out_of_order
    circles = [problem for name in study.samples for problem in _circle(study, name, file)]
    yield from circles
    if not circles and not out_of_order:
        yield from _asked_later(study, file)
    for name, sample in study.samples.items():
        key = f"samples.{name}"
        if sample.baseline is not None and not circles and not out_of_order:
            where = f"{key}.baseline"
            yield from waves_not_after(study, name, sample.baseline, file, where)
        yield from _unknown_arms(sample, roles, file, key)
        if (periods := sample.two_periods) is not None and not out_of_order:
            where = f"{key}.two_periods"
            yield from waves_out_of_order(study, periods.before, periods.after, file, where)
        named = sample.outcomes or ()
        yield from unknown_names(named, study.outcomes, "outcome", file, f"{key}.outcomes")
    for analysis in study.comparisons:
        if analysis.sample not in study.samples:
            continue
        outcomes = study.samples[analysis.sample].outcomes or study.outcomes
        for outcome in analysis.outcomes:
            if outcome in study.outcomes and outcome not in outcomes:
                problem = f"the sample '{analysis.sample}' does not have the outcome '{outcome}'."
                yield ConfigError(problem, file=file, key=f"analyses.{analysis.name}.outcomes")


def _waves_out_of_order(study: Study, file: Path) -> Iterator[ConfigError]:
    try:
        refuse_unordered(wave_order(study), study.declared_waves)
    except ConfigError as problem:
        yield problem.at(file=file, key=problem.key, mark=None)


def _asked_later(study: Study, file: Path) -> Iterator[ConfigError]:
    """Refuse analyses of what was first asked after the last wave of their sample."""
    for part in rounds_of(study).values():
        described = {row.variable for row in part.codebook}
        known = {*described, *part.variables, *part.outcomes}
        for analysis in part.comparisons:
            for option in ("outcomes", "covariates", "exact"):
                for name in getattr(analysis, option, ()):
                    declared = {*study.variables, *study.outcomes} | {
                        row.variable for row in study.codebook
                    }
                    if name in declared and name not in known:
                        problem = (
                            f"'{name}' is made of what was first asked after the last wave of the sample "
                            f"'{analysis.sample}'."
                        )
                        key = f"analyses.{analysis.name}.{option}"
                        yield ConfigError(problem, file=file, key=key)


def _circle(
    study: Study, name: str, file: Path, seen: tuple[str, ...] = ()
) -> Iterator[ConfigError]:
    sample = study.samples[name]
    for option, other in (("baseline", sample.baseline), ("restrict_to", sample.restrict_to)):
        if other is None:
            continue
        key = f"samples.{name}.{option}"
        if other in (*seen, name):
            problem = f"the samples {', '.join(sorted({*seen, name}))} refer to each other."
            yield ConfigError(problem, file=file, key=key)
        elif other not in study.samples:
            yield from unknown_names([other], study.samples, "sample", file, key)
        else:
            yield from _circle(study, other, file, (*seen, name))


def _unknown_arms(
    sample: Sample, roles: Mapping[str, str], file: Path, key: str
) -> Iterator[ConfigError]:
    options = {
        "arm": (sample.arm, "treatment"),
        "first_treated": (sample.first_treated, "adoption"),
    }
    for option, (name, role) in options.items():
        known = [variable for variable, own in roles.items() if own == role]
        named, kind = [name] if name else [], f"{role} variable"
        yield from unknown_names(named, known, kind, file, f"{key}.{option}")
