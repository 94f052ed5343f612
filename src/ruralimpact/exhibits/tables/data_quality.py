"""What the raw data are like, wave by wave: rows, gaps by arm, ranges and heaping, interviewers."""

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.model import Row, Table, Value, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.quality_rows import GAP, unequal_gaps, waves_of
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_MARK = "†"
_HEAPED, _INTERVIEWERS = 0.35, 0.1


def _above(limit: float) -> Any:
    def mark(values: Sequence[Any]) -> str:
        return _MARK if values[0] is not None and values[0] > limit else ""

    return mark


def _flag(values: Sequence[Any]) -> str:
    return _MARK if values[-1] else ""


_ROWS = (
    columns.number(marked("Read"), marked("Rows"), of="rows_read"),
    columns.number(marked("Excluded"), marked("Rows"), of="rows_excluded"),
    columns.number(marked("Kept"), marked("Rows"), of="rows_kept"),
    columns.words(marked("Why excluded"), width=4.5, of="reasons", kept=("reasons",)),
)
_GAPS = (
    columns.number(marked("Rows"), of="n_rows"),
    columns.percent(marked("All"), marked("Without a value"), of="missing"),
    columns.percent(marked("Treated"), marked("Without a value"), of="missing_treated"),
    columns.percent(marked("Controls"), marked("Without a value"), of="missing_control").marked(
        _flag, "unequal"
    ),
    columns.p_value(marked("Without a value"), of="missing_p_value"),
)
_VALUES = (
    columns.number("p5", marked("Range"), of="p5", decimals=1),
    columns.number(marked("Median"), marked("Range"), of="median", decimals=1),
    columns.number("p95", marked("Range"), of="p95", decimals=1),
    columns.percent(marked("End in 0 or 5"), width=1.1, of="ending_in_0_or_5").marked(
        _above(_HEAPED)
    ),
    columns.count(marked("Values"), marked("Far from own group"), 1.0, of="n_far"),
    columns.count(marked("Groups"), marked("Far from own group"), 1.0, of="far_groups"),
    columns.words(marked("Codes?"), width=1.4, of="codes", kept=("suspected_codes",)),
)
_BETWEEN = columns.percent(
    marked("Between interviewers"), width=1.2, of="between_interviewers"
).marked(_above(_INTERVIEWERS))
_INTERVIEWS = (
    columns.number(marked("Interviews"), of="n_rows"),
    columns.percent(marked("Cells without a value"), width=1.3, of="missing"),
    columns.number(marked("Median"), marked("Minutes"), of="minutes", decimals=0),
    columns.percent(marked("Under half of it"), marked("Minutes"), of="short"),
    columns.number(marked("Rows alike"), of="n_alike"),
)


