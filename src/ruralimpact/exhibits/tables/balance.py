"""Balance tables: every covariate before and after each strategy."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.about_whom import loses_many
from ruralimpact.exhibits.infeasible import infeasible_notes
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact

_STATISTICS = (("smd", "SMD"), ("variance_ratio", "VR"), ("ks", "KS"))


def balance_tables(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build balance tables; analyses that share their strategies share a table."""
    shared: dict[tuple[str, ...], list[str]] = {}
    for analysis in exhibit.analyses:
        strategies = tuple(results.matched_strategies(analysis))
        shared.setdefault(strategies, []).append(analysis)
    return tuple(
        _table(results, exhibit, analyses, strategies) for strategies, analyses in shared.items()
    )


def _table(
    results: StudyResults,
    exhibit: OfAnalyses,
    analyses: Sequence[str],
    strategies: Sequence[str],
) -> Table:
    headings = [Column(label, "Before matching", 0.8) for _, label in _STATISTICS]
    for strategy in strategies:
        headings += [
            Column(label, results.strategy_label(strategy), 0.8) for _, label in _STATISTICS
        ]
    rows: list[Row] = []
    for analysis in analyses:
        rows.append(heading(results.analysis(analysis).label, "panel"))
        rows += _covariate_rows(results, analysis, strategies)
        rows += _foot_rows(results, analysis, strategies)
        rows += _analysed_rows(results, analysis, strategies)
    return table_of(
        results,
        exhibit,
        stub="Covariate",
        columns=headings,
        rows=rows,
        interpretation=(_sentence(results, analysis, strategies) for analysis in analyses),
        notes=_notes(results, analyses),
    )


def _covariate_rows(results: StudyResults, analysis: str, strategies: Sequence[str]) -> list[Row]:
    frame = results.of("balance", analysis)
    return _rows_of(frame, analysis, strategies)


def _rows_of(
    frame: pd.DataFrame, analysis: str, strategies: Sequence[str], outcome: str = ""
) -> list[Row]:
    labels = dict(zip(frame["covariate"], frame["label"], strict=True))
    result = {(row["covariate"], row["strategy"]): row for row in frame.to_dict("records")}
    rows = []
    for covariate, label in labels.items():
        cells: list[Cell] = []
        values: dict[str, Value] = {
            "analysis": analysis,
            "covariate": covariate,
            "outcome": outcome,
        }
        for strategy in ("", *strategies):
            record = result.get((covariate, strategy), {})
            cells += _cells(record, judged=bool(strategy))
            values |= {
                f"{name}_{strategy or 'before'}": record.get(name) for name, _ in _STATISTICS
            }
        rows.append(Row(Cell(label), tuple(cells), values))
    return rows


def _cells(record: Mapping[Any, Any], *, judged: bool) -> list[Cell]:
    if record.get("suppressed", False):
        return [Cell(formatting.SUPPRESSED)] * len(_STATISTICS)
    failing = judged and not record.get("balanced", True)
    cells = []
    for name, _ in _STATISTICS:
        text = formatting.number(record.get(name), 2)
        cells.append(Cell(text, impact.UNBALANCED if failing and _fails(record, name) else ""))
    return cells


def _fails(record: Mapping[Any, Any], name: str) -> bool:
    """Whether this statistic is the one that makes a covariate unbalanced."""
    if name == "smd":
        return bool(pd.isna(record["smd"]) or abs(record["smd"]) >= 0.1)
    if name == "variance_ratio" and not record["binary"]:
        return not bool(0.5 <= record["variance_ratio"] <= 2)
    return False


def _foot_rows(results: StudyResults, analysis: str, strategies: Sequence[str]) -> list[Row]:
    designs = results.of("designs", analysis).set_index("strategy")
    if designs.empty:
        return []
    first = designs.iloc[0]
    lines = (
        ("Treated units", first["n_treated"], "n_treated_matched", 0),
        ("Controls", first["n_control"], "n_control_matched", 0),
        ("Effective number of controls", first["n_control"], "effective_controls", 1),
    )
    rows = []
    for label, before, column, decimals in lines:
        after = [designs[column].get(strategy) for strategy in strategies]
        cells = [Cell(columns.coarse_count(before), span=3)]
        cells += [_size_cell(value, decimals) for value in after]
        values: dict[str, Value] = {
            "analysis": analysis,
            "covariate": label,
            "outcome": "",
            "n_before": before,
        }
        values |= {f"n_{name}": value for name, value in zip(strategies, after, strict=True)}
        rows.append(Row(Cell(label), tuple(cells), values, kind="foot"))
    return rows


