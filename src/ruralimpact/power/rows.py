"""Rows of the table of detectable effects, and the parts that they are made of."""

from dataclasses import dataclass

_MISSING = float("nan")


@dataclass(frozen=True)
class Autocorrelations:
    """Correlations with the baseline that a row rests on; missing where it rests on none."""

    group_autocorrelation: float = _MISSING
    unit_autocorrelation: float = _MISSING
    autocorrelation: float = _MISSING
    basis: str = ""


@dataclass(frozen=True)
class PresentWave:
    """What the present wave tells of the next."""

    icc: float
    icc_low: float
    icc_high: float
    icc_unadjusted: float
    group_r2: float
    unit_r2: float
    control_mean: float
    control_sd: float
    groups_now: int
    units_now: int
    controls_now: int


@dataclass(frozen=True, kw_only=True)
class PowerRow:
    """A size and design of the next wave, or why nothing can be estimated: contract ``power``."""

    analysis: str
    outcome: str
    unit: str
    synthetic: bool
    design: str
    n_clusters: int
    group_size: float = _MISSING
    size_cv: float = _MISSING
    attrition: float = _MISSING
    treated_share: float = _MISSING
    weight_cv: float = _MISSING
    power: float = _MISSING
    level: float = _MISSING
    std_error: float = _MISSING
    mde: float = _MISSING
    mde_percent: float = _MISSING
    mde_sd: float = _MISSING
    group_autocorrelation: float = _MISSING
    unit_autocorrelation: float = _MISSING
    autocorrelation: float = _MISSING
    basis: str = ""
    icc: float = _MISSING
    icc_low: float = _MISSING
    icc_high: float = _MISSING
    icc_unadjusted: float = _MISSING
    group_r2: float = _MISSING
    unit_r2: float = _MISSING
    control_mean: float = _MISSING
    control_sd: float = _MISSING
    groups_now: int = 0
    units_now: int = 0
    controls_now: int = 0
    reason: str = ""
