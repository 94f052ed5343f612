"""What may change a rate of return: switching values, drivers one at a time, and all of them together."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.description.levels import level_texts
from ruralimpact.returns.accounts import AccountFlows, account_flows
from ruralimpact.returns.cash_flow import delayed, internal_rate, present_values
from ruralimpact.returns.register import CashRegister
from ruralimpact.schema.rate_of_return import Account, Driver, RateOfReturn

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Shock:
    """A driver, or one value of the variable that it goes by.

    Attributes
    ----------
    driver, label, level : str
        Level is empty where the driver goes by no variable.
    lines : tuple of str
    units : ndarray of bool, shape (n,)
        Units whose lines it multiplies.
    swing, variation : float
    """

    driver: str
    label: str
    level: str
    lines: tuple[str, ...]
    units: NDArray[np.bool_]
    swing: float
    variation: float


@dataclass(frozen=True)
class DriverReturn:
    """What a driver does to the rate of return of an account.

    Attributes
    ----------
    driver, label, level : str
    kind : {"low", "high", "switching"}
    factor : float
        What its lines are multiplied by; of a delay, years.
    irr, npv : float
        Of all units together, and the mean of the units.
    reason : str
        Why there is no number, else empty.
    """

    driver: str
    label: str
    level: str
    kind: str
    factor: float
    irr: float
    npv: float
    reason: str = ""


def shocks(drivers: tuple[Driver, ...], register: CashRegister) -> list[Shock]:
    """Return the drivers of an analysis, one for each value of the variable that it goes by."""
    listed = []
    for driver in drivers:
        levels = {"": np.ones(len(register.units), dtype=bool)}
        if driver.by is not None:
            values = level_texts(register.units[driver.by])
            known = sorted(values.dropna().unique())
            levels = {level: (values == level).to_numpy() for level in known}
        for level, units in levels.items():
            swing, variation = float(driver.swing), float(driver.variation)
            listed.append(
                Shock(driver.name, driver.label, level, driver.lines, units, swing, variation)
            )
    return listed


def driver_returns(
    analysis: RateOfReturn, account: Account, register: CashRegister
) -> Iterator[DriverReturn]:
    """Yield the rates with each driver low and high, its switching value, and a year's delay.

    Parameters
    ----------
    analysis : RateOfReturn
    account : Account
    register : CashRegister
        With at least one unit.

    Yields
    ------
    DriverReturn
        The switching value is the factor at which the net present value is zero; it is linear in the
        factor, so there is one or none.
    """
    rate = float(analysis.discount_rate)
    for shock in shocks(analysis.drivers, register):
        if not set(shock.lines) & set(account.lines):
            continue
        name = (shock.driver, shock.label, shock.level)
        for kind, change in (("low", -shock.swing), ("high", shock.swing)):
            flows = account_flows(account, register.lines, _factors(shock, 1 + change))
            yield DriverReturn(*name, kind, 1 + change, *_values(flows, rate))
        yield _switching(shock, account, register, rate)
    if analysis.delay is not None:
        later = account_flows(account, register.lines, delay=1)
        yield DriverReturn("delay", analysis.delay.label, "", "low", 1.0, *_values(later, rate))


def _factors(shock: Shock, factor: float) -> dict[str, FloatArray]:
    return dict.fromkeys(shock.lines, np.where(shock.units, factor, 1.0))


def _values(flows: AccountFlows, rate: float) -> tuple[float, float]:
    """Rate of return of all units together, and mean net present value."""
    total = flows.net.sum(axis=0)
    return internal_rate(total).rate, float(present_values(total, rate)) / len(flows.net)


def _switching(shock: Shock, account: Account, register: CashRegister, rate: float) -> DriverReturn:
    base, without = (
        float(present_values(account_flows(account, register.lines, factors).net.sum(axis=0), rate))
        for factors in ({}, _factors(shock, 0.0))
    )
    own = base - without
    factor = np.nan if own == 0 else -without / own
    known = np.isfinite(factor) and factor >= 0
    return DriverReturn(
        *(shock.driver, shock.label, shock.level, "switching"),
        factor if known else np.nan,
        np.nan,
        np.nan,
        "" if known else "no factor above zero brings the net present value to zero",
    )


def simulated(
    analysis: RateOfReturn, account: Account, register: CashRegister, rng: np.random.Generator
) -> tuple[FloatArray, FloatArray]:
    """Draw all drivers and the delay together.

    Parameters
    ----------
    analysis : RateOfReturn
    account : Account
    register : CashRegister
    rng : numpy.random.Generator
        In the same state for every account, so that all see the same draws.

    Returns
    -------
    irr, npv : ndarray, shape (draws,)
        Of all units together, and the mean of the units. A rate is NaN where a draw has none.
    """
    drawn = [shock for shock in shocks(analysis.drivers, register) if shock.variation > 0]
    factors = _lognormal(rng, [shock.variation for shock in drawn], analysis.draws)
    delays = _delays(rng, analysis)
    invested, operating = np.zeros((2, analysis.draws, analysis.horizon + 1))
    for line in account.lines:
        for chosen, total in _totals(line, register, drawn):
            product = factors[:, chosen].prod(axis=1)[:, None]
            part = product * float(account.conversion.get(line, 1)) * total
            if line in account.investment:
                invested += part
            else:
                operating += part if line in account.benefits else -part
    for years in np.unique(delays[delays > 0]):
        operating[delays == years] = delayed(operating[delays == years], int(years))
    net = operating - invested
    rates = np.array([internal_rate(flow).rate for flow in net])
    return rates, present_values(net, float(analysis.discount_rate)) / len(register.units)


def _totals(
    line: str, register: CashRegister, drawn: list[Shock]
) -> Iterator[tuple[NDArray[np.int64], FloatArray]]:
    """Yield the total of a line over the units that the same shocks multiply, with the places of these."""
    hit = np.zeros((len(register.units), len(drawn)), dtype=bool)
    for position, shock in enumerate(drawn):
        hit[:, position] = shock.units & (line in shock.lines)
    patterns, codes = np.unique(hit, axis=0, return_inverse=True)
    for position, pattern in enumerate(patterns):
        inside = codes.ravel() == position
        yield np.flatnonzero(pattern), register.lines[line][inside].sum(axis=0)


def _lognormal(rng: np.random.Generator, variations: list[float], draws: int) -> FloatArray:
    """Factors with a mean of 1 and these coefficients of variation, shape (draws, shocks)."""
    variance = np.log1p(np.array(variations) ** 2)
    logs = rng.normal(size=(draws, len(variations))) * np.sqrt(variance) - variance / 2
    return np.asarray(np.exp(logs))


def _delays(rng: np.random.Generator, analysis: RateOfReturn) -> NDArray[np.int64]:
    if analysis.delay is None:
        return np.zeros(analysis.draws, dtype=np.int64)
    shares = np.array(analysis.delay.probabilities, dtype=float)
    return rng.choice(len(shares), size=analysis.draws, p=shares / shares.sum())
