"""The propensity score of each comparison: coefficients, standard errors and fit."""

from collections.abc import Sequence

import pandas as pd

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of

_DECIMALS = {"n": 0, "lr_statistic": 1, "lr_df": 0, "pseudo_r2": 3, "auc": 3}


def propensity_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the table, one column pair a comparison that fits a score."""
    models = results["propensity_models"]
    chosen = models[models["analysis"].isin(exhibit.analyses)]
    keys = list(dict.fromkeys(zip(chosen["analysis"], chosen["link"], strict=True)))
    columns: list[Column] = [] if keys else [Column("", "", 1.0)]
    for analysis, link in keys:
        title = f"{results.analysis(analysis).label} ({link})"
        columns += [Column("Coefficient", title, 1.1), Column("(SE)", title, 0.9)]
    rows: list[Row] = []
    for kind, title in (("coefficient", "Covariates"), ("statistic", "Fit")):
        part = chosen[chosen["kind"] == kind]
        rows += [heading(title, "panel")] if len(part) else []
        rows += [_row(part, term, keys) for term in dict.fromkeys(part["term"])]
    return (
        table_of(
            results,
            exhibit,
            stub="",
            columns=columns,
            rows=rows,
            notes=(
                "Maximum likelihood on the units of each comparison; coefficients are log odds under a "
                "logit. The omitted level of a category is its first in alphabetical order. The score "
                "describes who takes part; its coefficients are no effects.",
            ),
        ),
    )


def _row(part: pd.DataFrame, term: str, keys: Sequence[tuple[str, str]]) -> Row:
    rows = part[part["term"] == term]
    result = {(item["analysis"], item["link"]): item for item in rows.to_dict("records")}
    values: dict[str, Value] = {"term": term}
    cells: list[Cell] = []
    for key in keys:
        item = result.get(key)
        value, error = (None, None) if item is None else (item["value"], item["std_error"])
        values |= {f"{key[0]}_{key[1]}": value, f"{key[0]}_{key[1]}_std_error": error}
        shown_error = None if error is None or error != error else error
        shown = formatting.DASH if shown_error is None else f"({_printed(term, shown_error)})"
        cells += [Cell(_printed(term, value)), Cell(shown)]
        if item is not None and item["kind"] == "statistic":
            cells[-1] = Cell("")
    return Row(Cell(str(rows["label"].iloc[0])), tuple(cells), values)


def _printed(term: str, value: float | None) -> str:
    if term == "lr_p_value":
        return formatting.p_value(value)
    decimals = _DECIMALS.get(term, 3)
    if value is not None and decimals == 3 and 0 < abs(value) < 0.001:
        return f"{value:.1e}".replace("-", "\N{MINUS SIGN}")
    return formatting.number(value, decimals)


KIND = kinds.TableKind(
    kind="propensity",
    shows="the score's coefficients and fit",
    section=kinds.BALANCE,
    rank=20,
    needs=("propensity_models",),
    options=OfAnalyses,
    methods="matching.md",
    build=propensity_table,
)
