"""Effects without the standard errors that other software prints, for many outcomes or subgroups."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison
from ruralimpact.design.records import Key, read_design, read_propensity
from ruralimpact.design.strategies import (
    NearestNeighbour,
    OptimalMatching,
    Strategy,
    parse_strategy,
)
from ruralimpact.estimation.apply_strategy import Estimator, Prepared, strategy_estimator
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.matching import matching_estimate
from ruralimpact.estimation.missing import spread_scores, without_missing_outcomes

FloatArray = NDArray[np.float64]


def effect_estimator(strategy: Strategy, prepared: Prepared) -> Estimator:
    """Build the estimator of a strategy, without the standard errors that other software prints.

    Parameters
    ----------
    strategy : Strategy
    prepared : Prepared

    Returns
    -------
    callable
        The same estimates and scores as `apply_strategy.strategy_estimator`, sooner where units are
        matched.
    """
    if not isinstance(strategy, NearestNeighbour | OptimalMatching):
        return strategy_estimator(strategy, prepared)
    adjust, covariates = strategy.bias_adjust, prepared.covariates
    if not isinstance(adjust, bool):
        covariates = covariates.select(adjust)

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        design = without_missing_outcomes(prepared.design, np.isnan(outcome))
        return matching_estimate(
            np.nan_to_num(outcome), design, covariates, bias_adjust=adjust is not False
        )

    return estimate


def difference_estimator(treatment: NDArray[np.int8]) -> Estimator:
    """Build the estimator of the difference in means.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)

    Returns
    -------
    callable
        From an outcome (ndarray of shape (n,), NaN where missing) to a `ScoredEstimate`.
    """

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        known = ~np.isnan(outcome)
        return spread_scores(difference_in_means(outcome[known], treatment[known]), known)

    return estimate


def prepare_strategy(
    row: Mapping[str, Any],
    analysis: Mapping[str, Any],
    comparison: Comparison,
    *,
    weights: pd.DataFrame,
    pairs: pd.DataFrame,
    propensity: pd.DataFrame,
) -> tuple[Strategy, Prepared]:
    """Read back what the design stage made of a strategy.

    Parameters
    ----------
    row : mapping
        Of strategies.yaml.
    analysis : mapping
    comparison : Comparison
    weights, pairs, propensity : DataFrame
        Contracts of those names.

    Returns
    -------
    Strategy, Prepared
    """
    strategy = parse_strategy(row)
    return strategy, Prepared(
        comparison.covariates,
        comparison.treatment,
        read_design(Key(analysis["name"], row["name"]), comparison, weights, pairs),
        read_propensity(comparison, strategy.link, propensity)
        if strategy.needs_propensity
        else None,
        outcome_covariates=comparison.matrix(getattr(strategy, "outcome_covariates", ())),
        stratified=bool(analysis.get("exact") or strategy.exact),
    )