def analysed_outcomes(results: StudyResults, analysis: str) -> list[str]:
    """Return the outcomes behind which balance is shown: known of far fewer units, or of another verdict.

    Parameters
    ----------
    results : StudyResults
        With the tables ``sample_flow``, ``estimates``, ``analysed_balance`` and ``designs``.
    analysis : str
    """
    flow = results["sample_flow"]
    flow = flow[(flow["analysis"] == analysis) & flow["step"].isin(["sample", "outcome"])]
    known = set(results["analysed_balance"]["outcome"])
    designs = results.of("designs", analysis)
    balanced = designs.set_index("strategy")["balanced"].map({True: "yes", False: "no"})
    frame = results.of("estimates", analysis)
    differs = frame["balanced"] != frame["strategy"].map(balanced)
    return [
        name
        for name in results.outcomes_of([analysis])
        if name in known
        and (
            any(loses_many(part) for _, part in flow[flow["outcome"] == name].groupby("arm"))
            or bool(differs[frame["outcome"] == name].any())
        )
    ]


def _analysed_rows(results: StudyResults, analysis: str, strategies: Sequence[str]) -> list[Row]:
    """Balance and sizes of the units behind the estimates on each outcome that many lack."""
    table = results["analysed_balance"]
    rows: list[Row] = []
    for outcome in analysed_outcomes(results, analysis):
        frame = table[(table["analysis"] == analysis) & (table["outcome"] == outcome)]
        rows.append(heading(f"Behind the estimates: {results.outcome_label(outcome)}", "group"))
        rows += _rows_of(frame, analysis, strategies, outcome)
        sizes = results.estimates_of(analysis, outcome).set_index("strategy")
        for label, column, decimals in _SIZES:
            after = [sizes[column].mask(sizes["suppressed"]).get(name) for name in strategies]
            cells = [Cell("", span=3)]
            cells += [Cell(formatting.number(value, decimals), span=3) for value in after]
            values: dict[str, Value] = {
                "analysis": analysis,
                "covariate": label,
                "outcome": outcome,
            }
            values |= {f"n_{name}": value for name, value in zip(strategies, after, strict=True)}
            rows.append(Row(Cell(label), tuple(cells), values, kind="foot"))
    return rows


_SIZES = (
    ("Treated units", "n_treated", 0),
    ("Controls", "n_control", 0),
    ("Effective number of controls", "ess", 1),
)


def _size_cell(value: float | None, decimals: int) -> Cell:
    hidden = value is not None and pd.isna(value)
    return Cell(formatting.SUPPRESSED if hidden else formatting.number(value, decimals), span=3)


def _sentence(results: StudyResults, analysis: str, strategies: Sequence[str]) -> str:
    designs = results.of("designs", analysis)
    designs = designs[designs["strategy"].isin(strategies)]
    passing = int(designs["balanced"].sum())
    label = results.analysis(analysis).label
    verb = "leaves" if passing < 2 else "leave"
    spread = designs.loc[~designs["suppressed"], "max_abs_smd"].dropna()
    text = (
        f"{label}: {formatting.share_of(passing, len(designs), 'strategy')} {verb} every covariate "
        "balanced"
    )
    if spread.empty:
        return f"{text}."
    low, high = formatting.number(spread.min(), 2), formatting.number(spread.max(), 2)
    return f"{text}; the largest standardised difference left is between {low} and {high}."


def _notes(results: StudyResults, analyses: Sequence[str]) -> tuple[str, ...]:
    notes = [
        "SMD = standardised mean difference, treated less controls, over the standard deviation of the "
        "treated before matching; VR = variance ratio, treated over controls; KS = largest distance "
        "between the weighted distribution functions.",
        "The effective number of controls is Kish's: the square of the sum of weights over the sum of "
        "their squares.",
        f"{impact.UNBALANCED} Outside the bounds: an absolute SMD of 0.1 or more, or, for covariates "
        "with more than two values, a variance ratio outside 0.5 to 2. Marks go by unrounded values.",
        f"{formatting.DASH} = not defined, as for a covariate without variation in an arm.",
    ]
    if any(analysed_outcomes(results, name) for name in analyses):
        notes.append(
            "Behind the estimates: the same of the units whose outcome is known, over the same standard "
            "deviation; shown for outcomes that are missing for more than a tenth of an arm, or whose "
            "verdict is another than the design's."
        )
    return (*notes, *infeasible_notes(results, analyses))


KIND = kinds.TableKind(
    kind="balance",
    shows="covariates before and after matching",
    section=kinds.BALANCE,
    rank=20,
    needs=("balance", "designs", "analysed_balance", "sample_flow", "estimates"),
    options=OfAnalyses,
    methods="balance.md",
    of_methods=MATCHED,
    build=balance_tables,
)
