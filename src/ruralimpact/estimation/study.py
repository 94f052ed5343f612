"""Every estimate of a study, from its designs and outcomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact import progress
from ruralimpact.design.comparison import (
    Comparison,
    Incomparable,
    refuse_nothing_compared,
    select_comparison,
)
from ruralimpact.design.methods import strategies_of
from ruralimpact.design.records import ATT, NAIVE
from ruralimpact.design.strategies import Strategy, strategies_by_name
from ruralimpact.design.study import covariate_labels
from ruralimpact.estimation.analysed_balance import (
    AnalysedUnits,
    OneDesign,
    balance_by_estimate,
    outcomes_of_others,
)
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.compared import AnalysisTables, Compared, analysis_tables, without_arm
from ruralimpact.estimation.degenerate import infeasible, not_estimable, reporting, settling
from ruralimpact.estimation.effects import difference_estimator, prepare_strategy
from ruralimpact.estimation.estimate import Estimator, ScoredEstimate
from ruralimpact.estimation.informative_weights import telling_of_weights
from ruralimpact.estimation.outcome_weights import weight_tables
from ruralimpact.estimation.panel import PanelData, panel_estimator
from ruralimpact.estimation.prepared import Prepared
from ruralimpact.estimation.refitted import assigned_groups
from ruralimpact.estimation.rows import Specification
from ruralimpact.estimation.sample_flow import DesignedArms, matched_flow, to_estimate
from ruralimpact.estimation.stratified import clustered_estimator
from ruralimpact.estimation.units import refuse_percents_as_shares
from ruralimpact.inference.clustered import group_codes
from ruralimpact.inference.randomisation import RandomisationTest
from ruralimpact.schema.analysis import AnyAnalysis, Matching
from ruralimpact.schema.study import Study
from ruralimpact.schema.waves import places_in_time
from ruralimpact.tables import empty_table, stacked, table_of_rows


@dataclass(frozen=True)
class EstimationTables:
    """What the stages before left for the estimates.

    Attributes
    ----------
    units, outcomes : mapping of str to DataFrame
        By sample.
    weights, pairs, propensity, designs : DataFrame
    """

    units: Mapping[str, pd.DataFrame]
    outcomes: Mapping[str, pd.DataFrame]
    weights: pd.DataFrame
    pairs: pd.DataFrame
    propensity: pd.DataFrame
    designs: pd.DataFrame


def estimate_study(
    study: Study,
    tables: EstimationTables,
    *,
    seed: int,
    over_time: Mapping[str, Compared] | None = None,
) -> dict[str, pd.DataFrame]:
    """Estimate every specification of a study.

    Parameters
    ----------
    study : Study
    tables : EstimationTables
    seed : int
        Of the bootstrap.
    over_time : mapping of str to Compared, optional
        Analyses that compare changes of units, estimated already
        (`ruralimpact.difference.study.difference_study`).

    Returns
    -------
    dict of str to DataFrame
        ``estimates``, ``scores``, ``std_errors``, ``tests``, ``sample_flow``, ``analysed_balance``,
        ``analysed_balance_summary``, ``outcome_weights`` and ``weight_sets``.

    Raises
    ------
    DataError
        An outcome in percentage points has values that are percents.
    DesignError
        No analysis has both arms. What one outcome, strategy or analysis cannot bear leaves its estimates
        missing, with the reason in their notes.
    """
    refuse_percents_as_shares(study, tables.outcomes)
    total = sum(len(strategies_of(a)) * len(a.outcomes) for a in study.comparisons)
    families = {name: outcome.family or name for name, outcome in study.outcomes.items()}
    analyses: list[AnalysisTables] = []
    balances: list[pd.DataFrame] = []
    summaries: list[pd.DataFrame] = []
    lacking_arms = {
        compared.analysis: compared.lacks_arm
        for compared in (over_time or {}).values()
        if compared.lacks_arm
    }
    finished = 0

    def done(spec: Specification) -> None:
        nonlocal finished
        finished += 1
        progress.step(finished, total, _in_words(spec))

    for analysis in study.comparisons:
        compared = (over_time or {}).get(analysis.name)
        if compared is not None:
            analyses.append(analysis_tables(compared, families, seed=seed, done=done))
            continue
        comparison = select_comparison(analysis, tables.units[analysis.sample])
        if isinstance(comparison, Incomparable):
            lacking_arms[analysis.name] = comparison.reason
            compared = _not_compared(study, tables, analysis, comparison)
            analyses.append(analysis_tables(compared, families, seed=seed, done=done))
            continue
        analysed = _analysed_units(study, tables, analysis, comparison)
        behind = analysed.balance(covariate_labels(study))
        verdicts = balance_by_estimate(behind)
        compared = Compared(
            comparison.name,
            comparison.units["group"],
            comparison.treatment,
            _specified(study, tables, analysis, comparison, verdicts),
            comparison.sampling_strata,
            partial(_refitted, study, tables, analysis, comparison),
            comparison.units["unit_id"].to_numpy(object),
        )
        estimated = analysis_tables(compared, families, seed=seed, done=done)
        analyses.append(estimated)
        balances.append(behind)
        others = outcomes_of_others(pd.DataFrame(estimated.flow), verdicts, tables.designs)
        summaries.append(analysed.summary(others))
    refuse_nothing_compared(lacking_arms, len(study.comparisons))
    scores = {name: column for own in analyses for name, column in own.scores.items()}
    wide = pd.DataFrame(scores).sort_index().rename_axis("group").reset_index()
    return {
        "estimates": table_of_rows("estimates", [row for own in analyses for row in own.estimates]),
        "scores": wide if scores else empty_table("scores"),
        "std_errors": table_of_rows(
            "std_errors", [row for own in analyses for row in own.std_errors]
        ),
        "tests": stacked("tests", [own.tests for own in analyses]),
        "sample_flow": table_of_rows("sample_flow", [row for own in analyses for row in own.flow]),
        "analysed_balance": stacked("analysed_balance", balances),
        "analysed_balance_summary": stacked("analysed_balance_summary", summaries),
        **weight_tables(own.weights for own in analyses),
    }


def _in_words(spec: Specification) -> str:
    return f"{spec.outcome}, {spec.strategy} ({spec.analysis})".replace("_", " ")


def _analysed_units(
    study: Study, tables: EstimationTables, analysis: AnyAnalysis, comparison: Comparison
) -> AnalysedUnits:
    """Units behind the estimates on outcomes that are not known of all units that are matched."""
    values = _values(tables, analysis, comparison)
    lacking = any(np.isnan(own).any() for own in values.values())
    if not isinstance(analysis, Matching) or not lacking:
        return AnalysedUnits(comparison, (), {})
    designs = (
        OneDesign(name, *_prepared(study, tables, analysis, comparison, name))
        for name in analysis.strategies
        if not _infeasible(tables, analysis, name)
    )
    return AnalysedUnits(comparison, tuple(designs), values)


def _values(
    tables: EstimationTables, analysis: AnyAnalysis, comparison: Comparison
) -> dict[str, NDArray[np.float64]]:
    """Outcomes of the units that are compared, each of shape (n,)."""
    outcomes = tables.outcomes[analysis.sample].set_index("unit_id")
    outcomes = outcomes.loc[comparison.units["unit_id"]]
    return {name: outcomes[name].to_numpy(float) for name in analysis.outcomes}


def _specified(
    study: Study,
    tables: EstimationTables,
    analysis: AnyAnalysis,
    comparison: Comparison,
    balanced: Mapping[tuple[str, str, str], str],
) -> Iterator[tuple[Specification, ScoredEstimate]]:
    """Yield every specification of an analysis with its estimate.

    `balanced` says which estimates rest on other units than their design.
    """
    values = _values(tables, analysis, comparison)
    for name in strategies_of(analysis):
        estimator = reporting(estimator_of(study, tables, analysis, comparison, name))
        design = _designed(tables, analysis, comparison, name)
        for outcome, own in values.items():
            spec = _specification(study, tables, analysis, name, outcome)
            behind = balanced.get((analysis.name, name, outcome), spec.balanced)
            estimate = estimator(own)
            flow = matched_flow(comparison.flow, design, comparison.treatment, own, estimate)
            yield replace(spec, balanced=behind), replace(estimate, flow=flow)


def _not_compared(
    study: Study, tables: EstimationTables, analysis: AnyAnalysis, comparison: Incomparable
) -> Compared:
    """The estimates of an analysis that lacks an arm: all missing, with the reason."""
    estimate = not_estimable(comparison.reason, 0)
    treatment, missing = np.empty(0, np.int8), np.empty(0, np.bool_)
    flow = to_estimate(comparison.flow, treatment, missing, estimate)
    return without_arm(
        analysis.name,
        (
            (_specification(study, tables, analysis, name, outcome), replace(estimate, flow=flow))
            for name in strategies_of(analysis)
            for outcome in analysis.outcomes
        ),
        comparison.reason,
    )


def _refitted(
    study: Study,
    tables: EstimationTables,
    analysis: AnyAnalysis,
    comparison: Comparison,
    spec: Specification,
    strata: NDArray[np.int64] | None,
    rng: np.random.Generator,
) -> RandomisationTest | None:
    """The randomisation test that matches anew, where the analysis asks for it."""
    asked = analysis.randomisation if isinstance(analysis, Matching) else None
    if asked is None or not asked.about(spec.strategy, spec.outcome):
        return None
    assigned = assigned_groups(strategies_by_name(study)[spec.strategy], analysis, comparison)
    outcome = _values(tables, analysis, comparison)[spec.outcome]
    return assigned.test(outcome, rng=rng, strata=strata, draws=asked.draws)


def _designed(
    tables: EstimationTables, analysis: AnyAnalysis, comparison: Comparison, strategy: str
) -> DesignedArms:
    mine = _of_design(tables.designs, analysis, strategy)
    if mine.empty:
        n_treated = int((comparison.treatment == 1).sum())
        return DesignedArms(np.ones(len(comparison.treatment)), n_treated)
    weights = _of_design(tables.weights, analysis, strategy).set_index("unit_id")["weight"]
    weights = weights.loc[comparison.units["unit_id"]]
    return DesignedArms(weights.to_numpy(float), int(mine["n_treated_matched"].iloc[0]))


def _of_design(table: pd.DataFrame, analysis: AnyAnalysis, strategy: str) -> pd.DataFrame:
    return table[(table["analysis"] == analysis.name) & (table["strategy"] == strategy)]


def _specification(
    study: Study,
    tables: EstimationTables,
    analysis: AnyAnalysis,
    strategy: str,
    outcome: str,
) -> Specification:
    design = _of_design(tables.designs, analysis, strategy)
    return Specification(
        analysis=analysis.name,
        sample=analysis.sample,
        method=analysis.method,
        treatment=analysis.treatment or "",
        outcome=outcome,
        unit=study.outcomes[outcome].unit,
        strategy=strategy,
        estimand=_estimand(study, analysis, design),
        balanced=_balanced(design),
        dropped=int(design["n_dropped"].iloc[0]) if len(design) else 0,
        synthetic=study.synthetic,
    )


def _balanced(design: pd.DataFrame) -> str:
    """Say whether a design balances; nothing where there is none, or where it compares nobody."""
    if design.empty or design["infeasible"].iloc[0]:
        return ""
    return "yes" if design["balanced"].iloc[0] else "no"


def _estimand(study: Study, analysis: AnyAnalysis, design: pd.DataFrame) -> str:
    """Name what is estimated, and say so where controls that are treated by now are among them."""
    name = str(design["estimand"].iloc[0]) if len(design) else _ESTIMANDS[analysis.method]
    naive = study.samples[analysis.sample].contaminated == "keep"
    return name + NAIVE if naive else name


_ESTIMANDS = {"panel": "weighted ATT", "difference_in_means": ATT}


def estimator_of(
    study: Study,
    tables: EstimationTables,
    analysis: AnyAnalysis,
    comparison: Comparison,
    name: str,
) -> Estimator:
    """Build the function from an outcome to its estimate under one strategy or panel estimator.

    Where the sample was drawn within strata, scores are centred within them; an outcome that varies in one
    group only has no error. Of a strategy whose design compares nobody the function raises `DesignError`
    with the reason.

    Parameters
    ----------
    study : Study
    analysis : Analysis
    tables : EstimationTables
    comparison : Comparison
        Of the analysis.
    name : str
        Strategy or panel estimator.

    Returns
    -------
    callable
        From an ndarray of shape (n,), NaN where missing, to a `ScoredEstimate`.
    """
    estimator = _estimator(study, tables, analysis, comparison, name)
    return clustered_estimator(estimator, comparison)


def _estimator(
    study: Study,
    tables: EstimationTables,
    analysis: AnyAnalysis,
    comparison: Comparison,
    name: str,
) -> Estimator:
    if analysis.method == "panel":
        units = comparison.units
        waves = units["wave"].astype(str).tolist()
        periods = np.array(places_in_time(waves, study.declared_waves), dtype=np.int64)
        ids, groups = (units[name].to_numpy(object) for name in ("id", "group"))
        panel = PanelData(ids, periods, groups, comparison.sampling)
        estimator = panel_estimator(name, comparison.treatment.astype(float), panel)
        return settling(estimator, comparison.treatment)
    if analysis.method == "difference_in_means":
        return difference_estimator(comparison.treatment, comparison.sampling)
    reason = _infeasible(tables, analysis, name)
    if reason:
        return infeasible(reason)
    strategy, prepared = _prepared(study, tables, analysis, comparison, name)
    estimator = strategy_estimator(strategy, prepared)
    return telling_of_weights(estimator, strategy, prepared, group_codes(comparison.units["group"]))


def _infeasible(tables: EstimationTables, analysis: AnyAnalysis, strategy: str) -> str:
    design = _of_design(tables.designs, analysis, strategy)
    return "" if design.empty else str(design["infeasible"].iloc[0])


def _prepared(
    study: Study, tables: EstimationTables, analysis: AnyAnalysis, comparison: Comparison, name: str
) -> tuple[Strategy, Prepared]:
    strategy = strategies_by_name(study)[name]
    return strategy, prepare_strategy(
        strategy,
        analysis,
        comparison,
        weights=tables.weights,
        pairs=tables.pairs,
        propensity=tables.propensity,
    )
