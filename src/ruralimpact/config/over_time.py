"""The rules for analyses that compare changes of units over waves, and what each design can bear."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.names import require
from ruralimpact.design.methods import OVER_TIME
from ruralimpact.errors import ConfigError
from ruralimpact.schema.analysis import (
    Analysis,
    BeforeAfter,
    OverTime,
    Staggered,
    TripleDifference,
)
from ruralimpact.schema.study import Study


def check_design(study: Study, analysis: Analysis, file: Path) -> None:
    """Refuse what the declared design cannot bear (METHODS: the design gate).

    Parameters
    ----------
    study : Study
    analysis : Analysis
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
        With the reason, and what can be estimated instead.
    """
    method, key = analysis.method, f"analyses.{analysis.name}.method"
    changes = method in ("panel", "matched_difference", *OVER_TIME)
    sample = study.samples.get(analysis.sample)
    design = (sample.design if sample else None) or study.design
    if design == "cross_section" and changes:
        raise ConfigError(
            f"'{method}' needs a wave before treatment, and this study is a cross_section: nothing was "
            "measured before, so no change can be told apart from a difference that was always there. "
            "What can be estimated is a difference in levels: 'matching' or 'difference_in_means'.",
            file=file,
            key=key,
        )
    if design == "before_after" and method != "before_after":
        raise ConfigError(
            f"'{method}' needs units that were not treated, and this study has none (before_after). What "
            "can be estimated is the change of the treated, which is not attributable to the project: "
            "'before_after'.",
            file=file,
            key=key,
        )
    alone = isinstance(analysis, BeforeAfter) and analysis.treatment is None
    if alone and design != "before_after":
        raise ConfigError(
            "say with `treatment` which units are treated: this study has others too.",
            file=file,
            key=f"analyses.{analysis.name}",
        )


def check_over_time(
    study: Study,
    analysis: Analysis,
    roles: Mapping[str, str],
    timings: Mapping[str, str],
    file: Path,
) -> None:
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

    Raises
    ------
    ConfigError
    """
    if not isinstance(analysis, OverTime):
        return
    key = f"analyses.{analysis.name}"
    _check_sample(study, analysis, file, key)
    if isinstance(analysis, Staggered) and analysis.first_treated is not None:
        known = [name for name, role in roles.items() if role == "adoption"]
        named = analysis.first_treated
        require([named], known, "adoption variable", file, f"{key}.first_treated")
    if isinstance(analysis, TripleDifference):
        require([analysis.eligible], timings, "variable", file, f"{key}.eligible")
        if timings[analysis.eligible] == "post":
            problem = f"'{analysis.eligible}' was measured after the treatment."
            raise ConfigError(problem, file=file, key=f"{key}.eligible")


def _check_sample(study: Study, analysis: Analysis, file: Path, key: str) -> None:
    sample = study.samples[analysis.sample]
    named = [source for source in study.sources if source.name in sample.sources]
    several = any(source.wave_variable is not None for source in named)
    waves = {source.wave for source in named if source.wave is not None}
    if not several and len(waves) < 2:
        raise ConfigError(
            f"the sample '{analysis.sample}' has a single wave, so there is no change to compare.",
            file=file,
            key=f"{key}.sample",
        )


def check_over_time_exhibits(study: Study, file: Path) -> None:
    """Check that exhibits on estimates over time show analyses that have what they show.

    Parameters
    ----------
    study : Study
    file : path
        exhibits.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    methods = {analysis.name: analysis.method for analysis in study.analyses}
    for exhibit in study.exhibits["tables"] + study.exhibits["figures"]:
        _refuse_alone_among_effects(exhibit, methods, file)
        if exhibit["kind"] not in _SHOWN:
            continue
        wanted = _SHOWN[exhibit["kind"]]
        for name in exhibit["analyses"]:
            if methods[name] not in wanted:
                problem = (
                    f"'{name}' is of the method '{methods[name]}'; a '{exhibit['kind']}' shows "
                    f"{' or '.join(wanted)}."
                )
                raise ConfigError(problem, file=file, key=f"{exhibit['name']}.analyses")


def _refuse_alone_among_effects(
    exhibit: Mapping[str, Any], methods: Mapping[str, str], file: Path
) -> None:
    """Refuse a change of the treated alone where an exhibit would print it as an effect."""
    steps = [step["analysis"] for step in exhibit.get("steps", [])]
    for name in (*exhibit.get("analyses", []), *steps):
        if methods.get(name) == "before_after" and exhibit["kind"] not in _ALONE:
            problem = (
                f"'{name}' is a change of the treated alone, not attributable to the project; it may stand "
                f"in {' or '.join(_ALONE)}, and not in a '{exhibit['kind']}' of effects."
            )
            raise ConfigError(problem, file=file, key=f"{exhibit['name']}.analyses")


_ALONE = ("difference", "trends", "standard_errors", "p_values")
_COMPARED = ("difference_in_differences", "triple_difference", "staggered")
_SHOWN: dict[str, tuple[str, ...]] = {
    "difference": OVER_TIME,
    "group_time": ("staggered",),
    "goodman_bacon": ("staggered",),
    "parallel_trends": _COMPARED,
    "event_study": _COMPARED,
    "trends": OVER_TIME,
}
