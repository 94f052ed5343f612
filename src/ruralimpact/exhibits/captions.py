"""Titles, captions and text alternatives of figures."""

from collections.abc import Callable, Mapping
from typing import Any

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.distribution_plot import distribution_words
from ruralimpact.exhibits.event_study_plot import event_study_warnings, event_study_words
from ruralimpact.exhibits.power_plot import power_words
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.specification_plot import specification_words
from ruralimpact.exhibits.subgroup_plot import subgroup_words
from ruralimpact.exhibits.trends_plot import trends_words
from ruralimpact.exhibits.waterfall_plot import waterfall_words

_NOTES = {
    "forest": (
        "Dots are estimates, lines their 95 percent intervals; the numbers stand at the right. An interval "
        "that crosses the grey line at zero does not rule out that there is no difference."
    ),
    "love": (
        "Each row is a covariate. After a good match every mark lies in the shaded band, where treated and "
        "controls differ by less than a tenth of a standard deviation."
    ),
    "specification_curve": (
        "Each column is one declared estimate, from the smallest to the largest: above with its 95 percent "
        "interval, below the choices that it rests on. All declared estimates are shown; none was added or "
        "left out after outcomes were seen. They share units, so they are not independent."
    ),
    "subgroup_forest": (
        "Dots are effects within each level, diamonds the effect on everyone, lines 95 percent intervals. "
        "Whether levels differ is told by the tests in the table, not by whose interval crosses zero."
    ),
    "waterfall": (
        "Each step is a part of the effect on net income and starts where the one before ends; the last bar "
        "is their sum. An accounting split, not a causal one."
    ),
    "distribution": (
        "The dark line is the treated, the others controls as each strategy weights them. Dashed lines are "
        "the poverty lines; where they differ by area, of the first area declared. At the right, a curve "
        "that lies lower has fewer poor, whatever line one would draw. Values of zero or less lie off the "
        "scale and count as under every line."
    ),
    "event_study": (
        "Dots are effects by time since treatment began, against the last wave before it; dark lines are 95 "
        "percent intervals one by one, pale bars a band that covers all of them at once. If trends would "
        "have been parallel, nothing but chance lies off zero in the shaded part. A test that finds nothing "
        "there has little power and proves nothing (Roth 2022)."
    ),
    "trends": (
        "Mean outcome of each arm, or cohort, by wave, with 95 percent intervals; dotted lines stand where "
        "treatment begins. The arms need not be at one level: what a difference of changes needs is that "
        "they would have changed alike without the treatment."
    ),
    "power_curve": (
        "Each line is the smallest true effect that the next wave would find with the declared probability, "
        "by how it would be analysed: the lower, the better. The scale at the right repeats that at the "
        "left. The dotted line marks the groups of the present wave, whose variances are used."
    ),
    "overlap": (
        "Treated units above the line, controls below. Grey bars show the controls as they came, coloured "
        "outlines as each strategy weights them; where an outline mirrors the dark bars the arms are alike."
    ),
}


def figure_title(results: StudyResults, exhibit: Mapping[str, Any], number: int) -> str:
    """Return the numbered title of a figure, with the warning that synthetic data carry."""
    warning = " (synthetic stand-in)" if results.synthetic else ""
    return f"Figure {number}. {exhibit['title']}{warning}"


def figure_words(results: StudyResults, exhibit: Mapping[str, Any], number: int) -> dict[str, Any]:
    """Return the name, kind, title, note and text alternative of a figure."""
    return {
        "name": exhibit["name"],
        "kind": exhibit["kind"],
        "title": figure_title(results, exhibit, number),
        "note": " ".join([_NOTES[exhibit["kind"]], *_warnings(results, exhibit)]),
        "alt": _alternative(results, exhibit),
    }


def _warnings(results: StudyResults, exhibit: Mapping[str, Any]) -> list[str]:
    return event_study_warnings(results, exhibit) if exhibit["kind"] == "event_study" else []


def _alternative(results: StudyResults, exhibit: Mapping[str, Any]) -> str:
    analyses = exhibit["analyses"]
    labels = "; ".join(results.analysis(name)["label"] for name in analyses)
    if exhibit["kind"] == "forest":
        outcomes = ", ".join(
            formatting.lower_first(results.outcome_label(name))
            for name in results.outcomes_of(analyses)
        )
        return (
            f"Estimates with 95 percent intervals by strategy for {outcomes} ({labels}). The numbers are "
            "in the tables of estimates."
        )
    if exhibit["kind"] in _WORDS:
        return _WORDS[exhibit["kind"]](results, exhibit)
    if exhibit["kind"] == "specification_curve":
        return specification_words(results, exhibit)
    if exhibit["kind"] == "subgroup_forest":
        return subgroup_words(results, exhibit)
    if exhibit["kind"] == "distribution":
        return distribution_words(results, exhibit)
    if exhibit["kind"] == "waterfall":
        return waterfall_words(results, exhibit)
    if exhibit["kind"] == "overlap":
        return (
            "Mirrored histograms of the estimated probability of taking part, treated against controls, "
            f"before and after matching ({labels})."
        )
    parts = [_balance_alternative(results, name) for name in analyses]
    return "Absolute standardised mean differences by covariate. " + " ".join(parts)


_WORDS: dict[str, Callable[[StudyResults, Mapping[str, Any]], str]] = {
    "event_study": event_study_words,
    "power_curve": power_words,
    "trends": trends_words,
}


def _balance_alternative(results: StudyResults, analysis: str) -> str:
    designs = results["designs"][results["designs"]["analysis"] == analysis]
    matched = designs["strategy"].isin(results.matched_strategies(analysis))
    designs = designs[matched & ~designs["suppressed"]]
    before = results["balance"][
        (results["balance"]["analysis"] == analysis) & (results["balance"]["stage"] == "before")
    ]
    largest = formatting.number(before["smd"].abs().max(), 2)
    left = formatting.range_text(
        list(designs["max_abs_smd"].dropna()) or [float("nan")], 2, "after"
    )
    return f"{results.analysis(analysis)['label']}: up to {largest} before and {left}."
