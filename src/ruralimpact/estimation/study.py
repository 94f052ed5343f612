"""Every estimate of a study, from its designs and outcomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ruralimpact import progress
from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.methods import strategies_of
from ruralimpact.design.records import ATT, NAIVE
from ruralimpact.errors import DesignError
from ruralimpact.estimation.by_strategy import strategy_estimator
from ruralimpact.estimation.compared import AnalysisTables, Compared, analysis_tables
from ruralimpact.estimation.degenerate import reporting, settling
from ruralimpact.estimation.effects import difference_estimator, prepare_strategy
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.panel import Panel, panel_estimator
from ruralimpact.estimation.rows import Specification
from ruralimpact.estimation.strategy_estimators import Estimator
from ruralimpact.estimation.stratified import within
from ruralimpact.schema.analysis import AnyAnalysis
from ruralimpact.schema.study import Study
from ruralimpact.schema.waves import places_in_time
from ruralimpact.tables import empty_table


@dataclass(frozen=True)
class Tables:
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
    tables: Tables,
    *,
    seed: int,
    over_time: Mapping[str, Compared] | None = None,
) -> dict[str, pd.DataFrame]:
    """Estimate every specification of a study.

    Parameters
    ----------
    study : Study
    tables : Tables
    seed : int
        Of the bootstrap.
    over_time : mapping of str to Compared, optional
        Analyses that compare changes of units, estimated already
        (`ruralimpact.difference.study.difference_study`).

    Returns
    -------
    dict of str to DataFrame
        ``estimates``, ``scores``, ``std_errors`` and ``tests``.

    Raises
    ------
    DesignError
        A comparison that the data cannot bear, whatever the outcome. What one outcome cannot bear leaves its
        estimate missing, with the reason in its notes.
    """
    total = sum(len(strategies_of(a)) * len(a.outcomes) for a in study.analyses)
    families = {name: outcome.family or name for name, outcome in study.outcomes.items()}
    built: list[AnalysisTables] = []
    finished = 0

    def done(spec: Specification) -> None:
        nonlocal finished
        finished += 1
        progress.step(finished, total, _in_words(spec))

    for analysis in study.analyses:
        compared = (over_time or {}).get(analysis.name)
        if compared is None:
            comparison = build_comparison(analysis, tables.units[analysis.sample])
            compared = Compared(
                comparison.name,
                comparison.units["group"],
                comparison.treatment,
                _specified(study, tables, analysis, comparison),
            )
        built.append(analysis_tables(compared, families, seed=seed, done=done))
    scores = {name: column for item in built for name, column in item.scores.items()}
    wide = pd.DataFrame(scores).sort_index().rename_axis("group").reset_index()
    filled = [item.tests for item in built if len(item.tests)]
    return {
        "estimates": pd.DataFrame([row for item in built for row in item.estimates]),
        "scores": wide if scores else empty_table("scores"),
        "std_errors": pd.DataFrame([row for item in built for row in item.std_errors]),
        "tests": pd.concat(filled, ignore_index=True) if filled else empty_table("tests"),
    }


def _in_words(spec: Specification) -> str:
    return f"{spec.outcome}, {spec.strategy} ({spec.analysis})".replace("_", " ")


def _specified(
    study: Study,
    tables: Tables,
    analysis: AnyAnalysis,
    comparison: Comparison,
) -> Iterator[tuple[Specification, ScoredEstimate]]:
    """Yield every specification of an analysis with its estimate."""
    outcomes = tables.outcomes[analysis.sample].set_index("unit_id")
    outcomes = outcomes.loc[comparison.units["unit_id"]]
    for name in strategies_of(analysis):
        estimator = reporting(estimator_of(study, tables, analysis, comparison, name))
        for outcome in analysis.outcomes:
            values = outcomes[outcome].to_numpy(float)
            yield _specification(study, tables, analysis, name, outcome), estimator(values)


def _specification(
    study: Study,
    tables: Tables,
    analysis: AnyAnalysis,
    strategy: str,
    outcome: str,
) -> Specification:
    designs = tables.designs
    built = designs[(designs["analysis"] == analysis.name) & (designs["strategy"] == strategy)]
    matched = len(built) > 0
    return Specification(
        analysis=analysis.name,
        sample=analysis.sample,
        method=analysis.method,
        treatment=analysis.treatment or "",
        outcome=outcome,
        unit=study.outcomes[outcome].unit,
        strategy=strategy,
        estimand=_estimand(study, analysis, built),
        balanced=("yes" if built["balanced"].iloc[0] else "no") if matched else "",
        dropped=int(built["n_dropped"].iloc[0]) if matched else 0,
        synthetic=study.synthetic,
    )


def _estimand(study: Study, analysis: AnyAnalysis, built: pd.DataFrame) -> str:
    """Name what is estimated, and say so where controls that are treated by now are among them."""
    name = str(built["estimand"].iloc[0]) if len(built) else _ESTIMANDS[analysis.method]
    naive = study.samples[analysis.sample].contaminated == "keep"
    return name + NAIVE if naive else name


_ESTIMANDS = {"panel": "weighted ATT", "difference_in_means": ATT}


def estimator_of(
    study: Study,
    tables: Tables,
    analysis: AnyAnalysis,
    comparison: Comparison,
    name: str,
) -> Estimator:
    """Build the function from an outcome to its estimate under one strategy or panel estimator.

    Where the sample was drawn within strata, scores are centred within them.

    Parameters
    ----------
    study : Study
    analysis : Analysis
    tables : Tables
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
    return within(estimator, comparison.units["group"], comparison.sampling_strata)


def _estimator(
    study: Study,
    tables: Tables,
    analysis: AnyAnalysis,
    comparison: Comparison,
    name: str,
) -> Estimator:
    if analysis.method == "panel":
        if comparison.sampling is not None:
            raise DesignError(f"{comparison.name}: panel regressions take no sampling weights.")
        units = comparison.units
        periods = np.array(places_in_time(units["wave"].astype(str).tolist()), dtype=np.int64)
        panel = Panel(units["id"].to_numpy(object), periods, units["group"].to_numpy(object))
        estimator = panel_estimator(name, comparison.treatment.astype(float), panel)
        return settling(estimator, comparison.treatment)
    if analysis.method == "difference_in_means":
        return difference_estimator(comparison.treatment, comparison.sampling)
    rows = {row["name"]: row for row in study.strategies}
    strategy, prepared = prepare_strategy(
        rows[name],
        analysis,
        comparison,
        weights=tables.weights,
        pairs=tables.pairs,
        propensity=tables.propensity,
    )
    return strategy_estimator(strategy, prepared)
