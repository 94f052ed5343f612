"""What moved since the last run in this folder, and why."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.waves.changes import changes

_FILES = (
    columns.words(marked("Wave"), width=0.8, of="wave", kept=("wave",)),
    columns.number(marked("Rows"), width=0.8, of="rows"),
    columns.words(marked("SHA-256 of the cells, begin"), width=3.2, of="begin", kept=("sha256",)),
)
_MOVED = (
    columns.amount(marked("Before"), of="before"),
    columns.amount(marked("Now"), of="now"),
    columns.amount(marked("Change"), of="change"),
    columns.number(marked("Change over SE"), of="relative", decimals=2).unkept(),
    columns.number(marked("New"), marked("Units"), 0.7, of="units_new").sparse(),
    columns.number(marked("Lost"), marked("Units"), 0.7, of="units_lost").sparse(),
    columns.words(marked("What had changed"), width=2.2, of="reasons", kept=("reasons",)),
)
_NOTE = marked(
    "Compared with the last run in this folder whose results differ. Data: a raw "
    "file behind the estimate. Sample: units that came or went. Specification: "
    "strategy, sample, outcome, codebook or cleaning as configured. Code: a "
    "module or pinned version behind the estimates. Where several had changed at "
    "once the table cannot tell them apart: change one at a time."
)


def changes_tables(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the table of raw files behind the run and, after a change, that of estimates that moved.

    One table in a folder's first run, else two.
    """
    before, now = results.record.before, results.record.now
    first = (
        ""
        if before
        else gettext(" These are the first results in this folder, so nothing is compared.")
    )
    yield table_of(
        results,
        exhibit,
        stub=gettext("Raw file"),
        columns=_FILES,
        rows=_file_rows(results),
        interpretation=(
            gettext("The run rests on {count}.{first}").format(
                count=formatting.plural(len(results.quality), "raw file"), first=first
            ),
        ),
    )
    if before and now:
        changed = changes(before, now)
        yield table_of(
            results,
            exhibit,
            title=gettext("What moved since the run before"),
            stub=gettext("Outcome and strategy"),
            columns=_MOVED,
            rows=_moved_rows(results, changed),
            interpretation=(_interpretation(changed),),
            notes=(gettext(_NOTE),),
        )


def _file_rows(results: StudyResults) -> Iterator[Row]:
    for source in results.study.sources:
        report = results.quality[source.name]
        digest = report.content_sha256
        record = {"wave": report.wave or formatting.DASH, "rows": report.rows_read}
        record |= {"sha256": digest, "begin": digest[:32]}
        yield columns.row_of(results, _FILES, record, source.label or source.name, keys=())


def _interpretation(moved: pd.DataFrame) -> str:
    counts = moved["kind"].value_counts()
    words = {
        "moved": "moved",
        "new": gettext("are new"),
        "gone": gettext("are gone"),
        "same": gettext("stayed as they were"),
    }
    parts = [
        f"{formatting.count(counts[kind])} {text}" for kind, text in words.items() if kind in counts
    ]
    return gettext("Of {moved} estimates {parts}.").format(
        moved=formatting.count(len(moved)), parts=", ".join(parts)
    )


def _moved_rows(results: StudyResults, moved: pd.DataFrame) -> Iterator[Row]:
    shown = moved[moved["kind"] != "same"]
    if shown.empty:
        yield columns.repeated(_MOVED, gettext("Nothing moved"))
    hidden = set(results["estimates"].loc[results["estimates"]["suppressed"], "spec_id"])
    analyses = {analysis.name: analysis.label for analysis in results.study.analyses}
    for name, part in shown.groupby(shown["spec_id"].str.split("/").str[0], sort=False):
        yield heading(str(analyses.get(str(name), name)), "panel")
        for record in part.to_dict("records"):
            yield _row(results, record, suppressed=record["spec_id"] in hidden)


def _row(results: StudyResults, record: Record, *, suppressed: bool) -> Row:
    _, strategy, outcome = record["spec_id"].split("/")
    label, printed = outcome, {"unit": "", "decimals": 0}
    if outcome in results.study.outcomes:
        label = results.outcome_label(outcome)
        printed = {"unit": results.unit(outcome), "decimals": results.decimals(outcome)}
    label = f"{label}, {formatting.lower_first(results.strategy_label(strategy))}"
    if suppressed:
        return columns.repeated(_MOVED, label, formatting.SUPPRESSED)
    why = {"new": gettext("new estimate"), "gone": gettext("no longer asked for")}
    change = record["now"] - record["before"] if record["kind"] == "moved" else float("nan")
    own = {
        **record,
        **printed,
        "change": change,
        "relative": change / record["std_error"] if record["std_error"] else float("nan"),
        "reasons": why.get(record["kind"], record["reasons"]),
    }
    return columns.row_of(results, _MOVED, own, label, keys=("spec_id", "kind"))


KIND = kinds.TableKind(
    kind="changes",
    shows="raw files behind the run, and what moved since the last",
    section=kinds.WAVES,
    rank=50,
    needs=("estimates",),
    options=Exhibit,
    methods="",
    annex=True,
    build=changes_tables,
)
