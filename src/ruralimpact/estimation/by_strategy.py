"""From a strategy and its design to the function that turns an outcome into an estimate."""

from dataclasses import replace
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.strategies.base import Strategy
from ruralimpact.estimation.degenerate import settling
from ruralimpact.estimation.estimands import average_effect, flip
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.strategy_estimators import ESTIMATORS

FloatArray = NDArray[np.float64]


def strategy_estimator(strategy: Strategy, prepared: Prepared) -> Estimator:
    """Build the estimator of a strategy.

    Parameters
    ----------
    strategy : Strategy
    prepared : Prepared

    Returns
    -------
    callable
        From an outcome (ndarray of shape (n,), NaN where missing) to a `ScoredEstimate` of the effect on
        the treated (on the overlap population for overlap weights). Units with a missing outcome leave
        the comparison; their scores are 0. See `degenerate.settling` for outcomes that do not vary.
    """
    kind = ESTIMATORS[strategy.estimator]

    @cache
    def of_all() -> Estimator:
        return kind.build(strategy, prepared)

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        known = ~np.isnan(outcome)
        if known.all():
            return of_all()(outcome)
        part = prepared.among(known, kind.among(prepared.design, known))
        estimate_known = kind.build(strategy, part)(outcome[known])
        return spread_scores(
            estimate_known, known, lost=prepared.n_treated - estimate_known.n_treated
        )

    return settling(estimate, prepared.treatment)


def everyone_estimator(
    strategy: Strategy, of_treated: Prepared, of_controls: Prepared
) -> Estimator:
    """Build the estimator of the average effect on everyone.

    Parameters
    ----------
    strategy : Strategy
    of_treated : Prepared
    of_controls : Prepared
        The same units with the arms exchanged.

    Returns
    -------
    callable
        From an outcome (ndarray of shape (n,), NaN where missing) to a `ScoredEstimate`.
    """
    kind = ESTIMATORS[strategy.estimator]
    if kind.gives_ate:
        return strategy_estimator(strategy, replace(of_treated, estimand="ATE"))
    on_treated, on_controls = (strategy_estimator(strategy, p) for p in (of_treated, of_controls))
    std_errors = kind.everyone_std_errors

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        average = average_effect(
            on_treated(outcome),
            flip(on_controls(outcome)),
            of_treated.treatment,
            sampling=of_treated.sampling,
        )
        if std_errors is None or of_treated.sampling is not None or np.isnan(outcome).any():
            return average
        return replace(average, std_errors=std_errors(strategy, outcome, of_treated, of_controls))

    return estimate
