"""Rows of the tables of sensitivity, and the parts that they are made of."""

from dataclasses import dataclass

_MISSING = float("nan")


@dataclass(frozen=True)
class PairBounds:
    """How strong hidden bias must be to explain the matched pairs away, or why that is not defined."""

    n_pairs: int = 0
    critical_gamma: float = _MISSING
    gamma_reason: str = ""


@dataclass(frozen=True)
class OmittedVariable:
    """How strong an omitted variable must be, beside the strongest covariate, or why that is not defined."""

    regression_estimate: float = _MISSING
    regression_std_error: float = _MISSING
    partial_r2: float = _MISSING
    robustness_value: float = _MISSING
    robustness_value_interval: float = _MISSING
    benchmark_estimate: float = _MISSING
    benchmark: str = ""
    regression_reason: str = ""


@dataclass(frozen=True)
class Proportional:
    """Selection on unobservables in proportion to that on observables (Oster 2019)."""

    short_effect: float = _MISSING
    short_r2: float = _MISSING
    long_effect: float = _MISSING
    long_r2: float = _MISSING
    r2_max: float = _MISSING
    oster_delta: float = _MISSING
    oster_effect: float = _MISSING


@dataclass(frozen=True)
class RiskRatio:
    """E-values of an outcome that is 0 or 1."""

    risk_ratio: float
    e_value: float
    e_value_interval: float


@dataclass(frozen=True)
class SensitivityRow:
    """A matched specification: contract ``sensitivity``."""

    spec_id: str
    n_pairs: int
    critical_gamma: float
    gamma_reason: str
    regression_estimate: float
    regression_std_error: float
    partial_r2: float
    robustness_value: float
    robustness_value_interval: float
    benchmark_estimate: float
    benchmark: str
    regression_reason: str
    short_effect: float
    short_r2: float
    long_effect: float
    long_r2: float
    r2_max: float
    oster_delta: float
    oster_effect: float
    risk_ratio: float
    e_value: float
    e_value_interval: float


@dataclass(frozen=True)
class WithoutRegion:
    """An estimate without the units of a region, or why there is none: contract ``leave_one_out``."""

    spec_id: str
    excluded: str
    estimate: float = _MISSING
    std_error: float = _MISSING
    p_value: float = _MISSING
    n_treated: int = 0
    n_control: int = 0
    reason: str = ""
