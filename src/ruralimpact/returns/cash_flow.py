"""Rates and values of cash flows by year; what has no rate has a reason."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pyxirr
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

NO_INVESTMENT = "nothing is invested"
NO_SIGN_CHANGE = "flows have one sign only"
STARTS_WITH_GAIN = "flows begin with a gain"
NOT_PAID_BACK = "not paid back within the horizon"

# Relative distance of computed roots that may be one, and size of a polynomial that is zero but for rounding.
_ALIKE, _ZERO = 1e-3, 1e-12

_GRID = np.concatenate([np.linspace(-0.99, 1.0, 400), np.geomspace(1.01, 1e4, 200)])


@dataclass(frozen=True)
class InternalRate:
    """Internal rate of return of a flow.

    Attributes
    ----------
    rate : float
        Highest rate at which the net present value is zero: at any higher one the flow loses. NaN where
        there is none.
    roots : int
        Rates above -100 percent at which it is zero.
    reason : str
        Why there is no rate, else empty.
    """

    rate: float
    roots: int
    reason: str = ""


def present_values(flows: FloatArray, rate: float) -> FloatArray:
    """Discounted sums of flows.

    Parameters
    ----------
    flows : ndarray, shape (..., T + 1)
        By year, from year 0 on.
    rate : float
        Above -1.

    Returns
    -------
    ndarray, shape (...)
    """
    return np.asarray(flows @ (1 + rate) ** -np.arange(flows.shape[-1], dtype=float))


def internal_rate(flows: FloatArray) -> InternalRate:
    """Internal rate of return, and how many there are.

    Parameters
    ----------
    flows : ndarray, shape (T + 1,)
        By year, from year 0 on.

    Returns
    -------
    InternalRate

    Notes
    -----
    With one change of sign there is exactly one root (Descartes), which pyxirr finds. With more of them the
    real roots of the polynomial in 1 / (1 + r) are counted, and the highest rate is taken if flows begin
    with an outlay; it is the one above which the present value stays below zero.
    """
    signs = np.sign(flows[flows != 0])
    if not len(signs) or (signs == signs[0]).all():
        return InternalRate(np.nan, 0, NO_SIGN_CHANGE)
    if signs[0] > 0:
        return InternalRate(np.nan, len(_roots(flows)), STARTS_WITH_GAIN)
    if (np.diff(signs) != 0).sum() == 1:
        guess = _near_root(flows)
        rate = pyxirr.irr(flows, guess=guess)
        return InternalRate(guess if rate is None else float(rate), 1)
    roots = _roots(flows)
    if not roots:
        return InternalRate(np.nan, 0, "no rate makes the net present value zero")
    return InternalRate(roots[-1], len(roots))  # pyxirr may leave for another root from there


def _near_root(flows: FloatArray) -> float:
    """A rate near the only root: the last of a grid at which the present value is above zero."""
    above = _grid_discounts(len(flows)) @ flows > 0
    return float(_GRID[above][-1]) if above.any() else float(_GRID[0])


@cache
def _grid_discounts(years: int) -> FloatArray:
    discounts: FloatArray = (1 + _GRID)[:, None] ** -np.arange(years, dtype=float)
    return discounts


def _roots(flows: FloatArray) -> list[float]:
    """Rates above -100 percent at which the present value is zero, in rising order."""
    scaled = (flows / np.abs(flows).max())[::-1]
    near = np.roots(scaled)
    near = near[(near.real > 0) & (np.abs(near.imag) < _ALIKE * np.abs(near))]
    near = near[np.argsort(near.real)]
    factors: list[float] = []
    for some in np.split(near, np.flatnonzero(np.diff(near.real) > _ALIKE * near.real[1:]) + 1):
        factors += _distinct(scaled, some)
    return sorted(1 / factor - 1 for factor in factors)


def _distinct(polynomial: FloatArray, near: NDArray[np.complex128]) -> list[float]:
    """Real roots of a polynomial among roots that lie near each other, as computed.

    A root of multiplicity m is computed as m of them around it, some of them complex; their mean is exact.
    """
    if len(near) > 1:
        mean = float(near.real.mean())
        size = np.polyval(np.abs(polynomial), mean)
        if abs(np.polyval(polynomial, mean)) <= _ZERO * size:
            return [mean]
    real = near[np.abs(near.imag) < 1e-7 * np.abs(near)].real
    return sorted(set(map(float, real)))


def payback(flows: FloatArray) -> float:
    """Years after which the sum of flows stays at zero or above.

    Parameters
    ----------
    flows : ndarray, shape (T + 1,)

    Returns
    -------
    float
        Flows are spread evenly within a year. NaN where the sum is below zero at the end, or never is.
    """
    sums = np.cumsum(flows)
    below = np.flatnonzero(sums < 0)
    if not len(below) or below[-1] == len(flows) - 1:
        return np.nan
    last = int(below[-1])
    return float(last + sums[last] / (sums[last] - sums[last + 1]))


def delayed(flows: FloatArray, years: int) -> FloatArray:
    """Flows that come some years later; what then lies beyond the horizon is lost.

    Parameters
    ----------
    flows : ndarray, shape (..., T + 1)
    years : int

    Returns
    -------
    ndarray, shape (..., T + 1)
    """
    if not years:
        return flows
    later = np.zeros_like(flows)
    later[..., years:] = flows[..., :-years]
    return later
