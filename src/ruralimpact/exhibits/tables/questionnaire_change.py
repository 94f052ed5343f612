"""Questions that changed between waves: alarms first, then what is only to be known."""

import pandas as pd

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.schema.waves import in_order
from ruralimpact.waves.questionnaire_change import questionnaire_changes

_COLUMNS = (
    Column("Waves", "", 1.3),
    Column("What", "", 1.6),
    Column("Before", "", 3.0),
    Column("In the later wave", "", 3.0),
)
_NOTE = (
    "An alarm is a difference that can change what an answer means: wording, type, unit, categories or "
    "range in the codebook, the labels that the file itself holds, a median (of what is not zero) more than "
    "twice as large or less than half, or a share of ones 30 points away. Answers are merged under one name "
    "all the same: whoever wrote the codebook answers for it. A unit that differs between waves is not "
    "merged at all; it is an error before anything is read."
)
_LONG = 70


def questionnaire_change_table(results: StudyResults, exhibit: Exhibit) -> tuple[Table, ...]:
    """Build the table of questions that are not what they were."""
    result, waves = _found(results)
    alarms, others = result[result["alarm"] == "yes"], result[result["alarm"] == "no"]
    rows = [heading("Alarms", "panel"), *_rows(alarms)]
    listed = others[~others["aspect"].isin(_SUMMED)]
    rows += [heading("To be known", "panel"), *_rows(listed), *_sums(others)]
    return (
        table_of(
            results,
            exhibit,
            stub="Variable",
            columns=_COLUMNS,
            rows=rows,
            interpretation=(_interpretation(alarms, waves),),
            notes=(_NOTE,),
        ),
    )


def alarm_sentence(results: StudyResults) -> str:
    """Say which questions are not what they were; empty where none is."""
    result, waves = _found(results)
    alarms = result[result["alarm"] == "yes"]
    return "" if alarms.empty else _interpretation(alarms, waves)


def _found(results: StudyResults) -> tuple[pd.DataFrame, int]:
    """Return what changed between waves, and how many waves there are."""
    reports = results.quality.values()
    waves = {report.wave for report in reports if report.wave is not None}
    return questionnaire_changes(reports, in_order(waves, results.study.declared_waves)), len(waves)


_SUMMED = ("not asked", "asked for the first time")


def _rows(result: pd.DataFrame) -> list[Row]:
    if result.empty:
        return [Row(Cell("None"), (Cell(formatting.DASH),) * len(_COLUMNS))]
    return [
        Row(
            Cell(item["variable"].replace("_", " ")),
            (
                Cell(f"{item['wave_before']} to {item['wave']}"),
                Cell(item["aspect"]),
                Cell(_short(item["before"])),
                Cell(_short(item["now"])),
            ),
            {str(key): value for key, value in item.items()},
        )
        for item in result.to_dict("records")
    ]


def _sums(result: pd.DataFrame) -> list[Row]:
    """Return one row for all variables that a wave did not ask, or asked first."""
    rows = []
    for (wave, aspect), part in result[result["aspect"].isin(_SUMMED)].groupby(
        ["wave", "aspect"], sort=True
    ):
        names = ", ".join(name.replace("_", " ") for name in part["variable"])
        cells = (Cell(str(wave)), Cell(str(aspect)), Cell(formatting.DASH), Cell(_short(names)))
        record: dict[str, Value] = {
            "wave": str(wave),
            "aspect": str(aspect),
            "variables": names,
            "count": len(part),
        }
        label = formatting.plural(len(part), "variable").capitalize()
        rows.append(Row(Cell(label), cells, record))
    return rows


def _short(text: str) -> str:
    text = text or formatting.DASH
    return text if len(text) <= _LONG else f"{text[:_LONG]}\N{HORIZONTAL ELLIPSIS}"


def _interpretation(alarms: pd.DataFrame, waves: int) -> str:
    if waves < 2:
        return "No sources are of different waves, so there is nothing to compare."
    if alarms.empty:
        return "No alarm: no question that both waves asked has changed in a way that the files can tell."
    names = ", ".join(dict.fromkeys(name.replace("_", " ") for name in alarms["variable"]))
    return f"{formatting.plural(len(alarms), 'alarm').capitalize()}: {names}."


KIND = kinds.TableKind(
    kind="questionnaire_change",
    shows="questions that are not what they were",
    section=kinds.WAVES,
    rank=40,
    needs=(),
    options=Exhibit,
    methods="",
    build=questionnaire_change_table,
)
