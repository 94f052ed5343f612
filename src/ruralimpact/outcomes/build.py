"""Variables and outcomes that study.yaml defines, each by one of a closed set of constructors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.employment import restore_zero
from ruralimpact.outcomes.income import net_income
from ruralimpact.outcomes.observed_codes import ObservedCodes
from ruralimpact.outcomes.poverty import below, foster_greer_thorbecke
from ruralimpact.outcomes.prices import deflate, deflators_of
from ruralimpact.outcomes.rows import add_up, net_income_of_rows
from ruralimpact.outcomes.unit_ids import in_waves
from ruralimpact.schema import construction as spec
from ruralimpact.schema.source import Prices
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.values import code_of, codes_of, number_of

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Construction:
    """A survey table with everything that study.yaml builds from it.

    Attributes
    ----------
    table : DataFrame
        The columns of the survey table, then variables and outcomes in the order they are defined.
    undefined : dict of str to int
        Built column to the number of rows where it is missing although its inputs are not (the
        logarithm of a number that is not positive).
    """

    table: pd.DataFrame
    undefined: dict[str, int]


def build(
    survey: pd.DataFrame,
    *,
    variables: Mapping[str, spec.Construction],
    outcomes: Mapping[str, spec.Construction],
    entries: Sequence[Entry] = (),
    rows: Mapping[str, pd.DataFrame] | None = None,
    prices: Prices | None = None,
    observed: ObservedCodes | None = None,
) -> Construction:
    """Add the variables and outcomes of study.yaml to a survey table.

    Parameters
    ----------
    survey : DataFrame
        Codebook variables.
    variables, outcomes : mapping of str to Construction
        By name; each is built from codebook variables or anything defined above it.
    entries : sequence of Entry
        Codebook entries, whose labels tell which values a category can have.
    rows : mapping of str to DataFrame, optional
        Sources with several rows a unit, by name, with their column ``id``.
    prices : Prices, optional
    observed : ObservedCodes, optional
        A value that it does not have is a mistake.

    Returns
    -------
    Construction
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
    columns: dict[str, Any] = {str(name): survey[name] for name in survey.columns}
    seen = observed or ObservedCodes({})
    undefined: dict[str, int] = {}
    for block, definitions in (("variables", variables), ("outcomes", outcomes)):
        for name, built in definitions.items():
            key = f"{block}.{name}"
            source = _Inputs(columns, labels, built.build, key, rows or {}, prices, seen)
            if name in columns and not spec.is_itself(name, built):
                raise ConfigError(f"the name '{name}' is already taken.", key=source.key)
            columns[name] = _CONSTRUCTORS[built.build](source, built)
            if isinstance(built, spec.OfOne) and built.build == "log":
                count = int((np.isnan(columns[name]) & ~np.isnan(source.number(built.of))).sum())
                undefined |= {name: count} if count else {}
    return Construction(table=pd.DataFrame(columns, index=survey.index), undefined=undefined)


@dataclass(frozen=True)
class _Inputs:
    """What one constructor may look at: the columns defined before it, and rows of other sources."""

    columns: Mapping[str, Any]
    labels: Mapping[str, set[str]]
    build: str
    key: str
    tables: Mapping[str, pd.DataFrame]
    prices: Prices | None
    observed: ObservedCodes

    def rows_of(self, name: str) -> "_Inputs":
        """The same definition looking at the rows of a source."""
        if name not in self.tables:
            problem = f"there is no source '{name}' with several rows a unit. "
            raise ConfigError(problem + nearest(name, self.tables), key=f"{self.key}.rows")
        columns = {str(column): self.tables[name][column] for column in self.tables[name]}
        return replace(self, columns=columns, tables={})

    def column(self, name: str, option: str) -> pd.Series:
        """Return a column by its name."""
        if name not in self.columns:
            problem = f"there is no variable '{name}'. {nearest(name, self.columns)}"
            raise ConfigError(problem, key=f"{self.key}.{option}")
        return pd.Series(self.columns[name])

    def number(self, name: str, option: str = "of") -> FloatArray:
        """Return a numeric column by its name."""
        column = self.column(name, option)
        if not pd.api.types.is_numeric_dtype(column):
            problem = f"'{name}' is a category, and '{self.build}' needs a number."
            raise ConfigError(problem, key=f"{self.key}.{option}")
        return column.to_numpy(dtype=float)

    def numbers(self, names: Sequence[str], option: str) -> list[FloatArray]:
        """Return numeric columns by their names."""
        return [self.number(name, f"{option}[{i}]") for i, name in enumerate(names)]


def _variable(source: _Inputs, built: spec.OfOne) -> FloatArray:
    return source.number(built.of)


def _indicator(source: _Inputs, built: spec.Indicator) -> FloatArray:
    column = source.column(built.of, "of")
    chosen = _members(source, column, built.of, built.values, "values")
    dropped = _members(source, column, built.of, built.exclude, "exclude")
    return np.where(column.isna() | dropped, np.nan, chosen.astype(float))


def _members(
    source: _Inputs, column: pd.Series, name: str, values: Sequence[spec.Value], option: str
) -> NDArray[np.bool_]:
    """Tell which rows have one of the values that a key lists, compared as codes."""
    wanted = codes_of(values)
    labels = set(map(code_of, source.labels.get(name, ())))
    known = labels or source.observed.of(name)
    for code, value in wanted.items():
        if code not in known and (labels or known):
            problem = f"'{name}' has no value '{value}'. {nearest(code, sorted(known))}"
            raise ConfigError(problem, key=f"{source.key}.{option}")
    if pd.api.types.is_numeric_dtype(column):
        numbers = [number for number in map(number_of, wanted) if number is not None]
        return column.isin(numbers).to_numpy()
    chosen = [value for value in column.dropna().unique() if code_of(value) in wanted]
    return column.isin(chosen).to_numpy()


