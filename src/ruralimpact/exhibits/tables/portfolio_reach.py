"""Targets of projects against what they reached, and the time that they had."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, formatting, headings, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Cell, Column, Row, Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import (
    METHODS,
    against_print,
    of_part,
    printed_notes,
    project_rows,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_MEASURES = {"target": marked("Target"), "actual": marked("Reached"), "percent": marked("Percent")}
_PERIOD = ("start", "end")


def reach_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of targets and reach, a row a project, with the sums."""
    reach, period = (of_part(results, exhibit, part) for part in ("reach", "period"))
    labels = dict(zip(reach["name"], reach["label"], strict=True))
    shown = [_year(word) for word in _PERIOD] if len(period) else []
    shown += [
        against_print(word, label).within(f"{name}_{measure}", kept="{part}")
        for name, label in labels.items()
        for measure, word in _MEASURES.items()
    ]
    frame = pd.concat(
        [
            period.assign(shown=period["measure"]),
            reach.assign(
                shown=reach["name"] + "_" + reach["measure"],
                decimals=reach["decimals"].mask(reach["measure"] == "percent", 0),
            ),
        ]
    )

    def rows(analysis: str) -> Iterator[Row]:
        return project_rows(
            results, frame[frame["analysis"] == analysis], shown, gettext("All"), {}
        )

    yield table_of(
        results,
        exhibit,
        stub=gettext("Project"),
        columns=shown,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        interpretation=_sentences(results, exhibit),
        notes=(
            *printed_notes(results, reach),
            *_NOTES,
            *exclusion_notes(results, exhibit.analyses, ["period", *labels.values()]),
        ),
    )


def _year(word: str) -> Shown:
    column = Column(word.capitalize(), gettext("Period"), 0.7)
    return Shown(column, ("value",), _plain, {"value": "value"}).within(word, kept="{part}")


def _plain(values: Sequence[Any], _: int) -> Cell:
    return cells.year(values[0])


_NOTES = (
    marked(
        "Sums are of the projects of which the number is known; the percent of all "
        "is of those of which what was reached and a target above zero are known, and so "
        "is not the one sum over the other."
    ),
    marked("{dash} = not known.", dash=formatting.DASH),
)


def _sentences(results: StudyResults, exhibit: OfAnalyses) -> list[str]:
    frame = of_part(results, exhibit, "reach")
    lines = []
    for _, own in frame.groupby(["analysis", "name"], sort=False):
        total = own.loc[(own["measure"] == "percent") & (own["project"] == ""), "value"]
        percents = own[(own["measure"] == "percent") & (own["project"] != "")]
        if percents.empty:
            continue
        reached = int((percents["value"] >= 100).sum())
        label = formatting.lower_first(str(own["label"].iloc[0]))
        lines.append(
            gettext(
                "{total} percent of the {label} aimed at were reached by the {count} of "
                "which reach and a target above zero are known; {reached} of these had their "
                "target or more."
            ).format(
                total=formatting.number(total.iloc[0]),
                label=label,
                count=formatting.plural(len(percents), "project"),
                reached=formatting.word(reached),
            )
        )
    return lines


KIND = kinds.TableKind(
    kind="portfolio_reach",
    shows="targets of projects against what they reached",
    section=kinds.DESCRIPTION,
    rank=10,
    needs=("portfolio", "exclusions"),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    asks="reach",
    build=reach_table,
)
