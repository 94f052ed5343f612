"""Impact tables: outcomes by strategy, or by panel estimator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.exhibits import disclosure, formatting, kinds, reading
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.second_currency import SecondCurrency, converted_cells, second_currency
from ruralimpact.exhibits.table import table_of
from ruralimpact.schema.base import Text


class ImpactOptions(OfEstimates):
    """A table of impacts."""

    unadjusted: Text | None = None
    """Analysis of plain differences in means, shown before the strategies of each outcome."""


UNBALANCED, SUPPORTED = "\N{DAGGER}", "\N{DOUBLE DAGGER}"
_UNADJUSTED = "Unadjusted difference"
_LETTERS = "abcdefghij"

_EFFECT_COLUMNS = (
    Column("Estimate", "Effect on the treated", 1.1),
    Column("(SE)", "Effect on the treated", 1.1),
    Column("95% interval", "Effect on the treated", 2.0),
    Column("p", "Effect on the treated", 0.8),
)


def impact_table(results: StudyResults, exhibit: ImpactOptions) -> tuple[Table, ...]:
    """Build the main table: means, effect, percent of the counterfactual and sample sizes.

    Parameters
    ----------
    results : StudyResults
    exhibit : ImpactOptions

    Returns
    -------
    tuple of Table
        One table.
    """
    return (_table(results, exhibit, exhibit.unadjusted, means=True),)


def panel_table(results: StudyResults, exhibit: OfEstimates) -> tuple[Table, ...]:
    """Build the table of panel estimators, which have no matched mean and so no percent."""
    return (_table(results, exhibit, None, means=False),)


@dataclass(frozen=True)
class _Layout:
    """What the columns of a table are.

    Attributes
    ----------
    means, percents : bool
        There are columns of means, and of percents.
    letters : mapping of str to str
        Footnote of each reason why a percent is missing.
    dropped, grouped : bool
        There are columns of treated units left out, and of groups.
    money : SecondCurrency or None
    """

    means: bool
    percents: bool
    letters: Mapping[str, str]
    dropped: bool
    grouped: bool
    money: SecondCurrency | None


def _table(
    results: StudyResults, exhibit: OfEstimates, unadjusted: str | None, *, means: bool
) -> Table:
    analyses = exhibit.analyses
    plain = [unadjusted] if unadjusted else []
    frame = results["estimates"][results["estimates"]["analysis"].isin([*analyses, *plain])]
    layout = _layout(results, analyses, frame, means=means)
    return table_of(
        results,
        exhibit,
        stub="Outcome and strategy" if means else "Outcome and estimator",
        columns=_columns(results, analyses, layout),
        rows=_rows(results, analyses, plain, layout),
        reading=reading.impact_lines(results, analyses),
        notes=_notes(results, frame, [*analyses, *plain], layout),
    )


def _layout(
    results: StudyResults, analyses: Sequence[str], frame: pd.DataFrame, *, means: bool
) -> _Layout:
    relative = ~frame["unit"].isin([formatting.PERCENTAGE_POINTS, formatting.LOG_POINTS])
    percents = means and bool(relative.any())
    return _Layout(
        means=means,
        percents=percents,
        letters=percent_letters(frame) if percents else {},
        dropped=bool((frame["dropped"] > 0).any()),
        grouped=results.units(analyses) != str(results.study["group_label"]),
        money=second_currency(results.study, frame) if means else None,
    )


def _columns(results: StudyResults, analyses: Sequence[str], layout: _Layout) -> tuple[Column, ...]:
    means = (Column("Treated", "Mean", 1.1), Column("Controls", "Mean", 1.1))
    group = "Effect on the treated" if layout.means else "Effect"
    effect = tuple(Column(column.label, group, column.width) for column in _EFFECT_COLUMNS)
    percent = (
        Column("Estimate", "Percent of the counterfactual", 1.1),
        Column("95% interval", "Percent of the counterfactual", 1.5),
    )
    counts = results.units(analyses).capitalize()
    sizes = [
        Column("Treated", counts, 0.9),
        Column("Controls" if layout.means else "Untreated", counts, 0.95),
    ]
    if layout.dropped:
        sizes.insert(1, Column("Dropped", counts, 0.95))
    return (
        *(means if layout.means else ()),
        *effect,
        *(percent if layout.percents else ()),
        *(layout.money.columns if layout.money else ()),
        *sizes,
        *((Column(results.study["group_label"].capitalize(), "", 1.1),) if layout.grouped else ()),
    )


def _rows(
    results: StudyResults, analyses: Sequence[str], plain: Sequence[str], layout: _Layout
) -> list[Row]:
    rows: list[Row] = []
    for analysis in analyses:
        if len(analyses) > 1:
            rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for outcome in results.outcomes_of([analysis]):
            unit = results.unit(outcome)
            rows.append(heading(f"{results.outcome_label(outcome)} ({unit})", "group"))
            for name, label in [*((one, _UNADJUSTED) for one in plain), (analysis, "")]:
                rows += [
                    _row(results, record, label, layout)
                    for record in results.estimates_of(name, outcome).to_dict("records")
                ]
    return rows


def _row(results: StudyResults, record: Mapping[Any, Any], label: str, layout: _Layout) -> Row:
    values = printed_values(record)
    if layout.money:
        values |= layout.money.values(values)
    marks = (UNBALANCED if record["balanced"] == "no" else "") + (
        SUPPORTED if record["dropped"] > 0 else ""
    )
    sizes = [count_cell(record["n_treated"]), count_cell(record["n_control"])]
    if layout.dropped:
        sizes.insert(1, Cell(formatting.count(record["dropped"])))
    if layout.grouped:
        sizes.append(Cell(formatting.count(record["n_groups"])))
    cells = [*_number_cells(results, record, values, layout), *sizes]
    stub = Cell(label or results.strategy_label(record["strategy"]), marks)
    return Row(stub, tuple(cells), values)


def _number_cells(
    results: StudyResults, record: Mapping[Any, Any], values: Mapping[str, Any], layout: _Layout
) -> list[Cell]:
    if record["suppressed"]:
        width = 4 + 2 * sum((layout.means, layout.percents, layout.money is not None))
        return [Cell(formatting.SUPPRESSED)] * width
    decimals = results.decimals(record["outcome"])
    arms = ("treated_mean", "control_mean") if layout.means else ()
    return [
        *(Cell(formatting.number(values[name], decimals)) for name in arms),
        Cell(formatting.number(values["estimate"], decimals)),
        Cell(formatting.parenthesised(values["std_error"], decimals)),
        Cell(formatting.interval(values["conf_low"], values["conf_high"], decimals)),
        Cell(formatting.p_value(values["p_value"])),
        *(percent_cells(values, layout.letters) if layout.percents else ()),
        *(converted_cells(values, decimals) if layout.money else ()),
    ]


def percent_cells(values: Mapping[str, Any], letters: Mapping[str, str]) -> list[Cell]:
    """Return a percent and its interval, or dashes with the footnote letter of the reason."""
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
    results: StudyResults, frame: pd.DataFrame, analyses: Sequence[str], layout: _Layout
) -> tuple[str, ...]:
    methods = {results.analysis(name)["method"] for name in analyses}
    notes = [reading.standard_error_note(results)]
    if layout.means:
        notes.append(reading.mean_note(methods))
    if layout.money:
        notes.append(layout.money.note)
    if (frame["unit"] == formatting.PERCENTAGE_POINTS).any():
        notes.append("Shares are in percent, effects on them in percentage points.")
    notes += reading.identification_notes(methods)
    notes += reading.effective_groups_notes(results, frame)
    if (frame["balanced"] == "no").any():
        notes.append(f"{UNBALANCED} {reading.BALANCE_RULE}")
    if (frame["dropped"] > 0).any():
        notes.append(f"{SUPPORTED} {reading.SUPPORT_RULE}")
    notes += [f"{letter}. No percent: {reason}." for reason, letter in layout.letters.items()]
    if frame["suppressed"].any():
        notes.append(disclosure.NOTE)
    return tuple(notes)


IMPACT = kinds.TableKind(
    kind="impact",
    shows="outcomes by strategy",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", "tests"),
    options=ImpactOptions,
    methods="matching.md",
    build=impact_table,
)


PANEL = kinds.TableKind(
    kind="panel",
    shows="outcomes by panel estimator",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", "tests"),
    options=OfEstimates,
    methods="panel.md",
    build=panel_table,
    with_tests=True,
)
