"""Answers to questionnaires as exhibits show them: by question, in the order of the study."""

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.citable_numbers import CitableNumber, level_part
from ruralimpact.exhibits.document import HeadlineLine
from ruralimpact.exhibits.exclusion_notes import too_few
from ruralimpact.exhibits.options import OfAnalyses
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext
from ruralimpact.schema.base import Names
from ruralimpact.schema.responses import Question, Responses
from ruralimpact.schema.study import Study

METHODS = ("responses",)
RESPONDENTS, REGISTER = "respondents", "register"


class QuestionOptions(OfAnalyses):
    """Tables or figures of questions."""

    questions: Names | None = None
    """Questions shown, by name; all of the analyses' when not given."""


def check_questions(study: Study, exhibit: QuestionOptions) -> None:
    """Raise a `ConfigError` where no analysis shown has a question that is named."""
    known = [
        question.name
        for analysis in study.analyses_of(Responses, exhibit.analyses)
        for question in analysis.questions
    ]
    for name in exhibit.questions or ():
        if name not in known:
            problem = (
                f"no question '{name}' in {', '.join(exhibit.analyses)}, only {', '.join(known)}."
            )
            raise ConfigError(problem, key="questions")


def questions_of(
    results: StudyResults, exhibit: QuestionOptions
) -> Iterator[tuple[Responses, Question, pd.DataFrame]]:
    """Yield the questions shown, each with its analysis and its rows."""
    for analysis in results.study.analyses_of(Responses, exhibit.analyses):
        for question in analysis.questions:
            if exhibit.questions is None or question.name in exhibit.questions:
                own = results.of("responses", analysis.name, question=question.name)
                yield analysis, question, own


def _answer_key(row: Mapping[Any, Any]) -> str:
    return f"responses/{row['analysis']}/{row['question']}/{row['answer']}{level_part(row)}"


def _measure(row: Mapping[Any, Any]) -> str:
    return "register" if row["part"] == REGISTER else "percent"


def answer_words(results: StudyResults) -> dict[str, tuple[str, str]]:
    """Return what each share of `responses_numbers` is of, by identifier: the question, and the answer."""
    questions = {
        (analysis.name, question.name): question.label
        for analysis in results.study.analyses_of(Responses)
        for question in analysis.questions
    }
    words = {}
    for row in results["responses"].to_dict("records"):
        asked = questions[row["analysis"], row["question"]]
        of = gettext("of the register") if row["part"] == REGISTER else str(row["level"])
        key = f"{_answer_key(row)}/{_measure(row)}".replace(" ", "_")
        words[key] = (f"{asked}, {of}" if of else asked, str(row["label"]))
    return words


def responses_numbers(results: StudyResults) -> Iterator[CitableNumber]:
    """List identifier, value, unit and decimals of each count and share that is not suppressed.

    Yields
    ------
    tuple
        Identifiers are ``responses/<analysis>/<question>/<answer>``, with ``/<by>=<level>`` where they are
        of a level, and ``/count``, ``/percent`` or, of the register, ``/register``; ``_low`` and ``_high``
        are ends of the interval, of a count those of its share times the respondents. Samples drawn have
        ``sample/<analysis>/<stratum or all>/drawn``, ``/came``, ``/added`` and ``/percent``.
    """
    units = results.study.unit_label
    for row in results["responses"].to_dict("records"):
        where, percent = _answer_key(row), _measure(row)
        for end, column in (("", "estimate"), ("_low", "conf_low"), ("_high", "conf_high")):
            if pd.notna(row[column]):
                yield CitableNumber(f"{where}/{percent}{end}", 100 * row[column], "percent", 0)
                if row["part"] == RESPONDENTS and pd.notna(row["count"]):
                    value = row["count"] if not end else row["n_units"] * row[column]
                    yield CitableNumber(f"{where}/count{end}", value, units, 0)
    for row in results["sample_protocol"].to_dict("records"):
        where = f"sample/{row['analysis']}/{row['stratum'] or 'all'}"
        yield CitableNumber(f"{where}/drawn", row["n_drawn"], units, 0)
        if row["attendance_known"]:
            for name in ("came", "added"):
                if pd.notna(row[f"n_{name}"]):
                    yield CitableNumber(f"{where}/{name}", row[f"n_{name}"], units, 0)
            if row["n_known"] and pd.notna(row["n_came"]):
                share = 100 * row["n_came"] / row["n_known"]
                yield CitableNumber(f"{where}/percent", share, "percent", 0)


def responses_headlines(results: StudyResults) -> Iterator[HeadlineLine]:
    """Yield the answer that most gave to the first question of each questionnaire."""
    for analysis in results.study.analyses_of(Responses):
        question = analysis.questions[0]
        of_all = {"question": question.name, "by": ""}
        own = results.of("responses", analysis.name, part=RESPONDENTS, **of_all)
        if len(own) and own["suppressed"].all():
            text = gettext("{label}: no share is printed, for {too_few}.").format(
                label=question.label, too_few=too_few(results)
            )
            yield HeadlineLine(label=analysis.label, text=text, cites=())
        own = own.dropna(subset=["estimate"])
        if len(own):
            top = own.to_dict("records")[int(own["estimate"].to_numpy(float).argmax())]
            key = f"responses/{analysis.name}/{question.name}/{top['answer']}"
            of_answer = {**of_all, "answer": top["answer"]}
            whole = results.of("responses", analysis.name, part=REGISTER, **of_answer)
            whole = whole.dropna(subset=["estimate"])
            of_register = [
                gettext("of the register, {percent}").format(percent=_percent(row))
                for row in whole.to_dict("records")
            ]
            said = gettext(
                "{label}: of {n_units} {unit_label} that answered, {percent} “{label_2}”"
            ).format(
                label=question.label,
                n_units=formatting.count(top["n_units"]),
                unit_label=results.study.unit_label,
                percent=_percent(top),
                label_2=formatting.lower_first(str(top["label"])),
            )
            yield HeadlineLine(
                label=analysis.label,
                text=f"{'; '.join([said, *of_register])}.",
                cites=(f"{key}/percent", *(f"{key}/register" for _ in of_register)),
            )


def _percent(row: Mapping[Any, Any]) -> str:
    """Return a share in percent, with its interval."""
    ends = formatting.interval(100 * row["conf_low"], 100 * row["conf_high"])
    return gettext("{estimate} percent ({ends})").format(
        estimate=formatting.number(100 * row["estimate"]), ends=ends
    )


def percent_of(results: StudyResults, question: Question) -> str:
    """Say whom the percents of a question are of."""
    whom = question.among_label or results.study.unit_label
    text = gettext("Percent of {whom} that answered").format(whom=whom)
    if question.percents:
        return gettext(
            "{text}: the mean of the percents that each gave, which add up to 100."
        ).format(text=text)
    if question.variable is None:
        return gettext(
            "{text}; each may give several answers, so percents can add up to more than 100."
        ).format(text=text)
    return f"{text}."
