"""Net income: parts that sum to the whole, and nothing made up where a part is missing."""

import numpy as np
import pytest

from ruralimpact.errors import DataError
from ruralimpact.outcomes.income import net_income


def test_hand_example_and_parts():
    result = net_income(
        sales={"rice": [1200.0, 800.0], "beans": [50.5, 0.0]},
        costs={"seed": [100.25, 900.0]},
        units="ab",
    )
    assert result.total.tolist() == [1150.25, -100.0]
    assert sorted({*result.sales, *result.costs}) == ["beans", "rice", "seed"]
    parts = sum(result.sales.values()) - sum(result.costs.values())
    assert np.abs(parts - result.total).max() < 0.01


def test_missing_part_makes_the_total_missing():
    total = net_income({"rice": [10.0, np.nan]}, {"seed": [np.nan, 1.0]}, "ab").total
    assert np.isnan(total).all()


def test_sums_that_cannot_be_exact_to_the_cent_are_refused():
    with pytest.raises(DataError, match=r"unit b: .*to the cent"):
        net_income({"rice": [10.0, 1e15]}, {"seed": [1.0, 0.3]}, "ab")


def test_arguments_are_left_alone():
    sales = np.array([10.0, 20.0])
    result = net_income({"rice": sales}, {}, "ab")
    result.sales["rice"][0] = -1
    assert sales.tolist() == [10.0, 20.0]
