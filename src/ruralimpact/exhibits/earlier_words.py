"""What the stages before say in English: reasons of exclusions, notes on estimates, and strategies in words.

Those stages know no language, so that a new translation estimates nothing anew. What they say is told here by
its form, and put into the language of the study when it is printed.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

import pandas as pd

from ruralimpact.exhibits.earlier_forms import FORMS
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import SOURCE, current, gettext, number_marks

_COLUMNS = ("reason", "percent_reason", "gamma_reason", "irr_reason", "infeasible", "warning")
_LABELLED = (
    *("balance", "analysed_balance", "balance_by_arm", "summary_statistics"),
    *("std_errors", "propensity_models", "returns_drivers", "survival"),
)
# Exhibits look there for the reason of the reference period.
_READ_BY_REASON = ("event_study",)
_VALUES = {"count": r"[\d.,]*\d(?:e-\d+)?", "name": r"\S+"}
"""What may stand in a placeholder; anything in others."""
_OWN_WORDS = ("covariate", "label", "unit", "time")
"""Placeholders of words of the study."""
_PLACEHOLDER = re.compile(r"\\\{(\w+)\\\}")


def translated(text: str) -> str:
    """Return in the language that is spoken what an earlier stage says in English.

    Parameters
    ----------
    text : str
        A reason, note or label; returned as it is where its form is none of `FORMS`.
    """
    if current() == SOURCE or not text:
        return text
    known = gettext(text)
    if known != text:
        return known
    for form, pattern in _patterns():
        told = pattern.fullmatch(text)
        if told is not None:
            parts = {name: _part(name, value) for name, value in told.groupdict().items()}
            return gettext(form).format(**parts)
    return text


def listed(parts: Iterable[str]) -> str:
    """Return what a strategy says of itself, part by part, as a sentence."""
    return f"{', '.join(map(translated, parts))}."


def in_the_language(results: StudyResults) -> StudyResults:
    """Return results whose reasons and labels are in the language that is spoken."""
    if current() == SOURCE:
        return results
    tables = {name: _in_the_language(name, frame) for name, frame in results.tables.items()}
    return replace(results, tables=tables)


def _in_the_language(name: str, frame: pd.DataFrame) -> pd.DataFrame:
    columns = [*_COLUMNS, *(["label"] if name in _LABELLED else [])]
    said = [column for column in columns if column in frame and name not in _READ_BY_REASON]
    return frame.assign(
        **{column: frame[column].map(translated, na_action="ignore") for column in said}
    )


def _part(name: str, value: str) -> str:
    if re.fullmatch(_VALUES["count"], value):
        marks = number_marks()
        return value.translate(str.maketrans(",.", f"{marks.group}{marks.decimal}"))
    if name in _OWN_WORDS:
        return value
    return value.replace(" and ", gettext(" and ")) if name == "names" else translated(value)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(_compiled(FORMS))


def _compiled(forms: Iterable[str]) -> Iterator[tuple[str, re.Pattern[str]]]:
    for form in forms:
        yield form, re.compile(_PLACEHOLDER.sub(_group, re.escape(form)))


def _group(placeholder: re.Match[str]) -> str:
    name = placeholder[1]
    return rf"(?P<{name}>{_VALUES.get(name, '.+?')})"
