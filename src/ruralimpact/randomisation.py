"""The analyst's entry to randomisation tests of an impact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.strategies import parse_strategy
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.estimation.degenerate import settled_by_group
from ruralimpact.estimation.refitted import AssignedGroups
from ruralimpact.impact_columns import column_named, columns_asked
from ruralimpact.impact_data import impact_data
from ruralimpact.inference.clustered import group_sums
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.inference.randomisation import RandomisationTest, fixed_match_test
from ruralimpact.threads import one_thread

IntArray = NDArray[np.int64]


@dataclass(frozen=True)
class RandomisationTests:
    """Both tests of one impact.

    Attributes
    ----------
    fixed : RandomisationTest
        With the match held fixed.
    refitted : RandomisationTest or None
        With score, match and outcome regression made anew for each draw; None where it was not asked for.
    dropped : mapping of str to int
        Rows excluded, by reason.
    """

    fixed: RandomisationTest
    refitted: RandomisationTest | None
    dropped: Mapping[str, int]


@one_thread
def randomisation_test(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    group: str,
    covariates: Sequence[str] | str = (),
    strategy: str | Mapping[str, Any] = "nearest",
    weight: str | None = None,
    strata: str | None = None,
    refit: bool = True,
    draws: int = 999,
    seed: int = 20141031,
) -> RandomisationTests:
    """Test that treatment has no effect on anyone, by permuting it over groups.

    Parameters
    ----------
    data, outcome, treatment, covariates, strategy
        As of `ruralimpact.estimate_impact`.
    group : str
        Column of the group that treatment is assigned to as a whole.
    weight : str, optional
        Column of sampling weights, as of `estimate_impact`.
    strata : str, optional
        Column of the strata within which treatment is permuted, one for all units of a group. Without, over
        all groups. Rows where it is missing are excluded and counted.
    refit : bool
        Match anew for each draw as well.
    draws : int
        At least 19.
    seed : int
        From 0 on.

    Returns
    -------
    RandomisationTests

    Raises
    ------
    DataError, ConfigError, DesignError
        As `estimate_impact`; a group is in both arms or in two strata; no stratum has groups of both arms;
        an outcome of which nothing can be inferred.

    Notes
    -----
    The statistic is the estimate over its bias-reduced error. Without strata the test asks whether chance
    could have given treatment to these groups; where selection is on covariates only the refitted test asks
    about the estimate as a whole, and neither replaces the interval.
    """
    chosen = parse_strategy(strategy)
    _refuse_number(draws, "draws", 19)
    _refuse_number(seed, "seed", 0)
    columns = columns_asked(
        chosen,
        outcome,
        treatment,
        covariates,
        group=column_named(group, "group"),
        weight=weight,
        strata=strata,
    )
    rows = impact_data(data, columns)
    chosen.check_covariates(rows.covariates)
    codes = rows.groups.codes
    assigned = AssignedGroups(
        chosen,
        rows.covariates,
        rows.outcome_covariates,
        rows.treatment,
        codes,
        _arms_of_groups(rows.treatment, codes, treatment),
        cells=rows.cells,
        sampling=rows.sampling,
    )
    scored = settled_by_group(assigned.estimate(rows.outcome), rows.outcome, rows.treatment, codes)
    clustering = scored.clustering(codes)
    if clustering.leverage is None:
        raise DesignError("this strategy has no weights by arm to permute.")
    refused = too_few_groups(clustering.leverage)
    if refused or not scored.scores.any():
        raise DesignError(f"{refused or scored.notes[-1]}.")
    cells = rows.sampling_strata
    if cells is not None:
        cells = cells[np.unique(codes, return_index=True)[1]]
    fixed = fixed_match_test(
        scored.estimate,
        group_sums(scored.scores, codes),
        clustering.leverage,
        rng=np.random.default_rng(seed),
        strata=cells,
        draws=draws,
    )
    if not refit:
        return RandomisationTests(fixed, None, rows.excluded)
    rng = np.random.default_rng(seed + 1)
    refitted = assigned.test(rows.outcome, rng=rng, strata=cells, draws=draws)
    return RandomisationTests(fixed, refitted, rows.excluded)


def _refuse_number(value: object, key: str, low: int) -> None:
    whole = isinstance(value, int | np.integer) and not isinstance(value, bool)
    if not whole or value < low:  # type: ignore[operator]
        raise ConfigError(f"{value!r} is not a whole number from {low} on.", key=key)


def _arms_of_groups(treatment: NDArray[np.int8], codes: IntArray, column: str) -> IntArray:
    """Treatment of each group, whose units must have the same."""
    treated, size = np.bincount(codes, treatment), np.bincount(codes)
    both = int(((treated > 0) & (treated < size)).sum())
    if both:
        raise DesignError(f"column '{column}': a group has units in both arms; {both:,} do.")
    return (treated > 0).astype(np.int64)
