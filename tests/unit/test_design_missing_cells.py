"""A unit whose exact stratum is not known is compared with nobody, and counted."""

import numpy as np
import pandas as pd
import pytest
from study_models import analysis_of

from ruralimpact.design.comparison import NO_CELL, build_comparison
from ruralimpact.design.propensity import fit_propensity
from ruralimpact.design.strategies import parse_strategy
from ruralimpact.design.study import make_design

LACKING = [0, 1, 2, 50, 51]  # three treated units, two controls


def units() -> pd.DataFrame:
    rng = np.random.default_rng(8)
    n = 100
    return pd.DataFrame(
        {
            "unit_id": [f"{i:03}" for i in range(n)],
            "group": [f"g{i % 10}{int(i < 50)}" for i in range(n)],
            "treated": (np.arange(n) < 50).astype(float),
            "age": rng.integers(20, 25, n).astype(float),
            "zone": pd.Series(np.tile(["north", "south"], 50)).where(
                ~np.isin(np.arange(n), LACKING)
            ),
        }
    )


ANALYSIS = {"name": "main", "treatment": "treated", "covariates": ["age"]}


@pytest.mark.parametrize(
    "row",
    [
        {"method": "nearest"},
        {"method": "nearest", "replace": False, "caliper": 0.2},
        {"method": "nearest", "distance": "mahalanobis"},
        {"method": "optimal"},
        {"method": "kernel"},
        {"method": "radius"},
        {"method": "coarsened_exact"},
    ],
    ids=lambda row: " ".join(str(value) for value in row.values()),
)
def test_units_without_a_stratum(row: dict[str, object]) -> None:
    comparison = build_comparison(analysis_of(ANALYSIS), units())
    model = fit_propensity(comparison.covariates, comparison.treatment)
    strategy = parse_strategy({**row, "exact": ["zone"]})
    found = make_design(comparison, strategy, model, [])
    assert (found.weights[LACKING] == 0).all()
    assert found.dropped[NO_CELL] == 3
    assert sum(found.dropped.values()) == 50 - found.n_served
    unmatched = make_design(comparison, parse_strategy(row), model, ["zone"])
    assert unmatched.dropped[NO_CELL] == 3


def test_where_the_analysis_is_exact_they_leave_it_for_all_strategies() -> None:
    comparison = build_comparison(analysis_of({**ANALYSIS, "exact": ["zone"]}), units())
    assert comparison.excluded == ((NO_CELL, 5, 100),)
    assert len(comparison.units) == 95


def test_covariates_that_are_missing_are_named_each_with_its_count() -> None:
    lacking = units().assign(size=1.5)
    lacking.loc[[3, 60], "age"] = np.nan
    lacking.loc[[3, 4, 70], "size"] = np.nan
    comparison = build_comparison(analysis_of({**ANALYSIS, "covariates": ["age", "size"]}), lacking)
    assert comparison.excluded == (
        ("the covariate 'age' is missing", 2, 100),
        ("the covariate 'size' is missing", 2, 98),
    )
