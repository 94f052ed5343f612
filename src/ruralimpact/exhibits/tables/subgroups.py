"""Effects by level of a subgroup variable, with the tests that they are equal."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, Value, heading
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.subgroup_order import (
    COLUMNS,
    FamilyOrder,
    SubgroupOptions,
    family_order,
    order_row,
    rank_cells,
    rank_values,
)
from ruralimpact.exhibits.subgroup_words import (
    equality_words,
    everyone,
    family_sentence,
    level_label,
    reason_letters,
    subgroup_notes,
    subgroup_rows,
    warnings,
)
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables.impact import SUPPORTED, UNBALANCED, count_cell, percent_reason

_MOST_PAIRS = 6
_NUMBER_CELLS = 8  # means, effect and percent
_EFFECT = "Effect on the treated"
_NUMBERS = ("treated_mean", "control_mean", "estimate", "std_error", "conf_low", "conf_high")


def subgroup_table(results: StudyResults, exhibit: SubgroupOptions) -> tuple[Table, ...]:
    """Build the table of one subgroup variable: levels, everyone, equality, and differences if few.

    Parameters
    ----------
    results : StudyResults
    exhibit : SubgroupOptions

    Returns
    -------
    tuple of Table
        One table.
    """
    frame = subgroup_rows(results, exhibit)
    letters = reason_letters(frame)
    rows: list[Row] = []
    lines: list[str] = []
    for analysis in exhibit.analyses:
        if len(exhibit.analyses) > 1:
            rows.append(heading(results.analysis(analysis)["label"], "panel"))
        for family in _families(frame[frame["analysis"] == analysis]):
            rows += _family_rows(results, family, exhibit, letters)
            if not family["warning"].iloc[0]:
                lines.append(family_sentence(results, family, several=len(exhibit.analyses) > 1))
    return (
        table_of(
            results,
            exhibit,
            title=f"{exhibit.title}{_warning_title(frame)}",
            stub=str(frame["subgroup_label"].iloc[0]) if len(frame) else "Level",
            columns=_columns(results, exhibit),
            rows=rows,
            reading=(*warnings(frame), *lines),
            notes=subgroup_notes(results, frame, letters, ranked=exhibit.order is not None),
        ),
    )


def _families(frame: pd.DataFrame) -> Iterator[pd.DataFrame]:
    for _, family in frame.groupby(["outcome", "strategy"], sort=False):
        yield family


@dataclass(frozen=True)
class _Layout:
    """Whether there are columns of groups, and of ranks."""

    grouped: bool
    ranked: bool

    @property
    def width(self) -> int:
        """Columns besides the stub."""
        return _NUMBER_CELLS + 2 + self.grouped + self.ranked * len(COLUMNS)


def _layout(results: StudyResults, exhibit: SubgroupOptions) -> _Layout:
    units, groups = results.units(exhibit.analyses), str(results.study["group_label"])
    return _Layout(units != groups, exhibit.order is not None)


def _columns(results: StudyResults, exhibit: SubgroupOptions) -> tuple[Column, ...]:
    layout = _layout(results, exhibit)
    counts = results.units(exhibit.analyses).capitalize()
    groups = str(results.study["group_label"]).capitalize()
    return (
        Column("Treated", "Mean", 1.1),
        Column("Controls", "Mean", 1.1),
        Column("Estimate", _EFFECT, 1.1),
        Column("(SE)", _EFFECT, 1.1),
        Column("95% interval", _EFFECT, 2.0),
        Column("p", _EFFECT, 0.8),
        Column("Adjusted p", _EFFECT, 0.9),
        Column("Percent", "", 0.9),
        *(COLUMNS if layout.ranked else ()),
        Column("Treated", counts, 0.9),
        Column("Controls", counts, 0.95),
        *((Column(groups, "", 1.0),) if layout.grouped else ()),
    )


def _family_rows(
    results: StudyResults,
    family: pd.DataFrame,
    exhibit: SubgroupOptions,
    letters: Mapping[str, str],
) -> list[Row]:
    first = family.iloc[0]
    outcome = formatting.lower_first(results.outcome_label(first["outcome"]))
    title = f"{results.strategy_label(first['strategy'])}: {outcome} ({first['unit']})"
    of_kind = {kind: part.to_dict("records") for kind, part in family.groupby("kind")}
    layout = _layout(results, exhibit)
    own = {**everyone(results, str(first["spec_id"])), "p_adjusted": None, "reason": ""}
    pairs = of_kind.get("difference", [])
    order = family_order(results, family, exhibit)
    return [
        heading(title, "group"),
        *(_level_row(results, record, letters, order, layout) for record in of_kind["level"]),
        _data_row(results, Cell("Everyone", _marks(own)), own, {}, layout),
        *(
            _difference_row(results, record, layout)
            for record in (pairs if len(pairs) <= _MOST_PAIRS else [])
        ),
        *(_equality_row(record, layout.width) for record in of_kind.get("equality", [])),
        *([order_row(order, str(first["spec_id"]), layout.width)] if order else []),
    ]


def _equality_row(record: Mapping[Any, Any], width: int) -> Row:
    values = {"spec_id": record["spec_id"], "test": "equality", "p_value": record["p_value"]}
    return Row(Cell(""), (Cell(equality_words(record), span=width),), values, "foot")


def _level_row(
    results: StudyResults,
    record: Mapping[Any, Any],
    letters: Mapping[str, str],
    order: FamilyOrder | None,
    layout: _Layout,
) -> Row:
    label = Cell(level_label(record), _marks(record) + letters.get(str(record["reason"]), ""))
    ranks = rank_values(order, str(record["level"])) if order else {}
    return _data_row(results, label, record, ranks, layout)


def _marks(record: Mapping[Any, Any]) -> str:
    return (UNBALANCED if record["balanced"] == "no" else "") + (
        SUPPORTED if record["dropped"] > 0 else ""
    )


def _data_row(
    results: StudyResults,
    label: Cell,
    record: Mapping[Any, Any],
    ranks: Mapping[str, Value],
    layout: _Layout,
) -> Row:
    counts = ("n_treated", "n_control", *(("n_groups",) if layout.grouped else ()))
    sizes = [count_cell(record[name]) for name in counts]
    values = {**_values(record), **ranks}
    order = rank_cells(ranks) if layout.ranked else []
    if record["suppressed"]:
        return Row(label, (*[Cell(formatting.SUPPRESSED)] * _NUMBER_CELLS, *order, *sizes), values)
    decimals = results.decimals(record["outcome"])
    cells = (
        Cell(formatting.number(values["treated_mean"], decimals)),
        Cell(formatting.number(values["control_mean"], decimals)),
        *_effect_cells(values, decimals),
        Cell(formatting.number(values["percent"])),
        *order,
        *sizes,
    )
    return Row(label, cells, values)


def _effect_cells(values: Mapping[str, Any], decimals: int) -> tuple[Cell, ...]:
    return (
        Cell(formatting.number(values["estimate"], decimals)),
        Cell(formatting.parenthesised(values["std_error"], decimals)),
        Cell(formatting.interval(values["conf_low"], values["conf_high"], decimals)),
        Cell(formatting.p_value(values["p_value"])),
        Cell(formatting.p_value(values["p_adjusted"])),
    )


def _difference_row(results: StudyResults, record: Mapping[Any, Any], layout: _Layout) -> Row:
    label = Cell(f"{record['level']} less {record['against']}")
    values = _values(record)
    blank = (Cell(""),) * (layout.width - _NUMBER_CELLS + 1)
    if record["suppressed"]:
        cells = (Cell(""), Cell(""), *[Cell(formatting.SUPPRESSED)] * 5, *blank)
        return Row(label, cells, values)
    effect = _effect_cells(values, results.decimals(record["outcome"]))
    return Row(label, (Cell(""), Cell(""), *effect, *blank), values)


def _values(record: Mapping[Any, Any]) -> dict[str, Any]:
    """The unrounded numbers of a row in printed units."""
    factor = formatting.scale(record["unit"])
    values: dict[str, Value] = {
        name: record.get(name, "") for name in ("spec_id", "subgroup", "level", "against", "unit")
    }
    values |= {name: factor * record[name] for name in _NUMBERS}
    values |= {"p_value": record["p_value"], "p_adjusted": record["p_adjusted"]}
    reason = "difference" if record.get("kind") == "difference" else percent_reason(record)
    values["percent"] = None if reason else record["percent"]
    values |= {
        name: None if record["suppressed"] else int(record[name])
        for name in ("n_treated", "n_control", "n_groups", "dropped")
    }
    return values


def _warning_title(frame: pd.DataFrame) -> str:
    return " (a warning, not a result)" if warnings(frame) else ""


KIND = kinds.TableKind(
    kind="subgroups",
    shows="effects by level of a subgroup variable",
    section=kinds.DETAIL,
    rank=20,
    needs=("estimates", "subgroups", "scores"),
    options=SubgroupOptions,
    methods="heterogeneity.md",
    build=subgroup_table,
    with_tests=True,
)