def data_quality_tables(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the tables of rows, of gaps by arm, of values, and of interviews."""
    yield _rows_table(results, exhibit)
    yield from _of_variables(results, exhibit)
    yield _interviews_table(results, exhibit)


def _rows_table(results: StudyResults, exhibit: Exhibit) -> Table:
    rows = []
    for source in results.study.sources:
        report = results.quality[source.name]
        reasons = [
            f"{results.with_labels(translated(exclusion.reason))}: {formatting.count(exclusion.rows)}"
            for exclusion in report.excluded
        ]
        record: Record = {
            "source": source.name,
            "rows_read": report.rows_read,
            "rows_kept": report.rows_kept,
            "rows_excluded": report.rows_read - report.rows_kept,
            "reasons": "; ".join(reasons) or formatting.DASH,
        }
        label = source.label or source.name
        rows.append(columns.row_of(results, _ROWS, record, label, keys=("source",)))
    return table_of(
        results,
        exhibit,
        title=gettext("{title}: rows").format(title=exhibit.title),
        stub=gettext("Raw file"),
        columns=_ROWS,
        rows=rows,
        notes=(
            gettext("What is excluded later, and why, is in the table from raw files to samples."),
        ),
    )


def _of_variables(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    frame = results["variable_quality"]
    if frame.empty:
        return
    between = (_BETWEEN,) if frame["between_interviewers"].notna().any() else ()
    gaps, values, flagged = [], [], 0
    for label, part in waves_of(results, "variable_quality"):
        own = part.assign(
            unequal=unequal_gaps(part), codes=[_codes(row) for row in part.to_dict("records")]
        )
        flagged += int(own["unequal"].sum())
        whole = own["missing"] == 0
        gaps += [heading(label, "panel"), *_variable_rows(results, _GAPS, own[~whole])]
        gaps += _of_whole_variables(own[whole])
        numbers = own[own["median"].notna()]
        if len(numbers):
            values.append(heading(label, "panel"))
            values += _variable_rows(results, (*_VALUES, *between), numbers)
    yield table_of(
        results,
        exhibit,
        title=gettext("{title}: missing answers, by arm").format(title=exhibit.title),
        stub=gettext("Variable"),
        columns=_GAPS,
        rows=gaps,
        interpretation=(_sentence(flagged),),
        notes=(gettext(_GAPS_NOTE),),
    )
    yield table_of(
        results,
        exhibit,
        title=gettext("{title}: values").format(title=exhibit.title),
        stub=gettext("Variable"),
        columns=(*_VALUES, *between),
        rows=values,
        notes=(gettext(_VALUES_NOTE), *([gettext(_BETWEEN_NOTE)] if between else [])),
    )


def _variable_rows(results: StudyResults, shown: Sequence[Shown], frame: pd.DataFrame) -> list[Row]:
    keys = ("source", "wave", "variable")
    return [
        columns.row_of(results, shown, record, record["label"], keys=keys)
        for record in frame.to_dict("records")
    ]


def _of_whole_variables(frame: pd.DataFrame) -> Iterator[Row]:
    """Yield one row for the variables that no answer is missing of."""
    if len(frame):
        names = ", ".join(map(str, frame["label"]))
        values: dict[str, Value] = {
            "source": frame["source"].iloc[0],
            "wave": frame["wave"].iloc[0],
        }
        label = gettext("None is missing of ") + formatting.plural(len(frame), "variable")
        yield columns.said(_GAPS, label, names, values)


def _codes(record: Record) -> str:
    if not record["suspected_codes"]:
        return formatting.DASH
    count = columns.coarse_count(record["n_suspected"])
    return f"{record['suspected_codes']} ({count})"


def _sentence(flagged: int) -> str:
    if not flagged:
        return gettext("No variable lacks answers in one arm clearly more often than in the other.")
    verb = gettext("variable lacks") if flagged == 1 else gettext("variables lack")
    return gettext("{flagged} {verb} answers in one arm clearly more often.").format(
        flagged=formatting.word(flagged).capitalize(), verb=verb
    )


def _interviews_table(results: StudyResults, exhibit: Exhibit) -> Table:
    rows: list[Row] = []
    for label, part in waves_of(results, "interview_quality"):
        rows.append(heading(label, "panel"))
        rows += [
            columns.row_of(
                results,
                _INTERVIEWS,
                record,
                gettext("Interviewer {interviewer}").format(interviewer=record["interviewer"])
                if record["interviewer"]
                else gettext("All"),
                keys=("source", "wave", "interviewer"),
            )
            for record in part.sort_values("interviewer").to_dict("records")
        ]
    return table_of(
        results,
        exhibit,
        title=gettext("{title}: interviews").format(title=exhibit.title),
        stub=gettext("Interviews"),
        columns=_INTERVIEWS,
        rows=rows,
        notes=(gettext(_INTERVIEWS_NOTE),),
    )


_GAPS_NOTE = marked(
    "Arms are those of the samples: treated by any treatment, or by none; rows "
    "of units in no sample count among all only. p of equal shares, rows taken "
    "as independent. {mark} The shares differ by {gap} points or more, and p is "
    "below 0.05.",
    mark=_MARK,
    gap=formatting.number(100 * GAP),
)
_VALUES_NOTE = marked(
    "Range: 5th percentile, median and 95th percentile after the codebook. End "
    "in 0 or 5: of whole numbers from 10 on; a fifth by chance. {mark} More than "
    "{heaped} percent, which the United Nations call very rough for ages. Far "
    "from own group: a modified z score above 3.5 (Iglewicz and Hoaglin 1993), "
    "in logarithms where no value is negative. Codes?: values that look as if "
    "they meant missing and that the codebook does not declare, with their rows.",
    mark=_MARK,
    heaped=formatting.number(100 * _HEAPED),
)
_BETWEEN_NOTE = marked(
    "Between interviewers: share of the variance that lies between them, by "
    "analysis of variance. {mark} Above {interviewers} percent. Interviewers who "
    "work in areas of their own differ by these, too.",
    mark=_MARK,
    interviewers=formatting.number(100 * _INTERVIEWERS),
)
_INTERVIEWS_NOTE = marked(
    "Interviewers, where the codebook has their codes, are numbered by how many "
    "interviews they held. Rows alike have the same answers to five questions or "
    "more as another row."
)


KIND = kinds.TableKind(
    kind="data_quality",
    shows="rows, gaps by arm, heaping, far values and interviewers of each wave",
    section=kinds.QUALITY,
    rank=20,
    needs=("variable_quality", "interview_quality"),
    options=Exhibit,
    methods="data_quality.md",
    build=data_quality_tables,
)
