"""Effects by the strategies of a study among the units that were found again."""

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.covariates import CovariateMatrix
from ruralimpact.design.sampling import of_mean_one
from ruralimpact.design.strategies import Strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.estimation.prepared import prepare

FloatArray = NDArray[np.float64]


def matched_effect(
    strategy: Strategy,
    outcome: FloatArray,
    treatment: NDArray[np.int8],
    covariates: CovariateMatrix,
    *,
    cells: NDArray[np.int64] | None = None,
    weights: FloatArray | None = None,
) -> ScoredEstimate:
    """Match or weight the units that responded, as a sample with these weights.

    Parameters
    ----------
    strategy : Strategy
    outcome : ndarray, shape (n,)
        NaN for units that did not respond.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
    cells : ndarray of int, shape (n,), optional
        Codes of the exact strata.
    weights : ndarray, shape (n,), optional
        Sampling weights, times those for response; positive for units that responded.

    Returns
    -------
    ScoredEstimate
        With scores of shape (n,), 0 for units that did not respond, that take the weights as known.

    Raises
    ------
    DesignError
        A comparison that the data cannot bear; a weight that is not positive.
    """
    responds = np.isfinite(outcome)
    if weights is not None and not (weights[responds] > 0).all():
        raise DesignError("a sampling weight is missing or not positive.")
    prepared = prepare(
        strategy,
        covariates.rows(responds),
        treatment[responds],
        strata=None if cells is None else cells[responds],
        sampling=None if weights is None else of_mean_one(weights[responds]),
    )
    return spread_scores(strategy_estimator(strategy, prepared)(outcome[responds]), responds)
