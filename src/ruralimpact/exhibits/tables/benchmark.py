"""Each estimate beside a benchmark (an experiment), with the difference tested from the scores."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from ruralimpact.estimation.stored_scores import stored_scores
from ruralimpact.exhibits import columns, formatting, headings, interpretation, kinds, marks
from ruralimpact.exhibits.model import Cell, Row, Table
from ruralimpact.exhibits.options import Benchmarked
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.inference.bias_reduced_scores import combine
from ruralimpact.inference.clustered import t_inference
from ruralimpact.language import gettext, marked


@dataclass(frozen=True)
class BenchmarkGap:
    """An estimate less its benchmark.

    Attributes
    ----------
    spec_id, benchmark_id : str
    estimate, std_error, p_value, conf_low, conf_high : float
        In the outcome's stored unit.
    n_clusters : int
        Groups that carry the difference.
    """

    spec_id: str
    benchmark_id: str
    estimate: float
    std_error: float
    p_value: float
    conf_low: float
    conf_high: float
    n_clusters: int


def benchmark_difference(
    estimates: pd.DataFrame, scores: pd.DataFrame, spec_id: str, benchmark_id: str
) -> BenchmarkGap:
    """Compare two estimates through their group scores.

    Parameters
    ----------
    estimates, scores : DataFrame
        See `ruralimpact.contracts`. A group outside a comparison has score zero there; participants whom
        both comparisons share line up by group, so that their covariance is accounted for.
    spec_id, benchmark_id : str

    Returns
    -------
    BenchmarkGap
    """
    rows = estimates.set_index("spec_id")
    pair = [spec_id, benchmark_id]
    gap = float(rows["estimate"][spec_id] - rows["estimate"][benchmark_id])
    corrected = [stored_scores(scores, name, float(rows["df"][name])) for name in pair]
    difference = combine(corrected, [1.0, -1.0])
    test = t_inference(gap, difference.std_error, difference.df)
    return BenchmarkGap(
        spec_id,
        benchmark_id,
        gap,
        test.std_error,
        test.p_value,
        test.conf_low,
        test.conf_high,
        int((difference.sums != 0).sum()),
    )


_EXPERIMENT, _STRATEGY, _GAP = (
    marked("Experiment"),
    marked("This strategy"),
    marked("Strategy less experiment"),
)
_COLUMNS = (
    columns.amount(group=_EXPERIMENT, of="benchmark"),
    columns.error(_EXPERIMENT, of="benchmark_std_error"),
    columns.amount(group=_STRATEGY),
    columns.error(_STRATEGY),
    columns.amount(group=_GAP, of="difference"),
    columns.error(_GAP, of="difference_std_error"),
    columns.interval(_GAP, 2.1, of=("difference_low", "difference_high")),
    columns.p_value(_GAP, of="difference_p_value"),
)


def benchmark_table(results: StudyResults, exhibit: Benchmarked) -> Iterator[Table]:
    """Build the table of estimates beside the benchmark."""
    records = results["estimates"].set_index("spec_id", drop=False).to_dict("index")
    lines: list[str] = []

    def rows(analysis: str, outcome: str) -> Iterator[Row]:
        gaps = differences(results, exhibit.benchmark, analysis, outcome)
        label = results.analysis(analysis).label
        lines.append(f"{label}: {_sentence(results, outcome, gaps)}")
        for gap in gaps:
            yield _row(results, records[gap.spec_id], records[gap.benchmark_id], gap)

    body = list(headings.by_outcome(results, exhibit.analyses, rows))
    yield table_of(
        results,
        exhibit,
        stub=gettext("Outcome and strategy"),
        columns=_COLUMNS,
        rows=body,
        interpretation=lines,
        notes=_notes(results, exhibit),
    )


def differences(
    results: StudyResults, benchmark: str, analysis: str, outcome: str
) -> list[BenchmarkGap]:
    """Return the differences from the benchmark of an analysis's estimates of one outcome.

    Suppressed estimates, and outcomes that the benchmark lacks, are excluded.
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


def _row(results: StudyResults, own: Record, base: Record, gap: BenchmarkGap) -> Row:
    record = {
        **own,
        "benchmark": base["estimate"],
        "benchmark_std_error": base["std_error"],
        "difference": gap.estimate,
        "difference_std_error": gap.std_error,
        "difference_low": gap.conf_low,
        "difference_high": gap.conf_high,
        "difference_p_value": gap.p_value,
    }
    label = Cell(results.strategy_label(own["strategy"]), marks.balance_mark(own))
    return columns.row_of(results, _COLUMNS, record, label, keys=("spec_id", "unit"))


def _sentence(results: StudyResults, outcome: str, gaps: list[BenchmarkGap]) -> str:
    name = formatting.lower_first(results.outcome_label(outcome))
    if not gaps:
        return gettext("no estimate of {name} can be compared with the experiment.").format(
            name=name
        )
    unit = results.unit(outcome)
    span = formatting.range_text(
        [formatting.scale(unit) * gap.estimate for gap in gaps], results.decimals(outcome), unit
    )
    rejected = sum(gap.p_value < 0.05 for gap in gaps)
    verb = gettext("differs") if rejected < 2 else gettext("differ")
    return gettext(
        "on {name}, {share} {verb} from the experiment at the 5 percent level; the "
        "gaps run from {span}."
    ).format(
        name=name, share=formatting.share_of(rejected, len(gaps), "estimate"), verb=verb, span=span
    )


def _notes(results: StudyResults, exhibit: Benchmarked) -> tuple[str, ...]:
    frame = results.of("estimates", *exhibit.analyses)
    notes = [
        gettext(
            "Standard errors of differences come from the group scores of both "
            "estimates, so the {group_label} whom the two comparisons share are counted "
            "once."
        ).format(group_label=results.study.group_label),
        gettext(
            "A gap that does not differ from zero is no proof of agreement: look at the "
            "width of its interval."
        ),
    ]
    notes += interpretation.share_notes(frame)
    notes += marks.balance_notes(frame)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="benchmark",
    shows="estimates against an experiment",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", "scores"),
    options=Benchmarked,
    methods="inference.md",
    build=benchmark_table,
)
