"""Estimators from what the design stage left, for all stages that estimate."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.design.comparison import Comparison
from ruralimpact.design.methods import exact_of
from ruralimpact.design.records import Key, read_design, read_propensity
from ruralimpact.design.strategies import Strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.degenerate import settling
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.schema.analysis import AnyAnalysis

FloatArray = NDArray[np.float64]


def difference_estimator(
    treatment: NDArray[np.int8], sampling: FloatArray | None = None
) -> Estimator:
    """Build the estimator of the difference in means.

    Parameters
    ----------
    treatment : ndarray of {0, 1}, shape (n,)
    sampling : ndarray, shape (n,), optional
        Sampling weights.

    Returns
    -------
    callable
        From an outcome (ndarray of shape (n,), NaN where missing) to a `ScoredEstimate`.
    """

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        known = ~np.isnan(outcome)
        if set(treatment[known]) != set(treatment):
            raise DesignError("the outcome is missing for every unit of an arm.")
        weights = None if sampling is None else sampling[known]
        difference = difference_in_means(outcome[known], treatment[known], sampling=weights)
        lost = int((treatment[~known] == 1).sum())
        return spread_scores(difference, known, lost=lost)

    return settling(estimate, treatment)


def prepare_strategy(
    strategy: Strategy,
    analysis: AnyAnalysis,
    comparison: Comparison,
    *,
    weights: pd.DataFrame,
    pairs: pd.DataFrame,
    propensity: pd.DataFrame,
) -> Prepared:
    """Read back what the design stage made of a strategy.

    Parameters
    ----------
    strategy : Strategy
        With its name.
    analysis : Analysis
    comparison : Comparison
    weights, pairs, propensity : DataFrame
        Contracts of those names.

    Returns
    -------
    Prepared
    """
    link = strategy.propensity_link
    return Prepared(
        comparison.covariates,
        comparison.treatment,
        read_design(Key(analysis.name, str(strategy.name)), comparison, weights, pairs),
        None if link is None else read_propensity(comparison, link, propensity),
        outcome_covariates=comparison.matrix(strategy.outcome_regressors),
        strata=comparison.strata([*exact_of(analysis), *strategy.strata]),
        sampling=comparison.sampling,
    )
