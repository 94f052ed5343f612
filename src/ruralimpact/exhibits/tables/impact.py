"""Impact tables: outcomes by strategy, or by panel estimator."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from ruralimpact.exhibits import (
    about_whom,
    columns,
    effective_groups,
    formatting,
    headings,
    interpretation,
    kinds,
    marks,
)
from ruralimpact.exhibits.model import Cell, Row, Table, Value
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.second_currency import ConvertedAmounts, second_currency
from ruralimpact.exhibits.shown import Record, Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.base import Text
from ruralimpact.schema.exhibit import Reference


class ImpactOptions(OfEstimates):
    """A table of impacts."""

    unadjusted: Text | None = None
    """Analysis of plain differences in means, shown before the strategies of each outcome."""

    def references(self) -> Iterator[Reference]:
        """Yield what it names of study.yaml."""
        if self.unadjusted is not None:
            yield Reference("analysis", self.unadjusted, "unadjusted", shown=False)
        yield from super().references()


UNADJUSTED = marked("Unadjusted difference")
_PERCENT = marked("Percent of the counterfactual")


def impact_table(results: StudyResults, exhibit: ImpactOptions) -> Iterator[Table]:
    """Build the main table: means, effect, percent of the counterfactual and sample sizes."""
    yield _table(results, exhibit, exhibit.unadjusted, means=True)


def panel_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of panel estimators, which have no matched mean and so no percent."""
    yield _table(results, exhibit, None, means=False)


def _table(
    results: StudyResults, exhibit: OfEstimates, unadjusted: str | None, *, means: bool
) -> Table:
    analyses, plain = exhibit.analyses, [unadjusted] if unadjusted else []
    frame = results.of("estimates", *analyses, *plain)
    relative = ~frame["unit"].isin([formatting.PERCENTAGE_POINTS, formatting.LOG_POINTS])
    letters = percent_letters(frame) if means and relative.any() else None
    money = second_currency(results.study, frame) if means else None
    group = gettext("Effect on the treated") if means else gettext("Effect")
    shown = (
        *(mean_columns() if means else ()),
        *effect_columns(group),
        *(percent_columns(gettext(_PERCENT), letters) if letters is not None else ()),
        *(money.columns if money else ()),
        *_sizes(results, analyses, frame, gettext("Controls") if means else gettext("Untreated")),
    )

    def rows(analysis: str, outcome: str) -> Iterator[Row]:
        beside = (
            unadjusted if unadjusted and is_beside(results, unadjusted, analysis, analyses) else ""
        )
        for name, label in (*([(beside, gettext(UNADJUSTED))] if beside else []), (analysis, "")):
            for record in results.estimates_of(name, outcome).to_dict("records"):
                printed = label or results.strategy_label(record["strategy"])
                stub = Cell(printed, marks.estimate_marks(record))
                yield estimate_row(results, record, stub, shown, money)

    return table_of(
        results,
        exhibit,
        stub=gettext("Outcome and strategy") if means else gettext("Outcome and estimator"),
        columns=shown,
        rows=headings.by_outcome(results, analyses, rows),
        interpretation=interpretation.impact_lines(results, analyses),
        notes=_notes(results, frame, [*analyses, *plain], letters or {}, money, means=means),
    )


def is_beside(
    results: StudyResults, unadjusted: str, analysis: str, analyses: Sequence[str]
) -> bool:
    """Whether a plain difference belongs beside an analysis: that of its sample, where any has the same.

    Parameters
    ----------
    results : StudyResults
    unadjusted, analysis : str
    analyses : sequence of str
        Those that the exhibit shows.
    """
    sample = results.analysis(unadjusted).sample
    alike = [name for name in analyses if results.analysis(name).sample == sample]
    return analysis in alike or not alike


def mean_columns(treated: str = "treated_mean", control: str = "control_mean") -> tuple[Shown, ...]:
    """Return the columns of means by arm."""
    return (
        columns.amount(gettext("Treated"), gettext("Mean"), of=treated),
        columns.amount(gettext("Controls"), gettext("Mean"), of=control),
    )


