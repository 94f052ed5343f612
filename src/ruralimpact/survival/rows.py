"""Rows of the tables of survival (`ruralimpact.contracts.survival`)."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING, EstimatedRow


@dataclass(frozen=True)
class LevelOf:
    """Which units a curve is of: all, or a level of a variable."""

    by: str = ""
    by_label: str = ""
    level: str = ""


ALL_UNITS = LevelOf()


@dataclass(frozen=True, kw_only=True)
class SurvivalRow(EstimatedRow):
    """A share at a time, a bound, or a reason: contract ``survival``."""

    analysis: str
    part: str
    by: str = ""
    by_label: str = ""
    level: str = ""
    state: str
    label: str
    time: float = MISSING
    n_units: int
    n_clusters: int
    n_ended: int
    n_risk: int
    lowest: float
    highest: float
    reason: str = ""
    public_counts: bool
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class HazardRow(EstimatedRow):
    """A hazard ratio, as its logarithm, or why there is none: contract ``hazards``."""

    analysis: str
    by: str
    by_label: str
    level: str
    base: str
    n_units: int
    n_clusters: int
    n_ended: int
    n_periods: int
    df: float = MISSING
    p_value: float = MISSING
    reason: str = ""
    public_counts: bool
    synthetic: bool
