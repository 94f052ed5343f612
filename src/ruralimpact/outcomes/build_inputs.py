"""What the constructors of variables and outcomes may look at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import ConfigError
from ruralimpact.outcomes.observed_codes import ObservedCodes
from ruralimpact.outcomes.rows import RowsOfUnits
from ruralimpact.outcomes.unit_ids import in_waves
from ruralimpact.schema import construction as spec
from ruralimpact.schema.source import Prices
from ruralimpact.suggestions import nearest
from ruralimpact.survey.values import code_of, codes_of, number_of

FloatArray = NDArray[np.float64]


class UnknownLevelError(ConfigError):
    """A key that lists values which a variable has not, or has in other forms, too.

    Parameters
    ----------
    variable : str
    problem, key
        See `ConfigError`.
    """

    def __init__(self, problem: str, *, variable: str, key: str) -> None:
        super().__init__(problem, key=key)
        self.variable = variable


@dataclass(frozen=True)
class Inputs:
    """What one constructor may look at: the columns defined before it, and rows of other sources.

    Whose these rows are is found once, and kept in ``linked_rows`` for the constructors that follow.
    Percentiles and ranks are those of the rows ``among``, where they are not of all.
    """

    columns: Mapping[str, pd.Series | FloatArray]
    labels: Mapping[str, set[str]]
    build: str
    key: str
    tables: Mapping[str, pd.DataFrame]
    prices: Prices | None
    observed: ObservedCodes
    linked_rows: dict[str, RowsOfUnits]
    among: NDArray[np.bool_] | None = None

    def rows_of(self, name: str) -> "Inputs":
        """The same definition looking at the rows of a source."""
        if name not in self.tables:
            problem = f"there is no source '{name}' with several rows a unit. "
            raise ConfigError(problem + nearest(name, self.tables), key=f"{self.key}.rows")
        columns = {str(column): self.tables[name][column] for column in self.tables[name]}
        return replace(self, columns=columns, tables={})

    def linked(self, name: str) -> RowsOfUnits:
        """Return whose the rows of a source are: by the identifier, within the wave."""
        if name not in self.linked_rows:
            inner = self.rows_of(name)
            of_rows, of_units = (side.column("id", "rows") for side in (inner, self))
            asked = np.ones(len(of_units), dtype=bool)
            if "wave" in inner.columns and "wave" in self.columns:
                waves, own = (side.column("wave", "rows") for side in (inner, self))
                of_rows, of_units = in_waves(of_rows, waves), in_waves(of_units, own)
                asked = own.astype(str).isin(set(waves.astype(str))).to_numpy()
            self.linked_rows[name] = RowsOfUnits(of_rows, of_units, asked)
        return self.linked_rows[name]

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


def members(
    source: Inputs, column: pd.Series, name: str, values: Sequence[spec.Value], option: str
) -> NDArray[np.bool_]:
    """Tell which rows have one of the values that a key lists, compared as codes."""
    wanted = codes_of(values)
    labels = set(map(code_of, source.labels.get(name, ())))
    known = labels or source.observed.of(name)
    for code, value in wanted.items():
        if code not in known and (labels or known):
            problem = f"'{name}' has no value '{value}'. {nearest(code, sorted(known))}"
            raise UnknownLevelError(problem, variable=name, key=f"{source.key}.{option}")
    near = source.observed.near(name, wanted)
    if near:
        listed = " and ".join(f"'{code}'" for code in near)
        problem = (
            f"'{name}' has the values {listed}, too, which only the way of writing tells apart from those "
            "that are listed: list them, write them in one way by a table of `recodes`, or list the column "
            "under `as_written` of its source."
        )
        raise UnknownLevelError(problem, variable=name, key=f"{source.key}.{option}")
    if pd.api.types.is_numeric_dtype(column):
        numbers = [number for number in map(number_of, wanted) if number is not None]
        return column.isin(numbers).to_numpy()
    chosen = [value for value in column.dropna().unique() if code_of(value) in wanted]
    return column.isin(chosen).to_numpy()