def effect_columns(group: str) -> tuple[Shown, ...]:
    """Return the columns of an effect."""
    return (
        columns.amount(group=group),
        columns.error(group),
        columns.interval(group),
        columns.p_value(group),
    )


def percent_columns(group: str, letters: Mapping[str, str]) -> tuple[Shown, ...]:
    """Return the columns of a percent and its interval, with the footnote of why there is none."""
    return (
        columns.number(gettext("Estimate"), group, 1.1, of="percent").marked(
            lambda values: letters.get(values[-1], ""), "percent_reason"
        ),
        columns.plain_interval(
            gettext("95% interval"), group, 1.5, of=("percent_low", "percent_high")
        ),
    )


def _sizes(
    results: StudyResults, analyses: Sequence[str], frame: pd.DataFrame, untreated: str
) -> Iterator[Shown]:
    counts = results.units(analyses).capitalize()
    yield columns.count(gettext("Treated"), counts, of="n_treated")
    if (frame["dropped"] > 0).any():
        yield columns.number(gettext("Dropped"), counts, 0.95, of="dropped").staying()
    yield columns.count(untreated, counts, 0.95, of="n_control")
    yield from effective_groups.group_columns(results, analyses, frame)


def estimate_row(
    results: StudyResults,
    record: Record,
    label: Cell,
    shown: Sequence[Shown],
    money: ConvertedAmounts | None = None,
) -> Row:
    """Return the row of an estimate, with all its numbers in the CSV file."""
    values = printed_values(record)
    values |= money.values(values) if money else {}
    return Row(label, columns.cells_of(results, shown, with_percents(record, values)), values)


def with_percents(record: Record, values: Mapping[str, Value]) -> dict[Any, Any]:
    """Return a record with what `printed_values` adds to it: percents, or why there are none."""
    added = [name for name in values if name.startswith("percent") or name.endswith("_converted")]
    return {**record, **{name: values[name] for name in added}}


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
    for name in ("n_treated", "n_control", "n_clusters", "dropped"):
        values[name] = None if small else int(record[name])
    values["balanced"] = record["balanced"]
    return values | effective_groups.group_values(record)


def percent_reason(record: Mapping[Any, Any]) -> str:
    """Return why an estimate has no percent, or an empty string when it has one."""
    if record["suppressed"] or record["means_suppressed"]:
        return "suppressed"
    if record["unit"] == formatting.PERCENTAGE_POINTS:
        return gettext("effects on shares are given in percentage points only")
    if record["unit"] == formatting.LOG_POINTS:
        return gettext("log points are relative already")
    if pd.notna(record["percent"]):
        return ""
    return str(record["percent_reason"]) or gettext("no counterfactual mean")


def percent_letters(frame: pd.DataFrame) -> dict[str, str]:
    """Return a footnote letter for each reason why a percent is missing, in order of appearance."""
    reasons = [percent_reason(record) for record in frame.to_dict("records")]
    return marks.letters_of(reason for reason in reasons if reason != "suppressed")


def _notes(
    results: StudyResults,
    frame: pd.DataFrame,
    analyses: Sequence[str],
    letters: Mapping[str, str],
    money: ConvertedAmounts | None,
    *,
    means: bool,
) -> tuple[str, ...]:
    methods = {results.analysis(name).method for name in analyses}
    notes = [interpretation.standard_error_note(results)]
    if means:
        notes.append(interpretation.mean_note(methods))
    if money:
        notes.append(money.note)
    notes += interpretation.share_notes(frame, means=True)
    notes += interpretation.identification_notes(methods)
    notes += effective_groups.group_notes(results, frame)
    notes += marks.estimate_notes(frame)
    notes += marks.letter_notes(letters)
    return tuple(notes)


IMPACT = kinds.TableKind(
    kind="impact",
    shows="outcomes by strategy",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", *about_whom.NEEDS),
    options=ImpactOptions,
    methods="matching.md",
    build=impact_table,
)


PANEL = kinds.TableKind(
    kind="panel",
    shows="outcomes by panel estimator",
    section=kinds.ESTIMATES,
    rank=20,
    needs=("estimates", *about_whom.NEEDS),
    options=OfEstimates,
    methods="panel.md",
    build=panel_table,
    with_tests=True,
)
