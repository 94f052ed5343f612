"""The estimates that answer the question: each outcome by the strategy that the study declares."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

import pandas as pd

from ruralimpact.exhibits import (
    columns,
    effective_groups,
    formatting,
    interpretation,
    kinds,
    marks,
)
from ruralimpact.exhibits.answer.headline import Headline, headlines_of
from ruralimpact.exhibits.answer.planted_truth import planted_value
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact
from ruralimpact.language import gettext, marked

_ALONE = "before_after"
_RANGE = marked("All strategies or estimators")
_ADDED = ("strategies", "lowest", "highest", "planted")


def answer_table(results: StudyResults, exhibit: Exhibit) -> tuple[Table, ...]:
    """Build the table: one row an outcome, with the range of its estimates over all strategies.

    Changes of the treated alone are no effects and have no row.

    Parameters
    ----------
    results : StudyResults
        With its findings where something was planted.
    exhibit : Exhibit

    Returns
    -------
    tuple of Table
    """
    headlines = [line for line in headlines_of(results) if _is_effect(results, line)]
    records = [_record(results, line) for line in headlines]
    frame = pd.DataFrame(records, columns=[*results["estimates"].columns, *_ADDED]).astype(
        {"suppressed": bool}
    )
    analyses = list(dict.fromkeys(line.analysis for line in headlines))
    percents = any(not impact.percent_reason(record) for record in records)
    letters = impact.percent_letters(frame) if percents else None
    shown = tuple(_shown(results, analyses, frame, letters))
    return (
        table_of(
            results,
            exhibit,
            stub=gettext("Comparison, strategy and outcome"),
            columns=shown,
            rows=_rows(results, headlines, records, shown),
            notes=_notes(results, frame, analyses, letters or {}),
        ),
    )


def _is_effect(results: StudyResults, line: Headline) -> bool:
    """Whether it was estimated, and is no change of the treated alone."""
    method = results.analysis(line.analysis).method
    return method != _ALONE and line.strategy in set(
        results.estimates_of(line.analysis, line.outcome)["strategy"]
    )


def _record(results: StudyResults, line: Headline) -> Record:
    """The estimate with its range over all strategies and what was planted, in stored units."""
    every = results.estimates_of(line.analysis, line.outcome)["estimate"].dropna()
    planted = planted_value(results, f"{line.key}/estimate")
    return {
        **line.record,
        "strategies": len(every),
        "lowest": every.min() if len(every) > 1 else None,
        "highest": every.max() if len(every) > 1 else None,
        "planted": planted and planted / formatting.scale(results.unit(line.outcome)),
    }


def _shown(
    results: StudyResults,
    analyses: Sequence[str],
    frame: pd.DataFrame,
    letters: Mapping[str, str] | None,
) -> Iterator[Shown]:
    yield from impact.effect_columns(gettext("Effect on the treated"))
    if frame["planted"].notna().any():
        yield columns.amount(gettext("Planted"), of="planted")
    if letters is not None:
        yield from impact.percent_columns(gettext("Percent of the counterfactual"), letters)
    if (frame["strategies"] > 1).any():
        ends = columns.interval(gettext(_RANGE), of=("lowest", "highest"), label=gettext("Range"))
        yield ends.keeping("strategies")
    yield from effective_groups.group_columns(results, analyses, frame)


def _rows(
    results: StudyResults,
    headlines: Sequence[Headline],
    records: Sequence[Record],
    shown: Sequence[Shown],
) -> Iterator[Row]:
    """Yield the rows under a heading a comparison and strategy."""
    if not headlines:
        yield columns.said(
            shown, gettext("Effects"), gettext("None is declared, or none could be estimated.")
        )
    pairs = zip(headlines, records, strict=True)
    for (analysis, strategy), group in groupby(
        pairs, key=lambda pair: (pair[0].analysis, pair[0].strategy)
    ):
        words = f"{results.analysis(analysis).label}: {results.strategy_label(strategy)}"
        yield heading(words, "panel")
        for line, record in group:
            values = impact.printed_values(record)
            own = impact.with_percents(record, values)
            stub = Cell(results.outcome_title(line.outcome), marks.estimate_marks(record))
            groups = effective_groups.NAMES
            yield columns.row_of(results, shown, own, stub, keys=("spec_id", "unit"), more=groups)


def _notes(
    results: StudyResults,
    frame: pd.DataFrame,
    analyses: Sequence[str],
    letters: Mapping[str, str],
) -> Iterator[str]:
    yield interpretation.standard_error_note(results)
    yield gettext(
        "The study declares what answers its question; nothing is picked by its size or interval."
    )
    if frame["planted"].notna().any():
        yield gettext("Planted: the effect that the simulated data were made with.")
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        yield gettext("Effects on shares are in percentage points.")
    yield from interpretation.identification_notes(
        {results.analysis(name).method for name in analyses}
    )
    yield from effective_groups.group_notes(results, frame)
    yield from marks.estimate_notes(frame)
    yield from marks.letter_notes(letters)


KIND = kinds.TableKind(
    kind="answer",
    shows="the estimates that answer the question, as study.yaml declares them under `answer`",
    section=kinds.ESTIMATES,
    rank=10,
    needs=("estimates",),
    options=Exhibit,
    methods="inference.md",
    build=answer_table,
)
