"""Sentences on the estimates themselves: strategies, balance, regions, groups, and whom they are about."""

from collections.abc import Iterator, Sequence

import pandas as pd

from ruralimpact.estimation.informative_weights import INFORMATIVE
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.about_whom import analysed_arms
from ruralimpact.exhibits.answer.further_numbers import regions_left_out
from ruralimpact.exhibits.answer.headline import Headline
from ruralimpact.exhibits.answer.statement import identifier, stated
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.left_out import filtered_files, units_of_no_arm
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.inference.leverage import FEW_EFFECTIVE
from ruralimpact.language import gettext

_LEVEL = 0.05
_ARMS = ("treated", "control")


def strategies_fail_balance(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where strategies of a headline analysis leave the arms unbalanced."""
    analyses = list(dict.fromkeys(headline.analysis for headline in headlines))
    for headline in _first_of_each(headlines):
        checked = results.estimates_of(headline.analysis, headline.outcome)
        checked = checked[checked["balanced"].isin(["yes", "no"]) & checked["estimate"].notna()]
        failing = int((checked["balanced"] == "no").sum())
        if failing:
            where = f": {results.analysis(headline.analysis).label}" if len(analyses) > 1 else ""
            share = formatting.share_of(failing, len(checked)).capitalize()
            verb = gettext("leaves") if failing == 1 else gettext("leave")
            template = gettext("{share} strategies {verb} the arms unbalanced{where}.")
            if len(checked) == 1:
                template = gettext("The strategy leaves the arms unbalanced{where}.")
            designs = [
                f"balance/{identifier(headline.analysis, str(name))}/max_abs_smd"
                for name in checked.loc[checked["balanced"] == "no", "strategy"]
            ]
            yield stated(
                results.findings, template, rests_on=designs, share=share, verb=verb, where=where
            )


def strategies_differ(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where the estimates of all strategies on a headline outcome are not equal, by their joint test."""
    for headline in headlines:
        key = identifier(headline.analysis, headline.outcome, "equality_p_value")
        if key in results.findings and results.findings[key].value < _LEVEL:
            yield stated(
                results.findings,
                gettext("Strategies differ by more than chance: {outcome} ({p})."),
                {"p": key},
                outcome=formatting.lower_first(results.outcome_label(headline.outcome)),
            )


def differs_from_the_experiment(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where strategies of a headline analysis differ from its experimental benchmark."""
    for headline in _first_of_each(headlines):
        frame = results.estimates_of(headline.analysis, headline.outcome)
        keys = [f"benchmark/{identifier(str(name))}/p_value" for name in frame["spec_id"]]
        tests = [key for key in keys if key in results.findings]
        differing = [key for key in tests if results.findings[key].value < _LEVEL]
        if differing:
            share = formatting.share_of(len(differing), len(tests)).capitalize()
            verb = gettext("differs") if len(differing) == 1 else gettext("differ")
            label = results.analysis(headline.analysis).label
            template = gettext("{share} strategies {verb} from the experiment: {label}.")
            yield stated(
                results.findings, template, rests_on=differing, share=share, verb=verb, label=label
            )


def rests_on_one_region(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where one region carries a headline estimate, or all estimates without one are smaller."""
    for headline in headlines:
        left_out = regions_left_out(results, headline)
        full = headline.record["estimate"]
        outcome = formatting.lower_first(results.outcome_label(headline.outcome))
        carrying = left_out[(left_out["p_value"] >= _LEVEL) | (left_out["estimate"] * full < 0)]
        if headline.excludes_zero and len(carrying):
            name = str(carrying["excluded"].iloc[0])
            key = f"{headline.key}/without={identifier(name)}"
            yield stated(
                results.findings,
                gettext("Without {region}, {outcome} cannot be told from zero ({estimate}, {p})."),
                {"estimate": f"{key}/estimate", "p": f"{key}/p_value"},
                region=name,
                outcome=outcome,
            )
        elif len(left_out) > 1 and (left_out["estimate"].abs() < abs(full)).all():
            yield stated(
                results.findings,
                gettext("Without any one region the estimate is smaller: {outcome}."),
                rests_on=[
                    f"{headline.key}/without={identifier(str(name))}/estimate"
                    for name in left_out["excluded"]
                ],
                outcome=outcome,
            )


def few_effective_groups(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where a headline estimate rests on few effective groups in an arm."""
    keys = [f"{line.key}/effective_{arm}_groups" for line in headlines for arm in _ARMS]
    few = [key for key in keys if key in results.findings]
    few = [key for key in few if results.findings[key].value < FEW_EFFECTIVE]
    if few:
        yield stated(
            results.findings,
            gettext("An arm amounts to only {fewest} effective {groups}."),
            {"fewest": min(few, key=lambda key: results.findings[key].value)},
            groups=results.study.group_label,
        )


def weights_go_with_the_outcome(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where a match cannot take up sampling weights that go with a headline outcome."""
    for headline in headlines:
        if INFORMATIVE in str(headline.record.get("notes", "")):
            yield stated(
                results.findings,
                gettext(
                    "Sampling weights go with {outcome} and have no part in its match, which is not that of "
                    "the population."
                ),
                rests_on=[f"{headline.key}/estimate"],
                outcome=formatting.lower_first(results.outcome_label(headline.outcome)),
            )


def leaves_many_out(results: StudyResults, headlines: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Where more than a tenth of an arm is not behind a headline estimate."""
    for headline in _first_of_each(headlines):
        if pd.isna(headline.record["estimate"]):
            continue  # nobody is behind it, as its line says
        arms = analysed_arms(results, headline.analysis, str(headline.record["spec_id"]))
        for arm, analysed in arms.items():
            key = f"{headline.key}/{arm}"
            yield stated(
                results.findings,
                gettext(
                    "Only {left} of {before} {arm} {units} are behind it ({reasons}): {label}."
                ),
                {"left": f"{key}/analysed", "before": f"{key}/sampled"},
                arm=gettext(arm),
                units=results.units([headline.analysis]),
                reasons="; ".join(analysed.reasons),
                label=results.analysis(headline.analysis).label,
            )


def units_in_no_arm(results: StudyResults, headlines: Sequence[Headline]) -> Iterator[HeadlineLine]:
    """Where the arm of more than a tenth of the units is not known."""
    for headline in _first_of_each(headlines):
        lost = units_of_no_arm(results, headline.analysis, str(headline.record["spec_id"]))
        if lost is not None:
            yield stated(
                results.findings,
                gettext("{count} of {before} {units} are in neither arm ({reasons}): {label}."),
                {"count": f"{headline.key}/no_arm", "before": f"{headline.key}/sampled"},
                units=results.units([headline.analysis]),
                reasons="; ".join(lost.reasons),
                label=results.analysis(headline.analysis).label,
            )


def filters_leave_many_out(
    results: StudyResults, headlines: Sequence[Headline]
) -> Iterator[HeadlineLine]:
    """Where filters keep out more than a tenth of the rows of a file."""
    samples = [results.analysis(headline.analysis).sample for headline in headlines]
    files = [own for name in dict.fromkeys(samples) for own in filtered_files(results, name)]
    for name, lost in dict(files).items():
        yield stated(
            results.findings,
            gettext("{count} of {before} rows of a file are left out ({reasons}): {label}."),
            {"count": f"rows/{name}/left_out", "before": f"rows/{name}/read"},
            reasons="; ".join(lost.reasons),
            label=lost.of,
        )


def _first_of_each(headlines: Sequence[Headline]) -> list[Headline]:
    """Return the first headline of each analysis."""
    return list({headline.analysis: headline for headline in reversed(headlines)}.values())[::-1]
