"""The planted truth of a synthetic study beside its estimates, and whether the intervals hold it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from ruralimpact.design.methods import subgroups_of
from ruralimpact.exhibits import cells, columns, formatting, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.quantities import Quantity, level_value
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables.decomposition import part_label
from ruralimpact.language import gettext, marked

_EFFECT, _PERCENT = marked("Effect on the treated"), marked("Percent of the counterfactual")
_COLUMNS = (
    columns.words(marked("Published"), _EFFECT, 1.25, of="printed_estimate"),
    columns.amount(marked("Truth"), _EFFECT, of="truth"),
    columns.amount(group=_EFFECT),
    columns.error(_EFFECT),
    columns.interval(_EFFECT, 1.8),
    columns.number(marked("Error over SE"), _EFFECT, 0.9, of="error_over_std_error", decimals=2),
    columns.yes_no(marked("Truth inside"), _EFFECT, of="inside"),
    columns.words(marked("Published"), _PERCENT, 1.25, of="printed_percent"),
    columns.number(marked("Truth"), _PERCENT, 0.8, of="percent_truth"),
    columns.number(marked("Estimate"), _PERCENT, 0.95, of="percent"),
    columns.plain_interval(
        marked("95% interval"), _PERCENT, 1.3, of=("percent_low", "percent_high")
    ),
    columns.yes_no(marked("Truth inside"), _PERCENT, of="percent_inside"),
)
_NOTES = (
    marked(
        "The truth is what the process that made the data gave the beneficiaries of "
        "this very draw. No stage before this table can read it. That an estimate "
        "finds it says that the method works on data of this kind, and nothing about "
        "the project."
    ),
    marked(
        "Intervals are for the average over groups like those drawn, so they are a "
        "little wider than the error against the truth of one draw asks for; about "
        "one in twenty or fewer should miss it."
    ),
)
_PUBLISHED = marked(
    "Published: what the report prints of the outcome or class, whatever the "
    "strategy, and in the unit in which it prints it; percents there may be of "
    "the mean of the matched controls, or of a base that is not stated."
)


def truth_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the tables of planted effects and their estimates.

    Effects on everyone and, where there are any, by class and by part. Estimates of which no truth is
    known have no row.
    """
    truths = results.truth
    places = zip(
        truths["wave"].astype(str), truths["by"], truths["level"], truths["outcome"], strict=True
    )
    known = dict(zip(places, truths.to_dict("records"), strict=True))
    compared = {
        exhibit.title: _on_everyone(results, exhibit.analyses),
        gettext("Planted truth and estimates by class"): _by_class(results, exhibit.analyses),
        gettext("Planted truth and estimates by part of the effect"): _by_part(
            results, exhibit.analyses
        ),
    }
    for title, estimates in compared.items():
        rows = _rows(estimates, results, known)
        if rows:
            yield _table(results, exhibit, title, rows)


def _table(results: StudyResults, exhibit: OfEstimates, title: str, rows: list[Row]) -> Table:
    kept = _filled(rows)
    published = any(_COLUMNS[position].column.label == "Published" for position in kept)
    return table_of(
        results,
        exhibit,
        title=title,
        stub=gettext("Outcome and strategy"),
        columns=(_COLUMNS[position] for position in kept),
        rows=(
            replace(row, cells=tuple(row.cells[position] for position in kept))
            if row.cells
            else row
            for row in rows
        ),
        interpretation=(_interpretation(rows),),
        notes=(*_NOTES, gettext(_PUBLISHED)) if published else _NOTES,
    )


def _filled(rows: Sequence[Row]) -> list[int]:
    """Columns that hold more than dashes."""
    cells = [row.cells for row in rows if row.cells]
    return [
        position
        for position in range(len(_COLUMNS))
        if any(line[position].text != formatting.DASH for line in cells)
    ]


_Key = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Compared:
    """An estimate with the place of its truth: ``by`` and ``level``, and headings of two depths."""

    record: Record
    by: str
    level: str
    panel: str
    group: str


def _on_everyone(results: StudyResults, analyses: Sequence[str]) -> Iterator[_Compared]:
    for analysis in analyses:
        panel = results.analysis(analysis).label if len(analyses) > 1 else ""
        # The truth of an analysis on some of the units only stands under its name.
        by = analysis if analysis in set(results.truth["by"]) else "all"
        for outcome in results.outcomes_of([analysis]):
            for record in results.estimates_of(analysis, outcome).to_dict("records"):
                yield _Compared(record, by, "", panel, results.outcome_title(outcome))


def _by_class(results: StudyResults, analyses: Sequence[str]) -> Iterator[_Compared]:
    for analysis in analyses:
        for entry in subgroups_of(results.analysis(analysis)):
            levels = results.of("subgroups", analysis, kind="level", subgroup=entry.name)
            ordered = levels.sort_values(["outcome", "position"], kind="stable")
            for record in ordered.to_dict("records"):
                level = level_value(entry, str(record["level"]))
                panel = f"{entry.label}: {formatting.lower_first(results.outcome_title(record['outcome']))}"
                yield _Compared(record, entry.name, level, panel, str(record["level"]))


