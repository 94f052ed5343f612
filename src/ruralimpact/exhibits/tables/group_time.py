"""Effects by cohort and wave where treatment begins at several times, and their averages."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import pandas as pd

from ruralimpact.exhibits import columns, disclosure, headings, interpretation, kinds
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_BEFORE = "\N{DAGGER}"
_EFFECT = marked("Effect on the treated")
_COLUMNS = (
    columns.amount(group=_EFFECT),
    columns.error(_EFFECT),
    columns.interval(_EFFECT),
    columns.interval(_EFFECT, label=marked("Uniform 95% band"), of=("band_low", "band_high")),
)
_KINDS = {
    "group_time": marked("By cohort and wave"),
    "cohort": marked("By cohort, average over its waves"),
    "calendar": marked("By wave, average over the cohorts treated"),
    "event": marked("By time since treatment, average over cohorts"),
}


def group_time_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of effects by cohort and wave."""
    analyses = exhibit.analyses
    sizes = columns.arm_counts(results.units(analyses).capitalize())

    def rows(analysis: str, outcome: str) -> Iterator[Row]:
        for kind, words in _KINDS.items():
            part = results.of("event_study", analysis, outcome=outcome, kind=kind)
            if len(part):
                yield heading(words, "group")
            for record in part.to_dict("records"):
                yield _row(results, record, sizes)

    yield table_of(
        results,
        exhibit,
        stub=gettext("Cohort and wave"),
        columns=(*_COLUMNS, *sizes),
        rows=headings.by_pair(results, analyses, rows),
        notes=_notes(results, results.of("event_study", *analyses)),
    )


def place_words(record: Mapping[Any, Any]) -> str:
    """Return the cohort, wave or time of an effect in words."""
    if record["kind"] == "group_time":
        when = (
            gettext(", wave {period}").format(period=f"{record['period']:g}")
            if pd.notna(record["period"])
            else ""
        )
        return gettext("First treated in {cohort}{when}").format(
            cohort=f"{record['cohort']:g}", when=when
        )
    if record["kind"] == "cohort":
        return gettext("First treated in {cohort}").format(cohort=f"{record['cohort']:g}")
    if record["kind"] == "calendar":
        return gettext("Wave {period}").format(period=f"{record['period']:g}")
    time = record["event_time"]
    if time == 0:
        return gettext("When it begins")
    words = gettext("{time} before") if time < 0 else gettext("{time} after")
    return words.format(time=f"{abs(time):g}")


def _row(results: StudyResults, record: Record, sizes: Sequence[Shown]) -> Row:
    label = Cell(place_words(record), _BEFORE if record["before"] else "")
    named = ("analysis", "outcome", "kind", "reason")
    row = columns.row_of(results, _COLUMNS, record, label, keys=(), more=named)
    cells = row.cells
    if record["reason"] and not record["suppressed"]:
        cells = (Cell(translated(record["reason"]), span=len(cells)),)
    counted = bool(pd.notna(record["std_error"]) or record["suppressed"])
    own = record if counted else {**record, "n_treated": None, "n_control": None}
    counts = columns.row_of(results, sizes, own, label, keys=())
    kept = {**(row.record or {}), **(counts.record or {})}
    return replace(row, cells=(*cells, *counts.cells), record=kept)


def _notes(results: StudyResults, frame: pd.DataFrame) -> tuple[str, ...]:
    frame = frame[frame["kind"] != "mean"]
    notes = [
        gettext(
            "Each effect compares the change of a cohort with that of its controls over "
            "the same waves (Callaway and Sant'Anna 2021). The intervals hold one by "
            "one, the band for all effects of a block at once."
        ),
        interpretation.standard_error_note(results),
        *interpretation.identification_notes({"staggered"}),
    ]
    if frame["suppressed"].any():
        notes.append(
            gettext(
                "[s] = suppressed: the cohort has fewer than {fewest_units} units or "
                "{fewest_groups} groups, or is hidden with such a one. Averages over cohorts "
                "are printed, and the others would tell what is left of them: where there "
                "are few cohorts, one small cohort hides most rows."
            ).format(fewest_units=disclosure.FEWEST_UNITS, fewest_groups=disclosure.FEWEST_GROUPS)
        )
    notes += interpretation.few_groups_notes(
        frame["n_clusters"],
        gettext("the band takes its width from a bootstrap, and may be too narrow."),
    )
    if frame["before"].any():
        notes.append(
            gettext(
                "{before} Before treatment: what is not zero here speaks against parallel "
                "trends. That nothing is found does not prove them, for such tests have "
                "little power (Roth 2022)."
            ).format(before=_BEFORE)
        )
    return tuple(notes)


KIND = kinds.TableKind(
    kind="group_time",
    shows="effects by cohort and wave with their averages",
    section=kinds.TRENDS,
    rank=20,
    needs=("estimates", "event_study"),
    options=OfEstimates,
    methods="staggered.md",
    of_methods=("staggered",),
    build=group_time_table,
    with_tests=True,
)
