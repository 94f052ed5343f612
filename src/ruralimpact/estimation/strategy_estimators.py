"""The estimator of each strategy, by the key that the strategy names.

To add one, write a function here from a strategy and its `Prepared` to the function from an outcome to a
`ScoredEstimate`, under ``@_registered(key)``.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ruralimpact.design.matching import Design
from ruralimpact.design.search import match_points
from ruralimpact.design.strategies.base import Strategy
from ruralimpact.design.strategies.pair_matching import PairMatching
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.doubly_robust import aipw, ipwra
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.matching import matching_estimate
from ruralimpact.estimation.missing import matches_among, weights_among
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.printed_errors import (
    FittedScore,
    MatchedOn,
    everyone_std_errors,
    printed_std_errors,
)
from ruralimpact.estimation.regression import regression_adjustment
from ruralimpact.estimation.weighting import inverse_probability_estimate, weighted_difference

FloatArray = NDArray[np.float64]
Build = Callable[[Any, Prepared], Estimator]


@dataclass(frozen=True)
class EstimatorOfStrategy:
    """How effects are estimated under strategies of one kind.

    Attributes
    ----------
    build : callable
        From a strategy and its `Prepared` to the estimator of complete outcomes.
    among : callable
        From a design and the units with a known outcome (mask) to the design of those.
    gives_ate : bool
        Whether the effect on everyone is estimated in one step, where `Prepared.estimand` asks for it.
    everyone_std_errors : callable, optional
        From the strategy, the outcome, and what was prepared for the treated and for controls to
        standard errors of the effect on everyone.
    """

    build: Build
    among: Callable[[Design, NDArray[np.bool_]], Design] = weights_among
    gives_ate: bool = False
    everyone_std_errors: (
        Callable[[Any, FloatArray, Prepared, Prepared], Mapping[str, float]] | None
    ) = None


ESTIMATORS: dict[str, EstimatorOfStrategy] = {}


def _registered(key: str, **traits: Any) -> Callable[[Build], Build]:
    def register(build: Build) -> Build:
        ESTIMATORS[key] = EstimatorOfStrategy(build, **traits)
        return build

    return register


def _everyone_std_errors(
    strategy: PairMatching, outcome: FloatArray, of_treated: Prepared, of_controls: Prepared
) -> Mapping[str, float]:
    matched_on = partial(_matched_on, strategy, of_treated)
    return everyone_std_errors(
        outcome,
        of_treated.design,
        of_controls.design,
        cache(matched_on),
        on_estimated_score=_on_estimated_score(strategy, of_treated),
    )


@_registered("matching", among=matches_among, everyone_std_errors=_everyone_std_errors)
def _matching(strategy: PairMatching, prepared: Prepared) -> Estimator:
    adjust = strategy.adjusted_for(prepared.covariates)
    covariates = strategy.balanced_on(prepared.units) if adjust is None else adjust
    matched_on = None if strategy.serves_once else cache(partial(_matched_on, strategy, prepared))
    on_score = _on_estimated_score(strategy, prepared)
    short = _fewer_matches(prepared.design, strategy.k)

    def estimate(outcome: FloatArray) -> ScoredEstimate:
        scored = matching_estimate(
            outcome, prepared.design, covariates, bias_adjust=adjust is not None
        )
        scored = replace(scored, notes=(*scored.notes, *short))
        if prepared.sampling is not None:  # no other software prints errors of a weighted match
            return scored
        errors = printed_std_errors(
            scored, outcome, prepared.design, matched_on, on_estimated_score=on_score
        )
        return replace(scored, std_errors=errors)

    return estimate


def _fewer_matches(design: Design, k: int) -> tuple[str, ...]:
    """Note on units that have some matches, but fewer than are asked for."""
    short = design.n_short(k)
    unit = "unit has" if short == 1 else "units have"
    return (f"{short:,} {unit} fewer than the {k:,} matches asked for",) if short else ()


def _matched_on(strategy: PairMatching, prepared: Prepared) -> MatchedOn:
    covariates, treatment = prepared.covariates, prepared.treatment
    points = match_points(strategy, covariates, treatment, prepared.propensity)
    adjust = strategy.adjusted_for(covariates)
    regressed = None if adjust is None else adjust.values
    if strategy.distance != "propensity":
        return MatchedOn(points, regressed, strategy.ties_within, strata=prepared.strata)
    score, fitted = points[:, 0], None
    if _on_estimated_score(strategy, prepared):
        fitted = FittedScore(prepared.units.score, covariates, treatment, score, strategy.k)
    return MatchedOn(score, regressed, strategy.ties_within, fitted, prepared.strata)


def _on_estimated_score(strategy: PairMatching, prepared: Prepared) -> bool:
    """Whether units were matched on the score alone: the theory of 2016 is about that case."""
    return (
        strategy.distance == "propensity"
        and strategy.bias_adjust is False
        and prepared.strata is None
        and not prepared.design.dropped
    )


@_registered("weighted_difference")
def _weighted_difference(strategy: Strategy, prepared: Prepared) -> Estimator:
    adjust = strategy.adjusted_for(prepared.covariates)
    covariates = strategy.balanced_on(prepared.units) if adjust is None else adjust
    return lambda outcome: weighted_difference(
        outcome,
        prepared.treatment,
        prepared.design.weights,
        covariates,
        bias_adjust=adjust is not None,
    )


@_registered("inverse_probability", gives_ate=True)
def _inverse_probability(strategy: Strategy, prepared: Prepared) -> Estimator:
    selection = prepared.selection()
    estimand = "ATO" if strategy.estimand == "ATO" else prepared.estimand
    return lambda outcome: inverse_probability_estimate(
        outcome, prepared.treatment, selection, estimand=estimand, sampling=prepared.sampling
    )


@_registered("ipwra", gives_ate=True)
def _ipwra(_: Strategy, prepared: Prepared) -> Estimator:
    selection = prepared.selection()
    return lambda outcome: ipwra(
        outcome,
        prepared.treatment,
        selection,
        prepared.outcome_covariates,
        estimand=prepared.estimand,
        sampling=prepared.sampling,
    )


@_registered("aipw", gives_ate=True)
def _aipw(_: Strategy, prepared: Prepared) -> Estimator:
    selection = prepared.selection()
    return lambda outcome: aipw(
        outcome,
        prepared.treatment,
        selection,
        prepared.outcome_covariates,
        estimand=prepared.estimand,
        sampling=prepared.sampling,
    )


@_registered("regression_adjustment", gives_ate=True)
def _regression_adjustment(_: Strategy, prepared: Prepared) -> Estimator:
    return lambda outcome: regression_adjustment(
        outcome,
        prepared.treatment,
        prepared.outcome_covariates,
        estimand=prepared.estimand,
        sampling=prepared.sampling,
    )


@_registered("difference_in_means")
def _difference_in_means(_: Strategy, prepared: Prepared) -> Estimator:
    return lambda outcome: difference_in_means(
        outcome, prepared.treatment, sampling=prepared.sampling
    )
