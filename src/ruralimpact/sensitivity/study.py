"""Sensitivity of every matched estimate of a study, and its estimates without each region."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact import progress
from ruralimpact.design.binary_model import Link
from ruralimpact.design.comparison import (
    Comparison,
    Incomparable,
    build_comparison,
    select_comparison,
)
from ruralimpact.design.propensity import PropensityModel, fit_propensity
from ruralimpact.design.strategies import Strategy, strategies_by_name
from ruralimpact.design.study import make_design
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.estimate import Estimator
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.stratified import clustered_estimator
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.schema.analysis import Matching
from ruralimpact.schema.study import Study
from ruralimpact.sensitivity.leave_one_out import leave_one_out
from ruralimpact.sensitivity.records import SensitivityRow, WithoutRegion
from ruralimpact.sensitivity.rows import (
    MatchedSample,
    Unmatched,
    row_without_arm,
    sensitivity_row,
    unmatched,
)
from ruralimpact.tables import table_of_rows


@dataclass(frozen=True)
class SensitivityTables:
    """What the stages before left for the sensitivity analyses.

    Attributes
    ----------
    units, outcomes : mapping of str to DataFrame
        By sample.
    weights, estimates : DataFrame
    """

    units: Mapping[str, pd.DataFrame]
    outcomes: Mapping[str, pd.DataFrame]
    weights: pd.DataFrame
    estimates: pd.DataFrame


def sensitivity_study(study: Study, tables: SensitivityTables) -> dict[str, pd.DataFrame]:
    """Analyse how sensitive the matched estimates of a study are.

    Parameters
    ----------
    study : Study
        ``analyses``, ``strategies`` and optionally ``sensitivity``.
    tables : SensitivityTables

    Returns
    -------
    dict of str to DataFrame
        ``sensitivity`` and ``leave_one_out``. Randomised comparisons and panel regressions have no rows.
    """
    rows: list[SensitivityRow] = []
    without: list[WithoutRegion] = []
    chosen = study.sensitivity.analyses
    matched = [
        analysis
        for analysis in study.comparisons
        if isinstance(analysis, Matching) and (chosen is None or analysis.name in chosen)
    ]
    total = sum(len(analysis.strategies) for analysis in matched)
    done = 0
    for analysis in matched:
        comparison = select_comparison(analysis, tables.units[analysis.sample])
        if isinstance(comparison, Incomparable):
            rows += [
                row_without_arm(f"{analysis.name}/{strategy}/{outcome}", comparison.reason)
                for strategy in analysis.strategies
                for outcome in analysis.outcomes
            ]
            done += len(analysis.strategies)
            continue
        part = Part(study, analysis, comparison, tables)
        for strategy in analysis.strategies:
            rows += part.sensitivity(strategy)
            without += part.without_regions(strategy)
            done += 1
            progress.step(done, total, f"{analysis.label}: {strategy}")
    return {
        "sensitivity": table_of_rows("sensitivity", rows),
        "leave_one_out": table_of_rows("leave_one_out", without),
    }


class Part:
    """One analysis of a study with the tables that concern it.

    Parameters
    ----------
    study : Study
    analysis : Matching
    comparison : Comparison
        Of the analysis.
    tables : SensitivityTables
    """

    def __init__(
        self, study: Study, analysis: Matching, comparison: Comparison, tables: SensitivityTables
    ) -> None:
        self.study, self.analysis, self.comparison = study, analysis, comparison
        self.units = tables.units[analysis.sample]
        self.outcomes = tables.outcomes[analysis.sample].set_index("unit_id")
        self.weights = tables.weights[tables.weights["analysis"] == analysis.name]
        self.estimates = tables.estimates.set_index("spec_id", drop=False)

    def _spec_id(self, strategy: str, outcome: str) -> str:
        return f"{self.analysis.name}/{strategy}/{outcome}"

    def sensitivity(self, strategy: str) -> Iterator[SensitivityRow]:
        """Yield the rows of one strategy, an outcome each."""
        ids = self.comparison.units["unit_id"]
        matched = self.weights[self.weights["strategy"] == strategy].set_index("unit_id").loc[ids]
        codes = group_codes(self.comparison.units["group"])
        for outcome in self.analysis.outcomes:
            values = self._outcomes[outcome].to_numpy(float)
            known = ~np.isnan(values)
            published = self.estimates.loc[self._spec_id(strategy, outcome)]
            sample = MatchedSample(
                values[known],
                self.comparison.treatment[known],
                self.comparison.covariates.rows(known),
                matched["weight"].to_numpy(float)[known],
                matched["set"].to_numpy(np.int64)[known],
                codes[known],
            )
            yield sensitivity_row(sample, self._unmatched[outcome], published.to_dict())

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        """Outcomes of the units compared, in their order."""
        return self.outcomes.loc[self.comparison.units["unit_id"]]

    @cached_property
    def _unmatched(self) -> dict[str, Unmatched | DesignError]:
        """What the covariates do before the match, by outcome; the reason where that is not defined."""
        before: dict[str, Unmatched | DesignError] = {}
        for outcome in self.analysis.outcomes:
            values = self._outcomes[outcome].to_numpy(float)
            known = ~np.isnan(values)
            covariates = self.comparison.covariates.rows(known)
            treatment, sampling = self.comparison.treatment[known], self.comparison.sampling
            sampling = None if sampling is None else sampling[known]
            try:
                before[outcome] = unmatched(values[known], treatment, covariates, sampling)
            except DesignError as problem:
                before[outcome] = problem
        return before

    def without_regions(self, strategy: str) -> Iterator[WithoutRegion]:
        """Yield the estimates of one strategy without each region, outcome by outcome."""
        for label, rest in self._without.items():
            yield from self._again(label, rest, strategies_by_name(self.study)[strategy])

    @cached_property
    def _without(self) -> dict[str, "Rest | DesignError"]:
        """What is left to compare without each region; the reason where nothing is."""
        region = self.study.sensitivity.leave_out
        if region is None or region not in self.units.columns:
            return {}
        return leave_one_out(
            self.units[region], lambda kept: _rest(self.analysis, self.units[kept])
        )

    def _again(
        self, label: str, rest: "Rest | DesignError", strategy: Strategy
    ) -> Iterator[WithoutRegion]:
        """Match the units anew and estimate every outcome."""
        rows = [
            (outcome, WithoutRegion(self._spec_id(str(strategy.name), outcome), label))
            for outcome in self.analysis.outcomes
        ]
        try:
            if isinstance(rest, DesignError):
                raise rest
            comparison = rest.comparison
            estimator = _estimator(rest, strategy, list(self.analysis.exact))
        except DesignError as error:
            yield from (replace(row, reason=str(error)) for _, row in rows)
            return
        table = self.outcomes.loc[comparison.units["unit_id"]]
        codes = group_codes(comparison.units["group"])
        for outcome, row in rows:
            yield _estimated(row, estimator, table[outcome].to_numpy(float), codes)


class Rest:
    """The units left without a region, and their propensity models, fitted when first asked for.

    Parameters
    ----------
    comparison : Comparison
    """

    def __init__(self, comparison: Comparison) -> None:
        self.comparison = comparison
        self._models: dict[Link, PropensityModel] = {}

    def model(self, link: Link) -> PropensityModel:
        """Propensity model of one link."""
        if link not in self._models:
            comparison = self.comparison
            self._models[link] = fit_propensity(
                comparison.covariates,
                comparison.treatment,
                link=link,
                sampling=comparison.sampling,
                where=comparison.name,
            )
        return self._models[link]


def _rest(analysis: Matching, units: pd.DataFrame) -> "Rest | DesignError":
    try:
        return Rest(build_comparison(analysis, units))
    except DesignError as error:
        return error


def _estimator(rest: Rest, strategy: Strategy, exact: list[str]) -> Estimator:
    comparison, link = rest.comparison, strategy.propensity_link
    model = None if link is None else rest.model(link)
    prepared = Prepared(
        comparison.covariates,
        comparison.treatment,
        make_design(comparison, strategy, model, exact),
        model,
        outcome_covariates=comparison.matrix(strategy.outcome_regressors),
        strata=comparison.strata([*exact, *strategy.strata]),
        sampling=comparison.sampling,
    )
    return clustered_estimator(strategy_estimator(strategy, prepared), comparison)


def _estimated(
    row: WithoutRegion,
    estimator: Estimator,
    outcome: NDArray[np.float64],
    groups: NDArray[np.int64],
) -> WithoutRegion:
    try:
        estimated = estimator(outcome)
    except DesignError as error:
        return replace(row, reason=str(error))
    clustering = estimated.clustering(groups)
    refused = too_few_groups(clustering.leverage)
    if refused:
        return replace(row, reason=refused)
    inference = t_inference(estimated.estimate, *clustering.std_error(estimated.tested_scores))
    return replace(
        row,
        estimate=estimated.estimate,
        std_error=inference.std_error,
        p_value=inference.p_value,
        n_treated=estimated.n_treated,
        n_control=estimated.n_control,
    )
