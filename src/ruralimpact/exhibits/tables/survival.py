"""How many last, and how the others ended, by time and by level; bounds for the absent; reasons."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.survival_rows import METHODS, of_part
from ruralimpact.exhibits.table import table_of


def survival_tables(results: StudyResults, exhibit: OfAnalyses) -> tuple[Table, ...]:
    """Build the table of shares at each time and, where there are any, that of bounds and reasons."""
    curves = of_part(results, exhibit, "curve")
    tables = [_curves(results, exhibit, curves)]
    others = pd.concat([of_part(results, exhibit, part) for part in ("bound", "reason")])
    if len(others):
        tables.append(_shares(results, exhibit, others))
    return tuple(tables)


def _curves(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    times = sorted(frame["time"].unique())
    columns = [Column("Units", "", 0.8), Column("Groups", "", 0.8)]
    for time in times:
        columns += [
            Column("Percent", f"By time {time:g}", 0.9),
            Column("95% interval", f"By time {time:g}", 1.4),
        ]
    rows: list[Row] = []
    for analysis, own in frame.groupby("analysis", sort=False):
        if len(exhibit.analyses) > 1:
            rows.append(heading(results.analysis(str(analysis)).label, "panel"))
        for (_, label, level), part in own.groupby(["by", "by_label", "level"], sort=False):
            rows.append(heading(f"{label}: {level}" if label else "All", "group"))
            rows += [_row(same, times) for _, same in part.groupby("state", sort=False)]
    return table_of(
        results, exhibit, stub="State", columns=columns, rows=rows, notes=(_CURVES, _few(frame))
    )


_CURVES = (
    "Percent that lasts beyond the time (Kaplan-Meier), and has ended in each way by it (Aalen-Johansen: "
    "ends compete, so that the percents add up to 100). Errors are clustered by group; intervals on the "
    "complementary log-log scale, with t of groups less one degrees of freedom; none where nothing or all "
    "has ended."
)


def _few(frame: pd.DataFrame) -> str:
    hidden = frame["suppressed"].any() if "suppressed" in frame else False
    dash = f"{formatting.DASH} = no interval."
    if not hidden:
        return dash
    return (
        f"{dash} {formatting.SUPPRESSED} = too few units or groups, or a level beside such a one."
    )


def _row(frame: pd.DataFrame, times: list[float]) -> Row:
    first = frame.iloc[0]
    cells: list[Cell] = []
    kept: dict[str, Value] = {
        "by": first["by"],
        "level": first["level"],
        "state": first["state"],
        "units": int(first["n_units"]),
        "groups": int(first["n_clusters"]),
    }
    by_time = {record["time"]: record for record in frame.to_dict("records")}
    for time in times:
        record = by_time.get(time)
        cells += _numbers(record)
        for name in ("estimate", "conf_low", "conf_high"):
            kept[f"{name}_{time:g}"] = None if record is None else 100 * record[name]
    counts = (Cell(formatting.count(first[name])) for name in ("n_units", "n_clusters"))
    return Row(Cell(str(first["label"])), (*counts, *cells), kept)


def _numbers(record: Mapping[Any, Any] | None) -> tuple[Cell, Cell]:
    if record is None:
        return Cell(formatting.DASH), Cell(formatting.DASH)
    if record.get("suppressed", False):
        return Cell(formatting.SUPPRESSED), Cell(formatting.SUPPRESSED)
    low, high = (100 * record[name] for name in ("conf_low", "conf_high"))
    return Cell(formatting.number(100 * record["estimate"])), Cell(formatting.interval(low, high))


def _shares(results: StudyResults, exhibit: OfAnalyses, frame: pd.DataFrame) -> Table:
    rows: list[Row] = []
    titles = {"bound": "Share that lasts", "reason": "Reasons, of those that ended"}
    for (_, part), own in frame.groupby(["analysis", "part"], sort=False):
        rows.append(heading(titles[str(part)], "group"))
        for record in own.to_dict("records"):
            percent, interval = _numbers(record)
            kept: dict[str, Value] = {
                "part": str(part),
                "state": str(record["state"]),
                "units": int(record["n_units"]),
                "percent": 100 * record["estimate"],
                "conf_low": 100 * record["conf_low"],
                "conf_high": 100 * record["conf_high"],
            }
            count = Cell(formatting.count(record["n_units"]))
            rows.append(Row(Cell(str(record["label"])), (count, percent, interval), kept))
    return table_of(
        results,
        exhibit,
        title=f"{exhibit.title}: the absent, and reasons",
        stub="Share",
        columns=[Column("Units"), Column("Percent"), Column("95% interval", "", 1.4)],
        rows=rows,
        notes=(_SHARES,),
    )


_SHARES = (
    "Whether those who were not found still last is not known: the share lies between the two that count "
    "all of them one way. Several reasons may hold. Intervals by Wilson (1927)."
)

KIND = kinds.TableKind(
    kind="survival",
    shows="how many last, and how the others ended",
    section=kinds.DESCRIPTION,
    rank=50,
    needs=("survival",),
    options=OfAnalyses,
    methods="survival.md",
    of_methods=METHODS,
    build=survival_tables,
)
