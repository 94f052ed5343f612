"""Rows of a second source (products, plots, jobs) added up to their units."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.outcomes.income import net_income

FloatArray = NDArray[np.float64]
_CENT = 0.01


@dataclass(frozen=True)
class RowsOfUnits:
    """Rows of a second source, and the units that they are of.

    Attributes
    ----------
    rows : Series of str, shape (r,)
        Unit of each row. Rows of units that are not asked for are ignored.
    units : Series of str, shape (n,)
    asked : ndarray of bool, shape (n,)
        Units of a wave in which there are rows of any unit.
    """

    rows: pd.Series
    units: pd.Series
    asked: NDArray[np.bool_]

    @cached_property
    def places(self) -> NDArray[np.int64]:
        """Place of each row's unit among the units; -1 for a unit that is not asked for."""
        return np.asarray(pd.Index(self.units).get_indexer(self.rows), dtype=np.int64)

    @cached_property
    def any_row(self) -> NDArray[np.bool_]:
        """Whether there is any row of a unit."""
        return np.bincount(self.places[self.places >= 0], minlength=len(self.units)) > 0

    def add_up(self, values: FloatArray) -> FloatArray:
        """Add up the values of each unit's rows.

        Parameters
        ----------
        values : ndarray, shape (r,)
            A missing value makes its unit's total missing.

        Returns
        -------
        ndarray, shape (n,)
            Missing for a unit without any row.
        """
        inside = self.places >= 0
        size = len(self.units)
        totals = np.bincount(self.places[inside], weights=values[inside], minlength=size)
        return np.where(self.any_row, totals, np.nan)


def net_income_of_rows(
    linked: RowsOfUnits, sales: Mapping[str, FloatArray], costs: Mapping[str, FloatArray]
) -> FloatArray:
    """Return net income by unit from the parts of its rows, checking that it is the same both ways.

    Parameters
    ----------
    linked : RowsOfUnits
    sales, costs : mapping of str to ndarray, shape (r,)
        Money of each row, by part.

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    DataError
        For some unit the net income of its rows, added up, is not the sum of its parts less that of
        its costs to the cent.
    """
    by_row = linked.add_up(net_income(sales, costs, linked.rows).total)
    sold, paid = (
        {name: linked.add_up(values) for name, values in parts.items()} for parts in (sales, costs)
    )
    by_part = net_income(sold, paid, linked.units).total
    apart = np.abs(by_row - by_part) >= _CENT
    if apart.any():
        raise DataError(
            "net income added up by row is not that added up by part, to the cent.",
            units=linked.units[apart].tolist(),
        )
    return by_part
