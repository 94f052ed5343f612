"""Impact tables: outcomes by strategy, or by panel estimator."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, reading
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.results import StudyResults

UNBALANCED, SUPPORTED = "\N{DAGGER}", "\N{DOUBLE DAGGER}"
_LETTERS = "abcdefghij"

_EFFECT_COLUMNS = (
    Column("Estimate", "Effect on the treated", 1.1),
    Column("(SE)", "Effect on the treated", 1.1),
    Column("95% interval", "Effect on the treated", 2.0),
    Column("p", "Effect on the treated", 0.8),
)


def impact_table(results: StudyResults, exhibit: Mapping[str, Any]) -> tuple[Table, ...]:
    """Build the main table: means, effect, percent of the counterfactual and sample sizes.

    Parameters
    ----------
    results : StudyResults
    exhibit : mapping
        Entry of exhibits.yaml with ``title``, ``analyses`` and, if any, ``source``.

    Returns
    -------
    tuple of Table
        One table.
    """
    return (_table(results, exhibit, means=True),)


def panel_table(results: StudyResults, exhibit: Mapping[str, Any]) -> tuple[Table, ...]:
    """Build the table of panel estimators, which have no matched mean and so no percent."""
    return (_table(results, exhibit, means=False),)


def _table(results: StudyResults, exhibit: Mapping[str, Any], *, means: bool) -> Table:
    analyses = exhibit["analyses"]
    frame = results.estimates[results.estimates["analysis"].isin(analyses)]
    dropped = bool((frame["dropped"] > 0).any())
    letters = percent_letters(frame) if means else {}
    rows = _rows(results, analyses, letters, means=means, dropped=dropped)
    return Table(
        title=exhibit["title"],
        stub="Outcome and strategy" if means else "Outcome and estimator",
        columns=_columns(results, analyses, means=means, dropped=dropped),
        rows=tuple(rows),
        reading=reading.impact_lines(results, analyses),
        notes=_notes(results, frame, analyses, letters, means=means),
        source=exhibit.get("source") or results.study.get("citation", ""),
        synthetic=results.synthetic,
    )


def _columns(
    results: StudyResults, analyses: Sequence[str], *, means: bool, dropped: bool
) -> tuple[Column, ...]:
    before = (Column("Treated", "Mean", 1.1), Column("Controls", "Mean", 1.1)) if means else ()
    percent = (
        Column("Estimate", "Percent of the counterfactual", 1.1),
        Column("95% interval", "Percent of the counterfactual", 1.5),
    )
    counts = results.units(analyses).capitalize()
    sizes = [
        Column("Treated", counts, 0.9),
        Column("Controls" if means else "Untreated", counts, 0.95),
    ]
    if dropped:
        sizes.insert(1, Column("Dropped", counts, 0.95))
    groups = Column(results.study["group_label"].capitalize(), "", 1.1)
    grouped = _grouped(results, analyses)
    effect = (
        _EFFECT_COLUMNS
        if means
        else tuple(Column(column.label, "Effect", column.width) for column in _EFFECT_COLUMNS)
    )
    return (
        *before,
        *effect,
        *(percent if means else ()),
        *sizes,
        *((groups,) if grouped else ()),
    )


def _grouped(results: StudyResults, analyses: Sequence[str]) -> bool:
    """Whether groups are other than the units, and so have a column of their own."""
    return results.units(analyses) != str(results.study["group_label"])


def _rows(
    results: StudyResults,
    analyses: Sequence[str],
    letters: Mapping[str, str],
    *,
    means: bool,
    dropped: bool,
) -> list[Row]:
    rows: list[Row] = []
    grouped = _grouped(results, analyses)
    for analysis in analyses:
        if len(analyses) > 1:
            rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            unit = results.unit(outcome)
            rows.append(heading(f"{results.outcome_label(outcome)} ({unit})", "group"))
            rows += [
                _row(results, record, letters, means=means, dropped=dropped, grouped=grouped)
                for record in results.estimates_of(analysis, outcome).to_dict("records")
            ]
    return rows


def _row(
    results: StudyResults,
    record: Mapping[Any, Any],
    letters: Mapping[str, str],
    *,
    means: bool,
    dropped: bool,
    grouped: bool,
) -> Row:
    values = printed_values(record)
    marks = (UNBALANCED if record["balanced"] == "no" else "") + (
        SUPPORTED if record["dropped"] > 0 else ""
    )
    label = Cell(results.strategy_label(record["strategy"]), marks)
    sizes = [count_cell(record["n_treated"]), count_cell(record["n_control"])]
    if dropped:
        sizes.insert(1, Cell(formatting.count(record["dropped"])))
    if grouped:
        sizes.append(Cell(formatting.count(record["n_groups"])))
    cells = [*_number_cells(results, record, values, letters, means=means), *sizes]
    return Row(label, tuple(cells), values)


def _number_cells(
    results: StudyResults,
    record: Mapping[Any, Any],
    values: Mapping[str, Any],
    letters: Mapping[str, str],
    *,
    means: bool,
) -> list[Cell]:
    width = 8 if means else 4
    if record["suppressed"]:
        return [Cell(formatting.SUPPRESSED)] * width
    decimals = results.decimals(record["outcome"])
    effect = [
        Cell(formatting.number(values["estimate"], decimals)),
        Cell(formatting.parenthesised(values["std_error"], decimals)),
        Cell(formatting.interval(values["conf_low"], values["conf_high"], decimals)),
        Cell(formatting.p_value(values["p_value"])),
    ]
    if not means:
        return effect
    arms = [
        Cell(formatting.number(values[name], decimals)) for name in ("treated_mean", "control_mean")
    ]
    return [*arms, *effect, *_percent_cells(values, letters)]


def _percent_cells(values: Mapping[str, Any], letters: Mapping[str, str]) -> list[Cell]:
    reason = values["percent_reason"]
    if reason:
        return [Cell(formatting.DASH, letters.get(reason, "")), Cell(formatting.DASH)]
    ends = formatting.interval(values["percent_low"], values["percent_high"])
    return [Cell(formatting.number(values["percent"])), Cell(ends)]


def count_cell(value: float) -> Cell:
    """Return the cell of a count, coarse where the count itself could disclose."""
    if 0 < value < disclosure.FEWEST_UNITS:
        return Cell(f"<{disclosure.FEWEST_UNITS}")
    return Cell(formatting.count(value))


def printed_values(record: Mapping[Any, Any]) -> dict[str, Value]:
    """Return an estimate's unrounded numbers in the unit they are printed in.

    Shares become percentage points. A percent of a share, or of a logarithm, is refused with its reason.
    """
    factor = formatting.scale(record["unit"])
    scaled = ("treated_mean", "control_mean", "counterfactual_mean", "estimate", "std_error")
    values: dict[str, Value] = {
        name: record[name] for name in ("spec_id", "outcome", "strategy", "estimand", "unit")
    }
    values |= {name: factor * record[name] for name in (*scaled, "conf_low", "conf_high")}
    values["p_value"] = record["p_value"]
    reason = percent_reason(record)
    names = [
        f"{base}{end}" for base in ("percent", "percent_control") for end in ("", "_low", "_high")
    ]
    values |= {name: None if reason else record[name] for name in names}
    values["percent_reason"] = reason
    small = bool(record["suppressed"])
    for name in ("n_treated", "n_control", "n_groups", "dropped"):
        values[name] = None if small else int(record[name])
    values["balanced"] = record["balanced"]
    return values


def percent_reason(record: Mapping[Any, Any]) -> str:
    """Return why an estimate has no percent, or an empty string when it has one."""
    if record["suppressed"]:
        return "suppressed"
    if record["unit"] == formatting.PERCENTAGE_POINTS:
        return "effects on shares are given in percentage points only"
    if record["unit"] == formatting.LOG_POINTS:
        return "log points are relative already"
    if pd.notna(record["percent"]):
        return ""
    return str(record["percent_reason"]) or "no counterfactual mean"


def percent_letters(frame: pd.DataFrame) -> dict[str, str]:
    """Return a footnote letter for each reason why a percent is missing, in order of appearance."""
    reasons = [percent_reason(record) for record in frame.to_dict("records")]
    distinct = [reason for reason in dict.fromkeys(reasons) if reason not in ("", "suppressed")]
    return dict(zip(distinct, _LETTERS, strict=False))


def _notes(
    results: StudyResults,
    frame: pd.DataFrame,
    analyses: Sequence[str],
    letters: Mapping[str, str],
    *,
    means: bool,
) -> tuple[str, ...]:
    methods = {results.analysis(name)["method"] for name in analyses}
    notes = [reading.standard_error_note(results)]
    if means:
        notes.append(reading.mean_note(methods))
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        notes.append("Shares and their effects are in percent and percentage points.")
    notes += reading.identification_notes(methods)
    if (frame["balanced"] == "no").any():
        notes.append(f"{UNBALANCED} {reading.BALANCE_RULE}")
    if (frame["dropped"] > 0).any():
        notes.append(f"{SUPPORTED} {reading.SUPPORT_RULE}")
    notes += [f"{letter}. No percent: {reason}." for reason, letter in letters.items()]
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)
