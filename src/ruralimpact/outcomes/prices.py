"""Amounts of different years at the prices of one."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import ConfigError

FloatArray = NDArray[np.float64]


def deflate(
    amounts: ArrayLike, years: ArrayLike, *, deflators: Mapping[int, float], price_year: int
) -> FloatArray:
    """Return amounts at the prices of one year.

    Parameters
    ----------
    amounts : array_like, shape (n,)
        In money of the year that stands beside each.
    years : array_like, shape (n,)
        NaN where unknown; the result is missing there.
    deflators : mapping of int to float
        Price index by year, on any base.
    price_year : int

    Returns
    -------
    ndarray, shape (n,)

    Raises
    ------
    ConfigError
        A year has no deflator.
    """
    year = np.asarray(years, dtype=float)
    wanted = {price_year, *(int(one) for one in np.unique(year[~np.isnan(year)]))}
    for one in sorted(wanted):
        if one not in deflators:
            raise ConfigError(f"there is no deflator of the year {one}.", key="prices.deflators")
    index = np.full(len(year), np.nan)
    for one, deflator in deflators.items():
        index[year == one] = deflator
    return np.asarray(np.asarray(amounts, dtype=float) * deflators[price_year] / index)
