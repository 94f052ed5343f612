"""Who pays for projects: amounts by source, their total, and the share of each."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import (
    METHODS,
    against_print,
    printed_notes,
    project_rows,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext


def financing_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build one table an analysis: a row a project, a column a source."""
    for analysis in exhibit.analyses:
        frame = results.of("portfolio", analysis, part="financing")
        yield _table(results, exhibit, analysis, frame[frame["measure"] != "concentration"])


def _table(results: StudyResults, exhibit: OfAnalyses, analysis: str, frame: pd.DataFrame) -> Table:
    labels = dict(zip(frame["name"], frame["label"], strict=True))
    unit = str(frame["unit"].iloc[0]) if len(frame) else ""
    shown = [
        against_print(label, unit, 1.1).within(str(name), kept="{part}")
        for name, label in labels.items()
    ]
    rows = project_rows(
        results, frame.assign(shown=frame["name"]), shown, gettext("All"), {"measure": "amount"}
    )
    return table_of(
        results,
        exhibit,
        stub=gettext("Project"),
        columns=shown,
        rows=(*rows, _shares(results, frame)),
        notes=(
            *printed_notes(results, frame),
            gettext("{dash} = no such source.").format(dash=formatting.DASH),
            *exclusion_notes(results, [analysis], ["financing"]),
        ),
    )


def _shares(results: StudyResults, frame: pd.DataFrame) -> Row:
    of_all = frame[frame["project"] == ""]
    shares = dict(zip(of_all["name"], 100 * of_all["share"], strict=True)) | {"total": 100.0}
    shown = [columns.number("", of=name, decimals=1) for name in shares]
    record = {"project": "", "measure": "share", **shares}
    keys = ("project", "measure")
    return columns.row_of(results, shown, record, gettext("Percent of all"), keys=keys, kind="foot")


KIND = kinds.TableKind(
    kind="portfolio_financing",
    shows="financing of projects by source",
    section=kinds.DESCRIPTION,
    rank=30,
    needs=("portfolio", "exclusions"),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    asks="financing",
    build=financing_table,
)
