"""Effects by subgroup of every analysis that declares some."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.description.levels import labels_in_order
from ruralimpact.design.comparison import Comparison, comparable
from ruralimpact.design.methods import exact_of, strategies_of
from ruralimpact.design.records import ATT, read_propensity
from ruralimpact.design.strategies import Strategy, strategies_by_name
from ruralimpact.errors import DesignError
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.joint_tests import arms_of_groups
from ruralimpact.estimation.outcome_weights import OutcomeWeights
from ruralimpact.estimation.rows import Specification, columns_of_estimate
from ruralimpact.estimation.study import EstimationTables
from ruralimpact.heterogeneity.comparisons import compare_subgroups
from ruralimpact.heterogeneity.levels import Level, level_comparisons
from ruralimpact.heterogeneity.rows import (
    Effect,
    SubgroupRow,
    difference_rows,
    equality_row,
    level_row,
)
from ruralimpact.heterogeneity.subgroupings import Subgrouping, make_subgrouping
from ruralimpact.inference.clustered import group_codes
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.schema.analysis import DifferenceInMeans, Matching
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class SubgroupTables:
    """Effects by subgroup.

    Attributes
    ----------
    subgroups : DataFrame
        Contract ``subgroups``.
    scores : DataFrame
        Group scores, indexed by group: of the effects, columns ``<spec_id>::<subgroup>=<level>``, and of
        their treated means, ``<spec_id>::<subgroup>=<level>::treated_mean``.
    weights : OutcomeWeights
        Of the effects, by the same names.
    """

    subgroups: pd.DataFrame
    scores: pd.DataFrame
    weights: OutcomeWeights


def subgroup_study(study: Study, tables: EstimationTables, *, seed: int) -> SubgroupTables:
    """Estimate every declared subgroup effect of a study.

    Parameters
    ----------
    study : Study
    tables : EstimationTables
    seed : int
        Of the bootstrap behind adjusted p-values; each family derives its own stream from it.

    Returns
    -------
    SubgroupTables
        Without rows where nothing is declared.
    """
    rows: list[SubgroupRow] = []
    scores: dict[str, pd.Series] = {}
    weights = OutcomeWeights()
    asking = [analysis for analysis in study.in_one_period if analysis.subgroups]
    for analysis, comparison in comparable(asking, tables.units):
        part = _SubgroupPart(study, analysis, comparison, tables, seed, weights)
        for family, columns in part.families():
            rows += family
            scores |= columns
    return SubgroupTables(
        table_of_rows("subgroups", rows),
        pd.DataFrame(scores).sort_index() if scores else pd.DataFrame(),
        weights,
    )


class _SubgroupPart:
    """One analysis with its units and outcomes."""

    def __init__(
        self,
        study: Study,
        analysis: DifferenceInMeans | Matching,
        comparison: Comparison,
        tables: EstimationTables,
        seed: int,
        weights: OutcomeWeights,
    ) -> None:
        self.study, self.analysis, self.tables, self.seed = study, analysis, tables, seed
        self.weights = weights
        self.comparison = comparison
        outcomes = tables.outcomes[analysis.sample].set_index("unit_id")
        self.outcomes = outcomes.loc[self.comparison.units["unit_id"]]
        self.groups = group_codes(self.comparison.units["group"])
        self.group_names = [str(name) for name in np.unique(self.comparison.units["group"])]
        arms = arms_of_groups(self.comparison.units["group"], self.comparison.treatment)
        self.arms = None if arms is None else np.asarray(arms.loc[self.group_names], np.int64)

    def outcome(self, name: str) -> FloatArray:
        return self.outcomes[name].to_numpy(float)

    def families(self) -> Iterator[tuple[list[SubgroupRow], dict[str, pd.Series]]]:
        """Yield rows and group scores of each subgroup variable, strategy and outcome."""
        order = labels_in_order(self.study)
        for entry in self.analysis.subgroups:
            grouping = make_subgrouping(entry, self.comparison, self.outcome, order)
            for name in entry.strategies or strategies_of(self.analysis):
                strategy, levels = self._levels(name, grouping)
                for outcome in entry.outcomes or self.analysis.outcomes:
                    spec = self._specification(name, strategy, outcome)
                    yield self._family(spec, grouping, levels)

    def _levels(self, name: str, grouping: Subgrouping) -> tuple[Strategy | None, list[Level]]:
        strategy = strategies_by_name(self.study).get(name)
        score = None
        if strategy is not None and strategy.propensity_link is not None:
            score = read_propensity(
                self.comparison, strategy.propensity_link, self.tables.propensity
            )
        exact = exact_of(self.analysis)
        return strategy, level_comparisons(
            strategy, self.comparison, grouping.codes, exact=exact, propensity=score
        )

    def _specification(self, name: str, strategy: Strategy | None, outcome: str) -> Specification:
        return Specification(
            analysis=self.analysis.name,
            sample=self.analysis.sample,
            method=self.analysis.method,
            treatment=self.analysis.treatment,
            outcome=outcome,
            unit=self.study.outcomes[outcome].unit,
            strategy=name,
            estimand=ATT if strategy is None else strategy.estimand,
            balanced="",
            dropped=0,
            synthetic=self.study.synthetic,
        )

    def _family(
        self, spec: Specification, grouping: Subgrouping, levels: list[Level]
    ) -> tuple[list[SubgroupRow], dict[str, pd.Series]]:
        values = self.outcome(spec.outcome)
        effects = [_effect(level, values, self.groups) for level in levels]
        tested = {
            position: effect.estimate
            for position, effect in enumerate(effects)
            if effect.estimate is not None and grouping.basis != "realised"
        }
        unit_ids = self.comparison.units["unit_id"].to_numpy(object)
        for level, effect in zip(grouping.levels, effects, strict=True):
            if effect.estimate is not None:
                name = f"{spec.spec_id}::{grouping.name}={level}"
                self.weights.add(name, effect.estimate, unit_ids)
        rows = [
            level_row(spec, grouping, position, effect, self.groups)
            for position, effect in enumerate(effects)
        ]
        if tested:
            rows = self._tested(spec, grouping, tested, rows)
        return rows, self._columns(spec, grouping, tested)

    def _columns(
        self, spec: Specification, grouping: Subgrouping, tested: Mapping[int, ScoredEstimate]
    ) -> dict[str, pd.Series]:
        """Group scores of the effects and of their treated means."""
        columns: dict[str, pd.Series] = {}
        for position, effect in tested.items():
            name = f"{spec.spec_id}::{grouping.name}={grouping.levels[position]}"
            clustering = effect.clustering(self.groups)
            columns |= columns_of_estimate(name, effect, clustering, self.group_names)
        return columns

    def _tested(
        self,
        spec: Specification,
        grouping: Subgrouping,
        tested: Mapping[int, ScoredEstimate],
        rows: list[SubgroupRow],
    ) -> list[SubgroupRow]:
        positions = list(tested)
        stream = crc32(f"{spec.spec_id}/{grouping.name}".encode())
        tests = compare_subgroups(
            np.array([effect.estimate for effect in tested.values()]),
            [
                effect.clustering(self.groups).corrected(effect.tested_scores)
                for effect in tested.values()
            ],
            rng=np.random.default_rng([self.seed, stream]),
            arms=self.arms,
        )
        rows = [
            replace(row, p_adjusted=tests.adjusted[positions.index(position)])
            if position in tested
            else row
            for position, row in enumerate(rows)
        ]
        if len(positions) < 2:
            return rows
        return [
            *rows,
            *difference_rows(spec, grouping, positions, tests),
            equality_row(spec, grouping, tests),
        ]


def _effect(level: Level, outcome: FloatArray, groups: NDArray[np.int64]) -> Effect:
    if level.estimator is None:
        return Effect(level, None, level.reason)
    try:
        estimate = level.estimator(outcome)
    except DesignError as problem:
        return Effect(level, None, str(problem))
    if not np.isfinite(estimate.estimate):
        return Effect(level, None, "the estimate is not defined")
    refused = too_few_groups(estimate.clustering(groups).leverage)
    return Effect(level, None if refused else estimate, refused)
