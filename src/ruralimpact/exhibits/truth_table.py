"""The planted truth of a synthetic study beside its estimates, and whether the intervals hold it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.results import StudyResults

_COLUMNS = (
    Column("Truth", "Effect on the treated", 1.1),
    Column("Estimate", "Effect on the treated", 1.1),
    Column("(SE)", "Effect on the treated", 1.1),
    Column("95% interval", "Effect on the treated", 2.0),
    Column("Error over SE", "", 1.1),
    Column("Truth inside", "", 1.0),
    Column("Truth", "Percent of the counterfactual", 1.0),
    Column("Estimate", "Percent of the counterfactual", 1.0),
)
_NOTES = (
    "The truth is what the process that made the data gave the beneficiaries of this very draw. No stage "
    "before this table can read it. That an estimate finds it says that the method works on data of this "
    "kind, and nothing about the project.",
    "Intervals are for the average over groups like those drawn, so they are a little wider than the error "
    "against the truth of one draw asks for; about one in twenty or fewer should miss it.",
)


def truth_table(results: StudyResults, exhibit: Mapping[str, Any]) -> tuple[Table, ...]:
    """Build the tables of planted effects and their estimates.

    Parameters
    ----------
    results : StudyResults
        With `truth`.
    exhibit : mapping
        Entry of exhibits.yaml with ``title`` and ``analyses``.

    Returns
    -------
    tuple of Table
        Effects on everyone and, where there are any, by class and by part. Estimates of which no truth
        is known have no row.
    """
    truths = results.truth
    places = zip(
        truths["wave"].astype(str), truths["by"], truths["level"], truths["outcome"], strict=True
    )
    known = dict(zip(places, truths.to_dict("records"), strict=True))
    built = {
        exhibit["title"]: _rows(_on_everyone(results, exhibit["analyses"]), results, known),
        "Planted truth and estimates by class": _rows(
            _by_class(results, exhibit["analyses"]), results, known
        ),
        "Planted truth and estimates by part of the effect": _rows(
            _by_part(results, exhibit["analyses"]), results, known
        ),
    }
    return tuple(_table(results, exhibit, title, rows) for title, rows in built.items() if rows)


def _table(results: StudyResults, exhibit: Mapping[str, Any], title: str, rows: list[Row]) -> Table:
    return Table(
        title=title,
        stub="Outcome and strategy",
        columns=_COLUMNS,
        rows=tuple(rows),
        reading=(_reading(rows),),
        notes=_NOTES,
        source=exhibit.get("source") or results.study.get("citation", ""),
        synthetic=results.synthetic,
    )


_Place = tuple[str, str, str, str]


@dataclass(frozen=True)
class _Compared:
    """An estimate with the place of its truth: ``by`` and ``level``, and headings of two depths."""

    record: Mapping[Any, Any]
    by: str
    level: str
    panel: str
    group: str


def _on_everyone(results: StudyResults, analyses: Sequence[str]) -> Iterator[_Compared]:
    for analysis in analyses:
        panel = str(results.analysis(analysis)["label"]) if len(analyses) > 1 else ""
        for outcome in results.outcomes_of([analysis]):
            for record in results.estimates_of(analysis, outcome).to_dict("records"):
                yield _Compared(record, "all", "", panel, _named(results, outcome))


def _by_class(results: StudyResults, analyses: Sequence[str]) -> Iterator[_Compared]:
    levels = results.subgroups[results.subgroups["kind"] == "level"]
    for analysis in analyses:
        for entry in results.analysis(analysis).get("subgroups", []):
            values = {label: str(value) for value, label in entry.get("levels", {}).items()}
            chosen = (levels["analysis"] == analysis) & (levels["subgroup"] == entry["name"])
            ordered = levels[chosen].sort_values(["outcome", "place"], kind="stable")
            for record in ordered.to_dict("records"):
                # Classes by quantile are numbered: "1 (lowest)".
                level = values.get(record["level"], str(record["level"]).split(" ")[0])
                panel = f"{entry['label']}: {formatting.lower_first(_named(results, record['outcome']))}"
                yield _Compared(record, entry["name"], level, panel, str(record["level"]))


def _by_part(results: StudyResults, analyses: Sequence[str]) -> Iterator[_Compared]:
    parts = results.decomposition
    parts = parts[parts["analysis"].isin(analyses) & (parts["product"] == "")]
    for part in dict.fromkeys(parts["part"]):
        for record in parts[parts["part"] == part].to_dict("records"):
            yield _Compared(
                record, "part", part, _named(results, record["outcome"]), part.capitalize()
            )


def _named(results: StudyResults, outcome: str) -> str:
    return f"{results.outcome_label(outcome)} ({results.unit(outcome)})"


def _rows(
    compared: Iterable[_Compared],
    results: StudyResults,
    truths: Mapping[_Place, Mapping[Any, Any]],
) -> list[Row]:
    """Return the rows of estimates whose truth is known, under their headings."""
    rows: list[Row] = []
    panel = group = ""
    for one in compared:
        wave = _wave(results, str(one.record["analysis"]))
        key = (wave, one.by, one.level, str(one.record["outcome"]))
        if key not in truths:
            continue
        if one.panel != panel:
            rows.append(heading(one.panel, "panel"))
        if (one.panel, one.group) != (panel, group):
            rows.append(heading(one.group, "group"))
        panel, group = one.panel, one.group
        rows.append(_row(results, one.record, truths[key]))
    return rows


def _wave(results: StudyResults, analysis: str) -> str:
    """Return the last wave of the sources of an analysis; the first of the truth where none says."""
    named = results.study["samples"][results.analysis(analysis)["sample"]]["sources"]
    waves = [
        one["wave"] for one in results.study["sources"] if one["name"] in named and "wave" in one
    ]
    return max(waves, default=str(results.truth["wave"].min()))


def _row(results: StudyResults, record: Mapping[Any, Any], truth: Mapping[Any, Any]) -> Row:
    label = Cell(results.strategy_label(record["strategy"]))
    if record.get("suppressed", False) or pd.isna(record["estimate"]):
        hidden = (Cell(formatting.SUPPRESSED),) * len(_COLUMNS)
        return Row(label, hidden, {"spec_id": record["spec_id"]})
    factor, decimals = formatting.scale(record["unit"]), results.decimals(record["outcome"])
    effect = float(truth["effect"])
    inside = bool(record["conf_low"] <= effect <= record["conf_high"])
    error = (record["estimate"] - effect) / record["std_error"]
    low, high = factor * record["conf_low"], factor * record["conf_high"]
    missing = pd.isna(record.get("percent")) or pd.isna(truth["percent"])
    shares = record["unit"] == formatting.PERCENTAGE_POINTS or missing
    percents = (None, None) if shares else (float(truth["percent"]), float(record["percent"]))
    values: dict[str, Value] = {
        "spec_id": record["spec_id"],
        "by": truth["by"],
        "level": truth["level"],
        "unit": record["unit"],
        "truth": factor * effect,
        "estimate": factor * record["estimate"],
        "std_error": factor * record["std_error"],
        "conf_low": low,
        "conf_high": high,
        "error_over_std_error": error,
        "inside": inside,
        "percent_truth": percents[0],
        "percent": percents[1],
    }
    cells = (
        Cell(formatting.number(factor * effect, decimals)),
        Cell(formatting.number(factor * record["estimate"], decimals)),
        Cell(formatting.parenthesised(factor * record["std_error"], decimals)),
        Cell(formatting.interval(low, high, decimals)),
        Cell(formatting.number(error, 2)),
        Cell("yes" if inside else "no"),
        *(Cell(formatting.number(percent)) for percent in percents),
    )
    return Row(label, cells, values)


def _reading(rows: list[Row]) -> str:
    inside = sum(row.record is not None and bool(row.record.get("inside")) for row in rows)
    missed = list(_missed(rows))
    total = inside + len(missed)
    named = (
        f" It lies outside for: {'; '.join(missed)}. One interval in twenty misses by chance alone."
        if missed
        else ""
    )
    return (
        f"The planted truth lies inside {inside} of {total} intervals.{named} Estimates that share their "
        "data hit or miss together; how often they do over many draws is in the methods registry."
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
