"""Rows of the tables of gains, (`ruralimpact.contracts.gains`)."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING, MeasureRow


@dataclass(frozen=True, kw_only=True)
class GainRow(MeasureRow):
    """A measure of an outcome, of all units or of a level: contract ``gains``."""

    outcome: str
    unit: str
    by: str
    level: str
    n_without_base: int


@dataclass(frozen=True)
class UnitGainRow:
    """The gain of a unit: contract ``gains_by_unit``."""

    analysis: str
    outcome: str
    unit: str
    unit_id: str
    level: str
    ratio: float
    change: float
    reason: str
    n_units: int
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class VarianceRow:
    """The variance of the gains of an outcome: contract ``gain_variance``; without components, a reason."""

    analysis: str
    outcome: str
    unit: str
    within: str
    between: float = MISSING
    inside: float = MISSING
    share_between: float = MISSING
    conf_low: float = MISSING
    conf_high: float = MISSING
    n_levels: int
    n_units: int
    reason: str = ""
    synthetic: bool


@dataclass(frozen=True)
class GrowthRow:
    """Growth without the programme at which an average of gains and an effect agree: ``growth_without``."""

    analysis: str
    outcome: str
    unit: str
    effect: str
    label: str
    percent: float
    gain: float
    estimate: float
    conf_low: float
    conf_high: float
    measure: str
    n_units: int
    n_clusters: int
    synthetic: bool


@dataclass(frozen=True, kw_only=True)
class TargetingRow(MeasureRow):
    """What share of places, units or an amount is where an index is high: contract ``targeting``."""

    place: str
