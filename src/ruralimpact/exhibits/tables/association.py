"""What goes with an outcome among the treated: coefficients of a regression, not effects."""

from collections.abc import Iterator

import pandas as pd

from ruralimpact.design.methods import associations_of
from ruralimpact.exhibits import columns, formatting, interpretation, kinds
from ruralimpact.exhibits.model import Row, Table, heading
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked

_COLUMNS = (
    columns.amount(marked("Coefficient"), width=1.2),
    columns.error(width=1.2),
    columns.interval(width=2.2),
    columns.p_value(),
    columns.number(marked("Mean of the variable"), width=1.1, of="mean", decimals=2),
)


def association_table(results: StudyResults, exhibit: OfAnalyses) -> Iterator[Table]:
    """Build the table of associations among the treated."""
    frame = results["associations"]
    frame = frame[frame["analysis"].isin(exhibit.analyses)]
    rows: list[Row] = []
    lines: list[str] = []
    for (analysis, _), part in frame.groupby(["analysis", "association"], sort=False):
        title = f"{results.analysis(str(analysis)).label}: {part['label'].iloc[0]}"
        rows.append(heading(title if len(exhibit.analyses) > 1 else part["label"].iloc[0], "panel"))
        for outcome, own in part.groupby("outcome", sort=False):
            rows += _outcome_rows(results, str(outcome), own)
            lines.append(_sentence(results, str(outcome), own))
    yield table_of(
        results,
        exhibit,
        title=gettext("{title} (association)").format(title=exhibit.title),
        stub=gettext("Outcome and variable"),
        columns=_COLUMNS,
        rows=rows,
        interpretation=lines,
        notes=(*_notes(results, frame), *_reasons(results, frame)),
    )


def _outcome_rows(results: StudyResults, outcome: str, own: pd.DataFrame) -> list[Row]:
    first = own.iloc[0]
    counts = gettext("{n_units} treated {unit_label}, R² {r_squared}").format(
        n_units=formatting.count(first["n_units"]),
        unit_label=results.study.unit_label,
        r_squared=formatting.number(first["r_squared"], 2),
    )
    if first["suppressed"]:
        counts = formatting.SUPPRESSED
    elif first["n_units"] == 0:
        counts = gettext("not estimable")
    unit = formatting.translated(results.unit(outcome))
    rows = [
        heading(
            f"{results.outcome_label(outcome)} ({'; '.join(filter(None, (unit, counts)))})",
            "group",
        )
    ]
    for record in own.to_dict("records"):
        if record["kind"] == "coefficient":
            keys = ("outcome", "variable", "unit")
            label = str(record["variable_label"])
            rows.append(columns.row_of(results, _COLUMNS, record, label, keys=keys))
        elif not (record["suppressed"] or record["reason"]):
            text = gettext("All coefficients zero: {test}").format(test=formatting.f_test(record))
            values = {
                "outcome": outcome,
                "test": gettext("jointly zero"),
                "p_value": record["p_value"],
            }
            rows.append(columns.said(_COLUMNS, "", text, values, "foot"))
    return rows


def _sentence(results: StudyResults, outcome: str, own: pd.DataFrame) -> str:
    coefficients = own[own["kind"] == "coefficient"]
    if own["reason"].ne("").all():
        label = formatting.lower_first(results.outcome_label(outcome))
        return gettext("Nothing can be said of {label}: {reason}.").format(
            label=label, reason=own["reason"].iloc[0].rstrip(".")
        )
    significant = int((coefficients["p_value"] < 0.05).sum())
    verb = gettext("differs") if significant < 2 else gettext("differ")
    return gettext(
        "Among the treated, {share} of {outcome} {verb} from zero at the 5 percent "
        "level. What goes together need not be cause and effect."
    ).format(
        share=formatting.share_of(significant, len(coefficients), "coefficient"),
        outcome=formatting.lower_first(results.outcome_label(outcome)),
        verb=verb,
    )


def _held_fixed(results: StudyResults, frame: pd.DataFrame) -> str:
    """The covariates that are held fixed, in words."""
    names: dict[str, None] = {}
    for analysis, association in dict.fromkeys(
        zip(frame["analysis"], frame["association"], strict=True)
    ):
        for entry in associations_of(results.analysis(analysis)):
            if entry.name == association:
                names |= dict.fromkeys(entry.covariates)
    variables = results.study.variables
    labels = [
        formatting.lower_first(variables[name].label)
        if name in variables
        else name.replace("_", " ")
        for name in names
    ]
    return (
        gettext(", with these held fixed: {labels}").format(labels=", ".join(labels))
        if labels
        else ""
    )


def _reasons(results: StudyResults, frame: pd.DataFrame) -> tuple[str, ...]:
    refused = frame[frame["reason"] != ""].drop_duplicates(["analysis", "association", "outcome"])
    return tuple(
        f"{results.outcome_label(record['outcome'])}: {record['reason'].rstrip('.')}."
        for record in refused.to_dict("records")
    )


def _notes(results: StudyResults, frame: pd.DataFrame) -> tuple[str, ...]:
    notes = [
        gettext(
            "Least squares among the treated alone{held_fixed}; there is no comparison "
            "with controls. Those who do or receive more may differ in other ways as "
            "well: these are associations."
        ).format(held_fixed=_held_fixed(results, frame)),
        interpretation.standard_error_note(results),
    ]
    return tuple(notes)


KIND = kinds.TableKind(
    kind="association",
    shows="what goes with an outcome among the treated",
    section=kinds.DETAIL,
    rank=50,
    needs=("associations",),
    options=OfAnalyses,
    methods="heterogeneity.md",
    asks="associations",
    build=association_table,
    with_tests=True,
)
