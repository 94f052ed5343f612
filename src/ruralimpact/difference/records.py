"""Rows of the tables behind estimates over time (`ruralimpact.contracts.difference`)."""

from dataclasses import dataclass, field, fields

from ruralimpact.result_rows import MISSING, EstimatedRow


@dataclass(frozen=True, kw_only=True)
class EventStudyRow(EstimatedRow):
    """A mean of an arm, or an effect of one kind, or why there is none: contract ``event_study``."""

    analysis: str
    outcome: str
    unit: str
    kind: str
    arm: str = ""
    cohort: float = MISSING
    period: float = MISSING
    event_time: float = MISSING
    before: bool = False
    band_low: float = MISSING
    band_high: float = MISSING
    n_treated: int = 0
    n_control: int = 0
    n_clusters: int = 0
    reason: str = ""
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class PreTrendRow:
    """The test that nothing happened before treatment: contract ``pre_trends``."""

    analysis: str
    outcome: str
    statistic: float = MISSING
    df: float = MISSING
    df_denominator: float = MISSING
    p_value: float = MISSING
    n_pre: int
    reason: str = ""
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class GoodmanBaconRow:
    """A comparison that two-way fixed effects average: contract ``goodman_bacon``."""

    analysis: str
    outcome: str
    unit: str
    kind: str
    cohort: float
    other: float
    weight: float
    estimate: float
    n_treated: int
    n_control: int
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class ParallelTrendsRow(EstimatedRow):
    """An interval that allows trends to differ, or why there is none: contract ``parallel_trends``."""

    analysis: str
    outcome: str
    unit: str
    restriction: str
    magnitude: float = MISSING
    breakdown: float = MISSING
    reason: str = ""
    synthetic: bool


@dataclass(frozen=True)
class DifferenceRows:
    """Rows by the table that they go to."""

    event_study: list[EventStudyRow] = field(default_factory=list)
    pre_trends: list[PreTrendRow] = field(default_factory=list)
    goodman_bacon: list[GoodmanBaconRow] = field(default_factory=list)
    parallel_trends: list[ParallelTrendsRow] = field(default_factory=list)

    def extend(self, other: "DifferenceRows") -> None:
        """Append the rows of another outcome."""
        for table in fields(self):
            getattr(self, table.name).extend(getattr(other, table.name))
