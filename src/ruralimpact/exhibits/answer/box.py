"""The answer as a whole: a verdict, the headline estimates, and what speaks against them."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import get_args

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.answer.caveats import Caveat, caveats
from ruralimpact.exhibits.answer.effects import DETAILS, effect_lines
from ruralimpact.exhibits.answer.headline import Headline, estimated_otherwise, headlines_of
from ruralimpact.exhibits.answer.planted_truth import planted_sentences, with_planted
from ruralimpact.exhibits.answer.room import Draft, room_for
from ruralimpact.exhibits.document import AnswerBox, HeadlineLine
from ruralimpact.exhibits.earlier_words import in_the_language
from ruralimpact.exhibits.gains_rows import gains_headlines
from ruralimpact.exhibits.portfolio_findings import portfolio_headlines
from ruralimpact.exhibits.responses_rows import responses_headlines
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_findings import returns_headlines
from ruralimpact.exhibits.survival_rows import survival_headlines
from ruralimpact.language import Language, current, gettext, marked, speaking

_READING = marked("In parentheses: 95 percent intervals.")
_DESCRIPTIONS = (
    *(portfolio_headlines, survival_headlines, responses_headlines),
    *(returns_headlines, gains_headlines),
)


def answer_box(results: StudyResults) -> AnswerBox:
    """Return the answer to the study's question in at most 120 words.

    Parameters
    ----------
    results : StudyResults
        With its findings, from which every number is taken.

    Returns
    -------
    AnswerBox
        The headline estimates are said in as much detail as leaves room for what speaks against them, the
        same sentences in every language. What finds no room is in ``further``.
    """
    verdict, reading, own = _composed(results)
    room = room_for([own, *_in_other_languages(results)])
    lines = own.lines[room.detail]
    shown = lines[: room.lines]
    return AnswerBox(
        verdict=verdict,
        lines=shown,
        against=own.against[: room.against],
        reading=reading.text if any(_has_interval(line.text) for line in shown) else "",
        further=(*lines[room.lines :], *own.against[room.against :]),
    )


def _in_other_languages(results: StudyResults) -> Iterator[Draft]:
    for language in get_args(Language):
        if language != current():
            with speaking(language):
                *_, draft = _composed(in_the_language(results))
            yield draft


def _composed(results: StudyResults) -> tuple[HeadlineLine | None, HeadlineLine, Draft]:
    """Return the verdict, how to read numbers, and all that may be said, in the language that is spoken."""
    headlines = headlines_of(results)
    described = [
        with_planted(results, line)
        for line in chain.from_iterable(list_of(results) for list_of in _DESCRIPTIONS)
    ]
    against = list(caveats(results, headlines))
    cited = [f"{line.key}/{measure}" for line in headlines for measure in ("estimate", "percent")]
    cited += chain.from_iterable(line.cites for line in described)
    verdict = _verdict(results, headlines, cited, against)
    reading = HeadlineLine(label="", text=gettext(_READING))
    draft = Draft(
        framing=(reading, *([verdict] if verdict else [])),
        lines=tuple((*effect_lines(results, headlines, own), *described) for own in DETAILS),
        against=tuple(sentence for _, sentence in against),
    )
    return verdict, reading, draft


def _has_interval(text: str) -> bool:
    """Whether an interval stands in parentheses."""
    return re.search(rf"\([^)]*{re.escape(formatting.span('', ''))}", text) is not None


def _verdict(
    results: StudyResults,
    headlines: Sequence[Headline],
    cited: Sequence[str],
    against: Sequence[tuple[Caveat, HeadlineLine]],
) -> HeadlineLine | None:
    """Say in a sentence what the estimates come to; None where nothing was estimated to say it of."""
    if results.synthetic:
        return next(planted_sentences(results, cited), None)
    estimated = [line for line in headlines if f"{line.key}/estimate" in results.findings]
    if not estimated:
        return None
    if any(caveat.takes_away for caveat, _ in against):
        experimental = results.benchmark() in [line.analysis for line in estimated]
        text = (
            gettext(
                "Only the experiment is evidence of an effect: a check that matching rests on fails."
            )
            if experimental
            else gettext(
                "These estimates are no evidence of an effect: a check that they rest on fails."
            )
        )
    else:
        text = _count(results, estimated)
    cites = tuple(f"{line.key}/estimate" for line in estimated)
    return HeadlineLine(label="", text=text, cites=cites)


def _count(results: StudyResults, estimated: Sequence[Headline]) -> str:
    """Say how many headline intervals exclude zero, whether these agree in sign, and what others do."""
    clear = [line for line in estimated if line.excludes_zero]
    others = [line.excludes_zero for line in estimated_otherwise(results, estimated)]
    if not clear and not any(others):
        share = formatting.share_of(0, len(estimated), "interval").capitalize()
        return gettext("{share} excludes zero: no effect can be told from none.").format(
            share=share
        )
    share = (
        formatting.share_of(len(clear), len(estimated), "headline interval").capitalize()
        if others
        else formatting.share_of(len(clear), len(estimated), "interval").capitalize()
    )
    verb = gettext("exclude") if len(clear) > 1 else gettext("excludes")
    signs = {line.record["estimate"] > 0 for line in clear}
    agree = (
        ""
        if len(clear) < 2
        else gettext("; signs agree")
        if len(signs) == 1
        else gettext("; signs differ")
    )
    said = gettext("{share} {verb} zero{agree}.").format(share=share, verb=verb, agree=agree)
    if all(others) and len(clear) == len(estimated):
        return said
    return f"{said.removesuffix('.')}; {_of_others(others)}"


def _of_others(others: Sequence[bool]) -> str:
    """Say how many of the intervals by other strategies exclude zero."""
    return gettext("with other strategies {some} of {count} do.").format(
        some=formatting.count(sum(others)), count=formatting.count(len(others))
    )