def _by_part(results: StudyResults, analyses: Sequence[str]) -> Iterator[_Compared]:
    parts = results.of("decomposition", *analyses, product="")
    for part in dict.fromkeys(parts["part"]):
        for record in parts[parts["part"] == part].to_dict("records"):
            yield _Compared(
                record,
                "part",
                part,
                results.outcome_title(record["outcome"]),
                part_label(part, parts),
            )


def _rows(
    compared: Iterable[_Compared],
    results: StudyResults,
    truths: Mapping[_Key, Record],
) -> list[Row]:
    """Return the rows of estimates whose truth is known, under their headings."""
    rows: list[Row] = []
    panel = group = ""
    for pair in compared:
        wave = _wave(results, str(pair.record["analysis"]))
        key = (wave, pair.by, pair.level, str(pair.record["outcome"]))
        if key not in truths:
            continue
        if pair.panel != panel:
            rows.append(heading(pair.panel, "panel"))
        if (pair.panel, pair.group) != (panel, group):
            rows.append(heading(pair.group, "group"))
        panel, group = pair.panel, pair.group
        texts = {
            measure: results.printed.get(
                Quantity(key[3], pair.by, pair.level, measure), formatting.DASH
            )
            for measure in ("estimate", "percent")
        }
        rows.append(_row(results, pair.record, truths[key], texts))
    return rows


def _wave(results: StudyResults, analysis: str) -> str:
    """Return the last wave of the sources of an analysis; the first of the truth where none says."""
    named = results.study.samples[results.analysis(analysis).sample].sources
    waves = [
        source.wave
        for source in results.study.sources
        if source.name in named and source.wave is not None
    ]
    return max(waves, default=str(results.truth["wave"].min()))


def _row(results: StudyResults, record: Record, truth: Record, printed: Mapping[str, str]) -> Row:
    label = results.strategy_label(record["strategy"])
    if record.get("suppressed", False) or pd.isna(record["estimate"]):
        hidden = {"spec_id": record["spec_id"]}
        return columns.repeated(_COLUMNS, label, formatting.SUPPRESSED, hidden)
    effect, percents = float(truth["effect"]), _percents(record, truth)
    own = {
        **record,
        **percents,
        "by": truth["by"],
        "level": truth["level"],
        "truth": effect,
        "error_over_std_error": (record["estimate"] - effect) / record["std_error"],
        "inside": bool(record["conf_low"] <= effect <= record["conf_high"]),
        "percent_inside": _inside(*percents.values()),
        **{f"published_{name}": text for name, text in printed.items()},
        **{f"printed_{name}": cells.as_printed(text) for name, text in printed.items()},
    }
    keys, more = ("spec_id", "by", "level", "unit"), ("published_estimate", "published_percent")
    return columns.row_of(results, _COLUMNS, own, label, keys=keys, more=more)


def _percents(record: Record, truth: Record) -> dict[str, float | None]:
    """The planted percent, the estimate's, and the ends of its interval; none of shares."""
    names = ("percent", "percent_low", "percent_high")
    if record["unit"] == formatting.PERCENTAGE_POINTS or "percent" not in record:
        return dict.fromkeys(("percent_truth", *names))
    known = {"percent_truth": truth["percent"], **{name: record[name] for name in names}}
    return {name: None if pd.isna(value) else float(value) for name, value in known.items()}


def _inside(
    value: float | None, _: float | None, low: float | None, high: float | None
) -> bool | None:
    return None if value is None or low is None or high is None else low <= value <= high


def _interpretation(rows: list[Row]) -> str:
    inside = sum(row.record is not None and bool(row.record.get("inside")) for row in rows)
    missed = list(_missed(rows))
    total = inside + len(missed)
    named = (
        gettext(
            " It lies outside for: {missed}. One interval in twenty misses by chance alone."
        ).format(missed="; ".join(missed))
        if missed
        else ""
    )
    percents = _percents_inside(rows)
    return gettext(
        "The planted truth lies inside {inside} of {total} intervals of "
        "effects.{named}{percents} Estimates that share their data hit or miss "
        "together; how often they do over many draws is in the methods registry."
    ).format(inside=inside, total=total, named=named, percents=percents)


def _percents_inside(rows: list[Row]) -> str:
    percents = [row.record.get("percent_inside") for row in rows if row.record is not None]
    known = [percent for percent in percents if percent is not None]
    return (
        gettext(" Of percents it lies inside {sum} of {known}.").format(
            sum=sum(map(bool, known)), known=len(known)
        )
        if known
        else ""
    )


def _missed(rows: list[Row]) -> Iterator[str]:
    """Name the estimates whose interval does not hold the truth, by heading and strategy."""
    panel = group = ""
    for row in rows:
        if row.kind == "panel":
            panel, group = row.label.text, ""
        elif row.kind == "group":
            group = row.label.text
        elif row.record is not None and row.record.get("inside") is False:
            where = ", ".join(part for part in (panel, group, row.label.text) if part)
            yield where


KIND = kinds.TableKind(
    kind="truth",
    shows="the planted truth of a synthetic study beside its estimates",
    section=kinds.TRUTH,
    rank=10,
    needs=("estimates", "subgroups", "decomposition"),
    options=OfEstimates,
    methods="stand_in.md",
    build=truth_table,
)
