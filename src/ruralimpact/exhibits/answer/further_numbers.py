"""Numbers that what speaks against an answer cites and no other list of findings has."""

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.about_whom import analysed_arms
from ruralimpact.exhibits.answer.headline import Headline, headlines_of
from ruralimpact.exhibits.answer.statement import identifier
from ruralimpact.exhibits.citable_numbers import CitableNumber
from ruralimpact.exhibits.left_out import filtered_files, units_of_no_arm
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables import placebo, robustness


def answer_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """List identifier, printed value, unit and decimals of each number.

    Yields
    ------
    tuple
        Of the headline estimates: ``<spec_id>/without=<region>/estimate`` and ``/p_value``,
        ``<spec_id>/robustness_value_interval``, ``<analysis>/<outcome>/equality_p_value`` (over all its
        strategies), ``<spec_id>/<arm>/analysed`` and ``/sampled``, and ``<spec_id>/no_arm``. Of files that a
        filter keeps many rows of out: ``rows/<source>/left_out`` and ``/read``. Of one treated group among
        placebos: ``placebo/<exhibit>/<outcome>/rank`` and ``/p_value``.
    """
    headlines = headlines_of(results)
    for headline in headlines:
        yield from _without_region(results, headline)
        yield from _hidden_bias(results, headline)
        yield from _analysed(results, headline)
    samples = [results.analysis(headline.analysis).sample for headline in headlines]
    for sample in dict.fromkeys(samples):
        yield from _filtered(results, sample)
    for analysis, outcome in dict.fromkeys((line.analysis, line.outcome) for line in headlines):
        yield from _equality(results, analysis, outcome)
    yield from _ranks(results)


def regions_left_out(results: StudyResults, headline: Headline) -> pd.DataFrame:
    """Return the estimates without each region that are not suppressed."""
    table: pd.DataFrame = results["leave_one_out"].dropna(subset=["estimate"])
    own: pd.DataFrame = table[table["spec_id"] == headline.record["spec_id"]]
    return own


def _without_region(results: StudyResults, headline: Headline) -> Iterator[CitableNumber]:
    own = regions_left_out(results, headline)
    unit, decimals = results.unit(headline.outcome), results.decimals(headline.outcome)
    for row in own.to_dict("records"):
        key = f"{headline.key}/without={identifier(str(row['excluded']))}"
        yield CitableNumber(
            f"{key}/estimate", formatting.scale(unit) * row["estimate"], unit, decimals
        )
        yield CitableNumber(f"{key}/p_value", row["p_value"], "", 3)


def _hidden_bias(results: StudyResults, headline: Headline) -> Iterator[CitableNumber]:
    table = results["sensitivity"]
    own = table[table["spec_id"] == headline.record["spec_id"]]
    for value in own["robustness_value_interval"].dropna():
        yield CitableNumber(f"{headline.key}/robustness_value_interval", 100 * value, "percent", 1)


def _equality(results: StudyResults, analysis: str, outcome: str) -> Iterator[CitableNumber]:
    if len(results.estimates_of(analysis, outcome).dropna(subset=["estimate"])) < 2:
        return
    test = robustness.robustness(results, analysis, outcome).test
    if test is not None and np.isfinite(test.p_value):
        yield CitableNumber(identifier(analysis, outcome, "equality_p_value"), test.p_value, "", 3)


def _analysed(results: StudyResults, headline: Headline) -> Iterator[CitableNumber]:
    units = results.units([headline.analysis])
    arms = analysed_arms(results, headline.analysis, str(headline.record["spec_id"]))
    for arm, counts in arms.items():
        for name, value in (("analysed", counts.left), ("sampled", counts.before)):
            yield CitableNumber(f"{headline.key}/{arm}/{name}", float(value), units, 0)
    unknown = units_of_no_arm(results, headline.analysis, str(headline.record["spec_id"]))
    if unknown is not None:
        yield CitableNumber(f"{headline.key}/no_arm", float(unknown.count), units, 0)
        yield CitableNumber(f"{headline.key}/sampled", float(unknown.among), units, 0)


def _filtered(results: StudyResults, sample: str) -> Iterator[CitableNumber]:
    for name, lost in filtered_files(results, sample):
        yield CitableNumber(f"rows/{name}/left_out", float(lost.count), "rows", 0)
        yield CitableNumber(f"rows/{name}/read", float(lost.among), "rows", 0)


def _ranks(results: StudyResults) -> Iterator[CitableNumber]:
    for entry in placebo.KIND.entries(results.study):
        outcome = ranked_outcome(results, entry.analyses)
        if outcome:
            ranked = placebo.ranked(results, entry.analyses, outcome)
            if ranked is None:
                continue
            key = identifier("placebo", entry.name, outcome)
            yield CitableNumber(f"{key}/rank", ranked.rank_size, "rank", 0)
            yield CitableNumber(f"{key}/p_value", ranked.p_size, "", 3)


def ranked_outcome(results: StudyResults, analyses: Sequence[str]) -> str:
    """Return the outcome on which one treated group is ranked: the first of its analysis."""
    return next(iter(results.outcomes_of(analyses[:1])), "")
