"""Effects by level of a subgroup variable, with the tests that they are equal."""

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from ruralimpact.exhibits import columns, effective_groups, formatting, headings, kinds
from ruralimpact.exhibits.marks import estimate_marks
from ruralimpact.exhibits.model import Cell, Row, Table, Value, heading
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.subgroup_order import (
    RANKS,
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
from ruralimpact.exhibits.tables import impact
from ruralimpact.exhibits.tables.impact import percent_reason
from ruralimpact.language import gettext, marked

_MOST_PAIRS = 6
_BEFORE, _AFTER = 2, 7  # columns before an effect, and up to its end
_EFFECT = marked("Effect on the treated")
_NUMBERS = ("treated_mean", "control_mean", "estimate", "std_error", "conf_low", "conf_high")


def subgroup_table(results: StudyResults, exhibit: SubgroupOptions) -> Iterator[Table]:
    """Build the table of one subgroup variable: levels, everyone, equality, and differences if few."""
    frame = subgroup_rows(results, exhibit)
    shown = _shown(results, exhibit, frame)
    letters = reason_letters(frame)
    lines: list[str] = []

    def rows(analysis: str) -> Iterator[Row]:
        own = frame[frame["analysis"] == analysis]
        for _, family in own.groupby(["outcome", "strategy"], sort=False):
            yield from _family_rows(results, family, exhibit, letters, shown)
            if not family["warning"].iloc[0]:
                lines.append(family_sentence(results, family, several=len(exhibit.analyses) > 1))

    yield table_of(
        results,
        exhibit,
        title=f"{exhibit.title}{_warning_title(frame)}",
        stub=str(frame["subgroup_label"].iloc[0]) if len(frame) else gettext("Level"),
        columns=shown,
        rows=list(headings.by_analysis(results, exhibit.analyses, rows)),
        interpretation=(*warnings(frame), *lines),
        notes=subgroup_notes(results, frame, letters, ranked=exhibit.order is not None),
    )


def _shown(
    results: StudyResults, exhibit: SubgroupOptions, frame: pd.DataFrame
) -> tuple[Shown, ...]:
    return (
        *impact.mean_columns(),
        *impact.effect_columns(gettext(_EFFECT)),
        columns.p_value(gettext(_EFFECT), 0.9, label=gettext("Adjusted p"), of="p_adjusted"),
        columns.number(gettext("Percent"), width=0.9, of="percent"),
        *(RANKS if exhibit.order is not None else ()),
        *columns.arm_counts(results.units(exhibit.analyses).capitalize()),
        *effective_groups.group_columns(results, exhibit.analyses, frame),
    )


def _family_rows(
    results: StudyResults,
    family: pd.DataFrame,
    exhibit: SubgroupOptions,
    letters: Mapping[str, str],
    shown: Sequence[Shown],
) -> Iterator[Row]:
    first = family.iloc[0]
    spec_id = str(first["spec_id"])
    of_kind = {kind: part.to_dict("records") for kind, part in family.groupby("kind")}
    order = family_order(results, family, exhibit)
    outcome = formatting.lower_first(results.outcome_label(first["outcome"]))
    strategy = results.strategy_label(first["strategy"])
    yield heading(formatting.in_unit(f"{strategy}: {outcome}", first["unit"]), "group")
    for record in of_kind["level"]:
        label = level_label(record), estimate_marks(record) + letters.get(str(record["reason"]), "")
        ranks = rank_values(order, str(record["level"])) if order else {}
        yield _data_row(results, Cell(*label), record, ranks, shown)
    own = {**everyone(results, spec_id), "p_adjusted": None, "reason": ""}
    yield _data_row(results, Cell(gettext("Everyone"), estimate_marks(own)), own, {}, shown)
    pairs = of_kind.get("difference", [])
    for record in pairs if len(pairs) <= _MOST_PAIRS else []:
        yield _difference_row(results, record, shown)
    for record in of_kind.get("equality", []):
        values = {"spec_id": spec_id, "test": "equality", "p_value": record["p_value"]}
        yield columns.said(shown, "", equality_words(record), values, "foot")
    if order:
        yield order_row(order, spec_id, shown)


def _data_row(
    results: StudyResults,
    label: Cell,
    record: Record,
    ranks: Mapping[str, int | None],
    shown: Sequence[Shown],
) -> Row:
    values = {**_values(record), **ranks}
    own = {**record, "percent": values["percent"], **rank_cells(ranks)}
    return Row(label, columns.cells_of(results, shown, own), values)


def _difference_row(results: StudyResults, record: Record, shown: Sequence[Shown]) -> Row:
    label = Cell(
        gettext("{level} less {against}").format(level=record["level"], against=record["against"])
    )
    others = [columns.BLANK] * len(shown)
    own = (*others[:_BEFORE], *shown[_BEFORE:_AFTER], *others[_AFTER:])
    return Row(label, columns.cells_of(results, own, record), _values(record))


def _values(record: Record) -> dict[str, Value]:
    """The unrounded numbers of a row in printed units."""
    factor = formatting.scale(record["unit"])
    values: dict[str, Value] = {
        name: record.get(name, "") for name in ("spec_id", "subgroup", "level", "against", "unit")
    }
    values |= {name: factor * record[name] for name in _NUMBERS}
    values |= {"p_value": record["p_value"], "p_adjusted": record["p_adjusted"]}
    reason = gettext("difference") if record.get("kind") == "difference" else percent_reason(record)
    values["percent"] = None if reason else record["percent"]
    values |= {
        name: None if record["suppressed"] or pd.isna(record[name]) else int(record[name])
        for name in ("n_treated", "n_control", "n_clusters", "dropped")
    }
    return values | effective_groups.group_values(record)


def _warning_title(frame: pd.DataFrame) -> str:
    return gettext(" (a warning, not a result)") if warnings(frame) else ""


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
