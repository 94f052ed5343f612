"""Product rows: quantities by grade, prices, what the household eats, and cash costs."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from rural_alliances.generator.calibration import Calibration, ProductPrices
from rural_alliances.generator.impact import PlantedGains

FloatArray = NDArray[np.float64]
QUANTITIES = ("first_quantity", "second_quantity", "eaten_quantity")
SINGLE = ("beef", "milk", "honey", "coffee", "cocoa")
_CENTS = 100


def draw_products(
    producers: pd.DataFrame, parameters: Calibration, rng: np.random.Generator
) -> pd.DataFrame:
    """Draw every producer's products without the project.

    Parameters
    ----------
    producers : DataFrame
        Producers with their income without the project.
    parameters : Calibration
    rng : numpy.random.Generator

    Returns
    -------
    DataFrame, two rows a producer: the alliance product, then another
        ``id``, ``product``, ``alliance`` (0/1), the `QUANTITIES` sold of each grade and eaten
        (quintals a year), ``first_price`` and ``second_price`` (bolivianos a quintal; what is eaten is
        valued at the second grade's) and ``cash_costs``. Unrounded. A product outside the alliance is
        not graded: all of it is second grade.
    """
    prices = parameters.prices
    count = len(producers)
    shape = prices.first_grade_share
    size, mean = shape.concentration, shape.mean
    first = rng.beta(size * mean, size * (1 - mean), count)
    gross, alliance = producers["gross"].to_numpy(float), producers["alliance"].to_numpy(float)
    costs = gross - producers["net"].to_numpy(float)
    sold = _rows(producers["id"], producers["product"], 1, alliance, first, prices, rng)
    others = _others(producers, parameters.design.other_products, rng)
    rest = _rows(producers["id"], others, 0, gross - alliance, np.zeros(count), prices, rng)
    sold["cash_costs"] = costs * alliance / gross
    rest["cash_costs"] = costs - sold["cash_costs"]
    return pd.concat([sold, rest]).sort_index(kind="stable").reset_index(drop=True)


def with_project(
    products: pd.DataFrame, treated: pd.DataFrame, gains: PlantedGains, parameters: Calibration
) -> pd.DataFrame:
    """Return the product rows of the beneficiaries with the project.

    Parameters
    ----------
    products : DataFrame
        Their rows without it.
    treated : DataFrame
        Beneficiaries, in the same order.
    gains : PlantedGains
    parameters : Calibration

    Returns
    -------
    DataFrame
        Grade and price of the alliance product change with the services of the group; its quantity is
        what then makes the planted gain. The other product is as it was.
    """
    prices = parameters.prices
    rows = products["alliance"].to_numpy() == 1
    before = products[rows]
    quality, terms = prices.quality_gain, prices.terms_gain
    share = first_grade_share(before) + quality.all
    share = np.minimum(share + quality.storage * treated["storage"].to_numpy(), 0.95)
    factor = 1 + terms.all + terms.negotiation * treated["negotiation"].to_numpy()
    second = before["second_price"].to_numpy() * factor
    premium = prices.first_grade_premium
    value = gross_value(before) + gains.alliance
    after = products.copy()
    after.loc[rows, _GOODS] = _goods(value, share, second, premium, prices.eaten.alliance)
    after.loc[rows, "cash_costs"] = before["cash_costs"].to_numpy() + gains.costs
    return after


def gross_value(products: pd.DataFrame) -> FloatArray:
    """Return sales and what is eaten, in bolivianos, by row."""
    return (
        products["first_quantity"] * products["first_price"]
        + (products["second_quantity"] + products["eaten_quantity"]) * products["second_price"]
    ).to_numpy(float)


def first_grade_share(products: pd.DataFrame) -> FloatArray:
    """Return the first grade's share of the quantity sold, by row."""
    first = products["first_quantity"].to_numpy(float)
    return np.asarray(first / (first + products["second_quantity"].to_numpy(float)))


def recorded(products: pd.DataFrame) -> pd.DataFrame:
    """Return the rows as a survey records them: hundredths of a quintal, and centavos."""
    numbers = [*_GOODS, "cash_costs"]
    parts = {name: np.rint(products[name] * _CENTS) / _CENTS for name in numbers}
    return products.assign(**parts)


_GOODS = [*QUANTITIES, "first_price", "second_price"]


def _rows(
    ids: pd.Series,
    product: pd.Series,
    alliance: int,
    value: FloatArray,
    share: FloatArray,
    prices: ProductPrices,
    rng: np.random.Generator,
) -> pd.DataFrame:
    base = product.map(prices.second_grade).to_numpy(float)
    second = base * np.exp(prices.log_sd * rng.normal(size=len(value)))
    eaten = prices.eaten.alliance if alliance else prices.eaten.other
    goods = _goods(value, share, second, prices.first_grade_premium, eaten)
    rows = pd.DataFrame(goods, columns=_GOODS)
    rows.insert(0, "id", ids.to_numpy())
    rows.insert(1, "product", product.to_numpy())
    rows.insert(2, "alliance", alliance)
    return rows


def _goods(
    value: FloatArray, share: FloatArray, second: NDArray[np.floating], premium: float, eaten: float
) -> FloatArray:
    """Return the columns `_GOODS` for a gross value, grade share, price and share eaten."""
    first = second * (1 + premium)
    quantity = value / (eaten * second + (1 - eaten) * (share * first + (1 - share) * second))
    sold = quantity * (1 - eaten)
    return np.column_stack([sold * share, sold * (1 - share), quantity * eaten, first, second])


def _others(
    producers: pd.DataFrame, listed: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> pd.Series:
    """Draw each producer's other product: one of the region's that is not the alliance's."""
    draws = rng.random(len(producers))
    names = []
    for region, own, draw in zip(producers["region"], producers["product"], draws, strict=True):
        choice = [name for name in listed[region] if name != own] or ["potato"]
        names.append(choice[int(draw * len(choice))])
    return pd.Series(names)
