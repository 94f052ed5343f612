"""From the estimate of one wave to that of the next, step by step: who is compared, then what happened."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.estimate_pairs import difference_between
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.schema.base import Entries, Settings


class Step(Settings):
    """One line."""

    analysis: str
    """Analysis that it is from."""
    outcome: str
    """Outcome that it is of."""
    label: str
    """What is compared, in words."""


class WaveChangeOptions(Exhibit):
    """A table of steps between waves."""

    steps: Annotated[Entries[Step], Field(min_length=2)]
    """Lines from one wave's estimate to the next one's."""


_COLUMNS = (
    Column("Estimate", "", 1.2),
    Column("(SE)", "", 1.0),
    Column("Change", "From the line above", 1.2),
    Column("(SE)", "From the line above", 1.0),
    Column("Treated", "Number", 0.9),
    Column("Controls", "Number", 0.9),
    Column("Groups", "Number", 0.8),
)
_NOTE = (
    "Each line changes one thing. The changes add up to the whole change between the waves; their "
    "errors take both estimates' group scores together. A change of the sample is no change of the "
    "effect."
)


def wave_change_table(results: StudyResults, exhibit: WaveChangeOptions) -> tuple[Table, ...]:
    """Build the steps from one wave's estimate to the next one's, by strategy.

    Parameters
    ----------
    results : StudyResults
    exhibit : WaveChangeOptions

    Returns
    -------
    tuple of Table
        One table. A strategy that some step lacks is left out.
    """
    steps = exhibit.steps
    frames = [results.estimates_of(step.analysis, step.outcome) for step in steps]
    rows: list[Row] = []
    for strategy in frames[0]["strategy"]:
        records = [_of_strategy(frame, strategy) for frame in frames]
        if any(record is None for record in records):
            continue
        rows.append(heading(results.strategy_label(strategy), "group"))
        rows += _rows(results, steps, [record for record in records if record is not None])
    units = {results.unit(step.outcome) for step in steps}
    return (
        table_of(
            results,
            exhibit,
            stub=f"What is compared ({', '.join(sorted(units))})",
            columns=_COLUMNS,
            rows=rows,
            notes=(_NOTE,),
        ),
    )


def _of_strategy(frame: pd.DataFrame, strategy: str) -> dict[Any, Any] | None:
    found = frame[frame["strategy"] == strategy].to_dict("records")
    return found[0] if found else None


def _rows(
    results: StudyResults, steps: Sequence[Step], records: Sequence[dict[Any, Any]]
) -> list[Row]:
    rows: list[Row] = []
    last: Mapping[Any, Any] | None = None
    for step, record in zip(steps, records, strict=True):
        outcome, label = step.outcome, Cell(step.label)
        if record["suppressed"]:
            rows.append(Row(label, (Cell(formatting.SUPPRESSED),) * len(_COLUMNS)))
            continue
        scale, decimals = formatting.scale(results.unit(outcome)), results.decimals(outcome)
        change = None if last is None else difference_between(results, record, last)
        shown = [formatting.DASH] * 2
        if change is not None:
            shown = [
                formatting.number(scale * change[0], decimals),
                formatting.parenthesised(scale * change[1], decimals),
            ]
        cells = (
            formatting.number(scale * record["estimate"], decimals),
            formatting.parenthesised(scale * record["std_error"], decimals),
            *shown,
            *(formatting.count(record[key]) for key in ("n_treated", "n_control", "n_groups")),
        )
        rows.append(
            Row(
                label,
                tuple(map(Cell, cells)),
                {
                    "spec_id": record["spec_id"],
                    "estimate": scale * record["estimate"],
                    "std_error": scale * record["std_error"],
                    "change": None if change is None else scale * change[0],
                    "change_std_error": None if change is None else scale * change[1],
                },
            )
        )
        last = record
    return rows


KIND = kinds.TableKind(
    kind="wave_change",
    shows="from one wave's estimate to the next one's in steps",
    section=kinds.WAVES,
    rank=20,
    needs=("estimates", "scores"),
    options=WaveChangeOptions,
    methods="over_time.md",
    build=wave_change_table,
)
