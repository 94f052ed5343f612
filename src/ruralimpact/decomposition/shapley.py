"""The difference between two means of net income, split by Shapley averaging over its factors."""

from dataclasses import dataclass
from itertools import product as cartesian
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ruralimpact.errors import DesignError

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
# Real, or complex inside the derivative.
AnyArray = NDArray[Any]

FACTORS = ("volume", "mix", "quality", "price", "cost")
_STEP = 1e-30


@dataclass(frozen=True)
class ArmMeans:
    """Mean accounts of one arm.

    Attributes
    ----------
    quantity, value : ndarray, shape (L,)
        By line (product by grade).
    cost : ndarray, shape (K,)
        By product.
    """

    quantity: AnyArray
    value: AnyArray
    cost: AnyArray


def shapley_parts(treated: ArmMeans, control: ArmMeans, line_product: IntArray) -> FloatArray:
    """Split the difference in mean net income of two arms.

    Parameters
    ----------
    treated, control : ArmMeans
        `control` is what the treated would have had.
    line_product : ndarray of int, shape (L,)
        Product of each line.

    Returns
    -------
    ndarray, shape (5, K)
        Rows `FACTORS`, columns products. A column sums to the product's difference in net income,
        the whole to the difference in net income.

    Raises
    ------
    DesignError
        A mean quantity is negative, nothing is produced in an arm, a product is worth nothing, or it
        has a value or a cost in an arm that has none of it.

    Notes
    -----
    Mean net income is ``V sum_k (m_k / r_k) (sum_g h_kg p_kg - c_k)``: V the volume of all products
    at the reference prices r_k (the mean of both arms' prices), m_k a product's share of it, h_kg
    the share of a grade in the product's quantity, p_kg its price and c_k cash cost a unit of
    quantity. Prices and unit costs are ratios of means. What one arm does not produce has the
    other's price, shares and unit cost.

    References
    ----------
    Shapley (1953), in Contributions to the Theory of Games II; Shorrocks (2013), Journal of Economic
    Inequality 11(1).
    """
    _refuse_undefined(treated, control, line_product)
    return np.real(_parts(treated, control, line_product)).astype(float)


