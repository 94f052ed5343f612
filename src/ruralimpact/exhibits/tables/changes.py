"""What moved since the last run in this folder, and why."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.waves.changes import changes

_FILES = (
    Column("Wave", "", 0.8),
    Column("Rows", "", 0.8),
    Column("SHA-256 of the cells, begin", "", 3.2),
)
_MOVED = (
    Column("Before", "", 1.1),
    Column("Now", "", 1.1),
    Column("Change", "", 1.1),
    Column("Change over SE", "", 1.0),
    Column("New", "Units", 0.7),
    Column("Lost", "Units", 0.7),
    Column("What had changed", "", 2.2),
)
_NOTE = (
    "Compared with the last run in this folder whose results differ. Data: a raw file behind the "
    "estimate. Sample: units that came or went. Specification: strategy, sample, outcome, codebook or "
    "cleaning as configured. Code: a module or pinned version behind the estimates. Where several had "
    "changed at once the table cannot tell them apart: change one at a time."
)


def changes_tables(results: StudyResults, exhibit: Exhibit) -> tuple[Table, ...]:
    """Build the table of raw files behind the run and, after a change, that of estimates that moved.

    One table in a folder's first run, else two.
    """
    before, now = results.record.before, results.record.now
    first = "" if before else " These are the first results in this folder, so nothing is compared."
    files = table_of(
        results,
        exhibit,
        stub="Raw file",
        columns=_FILES,
        rows=_file_rows(results),
        interpretation=(
            f"The run rests on {formatting.plural(len(results.quality), 'raw file')}.{first}",
        ),
    )
    if not before or not now:
        return (files,)
    result = changes(before, now)
    moved = table_of(
        results,
        exhibit,
        title="What moved since the run before",
        stub="Outcome and strategy",
        columns=_MOVED,
        rows=_moved_rows(results, result),
        interpretation=(_interpretation(result),),
        notes=(_NOTE,),
    )
    return files, moved


def _file_rows(results: StudyResults) -> list[Row]:
    rows = []
    for source in results.study.sources:
        report = results.quality[source.name]
        digest, wave = report.content_sha256, report.wave or formatting.DASH
        cells = (Cell(wave), Cell(formatting.count(report.rows_read)), Cell(digest[:32]))
        record: dict[str, Value] = {"wave": wave, "rows": report.rows_read, "sha256": digest}
        rows.append(Row(Cell(source.label or source.name), cells, record))
    return rows


def _interpretation(result: pd.DataFrame) -> str:
    counts = result["kind"].value_counts()
    words = {"moved": "moved", "new": "are new", "gone": "are gone", "same": "stayed as they were"}
    parts = [
        f"{formatting.count(counts[kind])} {text}" for kind, text in words.items() if kind in counts
    ]
    return f"Of {formatting.count(len(result))} estimates {', '.join(parts)}."


def _moved_rows(results: StudyResults, result: pd.DataFrame) -> list[Row]:
    rows: list[Row] = []
    shown = result[result["kind"] != "same"]
    hidden = set(results["estimates"].loc[results["estimates"]["suppressed"], "spec_id"])
    analyses = {analysis.name: analysis.label for analysis in results.study.analyses}
    for name, part in shown.groupby(shown["spec_id"].str.split("/").str[0], sort=False):
        rows.append(heading(str(analyses.get(str(name), name)), "panel"))
        rows += [_row(results, item, hidden) for item in part.to_dict("records")]
    return rows or [Row(Cell("Nothing moved"), (Cell(formatting.DASH),) * len(_MOVED))]


def _row(results: StudyResults, item: Mapping[Any, Any], hidden: set[str]) -> Row:
    _, strategy, outcome = item["spec_id"].split("/")
    known = outcome in results.study.outcomes
    label = results.outcome_label(outcome) if known else outcome
    text = Cell(f"{label}, {formatting.lower_first(results.strategy_label(strategy))}")
    if item["spec_id"] in hidden:
        return Row(text, (Cell(formatting.SUPPRESSED),) * len(_MOVED))
    scale = formatting.scale(results.unit(outcome)) if known else 1.0
    decimals = results.decimals(outcome) if known else 0
    change = item["now"] - item["before"] if item["kind"] == "moved" else float("nan")
    relative = change / item["std_error"] if item["std_error"] else float("nan")
    why = {"new": "new estimate", "gone": "no longer asked for"}.get(item["kind"], item["reasons"])
    cells = (
        formatting.number(scale * item["before"], decimals),
        formatting.number(scale * item["now"], decimals),
        formatting.number(scale * change, decimals),
        formatting.number(relative, 2),
        *(formatting.count(item[key]) if item[key] else formatting.DASH for key in _UNITS),
        why,
    )
    return Row(text, tuple(map(Cell, cells)), {**item, "reasons": why})


_UNITS = ("units_new", "units_lost")

KIND = kinds.TableKind(
    kind="changes",
    shows="raw files behind the run, and what moved since the last",
    section=kinds.WAVES,
    rank=50,
    needs=("estimates",),
    options=Exhibit,
    methods="",
    build=changes_tables,
)
