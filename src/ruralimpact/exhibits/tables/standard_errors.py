"""The same estimates under every kind of standard error that applies, side by side."""

from collections.abc import Iterator, Sequence
from functools import partial

import pandas as pd

from ruralimpact.estimation.printed_errors import HEADLINE, PERMUTED, REFITTED
from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked


def std_error_tables(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build tables with one column a kind of standard error; analyses with the same kinds share one."""
    for names, analyses in headings.alike(exhibit.analyses, partial(_kinds, results)):
        if names:
            yield _table(results, exhibit, analyses, names)


def _of(results: StudyResults, analysis: str) -> pd.DataFrame:
    specs = results.estimates_of(analysis)["spec_id"]
    return results["std_errors"][results["std_errors"]["spec_id"].isin(specs)]


def _kinds(results: StudyResults, analysis: str) -> tuple[str, ...]:
    own = _of(results, analysis)
    known = own[["std_error", "p_value"]].notna().any(axis=1)
    present = dict.fromkeys(own.loc[known | own["suppressed"], "kind"])
    order = (HEADLINE, "group")
    return tuple(
        sorted(present, key=lambda kind: (kind in _TESTS, *(kind != name for name in order)))
    )


def _table(
    results: StudyResults, exhibit: OfEstimates, analyses: Sequence[str], names: tuple[str, ...]
) -> Table:
    labels = dict(zip(results["std_errors"]["kind"], results["std_errors"]["label"], strict=True))
    shown = (columns.amount(), *(_column(name, labels[name]) for name in names))
    by_spec = dict(list(results["std_errors"].groupby("spec_id")))

    def row(record: Record) -> Row:
        own = by_spec.get(record["spec_id"])
        errors = {} if own is None else dict(zip(own["kind"], own["std_error"], strict=True))
        numbers = {f"std_error_{name}": errors.get(name) for name in names}
        p_values = {} if own is None else dict(zip(own["kind"], own["p_value"], strict=True))
        numbers |= {f"p_value_{name}": p_values.get(name) for name in _TESTS}
        label = results.strategy_label(record["strategy"])
        return columns.row_of(
            results, shown, {**record, **numbers}, label, keys=("spec_id", "unit")
        )

    return table_of(
        results,
        exhibit,
        stub=gettext("Outcome and strategy"),
        columns=shown,
        rows=headings.estimate_rows(results, analyses, row, alone=True),
        notes=_notes(results, analyses),
    )


_TESTS = (PERMUTED, REFITTED)


def _column(name: str, label: str) -> Shown:
    if name in _TESTS:
        return columns.p_value("p", 1.5, label=label, of=f"p_value_{name}")
    return columns.amount(label, gettext("Standard error"), 1.5, of=f"std_error_{name}")


def _notes(results: StudyResults, analyses: Sequence[str]) -> tuple[str, ...]:
    errors = pd.concat([_of(results, analysis) for analysis in analyses])
    draws = {kind: _draws(errors, kind) for kind in _TESTS}
    tests = []
    if draws[PERMUTED]:
        tests.append(
            gettext(
                "The p-value permutes treatment over groups, within strata where the sample "
                "has any: groups exchange their residuals in the places that the match gave "
                "them, and the statistic is the estimate over its first standard error, "
                "strata apart ({draws} draws)."
            ).format(draws=draws[PERMUTED])
        )
    if draws[REFITTED]:
        tests.append(
            gettext(
                "Where it was asked for, score, match and regression were also made anew for "
                "each of {draws} draws."
            ).format(draws=draws[REFITTED])
        )
    return (
        gettext(_OF_ERRORS),
        *tests,
        gettext("{dash} = does not apply.").format(dash=formatting.DASH),
    )


def _draws(errors: pd.DataFrame, kind: str) -> str:
    """How many draws the tests of a kind rest on; empty where there is none."""
    known = errors.loc[errors["kind"] == kind, "draws"].dropna().astype(int)
    if known.empty:
        return ""
    low, high = known.min(), known.max()
    return (
        f"{low:,}"
        if low == high
        else gettext("{low} to {high}").format(low=f"{low:,}", high=f"{high:,}")
    )


_OF_ERRORS = marked(
    "The first standard error is the one that every other exhibit uses. The "
    "plain clustered one leaves out how much of its arm's weight a group "
    "carries. The others are what further software prints; they ignore that "
    "units of a group resemble each other, or cluster on the matched set alone."
)


KIND = kinds.TableKind(
    kind="standard_errors",
    shows="the same estimates under other standard errors",
    section=kinds.ERRORS,
    rank=10,
    needs=("estimates", "std_errors"),
    options=OfEstimates,
    methods="inference.md",
    alone=True,
    build=std_error_tables,
)
