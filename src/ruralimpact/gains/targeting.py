"""Shares of places above a value of an index, of their units and of amounts."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.errors import DataError
from ruralimpact.returns.measures import FRACTION, Interval, Measure, interval, ratio, share
from ruralimpact.schema.gains import Targeting

PLACES, UNITS = "places", "units"


def targeting_measures(
    targeting: Targeting, table: pd.DataFrame, where: str
) -> Iterator[tuple[Measure, Interval]]:
    """Yield how much of what lies in the places with the higher index.

    Parameters
    ----------
    targeting : Targeting
    table : DataFrame
        One row a unit: place, index and amounts.
    where : str
        The analysis, for messages.

    Yields
    ------
    Measure, Interval
        Named ``places``, ``units`` and as the amounts are. Places are all that there are: their share has no
        interval, and other intervals are those of units drawn one by one, of whom some lie in each place.

    Raises
    ------
    DataError
        An index that differs between the units of a place, or is missing.
    """
    index = _index_of_places(targeting, table, where)
    limit = float(index.median()) if targeting.above is None else float(targeting.above)
    above = index > limit
    yield (
        Measure(PLACES, FRACTION, float(above.mean())),
        Interval(np.nan, np.nan, np.nan, np.nan, len(above)),
    )
    inside = table[targeting.place].map(above).to_numpy(bool)
    drawn: NDArray[np.object_] = table["id"].to_numpy(object)
    units = share(UNITS, inside)
    yield units, interval(units, drawn)
    for name in targeting.amounts:
        amounts = table[name].to_numpy(float)
        known = np.isfinite(amounts)
        over = np.where(inside[known], amounts[known], 0.0)
        part = ratio(name, over, amounts[known], FRACTION, "the total is not above zero")
        is_share = bool((amounts[known] >= 0).all())
        yield part, interval(replace(part, scale="logit" if is_share else "plain"), drawn[known])


def _index_of_places(targeting: Targeting, table: pd.DataFrame, where: str) -> pd.Series:
    grouped = table.groupby(targeting.place)[targeting.index]
    differing = grouped.nunique()
    if (differing > 1).any():
        first = differing.index[differing > 1][0]
        units = table.loc[table[targeting.place] == first, "id"].astype("str").tolist()
        problem = f"'{targeting.index}' differs between the units of {targeting.place} {first}."
        raise DataError(problem, within=where, column=targeting.index, units=units)
    missing = table.loc[table[targeting.index].isna(), "id"].astype("str").tolist()
    if missing:
        problem = f"'{targeting.index}' is missing, so a place cannot be told well off or not."
        raise DataError(problem, within=where, column=targeting.index, units=missing)
    return pd.Series(grouped.first().astype(float))
