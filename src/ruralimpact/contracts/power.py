"""Contract of what the next wave could detect."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema


def power() -> DataFrameSchema:
    """Contract ``power``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    share = Check.in_range(0, 1)
    return DataFrameSchema(
        {
            **{name: Column(str) for name in ("analysis", "outcome", "unit")},
            "design": Column(str, Check.isin(["cross_section", "ancova", "difference"])),
            "n_groups": Column(int, Check.ge(4), description="of the next wave, both arms"),
            "group_size": Column(float, Check.ge(1), coerce=True, description="before attrition"),
            "size_cv": Column(float, Check.ge(0), coerce=True),
            "attrition": Column(float, share, coerce=True),
            "treated_share": Column(float, share, coerce=True, description="of groups"),
            "icc": Column(float, coerce=True, description="covariates fitted; below 0 counts as 0"),
            "icc_low": Column(float, coerce=True),
            "icc_high": Column(float, coerce=True),
            "icc_unadjusted": Column(float, coerce=True, description="within arms only"),
            "group_r2": Column(float, **number, description="of covariates, between groups"),
            "unit_r2": Column(float, **number, description="of covariates, within groups"),
            "group_autocorrelation": Column(float, Check.in_range(-1, 1), **number),
            "unit_autocorrelation": Column(float, Check.in_range(-1, 1), **number),
            "autocorrelation": Column(
                float, Check.in_range(-1, 1), **number, description="of group means, both waves"
            ),
            "basis": Column(
                str, Check.isin(["estimated", "assumed", ""]), description="of autocorrelations"
            ),
            "power": Column(float, share, coerce=True),
            "level": Column(float, share, coerce=True, description="of the two-sided test"),
            "std_error": Column(float, Check.gt(0), coerce=True, description="outcome's unit"),
            "mde": Column(float, Check.gt(0), coerce=True, description="outcome's unit"),
            "mde_percent": Column(
                float, **number, description="of the control mean; missing unless that is above 0"
            ),
            "mde_sd": Column(float, **number, description="standard deviations of the controls"),
            "control_mean": Column(float, **number, description="of the present wave"),
            "control_sd": Column(float, **number),
            "groups_now": Column(int, Check.ge(0), description="that the components rest on"),
            "units_now": Column(int, Check.ge(0)),
            "controls_now": Column(int, Check.ge(0)),
            "synthetic": Column(bool),
        },
        strict=True,
    )
