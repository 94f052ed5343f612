"""Answers to a questionnaire: a table a question, cells no. (percent), as reports on workshops print them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.columns import coarse_count
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value
from ruralimpact.exhibits.responses_rows import (
    METHODS,
    REGISTER,
    RESPONDENTS,
    QuestionOptions,
    check_questions,
    percent_of,
    questions_of,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.schema.responses import Question, Responses


def responses_tables(results: StudyResults, exhibit: QuestionOptions) -> tuple[Table, ...]:
    """Build a table a question: rows are answers, columns all respondents, levels, and the register."""
    return tuple(
        _table(results, exhibit, analysis, question, frame)
        for analysis, question, frame in questions_of(results, exhibit)
    )


def _table(
    results: StudyResults,
    exhibit: QuestionOptions,
    analysis: Responses,
    question: Question,
    frame: pd.DataFrame,
) -> Table:
    counted = frame[frame["part"] == RESPONDENTS]
    levels = list(
        dict.fromkeys(zip(counted["by"], counted["by_label"], counted["level"], strict=True))
    )
    form = "percent" if question.percents else "no. (percent)"
    columns = [Column(level or "All", label, 1.1) for _, label, level in levels]
    columns.insert(1, Column("95% interval", "", 1.2))
    if analysis.register_of is not None:
        columns += [
            Column("Percent", "Of the register", 0.9),
            Column("95% interval", "Of the register", 1.2),
        ]
    rows = [_row(question, own) for _, own in frame.groupby("answer", sort=False)]
    rows.append(_total(question, counted, len(columns)))
    notes = [percent_of(results, question), *_notes(analysis, frame)]
    return table_of(
        results,
        exhibit,
        title=f"{question.label} ({form})",
        stub="Answer",
        columns=columns,
        rows=rows,
        notes=notes,
    )


def _notes(analysis: Responses, frame: pd.DataFrame) -> list[str]:
    notes = [
        f"{formatting.DASH} = none. Intervals (95 percent) are of the percents of all respondents."
    ]
    if analysis.register_of is not None:
        notes.append(
            "Of the register: each respondent counts by the units of the register that it stands for; that "
            "holds where those who did not take part would have answered alike."
        )
    if frame["suppressed"].any():
        notes.append(
            f"{formatting.SUPPRESSED} = too few respondents, or a number that would tell them."
        )
    return notes


def _row(question: Question, frame: pd.DataFrame) -> Row:
    counted, register = (frame[frame["part"] == part] for part in (RESPONDENTS, REGISTER))
    cells = [_cell(question, record) for record in counted.to_dict("records")]
    everyone = counted.iloc[0]
    cells.insert(1, _interval(everyone))
    kept: dict[str, Value] = {"question": question.name, "answer": str(everyone["answer"])}
    for record in counted.to_dict("records"):
        name = f"_{record['level']}" if record["by"] else ""
        kept[f"count{name}"] = record["count"]
        kept[f"percent{name}"] = 100 * record["estimate"]
    kept |= {"conf_low": 100 * everyone["conf_low"], "conf_high": 100 * everyone["conf_high"]}
    if len(register):
        own = register.iloc[0]
        cells += [_percent(own), _interval(own)]
        kept |= {
            "register": 100 * own["estimate"],
            "register_low": 100 * own["conf_low"],
            "register_high": 100 * own["conf_high"],
        }
    return Row(Cell(str(everyone["label"])), tuple(cells), kept)


def _cell(question: Question, record: Mapping[Any, Any]) -> Cell:
    if record["suppressed"]:
        return Cell(formatting.SUPPRESSED)
    percent = formatting.number(100 * record["estimate"])
    if question.percents:
        return Cell(percent)
    nil = not record["count"] > 0
    return Cell(formatting.DASH if nil else f"{formatting.count(record['count'])} ({percent})")


def _percent(record: "pd.Series[Any]") -> Cell:
    hidden = bool(record["suppressed"])
    return Cell(formatting.SUPPRESSED if hidden else formatting.number(100 * record["estimate"]))


def _interval(record: "pd.Series[Any]") -> Cell:
    if record["suppressed"]:
        return Cell(formatting.SUPPRESSED)
    return Cell(formatting.interval(100 * record["conf_low"], 100 * record["conf_high"]))


def _total(question: Question, counted: pd.DataFrame, width: int) -> Row:
    """Who answered; of a question with one answer they are 100 percent."""
    whole = " (100)" if question.variable is not None else ""
    sizes = counted.drop_duplicates(["by", "level"])
    texts = [
        formatting.count(size) if public else coarse_count(size)
        for size, public in zip(sizes["n_units"], sizes["public_counts"], strict=True)
    ]
    cells = [
        Cell(text + (whole if size and not hidden else ""))
        for text, size, hidden in zip(texts, sizes["n_units"], sizes["suppressed"], strict=True)
    ]
    cells.insert(1, Cell(""))
    cells += [Cell("")] * (width - len(cells))
    kept: dict[str, Value] = {"question": question.name, "answer": "total"}
    kept |= {
        f"count_{level}" if by else "count": text
        for by, level, text in zip(sizes["by"], sizes["level"], texts, strict=True)
    }
    label = "Total" if question.variable is not None else "Respondents"
    return Row(Cell(label), tuple(cells), kept, "foot")


KIND = kinds.TableKind(
    kind="responses",
    shows="answers to a questionnaire, number and percent of respondents, with intervals",
    section=kinds.DESCRIPTION,
    rank=70,
    needs=("responses",),
    options=QuestionOptions,
    methods="responses.md",
    of_methods=METHODS,
    check=check_questions,
    build=responses_tables,
)
