"""Targets of projects against what they reached, and the time that they had."""

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
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

_MEASURES = {"target": "Target", "actual": "Reached", "percent": "Percent"}
_PERIOD = ("start", "end")


def reach_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the table of targets and reach, a row a project, with the sums."""
    reach, period = (of_part(results, exhibit, part) for part in ("reach", "period"))
    labels = dict(zip(reach["name"], reach["label"], strict=True))
    columns = [Column(word.capitalize(), "Period", 0.7) for word in _PERIOD] if len(period) else []
    columns += [
        Column(word, label, 1.0) for label in labels.values() for word in _MEASURES.values()
    ]
    rows: list[Row] = []
    for name in exhibit.analyses:
        own, years = (frame[frame["analysis"] == name] for frame in (reach, period))
        records = lookup(own, "project", "name", "measure")
        times = lookup(years, "project", "measure") if len(period) else {}
        projects = projects_of(own if years.empty else years)
        if len(exhibit.analyses) > 1:
            rows.append(heading(results.analysis(name).label, "panel"))
        by_project = {
            project: _row(project, label, records, times, list(labels), with_period=len(period) > 0)
            for project, label in zip(projects["project"], projects["project_label"], strict=True)
        }
        rows += project_headings(projects, by_project)
        rows.append(_row("", "All", records, {}, list(labels), with_period=len(period) > 0))
    return (
        table_of(
            results,
            exhibit,
            stub="Project",
            columns=columns,
            rows=rows,
            interpretation=_sentences(results, exhibit),
            notes=(*printed_notes(reach), *_NOTES),
        ),
    )


_NOTES = (
    "Sums are of the projects of which the number is known; the percent of all is of those of which both the "
    "target and what was reached are known, and so is not the one sum over the other.",
    f"{formatting.DASH} = not known.",
)


def _row(
    project: str,
    label: str,
    records: Records,
    times: Records,
    names: list[str],
    *,
    with_period: bool,
) -> Row:
    own = [records.get((project, name, measure)) for name in names for measure in _MEASURES]
    period = [times.get((project, word)) for word in _PERIOD] if with_period else []
    years = [Cell(formatting.DASH if one is None else f"{one['value']:.0f}") for one in period]
    numbers = [
        cell_of(record, percent=place % len(_MEASURES) == 2) for place, record in enumerate(own)
    ]
    keys = [f"{name}_{measure}" for name in names for measure in _MEASURES]
    kept = {key: None if one is None else one["value"] for key, one in zip(keys, own, strict=True)}
    begun = {
        word: None if one is None else one["value"]
        for word, one in zip(_PERIOD, period, strict=False)
    }
    return Row(
        Cell(label),
        (*years, *numbers),
        {"project": project, **begun, **kept},
        "data" if project else "foot",
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
            f"{formatting.number(total.iloc[0])} percent of the {label} aimed at were reached by the "
            f" {formatting.plural(len(percents), 'project')} of which both are known; "
            f"{formatting.word(reached)} of these had their target or more."
        )
    return lines


KIND = kinds.TableKind(
    kind="portfolio_reach",
    shows="targets of projects against what they reached",
    section=kinds.DESCRIPTION,
    rank=10,
    needs=("portfolio",),
    options=OfAnalyses,
    methods="portfolio.md",
    of_methods=METHODS,
    build=reach_table,
)
