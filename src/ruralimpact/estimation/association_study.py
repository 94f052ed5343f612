"""Associations among the beneficiaries of every analysis that declares some."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison, select_comparison, with_both_arms
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.study import covariate_labels
from ruralimpact.errors import DesignError
from ruralimpact.estimation.association import Associations, associations
from ruralimpact.estimation.records import AssociationRow
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.schema.analysis import AnyAnalysis
from ruralimpact.schema.questions import Association
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows


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
    rows: list[AssociationRow] = []
    for analysis in study.in_one_period:
        comparison = select_comparison(analysis, units[analysis.sample])
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
                    rows += _rows(asked, with_both_arms(comparison), table)
                except DesignError as problem:
                    rows += _not_estimable(asked, str(problem))
    return table_of_rows("associations", rows)


def _rows(asked: _Asked, comparison: Comparison, table: pd.DataFrame) -> list[AssociationRow]:
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
    regression = associations(values, matrices[0], matrices[1], sampling=sampling)
    groups = group_codes(comparison.units["group"])
    return list(_of_regression(asked, regression.among(inside), groups, comparison.sampling_strata))


def _values(column: pd.Series, dummies: bool) -> Any:
    return column.astype(str).to_numpy() if dummies else column.to_numpy()


def _not_estimable(asked: _Asked, reason: str) -> list[AssociationRow]:
    return [
        replace(
            _heading(asked),
            variable=name,
            variable_label=_label(name, asked.labels),
            reason=reason,
        )
        for name in asked.entry.variables
    ]


def _heading(asked: _Asked) -> AssociationRow:
    return AssociationRow(
        analysis=asked.analysis.name,
        association=asked.entry.name,
        label=asked.entry.label,
        outcome=asked.outcome,
        unit=asked.unit,
        kind="coefficient",
        synthetic=asked.synthetic,
    )


def _of_regression(
    asked: _Asked,
    regression: Associations,
    groups: NDArray[np.int64],
    strata: NDArray[np.int64] | None,
) -> Iterator[AssociationRow]:
    """Yield a row a coefficient, and the test that all are zero."""
    heading = replace(
        _heading(asked),
        n_units=regression.n_units,
        r_squared=regression.r_squared,
        reason=regression.note,
    )
    for j, (name, scores) in enumerate(
        zip(regression.names, regression.corrected(groups, strata), strict=True)
    ):
        estimate = float(regression.coefficients[j])
        yield replace(
            heading,
            variable=name,
            variable_label=_label(name, asked.labels),
            estimate=estimate,
            **asdict(t_inference(estimate, scores.std_error, scores.df)),
            mean=float(regression.share[j]),
            n_clusters=int((scores.sums != 0).sum()),
        )
    joint = regression.jointly_zero(groups, strata)
    yield replace(
        heading,
        kind="jointly zero",
        statistic=joint.statistic,
        df=joint.df_numerator,
        df_denominator=joint.df_denominator,
        p_value=joint.p_value,
        n_clusters=int(np.unique(groups[regression.known]).size),
    )


def _label(name: str, labels: Mapping[str, str]) -> str:
    base, bracket, level = name.partition("[")
    label = labels.get(base, base)
    return f"{label}: {level.rstrip(']')}" if bracket else label
