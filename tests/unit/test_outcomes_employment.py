"""Zeros stored as one: told from a true one by whether the parts add up."""

import numpy as np

from ruralimpact.outcomes.employment import restore_zero


def test_hand_example():
    hired = [1, 1, 30, 1, np.nan]
    family = [40, 39, 10, 50, 20]
    total = [40, 40, 41, np.nan, 20]
    restored = restore_zero(hired, total=total, parts=[hired, family], stored_as=1)
    # no hired labour; one true hour; a sum that is off but no stand-in; cannot be told; missing
    np.testing.assert_array_equal(restored, [0, 1, 30, np.nan, np.nan])


def test_a_missing_total_leaves_other_values_alone():
    np.testing.assert_array_equal(
        restore_zero([12.0], total=[np.nan], parts=[[12.0]], stored_as=1), [12.0]
    )
