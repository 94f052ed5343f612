"""What reports print beside a study's own numbers: printed claims and planted truth, by finding."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from ruralimpact.claims.records import Claim
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults

_CHOICES = ("lowest", "highest")


@dataclass(frozen=True)
class Place:
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


def place_of(results: StudyResults, finding: str) -> Place | None:
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
    if len(parts) != 3 or parts[2] not in results.study["outcomes"]:
        return None
    measure = "percent" if measure == "percent_control" else measure
    if not subgroup:
        return Place(parts[2], "all", "", measure)
    name, _, level = subgroup.partition("=")
    entries = results.analysis(parts[0]).get("subgroups", [])
    entry = next((one for one in entries if one["name"] == name), None)
    return None if entry is None else Place(parts[2], name, level_value(entry, level), measure)


def level_value(entry: Mapping[str, Any], label: str) -> str:
    """Return the value, as the data have it, of a level named by its label, or of a class by number."""
    values = {
        str(text).replace(" ", "_"): str(value) for value, text in entry.get("levels", {}).items()
    }
    return values.get(label.replace(" ", "_"), label.split(" ")[0])


def own_claims(results: StudyResults) -> Iterator[tuple[Claim, list[str]]]:
    """Yield every claim that findings of this study stand beside, with these findings."""
    if results.published is None:
        return
    prefix = f"{results.study['name']}:"
    for claim in results.published.claims.values():
        words = [word for word in claim.computed_by.split() if word not in _CHOICES]
        if words and all(word.startswith(prefix) for word in words):
            yield claim, [word.removeprefix(prefix) for word in words]


def printed_numbers(results: StudyResults) -> dict[Place, str]:
    """Return what reports print of each place, ``28 to 39`` where they print several numbers."""
    found: dict[Place, list[Claim]] = {}
    for claim, names in own_claims(results):
        places = {place_of(results, name) for name in names}
        for place in places - {None}:
            assert place is not None
            found.setdefault(place, []).append(claim)
    return {place: _printed(claims) for place, claims in found.items()}


def _printed(claims: list[Claim]) -> str:
    numbers = sorted(claim.number for claim in claims if claim.number is not None)
    if not numbers:
        return claims[0].printed
    decimals = max(claim.decimals for claim in claims)
    return (
        formatting.number(numbers[0], decimals)
        if numbers[0] == numbers[-1]
        else formatting.interval(numbers[0], numbers[-1], decimals)
    )


def planted(results: StudyResults, place: Place) -> float | None:
    """Return the planted truth of a place in printed units; None where none is known.

    Parameters
    ----------
    results : StudyResults
        With `truth`.
    place : Place
    """
    if results.truth.empty:
        return None
    truth = results.truth[results.truth["outcome"] == place.outcome]
    truth = truth[(truth["by"] == place.by) & (truth["wave"] == truth["wave"].min())]
    if place.measure in ("rank", "published_ratio"):
        return _comparison(truth.set_index("level")["percent"], place)
    row = truth[truth["level"] == place.level]
    names = {"estimate": "effect", "control_mean": "counterfactual", "treated_mean": "treated"}
    if row.empty:
        return None
    if place.measure == "percent":
        return float(row["percent"].iloc[0])
    if place.measure not in names:
        return None
    factor = formatting.scale(results.unit(place.outcome))
    return factor * float(row[names[place.measure]].iloc[0])


def _comparison(percents: pd.Series, place: Place) -> float | None:
    """Rank of a level by its planted percent, or the ratio of the two lowest classes' percents."""
    if place.measure == "rank":
        ranks = percents.rank(ascending=False)
        return float(ranks[place.level]) if place.level in ranks.index else None
    known = {"1", "2"} <= set(percents.index)
    return float(percents["1"] / percents["2"]) if known else None
