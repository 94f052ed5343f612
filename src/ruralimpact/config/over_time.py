"""The rules for analyses that compare changes of units over waves, and what each design can bear."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.config.waves import waves_out_of_order
from ruralimpact.design.methods import OVER_TIME
from ruralimpact.errors import ConfigError
from ruralimpact.schema.analysis import (
    Analysis,
    BeforeAfter,
    BetweenWaves,
    OfSample,
    OverTime,
    Staggered,
    TripleDifference,
)
from ruralimpact.schema.study import Study


@Rule
def check_design(study: Study, analysis: Analysis, file: Path) -> Iterator[ConfigError]:
    """Refuse what the declared design cannot bear (METHODS: the design gate).

    Parameters
    ----------
    study : Study
    analysis : Analysis
    file : path
        study.yaml, for messages.
    """
    method, key = analysis.method, f"analyses.{analysis.name}.method"
    changes = method in ("panel", "matched_difference", *OVER_TIME)
    sample = study.samples.get(analysis.sample)
    design = (sample.design if sample else None) or study.design
    if design == "descriptive":
        problem = f"'{method}' compares, and this study only describes (design: descriptive)."
        yield ConfigError(problem, file=file, key=key)
    if design == "cross_section" and changes:
        yield ConfigError(
            f"'{method}' needs a wave before treatment, and this study is a cross_section: nothing was "
            "measured before, so no change can be told apart from a difference that was always there. "
            "What can be estimated is a difference in levels: 'matching' or 'difference_in_means'.",
            file=file,
            key=key,
        )
    if design == "before_after" and method != "before_after":
        yield ConfigError(
            f"'{method}' needs units that were not treated, and this study has none (before_after). What "
            "can be estimated is the change of the treated, which is not attributable to the project: "
            "'before_after'.",
            file=file,
            key=key,
        )
    alone = isinstance(analysis, BeforeAfter) and analysis.treatment is None
    if alone and design != "before_after":
        yield ConfigError(
            "say with `treatment` which units are treated: this study has others too.",
            file=file,
            key=f"analyses.{analysis.name}",
        )


@Rule
def check_over_time(
    study: Study,
    analysis: Analysis,
    roles: Mapping[str, str],
    timings: Mapping[str, str],
    file: Path,
) -> Iterator[ConfigError]:
    """Check an analysis over time; others pass.

    Parameters
    ----------
    study : Study
        The analysis' sample known to exist.
    analysis : Analysis
    roles, timings : mapping of str to str
        Of every variable.
    file : path
        study.yaml, for messages.
    """
    if not isinstance(analysis, OverTime):
        return
    key = f"analyses.{analysis.name}"
    yield from single_wave(study, analysis, file, key)
    if isinstance(analysis, BetweenWaves):
        yield from waves_out_of_order(study, analysis.before, analysis.after, file, key)
    if isinstance(analysis, Staggered) and analysis.first_treated is not None:
        known = [name for name, role in roles.items() if role == "adoption"]
        named = analysis.first_treated
        yield from unknown_names([named], known, "adoption variable", file, f"{key}.first_treated")
    if isinstance(analysis, TripleDifference):
        yield from unknown_names([analysis.eligible], timings, "variable", file, f"{key}.eligible")
        if timings.get(analysis.eligible) == "post":
            problem = f"'{analysis.eligible}' was measured after the treatment."
            yield ConfigError(problem, file=file, key=f"{key}.eligible")


def single_wave(study: Study, analysis: OfSample, file: Path, key: str) -> Iterator[ConfigError]:
    """Yield an error where an analysis of several waves is of a sample that has one only."""
    sample = study.samples[analysis.sample]
    named = [source for source in study.sources if source.name in sample.sources]
    several = any(source.wave_variable is not None for source in named)
    waves = {source.wave for source in named if source.wave is not None}
    if not several and len(waves) < 2:
        yield ConfigError(
            f"the sample '{analysis.sample}' has a single wave, so there is no change to compare.",
            file=file,
            key=f"{key}.sample",
        )
