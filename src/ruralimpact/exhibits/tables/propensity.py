"""The propensity score of each comparison: coefficients, standard errors and fit."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, columns, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_DECIMALS = {"n": 0, "n_clusters": 0, "lr_statistic": 1, "lr_df": 0, "pseudo_r2": 3, "auc": 3}
_NOTE = marked(
    "Maximum likelihood on the units of each comparison; coefficients are log "
    "odds under a logit; (SE) and p are clustered by group. The omitted level of "
    "a category is its first in alphabetical order. The score describes who "
    "takes part; its coefficients are no effects."
)


def propensity_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table, three columns a comparison that fits a score."""
    models = results.of("propensity_models", *exhibit.analyses)
    models = models.assign(model=models["analysis"] + "_" + models["link"])
    shown: list[Shown | Column] = []
    for name, own in models.groupby("model", sort=False):
        title = f"{results.analysis(own['analysis'].iloc[0]).label} ({own['link'].iloc[0]})"
        shown += [
            _COEFFICIENT.within(str(name), title, "{part}"),
            _ERROR.within(str(name), title, "{part}_{name}"),
            _P_VALUE.within(str(name), title, "{part}_{name}"),
        ]
    yield table_of(
        results,
        exhibit,
        stub="",
        columns=shown or [Column("")],
        rows=_rows(results, models, [column for column in shown if isinstance(column, Shown)]),
        notes=(gettext(_NOTE),),
    )


def _rows(results: StudyResults, models: pd.DataFrame, shown: Sequence[Shown]) -> Iterator[Row]:
    for kind, title in (("coefficient", gettext("Covariates")), ("statistic", gettext("Fit"))):
        part = models[models["kind"] == kind]
        if len(part):
            yield heading(title, "panel")
        for term, own in part.groupby("term", sort=False):
            label = str(own["label"].iloc[0])
            by_model = {record["model"]: record for record in own.to_dict("records")}
            yield columns.row_of(results, shown, {"term": term, **by_model}, label, keys=("term",))


def _value(values: Sequence[Any], _: int) -> Cell:
    value, term = values
    if term == "lr_p_value":
        return cells.p_value(value)
    decimals = _DECIMALS.get(term, 3)
    if value is not None and decimals == 3 and 0 < abs(value) < 0.001:
        return cells.scientific(value)
    return cells.number(value, decimals)


def _error(values: Sequence[Any], decimals: int) -> Cell:
    error, term, kind = values
    return (
        Cell("") if kind == "statistic" else cells.in_parentheses(_value((error, term), decimals))
    )


def _p_value(values: Sequence[Any], _: int) -> Cell:
    p_value, kind = values
    return Cell("") if kind == "statistic" else cells.p_value(p_value)


_COEFFICIENT = Shown(
    Column(marked("Coefficient"), "", 1.1), ("value", "term"), _value, {"value": "value"}
)
_ERROR = Shown(
    Column(marked("(SE)"), "", 0.9),
    ("clustered_error", "term", "kind"),
    _error,
    {"clustered_error": "clustered_error"},
)
_P_VALUE = Shown(Column("p", "", 0.7), ("p_value", "kind"), _p_value, {"p_value": "p_value"})

KIND = kinds.TableKind(
    kind="propensity",
    shows="the score's coefficients and fit",
    section=kinds.BALANCE,
    rank=20,
    needs=("propensity_models",),
    options=OfAnalyses,
    methods="matching.md",
    annex=True,
    build=propensity_table,
)
