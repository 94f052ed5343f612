"""Balance of covariates that do not vary: undefined is missing, and no pass."""

import numpy as np

from ruralimpact.design.balance import balance
from ruralimpact.design.balance_summary import balance_summary
from ruralimpact.design.covariates import covariate_matrix


def test_a_difference_over_no_spread_is_missing_and_fails() -> None:
    """All treated in one zone: the standard deviation that the difference is measured by is zero."""
    treatment = np.repeat([1, 0], 10).astype(np.int8)
    zone = np.where(treatment == 1, "north", np.tile(["north", "south"], 10))
    found = balance(covariate_matrix({"zone": zone}, every_level=True), treatment)
    assert np.isnan(found.smd).all()
    assert not found.balanced.any()


def test_the_same_constant_in_both_arms_is_balanced() -> None:
    treatment = np.repeat([1, 0], 10).astype(np.int8)
    found = balance(covariate_matrix({"land": np.full(20, 3.5)}), treatment)
    assert found.smd.tolist() == [0.0]
    assert found.balanced.all()


def test_the_summary_of_constants_that_differ_is_missing() -> None:
    treatment = np.repeat([1, 0], 10).astype(np.int8)
    land = np.where(treatment == 1, 3.5, 2.5)
    found = balance_summary(covariate_matrix({"land": land, "age": np.arange(20.0)}), treatment)
    assert np.isnan(found.mean_bias)