def shapley_jacobian(
    treated: ArmMeans, control: ArmMeans, line_product: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Derivatives of `shapley_parts` by every mean.

    Parameters
    ----------
    treated, control : ArmMeans
    line_product : ndarray of int, shape (L,)

    Returns
    -------
    by_treated, by_control : ndarray, shape (5, K, 2 L + K)
        The last axis holds quantities, values and costs in turn.

    Notes
    -----
    By complex steps, which have no cancellation and so are exact to rounding (Squire & Trapp 1998,
    SIAM Review 40(1)).
    """
    sides = [treated, control]
    derivatives = []
    for side in (0, 1):
        flat = _flat(sides[side])
        columns = []
        for j in range(len(flat)):
            moved = flat.astype(complex)
            moved[j] += 1j * _STEP * max(abs(flat[j]), 1.0)
            pair = list(sides)
            pair[side] = _unflat(moved, sides[side])
            slope = np.imag(_parts(pair[0], pair[1], line_product)) / (
                _STEP * max(abs(flat[j]), 1.0)
            )
            columns.append(slope)
        derivatives.append(np.stack(columns, axis=-1).astype(float))
    return derivatives[0], derivatives[1]


def _flat(means: ArmMeans) -> AnyArray:
    return np.concatenate([means.quantity, means.value, means.cost])


def _unflat(flat: AnyArray, like: ArmMeans) -> ArmMeans:
    lines = len(like.quantity)
    return ArmMeans(flat[:lines], flat[lines : 2 * lines], flat[2 * lines :])


@dataclass(frozen=True)
class _Factors:
    """The five factors of both arms, control first: volume (2,), and arrays (2, K) or (2, L)."""

    volume: AnyArray
    mix: AnyArray
    quality: AnyArray
    price: AnyArray
    cost: AnyArray
    reference: AnyArray


def _parts(treated: ArmMeans, control: ArmMeans, line_product: IntArray) -> AnyArray:
    factors = _factors((control, treated), line_product)
    worth = {
        chosen: _net_income(factors, chosen, line_product)
        for chosen in cartesian((0, 1), repeat=len(FACTORS))
    }
    parts = np.zeros((len(FACTORS), len(control.cost)), dtype=worth[(0,) * len(FACTORS)].dtype)
    for chosen, income in worth.items():
        for j, own in enumerate(chosen):
            if own == 0:
                changed = (*chosen[:j], 1, *chosen[j + 1 :])
                parts[j] += _weight(sum(chosen)) * (worth[changed] - income)
    return parts


def _weight(changed: int) -> float:
    """Share of the orders of substitution in which exactly these factors change first."""
    n = len(FACTORS)
    return factorial(changed) * factorial(n - changed - 1) / factorial(n)


def _net_income(factors: _Factors, chosen: tuple[int, ...], line_product: IntArray) -> AnyArray:
    """Net income by product with each factor taken from control (0) or treated (1), shape (K,)."""
    volume, mix, quality, price, cost = chosen
    products = factors.mix.shape[1]
    unit_value = _by_product(
        factors.quality[quality] * factors.price[price], line_product, products
    )
    quantity = factors.volume[volume] * factors.mix[mix] / factors.reference
    return np.asarray(quantity * (unit_value - factors.cost[cost]))


def _factors(arms: tuple[ArmMeans, ArmMeans], line_product: IntArray) -> _Factors:
    products = len(arms[0].cost)
    totals = [_by_product(arm.quantity, line_product, products) for arm in arms]
    values = [_by_product(arm.value, line_product, products) for arm in arms]
    reference = sum(_ratios(values, totals)) / 2
    reference = np.where(np.real(reference) == 0, 1.0, reference)
    graded = np.bincount(line_product)[line_product] > 1
    shares = _ratios([arm.quantity for arm in arms], [total[line_product] for total in totals])
    volumes = [(reference * total).sum() for total in totals]
    return _Factors(
        np.array(volumes),
        np.array(
            [reference * total / volume for total, volume in zip(totals, volumes, strict=True)]
        ),
        np.where(graded, np.array(shares), 1.0),
        np.array(_ratios([arm.value for arm in arms], [arm.quantity for arm in arms])),
        np.array(_ratios([arm.cost for arm in arms], totals)),
        reference,
    )


def _ratios(tops: list[AnyArray], bottoms: list[AnyArray]) -> list[AnyArray]:
    """Ratios of both arms; where one arm has no bottom the other's ratio, else 0."""
    there = [np.real(bottom) != 0 for bottom in bottoms]
    own = [
        np.where(has, top / np.where(has, bottom, 1), 0)
        for top, bottom, has in zip(tops, bottoms, there, strict=True)
    ]
    return [np.where(there[i], own[i], own[1 - i]) for i in (0, 1)]


def _by_product(lines: AnyArray, line_product: IntArray, products: int) -> AnyArray:
    total = np.zeros(products, dtype=lines.dtype)
    np.add.at(total, line_product, lines)
    return total


def _refuse_undefined(treated: ArmMeans, control: ArmMeans, line_product: IntArray) -> None:
    products = len(control.cost)
    amount, worth = (
        _by_product(np.real(first) + np.real(second), line_product, products)
        for first, second in (
            (treated.quantity, control.quantity),
            (treated.value, control.value),
        )
    )
    if ((amount > 0) & (worth <= 0)).any():
        raise DesignError("a product is worth nothing in either arm: its volume cannot be valued.")
    for arm, name in ((treated, "treated units"), (control, "controls")):
        quantity = np.real(arm.quantity)
        if (quantity < 0).any():
            raise DesignError(f"a mean quantity of the {name} is negative: prices have no meaning.")
        if not (quantity > 0).any():
            raise DesignError(f"the {name} produce nothing.")
        total = _by_product(quantity, line_product, len(arm.cost))
        if ((quantity == 0) & (np.real(arm.value) != 0)).any() or (
            (total == 0) & (np.real(arm.cost) != 0)
        ).any():
            raise DesignError(
                f"a product of the {name} has a value or a cost but no quantity: it has no price."
            )
