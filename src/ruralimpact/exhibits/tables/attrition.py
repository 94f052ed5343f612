"""Who was found again, and what those who were not may do to the effects."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ruralimpact.contracts.attrition import STRATEGY
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import cells, columns, disclosure, formatting, kinds
from ruralimpact.exhibits.attrition_words import (
    bounds_lines,
    bounds_notes,
    response_lines,
    response_notes,
)
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Names
from ruralimpact.schema.exhibit import Reference
from ruralimpact.schema.study import Study


class AttritionOptions(Exhibit):
    """Tables of attrition."""

    outcomes: Names | None = None
    """Outcomes shown; all of the follow-ups' when not given."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        for name in self.outcomes or ():
            yield Reference("outcome", name, "outcomes")


_ARMS = ("treated", "control")
_DIFFERENCE = marked("Treated less controls")
_BY_ARM = (
    columns.words(marked("Treated"), width=1.3, of="treated_cell", kept=("treated",)),
    columns.words(marked("Controls"), width=1.3, of="control_cell", kept=("control",)),
)
_RESPONSE = (
    *_BY_ARM,
    *(
        shown.within("difference", _DIFFERENCE, "{name}")
        for shown in (
            columns.amount(width=1.0),
            columns.error(width=0.9),
            columns.interval(width=1.6),
            columns.p_value(),
        )
    ),
)
_KINDS = {
    "as_found": marked("As found"),
    "response_weighted": marked("Weighted for response"),
    "weighting": marked("Change by the weights"),
    "lee_lower": marked("Lower bound"),
    "lee_upper": marked("Upper bound"),
    "lee_interval": marked("Interval for the effect"),
}
_ESTIMATORS = {
    "difference_in_means": marked("difference in means"),
    "regression": marked("regression among controls"),
    "trimming": "",
    "trimming_within_cells": marked("within cells"),
}


def attrition_table(results: StudyResults, exhibit: AttritionOptions) -> Iterator[Table]:
    """Build the two tables of attrition: response by arm, and effects re-weighted and bounded.

    The second only where a unit was lost.
    """
    yield table_of(
        results,
        exhibit,
        title=gettext("{title}: response by arm").format(title=exhibit.title),
        stub=gettext("Follow-up"),
        columns=_RESPONSE,
        rows=_response_rows(results),
        interpretation=response_lines(results),
        notes=response_notes(results),
    )
    bounds = results["attrition_bounds"]
    if exhibit.outcomes is not None:
        bounds = bounds[bounds["outcome"].isin(exhibit.outcomes)]
    if len(bounds):
        yield table_of(
            results,
            exhibit,
            title=gettext("{title}: effects weighted for response, and bounds").format(
                title=exhibit.title
            ),
            stub=gettext("Outcome"),
            columns=_effect_columns(results),
            rows=_effect_rows(results, bounds),
            interpretation=bounds_lines(results, bounds),
            notes=bounds_notes(bounds),
        )


def _response_rows(results: StudyResults) -> Iterator[Row]:
    for name, part in results["attrition"].groupby("attrition", sort=False):
        first = part.iloc[0]
        wave = (
            f" ({first['wave']})" if first["wave"] and first["wave"] not in first["label"] else ""
        )
        yield heading(f"{first['label']}{wave}", "panel")
        rows = {
            (row["measure"], row["arm"]): row
            for row in part[part["measure"] != "covariate"].to_dict("records")
        }
        yield from _counts(results, str(name), rows)
        yield _rate(results, str(name), rows)
        yield from _groups(results, str(name), rows)
        for measure, words in _TESTS.items():
            if (measure, "") in rows:
                yield _test(str(name), words, rows[(measure, "")])
        yield from _further_counts(str(name), rows)


_TESTS = {
    "covariates": marked("Covariates go with response"),
    "covariates_by_arm": marked("They do so differently by arm"),
}
_FURTHER = {
    "new_units": marked("New units, not in the baseline"),
    "no_longer_compared": marked("Not compared any more"),
    "unknown_arm": marked("Of the baseline, without an arm"),
}
Rows = Mapping[tuple[str, str], Record]


def _counts(results: StudyResults, name: str, rows: Rows) -> Iterator[Row]:
    unit = results.study.unit_label
    words = {
        "n_units": gettext("{unit} of the baseline").format(unit=unit.capitalize()),
        "n_found": gettext("Found again"),
    }
    for column, label in words.items():
        values = [rows[("response", arm)][column] for arm in _ARMS]
        shown = [cells.count(value) for value in values]
        kept = [None if 0 < count < disclosure.FEWEST_UNITS else int(count) for count in values]
        yield _row(results, label, (name, column), shown, kept)


def _rate(results: StudyResults, name: str, rows: Rows) -> Row:
    """Rates and their difference, in percent and percentage points."""
    rates = [100 * rows[("response", arm)]["estimate"] for arm in _ARMS]
    shown = [
        _shown(rows[("response", arm)], cells.number(rate, 1))
        for arm, rate in zip(_ARMS, rates, strict=True)
    ]
    difference = {**rows[("difference", "")], "unit": formatting.PERCENTAGE_POINTS, "decimals": 1}
    return _row(
        results, gettext("Found again, percent"), (name, "response"), shown, rates, difference
    )


def _groups(results: StudyResults, name: str, rows: Rows) -> Iterator[Row]:
    middle, medians = [], []
    for arm in _ARMS:
        low, median, high = (
            rows[(measure, arm)] for measure in ("group_low", "group_median", "group_high")
        )
        middle.append(_shown(median, _median_and_half(median, low, high)))
        medians.append(100 * median["estimate"])
    yield _row(
        results, gettext("By group, median (middle half)"), (name, "group_median"), middle, medians
    )
    lost = [rows[("groups_lost", arm)] for arm in _ARMS]
    shown = [_shown(row, cells.part_of(row["estimate"], row["n_clusters"])) for row in lost]
    label = gettext("{group_label} of which nobody was found").format(
        group_label=results.study.group_label.capitalize()
    )
    yield _row(results, label, (name, "groups_lost"), shown, [row["estimate"] for row in lost])


