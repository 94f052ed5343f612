"""Product accounts: what each unit produced, what it was worth and what it cost."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DataError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
_CENT = 0.01


@dataclass(frozen=True)
class ProductAccounts:
    """Quantities, values and cash costs of n units, K products and L lines (product by grade).

    Attributes
    ----------
    products : tuple of str, length K
    line_product : ndarray of int, shape (L,)
        Product of each line, an index of `products`; a product without grades has one line.
    quantity : ndarray, shape (n, L)
        In the product's own unit, 0 where nothing was produced, NaN where unknown.
    value : ndarray, shape (n, L)
        Sales and own consumption, in money.
    cost : ndarray, shape (n, K)
        Cash costs as positive amounts.
    """

    products: tuple[str, ...]
    line_product: IntArray
    quantity: FloatArray
    value: FloatArray
    cost: FloatArray

    @property
    def net_income(self) -> FloatArray:
        """Value less cost of each unit, shape (n,); NaN where any entry is missing."""
        return np.asarray(self.value.sum(axis=1) - self.cost.sum(axis=1), dtype=float)

    @property
    def graded(self) -> bool:
        """Whether some product is recorded by grade."""
        return len(self.line_product) > len(self.products)


def check_identity(
    accounts: ProductAccounts,
    net_income: FloatArray,
    unit_ids: Sequence[str],
    outcome: str,
    *,
    within: str,
) -> None:
    """Refuse accounts that do not add up to the outcome that is to be decomposed.

    Parameters
    ----------
    accounts : ProductAccounts
    net_income : ndarray, shape (n,)
        The outcome; NaN where missing.
    unit_ids : sequence, length n
    outcome : str
        Its name, for the message.
    within : str
        Sample that it is of, for the message.

    Raises
    ------
    DataError
        Value less cost differs from it by a cent or more, or by more than rounding where amounts are
        large, or only one of the two is missing.
    """
    own = accounts.net_income
    size = np.nansum(np.abs(accounts.value), axis=1) + np.nansum(np.abs(accounts.cost), axis=1)
    gap = np.abs(own - net_income)
    bad = (gap >= np.maximum(_CENT, 1e-12 * size)) | (np.isnan(own) != np.isnan(net_income))
    if bad.any():
        raise DataError(
            "value less cost of the products is not this outcome, to the cent.",
            within=within,
            column=outcome,
            units=[unit for unit, wrong in zip(unit_ids, bad, strict=True) if wrong],
            hint="List every product with its costs, and nothing else, in the decomposition.",
        )
