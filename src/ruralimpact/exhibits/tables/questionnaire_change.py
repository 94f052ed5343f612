"""Questions that changed between waves: alarms first, then what is only to be known."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.waves import in_order
from ruralimpact.waves.questionnaire_change import questionnaire_changes

_COLUMNS = (
    columns.words(marked("Waves"), width=1.3, of="waves"),
    columns.words(marked("What"), width=1.6, of="aspect"),
    columns.prose(marked("Before"), width=3.0, of="before"),
    columns.prose(marked("In the later wave"), width=3.0, of="now"),
)
_NOTE = marked(
    "An alarm is a difference that can change what an answer means: wording, "
    "type, unit, categories or range in the codebook, the labels that the file "
    "itself holds, a median (of what is not zero) more than twice as large or "
    "less than half, or a share of ones 30 points away. Answers are merged under "
    "one name all the same: whoever wrote the codebook answers for it. A unit "
    "that differs between waves is not merged at all; it is an error before "
    "anything is read."
)


def questionnaire_change_table(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the table of questions that are not what they were."""
    changed, waves = _changed(results)
    alarms = changed[changed["alarm"] == "yes"]
    yield table_of(
        results,
        exhibit,
        stub=gettext("Variable"),
        columns=_COLUMNS,
        rows=_rows(results, alarms, changed[changed["alarm"] == "no"]),
        interpretation=(_interpretation(alarms, waves),),
        notes=(gettext(_NOTE),),
    )


def alarmed_questions(results: StudyResults) -> list[str]:
    """Return the variables whose question is not what it was a wave before."""
    changed, _ = _changed(results)
    return list(dict.fromkeys(changed.loc[changed["alarm"] == "yes", "variable"]))


def _changed(results: StudyResults) -> tuple[pd.DataFrame, int]:
    """Return what changed between waves, and how many waves there are."""
    reports = results.quality.values()
    waves = {report.wave for report in reports if report.wave is not None}
    return questionnaire_changes(reports, in_order(waves, results.study.declared_waves)), len(waves)


_SUMMED = (marked("not asked"), marked("asked for the first time"))


def _rows(results: StudyResults, alarms: pd.DataFrame, others: pd.DataFrame) -> Iterator[Row]:
    summed = others["aspect"].isin(_SUMMED)
    for title, part in ((gettext("Alarms"), alarms), (gettext("To be known"), others[~summed])):
        yield heading(title, "panel")
        if part.empty and (title == "Alarms" or not summed.any()):
            yield columns.repeated(_COLUMNS, gettext("None"))
        for record in part.to_dict("records"):
            own = {
                **record,
                "waves": gettext("{wave_before} to {wave}").format(
                    wave_before=record["wave_before"], wave=record["wave"]
                ),
            }
            label = record["variable"].replace("_", " ")
            yield columns.row_of(results, _COLUMNS, own, label, keys=[str(name) for name in record])
    yield from _sums(results, others[summed])


def _sums(results: StudyResults, others: pd.DataFrame) -> Iterator[Row]:
    """Yield one row for all variables that a wave did not ask, or asked first."""
    for (wave, aspect), part in others.groupby(["wave", "aspect"], sort=True):
        names = ", ".join(name.replace("_", " ") for name in part["variable"])
        own = {"wave": wave, "aspect": aspect, "variables": names, "count": len(part)}
        label = formatting.plural(len(part), "variable").capitalize()
        shown = {**own, "waves": wave, "before": "", "now": names}
        yield columns.row_of(results, _COLUMNS, shown, label, keys=list(own))


def _interpretation(alarms: pd.DataFrame, waves: int) -> str:
    if waves < 2:
        return gettext("No sources are of different waves, so there is nothing to compare.")
    if alarms.empty:
        return gettext(
            "No alarm: no question that both waves asked has changed in a way that the "
            "files can tell."
        )
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
    annex=True,
    build=questionnaire_change_table,
)
