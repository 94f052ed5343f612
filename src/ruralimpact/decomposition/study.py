"""Every effect on net income of a study split into its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from ruralimpact.decomposition.accounts import ProductAccounts, check_identity
from ruralimpact.decomposition.parts import EffectParts, decompose
from ruralimpact.design.comparison import Comparison, Incomparable, select_comparison
from ruralimpact.design.methods import strategies_of
from ruralimpact.errors import DesignError
from ruralimpact.estimation.stored_scores import score_columns
from ruralimpact.estimation.study import EstimationTables, estimator_of
from ruralimpact.inference.clustered import group_codes, t_inference
from ruralimpact.inference.leverage import too_few_groups
from ruralimpact.result_rows import TestedRow
from ruralimpact.schema import questions
from ruralimpact.schema.analysis import DifferenceInMeans, Matching
from ruralimpact.schema.study import Study
from ruralimpact.tables import table_of_rows

FloatArray = NDArray[np.float64]

TOTAL = "total"


@dataclass(frozen=True, kw_only=True)
class PartRow(TestedRow):
    """A part of an effect, of all products or of one, or why there is none: contract ``decomposition``."""

    spec_id: str
    analysis: str
    outcome: str
    unit: str
    strategy: str
    part: str
    product: str
    reason: str = ""
    synthetic: bool


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
    rows: list[PartRow] = []
    scores: dict[str, pd.Series] = {}
    for analysis in study.in_one_period:
        if analysis.decomposition is None:
            continue
        for parts, columns in _analysis(study, analysis, analysis.decomposition, tables):
            rows += parts
            scores |= columns
    return DecompositionTables(
        table_of_rows("decomposition", rows),
        pd.DataFrame(scores).sort_index() if scores else pd.DataFrame(),
    )


def _analysis(
    study: Study,
    analysis: DifferenceInMeans | Matching,
    entry: questions.Decomposition,
    tables: EstimationTables,
) -> Iterator[tuple[list[PartRow], dict[str, pd.Series]]]:
    """Yield the rows and group scores of each strategy."""
    comparison = select_comparison(analysis, tables.units[analysis.sample])
    if isinstance(comparison, Incomparable):
        for name in strategies_of(analysis):
            yield [replace(_blank(study, analysis, entry, name), reason=comparison.reason)], {}
        return
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
        blank = _blank(study, analysis, entry, name)
        try:
            parts = decompose(estimator_of(study, tables, analysis, comparison, name), accounts)
        except DesignError as problem:
            yield [replace(blank, reason=str(problem))], {}
            continue
        yield _rows(blank, parts, comparison)


def _blank(
    study: Study,
    analysis: DifferenceInMeans | Matching,
    entry: questions.Decomposition,
    strategy: str,
) -> PartRow:
    """The row of a whole effect, without its numbers."""
    return PartRow(
        spec_id=f"{analysis.name}/{strategy}/{entry.outcome}",
        analysis=analysis.name,
        outcome=entry.outcome,
        unit=study.outcomes[entry.outcome].unit,
        strategy=strategy,
        part=TOTAL,
        product="",
        synthetic=study.synthetic,
    )


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
    blank: PartRow, parts: EffectParts, comparison: Comparison
) -> tuple[list[PartRow], dict[str, pd.Series]]:
    codes = group_codes(comparison.units["group"])
    clustering = parts.total.clustering(codes)
    refused = too_few_groups(clustering.leverage)

    def row(part: str, product: str, value: float, scores: FloatArray) -> PartRow:
        if refused:
            return replace(blank, part=part, product=product, reason=refused)
        value, scores = parts.settled(value, scores)
        inference = t_inference(value, *clustering.std_error(scores))
        return replace(
            blank,
            part=part,
            product=product,
            estimate=value,
            std_error=inference.std_error,
            df=inference.df,
            statistic=inference.statistic,
            p_value=inference.p_value,
            conf_low=inference.conf_low,
            conf_high=inference.conf_high,
        )

    rows = [row(TOTAL, "", parts.total.estimate, parts.total.scores)]
    columns: dict[str, pd.Series] = {}
    names = [str(name) for name in np.unique(comparison.units["group"])]
    for j, part in enumerate(parts.names):
        value, own = parts.settled(float(parts.parts[j].sum()), parts.scores[:, j].sum(axis=1))
        rows.append(row(part, "", value, own))
        columns |= score_columns(f"{blank.spec_id}::{part}", own, clustering, names)
    if len(parts.products) > 1:
        for k, product in enumerate(parts.products):
            own = parts.scores[:, :, k]
            rows.append(row(TOTAL, product, float(parts.parts[:, k].sum()), own.sum(axis=1)))
            rows += [
                row(part, product, float(parts.parts[j, k]), own[:, j])
                for j, part in enumerate(parts.names)
            ]
    return rows, columns
