"""Strategies of a study that has no strategies.yaml."""

from ruralimpact.language import marked
from ruralimpact.schema.document import Contents

DEFAULT_STRATEGIES: tuple[Contents, ...] = (
    {"name": "nearest", "label": marked("Three nearest neighbours"), "method": "nearest", "k": 3},
    {"name": "kernel", "label": marked("Kernel"), "method": "kernel", "bandwidth": 0.06},
    {"name": "entropy", "label": marked("Entropy balancing"), "method": "entropy"},
)
"""A match, a kernel and weights: where all three agree, the way of comparing is not what decides."""
