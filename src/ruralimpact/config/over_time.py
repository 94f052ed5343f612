"""The rules for analyses that compare changes of units over waves, and what each design can bear."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ruralimpact.config.names import require
from ruralimpact.config.waves import wave_key
from ruralimpact.design.methods import OVER_TIME, strategies_of
from ruralimpact.errors import ConfigError

Study = Mapping[str, Any]

_ADJUSTED = ("doubly_robust", "regression", "weighting")


def check_design(study: Study, analysis: Mapping[str, Any], file: Path) -> None:
    """Refuse what the declared design cannot bear (METHODS: the design gate).

    Parameters
    ----------
    study : mapping
        ``design``, and that of the sample where it states one.
    analysis : mapping
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
        With the reason, and what can be estimated instead.
    """
    method, key = analysis["method"], f"analyses.{analysis['name']}.method"
    changes = method in ("panel", "matched_difference", *OVER_TIME)
    design = study["samples"].get(analysis["sample"], {}).get("design", study["design"])
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
    if method == "before_after" and design != "before_after" and "treatment" not in analysis:
        raise ConfigError(
            "say with `treatment` which units are treated: this study has others too.",
            file=file,
            key=f"analyses.{analysis['name']}",
        )


def check_over_time(
    study: Study,
    analysis: Mapping[str, Any],
    roles: Mapping[str, str],
    timings: Mapping[str, str],
    file: Path,
) -> None:
    """Check an analysis over time; others pass.

    Parameters
    ----------
    study : mapping
        As `ruralimpact.config.load_study` returns it, the analysis' sample known to exist.
    analysis : mapping
    roles, timings : mapping of str to str
        Of every variable.
    file : path
        study.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    if analysis["method"] not in OVER_TIME:
        return
    key = f"analyses.{analysis['name']}"
    _check_sample(study, analysis, file, key)
    if "first_treated" in analysis:
        known = [name for name, role in roles.items() if role == "adoption"]
        named = analysis["first_treated"]
        require([named], known, "adoption variable", file, f"{key}.first_treated")
    if analysis["method"] == "staggered" and ("treatment" in analysis) == (
        "first_treated" in analysis
    ):
        problem = "give either treatment (0 or 1 by wave) or first_treated (when it began)."
        raise ConfigError(problem, file=file, key=key)
    if "eligible" in analysis:
        require([analysis["eligible"]], timings, "variable", file, f"{key}.eligible")
        if timings[analysis["eligible"]] == "post":
            problem = f"'{analysis['eligible']}' was measured after the treatment."
            raise ConfigError(problem, file=file, key=f"{key}.eligible")
    both = set(map(str, analysis.get("before", []))) & set(map(str, analysis.get("after", [])))
    if both:
        raise ConfigError(f"wave {sorted(both)[0]} is both before and after.", file=file, key=key)
    if "before" in analysis and "after" in analysis:
        before = max(map(str, analysis["before"]), key=wave_key)
        after = min(map(str, analysis["after"]), key=wave_key)
        numbers = wave_key(before)[0] == wave_key(after)[0] == 0  # the order of words is as listed
        if numbers and wave_key(after) < wave_key(before):
            problem = f"wave {after} of `after` is not later than wave {before} of `before`."
            raise ConfigError(problem, file=file, key=f"{key}.after")
    _check_adjustment(analysis, file, key)


def _check_sample(study: Study, analysis: Mapping[str, Any], file: Path, key: str) -> None:
    sample = study["samples"][analysis["sample"]]
    named = [source for source in study["sources"] if source["name"] in sample["sources"]]
    several = any("wave_variable" in source for source in named)
    waves = {source["wave"] for source in named if "wave" in source}
    if not several and len(waves) < 2:
        raise ConfigError(
            f"the sample '{analysis['sample']}' has a single wave, so there is no change to compare.",
            file=file,
            key=f"{key}.sample",
        )


def _check_adjustment(analysis: Mapping[str, Any], file: Path, key: str) -> None:
    """Refuse adjustment for covariates without any, and covariates without adjustment."""
    if analysis.get("covariates"):
        if analysis.get("form") == "unconditional":
            problem = "the form 'unconditional' takes no covariates."
            raise ConfigError(problem, file=file, key=f"{key}.form")
        return
    for name in strategies_of(analysis):
        if name in _ADJUSTED:
            problem = f"'{name}' adjusts for covariates, and none are given."
            raise ConfigError(problem, file=file, key=f"{key}.estimators")


def check_over_time_exhibits(study: Study, file: Path) -> None:
    """Check that exhibits on estimates over time show analyses that have what they show.

    Parameters
    ----------
    study : mapping
    file : path
        exhibits.yaml, for messages.

    Raises
    ------
    ConfigError
    """
    methods = {analysis["name"]: analysis["method"] for analysis in study["analyses"]}
    for exhibit in study["exhibits"]["tables"] + study["exhibits"]["figures"]:
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
    "comparisons": ("staggered",),
    "parallel_trends": _COMPARED,
    "event_study": _COMPARED,
    "trends": OVER_TIME,
}
