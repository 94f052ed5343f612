"""Hazard ratios of ending, by level of a variable or by one unit of a number."""

import math
from collections.abc import Iterator

import pandas as pd

from ruralimpact.exhibits import columns, formatting, headings, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.survival_rows import METHODS, time_unit
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.survival import Survival

_SHOWN = (
    columns.number(marked("Units"), width=0.8, of="n_units").kept_as("units"),
    columns.number(marked("Groups"), width=0.8, of="n_clusters").kept_as("groups"),
    columns.number(marked("Ended"), width=0.8, of="n_ended").kept_as("ended"),
    columns.number(marked("Hazard ratio"), width=0.9, of="ratio", decimals=2),
    columns.plain_interval(
        marked("95% interval"), width=1.5, of=("ratio_low", "ratio_high"), decimals=2
    ),
    columns.p_value(),
)
_NOTE = marked(
    "Hazard ratio: how many times the hazard of ending, in any way, is that of "
    "the level compared with, or rises with one unit. Complementary log-log "
    "regression in discrete time with a hazard of its own for each period "
    "(Prentice & Gloeckler 1978); ends between two visits count as such. "
    "Standard errors are clustered by group. An association, not what the "
    "variable brings about."
)


def hazards_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of hazard ratios."""

    def rows(analysis: str) -> Iterator[Row]:
        for (_, label), own in results.of("hazards", analysis).groupby(
            ["by", "by_label"], sort=False
        ):
            yield heading(str(label), "group")
            yield from (_row(results, record) for record in own.to_dict("records"))

    yield table_of(
        results,
        exhibit,
        stub=gettext("Level"),
        columns=_SHOWN,
        rows=headings.by_analysis(results, exhibit.analyses, rows),
        notes=(*(_periods(results, name) for name in exhibit.analyses), gettext(_NOTE)),
    )


def _row(results: StudyResults, record: Record) -> Row:
    label, keys = _label(record), ("analysis", "by", "level", "base")
    untold = record["reason"] and pd.isna(record["estimate"]) and not record["suppressed"]
    if untold or _is_base(record):
        why = record["reason"] or gettext("compared with")
        return columns.said(_SHOWN, label, why, {name: record[name] for name in keys})
    ends = {"ratio": "estimate", "ratio_low": "conf_low", "ratio_high": "conf_high"}
    ratios = {name: math.exp(record[of]) for name, of in ends.items()}
    return columns.row_of(results, _SHOWN, {**record, **ratios}, label, keys=keys)


def _is_base(record: Record) -> bool:
    return bool(record["level"]) and not record["base"]


def _label(record: Record) -> str:
    return str(record["level"]) or gettext("By one unit")


def _periods(results: StudyResults, analysis: str) -> str:
    asked = results.study.analyses_of(Survival, [analysis])[0]
    number = int(results.of("hazards", analysis)["n_periods"].max())
    times = ", ".join(f"{float(time):g}" for time in asked.times)
    return gettext(
        "{label}: {count} of those that end at {time_unit} {times}; a period in "
        "which nothing ended is joined to the next."
    ).format(
        label=asked.label,
        count=formatting.plural(number, "period"),
        time_unit=time_unit(results, analysis),
        times=times,
    )


KIND = kinds.TableKind(
    kind="hazards",
    shows="how the hazard of ending differs by levels of variables",
    section=kinds.DESCRIPTION,
    rank=55,
    needs=("hazards",),
    options=OfAnalyses,
    methods="survival.md",
    of_methods=METHODS,
    asks="hazard",
    build=hazards_table,
)
