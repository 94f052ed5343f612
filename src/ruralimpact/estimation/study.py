"""Every estimate of a study, from its designs and outcomes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact import progress
from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.records import ATT, Key, read_design, read_propensity
from ruralimpact.design.strategies import parse_strategy
from ruralimpact.design.study import strategies_of
from ruralimpact.estimation.apply_strategy import Estimator, Prepared, strategy_estimator
from ruralimpact.estimation.difference import difference_in_means
from ruralimpact.estimation.estimate import ScoredEstimate
from ruralimpact.estimation.missing import spread_scores
from ruralimpact.estimation.panel import Panel, panel_estimator
from ruralimpact.estimation.printed_errors import LABELS
from ruralimpact.estimation.rows import Specification, estimate_row, score_columns
from ruralimpact.inference.clustered import Clustering, group_codes

FloatArray = NDArray[np.float64]


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


def estimate_study(study: Mapping[str, Any], tables: Tables) -> dict[str, pd.DataFrame]:
    """Estimate every specification of a study.

    Parameters
    ----------
    study : mapping
        ``analyses``, ``strategies``, ``outcomes`` and ``synthetic``.
    tables : Tables

    Returns
    -------
    dict of str to DataFrame
        ``estimates``, ``scores`` and ``std_errors``.

    Raises
    ------
    DesignError
        A comparison that the data cannot bear.
    """
    total = sum(len(strategies_of(a)) * len(a["outcomes"]) for a in study["analyses"])
    rows: list[dict[str, Any]] = []
    errors: list[dict[str, Any]] = []
    scores: dict[str, pd.Series] = {}
    for spec, estimate, groups in _specified(study, tables):
        row = estimate_row(spec, estimate, Clustering(group_codes(groups), estimate.set_ids))
        rows.append(row)
        errors += _error_rows(spec, {"group": row["std_error"], **estimate.std_errors})
        scores |= score_columns(spec, estimate, groups)
        progress.step(len(rows), total, spec.spec_id)
    wide = pd.DataFrame(scores).sort_index().rename_axis("group").reset_index()
    return {
        "estimates": pd.DataFrame(rows),
        "scores": wide,
        "std_errors": pd.DataFrame(errors),
    }


def _error_rows(spec: Specification, errors: Mapping[str, float]) -> list[dict[str, Any]]:
    return [
        {"spec_id": spec.spec_id, "kind": kind, "label": LABELS[kind], "std_error": value}
        for kind, value in errors.items()
    ]


def _specified(
    study: Mapping[str, Any], tables: Tables
) -> Iterator[tuple[Specification, ScoredEstimate, pd.Series]]:
    """Yield every specification with its estimate and the group of each unit."""
    for analysis in study["analyses"]:
        comparison = build_comparison(analysis, tables.units[analysis["sample"]])
        outcomes = tables.outcomes[analysis["sample"]].set_index("unit_id")
        outcomes = outcomes.loc[comparison.units["unit_id"]]
        for name in strategies_of(analysis):
            estimator = _estimator(study, tables, analysis, comparison, name)
            for outcome in analysis["outcomes"]:
                values = outcomes[outcome].to_numpy(float)
                spec = _specification(study, tables, analysis, name, outcome)
                yield spec, estimator(values), comparison.units["group"]


def _specification(
    study: Mapping[str, Any],
    tables: Tables,
    analysis: Mapping[str, Any],
    strategy: str,
    outcome: str,
) -> Specification:
    designs = tables.designs
    made = designs[(designs["analysis"] == analysis["name"]) & (designs["strategy"] == strategy)]
    matched = len(made) > 0
    return Specification(
        analysis=analysis["name"],
        sample=analysis["sample"],
        method=analysis["method"],
        treatment=analysis["treatment"],
        outcome=outcome,
        unit=study["outcomes"][outcome]["unit"],
        strategy=strategy,
        estimand=made["estimand"].iloc[0] if matched else _ESTIMANDS[analysis["method"]],
        balanced=("yes" if made["balanced"].iloc[0] else "no") if matched else "",
        dropped=int(made["n_dropped"].iloc[0]) if matched else 0,
        synthetic=bool(study["synthetic"]),
    )


_ESTIMANDS = {"panel": "weighted ATT", "difference_in_means": ATT}


def _estimator(
    study: Mapping[str, Any],
    tables: Tables,
    analysis: Mapping[str, Any],
    comparison: Comparison,
    name: str,
) -> Estimator:
    """The function from an outcome to its estimate under one strategy or panel estimator."""
    if analysis["method"] == "panel":
        periods = (
            pd.Series(comparison.units["wave"]).rank(method="dense").to_numpy().astype(np.int64)
        )
        panel = Panel(comparison.units["id"].to_numpy(object), periods)
        return panel_estimator(name, comparison.treatment.astype(float), panel)
    if analysis["method"] == "difference_in_means":
        return partial(_difference, treatment=comparison.treatment)
    rows = {row["name"]: row for row in study["strategies"]}
    strategy = parse_strategy(rows[name])
    prepared = Prepared(
        comparison.covariates,
        comparison.treatment,
        read_design(Key(analysis["name"], name), comparison, tables.weights, tables.pairs),
        read_propensity(comparison, strategy.link, tables.propensity)
        if strategy.needs_propensity
        else None,
        outcome_covariates=comparison.matrix(getattr(strategy, "outcome_covariates", ())),
        stratified=bool(analysis.get("exact") or strategy.exact),
    )
    return strategy_estimator(strategy, prepared)


def _difference(outcome: FloatArray, treatment: NDArray[np.int8]) -> ScoredEstimate:
    known = ~np.isnan(outcome)
    return spread_scores(difference_in_means(outcome[known], treatment[known]), known)
