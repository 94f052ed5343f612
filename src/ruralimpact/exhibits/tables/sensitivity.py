"""How strong hidden bias must be to overturn each matched estimate."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.reading import BALANCE_RULE
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables.impact import UNBALANCED

_REGRESSION = "Regression with the design's weights"
_COLUMNS = {
    "critical_gamma": Column("Critical Gamma", "Pairs", 0.9),
    "regression_estimate": Column("Estimate", _REGRESSION, 1.1),
    "robustness_value": Column("RV", _REGRESSION, 0.8),
    "robustness_value_interval": Column("RV, interval", _REGRESSION, 0.9),
    "benchmark_estimate": Column("Left by a confounder like", _REGRESSION, 2.0),
    "oster_delta": Column("Oster's delta", "All units", 0.9),
    "oster_effect": Column("Effect at delta = 1", "All units", 1.1),
    "e_value": Column("Estimate", "E-value", 0.9),
    "e_value_interval": Column("Interval", "E-value", 0.9),
    "left_out": Column("Lowest to highest", "Without one region", 1.8),
}
_ALWAYS = ("regression_estimate", "robustness_value", "robustness_value_interval")


def sensitivity_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table with one row a matched estimate, and one an outcome for all units.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    tuple of Table
        One table, with the columns of the analyses that apply.
    """
    analyses = exhibit.analyses
    frame = _joined(results, analyses)
    columns = [name for name in _COLUMNS if name in _ALWAYS or frame[name].notna().any()]
    rows: list[Row] = []
    lines: list[str] = []
    for analysis in analyses:
        rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            part = frame[(frame["analysis"] == analysis) & (frame["outcome"] == outcome)]
            rows += _outcome_rows(results, outcome, part, columns) if len(part) else []
        lines += _line(results, analysis, frame[frame["analysis"] == analysis])
    return (
        table_of(
            results,
            exhibit,
            stub="Outcome and strategy",
            columns=(_COLUMNS[name] for name in columns),
            rows=rows,
            reading=lines,
            notes=_notes(frame, columns),
        ),
    )


def _joined(results: StudyResults, analyses: Sequence[str]) -> pd.DataFrame:
    """Estimates with their sensitivity, in the configuration's order."""
    estimates = pd.concat([results.estimates_of(analysis) for analysis in analyses])
    published = ["spec_id", "analysis", "outcome", "strategy", "unit", "balanced", "suppressed"]
    frame = estimates[published].merge(results["sensitivity"], on="spec_id")
    return frame.merge(_ranges(results), on="spec_id", how="left")


def _ranges(results: StudyResults) -> pd.DataFrame:
    """Lowest and highest estimate without a region; suppressed ones are passed over."""
    table = results["leave_one_out"].dropna(subset=["estimate"])
    found = table.groupby("spec_id")["estimate"].agg(left_out="min", left_out_high="max")
    return found.astype(float).reset_index()


def _outcome_rows(
    results: StudyResults, outcome: str, part: pd.DataFrame, columns: Sequence[str]
) -> list[Row]:
    title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
    rows = [heading(title, "group")]
    for record in part.to_dict("records"):
        own = {**record, "oster_delta": None, "oster_effect": None}
        mark = UNBALANCED if record["balanced"] == "no" else ""
        label = Cell(results.strategy_label(record["strategy"]), mark)
        rows.append(_row(results, label, own, columns, str(record["spec_id"])))
    first = part.iloc[0]
    if not first["suppressed"] and "oster_delta" in columns:
        whole = {"outcome": outcome, "unit": first["unit"], "suppressed": False, "benchmark": ""}
        whole |= {name: first[name] for name in ("oster_delta", "oster_effect")}
        whole["regression_estimate"] = first["long_effect"]
        name = f"{first['analysis']}/all_units/{outcome}"
        rows.append(_row(results, Cell("All units, by regression"), whole, columns, name))
    return rows


def _row(
    results: StudyResults,
    label: Cell,
    record: Mapping[Any, Any],
    columns: Sequence[str],
    spec_id: str,
) -> Row:
    if record["suppressed"]:
        hidden = tuple(Cell(formatting.SUPPRESSED) for _ in columns)
        return Row(label, hidden, {"spec_id": spec_id})
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    cells = [_cell(results, name, record, factor, decimals) for name in columns]
    values: dict[str, Value] = {"spec_id": spec_id, "unit": record["unit"]}
    for name in (*columns, *(["left_out_high"] if "left_out" in columns else [])):
        value = record.get(name)
        scaled = name in _EFFECTS and value is not None
        values[name] = factor * value if scaled else value  # type: ignore[operator]
    if "benchmark_estimate" in columns:
        values["benchmark"] = record["benchmark"]
    return Row(label, tuple(cells), values)


