"""Associations among the beneficiaries of every analysis that declares some."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DesignError
from ruralimpact.estimation.association import Associations, associations
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.schema.analysis import AnyAnalysis, Asking
from ruralimpact.schema.questions import Association
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table


@dataclass(frozen=True)
class _Asked:
    """One entry of `associations:` in an analysis, for one outcome."""

    analysis: AnyAnalysis
    entry: Association
    outcome: str
    unit: str
    labels: Mapping[str, str]
    synthetic: bool


def association_study(
    study: Study,
    units: Mapping[str, pd.DataFrame],
    outcomes: Mapping[str, pd.DataFrame],
) -> pd.DataFrame:
    """Regress outcomes of beneficiaries on what they were given or did.

    Parameters
    ----------
    study : Study
    units, outcomes : mapping of str to DataFrame
        By sample.

    Returns
    -------
    DataFrame
        Contract ``associations``; what cannot be estimated has its reason.
    """
    rows: list[dict[str, Any]] = []
    for analysis in study.comparisons:
        if not isinstance(analysis, Asking):
            continue
        comparison = build_comparison(analysis, units[analysis.sample])
        table = outcomes[analysis.sample].set_index("unit_id")
        for entry in analysis.associations:
            for outcome in entry.outcomes:
                unit = study.outcomes[outcome].unit
                asked = _Asked(
                    analysis,
                    entry,
                    outcome,
                    unit,
                    covariate_labels(study),
                    study.synthetic,
                )
                try:
                    rows += _rows(asked, comparison, table)
                except DesignError as problem:
                    rows += _not_estimable(asked, str(problem))
    return pd.DataFrame(rows) if rows else empty_table("associations")


def _rows(asked: _Asked, comparison: Comparison, table: pd.DataFrame) -> list[dict[str, Any]]:
    entry = asked.entry
    columns = [*entry.variables, *entry.covariates]
    inside = (comparison.treatment == 1) & comparison.units[columns].notna().all(axis=1).to_numpy()
    if not inside.any():
        raise DesignError("no beneficiary has all the variables.")
    units = comparison.units[inside]
    matrices = [
        covariate_matrix({name: _values(units[name], name in forced) for name in names})
        if names
        else comparison.covariates.rows(inside).none()
        for names, forced in (
            (entry.variables, ()),
            (entry.covariates, entry.dummies),
        )
    ]
    values = table.loc[units["unit_id"], asked.outcome].to_numpy(float)
    sampling = None if comparison.sampling is None else comparison.sampling[inside]
    result = associations(values, matrices[0], matrices[1], sampling=sampling)
    return _records(asked, result, group_codes(units["group"]))


def _values(column: pd.Series, dummies: bool) -> Any:
    return column.astype(str).to_numpy() if dummies else column.to_numpy()


def _not_estimable(asked: _Asked, reason: str) -> list[dict[str, Any]]:
    numbers = (
        *("estimate", "std_error", "statistic", "df", "p_value", "conf_low", "conf_high"),
        *("df_denominator", "mean", "r_squared"),
    )
    return [
        {
            **_heading(asked),
            "kind": "coefficient",
            "variable": name,
            "variable_label": _label(name, asked.labels),
            **dict.fromkeys(numbers, np.nan),
            "n_clusters": 0,
            "n_units": 0,
            "reason": reason,
            "synthetic": asked.synthetic,
        }
        for name in asked.entry.variables
    ]


def _heading(asked: _Asked) -> dict[str, Any]:
    return {
        "analysis": asked.analysis.name,
        "association": asked.entry.name,
        "label": asked.entry.label,
        "outcome": asked.outcome,
        "unit": asked.unit,
    }


def _records(asked: _Asked, result: Associations, groups: Any) -> list[dict[str, Any]]:
    heading = _heading(asked)
    sizes = {
        "n_units": result.n_units,
        "r_squared": result.r_squared,
        "reason": result.note,
        "synthetic": asked.synthetic,
    }
    rows = []
    for j, (name, scores) in enumerate(zip(result.names, result.corrected(groups), strict=True)):
        test = t_inference(float(result.coefficients[j]), scores.std_error, scores.df)
        rows.append(
            {
                **heading,
                "kind": "coefficient",
                "variable": name,
                "variable_label": _label(name, asked.labels),
                "estimate": float(result.coefficients[j]),
                **{
                    key: getattr(test, key)
                    for key in ("std_error", "statistic", "df", "p_value", "conf_low", "conf_high")
                },
                "df_denominator": np.nan,
                "mean": float(result.share[j]),
                "n_clusters": int((scores.sums != 0).sum()),
                **sizes,
            }
        )
    return [*rows, {**_joint_row(heading, result, groups), **sizes}]


def _label(name: str, labels: Mapping[str, str]) -> str:
    base, bracket, level = name.partition("[")
    label = labels.get(base, base)
    return f"{label}: {level.rstrip(']')}" if bracket else label


def _joint_row(heading: Mapping[str, Any], result: Associations, groups: Any) -> dict[str, Any]:
    joint = result.jointly_zero(groups)
    return {
        **heading,
        "kind": "jointly zero",
        "variable": "",
        "variable_label": "",
        **dict.fromkeys(("estimate", "std_error", "conf_low", "conf_high", "mean"), np.nan),
        "statistic": joint.statistic,
        "df": joint.df_numerator,
        "df_denominator": joint.df_denominator,
        "p_value": joint.p_value,
        "n_clusters": int(np.unique(groups).size),
    }
