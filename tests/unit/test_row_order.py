"""Orders that depend on values alone: the same as those of slower, plainer sorts."""

import numpy as np
import pytest

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.design.row_order import distinct_rows, stable_order


@pytest.mark.parametrize("seed", range(60))
def test_distinct_rows_are_those_of_numpy(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(1, 200)), int(rng.integers(1, 5))
    values = rng.integers(0, rng.integers(1, 6), size=(n, p)).astype(float)
    if seed % 3 == 0:
        values[:, rng.integers(p)] = rng.normal(size=n)
    rows, kind, counts = np.unique(values, axis=0, return_inverse=True, return_counts=True)
    found = distinct_rows(list(values.T))
    assert (values[found.representatives] == rows).all()
    assert (found.kind == kind.ravel()).all()
    assert (found.counts == counts).all()
    assert (found.order == np.lexsort(values.T[::-1])).all()


@pytest.mark.parametrize("distinct", [1, 2, 7, 900, 10**9])
def test_equal_values_stay_in_the_order_of_rows(distinct: int) -> None:
    values = np.random.default_rng(distinct).integers(0, distinct, 1000).astype(float)
    assert (stable_order(values) == np.argsort(values, kind="stable")).all()
    assert len(stable_order(values[:0])) == 0


def test_ascending_units_of_each_column() -> None:
    columns = {"woman": np.array([1.0, 0, 1, 0]), "age": np.array([30.0, 20, 30, 10])}
    woman, age = covariate_matrix(columns).ascending
    assert woman.order.tolist() == [1, 3, 0, 2]
    assert woman.last.tolist() == [False, True, False, True]
    assert age.order.tolist() == [3, 1, 0, 2]
    assert age.last.tolist() == [True, True, False, True]


def test_base_levels_are_what_a_matrix_of_every_level_has_more() -> None:
    columns = {"region": np.array(["west", "east", "north", "east"]), "age": np.arange(4.0)}
    every = covariate_matrix(columns, every_level=True)
    without, plain = every.without_base(), covariate_matrix(columns)
    assert every.names == ("region[east]", "region[north]", "region[west]", "age")
    assert without.names == plain.names
    assert (without.values == plain.values).all() and without.values.flags.c_contiguous
    assert (without.binary == plain.binary).all()
    assert plain.without_base().names == plain.names