_EFFECTS = {
    "regression_estimate",
    "benchmark_estimate",
    "oster_effect",
    "left_out",
    "left_out_high",
}


def _cell(
    results: StudyResults, name: str, record: Mapping[Any, Any], factor: float, decimals: int
) -> Cell:
    value = record.get(name)
    if value is None or pd.isna(value):
        return Cell(formatting.DASH)
    if name == "left_out":
        ends = factor * value, factor * record["left_out_high"]
        return Cell(formatting.interval(*ends, decimals))
    if name in ("robustness_value", "robustness_value_interval"):
        return Cell(f"{formatting.number(100 * value, 1)}%")
    if name not in _EFFECTS:
        return Cell(formatting.number(value, 2))
    text = formatting.number(factor * value, decimals)
    if name == "benchmark_estimate":
        text = f"{_covariate(results, record['benchmark'])}: {text}"
    return Cell(text)


def _covariate(results: StudyResults, name: str) -> str:
    """Printed name of a covariate, all its levels together."""
    frame = results["balance"]
    mine = frame[frame["covariate"].str.split("[").str[0] == name]
    return str(mine["label"].iloc[0]).split(":")[0] if len(mine) else name


def _line(results: StudyResults, analysis: str, part: pd.DataFrame) -> list[str]:
    """Say how many intervals exclude zero, and how little would take the weakest of them there."""
    values = 100 * part["robustness_value_interval"].dropna()
    if values.empty:
        return []
    label, firm = results.analysis(analysis)["label"], values[values > 0]
    if firm.empty:
        return [f"{label}: no clustered interval of these regressions excludes zero to begin with."]
    weakest, strongest = (
        f"{formatting.number(value, 1)} percent" for value in (firm.min(), firm.max())
    )
    span = (
        weakest
        if len(firm) == 1
        else f"{weakest} for the weakest and {strongest} for the strongest"
    )
    verb = "excludes" if len(firm) == 1 else "exclude"
    return [
        f"{label}: {formatting.share_of(len(firm), len(values), 'interval')} {verb} zero to begin with. An "
        "omitted variable would have to explain this share of what the covariates leave unexplained, of "
        f"taking part and of the outcome alike, to bring zero inside: {span}."
    ]


def _notes(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    notes = [text for name, text in _NOTES.items() if name in columns]
    if (frame["balanced"] == "no").any():
        notes.append(f"{UNBALANCED} {BALANCE_RULE}")
    notes.append(f"{formatting.DASH} = does not apply.")
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


_NOTES = {
    "critical_gamma": (
        "Critical Gamma: how many times likelier one unit of a matched pair may "
        "have been to take part than the other, before Wilcoxon's signed-rank test stops rejecting at the 5 "
        "percent level (Rosenbaum 2002); for disjoint pairs that reject without hidden bias. It takes pairs "
        "to be independent, whatever their groups."
    ),
    "regression_estimate": (
        "Estimate: regression of the outcome on treatment and covariates with the weights of the design, "
        "which need not equal the matched estimate. In the row of all units, without a match and with both "
        "arms of equal weight."
    ),
    "robustness_value": (
        "RV, the robustness value: share of what the covariates leave unexplained, of treatment and of "
        "outcome alike, that an omitted variable must explain to bring the estimate, or the nearer end of "
        "its clustered interval, to zero (Cinelli and Hazlett 2020)."
    ),
    "benchmark_estimate": (
        "Left by a confounder like: the estimate, had a variable as strong as the strongest covariate was "
        "before the match (all its levels together) been omitted and worked against it."
    ),
    "oster_delta": (
        "Oster's delta: how many times as important as the covariates unobserved "
        "differences must be to leave no effect, when the largest attainable R2 is 1.3 times that of the "
        "regression; negative where they would have to work against the covariates (Oster 2019)."
    ),
    "e_value": (
        "E-value: risk ratio by which an omitted variable must be related to both taking part and the "
        "outcome to explain the estimate, or the nearer end of its interval (1 where that holds no effect "
        "already; VanderWeele and Ding 2017)."
    ),
    "left_out": (
        "Without one region: matched and estimated anew without each region in turn, by the strategy's own "
        "estimator."
    ),
}

KIND = kinds.TableKind(
    kind="sensitivity",
    shows="how strong hidden bias must be",
    section=kinds.TRUST,
    rank=30,
    needs=("estimates", "sensitivity", "leave_one_out", "balance"),
    options=OfEstimates,
    methods="sensitivity.md",
    build=sensitivity_table,
    with_tests=True,
)