def _log(source: _Inputs, built: spec.OfOne) -> FloatArray:
    values = source.number(built.of)
    return np.log(np.where(values > 0, values, np.nan))


def _below(source: _Inputs, built: spec.Below) -> FloatArray:
    return below(source.number(built.of), float(built.line))


def _positive(source: _Inputs, built: spec.OfOne) -> FloatArray:
    values = source.number(built.of)
    return np.where(np.isnan(values), np.nan, (values > 0).astype(float))


def _net_income(source: _Inputs, built: spec.NetIncome) -> FloatArray:
    if built.rows is None:
        sales = _amounts(source, built.sales, "sales")
        ids = source.column("id", "sales").tolist()
        return net_income(sales, _amounts(source, built.costs, "costs"), ids).total
    inner = source.rows_of(built.rows)
    chosen = _where(inner, built)
    sales, costs = (
        {
            name: np.where(chosen, values, 0.0)
            for name, values in _amounts(inner, parts, option).items()
        }
        for parts, option in ((built.sales, "sales"), (built.costs, "costs"))
    )
    rows, units = _keys(source, inner)
    return net_income_of_rows(rows, units, sales, costs)


def _keys(source: _Inputs, inner: _Inputs) -> tuple[pd.Series, pd.Series]:
    """Return what rows of another source and units are matched by: the identifier, within the wave."""
    keys = [item.column("id", "rows") for item in (inner, source)]
    if "wave" in inner.columns and "wave" in source.columns:
        waves = [item.column("wave", "rows") for item in (inner, source)]
        keys = [in_waves(key, wave) for key, wave in zip(keys, waves, strict=True)]
    return keys[0], keys[1]


def _where(inner: _Inputs, built: spec.OfRows) -> NDArray[np.bool_]:
    """Tell which rows have, for each variable that ``where`` names, one of its values."""
    chosen = np.ones(len(inner.column("id", "rows")), dtype=bool)
    for name, values in built.where.items():
        chosen &= _members(inner, inner.column(name, "where"), name, values, "where")
    return chosen


def _amounts(source: _Inputs, parts: Sequence[spec.Money], option: str) -> dict[str, FloatArray]:
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


def _restore_zero(source: _Inputs, built: spec.RestoreZero) -> FloatArray:
    return restore_zero(
        source.number(built.of),
        total=source.number(built.total, "total"),
        parts=source.numbers(built.parts, "parts"),
        stored_as=float(built.stored_as),
    )


def _sum(source: _Inputs, built: spec.OfSeveral) -> FloatArray:
    if built.rows is None:
        return np.asarray(np.sum(source.numbers(built.of, "of"), axis=0), dtype=float)
    inner = source.rows_of(built.rows)
    total = np.sum(inner.numbers(built.of, "of"), axis=0)
    rows, units = _keys(source, inner)
    return add_up(rows, np.where(_where(inner, built), total, 0.0), units)


def _first_of(source: _Inputs, built: spec.OfSeveral) -> FloatArray:
    first, *others = source.numbers(built.of, "of")
    for other in others:
        first = np.where(np.isnan(first), other, first)
    return first


def _difference(source: _Inputs, built: spec.Difference) -> FloatArray:
    return source.number(built.of) - source.number(built.less, "less")


def _ratio(source: _Inputs, built: spec.Ratio) -> FloatArray:
    under: float | FloatArray = float(built.times)
    if built.over is not None:
        under = source.number(built.over, "over") * under
    return source.number(built.of) / np.where(under == 0, np.nan, under)


def _deflate(source: _Inputs, built: spec.Deflate) -> FloatArray:
    if source.prices is None:
        problem = "'deflate' needs the key 'prices' of the study: a year and deflators."
        raise ConfigError(problem, key=source.key)
    return deflate(
        source.number(built.of),
        source.number(built.year, "year"),
        deflators=deflators_of(source.prices),
        price_year=source.prices.year,
    )


def _poverty(source: _Inputs, built: spec.Poverty) -> FloatArray:
    areas = source.column(built.by, "by")
    lines = {str(area): float(line) for area, line in built.lines.items()}
    for area in areas.dropna().unique():
        if str(area) not in lines:
            problem = f"'{built.by}' has the value '{area}', which has no line. "
            raise ConfigError(problem + nearest(str(area), lines), key=f"{source.key}.lines")
    line = areas.astype(object).map(lines).to_numpy(dtype=float)
    return foster_greer_thorbecke(source.number(built.of), line, built.order)


_CONSTRUCTORS: dict[str, Callable[[_Inputs, Any], FloatArray]] = {
    "variable": _variable,
    "indicator": _indicator,
    "log": _log,
    "below": _below,
    "positive": _positive,
    "net_income": _net_income,
    "restore_zero": _restore_zero,
    "sum": _sum,
    "first_of": _first_of,
    "difference": _difference,
    "ratio": _ratio,
    "deflate": _deflate,
    "poverty": _poverty,
}
CONSTRUCTORS = tuple(_CONSTRUCTORS)
