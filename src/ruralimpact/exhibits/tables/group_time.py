"""Effects by cohort and wave where treatment begins at several times, and their averages."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, reading
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables import impact

_BEFORE = "\N{DAGGER}"
_COLUMNS = (
    Column("Estimate", "Effect on the treated", 1.1),
    Column("(SE)", "Effect on the treated", 1.1),
    Column("95% interval", "Effect on the treated", 2.0),
    Column("Uniform 95% band", "Effect on the treated", 2.0),
)
_KINDS = {
    "group_time": "By cohort and wave",
    "cohort": "By cohort, average over its waves",
    "calendar": "By wave, average over the cohorts treated",
    "event": "By time since treatment, average over cohorts",
}


def group_time_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table of effects by cohort and wave.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    tuple of Table
        One table.
    """
    analyses = exhibit.analyses
    frame = results["dynamics"][results["dynamics"]["analysis"].isin(analyses)]
    rows: list[Row] = []
    for analysis in analyses:
        for outcome in results.outcomes_of([analysis]):
            own = frame[(frame["analysis"] == analysis) & (frame["outcome"] == outcome)]
            title = f"{results.outcome_label(outcome)} ({results.unit(outcome)})"
            label = results.analysis(analysis)["label"]
            rows.append(heading(f"{label}: {title}" if len(analyses) > 1 else title, "panel"))
            for kind, words in _KINDS.items():
                part = own[own["kind"] == kind]
                if len(part):
                    rows.append(heading(words, "group"))
                    rows += [_row(results, record) for record in part.to_dict("records")]
    counts = results.units(analyses).capitalize()
    return (
        table_of(
            results,
            exhibit,
            stub="Cohort and wave",
            columns=(*_COLUMNS, Column("Treated", counts, 0.9), Column("Controls", counts, 0.95)),
            rows=rows,
            notes=_notes(results, frame[frame["kind"] != "mean"]),
        ),
    )


def place_words(record: Mapping[Any, Any]) -> str:
    """Return the cohort, wave or time of an effect in words."""
    if record["kind"] == "group_time":
        when = f", wave {record['period']:g}" if pd.notna(record["period"]) else ""
        return f"First treated in {record['cohort']:g}{when}"
    if record["kind"] == "cohort":
        return f"First treated in {record['cohort']:g}"
    if record["kind"] == "calendar":
        return f"Wave {record['period']:g}"
    time = record["event_time"]
    if time == 0:
        return "When it begins"
    return f"{abs(time):g} {'before' if time < 0 else 'after'}"


def _row(results: StudyResults, record: Mapping[Any, Any]) -> Row:
    label = Cell(place_words(record), _BEFORE if record["before"] else "")
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    numbers = ("estimate", "std_error", "conf_low", "conf_high", "band_low", "band_high")
    values: dict[str, Any] = {name: factor * record[name] for name in numbers}
    values |= {name: record[name] for name in ("analysis", "outcome", "kind", "reason")}
    if record["suppressed"]:
        cells = [Cell(formatting.SUPPRESSED)] * 4
    elif record["reason"]:
        cells = [Cell(record["reason"], span=4)]
    else:
        cells = [
            Cell(formatting.number(values["estimate"], decimals)),
            Cell(formatting.parenthesised(values["std_error"], decimals)),
            Cell(formatting.interval(values["conf_low"], values["conf_high"], decimals)),
            Cell(formatting.interval(values["band_low"], values["band_high"], decimals)),
        ]
    counted = pd.notna(record["std_error"]) or record["suppressed"]
    sizes = [
        impact.count_cell(record[name]) if counted else Cell(formatting.DASH)
        for name in ("n_treated", "n_control")
    ]
    return Row(label, (*cells, *sizes), values)


def _notes(results: StudyResults, frame: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        "Each effect compares the change of a cohort with that of its controls over the same waves "
        "(Callaway and Sant'Anna 2021). The intervals hold one by one, the band for all effects of a block "
        "at once.",
        reading.standard_error_note(results),
        *reading.identification_notes({"staggered"}),
    ]
    notes += reading.few_groups_notes(
        frame["n_groups"],
        "the band takes its width from a bootstrap, and may be too narrow.",
    )
    if frame["before"].any():
        notes.append(
            f"{_BEFORE} Before treatment: what is not zero here speaks against parallel trends. That "
            "nothing is found does not prove them, for such tests have little power (Roth 2022)."
        )
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


KIND = kinds.TableKind(
    kind="group_time",
    shows="effects by cohort and wave with their averages",
    section=kinds.TRENDS,
    rank=20,
    needs=("estimates", "dynamics"),
    options=OfEstimates,
    methods="staggered.md",
    build=group_time_table,
    with_tests=True,
)
