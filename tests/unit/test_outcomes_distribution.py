"""Winsorising and ranks against other libraries, and what must not change them."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import percentileofscore

from ruralimpact.outcomes.distribution import percentile_rank, winsorised

RNG = np.random.default_rng(5)
VALUES = np.where(RNG.random(200) < 0.1, np.nan, RNG.lognormal(3, 1.5, 200).round(1))
ZONES = pd.Series(RNG.choice(["north", "south"], 200), dtype="str")


@pytest.mark.parametrize(
    ("lower", "upper"), [(1, 99), (5, 95), (2.5, 97.5), (None, 90), (10, None)]
)
def test_winsorised_at_percentiles_as_stata_defines_them(lower, upper):
    """The percentile is the lowest value up to which at least that share lies, a mean of two at a tie."""
    known = pd.Series(VALUES).dropna().sort_values().to_numpy()

    def percentile(share: float) -> float:
        place = share / 100 * len(known)
        if abs(place - round(place)) < 1e-9:
            return float(known[round(place) - 1] + known[round(place)]) / 2
        return float(known[int(np.ceil(place)) - 1])

    expected = pd.Series(VALUES).clip(
        None if lower is None else percentile(lower), None if upper is None else percentile(upper)
    )
    np.testing.assert_allclose(winsorised(VALUES, lower=lower, upper=upper), expected)


def test_ranks_are_those_of_scipy():
    known = VALUES[~np.isnan(VALUES)]
    expected = [percentileofscore(known, value, kind="mean") / 100 for value in VALUES]
    np.testing.assert_allclose(percentile_rank(VALUES), expected)
    assert np.nanmean(percentile_rank(VALUES)) == pytest.approx(0.5)


@pytest.mark.parametrize("change", [winsorised, percentile_rank])
def test_within_classes_is_class_by_class_and_order_leaves_no_trace(change):
    options = {"lower": 10, "upper": 90} if change is winsorised else {}
    whole = change(VALUES, [ZONES], **options)
    for name in ("north", "south"):
        inside = ZONES.eq(name).to_numpy()
        np.testing.assert_array_equal(whole[inside], change(VALUES[inside], **options))
    order = RNG.permutation(200)
    moved = change(VALUES[order], [ZONES[order]], **options)
    np.testing.assert_array_equal(moved, whole[order])


@pytest.mark.parametrize("change", [winsorised, percentile_rank])
def test_a_class_that_is_missing_and_one_that_nobody_is_known_of(change):
    options = {"upper": 60} if change is winsorised else {}
    classes = pd.Series(["a", "a", None, "b"], dtype="str")
    values = change(np.array([1.0, 2.0, 3.0, np.nan]), [classes], **options)
    assert np.isnan(values).tolist() == [False, False, True, True]


def test_units_do_not_move_ranks():
    np.testing.assert_array_equal(percentile_rank(VALUES), percentile_rank(VALUES * 6.96))
