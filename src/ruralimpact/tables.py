"""The contract of every table that crosses a rule: columns, types and units, checked on write.

Each schema is a `pandera.pandas.DataFrameSchema` and is built on first use, because importing pandera
costs more than most stages.
"""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd
    from pandera.pandas import DataFrameSchema


@cache
def schema(name: str) -> "DataFrameSchema":
    """Return the contract of a table.

    Parameters
    ----------
    name : str
        ``"units"``, ``"outcomes"``, ``"weights"``, ``"pairs"``, ``"propensity"``, ``"propensity_models"``,
        ``"balance"``,
        ``"balance_summary"``,
        ``"designs"``, ``"estimates"``, ``"scores"``, ``"std_errors"``, ``"subgroups"``,
        ``"decomposition"``, ``"associations"``, ``"sensitivity"``, ``"leave_one_out"`` or
        ``"exclusions"``.

    Returns
    -------
    pandera.pandas.DataFrameSchema
    """
    return _BUILDERS[name]()


def write_table(frame: "pd.DataFrame", path: str | Path, name: str) -> None:
    """Check `frame` against its contract and write it as Parquet.

    Parameters
    ----------
    frame : DataFrame
    path : path
    name : str
        Contract, see `schema`.

    Raises
    ------
    pandera.errors.SchemaError
        A column is missing, of another type or out of its range: a defect of this package, not of the
        input, and so not a `RuralImpactError`.
    """
    checked = schema(name).validate(frame)
    checked.to_parquet(path, index=False)


def empty_table(name: str) -> "pd.DataFrame":
    """Return a table without rows that fulfils its contract.

    Parameters
    ----------
    name : str
        Contract, see `schema`.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    dtypes = {column: str(dtype) for column, dtype in schema(name).dtypes.items()}
    return pd.DataFrame({column: pd.Series(dtype=dtype) for column, dtype in dtypes.items()})


def _units() -> "DataFrameSchema":
    from pandera.pandas import Column, DataFrameSchema

    return DataFrameSchema(
        {
            "unit_id": Column(str, unique=True, description="unit in this sample, sorted"),
            "group": Column(
                str, description="group that treatment is assigned to and errors cluster on"
            ),
        },
        strict=False,
    )


def _outcomes() -> "DataFrameSchema":
    from pandera.pandas import Column, DataFrameSchema

    return DataFrameSchema({"unit_id": Column(str, unique=True)}, strict=False)


def _exclusions() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

    return DataFrameSchema(
        {
            "stage": Column(str, Check.isin(["ingest", "construct", "design", "estimate"])),
            "scope": Column(str, description="source, sample, or analysis/strategy"),
            "reason": Column(str),
            "rows": Column(int, Check.ge(0), description="rows excluded for this reason"),
            "rows_before": Column(int, Check.ge(0), description="rows before this exclusion"),
        },
        strict=True,
    )


def _weights() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _pairs() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _propensity() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _propensity_models() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _balance() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _balance_summary() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _designs() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _estimates() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _std_errors() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

    return DataFrameSchema(
        {
            "spec_id": Column(str),
            "kind": Column(str, description="group, ai2006, pair, hc1, arellano ..."),
            "label": Column(str),
            "std_error": Column(float, Check.ge(0), nullable=True),
        },
        strict=True,
    )


def _scores() -> "DataFrameSchema":
    from pandera.pandas import Column, DataFrameSchema

    return DataFrameSchema(
        {
            "group": Column(str, unique=True),
            ".*/.*/.*": Column(
                float, nullable=True, regex=True, description="missing: not compared"
            ),
        },
        strict=True,
    )


def _sensitivity() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _leave_one_out() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _subgroups() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _decomposition() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _associations() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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


def _tests() -> "DataFrameSchema":
    from pandera.pandas import Check, Column, DataFrameSchema

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
            "draws": Column(int, Check.gt(0)),
        },
        strict=True,
    )


_BUILDERS: dict[str, Callable[[], "DataFrameSchema"]] = {
    "units": _units,
    "outcomes": _outcomes,
    "exclusions": _exclusions,
    "weights": _weights,
    "pairs": _pairs,
    "propensity": _propensity,
    "propensity_models": _propensity_models,
    "balance": _balance,
    "balance_summary": _balance_summary,
    "designs": _designs,
    "estimates": _estimates,
    "std_errors": _std_errors,
    "tests": _tests,
    "subgroups": _subgroups,
    "decomposition": _decomposition,
    "associations": _associations,
    "scores": _scores,
    "sensitivity": _sensitivity,
    "leave_one_out": _leave_one_out,
}
