"""What a study need not say: samples, analyses, strategies and exhibits that follow from its design.

Contents of the files of a study are filled in before they are validated, so that a study that says everything
and one that leaves the same to its design are the same study.
"""

from ruralimpact.defaults.exhibits import (
    KINDS_WITH_DEFAULTS,
    mistaken_changes,
    with_default_exhibits,
    with_default_options,
)
from ruralimpact.defaults.strategies import DEFAULT_STRATEGIES
from ruralimpact.defaults.study import with_default_keys

__all__ = [
    "DEFAULT_STRATEGIES",
    "KINDS_WITH_DEFAULTS",
    "mistaken_changes",
    "with_default_exhibits",
    "with_default_keys",
    "with_default_options",
]
