"""Who pays for projects: amounts by source, their total, and the share of each."""

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.portfolio_rows import (
    METHODS,
    Records,
    cell_of,
    lookup,
    of_part,
    printed_notes,
    project_headings,
    projects_of,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of


def financing_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build one table an analysis: a row a project, a column a source."""
    return tuple(_table(results, exhibit, analysis) for analysis in exhibit.analyses)


def _table(results: StudyResults, exhibit: OfAnalyses, analysis: str) -> Table:
    frame = of_part(results, exhibit, "financing")
    frame = frame[(frame["analysis"] == analysis) & (frame["measure"] != "concentration")]
    labels = dict(zip(frame["name"], frame["label"], strict=True))
    unit = str(frame["unit"].iloc[0]) if len(frame) else ""
    records, projects = lookup(frame, "project", "name"), projects_of(frame)
    by_project = {
        project: _row(project, label, records, list(labels))
        for project, label in zip(projects["project"], projects["project_label"], strict=True)
    }
    shares = {name: records["", name]["share"] for name in labels}
    rows = [
        *project_headings(projects, by_project),
        _row("", "All", records, list(labels)),
        Row(
            Cell("Percent of all"),
            tuple(_percent(shares[name], whole=name == "total") for name in labels),
            {"project": "", "measure": "share", **shares},
            "foot",
        ),
    ]
    return table_of(
        results,
        exhibit,
        stub="Project",
        columns=[Column(label, unit, 1.1) for label in labels.values()],
        rows=rows,
        notes=(*printed_notes(frame), f"{formatting.DASH} = no such source."),
    )


def _percent(share: float, *, whole: bool) -> Cell:
    return Cell("100.0" if whole else formatting.number(100 * share, 1))


def _row(project: str, label: str, records: Records, names: list[str]) -> Row:
    own = [records.get((project, name)) for name in names]
    kept = {
        name: None if record is None else record["value"]
        for name, record in zip(names, own, strict=True)
    }
    return Row(
        Cell(label),
        tuple(map(cell_of, own)),
        {"project": project, "measure": "amount", **kept},
        "data" if project else "foot",
    )


KIND = kinds.TableKind(
    kind="portfolio_financing",
    shows="financing of projects by source",
    section=kinds.DESCRIPTION,
    rank=30,
    needs=("portfolio",),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    build=financing_table,
)
