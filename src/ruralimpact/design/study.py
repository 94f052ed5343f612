"""Every design of a study: its analyses crossed with their strategies."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from ruralimpact import progress
from ruralimpact.design.after_matching import name_missing_cells
from ruralimpact.design.balance import balance, effective_number
from ruralimpact.design.balance_summary import second_order
from ruralimpact.design.binary_model import Link
from ruralimpact.design.compared_units import ComparedUnits
from ruralimpact.design.comparison import (
    NO_CELL,
    Comparison,
    Incomparable,
    refuse_nothing_compared,
    select_comparison,
)
from ruralimpact.design.matching import Design, infeasible_design
from ruralimpact.design.methods import strategies_of
from ruralimpact.design.propensity import PropensityModel, fit_propensity
from ruralimpact.design.records import (
    Key,
    balance_rows,
    design_row,
    empty_summary_row,
    exclusion_rows,
    infeasible_row,
    pair_rows,
    propensity_model_rows,
    propensity_rows,
    summary_row,
    weight_rows,
)
from ruralimpact.design.strategies import Strategy, strategies_by_name
from ruralimpact.design.strategies.options import Naming
from ruralimpact.errors import DesignError
from ruralimpact.schema.analysis import DifferenceInMeans, Matching
from ruralimpact.schema.base import plain
from ruralimpact.schema.document import Contents
from ruralimpact.schema.strategy import StrategyEntry
from ruralimpact.schema.study import Study
from ruralimpact.tables import stacked


def specifications(study: Study) -> dict[str, Any]:
    """List every specification that will be estimated, with a digest, before outcomes are read.

    Parameters
    ----------
    study : Study

    Returns
    -------
    dict
        ``specifications`` (list of spec_id, sorted), ``definitions`` and ``sha256`` of the two. Strategies
        are defined by the options that differ from their defaults, whether these are written or not.
    """
    ids = sorted(
        f"{analysis.name}/{strategy}/{outcome}"
        for analysis in study.comparisons
        for strategy in strategies_of(analysis)
        for outcome in analysis.outcomes
    )
    definitions = {
        "analyses": plain(study.analyses, "label"),
        "strategies": [_definition(strategy) for strategy in study.strategies],
    }
    listed = {"specifications": ids, "definitions": definitions}
    text = json.dumps(listed, sort_keys=True, ensure_ascii=False)
    return {**listed, "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _definition(strategy: StrategyEntry) -> Contents:
    fields = type(strategy).model_fields
    return {
        key: plain(value)
        for key, value in strategy.given().items()
        if key == "method" or value != fields[key].default
    }


def design_study(study: Study, units: Mapping[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Make every design of a study.

    Parameters
    ----------
    study : Study
    units : mapping of str to DataFrame
        Units of each sample. No outcome.

    Returns
    -------
    dict of str to DataFrame
        ``weights``, ``pairs``, ``propensity``, ``propensity_models``, ``balance``,
        ``balance_summary``, ``designs`` and ``exclusions``.

    Raises
    ------
    DesignError
        Covariates that no propensity score can be fitted on, or no analysis that has both arms. A strategy
        that alone is infeasible, and those of one analysis among several that lacks an arm, have designs
        without weights, and the reason in ``designs``.
    """
    labels = covariate_labels(study)
    strategies = strategies_by_name(study)
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in _TABLES}
    total = sum(len(a.strategies) for a in study.in_one_period if isinstance(a, Matching))
    done = 0
    lacking_arms: dict[str, str] = {}
    for analysis in study.in_one_period:
        comparison = select_comparison(analysis, units[analysis.sample])
        if isinstance(comparison, Incomparable):
            lacking_arms[analysis.name] = comparison.reason
            parts["exclusions"].append(exclusion_rows(comparison.name, comparison.excluded))
            for table, rows in _incomparable_rows(comparison, analysis, strategies):
                parts[table].append(rows)
            continue
        if isinstance(analysis, Matching) and analysis.second_order_balance:
            levels = comparison.levels.beside(second_order(comparison.levels))
            comparison = replace(comparison, levels=levels)
        parts["exclusions"].append(exclusion_rows(comparison.name, comparison.excluded))
        if comparison.levels.names:
            key = Key(comparison.name, "")
            before = balance(comparison.levels, comparison.treatment, sampling=comparison.sampling)
            parts["balance"].append(balance_rows(key, before, labels))
            parts["balance_summary"].append(summary_row(key, comparison))
        if not isinstance(analysis, Matching):
            continue
        chosen = {name: strategies[name] for name in analysis.strategies}
        _refuse_without_covariates(comparison, chosen)
        models = _fit_models(comparison, chosen)
        parts["propensity"] += [propensity_rows(comparison, model) for model in models.values()]
        parts["propensity_models"] += [
            propensity_model_rows(comparison, model, labels) for model in models.values()
        ]
        for name, strategy in chosen.items():
            key = Key(comparison.name, name)
            model = models.get(strategy.propensity_link)
            design = _feasible_design(comparison, strategy, model, list(analysis.exact))
            lacking = int(comparison.lacking(strategy.strata).sum())
            for table, rows in _rows(key, comparison, design, labels, strategy.estimand, lacking):
                parts[table].append(rows)
            done += 1
            progress.step(done, total, f"{analysis.label}: {name}")
    refuse_nothing_compared(lacking_arms, len(study.comparisons))
    return {name: stacked(name, frames) for name, frames in parts.items()}


