"""Rows of the tables of returns, (`ruralimpact.contracts.returns`)."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING, MeasureRow


@dataclass(frozen=True, kw_only=True)
class ReturnRow(MeasureRow):
    """A measure of an account, of all units or of a level: ``returns`` and ``returns_scenarios``."""

    account: str
    scenario: str
    by: str
    level: str
    unit: str


@dataclass(frozen=True, kw_only=True)
class UnitReturnRow:
    """What the investment of a unit returned, or why it has no cash flow: contract ``returns_by_unit``."""

    analysis: str
    account: str
    unit_id: str
    irr: float = MISSING
    roots: int = 0
    npv: float = MISSING
    payback: float = MISSING
    reason: str
    n_units: int
    synthetic: bool


@dataclass(frozen=True)
class CrossingRow:
    """How many of some units a scenario carries below the threshold: contract ``returns_crossings``."""

    analysis: str
    account: str
    scenario: str
    by: str
    level: str
    n_units: int
    n_clusters: int
    above_record: float
    negative_record: float
    above: float
    lost: float
    public_counts: bool
    synthetic: bool


@dataclass(frozen=True)
class DriverRow:
    """What a driver does to the rate of return of an account: contract ``returns_drivers``."""

    analysis: str
    account: str
    driver: str
    label: str
    level: str
    kind: str
    factor: float
    irr: float
    npv: float
    reason: str
    unit: str
    n_units: int
    synthetic: bool
