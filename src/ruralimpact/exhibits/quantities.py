"""What a finding is about, and the truth that was planted of it."""

from dataclasses import dataclass

import pandas as pd

from ruralimpact.design.methods import subgroups_of
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.questions import Subgroups


@dataclass(frozen=True)
class Quantity:
    """What a finding is about.

    Attributes
    ----------
    outcome : str
    by, level : str
        ``"all"`` and empty, or a subgroup variable and the value of its level in the data.
    measure : str
        ``"estimate"``, ``"percent"``, ``"treated_mean"``, ``"control_mean"``, ``"rank"``,
        ``"published_ratio"``.
    """

    outcome: str
    by: str
    level: str
    measure: str


def quantity_of(results: StudyResults, finding: str) -> Quantity | None:
    """Return what a finding of this study is about, or None where that is no effect or mean.

    Parameters
    ----------
    results : StudyResults
    finding : str
        Identifier of findings.json, such as ``"main/nn5/net_income::region=Norte/rank"``.
    """
    stem, _, measure = finding.rpartition("/")
    spec, _, subgroup = stem.partition("::")
    parts = spec.split("/")
    if len(parts) != 3 or parts[2] not in results.study.outcomes:
        return None
    measure = "percent" if measure == "percent_control" else measure
    if not subgroup:
        return Quantity(parts[2], "all", "", measure)
    name, _, level = subgroup.partition("=")
    entries = subgroups_of(results.analysis(parts[0]))
    entry = next((entry for entry in entries if entry.name == name), None)
    return None if entry is None else Quantity(parts[2], name, level_value(entry, level), measure)


def level_value(entry: Subgroups, label: str) -> str:
    """Return the value, as the data have it, of a level named by its label, or of a class by number."""
    values = {text.replace(" ", "_"): str(value) for value, text in (entry.levels or {}).items()}
    return values.get(label.replace(" ", "_"), label.split(" ")[0])


def planted(results: StudyResults, quantity: Quantity) -> float | None:
    """Return the planted truth of a quantity in printed units; None where none is known.

    Parameters
    ----------
    results : StudyResults
        With `truth`.
    quantity : Quantity
    """
    if results.truth.empty:
        return None
    truth = results.truth[results.truth["outcome"] == quantity.outcome]
    truth = truth[(truth["by"] == quantity.by) & (truth["wave"] == truth["wave"].min())]
    if quantity.measure in ("rank", "published_ratio"):
        return _comparison(truth.set_index("level")["percent"], quantity)
    row = truth[truth["level"] == quantity.level]
    names = {"estimate": "effect", "control_mean": "counterfactual", "treated_mean": "treated"}
    if row.empty:
        return None
    if quantity.measure == "percent":
        return float(row["percent"].iloc[0])
    if quantity.measure not in names:
        return None
    factor = formatting.scale(results.unit(quantity.outcome))
    return factor * float(row[names[quantity.measure]].iloc[0])


def _comparison(percents: pd.Series, quantity: Quantity) -> float | None:
    """Rank of a level by its planted percent, or the ratio of the two lowest classes' percents."""
    if quantity.measure == "rank":
        ranks = percents.rank(ascending=False)
        return float(ranks[quantity.level]) if quantity.level in ranks.index else None
    known = {"1", "2"} <= set(percents.index)
    return float(percents["1"] / percents["2"]) if known else None
