"""Coarsened exact matching: by hand, and where it must equal exact matching."""

import numpy as np
import pytest

from ruralimpact.design.coarsened import NO_CONTROLS, coarsened_exact_weights
from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.errors import DesignError

TREATMENT = np.array([1, 1, 1, 0, 0, 0, 0], dtype=np.int8)
AGE = np.array([21.0, 24.0, 55.0, 22.0, 30.0, 30.0, 41.0])


def test_by_hand():
    """Cuts at 25 and 50: two treated and one control below, one treated without controls above."""
    ours = coarsened_exact_weights(
        covariate_matrix({"age": AGE}), TREATMENT, cutpoints={"age": [50, 25]}
    )
    assert ours.weights.tolist() == [1, 1, 0, 2, 0, 0, 0]
    assert ours.strata.tolist() == [0, 0, -1, 0, -1, -1, -1]
    assert ours.dropped == {NO_CONTROLS: 1}


def test_a_value_on_a_cut_belongs_above_it():
    ours = coarsened_exact_weights(
        covariate_matrix({"age": AGE}), TREATMENT, cutpoints={"age": [22.0]}
    )
    assert ours.strata.tolist() == [-1, 0, 0, 0, 0, 0, 0]


def sample(n=2000):
    rng = np.random.default_rng(5)
    columns = {
        "region": rng.choice(["north", "south", "west"], n),
        "size": rng.integers(0, 4, n).astype(float),
        "land": rng.exponential(size=n),
    }
    treatment = (rng.uniform(size=n) < 0.2 + 0.1 * (columns["region"] == "south")).astype(np.int8)
    return columns, treatment


def test_exact_cuts_are_exact_strata():
    columns, treatment = sample()
    covariates = covariate_matrix({"region": columns["region"], "size": columns["size"]})
    ours = coarsened_exact_weights(covariates, treatment, cutpoints={"size": "exact"})
    for region in np.unique(columns["region"]):
        for size in range(4):
            cell = (columns["region"] == region) & (columns["size"] == size)
            treated, control = treatment[cell].sum(), (treatment[cell] == 0).sum()
            assert len(set(ours.strata[cell])) == 1
            np.testing.assert_allclose(ours.weights[cell & (treatment == 0)], treated / control)
    assert ours.weights[treatment == 0].sum() == pytest.approx(treatment.sum(), rel=1e-12)


def test_strata_given_as_codes_equal_strata_given_as_dummies():
    columns, treatment = sample()
    codes = np.unique(columns["region"], return_inverse=True)[1]
    both = coarsened_exact_weights(covariate_matrix(columns), treatment)
    coded = coarsened_exact_weights(
        covariate_matrix({k: columns[k] for k in ("size", "land")}), treatment, strata=codes
    )
    assert (both.weights == coded.weights).all()


def test_one_bin_leaves_a_covariate_out():
    columns, treatment = sample()
    one = coarsened_exact_weights(covariate_matrix(columns), treatment, cutpoints={"land": 1})
    del columns["land"]
    assert (
        one.weights == coarsened_exact_weights(covariate_matrix(columns), treatment).weights
    ).all()


def test_row_and_column_order_change_no_weight():
    columns, treatment = sample()
    first = coarsened_exact_weights(covariate_matrix(columns), treatment)
    order = np.random.default_rng(0).permutation(len(treatment))
    shuffled = {name: columns[name][order] for name in reversed(columns)}
    second = coarsened_exact_weights(covariate_matrix(shuffled), treatment[order])
    assert (second.weights == first.weights[order]).all()


def test_a_constant_covariate_changes_nothing():
    columns, treatment = sample()
    first = coarsened_exact_weights(covariate_matrix(columns), treatment)
    second = coarsened_exact_weights(
        covariate_matrix({**columns, "year": np.full(len(treatment), 2010.0)}), treatment
    )
    assert (second.weights == first.weights).all()


def test_many_covariates_do_not_overflow():
    rng = np.random.default_rng(1)
    values = {f"x{j}": rng.normal(size=50) for j in range(40)}
    treatment = np.tile(np.array([0, 1], dtype=np.int8), 25)
    doubled = {name: np.repeat(column[::2], 2) for name, column in values.items()}
    ours = coarsened_exact_weights(covariate_matrix(doubled), treatment)
    assert ours.weights.tolist() == [1.0] * 50
    assert ours.strata.max() == 24


@pytest.mark.parametrize(
    ("cutpoints", "words"),
    [
        ({"age": 0}, "at least 1"),
        ({"age": [1.0, np.inf]}, "cut points of 'age'"),
        ({"age": "fine"}, "neither"),
        ({"aged": 3}, "'aged', which is not among"),
        ({"age": "exact"}, "no stratum"),
    ],
)
def test_bad_input(cutpoints, words):
    with pytest.raises(DesignError, match=words):
        coarsened_exact_weights(covariate_matrix({"age": AGE}), TREATMENT, cutpoints=cutpoints)
