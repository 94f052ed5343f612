"""The same tests by other means: the bootstrap over groups, and allowing for several outcomes."""

from collections.abc import Mapping
from typing import Any

from ruralimpact.exhibits import disclosure, formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of

_COLUMNS = (
    Column("Estimate", "", 1.1),
    Column("t", "p of no effect", 0.9),
    Column("Bootstrap", "p of no effect", 1.0),
    Column("95% interval, bootstrap", "", 1.8),
    Column("Romano-Wolf", "Adjusted for the family", 1.2),
    Column("q (BH)", "Adjusted for the family", 0.9),
)


def p_value_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table of p-values, one row a specification.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    tuple of Table
    """
    tests = {test["spec_id"]: test for test in results["tests"].to_dict("records")}
    rows: list[Row] = []
    for analysis in exhibit.analyses:
        rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
            rows.append(heading(title, "group"))
            rows += [
                _row(results, record, tests.get(record["spec_id"]))
                for record in results.estimates_of(analysis, outcome).to_dict("records")
            ]
    return (
        table_of(
            results,
            exhibit,
            stub="Outcome and strategy",
            columns=_COLUMNS,
            rows=rows,
            notes=_notes(results),
        ),
    )


def _row(results: StudyResults, record: Mapping[Any, Any], test: Mapping[Any, Any] | None) -> Row:
    label = Cell(results.strategy_label(record["strategy"]))
    if record["suppressed"] or test is None:
        mark = formatting.SUPPRESSED if record["suppressed"] else formatting.DASH
        return Row(label, tuple(Cell(mark) for _ in _COLUMNS), {"spec_id": record["spec_id"]})
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    low, high = factor * test["boot_low"], factor * test["boot_high"]
    values = {
        "spec_id": record["spec_id"],
        "estimate": factor * record["estimate"],
        "p_value": record["p_value"],
        "p_bootstrap": test["p_bootstrap"],
        "boot_low": low,
        "boot_high": high,
        "family": test["family"],
        "p_romano_wolf": test["p_romano_wolf"],
        "q_value": test["q_value"],
    }
    cells = (
        Cell(formatting.number(factor * record["estimate"], decimals)),
        Cell(formatting.p_value(record["p_value"])),
        Cell(formatting.p_value(test["p_bootstrap"])),
        Cell(formatting.interval(low, high, decimals)),
        Cell(formatting.p_value(test["p_romano_wolf"])),
        Cell(formatting.p_value(test["q_value"])),
    )
    return Row(label, cells, values)


def _notes(results: StudyResults) -> tuple[str, ...]:
    draws = int(results["tests"]["draws"].max()) if len(results["tests"]) else 0
    notes = [
        f"The bootstrap multiplies group scores by random weights ({draws:,} draws; Rademacher weights, "
        "Webb's where there are fewer than 40 groups), within arms where treatment is assigned to whole "
        "groups. It clusters on the group alone.",
        "A family is the outcomes of one kind under one strategy. Romano-Wolf p-values control the chance "
        "of any false rejection in the family, q-values (Benjamini-Hochberg) the share of false ones. Both "
        "start from the p-values of the other tables; how the estimates depend on each other comes from the "
        "bootstrap. Of a family of one they repeat its p-value.",
    ]
    if results["estimates"]["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="p_values",
    shows="bootstrap and adjusted p-values",
    section=kinds.ERRORS,
    rank=10,
    needs=("estimates", "tests"),
    options=OfEstimates,
    methods="inference.md",
    build=p_value_table,
)
