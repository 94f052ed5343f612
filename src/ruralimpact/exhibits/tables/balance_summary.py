"""Balance of each strategy in one line, with the numbers that evaluators know from pstest."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.design.balance_summary import RUBIN_B_LIMIT, RUBIN_R_RANGE
from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of

_COLUMNS = (
    Column("Mean", "|Bias|, percent", 0.8),
    Column("Median", "|Bias|, percent", 0.9),
    Column("Pseudo-R2", "Refitted score", 1.0),
    Column("LR p", "Refitted score", 0.9),
    Column("B", "Rubin's", 0.8),
    Column("R", "Rubin's", 0.8),
    Column("Largest |SMD|", "", 1.1),
    Column("Controls", "Units", 0.9),
    Column("Effective", "Units", 0.9),
)
_NUMBERS = (
    ("mean_bias", 1),
    ("median_bias", 1),
    ("pseudo_r2", 3),
    ("lr_p_value", 3),
    ("rubin_b", 1),
    ("rubin_r", 2),
)


def balance_summary_table(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the table, one row a strategy and one before matching.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfAnalyses

    Returns
    -------
    tuple of Table
    """
    rows: list[Row] = []
    for analysis in exhibit.analyses:
        rows.append(heading(results.analysis(analysis)["label"], "panel"))
        found = results["balance_summary"][results["balance_summary"]["analysis"] == analysis]
        designs = results["designs"][results["designs"]["analysis"] == analysis].set_index(
            "strategy"
        )
        rows += [_row(results, record, designs) for record in found.to_dict("records")]
    return (
        table_of(
            results,
            exhibit,
            stub="Strategy",
            columns=_COLUMNS,
            rows=rows,
            notes=_notes(results, exhibit),
        ),
    )


def _row(results: StudyResults, record: Mapping[Any, Any], designs: pd.DataFrame) -> Row:
    strategy = record["strategy"]
    values: dict[str, Value] = {"analysis": record["analysis"], "strategy": strategy}
    values |= {name: record[name] for name, _ in _NUMBERS}
    cells = [
        Cell(_printed(name, record[name], decimals), _mark(name, record[name]))
        for name, decimals in _NUMBERS
    ]
    if not strategy:
        return Row(Cell("Before"), (*cells, *[Cell(formatting.DASH)] * 3), values)
    design = designs.loc[strategy]
    values |= {
        name: design[name] for name in ("max_abs_smd", "n_control_matched", "effective_controls")
    }
    cells += [
        Cell(formatting.number(design["max_abs_smd"], 2)),
        Cell(formatting.count(design["n_control_matched"])),
        Cell(formatting.count(design["effective_controls"])),
    ]
    return Row(Cell(results.strategy_label(strategy)), tuple(cells), values)


def _printed(name: str, value: float, decimals: int) -> str:
    return (
        formatting.p_value(value)
        if name.endswith("p_value")
        else formatting.number(value, decimals)
    )


def _mark(name: str, value: float) -> str:
    low, high = RUBIN_R_RANGE
    fails = (name == "rubin_b" and value >= RUBIN_B_LIMIT) or (
        name == "rubin_r" and not low <= value <= high
    )
    return "†" if fails and value == value else ""


def _notes(results: StudyResults, exhibit: OfAnalyses) -> tuple[str, ...]:
    found = results["balance_summary"]
    overlaps = [
        f"{results.analysis(name)['label']} {formatting.number(value, 2)}"
        for name in exhibit.analyses
        for value in found[(found["analysis"] == name) & (found["strategy"] == "")]["overlap"]
    ]
    return (
        "Biases are differences in means over the root of the mean of the arms' variances before "
        "matching, as pstest has it (the balance table divides by the treated standard deviation). The "
        "propensity score is refitted, by probit, with the weights of the strategy; its pseudo-R2 and "
        "likelihood-ratio test say what the covariates still tell about treatment. Rubin's B (percent) "
        "should be below 25 and his R between 0.5 and 2; † marks those that are not. Effective is Kish's "
        "number of controls.",
        f"Overlap coefficient of the scores before matching: {'; '.join(overlaps)}.",
    )


KIND = kinds.TableKind(
    kind="balance_summary",
    shows="one line a strategy, as pstest",
    section=kinds.BALANCE,
    rank=20,
    needs=("balance_summary", "designs"),
    options=OfAnalyses,
    methods="balance.md",
    build=balance_summary_table,
)
