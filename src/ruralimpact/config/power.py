"""The rules between the keys of a study's block on the power of its next wave."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.config.names import repeated_names, unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.errors import ConfigError
from ruralimpact.schema.study import Study

_METHODS = ("matching", "matched_difference", "difference_in_means")


@Rule
def check_power(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check that analyses and outcomes exist, and compare two arms.

    Parameters
    ----------
    study : Study
    file : path
        study.yaml, for messages.
    """
    analyses = {analysis.name: analysis for analysis in study.comparisons}
    asked = [entry.analysis for entry in study.power]
    yield from unknown_names(asked, analyses, "analysis", file, "power.analysis")
    yield from repeated_names(asked, file, "power.analysis")
    for entry in study.power:
        if entry.analysis not in analyses:
            continue
        if analyses[entry.analysis].method not in _METHODS:
            problem = (
                f"'{entry.analysis}' does not compare two arms of units; use an analysis of the method "
                f"{', '.join(_METHODS)}."
            )
            yield ConfigError(problem, file=file, key="power.analysis")
        for outcome in entry.outcomes:
            if outcome not in analyses[entry.analysis].outcomes:
                problem = f"'{outcome}' is no outcome of the analysis '{entry.analysis}'."
                yield ConfigError(problem, file=file, key="power.outcomes")
