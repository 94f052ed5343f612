"""Net income from products sold and inputs bought."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DataError

FloatArray = NDArray[np.float64]
_CENT = 0.01


@dataclass(frozen=True)
class IncomeAccount:
    """Net income and what it is made of, in the currency of the prices.

    Attributes
    ----------
    total : ndarray, shape (n,)
        Sales less costs; NaN where any part is missing.
    sales, costs : dict of str to ndarray, shape (n,)
        Value of each part, costs as positive amounts.
    """

    total: FloatArray
    sales: Mapping[str, FloatArray]
    costs: Mapping[str, FloatArray]


def net_income(
    sales: Mapping[str, FloatArray], costs: Mapping[str, FloatArray], units: Iterable[str]
) -> IncomeAccount:
    """Sum sales and subtract costs.

    Parameters
    ----------
    sales, costs : mapping of str to array_like, shape (n,)
        Money amounts by part (quantity times price, or an amount as recorded). Costs are cash
        costs: family labour is a cost only if it is listed.
    units : iterable of str, length n
        Whose amounts they are, for messages.

    Returns
    -------
    IncomeAccount

    Raises
    ------
    DataError
        The parts of some unit do not sum to its total to the cent: its amounts are too large, or too
        far apart in size, for the sum to be exact.
    """
    sold = {name: np.array(value, dtype=float) for name, value in sales.items()}
    paid = {name: np.array(value, dtype=float) for name, value in costs.items()}
    total = np.asarray(sum(sold.values()) - sum(paid.values()), dtype=float)
    signed = [*sold.values(), *(-cost for cost in paid.values())]
    rounding = sum(np.spacing(np.abs(part)) for part in signed) * len(signed)
    inexact = (rounding >= _CENT) | (np.abs(total - sum(reversed(signed))) >= _CENT)
    if inexact.any():
        raise DataError(
            "the parts of net income do not sum to the total to the cent.",
            units=[unit for unit, hit in zip(units, inexact, strict=True) if hit],
        )
    return IncomeAccount(total=total, sales=sold, costs=paid)
