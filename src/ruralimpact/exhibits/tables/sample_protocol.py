"""How a sample was drawn from a register, and who took part: the protocol in numbers and words."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from ruralimpact.exhibits import cells, formatting, kinds
from ruralimpact.exhibits.exclusion_notes import exclusion_notes
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.responses import DrawnSample

_DRAW = (
    (marked("In the register"), "n_register"),
    (marked("Drawn"), "n_drawn"),
    (marked("To replace others"), "n_replacements"),
)
_ATTENDANCE = (
    (marked("Came"), "n_came"),
    (marked("Percent"), "percent"),
    (marked("Added"), "n_added"),
    (marked("Present"), "present"),
)


def protocol_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table: a row a stratum and one of all."""
    frame = results["sample_protocol"]
    frame = frame.assign(
        present=frame["n_came"] + frame["n_added"],
        percent=(100 * frame["n_came"] / frame["n_known"]).where(frame["n_known"] > 0),
    )
    own = frame[frame["analysis"].isin(exhibit.analyses)]
    shown = [*_DRAW, *(_ATTENDANCE if own["attendance_known"].any() else ())]
    rows: list[Row] = []
    notes: list[str] = []
    for name in exhibit.analyses:
        if len(exhibit.analyses) > 1:
            rows.append(heading(results.analysis(name).label, "panel"))
        rows += [_row(record, shown) for _, record in own[own["analysis"] == name].iterrows()]
        notes += [_protocol(results, name), *exclusion_notes(results, [name])]
    if len(shown) > len(_DRAW):
        notes.append(gettext("Added: took part without being drawn, or to replace one that was."))
    attended = own[own["attendance_known"]]
    if attended["n_came"].isna().any():
        notes.append(
            gettext("{dash} = whether any of them came is not known.").format(dash=formatting.DASH)
        )
    if (attended["n_known"] < attended["n_drawn"]).any():
        notes.append(
            gettext("Came and percent: of those drawn of whom it is known whether they came.")
        )
    if (own["n_drawn"] == 0).any():
        notes.append(
            gettext("{dash} = a stratum of which none were to be drawn.").format(
                dash=formatting.DASH
            )
        )
    yield table_of(
        results,
        exhibit,
        stub=gettext("Stratum"),
        columns=[Column(label, "", 0.9) for label, _ in shown],
        rows=rows,
        notes=notes,
    )


def _row(record: "pd.Series[Any]", shown: list[tuple[str, str]]) -> Row:
    kept = {name: float(str(record[name])) for _, name in shown}
    drawn_from = kept["n_drawn"] > 0 or kept["n_added"] > 0
    own = tuple(
        cells.number(kept[name]) if drawn_from or name == "n_register" else Cell(formatting.DASH)
        for _, name in shown
    )
    stratum = str(record["stratum"])
    return Row(
        Cell(stratum or gettext("Total")),
        own,
        {"stratum": stratum, **kept},
        "data" if stratum else "foot",
    )


def _protocol(results: StudyResults, name: str) -> str:
    """Say in words how units were drawn, so that anyone can draw them again."""
    asked = results.study.analyses_of(DrawnSample, [name])[0]
    listed = ", ".join(
        gettext("{count} of {stratum}").format(count=count, stratum=stratum)
        for stratum, count in asked.counts.items()
    )
    words = [
        gettext(
            "Protocol: within each {strata} the register is sorted by identifier and "
            "shuffled from the seed {seed}; the first are drawn ({listed})."
        ).format(strata=asked.strata.replace("_", " "), seed=asked.seed, listed=listed)
    ]
    if asked.replacements:
        words.append(
            gettext(
                "The next {replacements} of each are asked, in their order, for those who "
                "cannot be."
            ).format(replacements=formatting.word(asked.replacements))
        )
    return " ".join(words)


KIND = kinds.TableKind(
    kind="sample_protocol",
    shows="how a sample was drawn from a register, by stratum, and how many took part",
    section=kinds.DESCRIPTION,
    rank=65,
    needs=("sample_protocol", "exclusions"),
    options=OfAnalyses,
    methods="responses.md",
    of_methods=("drawn_sample",),
    build=protocol_table,
)