def _row(
    results: StudyResults,
    label: str,
    of: tuple[str, str],
    shown_cells: Sequence[Cell],
    kept: Sequence[float | None],
    difference: Record | None = None,
) -> Row:
    """Return a row of both arms and, where there is one, their difference.

    Cells of several numbers have the further ones in the CSV file under the arm and what they are.
    """
    record = {
        **dict(zip(("attrition", "measure"), of, strict=True)),
        **dict(zip((f"{arm}_cell" for arm in _ARMS), shown_cells, strict=True)),
        **dict(zip(_ARMS, kept, strict=True)),
        "difference": difference,
    }
    shown = (
        _RESPONSE if difference else (*_BY_ARM, *[columns.BLANK] * (len(_RESPONSE) - len(_BY_ARM)))
    )
    row = columns.row_of(results, shown, record, label, keys=("attrition", "measure"))
    further = {
        f"{arm}_{own.part}": own.value
        for arm, cell in zip(_ARMS, shown_cells, strict=True)
        for own in cell.numbers[1:]
    }
    return replace(row, record={**(row.record or {}), **further})


def _median_and_half(median: Record, low: Record, high: Record) -> Cell:
    parts = ("median", "low", "high")
    shares = [cells.number(100 * row["estimate"]) for row in (median, low, high)]
    text = gettext("{text} ({text_2} to {text_3})").format(
        text=shares[0].text, text_2=shares[1].text, text_3=shares[2].text
    )
    return replace(cells.side_by_side(shares, parts), text=text)


def _test(name: str, words: str, row: Record) -> Row:
    record = {"attrition": name, "measure": row["measure"]}
    record |= {key: row[key] for key in ("statistic", "df", "df_denominator", "p_value")}
    text = (
        gettext("no test: {reason}").format(reason=row["reason"])
        if row["reason"]
        else _shown(row, Cell(formatting.f_test(row))).text
    )
    return columns.said(_RESPONSE, words, text, record, "foot")


def _further_counts(name: str, rows: Rows) -> Iterator[Row]:
    for measure, words in _FURTHER.items():
        count = int(rows[(measure, "")]["n_units"])
        if count:
            shown = None if count < disclosure.FEWEST_UNITS else count
            record = {"attrition": name, "measure": measure, "count": shown}
            yield columns.said(_RESPONSE, words, cells.count(count), record, "foot")


def _effect_columns(results: StudyResults) -> tuple[Shown, ...]:
    spanner = gettext("{unit_label} found").format(unit_label=results.study.unit_label.capitalize())
    groups = results.study.group_label.capitalize()
    return (
        columns.amount(),
        columns.error(),
        columns.interval(),
        columns.p_value(),
        columns.count(gettext("Treated"), spanner, of="n_treated"),
        columns.count(gettext("Controls"), spanner, 0.95, of="n_control"),
        columns.count(groups, width=1.0, of="n_clusters"),
    )


def _effect_rows(results: StudyResults, bounds: pd.DataFrame) -> Iterator[Row]:
    several = len(set(results["attrition"]["attrition"])) > 1
    shown = _effect_columns(results)
    for _, entry in bounds.groupby("attrition", sort=False):
        if several:
            yield heading(str(entry["label"].iloc[0]), "panel")
        for outcome, part in entry.groupby("outcome", sort=False):
            unit = formatting.translated(results.unit(str(outcome)))
            change = gettext("change since the baseline, ") if part["change"].iloc[0] else ""
            about = f"{change}{unit}".removesuffix(", ")
            words = results.outcome_label(str(outcome))
            yield heading(f"{words} ({about})" if about else words, "group")
            for record in part.to_dict("records"):
                yield _effect_row(results, shown, record)


def _effect_row(results: StudyResults, shown: Sequence[Shown], record: Record) -> Row:
    estimator = _estimator(results, str(record["estimator"]))
    label = ", ".join(part for part in (gettext(_KINDS[record["kind"]]), estimator) if part)
    keys = ("attrition", "outcome", "kind", "estimator", "unit")
    if record["reason"]:
        values = {name: record[name] for name in (*keys, "reason")}
        return columns.said(shown, label, str(record["reason"]), values)
    counts = {} if record["suppressed"] else {name: record[name] for name in _COUNTED}
    row = columns.row_of(results, shown, record, label, keys=keys)
    return replace(row, record={**(row.record or {}), **counts})


def _estimator(results: StudyResults, name: str) -> str:
    if name.startswith(STRATEGY):
        return formatting.lower_first(results.strategy_label(name.removeprefix(STRATEGY)))
    return gettext(_ESTIMATORS[name])


_COUNTED = ("n_treated", "n_control", "n_clusters")


def _shown(row: Record, cell: Cell) -> Cell:
    return Cell(formatting.SUPPRESSED) if row["suppressed"] else cell


def _check(study: Study, _: AttritionOptions) -> None:
    if not study.attrition:
        problem = "the study declares no `attrition:` in study.yaml."
        raise ConfigError(problem, key="kind")


KIND = kinds.TableKind(
    kind="attrition",
    shows="who was found again, and effects weighted for response and bounded",
    section=kinds.WAVES,
    rank=30,
    needs=("attrition", "attrition_bounds"),
    options=AttritionOptions,
    methods="attrition.md",
    check=_check,
    build=attrition_table,
    with_tests=True,
)
