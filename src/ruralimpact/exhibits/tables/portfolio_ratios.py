"""Ratios by project, such as households an alliance or cost a household, against what print has."""

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
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


def ratio_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the table of ratios, a row a project, with the ratio of the sums."""
    frame = of_part(results, exhibit, "ratio")
    labels = dict(zip(frame["name"], frame["label"], strict=True))
    units = dict(zip(frame["name"], frame["unit"], strict=True))
    columns = [
        Column(word, f"{label} ({units[name]})", 1.2)
        for name, label in labels.items()
        for word in ("Computed", "Printed")
    ]
    rows: list[Row] = []
    for analysis in exhibit.analyses:
        own = frame[frame["analysis"] == analysis]
        records, projects = lookup(own, "project", "name"), projects_of(own)
        if len(exhibit.analyses) > 1:
            rows.append(heading(results.analysis(analysis).label, "panel"))
        by_project = {
            project: _row(project, label, records, list(labels))
            for project, label in zip(projects["project"], projects["project_label"], strict=True)
        }
        rows += project_headings(projects, by_project)
        rows.append(_row("", "Ratio of the sums", records, list(labels)))
    return (
        table_of(
            results,
            exhibit,
            stub="Project",
            columns=columns,
            rows=rows,
            notes=(*printed_notes(frame), *_NOTES),
        ),
    )


_NOTES = (
    "The ratio of the sums is of the projects with both numbers; others are counted among the exclusions.",
    f"{formatting.DASH} = not known, or not printed as a number.",
)


def _row(project: str, label: str, records: Records, names: list[str]) -> Row:
    cells: list[Cell] = []
    kept: dict[str, float | None] = {}
    for name in names:
        record = records.get((project, name))
        printed = None if record is None or record["verdict"] == "" else record["printed"]
        cells += [cell_of(record), Cell(formatting.number(printed))]
        kept |= {name: None if record is None else record["value"], f"{name}_printed": printed}
    values: dict[str, Value] = {"project": project, **kept}
    return Row(Cell(label), tuple(cells), values, "data" if project else "foot")


KIND = kinds.TableKind(
    kind="portfolio_ratios",
    shows="ratios by project, against what a document prints",
    section=kinds.DESCRIPTION,
    rank=20,
    needs=("portfolio",),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    build=ratio_table,
)
