"""Contracts of effects by subgroup and by part, and of associations."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema


def subgroups() -> DataFrameSchema:
    """Contract ``subgroups``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    share = Check.in_range(0, 1)
    return DataFrameSchema(
        {
            "spec_id": Column(str, description="the estimate on everyone"),
            **{name: Column(str) for name in ("analysis", "sample", "method", "outcome", "unit")},
            "strategy": Column(str),
            "estimand": Column(str),
            "subgroup": Column(str, description="name of the entry of `subgroups:`"),
            "subgroup_label": Column(str),
            "basis": Column(str, Check.isin(["declared", "baseline", "predicted", "realised"])),
            "kind": Column(str, Check.isin(["level", "difference", "equality"])),
            "level": Column(str, description="the level, or the first of a difference"),
            "against": Column(str, description="the level subtracted, in a difference"),
            "place": Column(int, description="position of the level, -1 in tests of equality"),
            "low": Column(float, **number, description="smallest value in a quantile class"),
            "high": Column(float, **number),
            "estimate": Column(float, **number),
            "std_error": Column(float, Check.ge(0), **number, description="clustered by group"),
            "statistic": Column(float, **number, description="t, or F of a test of equality"),
            "df": Column(float, **number, description="of t, or of F's numerator"),
            "df_denominator": Column(float, **number),
            "p_value": Column(float, share, **number),
            "p_adjusted": Column(float, share, **number, description="Romano-Wolf, in the family"),
            "conf_low": Column(float, **number),
            "conf_high": Column(float, **number),
            "bootstrap": Column(bool, description="p and interval from the wild bootstrap"),
            "treated_mean": Column(float, **number),
            "control_mean": Column(float, **number),
            "counterfactual_mean": Column(float, **number),
            "percent": Column(float, **number, description="percent of the counterfactual"),
            "percent_low": Column(float, **number),
            "percent_high": Column(float, **number),
            "percent_reason": Column(str),
            "n_treated": Column(int, Check.ge(0)),
            "n_control": Column(int, Check.ge(0)),
            "n_groups": Column(int, Check.ge(0)),
            "ess": Column(float, **number),
            "dropped": Column(int, Check.ge(0), description="treated units without a match"),
            "balanced": Column(str, Check.isin(["yes", "no", ""]), description="in the level"),
            "warning": Column(str, description="why the row is no evidence, else empty"),
            "reason": Column(str, description="why there is no estimate, else empty"),
            "synthetic": Column(bool),
        },
        strict=True,
    )


def decomposition() -> DataFrameSchema:
    """Contract ``decomposition``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "spec_id": Column(str, description="the estimate that is split"),
            **{name: Column(str) for name in ("analysis", "outcome", "unit", "strategy")},
            "part": Column(str, Check.isin(["total", "volume", "mix", "quality", "price", "cost"])),
            "product": Column(str, description="empty: all products"),
            "estimate": Column(float, **number, description="parts sum to the total"),
            "std_error": Column(float, Check.ge(0), **number),
            "df": Column(float, **number),
            "statistic": Column(float, **number),
            "p_value": Column(float, Check.in_range(0, 1), **number),
            "conf_low": Column(float, **number),
            "conf_high": Column(float, **number),
            "reason": Column(str, description="why there is no split, else empty"),
            "synthetic": Column(bool),
        },
        strict=True,
    )


def associations() -> DataFrameSchema:
    """Contract ``associations``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "association": Column(str, description="name of the entry of `associations:`"),
            "label": Column(str),
            "outcome": Column(str),
            "unit": Column(str),
            "kind": Column(str, Check.isin(["coefficient", "jointly zero"])),
            "variable": Column(str, description="with its level in brackets"),
            "variable_label": Column(str),
            "estimate": Column(float, **number, description="among beneficiaries; no effect"),
            "std_error": Column(float, Check.ge(0), **number, description="clustered by group"),
            "statistic": Column(float, **number, description="t, or F of the joint test"),
            "df": Column(float, **number),
            "p_value": Column(float, Check.in_range(0, 1), **number),
            "conf_low": Column(float, **number),
            "conf_high": Column(float, **number),
            "df_denominator": Column(float, **number),
            "mean": Column(float, **number, description="of the variable among beneficiaries"),
            "n_groups": Column(int, Check.ge(0)),
            "n_units": Column(int, Check.ge(0)),
            "r_squared": Column(float, **number),
            "synthetic": Column(bool),
        },
        strict=True,
    )
