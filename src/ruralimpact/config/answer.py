"""The rules for `answer:`, the estimates that answer the question of a study."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from ruralimpact.config.names import unknown_names
from ruralimpact.config.rule import Rule
from ruralimpact.design.methods import strategies_of
from ruralimpact.errors import ConfigError
from ruralimpact.schema.study import Study


@Rule
def check_answer(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check that the analyses, outcomes and strategies that the answer names are there.

    Parameters
    ----------
    study : Study
    file : path
        study.yaml, for messages.
    """
    for number, entry in enumerate(study.answer.outcomes, start=1):
        key = f"answer.outcomes.{number}"
        yield from _estimates(study, entry.analysis, [entry.outcome], file, key, "outcome")
        strategies = [entry.strategy] if entry.strategy else []
        known = [
            name
            for analysis in study.comparisons
            if analysis.name == entry.analysis
            for name in strategies_of(analysis)
        ]
        if known:
            yield from unknown_names(strategies, known, "strategy", file, f"{key}.strategy")
    for number, placebo in enumerate(study.answer.placebos, start=1):
        key = f"answer.placebos.{number}"
        yield from _estimates(study, placebo.analysis, placebo.outcomes, file, key, "outcomes")


def _estimates(
    study: Study, analysis: str, outcomes: Iterable[str], file: Path, key: str, option: str
) -> Iterator[ConfigError]:
    known = {comparison.name: comparison for comparison in study.comparisons}
    yield from unknown_names([analysis], known, "analysis", file, f"{key}.analysis")
    if analysis in known:
        own = known[analysis].outcomes
        yield from unknown_names(outcomes, own, "outcome", file, f"{key}.{option}")
