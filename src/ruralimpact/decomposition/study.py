"""Every effect on net income of a study split into its parts."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.decomposition.accounts import ProductAccounts, check_identity
from ruralimpact.decomposition.parts import EffectParts, decompose
from ruralimpact.design.comparison import Comparison, build_comparison
from ruralimpact.design.methods import strategies_of
from ruralimpact.errors import DesignError
from ruralimpact.estimation.stored_scores import score_columns
from ruralimpact.estimation.study import EstimationTables, estimator_of
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.schema import questions
from ruralimpact.schema.analysis import Asking, DifferenceInMeans, Matching
from ruralimpact.schema.study import Study
from ruralimpact.tables import empty_table

FloatArray = NDArray[np.float64]

TOTAL = "total"


@dataclass(frozen=True)
class DecompositionTables:
    """Parts of the effects on net income.

    Attributes
    ----------
    decomposition : DataFrame
        Contract ``decomposition``.
    scores : DataFrame
        Group scores of the parts over all products, indexed by group, columns
        ``<spec_id>::<part>``.
    """

    decomposition: pd.DataFrame
    scores: pd.DataFrame


def decomposition_study(study: Study, tables: EstimationTables) -> DecompositionTables:
    """Split the effect on net income under every strategy of the analyses that ask for it.

    Parameters
    ----------
    study : Study
    tables : EstimationTables

    Returns
    -------
    DecompositionTables
        Without rows where nothing is declared.

    Raises
    ------
    DataError
        The products do not add up to the outcome.
    """
    rows: list[dict[str, Any]] = []
    scores: dict[str, pd.Series] = {}
    for analysis in study.comparisons:
        if not isinstance(analysis, Asking) or analysis.decomposition is None:
            continue
        for result, columns in _analysis(study, analysis, analysis.decomposition, tables):
            rows += result
            scores |= columns
    return DecompositionTables(
        pd.DataFrame(rows) if rows else empty_table("decomposition"),
        pd.DataFrame(scores).sort_index() if scores else pd.DataFrame(),
    )


def _analysis(
    study: Study,
    analysis: DifferenceInMeans | Matching,
    entry: questions.Decomposition,
    tables: EstimationTables,
) -> Iterator[tuple[list[dict[str, Any]], dict[str, pd.Series]]]:
    """Yield the rows and group scores of each strategy."""
    comparison = build_comparison(analysis, tables.units[analysis.sample])
    ids = comparison.units["unit_id"]
    outcomes = tables.outcomes[analysis.sample].set_index("unit_id").loc[ids]
    accounts = read_accounts(entry.products, outcomes)
    check_identity(
        accounts,
        outcomes[entry.outcome].to_numpy(float),
        ids.tolist(),
        entry.outcome,
        within=f"sample {analysis.sample}",
    )
    for name in strategies_of(analysis):
        heading = {
            "spec_id": f"{analysis.name}/{name}/{entry.outcome}",
            "analysis": analysis.name,
            "outcome": entry.outcome,
            "unit": study.outcomes[entry.outcome].unit,
            "strategy": name,
        }
        try:
            result = decompose(estimator_of(study, tables, analysis, comparison, name), accounts)
        except DesignError as problem:
            yield [_row(heading, TOTAL, "", np.nan, None, str(problem), study.synthetic)], {}
            continue
        yield _rows(heading, result, comparison, study.synthetic)


def read_accounts(products: Sequence[questions.Product], outcomes: pd.DataFrame) -> ProductAccounts:
    """Gather product accounts from the columns that an analysis names.

    Parameters
    ----------
    products : sequence of Product
    outcomes : DataFrame

    Returns
    -------
    ProductAccounts
    """
    lines = [
        (position, line) for position, product in enumerate(products) for line in product.lines
    ]

    def columns(names: list[str]) -> FloatArray:
        return outcomes[names].to_numpy(float)

    return ProductAccounts(
        tuple(product.name for product in products),
        np.array([position for position, _ in lines], dtype=np.int64),
        columns([line[0] for _, line in lines]),
        columns([line[1] for _, line in lines]),
        columns([product.cost for product in products]),
    )


def _rows(
    heading: Mapping[str, Any], result: EffectParts, comparison: Comparison, synthetic: bool
) -> tuple[list[dict[str, Any]], dict[str, pd.Series]]:
    codes = group_codes(comparison.units["group"])
    clustering = result.total.clustering(codes)
    refused = too_few_groups(clustering.leverage)

    def row(part: str, product: str, value: float, scores: FloatArray) -> dict[str, Any]:
        if refused:
            return _row(heading, part, product, np.nan, None, refused, synthetic)
        inference = t_inference(value, *clustering.std_error(scores))
        return _row(heading, part, product, value, inference, "", synthetic)

    rows = [row(TOTAL, "", result.total.estimate, result.total.scores)]
    columns: dict[str, pd.Series] = {}
    names = [str(name) for name in np.unique(comparison.units["group"])]
    for j, part in enumerate(result.names):
        own = result.scores[:, j].sum(axis=1)
        rows.append(row(part, "", float(result.parts[j].sum()), own))
        columns |= score_columns(f"{heading['spec_id']}::{part}", own, clustering, names)
    if len(result.products) > 1:
        for k, product in enumerate(result.products):
            own = result.scores[:, :, k]
            rows.append(row(TOTAL, product, float(result.parts[:, k].sum()), own.sum(axis=1)))
            rows += [
                row(part, product, float(result.parts[j, k]), own[:, j])
                for j, part in enumerate(result.names)
            ]
    return rows, columns


def _row(
    heading: Mapping[str, Any],
    part: str,
    product: str,
    value: float,
    inference: Any,
    reason: str,
    synthetic: bool,
) -> dict[str, Any]:
    tests = ("std_error", "df", "statistic", "p_value", "conf_low", "conf_high")
    return {
        **heading,
        "part": part,
        "product": product,
        "estimate": value,
        **{name: np.nan if inference is None else getattr(inference, name) for name in tests},
        "reason": reason,
        "synthetic": synthetic,
    }
