"""From the estimate of one wave to that of the next, step by step: who is compared, then what happened."""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.estimate_pairs import difference_between
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Entries, Settings
from ruralimpact.schema.exhibit import Reference


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

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        for number, step in enumerate(self.steps, start=1):
            yield Reference("analysis", step.analysis, f"steps.{number}.analysis")
            yield Reference("outcome", step.outcome, f"steps.{number}.outcome", of=step.analysis)


_ABOVE, _NUMBER = marked("From the line above"), marked("Number")
_COLUMNS = (
    columns.amount(width=1.2),
    columns.error(width=1.0),
    columns.amount(marked("Change"), _ABOVE, 1.2, of="change"),
    columns.error(_ABOVE, 1.0, of="change_std_error"),
    columns.number(marked("Treated"), _NUMBER, 0.9, of="n_treated"),
    columns.number(marked("Controls"), _NUMBER, 0.9, of="n_control"),
    columns.number(marked("Groups"), _NUMBER, 0.8, of="n_clusters"),
)
_NOTE = marked(
    "Each line changes one thing. The changes add up to the whole change between "
    "the waves; their errors take both estimates' group scores together. A "
    "change of the sample is no change of the effect."
)


def wave_change_table(results: StudyResults, exhibit: WaveChangeOptions) -> Iterator[Table]:
    """Build the steps from one wave's estimate to the next one's, by strategy.

    A strategy that some step lacks is excluded.
    """
    steps = exhibit.steps
    frames = [results.estimates_of(step.analysis, step.outcome) for step in steps]
    rows: list[Row] = []
    for strategy in frames[0]["strategy"]:
        records = [_of_strategy(frame, strategy) for frame in frames]
        known = [record for record in records if record is not None]
        if len(known) == len(steps):
            rows.append(heading(results.strategy_label(strategy), "group"))
            rows += _rows(results, steps, known)
    units = {formatting.translated(results.unit(step.outcome)) for step in steps} - {""}
    yield table_of(
        results,
        exhibit,
        stub=formatting.in_brackets(gettext("What is compared"), ", ".join(sorted(units))),
        columns=_COLUMNS,
        rows=rows,
        notes=(gettext(_NOTE),),
    )


def _of_strategy(frame: pd.DataFrame, strategy: str) -> dict[Any, Any] | None:
    records = frame[frame["strategy"] == strategy].to_dict("records")
    return records[0] if records else None


def _rows(results: StudyResults, steps: Sequence[Step], records: Sequence[Record]) -> Iterator[Row]:
    last: Record | None = None
    for step, record in zip(steps, records, strict=True):
        change: tuple[float | None, float | None] = (None, None)
        if last is not None and not record["suppressed"]:
            change = difference_between(results, record, last)
        own = {**record, "change": change[0], "change_std_error": change[1]}
        yield columns.row_of(results, _COLUMNS, own, step.label)
        last = last if record["suppressed"] else record


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
