"""The rows that `estimate_impact` compares: read from any table, checked, and counted where excluded."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design import column_values
from ruralimpact.design.column_values import Labels
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix, refuse_single_level
from ruralimpact.design.propensity import refuse_single_group
from ruralimpact.design.sampling import check_weights, of_mean_one, strata_codes
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.impact_columns import Columns, refuse_part, refuse_repeated
from ruralimpact.impact_formula import columns_of_formula, covariates_of_formula
from ruralimpact.impact_table import FILE, read_table, refuse_absent
from ruralimpact.suggestions import nearest

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class ImpactData:
    """The rows that are compared, sorted by their index.

    Attributes
    ----------
    index : Index
    outcome : ndarray, shape (n,)
        NaN where missing.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
        Dummies without the base level.
    levels : CovariateMatrix, n rows
        Dummies for every level, for balance.
    outcome_covariates : CovariateMatrix, n rows
        Of outcome regressions; `covariates` where the strategy names none.
    groups : Labels, n rows
        Of the groups that treatment is assigned to; of the units where each is one.
    group : str or None
        Column of the groups; None where each unit is one.
    cells : ndarray of int, shape (n,), or None
        Codes of the exact strata.
    sampling : ndarray, shape (n,), or None
        Sampling weights, of mean 1.
    sampling_strata : ndarray of int, shape (n,), or None
        Codes of the strata that groups were drawn from.
    excluded : dict of str to int
        Rows excluded, by reason.
    """

    index: pd.Index
    outcome: FloatArray
    treatment: NDArray[np.int8]
    covariates: CovariateMatrix
    levels: CovariateMatrix
    outcome_covariates: CovariateMatrix
    groups: Labels
    group: str | None
    cells: NDArray[np.int64] | None
    sampling: FloatArray | None
    sampling_strata: NDArray[np.int64] | None
    excluded: dict[str, int]


def impact_data(data: object, columns: Columns) -> ImpactData:
    """Select and check the rows that are compared.

    Parameters
    ----------
    data : DataFrame
        See `read_table`.
    columns : Columns

    Returns
    -------
    ImpactData

    Raises
    ------
    DataError, ConfigError, DesignError
        See `ruralimpact.estimate_impact`.
    """
    table = read_table(data)
    _refuse_columns(table, columns)
    outcome, treatment = _outcome(table, columns.outcome), _treatment(table, columns.treatment)
    cells = [_labels(table, name) for name in columns.exact]
    groups = None if columns.group is None else _labels(table, columns.group)
    used = _covariate_columns(table, columns)
    complete = _Rows(treatment)
    complete.keep("treatment missing", ~np.isnan(treatment))
    complete.keep("covariate missing", table[used].notna().all(axis=1).to_numpy())
    complete.keep(
        "variable of the exact strata missing",
        np.all([cell.present for cell in cells], axis=0) if cells else complete.kept,
    )
    complete.keep("group missing", complete.kept if groups is None else groups.present)
    strata = None if columns.strata is None else _labels(table, columns.strata)
    complete.keep("sampling stratum missing", complete.kept if strata is None else strata.present)
    sampling = None if columns.weight is None else _weights(table, columns.weight, treatment)
    complete.keep("sampling weight of zero", complete.kept if sampling is None else sampling > 0)
    frame, named = _covariate_frame(table, columns, complete)
    kept = complete.kept
    complete.refuse_empty_arm()
    arm = treatment[kept].astype(np.int8)
    levels = covariate_matrix(
        {name: frame[name] for name in named}, every_level=True, rows=int(kept.sum())
    )
    refuse_single_level(levels)
    matrix = levels.without_base()
    regressed = {name: frame[name] for name in columns.outcome_covariates}
    if groups is not None:
        refuse_single_group(arm, groups.texts[kept])
    return ImpactData(
        table.index[kept],
        outcome[kept],
        arm,
        matrix,
        levels,
        covariate_matrix(regressed) if regressed else matrix,
        _units(table.index[kept]) if groups is None else groups.rows(kept),
        columns.group,
        _codes([cell.rows(kept) for cell in cells]) if cells else None,
        None if sampling is None else of_mean_one(sampling[kept]),
        None if strata is None else _strata(table, columns, strata, groups, kept),
        complete.excluded,
    )


class _Rows:
    """Which rows are kept, and how many were excluded for which reason."""

    def __init__(self, treatment: FloatArray) -> None:
        self.kept = np.ones(len(treatment), dtype=bool)
        self.excluded: dict[str, int] = {}
        self._treatment = treatment

    def keep(self, reason: str, complete: NDArray[np.bool_]) -> None:
        lost = self.kept & ~complete
        if lost.any():
            self.excluded[reason] = int(lost.sum())
        self.kept = self.kept & complete

    def refuse_empty_arm(self) -> None:
        for arm, name in ((1, "treated units"), (0, "controls")):
            if not (self.kept & (self._treatment == arm)).any():
                before = int((self._treatment == arm).sum())
                reasons = ", ".join(f"{why}: {count:,}" for why, count in self.excluded.items())
                because = f" (of {before:,}; rows excluded: {reasons})" if reasons else ""
                raise DataError(f"there are no {name} to compare{because}.", file=FILE)


def _refuse_columns(table: pd.DataFrame, columns: Columns) -> None:
    for key in ("outcome_covariates", "exact"):
        refuse_repeated(getattr(columns, key), key)
    if columns.outcome == columns.treatment:
        raise ConfigError(f"'{columns.outcome}' is the treatment.", key="outcome")
    for key, name in columns.parts():
        refuse_part(columns, key, name)
    if not len(table):
        raise DataError("there are no rows.", file=FILE)
    for key, name in columns.parts():
        if key in ("outcome_covariates", "exact") and name not in table.columns:
            hint = nearest(name, map(str, table.columns))
            raise ConfigError(f"there is no column '{name}'. {hint}", key=key)
    for name in (columns.outcome, columns.treatment, *(name for _, name in columns.parts())):
        refuse_absent(table, name)


def _outcome(table: pd.DataFrame, name: str) -> FloatArray:
    values = _numbers(table, name, "the outcome must be a number")
    infinite = np.isinf(values)
    if infinite.any():
        raise DataError(
            "the outcome is infinite.", file=FILE, column=name, rows=list(table.index[infinite])
        )
    return values


def _treatment(table: pd.DataFrame, name: str) -> FloatArray:
    values = _numbers(table, name, "the treatment must be 0 or 1")
    wrong = ~(np.isnan(values) | np.isin(values, (0, 1)))
    if wrong.any():
        raise DataError(
            "the treatment must be 0 or 1.", file=FILE, column=name, rows=list(table.index[wrong])
        )
    return values


def _numbers(table: pd.DataFrame, name: str, must: str) -> FloatArray:
    try:
        kind = column_values.kind_of(table[name])
    except ValueError as problem:
        rows = column_values.no_numbers(table[name])
        told = f"{str(problem).rstrip('.')}{_such_as(table[name][rows])}."
        raise DataError(
            f"{must}; {told}", file=FILE, column=name, rows=list(table.index[rows])
        ) from None
    if kind == "text":
        categories = isinstance(table[name].dtype, pd.CategoricalDtype)
        held = "categories" if categories else "text"
        rows = column_values.no_numbers(table[name])
        told = f"it holds {held}{_such_as(table[name][rows])}."
        raise DataError(f"{must}; {told}", file=FILE, column=name, rows=list(table.index[rows]))
    return column_values.numbers(table[name])


def _such_as(values: "pd.Series") -> str:
    """A text among values that should be numbers, in quotes, so that spaces around it show."""
    texts = [value for value in values if isinstance(value, str)]
    return f", such as {texts[0]!r}" if texts else ""


def _weights(table: pd.DataFrame, name: str, treatment: FloatArray) -> FloatArray:
    weights = _numbers(table, name, "a sampling weight must be a number")
    check_weights(weights, treatment, list(table.index), file=FILE, column=name)
    return weights


def _strata(
    table: pd.DataFrame,
    columns: Columns,
    strata: Labels,
    groups: Labels | None,
    kept: NDArray[np.bool_],
) -> NDArray[np.int64]:
    index = table.index[kept]
    drawn = _units(index) if groups is None else groups.rows(kept)
    return strata_codes(
        strata.texts[kept], drawn.texts, list(index), file=FILE, column=str(columns.strata)
    )


def _labels(table: pd.DataFrame, name: str) -> Labels:
    try:
        return column_values.labels(table[name])
    except column_values.SameTextError as problem:
        rows = list(table.index[problem.rows])
        raise DataError(str(problem), file=FILE, column=name, rows=rows) from None
    except ValueError as problem:
        raise DataError(str(problem), file=FILE, column=name) from None


def _units(index: pd.Index) -> Labels:
    """Labels of units that are groups of their own: those of their rows, in their order."""
    return Labels(np.arange(len(index)), index.to_numpy(dtype=object))


def _codes(cells: list[Labels]) -> NDArray[np.int64]:
    """Codes of the combinations of labels that there are, in their order."""
    combined = np.zeros(len(cells[0].codes), dtype=np.int64)
    for cell in cells:
        combined = combined * len(cell.names) + cell.codes
        combined = np.unique(combined, return_inverse=True)[1].astype(np.int64)
    return combined


def _covariate_columns(table: pd.DataFrame, columns: Columns) -> list[str]:
    """Columns that covariates are made of, each of them usable."""
    named = columns.covariates
    used = list(columns_of_formula(named, columns, table) if isinstance(named, str) else named)
    used += [name for name in columns.outcome_covariates if name not in used]
    for name in used:
        try:
            kind = column_values.kind_of(table[name])
        except ValueError as problem:
            raise DataError(
                f"it cannot be a covariate: {problem}", file=FILE, column=name
            ) from None
        if kind == "numbers":
            infinite = np.isinf(column_values.numbers(table[name]))
            if infinite.any():
                rows = list(table.index[infinite])
                raise DataError("a covariate is infinite.", file=FILE, column=name, rows=rows)
    return used


def _covariate_frame(
    table: pd.DataFrame, columns: Columns, complete: _Rows
) -> tuple[pd.DataFrame, list[str]]:
    """Covariates of the rows kept, and the names of those that are compared."""
    if not isinstance(columns.covariates, str):
        names = list(columns.covariates)
        more = [name for name in columns.outcome_covariates if name not in names]
        return table.loc[complete.kept, names + more], names
    covariates = covariates_of_formula(columns.covariates, table[complete.kept])
    finite = np.ones(len(table), dtype=bool)
    finite[complete.kept] = np.isfinite(covariates.to_numpy(float)).all(axis=1)
    covariates = covariates[finite[complete.kept]]
    complete.keep("covariate of the formula not defined", finite)
    names = [str(name) for name in covariates]
    more = [name for name in columns.outcome_covariates if name not in names]
    return covariates.join(table.loc[complete.kept, more]), names
