"""Whom estimates are about: said with the answer where more than a tenth of an arm is not behind it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pandas as pd

from ruralimpact.design.flow import NO_MATCH, loses_many
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext

NEEDS = ("sample_flow", "exclusions", "excluded_arms")
_ARMS = ("treated", "control")
_MOST_REASONS, _MOSTLY = 3, 0.75


@dataclass(frozen=True)
class AnalysedArm:
    """An arm of which an estimate lacks more than a tenth: its units before anybody left, and behind it.

    `reasons` are those that most others left for, in words; the one of the most units first.
    """

    before: int
    left: int
    reasons: tuple[str, ...] = ()


def analysed_arms(results: StudyResults, analysis: str, spec_id: str) -> dict[str, AnalysedArm]:
    """Return the arms of which an estimate lacks more than a tenth.

    Parameters
    ----------
    results : StudyResults
        With the tables `NEEDS`.
    analysis, spec_id : str
        The estimate and its analysis.
    """
    arms: dict[str, AnalysedArm] = {}
    for arm, flow in _flows(results, [spec_id]).items():
        earlier = int(_before_the_sample(results, analysis, arm).sum())
        if not flow.empty and loses_many(flow, earlier):
            before, left = _before_and_left(flow, earlier)
            why = _main_reasons(_reasons(results, analysis, flow, arm))
            arms[arm] = AnalysedArm(int(before.iloc[0]), int(left.iloc[0]), why)
    return arms


def about_whom(results: StudyResults, analysis: str, outcome: str, *, several: bool = False) -> str:
    """Return how many of each arm the estimates on an outcome rest on, and why others are not in them.

    Parameters
    ----------
    results : StudyResults
        With the tables `NEEDS` and ``estimates``.
    analysis, outcome : str
    several : bool
        The sentence is about estimates of several outcomes.

    Returns
    -------
    str
        A sentence; empty where no estimate lacks more than a tenth of an arm of its sample. Controls that
        serve nobody as a match do not count as lost.
    """
    shown = results.estimates_of(analysis, outcome).dropna(subset=["estimate"])
    flows = _flows(results, shown["spec_id"]).items()
    parts = [_of_arm(results, analysis, flow, arm) for arm, flow in flows]
    parts = [part for part in parts if part]
    if not parts:
        return ""
    sentence = (
        gettext("This estimate is about {parts}.")
        if len(shown) == 1 and not several
        else gettext("These estimates are about {parts}.")
    )
    return sentence.format(parts=gettext(", and about ").join(parts))


def _flows(results: StudyResults, specs: Iterable[str]) -> dict[str, pd.DataFrame]:
    """Return the flow of each arm to some estimates."""
    flow = results["sample_flow"]
    flow = flow[flow["spec_id"].isin(list(specs)) & ~flow["suppressed"].astype(bool)]
    return {arm: flow[flow["arm"] == arm] for arm in _ARMS}


def _before_and_left(
    flow: pd.DataFrame, earlier: int
) -> tuple["pd.Series[float]", "pd.Series[float]"]:
    """Return the units of an arm before anybody left, and those behind each estimate."""
    before = flow[flow["step"] == "sample"].set_index("spec_id")["n_before"] + earlier
    return before, before - earlier - flow.groupby("spec_id")["n_lost"].sum()


def _before_the_sample(results: StudyResults, analysis: str, arm: str) -> "pd.Series[int]":
    """Count the units of an arm that were excluded from the sample of an analysis, by reason."""
    asked = results.analysis(analysis)
    table = results["excluded_arms"]
    mine = (table["sample"] == asked.sample) & (table["arm"] == arm)
    mine &= table["treatment"] == getattr(asked, "treatment", None)
    return table[mine].groupby("reason", sort=False)["rows"].sum()


def _of_arm(results: StudyResults, analysis: str, flow: pd.DataFrame, arm: str) -> str:
    earlier = int(_before_the_sample(results, analysis, arm).sum())
    if flow.empty or not loses_many(flow, earlier):
        return ""
    before, left = _before_and_left(flow, earlier)
    who = _words(results, analysis, arm)
    reasons = [f"{why}: {_span(lost)}" for why, lost in _reasons(results, analysis, flow, arm)]
    return gettext("{span} of {before} {who} ({reasons})").format(
        span=_span(left), before=_span(before), who=who, reasons="; ".join(reasons)
    )


def _reasons(
    results: StudyResults, analysis: str, flow: pd.DataFrame, arm: str
) -> Iterator[tuple[str, "pd.Series[float]"]]:
    """Yield why units of an arm are not behind some estimates, and how many behind each are not for it."""
    specs = flow.loc[flow["step"] == "sample", "spec_id"]
    for reason, count in _before_the_sample(results, analysis, arm).items():
        yield results.with_labels(str(reason)), pd.Series(float(count), index=specs)
    for reason, own in flow[flow["n_lost"] > 0].groupby("reason", sort=False):
        lost = own.groupby("spec_id")["n_lost"].sum().reindex(specs).fillna(0)
        yield _reason(results, str(reason), own["spec_id"]), lost


def _main_reasons(reasons: Iterable[tuple[str, "pd.Series[float]"]]) -> tuple[str, ...]:
    """Return the reasons of most of those who left, at most three."""
    counts = sorted(((float(lost.max()), why) for why, lost in reasons), key=lambda own: -own[0])
    whole, said = sum(count for count, _ in counts), 0.0
    main: list[str] = []
    for count, why in counts[:_MOST_REASONS]:
        if said <= _MOSTLY * whole:
            main.append(why)
        said += count
    return tuple(main)


def _words(results: StudyResults, analysis: str, arm: str) -> str:
    units = results.units([analysis])
    if results.analysis(analysis).method == "panel":
        units = gettext("{units} in a wave").format(units=units)
    return (
        gettext("treated {units}").format(units=units)
        if arm == "treated"
        else gettext("control {units}").format(units=units)
    )


def _span(counts: "pd.Series[float]") -> str:
    ends = [formatting.count(float(value)) for value in (counts.min(), counts.max())]
    return ends[0] if ends[0] == ends[1] else formatting.span(*ends)


def _reason(results: StudyResults, reason: str, specs: Iterable[str]) -> str:
    """Say of units without a match what the strategies asked of one."""
    if reason != NO_MATCH:
        return results.with_labels(reason)
    designs = {spec.rpartition("/")[0] for spec in specs}
    table = results["exclusions"]
    own = table[(table["stage"] == "design") & table["scope"].isin(designs)]
    return gettext(", or ").join(dict.fromkeys(own["reason"])) or reason
