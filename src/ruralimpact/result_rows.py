"""Fields that the rows of several result tables share; tables have them in the order of their contract."""

from dataclasses import dataclass

MISSING = float("nan")


@dataclass(frozen=True, kw_only=True)
class EstimatedRow:
    """A number with its standard error and 95 percent interval; missing where there is none."""

    estimate: float = MISSING
    std_error: float = MISSING
    conf_low: float = MISSING
    conf_high: float = MISSING


@dataclass(frozen=True, kw_only=True)
class TestedRow(EstimatedRow):
    """A number with its test against zero, or the statistic of a joint test."""

    df: float = MISSING
    statistic: float = MISSING
    p_value: float = MISSING


@dataclass(frozen=True, kw_only=True)
class MeasureRow(EstimatedRow):
    """A measure of some units with its clustered interval, or the reason why there is none."""

    analysis: str
    measure: str
    df: float = MISSING
    n_clusters: int
    reason: str
    n_units: int
    synthetic: bool
