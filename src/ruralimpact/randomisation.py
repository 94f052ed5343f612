"""The analyst's entry to randomisation tests of an impact."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.propensity import PropensityScore, fit_propensity
from ruralimpact.design.repeated_score import RepeatedLogit
from ruralimpact.design.strategies import Strategy, parse_strategy
from ruralimpact.errors import ConfigError, DataError, DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.impact_columns import Columns, column_named, covariates_named
from ruralimpact.impact_data import ImpactData, impact_data
from ruralimpact.impact_table import read_table
from ruralimpact.inference.clustered import group_codes, group_sums
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.inference.randomisation import (
    RandomisationTest,
    fixed_match_test,
    refitted_test,
)

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
        if column_named(strata, "strata") not in table:
            raise DataError("there is no such column.", file="data", column=strata)
        labels = group_codes(table.loc[rows.index, strata].astype(str))
        cells = _of_groups(labels, codes, strata, "is in two strata")
    built = _estimate(chosen, rows, rows.treatment, None)
    clustering = built.clustering(codes)
    if clustering.leverage is None:
        raise DesignError("this strategy has no weights by arm to permute.")
    refused = too_few_groups(clustering.leverage)
    if refused:
        raise DesignError(f"{refused}.")
    fixed = fixed_match_test(
        built.estimate,
        group_sums(built.scores, codes),
        clustering.leverage,
        rng=np.random.default_rng(seed),
        strata=cells,
        draws=draws,
    )
    if not refit:
        return RandomisationTests(fixed, None)
    score = RepeatedLogit(rows.covariates) if chosen.propensity_link == "logit" else None
    # an order of the groups that does not depend on their names
    totals = group_sums(np.nan_to_num(rows.outcome), codes)
    order = np.lexsort((totals, np.bincount(codes), arms))
    position = np.argsort(order)

    def statistic(permuted: IntArray) -> float:
        drawn = permuted[position][codes].astype(np.int8)
        item = _estimate(chosen, rows, drawn, score)
        error = item.clustering(codes).corrected(item.scores).variance ** 0.5
        return item.estimate / error if error > 0 else np.nan

    return RandomisationTests(
        fixed,
        refitted_test(
            statistic,
            arms[order],
            rng=np.random.default_rng(seed + 1),
            strata=None if cells is None else cells[order],
            draws=draws,
        ),
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


def _estimate(
    strategy: Strategy,
    rows: ImpactData,
    treatment: NDArray[np.int8],
    repeated: RepeatedLogit | None,
) -> ScoredEstimate:
    propensity: PropensityScore | None = None
    if strategy.propensity_link and repeated is not None:
        propensity = repeated.fit(treatment)
    elif strategy.propensity_link:
        propensity = fit_propensity(rows.covariates, treatment, link=strategy.propensity_link)
    design = strategy.design(
        ComparedUnits(rows.covariates, treatment, propensity=propensity, strata=rows.cells)
    )
    prepared = Prepared(
        rows.covariates,
        treatment,
        design,
        propensity,
        rows.outcome_covariates,
        strata=rows.cells,
    )
    return strategy_estimator(strategy, prepared)(rows.outcome)
