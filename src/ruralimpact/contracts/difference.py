"""Contracts of what stands behind estimates over time: dynamics, pre-trends, and their sensitivity."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema

KINDS = ("mean", "group_time", "event", "cohort", "calendar")


def dynamics() -> DataFrameSchema:
    """Contract ``dynamics``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "outcome": Column(str),
            "unit": Column(str),
            "kind": Column(str, Check.isin(KINDS), description="mean: of an arm, no effect"),
            "arm": Column(str, description="of a mean, else empty"),
            "cohort": Column(float, **number, description="wave of first treatment"),
            "period": Column(float, **number, description="wave"),
            "event_time": Column(float, **number, description="waves since first treatment"),
            "before": Column(bool, description="a pseudo-effect before treatment"),
            "estimate": Column(float, **number),
            "std_error": Column(float, Check.ge(0), **number, description="clustered by group"),
            "conf_low": Column(float, **number, description="of this estimate alone"),
            "conf_high": Column(float, **number),
            "band_low": Column(float, **number, description="of all of the kind at once"),
            "band_high": Column(float, **number),
            "n_treated": Column(int, Check.ge(0), description="of a mean: its units"),
            "n_control": Column(int, Check.ge(0)),
            "n_groups": Column(int, Check.ge(0)),
            "reason": Column(str, description="why there is no estimate or error, else empty"),
            "synthetic": Column(bool),
        },
        strict=True,
    )


def pre_trends() -> DataFrameSchema:
    """Contract ``pre_trends``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "outcome": Column(str),
            "statistic": Column(float, **number, description="F, that all are zero"),
            "df": Column(float, **number),
            "df_denominator": Column(float, **number),
            "p_value": Column(float, Check.in_range(0, 1), **number),
            "n_pre": Column(int, Check.ge(0), description="times before treatment"),
            "reason": Column(str, description="why there is no test, else empty"),
            "synthetic": Column(bool),
        },
        strict=True,
    )


def comparisons() -> DataFrameSchema:
    """Contract ``comparisons``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    kinds = ("earlier_vs_later", "later_vs_earlier", "treated_vs_never", "treated_vs_always")
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "outcome": Column(str),
            "unit": Column(str),
            "kind": Column(str, Check.isin(kinds)),
            "cohort": Column(float, coerce=True, description="wave of first treatment"),
            "other": Column(float, **number, description="of its controls; missing: never"),
            "weight": Column(float, **number, description="in two-way fixed effects; sum to 1"),
            "estimate": Column(float, **number),
            "n_treated": Column(int, Check.ge(0), description="units of the cohort"),
            "n_control": Column(int, Check.ge(0), description="units of its controls"),
            "synthetic": Column(bool),
        },
        strict=True,
    )


def parallel_trends() -> DataFrameSchema:
    """Contract ``parallel_trends``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    restrictions = ("relative_magnitudes", "smoothness")
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "outcome": Column(str),
            "unit": Column(str),
            "restriction": Column(str, Check.isin(restrictions)),
            "magnitude": Column(float, **number, description="Mbar, or M in the outcome's unit"),
            "estimate": Column(float, **number, description="average over times since treatment"),
            "std_error": Column(float, Check.ge(0), **number, description="clustered by group"),
            "conf_low": Column(float, **number, description="if trends differ by no more"),
            "conf_high": Column(float, **number),
            "breakdown": Column(float, **number, description="largest magnitude without zero"),
            "reason": Column(str, description="why there is no interval, else empty"),
            "synthetic": Column(bool),
        },
        strict=True,
    )
