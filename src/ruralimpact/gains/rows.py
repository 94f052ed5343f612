"""Rows of the tables of gains, in the order of their columns (`ruralimpact.contracts.gains`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class GainRow:
    """A measure of an outcome, of all units or of a level: contract ``gains``."""

    analysis: str
    outcome: str
    unit: str
    by: str
    level: str
    measure: str
    estimate: float
    std_error: float
    df: float
    conf_low: float
    conf_high: float
    n_clusters: int
    reason: str
    n_units: int
    n_without_base: int
    synthetic: bool


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
    between: float = float("nan")
    inside: float = float("nan")
    share_between: float = float("nan")
    conf_low: float = float("nan")
    conf_high: float = float("nan")
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


@dataclass(frozen=True)
class TargetingRow:
    """What share of places, units or an amount is where an index is high: contract ``targeting``."""

    analysis: str
    place: str
    measure: str
    estimate: float
    std_error: float
    df: float
    conf_low: float
    conf_high: float
    n_clusters: int
    reason: str
    n_units: int
    synthetic: bool
