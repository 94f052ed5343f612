"""Covariates and outcomes by arm as they were found, before anything is matched or weighted."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_NUMBERS = (
    columns.number("N", of="n_units", width=0.9).kept_as("n"),
    columns.amount(marked("Mean"), width=0.9, of="mean"),
    columns.amount(marked("SD"), width=0.9, of="std_dev"),
    columns.amount(marked("5th pct"), width=0.9, of="p5"),
    columns.amount(marked("Median"), width=0.9, of="median"),
    columns.amount(marked("95th pct"), width=0.9, of="p95"),
)
_COLUMNS = tuple(
    number.within(arm, label)
    for arm, label in (("treated", marked("Treated")), ("control", marked("Controls")))
    for number in _NUMBERS
)
_NOTE = marked(
    "All units of the comparison, before matching. N counts units of which the "
    "variable is known; SD = standard deviation, over N less 1. The 5th and 95th "
    "percentiles stand in the place of minimum and maximum, which would show "
    "what single units answered."
)
_WEIGHTED = marked(
    "Means, standard deviations and percentiles are weighted by the sampling weights; N is not."
)


def summary_statistics_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table, a row a variable and the arms side by side.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfAnalyses

    Yields
    ------
    Table
    """
    yield table_of(
        results,
        exhibit,
        stub=gettext("Variable"),
        columns=_COLUMNS,
        rows=_rows(results, exhibit),
        notes=_notes(results, exhibit),
    )


def _rows(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Row]:
    for analysis in exhibit.analyses:
        own = results.of("summary_statistics", analysis)
        for kind, title in (("covariate", gettext("Covariates")), ("outcome", gettext("Outcomes"))):
            part = own[own["kind"] == kind]
            if len(part):
                yield heading(f"{results.analysis(analysis).label}: {title}", "panel")
            for _, both in part.groupby("variable", sort=False):
                yield _row(results, both)


def _row(results: StudyResults, both: pd.DataFrame) -> Row:
    first = both.iloc[0]
    label, printed = str(first["label"]), {"unit": "", "decimals": 2}
    if first["kind"] == "outcome":
        name = str(first["variable"])
        label = results.outcome_title(name)
        printed = {"unit": results.unit(name), "decimals": results.decimals(name)}
    arms = {record["arm"]: {**record, **printed} for record in both.to_dict("records")}
    keys = ("analysis", "variable")
    return columns.row_of(results, _COLUMNS, {**first, **arms}, label, keys=keys)


def _notes(results: StudyResults, exhibit: OfAnalyses) -> list[str]:
    own = results.of("summary_statistics", *exhibit.analyses)
    missing = [name for name in exhibit.analyses if name not in set(own["analysis"])]
    notes = [gettext(_NOTE)]
    if own["weighted"].any():
        notes.append(gettext(_WEIGHTED))
    if missing:
        labels = "; ".join(results.analysis(name).label for name in missing)
        notes.append(
            gettext("Not shown, as their rows are no units of one period: {labels}.").format(
                labels=labels
            )
        )
    return notes


KIND = kinds.TableKind(
    kind="summary_statistics",
    shows="covariates and outcomes by arm, before matching",
    section=kinds.SAMPLE,
    rank=15,
    needs=("summary_statistics",),
    options=OfAnalyses,
    methods="summary_statistics.md",
    build=summary_statistics_table,
)
