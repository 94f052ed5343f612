"""Leaving regions out: which units are kept, and an estimator called on each subset."""

import numpy as np

from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.sensitivity.leave_one_out import leave_one_out, subsets

REGIONS = np.array(
    ["north", "south", "north", None, "east", "south", "east", "north"], dtype=object
)


def test_subsets_leave_each_region_out_once() -> None:
    found = dict(subsets(REGIONS))
    assert list(found) == ["east", "north", "south"]
    assert found["north"].tolist() == [False, True, False, True, True, True, True, False]
    assert all(kept[3] for kept in found.values()), "a unit of unknown region always stays"


def test_estimator_sees_the_units_kept() -> None:
    outcome = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0])
    treatment = np.array([1, 0, 0, 1, 1, 0, 0, 1], dtype=np.int8)
    found = leave_one_out(
        REGIONS, lambda kept: difference_in_means(outcome[kept], treatment[kept]).estimate
    )
    assert found["north"] == (4 + 5) / 2 - (2 + 6 + 7) / 3
