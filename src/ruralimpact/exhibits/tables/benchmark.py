"""Each estimate beside a benchmark (an experiment), with the difference tested from the scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.exhibits import disclosure, formatting, kinds, reading
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact
from ruralimpact.inference.bias_reduced_scores import combine
from ruralimpact.inference.clustered import t_inference
from ruralimpact.schema.base import Text


class BenchmarkOptions(OfEstimates):
    """A table against a benchmark."""

    benchmark: Text
    """Analysis whose estimates the others are compared with."""


@dataclass(frozen=True)
class Difference:
    """An estimate less its benchmark.

    Attributes
    ----------
    spec_id, benchmark_id : str
    estimate, std_error, p_value, conf_low, conf_high : float
        In the outcome's stored unit.
    n_groups : int
        Groups that carry the difference.
    """

    spec_id: str
    benchmark_id: str
    estimate: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    n_groups: int


def benchmark_difference(
    estimates: pd.DataFrame, scores: pd.DataFrame, spec_id: str, benchmark_id: str
) -> Difference:
    """Compare two estimates through their group scores.

    Parameters
    ----------
    estimates, scores : DataFrame
        See `ruralimpact.tables`. A group outside a comparison has score zero there; participants whom
        both comparisons share line up by group, so that their covariance is accounted for.
    spec_id, benchmark_id : str

    Returns
    -------
    Difference
    """
    rows = estimates.set_index("spec_id")
    pair = [spec_id, benchmark_id]
    gap = float(rows["estimate"][spec_id] - rows["estimate"][benchmark_id])
    corrected = [stored_scores(scores, name, float(rows["df"][name])) for name in pair]
    difference = combine(corrected, [1.0, -1.0])
    test = t_inference(gap, difference.std_error, difference.df)
    return Difference(
        spec_id,
        benchmark_id,
        gap,
        test.std_error,
        test.p_value,
        test.conf_low,
        test.conf_high,
        int((difference.sums != 0).sum()),
    )


def benchmark_table(results: StudyResults, exhibit: BenchmarkOptions) -> tuple[Table, ...]:
    """Build the table of estimates beside the benchmark.

    Parameters
    ----------
    results : StudyResults
    exhibit : BenchmarkOptions
        Its ``benchmark`` is an analysis with one estimate an outcome.

    Returns
    -------
    tuple of Table
        One table.
    """
    rows: list[Row] = []
    lines: list[str] = []
    for analysis in exhibit.analyses:
        label = results.analysis(analysis)["label"]
        if len(exhibit.analyses) > 1:
            rows.append(heading(label, "panel"))
        for outcome in results.outcomes_of([analysis]):
            found = differences(results, exhibit.benchmark, analysis, outcome)
            rows += _outcome_rows(results, outcome, found)
            lines.append(f"{label}: {_sentence(results, outcome, found)}")
    return (
        table_of(
            results,
            exhibit,
            stub="Outcome and strategy",
            columns=_COLUMNS,
            rows=rows,
            reading=lines,
            notes=_notes(results, exhibit),
        ),
    )


_COLUMNS = (
    Column("Estimate", "Experiment", 1.1),
    Column("(SE)", "Experiment", 1.1),
    Column("Estimate", "This strategy", 1.1),
    Column("(SE)", "This strategy", 1.1),
    Column("Estimate", "Strategy less experiment", 1.1),
    Column("(SE)", "Strategy less experiment", 1.1),
    Column("95% interval", "Strategy less experiment", 2.1),
    Column("p", "Strategy less experiment", 0.8),
)


def differences(
    results: StudyResults, benchmark: str, analysis: str, outcome: str
) -> list[Difference]:
    """Return the differences from the benchmark of an analysis's estimates of one outcome.

    Suppressed estimates, and outcomes that the benchmark lacks, are left out.
    """
    base = results.estimates_of(benchmark, outcome).dropna(subset=["estimate"])
    others = results.estimates_of(analysis, outcome).dropna(subset=["estimate"])
    if base.empty:
        return []
    base_id = str(base.iloc[0]["spec_id"])
    return [
        benchmark_difference(results["estimates"], results["scores"], str(spec_id), base_id)
        for spec_id in others["spec_id"]
    ]


def _outcome_rows(results: StudyResults, outcome: str, found: list[Difference]) -> list[Row]:
    title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
    records = results["estimates"].set_index("spec_id").to_dict("index")
    rows = [heading(title, "group")]
    return rows + [_row(results, records, outcome, difference) for difference in found]


def _row(
    results: StudyResults,
    records: Mapping[Any, Mapping[Any, Any]],
    outcome: str,
    difference: Difference,
) -> Row:
    own, base = records[difference.spec_id], records[difference.benchmark_id]
    values = _values(own, base, difference)
    decimals = results.decimals(outcome)
    pairs = (
        ("benchmark", "benchmark_std_error"),
        ("estimate", "std_error"),
        ("difference", "difference_std_error"),
    )
    cells: list[Cell] = []
    for estimate, error in pairs:
        cells.append(Cell(formatting.number(values[estimate], decimals)))
        cells.append(Cell(formatting.parenthesised(values[error], decimals)))
    ends = formatting.interval(values["difference_low"], values["difference_high"], decimals)
    cells += [Cell(ends), Cell(formatting.p_value(difference.p_value))]
    mark = impact.UNBALANCED if own["balanced"] == "no" else ""
    printed: dict[str, Value] = {"spec_id": difference.spec_id, "unit": own["unit"], **values}
    return Row(Cell(results.strategy_label(own["strategy"]), mark), tuple(cells), printed)


def _values(
    own: Mapping[Any, Any], base: Mapping[Any, Any], difference: Difference
) -> dict[str, float]:
    factor = formatting.scale(own["unit"])
    return {
        "benchmark": factor * base["estimate"],
        "benchmark_std_error": factor * base["std_error"],
        "estimate": factor * own["estimate"],
        "std_error": factor * own["std_error"],
        "difference": factor * difference.estimate,
        "difference_std_error": factor * difference.std_error,
        "difference_low": factor * difference.conf_low,
        "difference_high": factor * difference.conf_high,
        "difference_p_value": difference.p_value,
    }


def _sentence(results: StudyResults, outcome: str, found: list[Difference]) -> str:
    name = formatting.lower_first(results.outcome_label(outcome))
    if not found:
        return f"no estimate of {name} can be compared with the experiment."
    unit = results.unit(outcome)
    span = formatting.range_text(
        [formatting.scale(unit) * item.estimate for item in found], results.decimals(outcome), unit
    )
    rejected = sum(item.p_value < 0.05 for item in found)
    verb = "differs" if rejected < 2 else "differ"
    return (
        f"on {name}, {formatting.share_of(rejected, len(found), 'estimate')} {verb} from the experiment at "
        f"the 5 percent level; the gaps run from {span}."
    )


def _notes(results: StudyResults, exhibit: BenchmarkOptions) -> tuple[str, ...]:
    frame = results["estimates"][results["estimates"]["analysis"].isin(exhibit.analyses)]
    notes = [
        "Standard errors of differences come from the group scores of both estimates, so the "
        f"{results.study['group_label']} whom the two comparisons share are counted once.",
        "A gap that does not differ from zero is no proof of agreement: look at the width of its "
        "interval.",
    ]
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        notes.append("Effects on shares are in percentage points.")
    if (frame["balanced"] == "no").any():
        notes.append(f"{impact.UNBALANCED} {reading.BALANCE_RULE}")
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="benchmark",
    shows="estimates against an experiment",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", "scores"),
    options=BenchmarkOptions,
    methods="inference.md",
    build=benchmark_table,
)
