"""Amounts of different years at the prices of one."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
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


def at_study_prices(
    survey: pd.DataFrame,
    source: Mapping[str, Any],
    amounts: Sequence[str],
    prices: Mapping[str, Any],
) -> pd.DataFrame:
    """Convert and deflate the amounts of a source to the study's currency and price year.

    Parameters
    ----------
    survey : DataFrame
    source : mapping
        Item of ``sources:``; ``currency`` and ``price_year`` where they are not those of `prices`.
    amounts : sequence of str
        Columns of the codebook type ``money``.
    prices : mapping
        The block of that name: ``year``, ``deflators``, ``currency``, ``exchange_rates``.

    Returns
    -------
    DataFrame
        Converted at the exchange rate first, deflated after.

    Raises
    ------
    ConfigError
        A currency without exchange rate, a year without deflator, a source that states either and has no
        amounts in its codebook, or a wave of another year than the study's prices that has amounts and
        does not state their year.
    """
    factor = _exchange_rate(source, prices)
    if "price_year" in source and "year" not in prices:
        problem = f"the source '{source['name']}' states a price year, and the study has none."
        raise ConfigError(problem, key="prices.year")
    _refuse_silent_year(source, amounts, prices)
    if "price_year" in source:
        year, deflators = int(source["price_year"]), _deflators(prices)
        for one in (year, int(prices["year"])):
            if one not in deflators:
                raise ConfigError(
                    f"there is no deflator of the year {one}.", key="prices.deflators"
                )
        factor *= deflators[int(prices["year"])] / deflators[year]
    if {"currency", "price_year"} & set(source) and not amounts:
        raise ConfigError(
            "a currency or price year is stated, and no variable of this source is of the type money.",
            key=f"sources.{source['name']}",
        )
    return survey.assign(**{name: survey[name] * factor for name in amounts if name in survey})


def _refuse_silent_year(
    source: Mapping[str, Any], amounts: Sequence[str], prices: Mapping[str, Any]
) -> None:
    """Refuse amounts of a later (or earlier) year that would pass for those of the study's year."""
    wave = str(source.get("wave", ""))
    year = str(prices.get("year", wave))
    if (
        amounts
        and "price_year" not in source
        and wave.isdigit()
        and len(wave) == 4
        and wave != year
    ):
        problem = (
            f"the wave of {wave} has amounts of money and does not say of which year their prices are; the "
            f"study's are those of {year}."
        )
        raise ConfigError(problem, key=f"sources.{source['name']}.price_year")


def _deflators(prices: Mapping[str, Any]) -> dict[int, float]:
    return {int(year): float(index) for year, index in prices.get("deflators", {}).items()}


def _exchange_rate(source: Mapping[str, Any], prices: Mapping[str, Any]) -> float:
    currency = source.get("currency", prices.get("currency"))
    if currency == prices.get("currency"):
        return 1.0
    rates = prices.get("exchange_rates", {})
    if currency not in rates:
        raise ConfigError(
            f"amounts of the source '{source['name']}' are in {currency}, for which there is no rate.",
            key="prices.exchange_rates",
        )
    return float(rates[currency])
