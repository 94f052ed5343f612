"""Rows of a raw table that a condition chooses: a filter, or where an edit applies."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError, UnknownValueError
from ruralimpact.schema.quality import ExcludedRows
from ruralimpact.schema.source import Condition
from ruralimpact.suggestions import nearest
from ruralimpact.survey.declared_values import refuse_near_declared
from ruralimpact.survey.raw_column import raw_column
from ruralimpact.survey.values import code_of, each_text, normalised, number_of


@dataclass(frozen=True)
class Kept:
    """Rows that pass a list of conditions.

    Attributes
    ----------
    table : DataFrame of str
    excluded : tuple of ExcludedRows
        One a condition, in order.
    """

    table: pd.DataFrame
    excluded: tuple[ExcludedRows, ...]


def keep_rows(
    table: pd.DataFrame,
    conditions: Sequence[Condition],
    file: str | Path,
    decimal: str,
    key: str = "keep",
    *,
    one_of_several: bool = False,
    as_written: Collection[str] = (),
) -> Kept:
    """Exclude the rows that fail a condition, one condition after the other.

    Parameters
    ----------
    table : DataFrame of str
    conditions : sequence of Condition
        Blanks lie in no range of a minimum or maximum.
    file : path
    decimal : str
        Decimal mark of the file.
    key : str
        Configuration key of the conditions, for messages.
    one_of_several : bool
        Whether other files are filtered by the same conditions, so that one need not have every value.
    as_written : collection of str
        Raw columns whose values are different although they differ only in the way of writing.

    Raises
    ------
    DataError
        There is no such column, cells are no numbers where there is a `minimum` or `maximum`, or one is a
        value declared but for the way of writing.
    ConfigError
        A value that no row has; the nearest is named.
    """
    excluded: list[ExcludedRows] = []
    for position, condition in enumerate(conditions, start=1):
        column = raw_column(table, condition.column, file)
        asked = condition
        if one_of_several:
            condition = _with_values_of(column, condition, decimal)
        hit = _passes(column, condition, f"{key}.{position}", decimal, file)
        if not {condition.column, column.name} & set(as_written):
            declared = [*(asked.values or ()), *(asked.other_than or ())]  # noqa: PD011
            _refuse_near(column, declared, f"{key}.{position}", decimal, file)
        excluded.append(ExcludedRows(reason=condition.reason, rows=int((~hit).sum())))
        table = table[hit]
    return Kept(table, tuple(excluded))


def chosen_rows(
    table: pd.DataFrame,
    where: Mapping[str, Sequence[Any]],
    file: str | Path,
    key: str,
    decimal: str = ".",
    as_written: Collection[str] = (),
) -> NDArray[np.bool_]:
    """Tell which rows have, in each column that ``where`` names, one of its values; see `keep_rows`."""
    chosen = np.ones(len(table), dtype=bool)
    for name, values in where.items():
        column = raw_column(table, name, file)
        chosen &= _has_one_of(column, values, f"{key}.{name}", decimal)
        if not {name, column.name} & set(as_written):
            _refuse_near(column, values, f"{key}.{name}", decimal, file)
    return chosen


def _refuse_near(
    column: pd.Series, values: Sequence[Any], key: str, decimal: str, file: str | Path
) -> None:
    """Refuse cells that are a value declared but for the way of writing."""
    if values:
        refuse_near_declared(
            each_text(column, lambda text: code_of(text, decimal)),
            map(code_of, values),
            where=key,
            file=file,
            column=str(column.name),
        )


def _passes(
    column: pd.Series,
    condition: Condition,
    key: str,
    decimal: str,
    file: str | Path,
) -> NDArray[np.bool_]:
    values = condition.values  # noqa: PD011
    if values is not None:
        return _has_one_of(column, values, f"{key}.values", decimal)
    if condition.other_than is not None:
        return ~_has_one_of(column, condition.other_than, f"{key}.other_than", decimal)
    if condition.known:
        return np.asarray(each_text(column, normalised) != "", dtype=bool)
    numbers = _numbers(column, decimal, file)
    low = -np.inf if condition.minimum is None else condition.minimum
    high = np.inf if condition.maximum is None else condition.maximum
    return np.asarray((numbers >= low) & (numbers <= high), dtype=bool)


def _with_values_of(column: pd.Series, condition: Condition, decimal: str) -> Condition:
    """Return a condition with those of its values that a column has, or with all if it has none."""
    codes = {code_of(text, decimal) for text in column}
    known = {
        option: tuple(value for value in getattr(condition, option) if code_of(value) in codes)
        for option in ("values", "other_than")
        if getattr(condition, option) is not None
    }
    return condition.model_copy(update={name: values for name, values in known.items() if values})


def _numbers(column: pd.Series, decimal: str, file: str | Path) -> NDArray[np.float64]:
    texts = each_text(column, normalised)
    numbers = texts.map(lambda text: number_of(text, decimal)).astype(float)
    strange = (texts != "") & numbers.isna()
    if strange.any():
        raise DataError(
            f"'{texts[strange].iloc[0]}' is not a number, and the filter `keep` compares numbers.",
            file=file,
            column=str(column.name),
            rows=column.index[strange].tolist(),
        )
    return np.asarray(numbers, dtype=np.float64)


def _has_one_of(
    column: pd.Series, values: Sequence[Any], key: str, decimal: str = "."
) -> NDArray[np.bool_]:
    codes = each_text(column, lambda text: code_of(text, decimal))
    wanted = {code_of(value): value for value in values}
    known = set(codes)
    for code, value in wanted.items():
        if code not in known:
            hint = nearest(code, sorted(known - {""}))
            raise UnknownValueError(str(value), str(column.name), hint=hint, key=key)
    return np.asarray(codes.isin(wanted), dtype=bool)
