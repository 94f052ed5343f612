"""Rows of the power of the next wave that an exhibit shows, and what they say in words."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.options import OfEstimates
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.study import Study

DESIGNS = {
    "cross_section": marked("Next wave alone"),
    "difference": marked("Change since the baseline"),
    "ancova": marked("Adjusted for the baseline"),
}


def power_rows(results: StudyResults, exhibit: OfEstimates) -> pd.DataFrame:
    """Return the rows of the exhibit's analyses and outcomes, in the configuration's order.

    Parameters
    ----------
    results : StudyResults
    exhibit : OfEstimates

    Returns
    -------
    DataFrame
    """
    frame = results.of("power", *exhibit.analyses)
    frame = frame[exhibit.wanted(frame["outcome"])]
    orders = {
        "analysis": list(exhibit.analyses),
        "outcome": list(results.study.outcomes),
        "design": list(DESIGNS),
    }
    places = [frame[name].map(order.index) for name, order in orders.items()]
    key = pd.concat([*places, frame["n_clusters"]], axis=1)
    return frame.loc[key.sort_values(list(key.columns)).index].reset_index(drop=True)


def amount(results: StudyResults, record: Mapping[Any, Any]) -> str:
    """Return the detectable effect with its unit and, where known, in percent of the controls."""
    unit = str(record["unit"])
    text = formatting.number(
        formatting.scale(unit) * record["mde"], results.decimals(str(record["outcome"]))
    )
    percent = formatting.number(record["mde_percent"], 0)
    if percent == formatting.DASH:
        return f"{text} {unit}".rstrip()
    template = gettext("{text} {unit} ({percent} percent of the control mean)")
    return formatting.for_unit(template, unit).format(
        text=text, unit=formatting.translated(unit), percent=percent
    )


def refusals(results: StudyResults, frame: pd.DataFrame) -> tuple[str, ...]:
    """Say of rows of the power of the next wave which outcomes and designs bear none, and why.

    Parameters
    ----------
    results : StudyResults
    frame : DataFrame
        See `power_rows`.

    Returns
    -------
    tuple of str
        A sentence an outcome and design that is not estimable.
    """
    refused = frame[frame["reason"] != ""].drop_duplicates(["analysis", "outcome", "design"])
    return tuple(
        gettext("Not estimable: {outcome}, {designs}: {reason}.").format(
            outcome=formatting.lower_first(results.outcome_label(record["outcome"])),
            designs=formatting.lower_first(gettext(DESIGNS[record["design"]])),
            reason=record["reason"].rstrip("."),
        )
        for record in refused.to_dict("records")
    )


def power_lines(results: StudyResults, exhibit: OfEstimates) -> tuple[str, ...]:
    """Say for each outcome what the smallest and the largest wave would find.

    Parameters
    ----------
    results : StudyResults
    exhibit : mapping
        See `power_rows`.

    Returns
    -------
    tuple of str
        A sentence an outcome of an analysis.
    """
    frame = power_rows(results, exhibit)
    return tuple(
        _line(results, part, several=len(exhibit.analyses) > 1)
        for _, part in frame.groupby(["analysis", "outcome"], sort=False)
    )


def _line(results: StudyResults, part: pd.DataFrame, *, several: bool) -> str:
    label = results.outcome_label(str(part["outcome"].iloc[0]))
    if several:
        analysis = results.analysis(str(part["analysis"].iloc[0]))
        label = f"{analysis.label}, {formatting.lower_first(label)}"
    reasons = part["reason"].unique()
    part = part[part["reason"] == ""]
    if part.empty:
        return gettext("{label}: not estimable ({reasons}).").format(
            label=label, reasons="; ".join(reasons)
        )
    first = part[part["design"] == part["design"].iloc[0]].to_dict("records")
    least, most = first[0], first[-1]
    design = formatting.lower_first(gettext(DESIGNS[str(least["design"])]))
    text = gettext(
        "{label}, {design}: {n_clusters} groups would detect an effect of {amount}"
    ).format(
        label=label,
        design=design,
        n_clusters=formatting.count(least["n_clusters"]),
        amount=amount(results, least),
    )
    if most["n_clusters"] > least["n_clusters"]:
        text += gettext(", {n_clusters} one of {amount}").format(
            n_clusters=formatting.count(most["n_clusters"]), amount=amount(results, most)
        )
    best = part.loc[part["n_clusters"] == most["n_clusters"]].sort_values("mde").iloc[0]
    if best["design"] != least["design"]:
        text += (
            f"; {formatting.lower_first(gettext(DESIGNS[str(best['design'])]))} "
            f"{amount(results, best.to_dict())}"
        )
    return f"{text}."


def check_power_is_asked(study: Study, exhibit: OfEstimates) -> None:
    """Refuse analyses for which study.yaml asks for no power.

    Raises
    ------
    ConfigError
    """
    asked = [entry.analysis for entry in study.power]
    missing = [name for name in exhibit.analyses if name not in asked]
    if missing:
        problem = f"study.yaml asks for no power of the next wave for '{missing[0]}'."
        raise ConfigError(problem, key="analyses")
