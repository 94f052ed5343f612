"""What is to be reported of a matching analysis."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ruralimpact.design.strategies import strategies_by_name
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.earlier_words import listed
from ruralimpact.language import gettext, marked
from ruralimpact.package.checklist import Checklist, ChecklistAnswer, StudyFacts, estimation_lines
from ruralimpact.schema.analysis import Matching


def matching(facts: StudyFacts, analyses: Sequence[Matching]) -> Checklist:
    """Return the checklist of matching.

    Parameters
    ----------
    facts : StudyFacts
    analyses : sequence of Matching
        Those of the study.
    """
    names = {analysis.name for analysis in analyses}
    designs = facts.designs[facts.designs["analysis"].isin(names)]
    used = list(dict.fromkeys(name for analysis in analyses for name in analysis.strategies))
    return Checklist(
        "matching",
        marked("Reporting a matching analysis"),
        marked("Six points that the vignette of the R package MatchIt asks to be reported."),
        (
            *_specifications(facts, used),
            ChecklistAnswer(
                marked("Balance after matching"), tuple(_balance(facts, designs, analyses))
            ),
            ChecklistAnswer(
                marked("Units matched, unmatched and excluded"), tuple(_sizes(designs))
            ),
            ChecklistAnswer(
                marked("How effects and their standard errors were estimated"),
                tuple(estimation_lines(facts)),
            ),
        ),
    )


def _specifications(facts: StudyFacts, used: Sequence[str]) -> Iterator[ChecklistAnswer]:
    strategies = strategies_by_name(facts.study)
    yield ChecklistAnswer(
        marked("The matching specification, with calipers and restrictions"),
        tuple(f"{name}: {listed(strategies[name].parts_in_words())}" for name in used),
    )
    yield ChecklistAnswer(
        marked("The distance, and how it was estimated"),
        tuple(_distance(name, strategies[name].propensity_link) for name in used),
    )
    chosen = gettext(
        "{strategies} strategies were written down with a digest before outcomes were read, and all are "
        "printed: none is chosen by its result (documentation/specifications.md)"
    )
    before = marked(
        "lists that were estimated before in the project's folder are in estimates/specification_lists.json"
    )
    yield ChecklistAnswer(
        marked("Other specifications that were tried, and how one was chosen"),
        (chosen.format(strategies=len(used)), before),
        marked("what was tried outside this project."),
    )


def _distance(name: str, link: str | None) -> str:
    if not link:
        return gettext("{name}: no score is estimated").format(name=name)
    return gettext("{name}: {link} regression of treatment on the covariates").format(
        name=name, link=link
    )


def _balance(
    facts: StudyFacts, designs: pd.DataFrame, analyses: Sequence[Matching]
) -> Iterator[str]:
    largest = gettext("{analysis}, {strategy}: largest standardised difference {smd}; {balanced}")
    for row in designs[designs["max_abs_smd"].notna()].to_dict("records"):
        yield largest.format(
            analysis=row["analysis"],
            strategy=row["strategy"],
            smd=formatting.number(row["max_abs_smd"], 3),
            balanced=gettext("balanced") if row["balanced"] else gettext("not balanced"),
        )
    shown = facts.shown("balance", "balance_summary", "love") or "design/balance.parquet"
    yield gettext("every covariate before and after: {shown}").format(shown=shown)
    second = ", ".join(own.name for own in analyses if own.second_order_balance)
    checked = gettext("squares and products of covariates: checked in {analyses}")
    yield (
        checked.format(analyses=second)
        if second
        else gettext("squares and products of covariates: not asked for (second_order_balance)")
    )


def _sizes(designs: pd.DataFrame) -> Iterator[str]:
    line = gettext(
        "{analysis}, {strategy}: {treated_matched} of {treated} treated units and {control_matched} of "
        "{control} controls; treated units without a match: {dropped}"
    )
    for row in designs.to_dict("records"):
        yield line.format(
            analysis=row["analysis"],
            strategy=row["strategy"],
            treated_matched=formatting.count(row["n_treated_matched"]),
            treated=formatting.count(row["n_treated"]),
            control_matched=formatting.count(row["n_control_matched"]),
            control=formatting.count(row["n_control"]),
            dropped=formatting.count(row["n_dropped"]),
        )
