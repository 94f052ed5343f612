"""Rows that a stage excludes, counted with the reason: contract ``exclusions``."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ExclusionRow:
    """Rows that one reason excludes.

    Attributes
    ----------
    stage : {"construct", "design", "estimate"}
    scope : str
        Sample, analysis or analysis/strategy.
    reason : str
    rows, rows_before : int
        Rows excluded, and those that there were before.
    """

    stage: str
    scope: str
    reason: str
    rows: int
    rows_before: int
