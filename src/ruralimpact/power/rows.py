"""Rows of the table of detectable effects, and the parts that they are made of."""

from dataclasses import dataclass

from ruralimpact.result_rows import MISSING


@dataclass(frozen=True, kw_only=True)
class Autocorrelations:
    """Correlations with the baseline that a row rests on; missing where it rests on none."""

    group_autocorrelation: float = MISSING
    unit_autocorrelation: float = MISSING
    autocorrelation: float = MISSING
    basis: str = ""


@dataclass(frozen=True, kw_only=True)
class PresentWave:
    """What the present wave tells of the next; missing where nothing can be estimated."""

    icc: float = MISSING
    icc_low: float = MISSING
    icc_high: float = MISSING
    icc_unadjusted: float = MISSING
    group_r2: float = MISSING
    unit_r2: float = MISSING
    control_mean: float = MISSING
    control_sd: float = MISSING
    groups_now: int = 0
    units_now: int = 0
    controls_now: int = 0


@dataclass(frozen=True, kw_only=True)
class PowerRow(PresentWave, Autocorrelations):
    """A size and design of the next wave, or why nothing can be estimated: contract ``power``."""

    analysis: str
    outcome: str
    unit: str
    synthetic: bool
    design: str
    n_clusters: int
    group_size: float = MISSING
    size_cv: float = MISSING
    attrition: float = MISSING
    treated_share: float = MISSING
    weight_cv: float = MISSING
    power: float = MISSING
    level: float = MISSING
    std_error: float = MISSING
    mde: float = MISSING
    mde_percent: float = MISSING
    mde_sd: float = MISSING
    reason: str = ""
