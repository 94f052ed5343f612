"""A small two-period sample with groups, eligibility and weights, and every estimator on it."""

from functools import cache

import numpy as np
import pandas as pd

from ruralimpact.design.covariates import covariate_matrix
from ruralimpact.difference.doubly_robust import doubly_robust_difference
from ruralimpact.difference.triple import triple_difference
from ruralimpact.difference.two_periods import analysis_of_covariance, difference_in_differences

FORMS = ["improved", "traditional", "regression", "weighting"]


@cache
def sample(n: int = 120) -> pd.DataFrame:
    """Groups of six, treated as wholes; eligibility and weights by unit."""
    rng = np.random.default_rng(7)
    group = np.repeat(np.arange(n // 6), 6)
    x, z = rng.normal(size=n), rng.normal(size=n)
    pull = rng.normal(size=n // 6) + np.bincount(group, x) / 6
    treated = (pull > np.median(pull)).astype(np.int8)[group]
    eligible = (rng.uniform(size=n) < 0.6).astype(np.int8)
    before = 10 + 2 * x + rng.normal(size=n)
    shock = rng.normal(size=n // 6)[group]
    after = before + 1 + x + 0.5 * x**2 + treated * eligible * (1 + z) + shock + rng.normal(size=n)
    weights = rng.uniform(0.5, 2.0, size=n)
    return pd.DataFrame(
        dict(
            group=group,
            x=x,
            z=z,
            treated=treated,
            eligible=eligible,
            before=before,
            after=after,
            weights=weights,
        )
    )


def columns(data: pd.DataFrame, *names: str) -> list[np.ndarray]:
    return [data[name].to_numpy() for name in names]


def matrix(data: pd.DataFrame):
    return covariate_matrix({"x": data["x"], "z": data["z"]})


ESTIMATORS = {
    "difference-in-differences": lambda s, w: difference_in_differences(
        *columns(s, "before", "after", "treated"), weights=w
    ),
    "covariance": lambda s, w: analysis_of_covariance(
        *columns(s, "before", "after", "treated"), covariates=matrix(s), weights=w
    ),
    **{
        form: lambda s, w, form=form: doubly_robust_difference(
            (s.after - s.before).to_numpy(),
            s.treated.to_numpy(),
            matrix(s),
            weights=w,
            form=form,
            after=s.after.to_numpy(),
        )
        for form in FORMS
    },
    **{
        f"triple, {name}": lambda s, w, options=options: triple_difference(
            (s.after - s.before).to_numpy(),
            *columns(s, "treated", "eligible"),
            covariates=matrix(s) if options else None,
            weights=w,
            after=s.after.to_numpy(),
            **options,
        )
        for name, options in {
            "plain": {},
            "each": {"form": "traditional"},
            "each, improved": {"form": "improved"},
            "eligible": {"form": "traditional", "population": "eligible"},
            "eligible, improved": {"population": "eligible"},
        }.items()
    },
}
