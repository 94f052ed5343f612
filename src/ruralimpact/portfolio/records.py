"""The projects of a portfolio, and the rows about them."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.records import ExcludedRecords, set_to_missing
from ruralimpact.errors import DataError
from ruralimpact.portfolio.rows import PortfolioQuantity, PortfolioRow

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Projects:
    """The projects of a portfolio.

    Attributes
    ----------
    analysis, sample : str
    records : DataFrame
        A row a project, sorted by identifier, with the variables that the analysis names.
    label, by : Series of str
        Name of each project, and what it stands with; empty where not given.
    labels : dict of str to str
        Printed names of variables.
    """

    analysis: str
    sample: str
    records: pd.DataFrame
    label: "pd.Series[str]"
    by: "pd.Series[str]"
    labels: dict[str, str]

    def numbers(self, variable: str) -> FloatArray:
        """Return a variable as numbers, shape (n,), NaN where it is not known.

        Raises
        ------
        DataError
            It holds words, or a number below zero.
        """
        column = self.records[variable]
        if not pd.api.types.is_numeric_dtype(column):
            raise self.fault(f"'{variable}' is a category, and a number is needed.", variable)
        values = column.to_numpy(float)
        negative = values < 0
        if negative.any():
            raise self.fault("an amount of a project is below zero.", variable, negative)
        return values

    def withheld(self, variable: str) -> NDArray[np.bool_]:
        """Tell of which projects a variable was recorded and set to missing, shape (n,)."""
        return set_to_missing(self.records, variable)

    def excluded(
        self, which: NDArray[np.bool_], reason: str, *, about: str, column: str | None = None
    ) -> ExcludedRecords:
        """Count projects of which a number cannot be computed."""
        return ExcludedRecords.among(
            self.records, which, reason, analysis=self.analysis, about=about, column=column
        )

    def words(self, variable: str) -> "pd.Series[str]":
        """Return a variable as words; empty where it is not known."""
        column = self.records[variable]
        if pd.api.types.is_numeric_dtype(column):
            return column.map(lambda value: "" if pd.isna(value) else f"{value:g}").astype("str")
        return column.astype(object).where(column.notna(), "").astype("str")

    def fault(
        self, problem: str, variable: str, which: NDArray[np.bool_] | None = None
    ) -> DataError:
        """Return an error about projects, by identifier."""
        units = None if which is None else self.records.loc[which, "id"].astype(str).tolist()
        return DataError(problem, within=f"sample {self.sample}", column=variable, units=units)

    def rows(self, values: FloatArray, quantity: PortfolioQuantity) -> Iterator[PortfolioRow]:
        """Yield a row a project of which the number is known."""
        for position, value in enumerate(values):
            if np.isfinite(value):
                yield replace(self.row(position, quantity), value=float(value))

    def row(self, position: int, quantity: PortfolioQuantity) -> PortfolioRow:
        """Return the row of a project, without a number."""
        return replace(
            self.total(np.nan, quantity),
            project=str(self.records["id"].iloc[position]),
            project_label=self.label.iloc[position],
            by=self.by.iloc[position],
        )

    def total(self, value: float, quantity: PortfolioQuantity) -> PortfolioRow:
        """Return the row of all projects."""
        return PortfolioRow(analysis=self.analysis, **asdict(quantity), value=value)
