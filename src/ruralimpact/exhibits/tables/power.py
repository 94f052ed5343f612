"""What the next wave could detect: effects by number of groups and design, and what they rest on."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from ruralimpact.exhibits import columns, formatting, kinds
from ruralimpact.exhibits.model import Column, Row, Table, heading
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.power_words import (
    DESIGNS,
    check_power_is_asked,
    power_lines,
    power_rows,
    refusals,
)
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.shown import Shown
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_CONTROLS, _ICC, _R2, _AUTO = (
    marked("Controls"),
    marked("Intra-group correlation"),
    marked("R2 of covariates"),
    marked("Autocorrelation"),
)
_BASIS = (
    columns.amount(marked("Mean"), _CONTROLS, 1.0, of="control_mean").unkept(),
    columns.amount(marked("SD"), _CONTROLS, 1.0, of="control_sd").unkept(),
    columns.number(marked("Adjusted"), _ICC, of="icc", decimals=3),
    columns.plain_interval(marked("95% interval"), _ICC, of=("icc_low", "icc_high"), decimals=3),
    columns.number(marked("As it is"), _ICC, 0.9, of="icc_unadjusted", decimals=3),
    columns.number(marked("Groups"), _R2, 0.8, of="group_r2", decimals=2),
    columns.number(marked("Units"), _R2, 0.8, of="unit_r2", decimals=2),
    columns.number(marked("Groups"), _AUTO, 0.8, of="group_autocorrelation", decimals=2),
    columns.number(marked("Units"), _AUTO, 0.8, of="unit_autocorrelation", decimals=2),
    columns.number(marked("Means"), _AUTO, 0.8, of="autocorrelation", decimals=2),
)


def power_table(results: StudyResults, exhibit: OfEstimates) -> Iterator[Table]:
    """Build the table of detectable effects, and that of the variances behind them."""
    frame = power_rows(results, exhibit)
    shown = {
        "effect": _by_groups(frame, columns.amount(of="mde")),
        "percent": _by_groups(frame, columns.number("", of="mde_percent", decimals=1)),
    }
    effects: list[Row] = []
    basis: list[Row] = []
    for analysis, part in frame.groupby("analysis", sort=False):
        title = heading(results.analysis(str(analysis)).label, "panel")
        effects.append(title)
        basis.append(title)
        for outcome, of_outcome in part.groupby("outcome", sort=False):
            label = results.outcome_title(str(outcome))
            effects.append(heading(label, "group"))
            for _, of_design in of_outcome.groupby("design", sort=False):
                effects += _effect_rows(results, of_design, shown)
            basis.append(_basis_row(results, of_outcome, label))
    yield table_of(
        results,
        exhibit,
        stub=gettext("Outcome and design"),
        columns=shown["effect"],
        rows=effects,
        interpretation=power_lines(results, exhibit),
        notes=(*_effect_notes(frame[frame["reason"] == ""]), *refusals(results, frame)),
    )
    yield table_of(
        results,
        exhibit,
        title=gettext("{title}: what it rests on").format(title=exhibit.title),
        stub=gettext("Outcome"),
        columns=_BASIS,
        rows=basis,
        notes=_basis_notes(frame[frame["reason"] == ""]),
    )


def _by_groups(frame: pd.DataFrame, column: Shown) -> list[Shown]:
    """The column for each number of groups."""
    title = gettext("Groups in the next wave")
    return [
        replace(column, column=Column(formatting.count(n), title, 0.9)).within(
            str(n), kept="groups_{part}"
        )
        for n in sorted(frame["n_clusters"].unique())
    ]


def _effect_rows(
    results: StudyResults, frame: pd.DataFrame, shown: Mapping[str, Sequence[Shown]]
) -> Iterator[Row]:
    """Effect in the outcome's unit, and below it in percent of the controls."""
    by_groups = {str(record["n_clusters"]): record for record in frame.to_dict("records")}
    labels = {
        "effect": gettext(DESIGNS[frame["design"].iloc[0]]),
        "percent": gettext("in percent of the control mean"),
    }
    for measure, label in labels.items():
        record = {**frame.iloc[0], "measure": measure, **by_groups}
        keys = ("analysis", "outcome", "design", "measure")
        yield columns.row_of(results, shown[measure], record, label, keys=keys)


def _basis_row(results: StudyResults, frame: pd.DataFrame, label: str) -> Row:
    # Designs without a baseline carry no autocorrelation; all else is the same where there is an estimate.
    order = ["reason", "autocorrelation"]
    record = frame.sort_values(order, na_position="last").iloc[0].to_dict()
    row = columns.row_of(results, _BASIS, record, label, keys=("analysis", "outcome", "basis"))
    factor = formatting.scale(record["unit"])
    controls = {name: factor * record[name] for name in ("control_mean", "control_sd")}
    return replace(row, record={**(row.record or {}), **controls})


def _only(frame: pd.DataFrame, column: str, decimals: int, factor: float = 1.0) -> str:
    """Range of a column over the rows, as printed."""
    values = [factor * value for value in frame[column].unique()]
    return formatting.range_text(values, decimals, "").strip() if values else formatting.DASH


def _effect_notes(frame: pd.DataFrame) -> tuple[str, ...]:
    return (
        gettext(
            "The smallest true effect that a two-sided test at the {level} percent level "
            "finds with a probability of {power} percent (Bloom 1995), of a treatment "
            "given to whole groups, with t of groups less two degrees of freedom. Groups "
            "of {group_size} units before attrition, of which {attrition} percent are "
            "not found again; {treated_share} percent of groups are treated."
        ).format(
            level=_only(frame, "level", 0, 100),
            power=_only(frame, "power", 0, 100),
            group_size=_only(frame, "group_size", 1),
            attrition=_only(frame, "attrition", 0, 100),
            treated_share=_only(frame, "treated_share", 0, 100),
        ),
        gettext(
            "Change since the baseline needs a baseline of both arms and multiplies the "
            "variance by 2(1 - r), adjusting for it by 1 - r squared (McKenzie 2012; "
            "Teerenstra and others 2012), r the correlation of group means between the "
            "waves. Estimation of the covariates' coefficients and losses by matching "
            "are excluded: a matched comparison finds less."
        ),
    )


_BASES = (marked("estimated"), marked("assumed"))


def _basis_notes(frame: pd.DataFrame) -> tuple[str, ...]:
    how = [gettext(word) for word in _BASES if (frame["basis"] == word).any()]
    notes = [
        gettext(
            "Variances are those of the present wave within arms, by the analysis of "
            "variance with the analysis' covariates fitted; the intra-group correlation "
            "as it is has no covariates. An estimate below zero counts as zero. From "
            "{groups_now} groups."
        ).format(groups_now=_only(frame, "groups_now", 0)),
    ]
    if how:
        notes.append(
            gettext(
                "Autocorrelations, of an outcome with itself at the baseline, are {how}; "
                "that of means follows from those of groups and units."
            ).format(how=gettext(" or ").join(how))
        )
    notes.append(gettext("{dash} = not known, or not needed.").format(dash=formatting.DASH))
    return tuple(notes)


KIND = kinds.TableKind(
    kind="power",
    shows="what the next wave could detect",
    section=kinds.NEXT,
    rank=20,
    needs=("power",),
    options=OfEstimates,
    methods="power.md",
    check=check_power_is_asked,
    build=power_table,
)
