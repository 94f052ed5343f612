"""From the results of a study to its exhibits as files' contents; nothing here touches the disk."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from matplotlib.figure import Figure

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import captions, order, palette
from ruralimpact.exhibits.association_table import association_table
from ruralimpact.exhibits.attrition_table import attrition_table
from ruralimpact.exhibits.balance_summary_table import balance_summary_table
from ruralimpact.exhibits.balance_table import balance_tables
from ruralimpact.exhibits.benchmark import benchmark_table
from ruralimpact.exhibits.changes_table import changes_tables
from ruralimpact.exhibits.comparisons_table import comparisons_table
from ruralimpact.exhibits.contamination_table import contamination_tables
from ruralimpact.exhibits.conventions import conventions
from ruralimpact.exhibits.decomposition_table import decomposition_tables
from ruralimpact.exhibits.difference_table import difference_table
from ruralimpact.exhibits.distribution_plot import distribution_plot
from ruralimpact.exhibits.drift_table import drift_table
from ruralimpact.exhibits.event_study_plot import event_study_plot
from ruralimpact.exhibits.findings import findings, headlines
from ruralimpact.exhibits.forest_plot import forest_plot
from ruralimpact.exhibits.group_time_table import group_time_table
from ruralimpact.exhibits.impact import impact_table, panel_table
from ruralimpact.exhibits.love_plot import love_plot
from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.overlap_plot import overlap_plot
from ruralimpact.exhibits.p_value_table import p_value_table
from ruralimpact.exhibits.parallel_trends_table import parallel_trends_table
from ruralimpact.exhibits.placebo_table import placebo_table
from ruralimpact.exhibits.power_plot import power_plot
from ruralimpact.exhibits.power_table import power_table
from ruralimpact.exhibits.propensity_table import propensity_table
from ruralimpact.exhibits.repairs_table import repairs_table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.sample_table import sample_tables
from ruralimpact.exhibits.sensitivity_table import sensitivity_table
from ruralimpact.exhibits.specification_plot import specification_plot
from ruralimpact.exhibits.std_error_table import std_error_tables
from ruralimpact.exhibits.subgroup_plot import subgroup_plot
from ruralimpact.exhibits.subgroup_table import subgroup_table
from ruralimpact.exhibits.subgroup_words import WARNING
from ruralimpact.exhibits.trends_plot import trends_plot
from ruralimpact.exhibits.truth_table import truth_table
from ruralimpact.exhibits.verdict_table import verdict_table
from ruralimpact.exhibits.waterfall_plot import waterfall_plot
from ruralimpact.exhibits.wave_change_table import wave_change_table
from ruralimpact.exhibits.write_csv import csv_text
from ruralimpact.exhibits.write_html import html_page
from ruralimpact.exhibits.write_latex import latex_document
from ruralimpact.exhibits.write_word import word_document
from ruralimpact.plugins import Plugins

TableBuilder = Callable[[StudyResults, Mapping[str, Any]], tuple[Table, ...]]
FigureBuilder = Callable[[StudyResults, Mapping[str, Any]], Figure]
NO_PLUGINS = Plugins()

TABLES: dict[str, TableBuilder] = {
    "impact": impact_table,
    "panel": panel_table,
    "benchmark": benchmark_table,
    "sample": sample_tables,
    "propensity": propensity_table,
    "balance": balance_tables,
    "balance_summary": balance_summary_table,
    "standard_errors": std_error_tables,
    "p_values": p_value_table,
    "sensitivity": sensitivity_table,
    "verdict": verdict_table,
    "power": power_table,
    "truth": truth_table,
    "repairs": repairs_table,
    "subgroups": subgroup_table,
    "decomposition": decomposition_tables,
    "association": association_table,
    "difference": difference_table,
    "group_time": group_time_table,
    "comparisons": comparisons_table,
    "parallel_trends": parallel_trends_table,
    "attrition": attrition_table,
    "placebo": placebo_table,
    "contamination": contamination_tables,
    "wave_change": wave_change_table,
    "drift": drift_table,
    "changes": changes_tables,
}
FIGURES: dict[str, FigureBuilder] = {
    "forest": forest_plot,
    "love": love_plot,
    "overlap": overlap_plot,
    "specification_curve": specification_plot,
    "subgroup_forest": subgroup_plot,
    "waterfall": waterfall_plot,
    "distribution": distribution_plot,
    "power_curve": power_plot,
    "event_study": event_study_plot,
    "trends": trends_plot,
}
# What these tables say in words rests on tests, which of synthetic data are no findings.
_WITH_TESTS = {
    *("difference", "group_time", "comparisons", "parallel_trends"),
    *("subgroups", "decomposition", "association", "verdict", "sensitivity", "panel"),
    "attrition",
}
NO_FINDINGS = (
    "Synthetic stand-in: tests and intervals show how the methods behave on data with a known answer; they "
    "are no findings."
)
_STUDY_WORDS = (
    *("name", "title", "subtitle", "question", "citation", "currency", "design"),
    *("unit_label", "group_label"),
)


@dataclass(frozen=True)
class ExhibitFile:
    """A file of an exhibit: its name in the exhibits folder and its content."""

    name: str
    content: bytes


def exhibit_files(results: StudyResults, plugins: Plugins = NO_PLUGINS) -> Iterator[ExhibitFile]:
    """Make every file of a study's exhibits, tables first, then figures, then the findings.

    Parameters
    ----------
    results : StudyResults
    plugins : Plugins
        Those whose kinds of exhibits the study may have.

    Yields
    ------
    ExhibitFile
    """
    exhibits = results.study["exhibits"]
    results, beside = replace(results, findings=findings(results)), plugins.shown_with()
    for number, exhibit in order.numbered(exhibits.get("tables", []), order.TABLES, beside):
        tables = numbered_tables(results, exhibit, number, plugins)
        yield from table_files(exhibit["name"], tables)
    for number, exhibit in order.numbered(exhibits.get("figures", []), order.FIGURES, beside):
        yield from figure_files(results, exhibit, number, plugins)
    text = json.dumps(
        findings_document(results, plugins), indent=1, ensure_ascii=False, allow_nan=False
    )
    yield ExhibitFile("findings.json", f"{text}\n".encode())


def numbered_tables(
    results: StudyResults,
    exhibit: Mapping[str, Any],
    number: int,
    plugins: Plugins = NO_PLUGINS,
) -> tuple[Table, ...]:
    """Build the tables of an exhibit, their titles led by ``Table 3.`` or ``Table 3a.``.

    Raises
    ------
    ConfigError
        The kind of the exhibit is unknown.
    """
    builder = _builder(TABLES, "tables", exhibit, plugins)
    tables: tuple[Table, ...] = builder(results.for_exhibit(exhibit), exhibit)
    if results.synthetic and exhibit["kind"] in _WITH_TESTS:
        tables = tuple(replace(table, reading=_without_findings(table)) for table in tables)
    letters = "abcdefgh" if len(tables) > 1 else [""]
    return tuple(
        replace(table, title=f"Table {number}{letter}. {table.title}")
        for table, letter in zip(tables, letters, strict=False)
    )


def _builder(
    builders: Mapping[str, Callable[..., Any]],
    section: str,
    exhibit: Mapping[str, Any],
    plugins: Plugins,
) -> Callable[..., Any]:
    """Return what makes a kind of exhibit: of the package, or else of a plug-in."""
    kind, given = exhibit["kind"], plugins.kinds(section)
    if kind in builders:
        return builders[kind]
    if kind not in given:
        known = ", ".join([*builders, *given])
        raise ConfigError(
            f"unknown kind of {section.removesuffix('s')}; known: {known}.",
            key=f"{section}.{exhibit['name']}.kind",
        )
    plugin, entry = given[kind]
    return plugin.function(entry.build)


def _without_findings(table: Table) -> tuple[str, ...]:
    """What may be said of synthetic data: warnings, and that there are no findings."""
    return (*(line for line in table.reading if line.startswith(WARNING)), NO_FINDINGS)


def table_files(name: str, tables: tuple[Table, ...]) -> Iterator[ExhibitFile]:
    """Write the tables of an exhibit in every format."""
    yield ExhibitFile(f"{name}.csv", csv_text(tables).encode())
    yield ExhibitFile(f"{name}.tex", latex_document(tables, name).encode())
    yield ExhibitFile(f"{name}.html", html_page(tables).encode())
    yield ExhibitFile(f"{name}.docx", word_document(tables))


def figure_files(
    results: StudyResults,
    exhibit: Mapping[str, Any],
    number: int,
    plugins: Plugins = NO_PLUGINS,
) -> Iterator[ExhibitFile]:
    """Draw a figure once and write it in every format."""
    builder = _builder(FIGURES, "figures", exhibit, plugins)
    title = captions.figure_title(results, exhibit, number)
    with palette.style():
        figure = builder(results.for_exhibit(exhibit), exhibit)
        if results.synthetic:
            figure.suptitle("Synthetic stand-in", color=palette.FAINT, fontsize=8)
        palette.settle(figure)
        yield ExhibitFile(f"{exhibit['name']}.png", palette.png_bytes(figure, title))
        yield ExhibitFile(f"{exhibit['name']}.svg", palette.svg_bytes(figure, title))


def findings_document(results: StudyResults, plugins: Plugins = NO_PLUGINS) -> dict[str, Any]:
    """Return what the report needs besides the exhibits themselves: words, captions and numbers."""
    study, exhibits = results.study, results.study["exhibits"]
    return {
        "study": {key: study.get(key, "") for key in _STUDY_WORDS}
        | {"synthetic": results.synthetic},
        "headline": headlines(results),
        "tables": [
            {key: entry[key] for key in ("name", "kind", "title")}
            for entry in exhibits.get("tables", [])
        ],
        "figures": [
            captions.figure_words(results.for_exhibit(entry), entry, number)
            for number, entry in order.numbered(
                exhibits.get("figures", []), order.FIGURES, plugins.shown_with()
            )
        ],
        "conventions": conventions(results),
        "data": [
            {"label": source["label"], "rows": results.quality[source["name"]]["rows_read"]}
            for source in study["sources"]
        ],
        "findings": results.findings or findings(results),
    }