def _incomparable_rows(
    comparison: Incomparable,
    analysis: DifferenceInMeans | Matching,
    strategies: Mapping[str, Strategy],
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table's rows of the strategies of an analysis that lacks an arm."""
    if not isinstance(analysis, Matching):
        return
    for name in analysis.strategies:
        key = Key(comparison.name, name)
        yield "balance_summary", empty_summary_row(key)
        arms = comparison.flow.left()
        yield "designs", infeasible_row(key, arms, comparison.reason, strategies[name].estimand)


def covariate_labels(study: Study) -> dict[str, str]:
    """Labels of codebook variables, built variables and outcomes, by name."""
    return {
        **{row.variable: row.label for row in study.codebook},
        **{name: variable.label for name, variable in study.variables.items()},
        **study.outcome_labels,
    }


def _refuse_without_covariates(comparison: Comparison, strategies: Mapping[str, Strategy]) -> None:
    for name, strategy in strategies.items():
        if strategy.needs_covariates and not comparison.covariates.names:
            raise DesignError(f"{comparison.name}: strategy '{name}' needs covariates.")


def _fit_models(
    comparison: Comparison, strategies: Mapping[str, Strategy]
) -> dict[Link | None, PropensityModel]:
    """One propensity model for each link that a strategy of the analysis needs."""
    asked = {strategy.propensity_link for strategy in strategies.values()}
    links = sorted(link for link in asked if link is not None)
    return {
        link: fit_propensity(
            comparison.covariates,
            comparison.treatment,
            link=link,
            sampling=comparison.sampling,
            where=comparison.name,
        )
        for link in links
    }


def _feasible_design(
    comparison: Comparison,
    strategy: Strategy,
    propensity: PropensityModel | None,
    exact: list[str],
) -> Design:
    """Apply a strategy as `make_design`; where it is infeasible, the design compares nobody."""
    try:
        return make_design(comparison, strategy, propensity, exact)
    except DesignError as problem:
        return infeasible_design(comparison.treatment, str(problem))


def make_design(
    comparison: Comparison,
    strategy: Strategy,
    propensity: PropensityModel | None,
    exact: list[str],
) -> Design:
    """Apply one strategy to a comparison.

    Parameters
    ----------
    comparison : Comparison
    strategy : Strategy
    propensity : PropensityModel or None
        By the strategy's link, where it uses a score.
    exact : list of str
        Variables of the analysis on which pairs must agree, beside the strategy's own.

    Returns
    -------
    Design

    Raises
    ------
    DesignError
        The strategy is infeasible in this comparison.
    """
    strategy.check_covariates(comparison.covariates)
    strategy.check_names({Naming.VARIABLE: list(comparison.units.columns)})
    together = [*exact, *(name for name in strategy.strata if name not in exact)]
    design = strategy.design(
        ComparedUnits(
            comparison.covariates,
            comparison.treatment,
            propensity=propensity,
            strata=comparison.strata(together),
            sampling=comparison.sampling,
        )
    )
    return name_missing_cells(design, comparison.lacking(together), NO_CELL)


def _rows(
    key: Key,
    comparison: Comparison,
    design: Design,
    labels: Mapping[str, str],
    estimand: str,
    lacking: int,
) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield every table's rows of one design; `lacking` units of both arms are in no exact stratum."""
    if design.infeasible:
        treated = design.treatment == 1
        yield "weights", weight_rows(key, comparison, design)
        yield "balance_summary", empty_summary_row(key)
        arms = int(treated.sum()), int((~treated).sum())
        yield "designs", infeasible_row(key, arms, design.infeasible, estimand)
        return
    after = balance(
        comparison.levels, design.treatment, design.weights, sampling=comparison.sampling
    )
    effective = effective_number(design.weights[design.candidates])
    excluded = {**design.dropped, **({NO_CELL: lacking} if lacking else {})}
    counted = tuple((reason, count, len(comparison.units)) for reason, count in excluded.items())
    yield "weights", weight_rows(key, comparison, design)
    yield "pairs", pair_rows(key, comparison, design)
    yield "balance", balance_rows(key, after, labels)
    yield "balance_summary", summary_row(key, comparison, design.weights)
    yield "designs", design_row(key, design, after, effective, estimand)
    yield "exclusions", exclusion_rows(f"{key.analysis}/{key.strategy}", counted)


_TABLES = (
    "weights",
    "pairs",
    "propensity",
    "propensity_models",
    "balance",
    "balance_summary",
    "designs",
    "exclusions",
)
