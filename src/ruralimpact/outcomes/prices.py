"""Amounts of different years at the prices of one."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from ruralimpact.errors import ConfigError
from ruralimpact.schema.source import Prices, Source

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
    wanted = {price_year, *(int(value) for value in np.unique(year[~np.isnan(year)]))}
    for known_year in sorted(wanted):
        if known_year not in deflators:
            raise ConfigError(
                f"there is no deflator of the year {known_year}.", key="prices.deflators"
            )
    index = np.full(len(year), np.nan)
    for known_year, deflator in deflators.items():
        index[year == known_year] = deflator
    return np.asarray(np.asarray(amounts, dtype=float) * deflators[price_year] / index)


def at_study_prices(
    survey: pd.DataFrame,
    source: Source,
    amounts: Sequence[str],
    prices: Prices | None,
) -> pd.DataFrame:
    """Convert and deflate the amounts of a source to the study's currency and price year.

    Parameters
    ----------
    survey : DataFrame
    source : Source
        With ``currency`` and ``price_year`` where they are not those of `prices`.
    amounts : sequence of str
        Columns of the codebook type ``money``.
    prices : Prices or None

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
    _refuse_silent_year(source, amounts, prices)
    if source.price_year is not None:
        if prices is None:
            problem = f"the source '{source.name}' states a price year, and the study has none."
            raise ConfigError(problem, key="prices.year")
        deflators = deflators_of(prices)
        for year in (source.price_year, prices.year):
            if year not in deflators:
                raise ConfigError(
                    f"there is no deflator of the year {year}.", key="prices.deflators"
                )
        factor *= deflators[prices.year] / deflators[source.price_year]
    if (source.currency is not None or source.price_year is not None) and not amounts:
        raise ConfigError(
            "a currency or price year is stated, and no variable of this source is of the type money.",
            key=f"sources.{source.name}",
        )
    return survey.assign(**{name: survey[name] * factor for name in amounts if name in survey})


def deflators_of(prices: Prices) -> dict[int, float]:
    """Return the price index by year."""
    return {int(year): float(index) for year, index in prices.deflators.items()}


def _refuse_silent_year(source: Source, amounts: Sequence[str], prices: Prices | None) -> None:
    """Refuse amounts of a later (or earlier) year that would pass for those of the study's year."""
    wave = source.wave or ""
    year = str(prices.year) if prices is not None else wave
    is_year = wave.isdigit() and len(wave) == 4
    if amounts and source.price_year is None and is_year and wave != year:
        problem = (
            f"the wave of {wave} has amounts of money and does not say of which year their prices are; the "
            f"study's are those of {year}."
        )
        raise ConfigError(problem, key=f"sources.{source.name}.price_year")


def _exchange_rate(source: Source, prices: Prices | None) -> float:
    home = prices.currency if prices is not None else None
    currency = source.currency or home
    if currency is None or currency == home:
        return 1.0
    rates = (prices.exchange_rates if prices is not None else None) or {}
    if currency not in rates:
        raise ConfigError(
            f"amounts of the source '{source.name}' are in {currency}, for which there is no rate.",
            key="prices.exchange_rates",
        )
    return float(rates[currency])
