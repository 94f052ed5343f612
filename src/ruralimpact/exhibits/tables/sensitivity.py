"""How strong hidden bias must be to overturn each matched estimate."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ruralimpact.design.methods import MATCHED
from ruralimpact.exhibits import columns, formatting, headings, kinds, marks
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_REGRESSION = marked("Regression with the design's weights")
_ALL_UNITS, _E_VALUE = marked("All units"), marked("E-value")
_COLUMNS = {
    "critical_gamma": columns.number(
        marked("Critical Gamma"), marked("Pairs"), 0.9, of="critical_gamma", decimals=2
    ),
    "regression_estimate": columns.amount(group=_REGRESSION, of="regression_estimate"),
    "robustness_value": columns.percent(marked("RV"), _REGRESSION, 0.8, of="robustness_value"),
    "robustness_value_interval": columns.percent(
        marked("RV, interval"), _REGRESSION, 0.9, of="robustness_value_interval"
    ),
    "benchmark_estimate": columns.amount(
        marked("Left by a confounder"), _REGRESSION, 2.0, of="benchmark_estimate"
    ).named("benchmark_label"),
    "oster_delta": columns.number(
        marked("Oster's delta"), _ALL_UNITS, 0.9, of="oster_delta", decimals=2
    ),
    "oster_effect": columns.amount(marked("Effect at delta = 1"), _ALL_UNITS, of="oster_effect"),
    "e_value": columns.number(marked("Estimate"), _E_VALUE, 0.9, of="e_value", decimals=2),
    "e_value_interval": columns.number(
        marked("Interval"), _E_VALUE, 0.9, of="e_value_interval", decimals=2
    ),
    "without_region_low": columns.interval(
        marked("Without one region"),
        1.8,
        of=("without_region_low", "without_region_high"),
        label=marked("Lowest to highest"),
    ),
}
_ALWAYS = ("regression_estimate", "robustness_value", "robustness_value_interval")


def sensitivity_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table with one row a matched estimate, and one an outcome for all units.

    It has the columns of the analyses that apply.
    """
    analyses = exhibit.analyses
    frame = _joined(results, analyses)
    names = [name for name in _COLUMNS if name in _ALWAYS or frame[name].notna().any()]
    lines: list[str] = []

    def rows(analysis: str) -> Iterator[Row]:
        own = frame[frame["analysis"] == analysis]
        lines.extend([*_line(results, analysis, own), *_one_sided(results, analysis, own)])
        for outcome in results.outcomes_of([analysis]):
            part = own[own["outcome"] == outcome]
            if len(part):
                yield from _outcome_rows(results, outcome, part, names)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Outcome and strategy"),
        columns=[_COLUMNS[name] for name in names],
        rows=headings.by_analysis(results, analyses, rows, alone=True),
        interpretation=lines,
        notes=_notes(frame, names),
    )


def _joined(results: StudyResults, analyses: Sequence[str]) -> pd.DataFrame:
    """Estimates with their sensitivity, in the configuration's order."""
    estimates = pd.concat([results.estimates_of(analysis) for analysis in analyses])
    published = ["spec_id", "analysis", "outcome", "strategy", "unit", "balanced", "suppressed"]
    published.append("estimate")
    frame = estimates[published].merge(results["sensitivity"], on="spec_id")
    return frame.merge(_ranges(results), on="spec_id", how="left")


def _ranges(results: StudyResults) -> pd.DataFrame:
    """Lowest and highest estimate without a region; suppressed ones are passed over."""
    table = results["leave_one_out"].dropna(subset=["estimate"])
    ranges = table.groupby("spec_id")["estimate"].agg(
        without_region_low="min", without_region_high="max"
    )
    return ranges.astype(float).reset_index()


def _outcome_rows(
    results: StudyResults, outcome: str, part: pd.DataFrame, names: Sequence[str]
) -> Iterator[Row]:
    yield heading(results.outcome_title(outcome), "group")
    for record in part.to_dict("records"):
        label = Cell(results.strategy_label(record["strategy"]), marks.balance_mark(record))
        own = {**record, "oster_delta": None, "oster_effect": None}
        own["benchmark_label"] = gettext("like {covariate}").format(
            covariate=_covariate(results, record["benchmark"])
        )
        yield _row(results, label, own, names)
    first = part.iloc[0]
    if not first["suppressed"] and "oster_delta" in names:
        whole = {
            **dict.fromkeys([*_COLUMNS, "without_region_high", "benchmark_label"]),
            **{name: first[name] for name in ("unit", "outcome", "oster_delta", "oster_effect")},
            "spec_id": f"{first['analysis']}/all_units/{outcome}",
            "regression_estimate": first["long_effect"],
            "benchmark": "",
        }
        yield _row(results, Cell(gettext("All units, by regression")), whole, names)


