"""Contracts of estimates, their errors, scores, tests and sensitivity."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema


def estimates() -> DataFrameSchema:
    """Contract ``estimates``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "spec_id": Column(
                str, unique=True, description="analysis/strategy-or-estimator/outcome"
            ),
            "analysis": Column(str),
            "sample": Column(str),
            "method": Column(str),
            "treatment": Column(str),
            "outcome": Column(str),
            "unit": Column(str, description="unit of `estimate`; shares are kept as fractions"),
            "strategy": Column(str, description="matching strategy, or panel estimator"),
            "estimand": Column(str),
            "estimate": Column(float, **number),
            "std_error": Column(float, Check.ge(0), **number),
            "vcov": Column(str, description="how `std_error` was computed"),
            "df": Column(float, **number),
            "statistic": Column(float, **number),
            "p_value": Column(float, Check.in_range(0, 1), **number),
            "conf_low": Column(float, **number),
            "conf_high": Column(float, **number),
            "treated_mean": Column(float, **number),
            "control_mean": Column(float, **number, description="matched (weighted) controls"),
            "counterfactual_mean": Column(
                float, **number, description="treated mean less the effect"
            ),
            "percent": Column(float, **number, description="percent of the counterfactual"),
            "percent_low": Column(float, **number),
            "percent_high": Column(float, **number),
            "percent_control": Column(
                float, **number, description="percent of the matched control mean"
            ),
            "percent_control_low": Column(float, **number),
            "percent_control_high": Column(float, **number),
            "percent_reason": Column(str, description="why a percent is missing, else empty"),
            "n_treated": Column(int),
            "n_control": Column(int, description="controls with a positive weight"),
            "n_groups": Column(int, description="groups with a non-zero score"),
            "ess": Column(float, **number, description="Kish effective number of controls"),
            "dropped": Column(int, description="treated units without a match"),
            "balanced": Column(
                str, Check.isin(["yes", "no", ""]), description="empty: not a match"
            ),
            "synthetic": Column(bool),
            "notes": Column(str),
        },
        strict=True,
    )


def std_errors() -> DataFrameSchema:
    """Contract ``std_errors``."""
    return DataFrameSchema(
        {
            "spec_id": Column(str),
            "kind": Column(str, description="group, ai2006, pair, hc1, arellano ..."),
            "label": Column(str),
            "std_error": Column(float, Check.ge(0), nullable=True),
        },
        strict=True,
    )


def scores() -> DataFrameSchema:
    """Contract ``scores``."""
    return DataFrameSchema(
        {
            "group": Column(str, unique=True),
            ".*/.*/.*": Column(
                float, nullable=True, regex=True, description="missing: not compared"
            ),
        },
        strict=True,
    )


def tests() -> DataFrameSchema:
    """Contract ``tests``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "spec_id": Column(str, unique=True),
            "family": Column(str, description="hypotheses that are tested together"),
            "p_bootstrap": Column(float, Check.in_range(0, 1), **number),
            "boot_low": Column(float, **number),
            "boot_high": Column(float, **number),
            "p_romano_wolf": Column(float, Check.in_range(0, 1), **number),
            "q_value": Column(float, Check.in_range(0, 1), **number),
            "few_groups": Column(bool, description="fewer than 40 groups: Webb weights"),
            "fewest_in_arm": Column(int, Check.ge(0), description="groups in the smaller arm"),
            "draws": Column(int, Check.gt(0)),
        },
        strict=True,
    )


def sensitivity() -> DataFrameSchema:
    """Contract ``sensitivity``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    share = Check.in_range(0, 1)
    return DataFrameSchema(
        {
            "spec_id": Column(str, unique=True),
            "n_pairs": Column(int, Check.ge(0), description="matched pairs whose outcomes differ"),
            "critical_gamma": Column(float, Check.ge(1), **number),
            "gamma_reason": Column(str, description="why there are no bounds, else empty"),
            "regression_estimate": Column(float, **number, description="weighted, with covariates"),
            "regression_std_error": Column(float, Check.ge(0), **number, description="by group"),
            "partial_r2": Column(float, share, **number, description="of treatment with outcome"),
            "robustness_value": Column(float, share, **number, description="estimate to zero"),
            "robustness_value_interval": Column(float, share, **number),
            "benchmark_estimate": Column(float, **number),
            "benchmark": Column(str, description="covariate; empty where there is none"),
            "regression_reason": Column(str, description="why there is no regression, else empty"),
            "short_effect": Column(float, **number, description="all units, treatment alone"),
            "short_r2": Column(float, share, **number),
            "long_effect": Column(float, **number, description="all units, with covariates"),
            "long_r2": Column(float, share, **number),
            "r2_max": Column(float, share, **number),
            "oster_delta": Column(float, **number),
            "oster_effect": Column(float, **number, description="at delta 1"),
            "risk_ratio": Column(float, **number, description="outcomes of 0 and 1 only"),
            "e_value": Column(float, Check.ge(1), **number),
            "e_value_interval": Column(float, Check.ge(1), **number),
        },
        strict=True,
    )


def leave_one_out() -> DataFrameSchema:
    """Contract ``leave_one_out``."""
    return DataFrameSchema(
        {
            "spec_id": Column(str),
            "left_out": Column(str, description="region whose units are left out"),
            "estimate": Column(float, nullable=True),
            "std_error": Column(float, Check.ge(0), nullable=True, description="clustered"),
            "p_value": Column(float, Check.in_range(0, 1), nullable=True),
            "n_treated": Column(int, Check.ge(0)),
            "n_control": Column(int, Check.ge(0)),
            "reason": Column(str, description="why there is no estimate, else empty"),
        },
        strict=True,
    )
