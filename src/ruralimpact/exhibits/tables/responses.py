"""Answers to a questionnaire: a table a question, cells no. (percent), as reports on workshops print them."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, formatting, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
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
from ruralimpact.language import gettext
from ruralimpact.schema.responses import Question, Responses


def responses_tables(results: StudyResults, exhibit: QuestionOptions) -> Iterator[Table]:
    """Build a table a question: rows are answers, columns all respondents, levels, and the register."""
    for analysis, question, frame in questions_of(results, exhibit):
        yield _table(results, exhibit, analysis, question, frame)


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
    form = gettext("percent") if question.percents else gettext("no. (percent)")
    columns = [Column(level or gettext("All"), label, 1.1) for _, label, level in levels]
    columns.insert(1, Column(gettext("95% interval"), "", 1.2))
    if analysis.register_of is not None:
        columns += [
            Column(gettext("Percent"), gettext("Of the register"), 0.9),
            Column(gettext("95% interval"), gettext("Of the register"), 1.2),
        ]
    rows = [_row(question, own) for _, own in frame.groupby("answer", sort=False)]
    rows.append(_total(question, counted, len(columns)))
    notes = [
        percent_of(results, question),
        *_notes(analysis, frame),
        *exclusion_notes(results, [analysis.name], [question.name], shown=frame),
    ]
    return table_of(
        results,
        exhibit,
        title=f"{question.label} ({form})",
        stub=gettext("Answer"),
        columns=columns,
        rows=rows,
        notes=notes,
    )


def _notes(analysis: Responses, frame: pd.DataFrame) -> list[str]:
    notes = [
        gettext(
            "{dash} = none. Intervals (95 percent) are of the percents of all respondents."
        ).format(dash=formatting.DASH)
    ]
    if analysis.register_of is not None:
        notes.append(
            gettext(
                "Of the register: each respondent counts by the units of the register that "
                "it stands for; that holds where those who did not take part would have "
                "answered alike."
            )
        )
    if frame["suppressed"].any():
        notes.append(
            gettext("{suppressed} = too few respondents, or a number that would tell them.").format(
                suppressed=formatting.SUPPRESSED
            )
        )
    return notes


def _row(question: Question, frame: pd.DataFrame) -> Row:
    counted, register = (frame[frame["part"] == part] for part in (RESPONDENTS, REGISTER))
    shown = [_cell(question, record) for record in counted.to_dict("records")]
    everyone = counted.iloc[0]
    shown.insert(1, _interval(everyone))
    kept: dict[str, Value] = {"question": question.name, "answer": str(everyone["answer"])}
    for record in counted.to_dict("records"):
        name = f"_{record['level']}" if record["by"] else ""
        kept[f"count{name}"] = record["count"]
        kept[f"percent{name}"] = 100 * record["estimate"]
    kept |= {"conf_low": 100 * everyone["conf_low"], "conf_high": 100 * everyone["conf_high"]}
    if len(register):
        own = register.iloc[0]
        shown += [_percent(own), _interval(own)]
        kept |= {
            "register": 100 * own["estimate"],
            "register_low": 100 * own["conf_low"],
            "register_high": 100 * own["conf_high"],
        }
    return Row(Cell(str(everyone["label"])), tuple(shown), kept)


def _cell(question: Question, record: Mapping[Any, Any]) -> Cell:
    if record["suppressed"]:
        return Cell(formatting.SUPPRESSED)
    percent = 100 * record["estimate"]
    if question.percents:
        return cells.number(percent)
    return cells.count_and_percent(record["count"], percent)


def _percent(record: "pd.Series[Any]") -> Cell:
    if record["suppressed"]:
        return Cell(formatting.SUPPRESSED)
    return cells.number(100 * record["estimate"])


def _interval(record: "pd.Series[Any]") -> Cell:
    if record["suppressed"]:
        return Cell(formatting.SUPPRESSED)
    return cells.interval(100 * record["conf_low"], 100 * record["conf_high"])


def _total(question: Question, counted: pd.DataFrame, width: int) -> Row:
    """Who answered; of a question with one answer they are 100 percent."""
    sizes = counted.drop_duplicates(["by", "level"])
    counts = [
        cells.number(size) if public else cells.count(size)
        for size, public in zip(sizes["n_units"], sizes["public_counts"], strict=True)
    ]
    whole = question.variable is not None
    shown = [
        cells.of_all(count) if whole and size and not hidden else count
        for count, size, hidden in zip(counts, sizes["n_units"], sizes["suppressed"], strict=True)
    ]
    shown.insert(1, Cell(""))
    shown += [Cell("")] * (width - len(shown))
    kept: dict[str, Value] = {"question": question.name, "answer": "total"}
    for by, level, count, cell in zip(
        sizes["by"], sizes["level"], counts, (shown[0], *shown[2:]), strict=False
    ):
        of_level = f"_{level}" if by else ""
        kept[f"count{of_level}"] = count.numbers[0].value if count.numbers else count.text
        if len(cell.numbers) > 1:
            kept[f"percent{of_level}"] = 100.0
    label = gettext("Total") if question.variable is not None else gettext("Respondents")
    return Row(Cell(label), tuple(shown), kept, "foot")


KIND = kinds.TableKind(
    kind="responses",
    shows="answers to a questionnaire, number and percent of respondents, with intervals",
    section=kinds.DESCRIPTION,
    rank=70,
    needs=("responses", "exclusions"),
    options=QuestionOptions,
    methods="responses.md",
    of_methods=METHODS,
    check=check_questions,
    build=responses_tables,
)
