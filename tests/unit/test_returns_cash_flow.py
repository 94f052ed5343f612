"""Rates and values of cash flows: printed examples, a second library, polynomials with known roots."""

from datetime import date, timedelta

import numpy as np
import numpy_financial
import pytest
import pyxirr

from ruralimpact.returns.cash_flow import (
    NO_SIGN_CHANGE,
    STARTS_WITH_GAIN,
    delayed,
    internal_rate,
    payback,
    present_values,
)

# Examples of the documentation of Excel's functions IRR and NPV, as printed there.
RESTAURANT = [-70_000, 12_000, 15_000, 18_000, 21_000, 26_000]
SHOE_SHOP = [-40_000, 8_000, 9_200, 10_000, 12_000, 14_500]


@pytest.mark.parametrize(("years", "rate"), [(5, -0.021), (6, 0.087)])
def test_rates_of_the_documentation_of_excel(years: int, rate: float) -> None:
    assert internal_rate(np.array(RESTAURANT[:years], float)).rate == pytest.approx(rate, abs=5e-4)


def test_values_of_the_documentation_of_excel() -> None:
    # Excel's NPV discounts its first amount by a year.
    flows = np.array([-10_000, 3_000, 4_200, 6_800], float)
    assert present_values(flows, 0.10) / 1.10 == pytest.approx(1188.44, abs=5e-3)
    assert present_values(np.array(SHOE_SHOP, float), 0.08) == pytest.approx(1922.06, abs=5e-3)
    longer = np.array([*SHOE_SHOP, -9_000], float)
    assert present_values(longer, 0.08) == pytest.approx(-3749.47, abs=5e-3)


def test_the_rate_is_that_of_dates_a_year_apart() -> None:
    flows = np.array(RESTAURANT, float)
    days = [date(2009, 1, 1) + timedelta(days=365 * year) for year in range(len(flows))]
    assert internal_rate(flows).rate == pytest.approx(pyxirr.xirr(days, flows), abs=1e-9)


def test_a_second_library_agrees_where_there_is_one_root() -> None:
    rng = np.random.default_rng(7)
    for _ in range(200):
        flows = np.concatenate([[-1.0], rng.normal(0.4, 0.4, 1), rng.uniform(0.01, 0.8, 9)])
        known = internal_rate(flows)
        assert known.roots == 1
        assert known.rate == pytest.approx(numpy_financial.irr(flows), abs=1e-9)


@pytest.mark.parametrize("rates", [(0.10, 0.20), (0.05, 0.5, 0.9), (-0.3, 0.12, 2.0)])
def test_several_roots_are_counted_and_the_highest_is_meant(rates: tuple[float, ...]) -> None:
    """Flows with these internal rates: the product of x (1 + r) - 1 in the discount factor x."""
    flows = np.array([1.0])
    for rate in rates:
        flows = np.convolve(flows, [-1.0, 1 + rate])
    flows *= -np.sign(flows[0])
    known = internal_rate(flows)
    assert known.roots == len(rates)
    assert known.rate == pytest.approx(max(rates), abs=1e-7)
    assert present_values(flows, max(rates) + 0.05) < 0


@pytest.mark.parametrize("times", [2, 3, 4])
@pytest.mark.parametrize("money", [1.0, 100.0, 3e5])
def test_a_root_of_several_orders_is_one_rate(times: int, money: float) -> None:
    """(x - 1.1)^m in the growth factor, with signs such that it begins with an outlay."""
    flows = -money * np.poly([1.1] * times)
    known = internal_rate(flows)
    assert known.roots == 1
    assert known.rate == pytest.approx(0.1, abs=1e-9)


def test_roots_a_thousandth_of_a_percent_apart_are_two() -> None:
    known = internal_rate(-1e3 * np.poly([1.1, 1.10001]))
    assert known.roots == 2
    assert known.rate == pytest.approx(0.10001, abs=1e-8)


def test_libraries_differ_on_several_roots() -> None:
    """Why a rate is not taken from a library alone: both are right, and neither says that there are two."""
    flows = np.array([-100.0, 230.0, -132.0])
    assert pyxirr.irr(flows) == pytest.approx(0.2)
    assert numpy_financial.irr(flows) == pytest.approx(0.1)
    assert internal_rate(flows).roots == 2


@pytest.mark.parametrize(
    ("flows", "reason"),
    [
        ([-5.0, -1.0], NO_SIGN_CHANGE),
        ([0.0, 0.0], NO_SIGN_CHANGE),
        ([5.0, 1.0], NO_SIGN_CHANGE),
        ([10.0, -11.0], STARTS_WITH_GAIN),
        ([-100.0, 200.0, -150.0], "no rate makes"),
    ],
)
def test_without_a_rate_there_is_a_reason(flows: list[float], reason: str) -> None:
    known = internal_rate(np.array(flows))
    assert np.isnan(known.rate)
    assert known.reason.startswith(reason)


def test_rates_near_the_ends_are_found() -> None:
    assert internal_rate(np.array([-1.0, 0.002])).rate == pytest.approx(-0.998)
    assert internal_rate(np.array([-1.0, 500.0])).rate == pytest.approx(499.0)
    assert internal_rate(np.array([0.0, -100.0, 110.0])).rate == pytest.approx(0.10)


def test_payback_by_hand() -> None:
    assert payback(np.array([-100.0, 40.0, 40.0, 40.0])) == pytest.approx(2.5)
    assert payback(np.array([-100.0, 120.0, -50.0, 60.0])) == pytest.approx(2.5)
    assert np.isnan(payback(np.array([-100.0, 40.0, 40.0])))
    assert np.isnan(payback(np.array([100.0, 40.0])))


def test_delays_lose_what_comes_after_the_horizon() -> None:
    flows = np.array([[0.0, 1.0, 2.0]])
    assert delayed(flows, 1).tolist() == [[0.0, 0.0, 1.0]]
    assert delayed(flows, 0).tolist() == flows.tolist()
    assert delayed(flows, 5).tolist() == [[0.0, 0.0, 0.0]]
