"""The analyst's entry to randomisation tests of an impact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.strategies import parse_strategy
from ruralimpact.errors import ConfigError, DesignError
from ruralimpact.estimation.refitted import AssignedGroups
from ruralimpact.impact_columns import Columns, column_named, covariates_named
from ruralimpact.impact_data import impact_data
from ruralimpact.impact_table import read_table, refuse_absent
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.inference.randomisation import RandomisationTest, fixed_match_test

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
    """

    fixed: RandomisationTest
    refitted: RandomisationTest | None


def randomisation_test(
    data: pd.DataFrame,
    *,
    outcome: str,
    treatment: str,
    group: str,
    covariates: Sequence[str] | str = (),
    strategy: str | Mapping[str, Any] = "nearest",
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
    strata : str, optional
        Column of the strata within which treatment is permuted, one for all units of a group. Without, over
        all groups.
    refit : bool
        Match anew for each draw as well.
    draws : int
    seed : int

    Returns
    -------
    RandomisationTests

    Raises
    ------
    DataError, ConfigError, DesignError
        As `estimate_impact`; a group is in both arms or in two strata; no stratum has groups of both arms.

    Notes
    -----
    The statistic is the estimate over its bias-reduced error. Without strata the test asks whether chance
    could have given treatment to these groups; where selection is on covariates only the refitted test asks
    about the estimate as a whole, and neither replaces the interval.
    """
    chosen = parse_strategy(strategy)
    if not isinstance(draws, int | np.integer) or draws < 1:
        raise ConfigError(f"{draws!r} is not a whole number from 1 on.", key="draws")
    columns = Columns(
        column_named(outcome, "outcome"),
        column_named(treatment, "treatment"),
        covariates_named(covariates),
        chosen.outcome_regressors,
        chosen.strata,
        column_named(group, "group"),
    )
    rows = impact_data(data, columns)
    chosen.check_covariates(rows.covariates)
    codes = group_codes(rows.groups.astype(str))
    arms = _of_groups(rows.treatment.astype(np.int64), codes, treatment, "has units in both arms")
    cells = None
    if strata is not None:
        table = read_table(data)
        refuse_absent(table, column_named(strata, "strata"))
        labels = group_codes(table.loc[rows.index, strata].astype(str))
        cells = _of_groups(labels, codes, strata, "is in two strata")
    assigned = AssignedGroups(
        chosen,
        rows.covariates,
        rows.outcome_covariates,
        rows.treatment,
        codes,
        arms,
        cells=rows.cells,
    )
    scored = assigned.estimate(rows.outcome)
    clustering = scored.clustering(codes)
    if clustering.leverage is None:
        raise DesignError("this strategy has no weights by arm to permute.")
    refused = too_few_groups(clustering.leverage)
    if refused:
        raise DesignError(f"{refused}.")
    fixed = fixed_match_test(
        scored.estimate,
        group_sums(scored.scores, codes),
        clustering.leverage,
        rng=np.random.default_rng(seed),
        strata=cells,
        draws=draws,
    )
    if not refit:
        return RandomisationTests(fixed, None)
    rng = np.random.default_rng(seed + 1)
    return RandomisationTests(
        fixed, assigned.test(rows.outcome, rng=rng, strata=cells, draws=draws)
    )


def _of_groups(values: IntArray, codes: IntArray, column: str, problem: str) -> IntArray:
    """The value of each group's units, which must be one."""
    count = int(codes.max()) + 1
    low, high = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(low, codes, values)
    np.maximum.at(high, codes, values)
    if (low != high).any():
        raise DesignError(f"column '{column}': a group {problem}; {(low != high).sum():,} do.")
    return low
