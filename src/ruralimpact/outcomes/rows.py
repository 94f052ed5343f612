"""Rows of a second source (products, plots, jobs) added up to their units."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.outcomes.income import net_income

FloatArray = NDArray[np.float64]
_CENT = 0.01


def add_up(rows: pd.Series, values: FloatArray, units: pd.Series) -> FloatArray:
    """Add up the values of each unit's rows.

    Parameters
    ----------
    rows : Series of str, shape (r,)
        Unit of each row. Rows of units that are not asked for are ignored.
    values : ndarray, shape (r,)
        A missing value makes its unit's total missing.
    units : Series of str, shape (n,)

    Returns
    -------
    ndarray, shape (n,)
        Missing for a unit without any row.
    """
    places = pd.Index(units).get_indexer(rows)
    inside = places >= 0
    totals = np.bincount(places[inside], weights=values[inside], minlength=len(units))
    any_known = np.bincount(places[inside], minlength=len(units)) > 0
    return np.where(any_known, totals, np.nan)


def net_income_of_rows(
    rows: pd.Series,
    units: pd.Series,
    sales: Mapping[str, FloatArray],
    costs: Mapping[str, FloatArray],
) -> FloatArray:
    """Return net income by unit from the parts of its rows, checking that it is the same both ways.

    Parameters
    ----------
    rows, units : Series of str
        See `add_up`.
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
    by_row = add_up(rows, net_income(sales, costs, rows.tolist()).total, units)
    sold, paid = (
        {name: add_up(rows, values, units) for name, values in parts.items()}
        for parts in (sales, costs)
    )
    by_part = net_income(sold, paid, units.tolist()).total
    apart = np.abs(by_row - by_part) >= _CENT
    if apart.any():
        raise DataError(
            "net income added up by row is not that added up by part, to the cent.",
            units=units[apart].tolist(),
        )
    return by_part
