"""Rows of the table of bounds: the effect as found, re-weighted for response, and bounded."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.attrition.imbens_manski import imbens_manski
from ruralimpact.attrition.lee_bounds import lee_bounds
from ruralimpact.attrition.matched import matched_effect
from ruralimpact.attrition.population import Population
from ruralimpact.attrition.response_weights import (
    ResponseModel,
    everyone_counts,
    fit_response,
    reweighted_difference,
    reweighted_regression,
)
from ruralimpact.attrition.rows import EffectRow
from ruralimpact.design.comparison import NO_CELL, WEIGHT
from ruralimpact.design.covariates import CovariateMatrix, covariate_matrix
from ruralimpact.design.strategies import Strategy
from ruralimpact.errors import DesignError
from ruralimpact.estimation.degenerate import refuse_out_of_range, settled
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.inference.bias_reduced_scores import CorrectedScores, combine
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.schema.followup import Attrition

FloatArray = NDArray[np.float64]
MEANS, REGRESSION = "difference_in_means", "regression"
TRIMMING, WITHIN = "trimming", "trimming_within_cells"


@dataclass(frozen=True)
class FollowedUnits:
    """Units whose outcome is asked about, with complete covariates and cells.

    Attributes
    ----------
    outcome : ndarray, shape (n,)
        NaN for units that did not respond.
    treatment : ndarray of {0, 1}, shape (n,)
    covariates : CovariateMatrix, n rows
    cells : ndarray of str, shape (n,), optional
    groups : ndarray of int, shape (n,)
        Codes 0 .. G-1.
    units : DataFrame, n rows
        Of the baseline.
    sampling : ndarray, shape (n,), optional
        Sampling weights of the baseline.
    """

    outcome: FloatArray
    treatment: NDArray[np.int8]
    covariates: CovariateMatrix
    cells: NDArray[np.object_] | None
    groups: NDArray[np.int64]
    units: pd.DataFrame
    sampling: FloatArray | None

    @property
    def responds(self) -> NDArray[np.bool_]:
        """Units with a known outcome, shape (n,)."""
        return ~np.isnan(self.outcome)

    def weighted_by(self, model: ResponseModel) -> FloatArray:
        """Weights for response, times sampling weights where there are any, shape (n,)."""
        return model.weights if self.sampling is None else model.weights * self.sampling


def effect_rows(
    entry: Attrition,
    population: Population,
    outcome: str,
    strategies: Mapping[str, Strategy] = MappingProxyType({}),
) -> Iterator[EffectRow]:
    """Yield the rows of one outcome.

    Parameters
    ----------
    entry : Attrition
    population : Population
    outcome : str
    strategies : mapping of str to Strategy
        By which those found again are compared as well, by their name among estimators.

    Yields
    ------
    EffectRow
        But for what is common to all rows of the outcome. None
        where every unit responds; what cannot be estimated has its reason.
    """
    try:
        sample = _sample(entry, population, outcome)
        refuse_out_of_range(sample.outcome)
        if sample.responds.all():
            return
        unweighted = everyone_counts(sample.responds)
        plain = {MEANS: reweighted_difference(sample.outcome, sample.treatment, unweighted)}
    except DesignError as problem:
        yield EffectRow(kind="as_found", estimator=MEANS, reason=str(problem))
        return
    yield _estimate_row("as_found", MEANS, plain[MEANS], sample)
    if sample.covariates.names:
        plain[REGRESSION] = _regression(sample, unweighted)
        yield _estimate_row("as_found", REGRESSION, plain[REGRESSION], sample)
        for name, strategy in strategies.items():
            try:
                plain[name] = _matched(sample, strategy, sample.sampling)
                yield _estimate_row("as_found", name, plain[name], sample)
            except DesignError as problem:
                yield EffectRow(kind="as_found", estimator=name, reason=str(problem))
        yield from _weighted(sample, plain, strategies)
    yield from _bounded(sample, TRIMMING, None)
    if sample.cells is not None:
        yield from _bounded(sample, WITHIN, sample.cells)


def _sample(entry: Attrition, population: Population, outcome: str) -> FollowedUnits:
    covariates, cells = list(entry.covariates), list(entry.cells)
    kept = population.compared & population.complete([*covariates, *cells])
    units = population.units[kept]
    label = units[cells].astype(str).agg(", ".join, axis=1).to_numpy(object) if cells else None
    return FollowedUnits(
        population.outcomes[outcome].to_numpy(float)[kept],
        population.treatment[kept],
        covariate_matrix({name: units[name] for name in covariates}, rows=len(units)),
        label,
        group_codes(population.groups[kept]),
        units,
        units[WEIGHT].to_numpy(float) if WEIGHT in units else None,
    )


def _regression(sample: FollowedUnits, model: ResponseModel) -> ScoredEstimate:
    return reweighted_regression(sample.outcome, sample.treatment, sample.covariates, model)


def _matched(
    sample: FollowedUnits, strategy: Strategy, weights: FloatArray | None
) -> ScoredEstimate:
    if not strategy.strata:
        outcome, treatment = sample.outcome, sample.treatment
        return matched_effect(strategy, outcome, treatment, sample.covariates, weights=weights)
    exact = sample.units[list(strategy.strata)]
    known = exact.notna().all(axis=1).to_numpy()
    effect = matched_effect(
        strategy,
        np.where(known, sample.outcome, np.nan),
        sample.treatment,
        sample.covariates,
        cells=np.asarray(exact.groupby(list(exact), dropna=False).ngroup(), dtype=np.int64),
        weights=weights,
    )
    lost = int((sample.responds & ~known).sum())
    notes = (*effect.notes, f"{lost:,} units excluded: {NO_CELL}") if lost else effect.notes
    return replace(effect, notes=notes)


def _weighted(
    sample: FollowedUnits, plain: Mapping[str, ScoredEstimate], strategies: Mapping[str, Strategy]
) -> Iterator[EffectRow]:
    """Effects re-weighted for response, and what the weights do to them."""
    try:
        model = fit_response(sample.responds, sample.treatment, sample.covariates)
    except DesignError as problem:
        yield EffectRow(kind="response_weighted", estimator=MEANS, reason=str(problem))
        return
    makers: dict[str, Callable[[], ScoredEstimate]] = {
        MEANS: lambda: reweighted_difference(sample.outcome, sample.treatment, model),
        REGRESSION: lambda: _regression(sample, model),
        **{
            name: partial(_matched, sample, strategies[name], sample.weighted_by(model))
            for name in strategies
            if name in plain
        },
    }
    notes = f"model of response without {', '.join(model.excluded)}" if model.excluded else ""
    for name, maker in makers.items():
        try:
            effect = maker()
        except DesignError as problem:
            yield EffectRow(kind="response_weighted", estimator=name, reason=str(problem))
            continue
        yield replace(
            _estimate_row("response_weighted", name, effect, sample),
            capped=model.capped,
            largest_weight=float(model.weights.max()),
            notes=notes,
        )
        yield _change_row(name, effect, plain[name], sample)


def _bounded(sample: FollowedUnits, estimator: str, cells: Any) -> Iterator[EffectRow]:
    try:
        bounds = lee_bounds(sample.outcome, sample.treatment, cells=cells)
    except DesignError as problem:
        yield EffectRow(kind="lee_interval", estimator=estimator, reason=str(problem))
        return
    ends = {"lee_lower": bounds.lower, "lee_upper": bounds.upper}
    known = np.isfinite(sample.outcome).astype(float)
    carried = {
        kind: replace(end, weights=known, arms=sample.treatment) for kind, end in ends.items()
    }
    rows = [_estimate_row(kind, estimator, bound, sample) for kind, bound in carried.items()]
    for row in (*rows, _interval(list(carried.values()), estimator, sample)):
        yield replace(
            row,
            trimmed=bounds.trimmed,
            share_trimmed=bounds.share,
            n_cells=bounds.n_cells,
            n_reversed=bounds.n_reversed,
        )


def _interval(ends: list[ScoredEstimate], estimator: str, sample: FollowedUnits) -> EffectRow:
    """The interval that covers the effect wherever it lies between the bounds."""
    lower, upper = ends
    corrected = [_corrected(end, sample) for end in ends]
    df = min(end_scores.df for end_scores in corrected)
    interval = imbens_manski(
        lower.estimate, upper.estimate, corrected[0].std_error, corrected[1].std_error, df=df
    )
    return EffectRow(
        kind="lee_interval",
        estimator=estimator,
        conf_low=interval.conf_low,
        conf_high=interval.conf_high,
        df=df,
        n_clusters=min(_count(end_scores) for end_scores in corrected),
        n_units=len(sample.outcome),
        n_treated=lower.n_treated,
        n_control=lower.n_control,
    )


def _corrected(effect: ScoredEstimate, sample: FollowedUnits) -> CorrectedScores:
    return effect.clustering(sample.groups).corrected(effect.scores)


def _count(corrected: CorrectedScores) -> int:
    return int((np.nan_to_num(corrected.sums) != 0).sum())


def _estimate_row(
    kind: str, estimator: str, effect: ScoredEstimate, sample: FollowedUnits
) -> EffectRow:
    effect = settled(effect, sample.outcome, sample.treatment)
    row = EffectRow(
        kind=kind,
        estimator=estimator,
        treated_mean=effect.treated_mean,
        control_mean=effect.control_mean,
        n_treated=effect.n_treated,
        n_control=effect.n_control,
        n_units=len(sample.outcome),
        notes="; ".join(effect.notes),
    )
    return _tested(row, effect.estimate, _corrected(effect, sample))


def _change_row(
    estimator: str, weighted: ScoredEstimate, plain: ScoredEstimate, sample: FollowedUnits
) -> EffectRow:
    """What the weights do to an effect."""
    corrected = combine([_corrected(weighted, sample), _corrected(plain, sample)], [1.0, -1.0])
    row = EffectRow(
        kind="weighting",
        estimator=estimator,
        n_treated=weighted.n_treated,
        n_control=weighted.n_control,
        n_units=len(sample.outcome),
    )
    return _tested(row, weighted.estimate - plain.estimate, corrected)


def _tested(row: EffectRow, estimate: float, corrected: CorrectedScores) -> EffectRow:
    """Return a row with an estimate and what its scores tell of it."""
    inference = t_inference(estimate, corrected.std_error, corrected.df)
    return replace(
        row,
        estimate=estimate,
        std_error=inference.std_error,
        df=inference.df,
        statistic=inference.statistic,
        p_value=inference.p_value,
        conf_low=inference.conf_low,
        conf_high=inference.conf_high,
        n_clusters=_count(corrected),
    )
