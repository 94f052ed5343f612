"""Ratios by project, such as households an alliance or cost a household, against what print has."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import (
    METHODS,
    against_print,
    of_part,
    printed_notes,
    project_rows,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked


def ratio_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of ratios, a row a project, with the ratio of the sums."""
    frame = of_part(results, exhibit, "ratio")
    frame = frame.assign(
        shown=frame["name"], printed=frame["printed"].mask(frame["agreement"] == "")
    )
    names = frame.drop_duplicates("name").to_dict("records")
    shown = [
        column.within(ratio["name"], f"{ratio['label']} ({ratio['unit']})", kept)
        for ratio in names
        for column, kept in (
            (against_print(gettext("Computed"), width=1.2), "{part}"),
            (columns.number(gettext("Printed"), width=1.2, of="printed"), "{part}_{name}"),
        )
    ]

    def rows(analysis: str) -> Iterator[Row]:
        own = frame[frame["analysis"] == analysis]
        return project_rows(results, own, shown, gettext("Ratio of the sums"), {})

    yield table_of(
        results,
        exhibit,
        stub=gettext("Project"),
        columns=shown,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        notes=(
            *printed_notes(results, frame),
            *_NOTES,
            *exclusion_notes(results, exhibit.analyses, [ratio["label"] for ratio in names]),
        ),
    )


_NOTES = (
    marked(
        "The ratio of the sums is of the projects with both numbers; others are "
        "counted among the exclusions."
    ),
    marked("{dash} = not known, or not printed as a number.", dash=formatting.DASH),
)


KIND = kinds.TableKind(
    kind="portfolio_ratios",
    shows="ratios by project, against what a document prints",
    section=kinds.DESCRIPTION,
    rank=20,
    needs=("portfolio", "exclusions"),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    asks="ratios",
    build=ratio_table,
)
