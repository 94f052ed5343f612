"""Variables and outcomes that study.yaml defines, each by one of a closed set of constructors."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.employment import restore_zero
from ruralimpact.outcomes.income import net_income
from ruralimpact.outcomes.poverty import below, foster_greer_thorbecke
from ruralimpact.outcomes.prices import deflate
from ruralimpact.outcomes.rows import add_up, net_income_of_rows
from ruralimpact.outcomes.unit_ids import in_waves
from ruralimpact.suggestions import nearest
from ruralimpact.survey.codebook import Entry

FloatArray = NDArray[np.float64]
Spec = Mapping[str, Any]


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
    variables: Mapping[str, Spec],
    outcomes: Mapping[str, Spec],
    entries: Sequence[Entry] = (),
    rows: Mapping[str, pd.DataFrame] | None = None,
    prices: Mapping[str, Any] | None = None,
) -> Construction:
    """Add the variables and outcomes of study.yaml to a survey table.

    Parameters
    ----------
    survey : DataFrame
        Codebook variables.
    variables, outcomes : mapping of str to mapping
        The blocks of that name: each names its constructor under ``build`` and what it is built
        from, which may be a codebook variable or anything defined above it.
    entries : sequence of Entry
        Codebook entries, whose labels tell which values a category can have.
    rows : mapping of str to DataFrame, optional
        Sources with several rows a unit, by name, with their column ``id``.
    prices : mapping, optional
        ``year`` and ``deflators``, the block of that name.

    Returns
    -------
    Construction
        Missing in, missing out: a result is NaN wherever something it needs is.

    Raises
    ------
    ConfigError
        An unknown constructor or variable (with the nearest known one), a name that is taken, a key
        that a constructor needs and that is not there, or a category where a number is needed.
    """
    labels: dict[str, set[str]] = {}
    for entry in entries:
        labels.setdefault(entry.variable, set()).update(entry.labels.values())
    columns: dict[str, Any] = {str(name): survey[name] for name in survey.columns}
    undefined: dict[str, int] = {}
    for block, specs in (("variables", variables), ("outcomes", outcomes)):
        for name, spec in specs.items():
            source = _Inputs(columns, labels, spec, f"{block}.{name}", rows or {}, prices or {})
            if name in columns:
                raise ConfigError(f"the name '{name}' is already taken.", key=source.key)
            columns[name] = _constructor(source)(source)
            if spec["build"] == "log":
                count = int((np.isnan(columns[name]) & ~np.isnan(source.number("of"))).sum())
                undefined |= {name: count} if count else {}
    return Construction(table=pd.DataFrame(columns, index=survey.index), undefined=undefined)


@dataclass(frozen=True)
class _Inputs:
    """What one constructor may look at: its own keys, and the columns defined before it."""

    columns: Mapping[str, Any]
    labels: Mapping[str, set[str]]
    spec: Spec
    key: str
    tables: Mapping[str, pd.DataFrame]
    prices: Mapping[str, Any]

    @property
    def inside_rows(self) -> "_Inputs":
        """The same definition looking at the rows of the source that ``rows`` names."""
        name = self.spec["rows"]
        if name not in self.tables:
            problem = f"there is no source '{name}' with several rows a unit. "
            raise ConfigError(problem + nearest(name, self.tables), key=f"{self.key}.rows")
        columns = {str(column): self.tables[name][column] for column in self.tables[name]}
        return _Inputs(columns, self.labels, self.spec, self.key, {}, self.prices)

    def option(self, name: str) -> Any:
        """Return a key of the definition that must be there."""
        if name not in self.spec:
            problem = f"'{self.spec['build']}' needs the key '{name}'."
            raise ConfigError(problem, key=self.key)
        return self.spec[name]

    def column(self, name: str, option: str) -> pd.Series:
        """Return a column by its name."""
        if name not in self.columns:
            problem = f"there is no variable '{name}'. {nearest(name, self.columns)}"
            raise ConfigError(problem, key=f"{self.key}.{option}")
        return pd.Series(self.columns[name])

    def numeric(self, name: str, option: str) -> FloatArray:
        """Return a numeric column by its name."""
        column = self.column(name, option)
        if not pd.api.types.is_numeric_dtype(column):
            problem = f"'{name}' is a category, and '{self.spec['build']}' needs a number."
            raise ConfigError(problem, key=f"{self.key}.{option}")
        return column.to_numpy(dtype=float)

    def number(self, option: str) -> FloatArray:
        """Return the numeric column that a key names."""
        return self.numeric(self.option(option), option)

    def numbers(self, option: str) -> list[FloatArray]:
        """Return the numeric columns that a key lists."""
        return [self.numeric(name, f"{option}[{i}]") for i, name in enumerate(self.option(option))]


def _constructor(source: _Inputs) -> Callable[[_Inputs], FloatArray]:
    name = source.option("build") if "build" in source.spec else None
    if name not in _CONSTRUCTORS:
        problem = f"there is no constructor '{name}'. {nearest(str(name), _CONSTRUCTORS)}"
        raise ConfigError(problem, key=f"{source.key}.build")
    return _CONSTRUCTORS[name]


def _variable(source: _Inputs) -> FloatArray:
    return source.number("of")


def _indicator(source: _Inputs) -> FloatArray:
    name = source.option("of")
    column = source.column(name, "of")
    chosen = _members(source, column, name, "values")
    dropped = _members(source, column, name, "exclude") if "exclude" in source.spec else False
    return np.where(column.isna() | dropped, np.nan, chosen.astype(float))


def _members(source: _Inputs, column: pd.Series, name: str, option: str) -> NDArray[np.bool_]:
    """Tell which rows have one of the values that a key lists."""
    values = source.option(option)
    key = f"{source.key}.{option}"
    is_text = not pd.api.types.is_numeric_dtype(column)
    for value in values:
        if is_text and isinstance(value, bool):
            raise ConfigError("yes, no, true and false must stand in quotes here.", key=key)
        known = source.labels.get(name)
        if is_text and known and value not in known:
            problem = f"'{name}' has no value '{value}'. {nearest(str(value), sorted(known))}"
            raise ConfigError(problem, key=key)
    return column.isin([str(value) for value in values] if is_text else values).to_numpy()


def _log(source: _Inputs) -> FloatArray:
    values = source.number("of")
    return np.log(np.where(values > 0, values, np.nan))


def _below(source: _Inputs) -> FloatArray:
    return below(source.number("of"), float(source.option("line")))


def _positive(source: _Inputs) -> FloatArray:
    values = source.number("of")
    return np.where(np.isnan(values), np.nan, (values > 0).astype(float))


def _net_income(source: _Inputs) -> FloatArray:
    if "rows" not in source.spec:
        ids = source.column("id", "sales").tolist()
        return net_income(_amounts(source, "sales"), _amounts(source, "costs"), ids).total
    inner = source.inside_rows
    chosen = _where(inner)
    sales, costs = (
        {name: np.where(chosen, values, 0.0) for name, values in _amounts(inner, option).items()}
        for option in ("sales", "costs")
    )
    rows, units = _keys(source)
    return net_income_of_rows(rows, units, sales, costs)


def _keys(source: _Inputs) -> tuple[pd.Series, pd.Series]:
    """Return what rows of another source and units are matched by: the identifier, within the wave."""
    inner = source.inside_rows
    keys = [one.column("id", "rows") for one in (inner, source)]
    if "wave" in inner.columns and "wave" in source.columns:
        waves = [one.column("wave", "rows") for one in (inner, source)]
        keys = [in_waves(key, wave) for key, wave in zip(keys, waves, strict=True)]
    return keys[0], keys[1]


def _where(source: _Inputs) -> NDArray[np.bool_]:
    """Tell which rows have, for each variable that ``where`` names, one of its values."""
    chosen = np.ones(len(source.column("id", "rows")), dtype=bool)
    for name, values in source.spec.get("where", {}).items():
        column = source.column(name, "where")
        inner = _Inputs(
            source.columns, source.labels, {**source.spec, "where": values}, source.key, {}, {}
        )
        chosen &= _members(inner, column, name, "where")
    return chosen


def _amounts(source: _Inputs, option: str) -> dict[str, FloatArray]:
    """Return money by part: an amount as recorded, or quantity times price."""
    amounts: dict[str, FloatArray] = {}
    for i, part in enumerate(source.option(option)):
        key = f"{option}[{i}]"
        if "amount" in part:
            name, value = part["amount"], source.numeric(part["amount"], f"{key}.amount")
        elif {"quantity", "price"} <= set(part):
            name, price = part["quantity"], source.numeric(part["price"], f"{key}.price")
            quantity = source.numeric(name, f"{key}.quantity")
            # What is not sold needs no price.
            value = np.where(quantity == 0, 0.0, quantity * price)
        else:
            problem = "a part of net income is an amount, or a quantity with its price."
            raise ConfigError(problem, key=f"{source.key}.{key}")
        if name in amounts:
            raise ConfigError(f"'{name}' is listed twice.", key=f"{source.key}.{key}")
        amounts[name] = value
    return amounts


def _restore_zero(source: _Inputs) -> FloatArray:
    return restore_zero(
        source.number("of"),
        total=source.number("total"),
        parts=source.numbers("parts"),
        stored_as=float(source.option("stored_as")),
    )


def _sum(source: _Inputs) -> FloatArray:
    if "rows" not in source.spec:
        return np.asarray(np.sum(source.numbers("of"), axis=0), dtype=float)
    inner = source.inside_rows
    values = np.where(_where(inner), np.sum(inner.numbers("of"), axis=0), 0.0)
    rows, units = _keys(source)
    return add_up(rows, values, units)


def _first_of(source: _Inputs) -> FloatArray:
    first, *others = source.numbers("of")
    for other in others:
        first = np.where(np.isnan(first), other, first)
    return first


def _difference(source: _Inputs) -> FloatArray:
    return source.number("of") - source.number("less")


def _ratio(source: _Inputs) -> FloatArray:
    under = source.number("over") * float(source.spec.get("times", 1))
    return source.number("of") / np.where(under == 0, np.nan, under)


def _deflate(source: _Inputs) -> FloatArray:
    for name in ("year", "deflators"):
        if name not in source.prices:
            raise ConfigError(f"'deflate' needs the key '{name}'.", key="prices")
    deflators = {int(year): float(index) for year, index in source.prices["deflators"].items()}
    return deflate(
        source.number("of"),
        source.number("year"),
        deflators=deflators,
        price_year=int(source.prices["year"]),
    )


def _poverty(source: _Inputs) -> FloatArray:
    by = source.option("by")
    areas = source.column(by, "by")
    lines = {str(area): float(line) for area, line in source.option("lines").items()}
    for area in areas.dropna().unique():
        if str(area) not in lines:
            problem = (
                f"'{by}' has the value '{area}', which has no line. {nearest(str(area), lines)}"
            )
            raise ConfigError(problem, key=f"{source.key}.lines")
    line = areas.astype(object).map(lines).to_numpy(dtype=float)
    return foster_greer_thorbecke(source.number("of"), line, int(source.option("order")))


_CONSTRUCTORS: dict[str, Callable[[_Inputs], FloatArray]] = {
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
