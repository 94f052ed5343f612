"""The rule for survival: which options of its sample it heeds."""

from collections.abc import Iterator
from pathlib import Path

from ruralimpact.config.rule import Rule
from ruralimpact.config.sample_options import unknown_to
from ruralimpact.errors import ConfigError
from ruralimpact.schema.study import Study
from ruralimpact.schema.survival import Survival


@Rule
def check_survival(study: Study, file: Path) -> Iterator[ConfigError]:
    """Check the samples of survival analyses; others pass.

    Parameters
    ----------
    study : Study
    file : path
        study.yaml, for messages.
    """
    for analysis in study.analyses_of(Survival):
        if analysis.sample in study.samples:
            yield from unknown_to(study, analysis, "survival", file, known=("strata",))
