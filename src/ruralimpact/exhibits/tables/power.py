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

_CONTROLS, _ICC, _R2, _AUTO = (
    "Controls",
    "Intra-group correlation",
    "R2 of covariates",
    "Autocorrelation",
)
_BASIS = (
    columns.amount("Mean", _CONTROLS, 1.0, of="control_mean").unkept(),
    columns.amount("SD", _CONTROLS, 1.0, of="control_sd").unkept(),
    columns.number("Adjusted", _ICC, of="icc", decimals=3),
    columns.plain_interval("95% interval", _ICC, of=("icc_low", "icc_high"), decimals=3),
    columns.number("As it is", _ICC, 0.9, of="icc_unadjusted", decimals=3),
    columns.number("Groups", _R2, 0.8, of="group_r2", decimals=2),
    columns.number("Units", _R2, 0.8, of="unit_r2", decimals=2),
    columns.number("Groups", _AUTO, 0.8, of="group_autocorrelation", decimals=2),
    columns.number("Units", _AUTO, 0.8, of="unit_autocorrelation", decimals=2),
    columns.number("Means", _AUTO, 0.8, of="autocorrelation", decimals=2),
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
        stub="Outcome and design",
        columns=shown["effect"],
        rows=effects,
        interpretation=power_lines(results, exhibit),
        notes=(*_effect_notes(frame[frame["reason"] == ""]), *refusals(results, frame)),
    )
    yield table_of(
        results,
        exhibit,
        title=f"{exhibit.title}: what it rests on",
        stub="Outcome",
        columns=_BASIS,
        rows=basis,
        notes=_basis_notes(frame[frame["reason"] == ""]),
    )


def _by_groups(frame: pd.DataFrame, column: Shown) -> list[Shown]:
    """The column for each number of groups."""
    title = "Groups in the next wave"
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
        "effect": DESIGNS[frame["design"].iloc[0]],
        "percent": "in percent of the control mean",
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
        f"The smallest true effect that a two-sided test at the {_only(frame, 'level', 0, 100)} percent "
        f"level finds with a probability of {_only(frame, 'power', 0, 100)} percent (Bloom 1995), of a "
        "treatment given to whole groups, with t of groups less two degrees of freedom. Groups of "
        f"{_only(frame, 'group_size', 1)} units before attrition, of which "
        f"{_only(frame, 'attrition', 0, 100)} percent are not found again; "
        f"{_only(frame, 'treated_share', 0, 100)} percent of groups are treated.",
        "Change since the baseline needs a baseline of both arms and multiplies the variance by 2(1 - r), "
        "adjusting for it by 1 - r squared (McKenzie 2012; Teerenstra and others 2012), r the correlation of "
        "group means between the waves. Estimation of the covariates' coefficients and losses by matching "
        "are excluded: a matched comparison finds less.",
    )


def _basis_notes(frame: pd.DataFrame) -> tuple[str, ...]:
    how = [word for word in ("estimated", "assumed") if (frame["basis"] == word).any()]
    notes = [
        "Variances are those of the present wave within arms, by the analysis of variance with the "
        "analysis' covariates fitted; the intra-group correlation as it is has no covariates. An estimate "
        f"below zero counts as zero. From {_only(frame, 'groups_now', 0)} groups.",
    ]
    if how:
        notes.append(
            f"Autocorrelations, of an outcome with itself at the baseline, are {' or '.join(how)}; that of "
            "means follows from those of groups and units."
        )
    notes.append(f"{formatting.DASH} = not known, or not needed.")
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