def _row(results: StudyResults, label: Cell, record: Record, names: Sequence[str]) -> Row:
    shown = [_COLUMNS[name] for name in names]
    more = ("benchmark",) if "benchmark_estimate" in names else ()
    return columns.row_of(results, shown, record, label, keys=("spec_id", "unit"), more=more)


def _covariate(results: StudyResults, name: str) -> str:
    """Printed name of a covariate, all its levels together."""
    frame = results["balance"]
    mine = frame[frame["covariate"].str.split("[").str[0] == name]
    if not len(mine):
        return name
    level = str(mine["covariate"].iloc[0]).partition("[")[2].removesuffix("]")
    label = str(mine["label"].iloc[0])
    return label.removesuffix(f": {level}") if level else label


def _line(results: StudyResults, analysis: str, part: pd.DataFrame) -> list[str]:
    """Say how many intervals exclude zero, and how little would take the weakest of them there."""
    values = 100 * part["robustness_value_interval"].dropna()
    if values.empty:
        return []
    label, firm = results.analysis(analysis).label, values[values > 0]
    if firm.empty:
        return [
            gettext(
                "{label}: no clustered interval of these regressions excludes zero to begin with."
            ).format(label=label)
        ]
    weakest, strongest = (
        gettext("{value} percent").format(value=formatting.number(value, 1))
        for value in (firm.min(), firm.max())
    )
    span = (
        weakest
        if len(firm) == 1
        else gettext("{weakest} for the weakest and {strongest} for the strongest").format(
            weakest=weakest, strongest=strongest
        )
    )
    verb = gettext("excludes") if len(firm) == 1 else gettext("exclude")
    return [
        gettext(
            "{label}: {share} {verb} zero to begin with. An omitted variable would have "
            "to explain this share of what the covariates leave unexplained, of taking "
            "part and of the outcome alike, to bring zero inside: {span}."
        ).format(
            label=label,
            share=formatting.share_of(len(firm), len(values), "interval"),
            verb=verb,
            span=span,
        )
    ]


def _one_sided(results: StudyResults, analysis: str, part: pd.DataFrame) -> list[str]:
    """Say of how many estimates all that leave out a region lie on one side.

    Leaving out regions in turn moves an average to both sides; these are matched anew, which may move all.
    """
    ranges = part.dropna(subset=["estimate", "without_region_low"])
    sides = {
        "below": int((ranges["without_region_high"] < ranges["estimate"]).sum()),
        "above": int((ranges["without_region_low"] > ranges["estimate"]).sum()),
    }
    label = results.analysis(analysis).label
    return [
        gettext(
            "{label}: for {share} every estimate without one region lies {side} that of "
            "all regions, so that it rests on the regions being matched together."
        ).format(label=label, share=formatting.share_of(count, len(ranges), "estimate"), side=side)
        for side, count in sides.items()
        if count
    ]


def _notes(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[str, ...]:
    notes = [text for name, text in _NOTES.items() if name in columns]
    notes += marks.balance_notes(frame)
    notes.append(gettext("{dash} = does not apply.").format(dash=formatting.DASH))
    return tuple(notes)


_NOTES = {
    "critical_gamma": (
        marked(
            "Critical Gamma: how many times likelier one unit of a matched pair may have "
            "been to take part than the other, before Wilcoxon's signed-rank test stops "
            "rejecting at the 5 percent level (Rosenbaum 2002); for disjoint pairs that "
            "reject without hidden bias. It takes pairs to be independent, whatever "
            "their groups."
        )
    ),
    "regression_estimate": (
        marked(
            "Estimate: regression of the outcome on treatment and covariates with the "
            "weights of the design, which need not equal the matched estimate. In the "
            "row of all units, without a match and with both arms of equal weight."
        )
    ),
    "robustness_value": (
        marked(
            "RV, the robustness value: share of what the covariates leave unexplained, "
            "of treatment and of outcome alike, that an omitted variable must explain to "
            "bring the estimate, or the nearer end of its clustered interval, to zero "
            "(Cinelli and Hazlett 2020)."
        )
    ),
    "benchmark_estimate": (
        marked(
            "Left by a confounder: the estimate, had a variable as strong as the "
            "strongest covariate was before the match (all its levels together) been "
            "omitted and worked against it."
        )
    ),
    "oster_delta": (
        marked(
            "Oster's delta: how many times as important as the covariates unobserved "
            "differences must be to leave no effect, when the largest attainable R2 is "
            "1.3 times that of the regression; negative where they would have to work "
            "against the covariates (Oster 2019)."
        )
    ),
    "e_value": (
        marked(
            "E-value: risk ratio by which an omitted variable must be related to both "
            "taking part and the outcome to explain the estimate, or the nearer end of "
            "its interval (1 where that holds no effect already; VanderWeele and Ding "
            "2017)."
        )
    ),
    "without_region_low": (
        marked(
            "Without one region: matched and estimated anew without each region in turn, "
            "by the strategy's own estimator."
        )
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
    of_methods=MATCHED,
    build=sensitivity_table,
    with_tests=True,
)
