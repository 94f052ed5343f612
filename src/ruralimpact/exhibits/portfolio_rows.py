"""Rows of the table of a portfolio that exhibits share, and how they stand to what a document prints."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, columns, formatting
from ruralimpact.exhibits.model import Cell, Column, Row, RowKind, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.language import gettext, marked
from ruralimpact.schema.portfolio import Portfolio

METHODS = ("portfolio",)
DIFFERS, ROUNDING = "d", "r"
_MARKS = {"differs": DIFFERS, "rounding": ROUNDING}
_AGREEMENTS = {
    "differs": marked("print has another number"),
    "rounding": marked("print cuts the number off, or rounds it away from the nearest"),
}


def of_part(results: StudyResults, exhibit: OfAnalyses, part: str) -> pd.DataFrame:
    """Return the rows of a part in the order of the exhibit's analyses."""
    chosen = [results.of("portfolio", name, part=part) for name in exhibit.analyses]
    return pd.concat(chosen, ignore_index=True)


def project_rows(
    results: StudyResults,
    frame: pd.DataFrame,
    shown: Sequence[Shown],
    total: str,
    keys: Mapping[str, str],
) -> Iterator[Row]:
    """Yield one row a project, under headings of what projects stand together by, and one of all.

    Parameters
    ----------
    results : StudyResults
    frame : DataFrame
        Rows of one analysis; ``shown`` names the part of `shown` that each is.
    shown : sequence of Shown
    total : str
        Label of the row of all.
    keys : mapping of str to str
        What the CSV file keeps of each row besides the project.
    """

    def row(project: str, label: str) -> Row:
        own = frame[frame["project"] == project]
        parts = {record["shown"]: record for record in own.to_dict("records")}
        record = {"project": project, **keys, **parts}
        kind: RowKind = "data" if project else "foot"
        return columns.row_of(results, shown, record, label, keys=("project", *keys), kind=kind)

    for by, own in projects_of(frame).groupby("by", sort=True):
        if by:
            yield heading(str(by), "group")
        for project in own.to_dict("records"):
            yield row(project["project"], project["project_label"])
    yield row("", total)


def projects_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the projects that rows are about, by what they stand with and by name."""
    columns = ["project", "project_label", "by"]
    own = frame.loc[frame["project"] != "", columns].drop_duplicates("project")
    return own.sort_values(["by", "project_label"], kind="stable", ignore_index=True)


def against_print(label: str, group: str = "", width: float = 1.0) -> Shown:
    """Return a column of numbers with the mark of how they stand to print."""
    of = ("value", "decimals", "agreement")
    return Shown(Column(label, group, width), of, _number, {"value": "value"}, mark=_mark)


def _number(values: Sequence[Any], _: int) -> Cell:
    return cells.number(values[0], int(values[1]))


def mark_of(agreement: str) -> tuple[str, ...]:
    """Return the mark of how a number stands to print, or the register: none where it agrees."""
    return (_MARKS[agreement],) if agreement in _MARKS else ()


def _mark(values: Sequence[Any]) -> str:
    return "".join(mark_of(values[2]))


def printed_notes(results: StudyResults, frame: pd.DataFrame) -> list[str]:
    """Return the meaning of the marks, with each number that print, or the register itself, has otherwise."""
    in_print = [
        analysis.name
        for analysis in results.study.analyses_of(Portfolio)
        if analysis.printed is not None
    ]
    printed = frame["analysis"].isin(in_print)
    return [*_notes_on_print(frame[printed]), *_notes_on_register(frame[~printed])]


def _notes_on_register(frame: pd.DataFrame) -> list[str]:
    own = frame[frame["agreement"] == "differs"]
    compared = int((frame["agreement"] != "").sum())
    if not compared:
        return []
    agree = formatting.share_of(compared - len(own), compared, "total")
    notes = [gettext("As in the register: {share} that the parts add up to.").format(share=agree)]
    if len(own):
        listed = "; ".join(
            gettext("{whose}, {value} added up and {printed} in the register").format(
                **_both_numbers(record)
            )
            for record in own.to_dict("records")
        )
        text = gettext(
            "{mark} = the register has another total than its parts add up to: {listed}."
        )
        notes.insert(0, text.format(mark=DIFFERS, listed=listed))
    return notes


def _notes_on_print(frame: pd.DataFrame) -> list[str]:
    notes = []
    for agreement, words in _AGREEMENTS.items():
        own = frame[frame["agreement"] == agreement]
        if len(own):
            listed = "; ".join(map(_against_print, own.to_dict("records")))
            notes.append(f"{_MARKS[agreement]} = {gettext(words)}: {listed}.")
    compared = int((frame["agreement"] != "").sum())
    if compared:
        agree = int((frame["agreement"] == "agrees").sum())
        share = formatting.share_of(agree, compared, "number")
        notes.append(
            gettext(
                "As in print: {share} that the document prints or that its lines add up to."
            ).format(share=share)
        )
    return notes


def _against_print(record: Mapping[Any, Any]) -> str:
    return gettext("{whose}, {value} here and {printed} there").format(**_both_numbers(record))


def _both_numbers(record: Mapping[Any, Any]) -> dict[str, str]:
    return {
        "whose": record["project_label"] or gettext("all projects"),
        "value": formatting.number(record["value"], max(1, record["decimals"])),
        "printed": formatting.number(record["printed"], int(record["decimals"])),
    }


def full_name(record: Mapping[Any, Any]) -> str:
    """Return the name of a project, after what it stands with."""
    return ": ".join(filter(None, (str(record["by"]), str(record["project_label"]))))


def extremes(frame: pd.DataFrame) -> tuple[str, str]:
    """Return the lowest and the highest value of some rows, with the projects that have them."""
    ordered = frame.sort_values(["value", "project"], kind="stable").to_dict("records")
    low, high = (
        f"{formatting.number(row['value'], int(row['decimals']))} ({full_name(row)})"
        for row in (ordered[0], ordered[-1])
    )
    return low, high
