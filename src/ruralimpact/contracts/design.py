"""Contracts of designs: matches, weights, propensity scores, balance."""

from typing import Any

from pandera.pandas import Check, Column, DataFrameSchema


def weights() -> DataFrameSchema:
    """Contract ``weights``."""
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "strategy": Column(str),
            "unit_id": Column(str),
            "treated": Column(int, Check.isin([0, 1])),
            "weight": Column(float, Check.ge(0), description="1 for a matched treated unit (ATT)"),
            "set": Column(int, description="matched set, -1 outside or where sets overlap"),
        },
        strict=True,
    )


def pairs() -> DataFrameSchema:
    """Contract ``pairs``."""
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "strategy": Column(str),
            "focal_id": Column(str),
            "match_id": Column(str),
            "weight": Column(float, Check.gt(0), description="share of the focal unit's match"),
        },
        strict=True,
    )


def propensity() -> DataFrameSchema:
    """Contract ``propensity``."""
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "link": Column(str, Check.isin(["logit", "probit"])),
            "unit_id": Column(str),
            "treated": Column(int, Check.isin([0, 1])),
            "linear_predictor": Column(float),
            "probability": Column(float, Check.in_range(0, 1)),
        },
        strict=True,
    )


def propensity_models() -> DataFrameSchema:
    """Contract ``propensity_models``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "link": Column(str, Check.isin(["logit", "probit"])),
            "kind": Column(str, Check.isin(["coefficient", "statistic"])),
            "term": Column(str, description="covariate, or name of the statistic"),
            "label": Column(str),
            "value": Column(float, **number),
            "std_error": Column(float, Check.ge(0), **number),
        },
        strict=True,
    )


def balance() -> DataFrameSchema:
    """Contract ``balance``."""
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "strategy": Column(str, description="'before' rows carry the empty string"),
            "stage": Column(str, Check.isin(["before", "after"])),
            "covariate": Column(str, description="covariate, with its level in brackets"),
            "label": Column(str),
            "binary": Column(bool),
            "treated_mean": Column(float, nullable=True),
            "control_mean": Column(float, nullable=True),
            "smd": Column(
                float, nullable=True, description="difference over the unmatched treated sd"
            ),
            "variance_ratio": Column(float, nullable=True, description="treated over control"),
            "ks": Column(
                float, nullable=True, description="largest distance between weighted ECDFs"
            ),
            "balanced": Column(bool, description="|smd| < 0.1 and, if not binary, ratio in 0.5-2"),
        },
        strict=True,
    )


def balance_summary() -> DataFrameSchema:
    """Contract ``balance_summary``."""
    number: dict[str, Any] = {"coerce": True, "nullable": True}
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "strategy": Column(str, description="empty before matching"),
            "mean_bias": Column(float, **number, description="percent, pstest's denominator"),
            "median_bias": Column(float, **number),
            "pseudo_r2": Column(float, **number, description="of the refitted probit"),
            "lr_p_value": Column(float, Check.in_range(0, 1), **number),
            "rubin_b": Column(float, **number, description="percent; below 25 is good"),
            "rubin_r": Column(float, **number, description="0.5 to 2 is good"),
            "overlap": Column(float, **number, description="coefficient of the score's densities"),
        },
        strict=True,
    )


def designs() -> DataFrameSchema:
    """Contract ``designs``."""
    return DataFrameSchema(
        {
            "analysis": Column(str),
            "strategy": Column(str),
            "estimand": Column(str),
            "n_treated": Column(int, Check.ge(0), description="treated units before the match"),
            "n_control": Column(int, Check.ge(0), description="controls before the match"),
            "n_treated_matched": Column(int, Check.ge(0)),
            "n_control_matched": Column(int, Check.ge(0)),
            "effective_controls": Column(float, nullable=True, description="Kish effective number"),
            "n_dropped": Column(int, Check.ge(0), description="treated units without a match"),
            "max_abs_smd": Column(float, nullable=True),
            "balanced": Column(bool, description="every covariate is balanced"),
        },
        strict=True,
    )
