"""Sentences on what estimates rest on: placebos, trends, hidden bias, and what no data here can test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import pandas as pd

from ruralimpact.design.methods import COMPARED_OVER_TIME, MATCHED
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.answer.further_numbers import ranked_outcome
from ruralimpact.exhibits.answer.headline import Headline
from ruralimpact.exhibits.answer.statement import identifier, stated
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables import placebo
from ruralimpact.exhibits.tables.questionnaire_change import alarmed_questions
from ruralimpact.language import gettext, ngettext

_LEVEL = 0.05


def placebo_fails(results: StudyResults, headlines: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Where at least half of the estimates of a comparison that should be zero are not."""
    for tested in _placebos(results, headlines):
        if 2 * tested.failing >= tested.count:
            yield _not_zero(results, tested)


def placebo_fails_in_part(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where fewer of these estimates are not zero."""
    for tested in _placebos(results, headlines):
        if 2 * tested.failing < tested.count:
            yield _not_zero(results, tested)


@dataclass(frozen=True)
class _Placebo:
    """A comparison that should be zero and is not, at the 5 percent level, by some of its estimates."""

    label: str
    unit: str
    keys: tuple[str, ...]
    count: int

    @property
    def failing(self) -> int:
        """How many of its estimates are not zero."""
        return len(self.keys)


def _placebos(results: StudyResults, headlines: Sequence[Headline]) -> Iterator[_Placebo]:
    answering = {headline.analysis for headline in headlines}
    for entry in results.study.answer.placebos:
        for outcome in entry.outcomes or results.outcomes_of([entry.analysis]):
            frame = results.estimates_of(entry.analysis, outcome).dropna(subset=["p_value"])
            failing = frame[frame["p_value"] < _LEVEL]
            if len(failing):
                # In a comparison that answers the question itself, the outcome is what makes a placebo.
                label = (
                    results.outcome_label(outcome)
                    if entry.analysis in answering
                    else results.analysis(entry.analysis).label
                )
                keys = tuple(identifier(str(name)) for name in failing["spec_id"])
                yield _Placebo(
                    label,
                    formatting.translated(results.unit(outcome)),
                    keys,
                    len(frame),
                )


def _not_zero(results: StudyResults, tested: _Placebo) -> HeadlineLine:
    words = {"label": tested.label, "unit": tested.unit}
    if tested.count == 1:
        cites = {"estimate": f"{tested.keys[0]}/estimate", "p": f"{tested.keys[0]}/p_value"}
        template = gettext("A placebo is not zero: {label}, {estimate} {unit} ({p}).")
        shown = formatting.for_unit(template, tested.unit)
        return stated(results.findings, shown, cites, **words)
    words["share"] = formatting.share_of(tested.failing, tested.count)
    template = gettext("A placebo is not zero in {share} estimates: {label}.")
    rests_on = [f"{key}/{name}" for key in tested.keys for name in ("estimate", "p_value")]
    return stated(results.findings, template, rests_on=rests_on, **words)


def trends_differed_before(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where effects before the treatment, of an analysis of a headline outcome, are jointly not zero."""
    frame = _of_headlines(results["pre_trends"].dropna(subset=["p_value"]), headlines)
    for outcome, own in frame.groupby("outcome", sort=False):
        first = own.sort_values("p_value", kind="stable").iloc[0]
        if first["p_value"] < _LEVEL:
            yield stated(
                results.findings,
                gettext("Trends differed before treatment already: {outcome} ({p})."),
                {"p": f"{_over_time(first)}/pre_trends/p_value"},
                outcome=formatting.lower_first(results.outcome_label(str(outcome))),
            )


def _of_headlines(frame: pd.DataFrame, headlines: Sequence[Headline]) -> pd.DataFrame:
    """Return the rows of analyses over time that are about headline outcomes."""
    return frame[frame["outcome"].isin([headline.outcome for headline in headlines])]


def _over_time(row: pd.Series) -> str:
    return identifier("over_time", str(row["analysis"]), str(row["outcome"]))


def rank_among_placebos(results: StudyResults, _: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Where one treated group is set among groups treated as if, and chance gives its rank often."""
    for entry in placebo.KIND.entries(results.study):
        outcome = ranked_outcome(results, entry.analyses)
        ranked = placebo.ranked(results, entry.analyses, outcome) if outcome else None
        if ranked is None or ranked.p_size < _LEVEL:
            continue
        key = identifier("placebo", entry.name, outcome)
        yield stated(
            results.findings,
            gettext(
                "Of {groups} groups in turn as if treated, the treated one ranks {rank} ({p})."
            ),
            {"rank": f"{key}/rank", "p": f"{key}/p_value"},
            groups=formatting.word(ranked.groups),
        )


def small_breakdown(results: StudyResults, headlines: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Where zero enters the interval before trends differ as much as they did before treatment."""
    frame = _of_headlines(results["parallel_trends"], headlines)
    frame = frame[(frame["reason"] == "") & (frame["restriction"] == "relative_magnitudes")]
    frame = frame.drop_duplicates(["analysis", "outcome"])
    for outcome, own in frame.groupby("outcome", sort=False):
        words = {"outcome": formatting.lower_first(results.outcome_label(str(outcome)))}
        if own["breakdown"].isna().any():
            template = gettext("Even if trends are parallel the interval holds zero: {outcome}.")
            yield stated(results.findings, template, rests_on=_estimates(headlines), **words)
        elif own["breakdown"].min() < 1:
            first = own.sort_values("breakdown", kind="stable").iloc[0]
            key = f"{_over_time(first)}/relative_magnitudes/breakdown"
            template = gettext(
                "Trends that differ {times} times as much as before would undo it: {outcome}."
            )
            yield stated(results.findings, template, {"times": key}, **words)


def cannot_be_tested(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where these waves can test neither parallel trends nor that nothing unmeasured matters."""
    methods = {
        headline.analysis: results.analysis(headline.analysis).method for headline in headlines
    }
    said = partial(stated, results.findings, rests_on=_estimates(headlines))
    if "before_after" in methods.values():
        yield said(gettext("Changes before and after are not attributable to the project."))
    over_time = {name for name, method in methods.items() if method in COMPARED_OVER_TIME}
    tested = set(results["pre_trends"].dropna(subset=["p_value"])["outcome"])
    outcomes = {headline.outcome for headline in headlines if headline.analysis in over_time}
    if outcomes - tested:
        yield said(gettext("With one wave before treatment, parallel trends cannot be tested."))
    if any(method in MATCHED for method in methods.values()) and not results.benchmark():
        yield said(
            gettext(
                "With one wave, nothing tests whether the arms differ in what was not measured."
            )
            if results.study.design == "cross_section"
            else gettext("Nothing tests whether the arms differ in what was not measured.")
        )


def little_hidden_bias(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where a matched headline estimate differs from zero: how strong a confounder would suffice."""
    known = [
        headline
        for headline in headlines
        if headline.excludes_zero
        and f"{headline.key}/robustness_value_interval" in results.findings
    ]
    for headline in known[:1]:
        key = f"{headline.key}/robustness_value_interval"
        if results.findings[key].value > 0:
            yield stated(
                results.findings,
                gettext(
                    "Something unmeasured would undo it that explains {share} percent of who "
                    "took part and of {outcome}."
                ),
                {"share": key},
                outcome=formatting.lower_first(results.outcome_label(headline.outcome)),
            )


def questions_changed(results: StudyResults, _: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Where a question is not what it was in an earlier wave."""
    changed = len(alarmed_questions(results))
    if changed:
        sentence = ngettext(
            "{count} is not what it was a wave before.",
            "{count} are not what they were a wave before.",
            changed,
        )
        count = formatting.plural(changed, "question").capitalize()
        yield _said(sentence.format(count=count))


def _estimates(headlines: Sequence[Headline]) -> list[str]:
    return [f"{headline.key}/estimate" for headline in headlines]


def _said(text: str) -> HeadlineLine:
    return HeadlineLine(label="", text=text)
