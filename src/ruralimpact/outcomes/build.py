"""Variables and outcomes that study.yaml defines, each by one of a closed set of constructors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.build_inputs import Inputs, members
from ruralimpact.outcomes.distribution import percentile_rank, winsorised
from ruralimpact.outcomes.employment import restore_zero
from ruralimpact.outcomes.income import net_income
from ruralimpact.outcomes.observed_codes import ObservedCodes
from ruralimpact.outcomes.poverty import below, foster_greer_thorbecke
from ruralimpact.outcomes.prices import deflate, deflators_of
from ruralimpact.outcomes.rows import RowsOfUnits, net_income_of_rows
from ruralimpact.schema import construction as spec
from ruralimpact.schema.source import Prices
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.values import code_of

FloatArray = NDArray[np.float64]
_LARGEST_EXPONENT = np.log(np.finfo(float).max)
# Why what is built may be missing although all that it is made of is known.
_UNDEFINED = {
    "log": "logarithm of a number that is not positive",
    "exp": "exponential of a number that is too large",
    "ratio": "division by zero",
}


@dataclass(frozen=True)
class Undefined:
    """Rows where a built column is missing although all that it is made of is known.

    Attributes
    ----------
    column, reason : str
    rows : int
    """

    column: str
    reason: str
    rows: int


@dataclass(frozen=True)
class BuiltVariables:
    """A survey table with everything that study.yaml builds from it.

    Attributes
    ----------
    table : DataFrame
        The columns of the survey table, then variables and outcomes in the order they are defined.
    undefined : tuple of Undefined
    """

    table: pd.DataFrame
    undefined: tuple[Undefined, ...]


def build(
    survey: pd.DataFrame,
    *,
    variables: Mapping[str, spec.Construction],
    outcomes: Mapping[str, spec.Construction],
    entries: Sequence[Entry] = (),
    rows: Mapping[str, pd.DataFrame] | None = None,
    prices: Prices | None = None,
    observed: ObservedCodes | None = None,
    among: NDArray[np.bool_] | None = None,
) -> BuiltVariables:
    """Add the variables and outcomes of study.yaml to a survey table.

    Parameters
    ----------
    survey : DataFrame
        Codebook variables.
    variables, outcomes : mapping of str to Construction
        By name; each is built from codebook variables or anything before it (`in_order_of_need`).
    entries : sequence of Entry
        Codebook entries, whose labels tell which values a category can have.
    rows : mapping of str to DataFrame, optional
        Sources with several rows a unit, by name, with their column ``id``.
    prices : Prices, optional
    observed : ObservedCodes, optional
        A value that it does not have is a mistake.
    among : ndarray of bool, shape (n,), optional
        Rows whose percentiles and ranks others are compared with; all when not given.

    Returns
    -------
    BuiltVariables
        Missing in, missing out: a result is NaN wherever something it needs is.

    Raises
    ------
    ConfigError
        An unknown variable or value (with the nearest known one), a name that is taken, or a category
        where a number is needed.
    """
    labels: dict[str, set[str]] = {}
    for entry in entries:
        labels.setdefault(entry.variable, set()).update(entry.labels.values())
    columns: dict[str, pd.Series | FloatArray] = {
        str(name): survey[name] for name in survey.columns
    }
    seen = observed or ObservedCodes({})
    undefined: list[Undefined] = []
    linked: dict[str, RowsOfUnits] = {}
    for block, definitions in (("variables", variables), ("outcomes", outcomes)):
        for name, definition in definitions.items():
            key = f"{block}.{name}"
            source = Inputs(
                columns, labels, definition.build, key, rows or {}, prices, seen, linked, among
            )
            if name in columns and not spec.is_itself(name, definition):
                raise ConfigError(f"the name '{name}' is already taken.", key=source.key)
            columns[name] = CONSTRUCTORS[definition.build](source, definition)
            undefined += _undefined(source, name, definition)
    return BuiltVariables(pd.DataFrame(columns, index=survey.index), tuple(undefined))


def _undefined(source: Inputs, name: str, definition: spec.Construction) -> list[Undefined]:
    if definition.build not in _UNDEFINED:
        return []
    known = np.all([~np.isnan(source.number(column)) for column in definition.inputs], axis=0)
    count = int((known & np.isnan(source.number(name))).sum())
    return [Undefined(name, _UNDEFINED[definition.build], count)] if count else []


def _variable(source: Inputs, definition: spec.OfOne) -> FloatArray:
    return source.number(definition.of)


def _indicator(source: Inputs, definition: spec.Indicator) -> FloatArray:
    column = source.column(definition.of, "of")
    chosen = members(source, column, definition.of, definition.values, "values")
    dropped = members(source, column, definition.of, definition.exclude, "exclude")
    return np.where(column.isna() | dropped, np.nan, chosen.astype(float))


def _log(source: Inputs, definition: spec.OfOne) -> FloatArray:
    values = source.number(definition.of)
    return np.log(np.where(values > 0, values, np.nan))


def _exp(source: Inputs, definition: spec.OfOne) -> FloatArray:
    values = source.number(definition.of)
    return np.exp(np.where(values <= _LARGEST_EXPONENT, values, np.nan))


def _below(source: Inputs, definition: spec.Below) -> FloatArray:
    return below(source.number(definition.of), float(definition.line))


def _positive(source: Inputs, definition: spec.OfOne) -> FloatArray:
    values = source.number(definition.of)
    return np.where(np.isnan(values), np.nan, (values > 0).astype(float))


def _net_income(source: Inputs, definition: spec.NetIncome) -> FloatArray:
    if definition.rows is None:
        sales = _amounts(source, definition.sales, "sales")
        ids = source.column("id", "sales")
        return net_income(sales, _amounts(source, definition.costs, "costs"), ids).total
    inner = source.rows_of(definition.rows)
    chosen = _chosen(inner, definition)
    sales, costs = (
        {
            name: _of_chosen(chosen, values)
            for name, values in _amounts(inner, parts, option).items()
        }
        for parts, option in ((definition.sales, "sales"), (definition.costs, "costs"))
    )
    linked = source.linked(definition.rows)
    return _or_none(definition, linked, net_income_of_rows(linked, sales, costs))


def _chosen(inner: Inputs, definition: spec.OfRows) -> FloatArray:
    """Tell which rows have, for each variable that ``where`` names, one of its values.

    Returns
    -------
    ndarray, shape (r,)
        1 or 0; missing where a variable is, and no other says that the row is not one of them.
    """
    chosen = np.ones(len(inner.column("id", "rows")))
    for name, values in definition.where.items():
        column = inner.column(name, "where")
        hit = members(inner, column, name, values, "where")
        here = np.where(column.isna(), np.nan, hit.astype(float))
        chosen = np.where((chosen == 0) | (here == 0), 0.0, chosen * here)
    return chosen


def _of_chosen(chosen: FloatArray, values: FloatArray) -> FloatArray:
    """Return what rows add: nothing where they are not chosen or there is nothing to add."""
    return np.where((chosen == 0) | (values == 0), 0.0, chosen * values)


def _amounts(source: Inputs, parts: Sequence[spec.Money], option: str) -> dict[str, FloatArray]:
    """Return money by part: an amount as recorded, or quantity times price."""
    amounts: dict[str, FloatArray] = {}
    for i, part in enumerate(parts):
        key = f"{option}[{i}]"
        if part.amount is not None:
            amounts[part.amount] = source.number(part.amount, f"{key}.amount")
        elif part.quantity is not None and part.price is not None:
            price = source.number(part.price, f"{key}.price")
            quantity = source.number(part.quantity, f"{key}.quantity")
            # What is not sold needs no price.
            amounts[part.quantity] = np.where(quantity == 0, 0.0, quantity * price)
    return amounts


def _restore_zero(source: Inputs, definition: spec.RestoreZero) -> FloatArray:
    return restore_zero(
        source.number(definition.of),
        total=source.number(definition.total, "total"),
        parts=source.numbers(definition.parts, "parts"),
        stored_as=float(definition.stored_as),
    )


def _sum(source: Inputs, definition: spec.OfSeveral) -> FloatArray:
    if definition.rows is None:
        return np.asarray(np.sum(source.numbers(definition.of, "of"), axis=0), dtype=float)
    inner = source.rows_of(definition.rows)
    total = np.sum(inner.numbers(definition.of, "of"), axis=0)
    linked = source.linked(definition.rows)
    added = _of_chosen(_chosen(inner, definition), total)
    return _or_none(definition, linked, linked.add_up(added))


def _mean(source: Inputs, definition: spec.Mean) -> FloatArray:
    inner = source.rows_of(definition.rows)
    chosen = _chosen(inner, definition)
    linked = source.linked(definition.rows)
    count = linked.add_up(chosen)
    total = linked.add_up(_of_chosen(chosen, inner.number(definition.of)))
    return total / np.where(count == 0, np.nan, count)


def _count(source: Inputs, definition: spec.Count) -> FloatArray:
    inner = source.rows_of(definition.rows)
    linked = source.linked(definition.rows)
    return _or_none(definition, linked, linked.add_up(_chosen(inner, definition)))


def _or_none(definition: spec.OfRows, linked: RowsOfUnits, values: FloatArray) -> FloatArray:
    """Give units without any row what is declared for them."""
    if definition.without_rows == "missing":
        return values
    return np.where(linked.any_row | ~linked.asked, values, 0.0)


def _winsorise(source: Inputs, definition: spec.Winsorise) -> FloatArray:
    values, classes = source.number(definition.of), _classes(source, definition)
    return winsorised(
        values, classes, lower=definition.lower, upper=definition.upper, among=source.among
    )


def _rank(source: Inputs, definition: spec.Rank) -> FloatArray:
    values, classes = source.number(definition.of), _classes(source, definition)
    return percentile_rank(values, classes, among=source.among)


def _classes(source: Inputs, definition: spec.OfAllUnits) -> list[pd.Series]:
    """Return what units must share to be compared: the wave, and what is declared."""
    named = ["wave"] if "wave" in source.columns else []
    named += [definition.by] if definition.by is not None else []
    return [source.column(name, "by") for name in named]


def _first_of(source: Inputs, definition: spec.OfSeveral) -> FloatArray:
    first, *others = source.numbers(definition.of, "of")
    for other in others:
        first = np.where(np.isnan(first), other, first)
    return first


def _difference(source: Inputs, definition: spec.Difference) -> FloatArray:
    return source.number(definition.of) - source.number(definition.less, "less")


def _ratio(source: Inputs, definition: spec.Ratio) -> FloatArray:
    under: float | FloatArray = float(definition.times)
    if definition.over is not None:
        under = source.number(definition.over, "over") * under
    return source.number(definition.of) / np.where(under == 0, np.nan, under)


def _deflate(source: Inputs, definition: spec.Deflate) -> FloatArray:
    if source.prices is None:
        problem = "'deflate' needs the key 'prices' of the study: a year and deflators."
        raise ConfigError(problem, key=source.key)
    return deflate(
        source.number(definition.of),
        source.number(definition.year, "year"),
        deflators=deflators_of(source.prices),
        price_year=source.prices.year,
    )


def _poverty(source: Inputs, definition: spec.Poverty) -> FloatArray:
    areas = source.column(definition.by, "by")
    lines = {code_of(area): float(line) for area, line in definition.lines.items()}
    codes = areas.astype(object).map(code_of, na_action="ignore")
    for code in codes.dropna().unique():
        if code not in lines:
            problem = f"'{definition.by}' has the value '{code}', which has no line. "
            raise ConfigError(problem + nearest(code, lines), key=f"{source.key}.lines")
    line = codes.map(lines).to_numpy(dtype=float)
    return foster_greer_thorbecke(source.number(definition.of), line, definition.order)


CONSTRUCTORS: dict[str, Callable[[Inputs, Any], FloatArray]] = {
    "variable": _variable,
    "indicator": _indicator,
    "log": _log,
    "exp": _exp,
    "winsorise": _winsorise,
    "rank": _rank,
    "below": _below,
    "positive": _positive,
    "net_income": _net_income,
    "restore_zero": _restore_zero,
    "sum": _sum,
    "mean": _mean,
    "count": _count,
    "first_of": _first_of,
    "difference": _difference,
    "ratio": _ratio,
    "deflate": _deflate,
    "poverty": _poverty,
}
