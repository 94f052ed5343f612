"""Rows of the table of a portfolio that exhibits share, and how they stand to what a document prints."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Row, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults

Records = Mapping[tuple[str, ...], Mapping[Any, Any]]

METHODS = ("portfolio",)
DIFFERS, ROUNDING = "d", "r"
_MARKS = {"differs": DIFFERS, "rounding": ROUNDING}
_VERDICTS = {
    "differs": "print has another number",
    "rounding": "print cuts the number off, or rounds it away from the nearest",
}


def of_part(results: StudyResults, exhibit: OfAnalyses, part: str) -> pd.DataFrame:
    """Return the rows of a part in the order of the exhibit's analyses."""
    frame = results["portfolio"]
    chosen = [
        frame[(frame["analysis"] == name) & (frame["part"] == part)] for name in exhibit.analyses
    ]
    return pd.concat(chosen, ignore_index=True)


def project_headings(projects: pd.DataFrame, rows: Mapping[str, Row]) -> list[Row]:
    """Return one row a project under headings of what projects stand together by.

    Parameters
    ----------
    projects : DataFrame
        ``project`` and ``by``, a row a project.
    rows : mapping of str to Row
        By project.
    """
    result: list[Row] = []
    for by, own in projects.groupby("by", sort=True):
        result += [heading(str(by), "group")] if by else []
        result += [rows[name] for name in own["project"]]
    return result


def projects_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the projects that rows are about, by what they stand with and by name."""
    columns = ["project", "project_label", "by"]
    own = frame.loc[frame["project"] != "", columns].drop_duplicates("project")
    return own.sort_values(["by", "project_label"], kind="stable", ignore_index=True)


def cell_of(record: Mapping[Any, Any] | None, *, percent: bool = False) -> Cell:
    """Return the cell of a number with the mark of how it stands to print; a dash where it is not known."""
    if record is None:
        return Cell(formatting.DASH)
    text = formatting.number(record["value"], 0 if percent else int(record["decimals"]))
    return Cell(text, _MARKS.get(record["verdict"], ""))


def printed_notes(frame: pd.DataFrame) -> list[str]:
    """Return the meaning of the marks, with each number that print has otherwise."""
    notes = []
    for verdict, words in _VERDICTS.items():
        own = frame[frame["verdict"] == verdict]
        if len(own):
            listed = "; ".join(map(_against_print, own.to_dict("records")))
            notes.append(f"{_MARKS[verdict]} = {words}: {listed}.")
    compared = int((frame["verdict"] != "").sum())
    if compared:
        agree = int((frame["verdict"] == "agrees").sum())
        share = formatting.share_of(agree, compared, "number")
        notes.append(f"As in print: {share} that the document prints or that its lines add up to.")
    return notes


def _against_print(record: Mapping[Any, Any]) -> str:
    whose = record["project_label"] or "all projects"
    return (
        f"{whose}, {formatting.number(record['value'], max(1, record['decimals']))} here and "
        f"{formatting.number(record['printed'], int(record['decimals']))} there"
    )


def lookup(frame: pd.DataFrame, *keys: str) -> Records:
    """Return the records of a table by the values of some of its columns."""
    return {tuple(record[key] for key in keys): record for record in frame.to_dict("records")}


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
