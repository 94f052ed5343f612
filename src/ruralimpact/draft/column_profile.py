"""What the cells of one raw column are: its type, what was seen, and what looks odd."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ruralimpact.draft.number_marks import mostly, without_thousands
from ruralimpact.survey.missing_codes import SuspectedCodes, says_no_answer, suspected_codes
from ruralimpact.survey.raw_table import DATE
from ruralimpact.survey.select_multiple import answers_of
from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import day_of, number_of

NUMBER, INTEGER, INDICATOR, CATEGORY, DAY, TEXT = (
    *("number", "integer", "indicator", "category", "date", "text"),
)
_DATES = ("%d/%m/%Y", "%m/%d/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d", "%d/%m/%y")
_MOST_LEVELS, _MOST_ANSWERS = 30, 25
# A choice of a form is a code; words that join others make a phrase of a cell.
_CODE = re.compile(r"[A-Za-z0-9_.-]+")
_JOINING = frozenset(
    (
        "y",
        "e",
        "and",
        "et",
        "con",
        "with",
        "sin",
        "de",
        "del",
        "la",
        "el",
        "los",
        "las",
        "of",
        "the",
        "du",
    )
)
_YES = {folded(word) for word in ("1", "yes", "si", "sí", "oui", "sim", "true", "ya", "treated")}
_NO = {folded(word) for word in ("0", "no", "non", "não", "false", "tidak", "control", "untreated")}
_YES |= {folded(word) for word in ("y", "s")}
_NO |= {folded("n")}
_YES |= {
    folded(word) for word in ("treatment", "tratamiento", "tratado", "beneficiario", "tratamento")
}
_YES |= {
    folded(word)
    for word in (
        "appuyé",
        "bénéficiaire",
        "traité",
        "traitement",
        "apoyado",
        "apoiado",
        "beneficiary",
    )
}
_NO |= {
    folded(word)
    for word in (
        *("controle", "testigo", "comparison", "comparacion", "témoin", "contrôle", "testemunha"),
        *(
            "no beneficiario",
            "não beneficiário",
            "non bénéficiaire",
            "non-beneficiary",
            "non appuyé",
        ),
    )
}
_YES |= {folded(word) for word in ("verdadero", "verdadeiro", "vrai")}
_NO |= {folded(word) for word in ("falso", "faux")}


@dataclass(frozen=True)
class ColumnProfile:
    """What was seen in a raw column.

    Attributes
    ----------
    name : str
    kind : str
        ``number``, ``integer``, ``indicator``, ``category``, ``date`` or ``text``.
    rows, blank, distinct : int
    minimum, maximum : float or None
        Of numbers, codes that may mean "missing" left out.
    codes : SuspectedCodes
    levels : mapping of str to int
        Cells of each value, where there are few.
    labels : mapping of str to str
        What the file or the form says that its codes mean.
    question : str
        What the file or the form says that it is.
    dates : str
        How dates are written, if not as 2024-03-01.
    both_dates : bool
        Whether day and month cannot be told apart.
    several_answers : bool
        Whether its cells hold several answers each.
    unfit : tuple of str
        Of a column of numbers: texts that are none and do not look as if they meant "missing".
    choices : mapping of str to str
        What the form says that its answers mean, where a cell holds several.
    """

    name: str
    kind: str
    rows: int
    blank: int
    distinct: int
    minimum: float | None
    maximum: float | None
    codes: SuspectedCodes
    levels: Mapping[str, int]
    labels: Mapping[str, str]
    question: str
    dates: str = ""
    both_dates: bool = False
    several_answers: bool = False
    unfit: tuple[str, ...] = ()
    choices: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_number(self) -> bool:
        """Whether it holds amounts or counts."""
        return self.kind in (NUMBER, INTEGER)

    @property
    def is_key(self) -> bool:
        """Whether every row has a value of its own."""
        return self.blank == 0 and self.distinct == self.rows


def profile(
    name: str,
    texts: Sequence[str],
    *,
    rows: int,
    decimal: str,
    stored: str = "",
    labels: Mapping[str, str] | None = None,
    question: str = "",
    missing: frozenset[str] = frozenset(),
    several_answers: bool | None = None,
    choices: Mapping[str, str] | None = None,
) -> ColumnProfile:
    """Describe a raw column.

    Parameters
    ----------
    name : str
    texts : sequence of str
        Its cells that are not blank.
    rows : int
        Rows of the table.
    decimal : str
        Decimal mark.
    stored : str
        How the file stores it, see `RawTable`.
    labels, question : optional
        What the file or the form says.
    missing : frozenset of str
        What the file itself declares missing.
    several_answers : bool, optional
        What the form says about it, if there is one.
    choices : mapping of str to str, optional
        What it says that answers mean.
    """
    known = [text for text in texts if text not in missing]
    mark = "." if stored else decimal
    said = {code for code, label in (labels or {}).items() if says_no_answer(label)} & set(known)
    without = Counter(text for text in known if text in said)
    known = [text for text in known if text not in said]
    numbers = _numbers(known, mark)
    labels = {
        code: label
        for code, label in (labels or {}).items()
        if code not in missing and code not in said
    }
    codes = SuspectedCodes((), (), {})
    kind, dates, both = _kind(known, numbers, stored, labels), "", False
    kind = CATEGORY if several_answers else kind
    unfit: tuple[str, ...] = ()
    if kind in (NUMBER, INTEGER, INDICATOR):
        codes = suspected_codes(Counter(known), numbers)
        kind = _of_numbers(numbers, codes, kind)
        said = {*codes.surely, *numbers}
        unfit = (
            () if kind == INDICATOR else tuple(sorted({text for text in known if text not in said}))
        )
    if kind == DAY:
        dates, both = _date_pattern(known, stored)
    meant = [value for text, value in numbers.items() if text not in codes.counts]
    several = _several(known) if several_answers is None else several_answers
    counts = Counter(known)
    return ColumnProfile(
        name=name,
        kind=kind,
        rows=rows,
        blank=rows - len(known) - without.total(),
        distinct=len(counts),
        minimum=min(meant) if meant and kind in (NUMBER, INTEGER) else None,
        maximum=max(meant) if meant and kind in (NUMBER, INTEGER) else None,
        codes=codes.with_said(without),
        levels=dict(counts.most_common()) if len(counts) <= _MOST_LEVELS else {},
        labels=labels,
        question=question,
        dates=dates,
        both_dates=both,
        several_answers=several and kind in (CATEGORY, TEXT),
        unfit=unfit,
        choices=choices or {},
    )


def _numbers(texts: Sequence[str], decimal: str) -> dict[str, float]:
    """Return the distinct texts that are numbers, marks of thousands taken out."""
    numbers = {}
    for text in set(texts):
        value = number_of(without_thousands(text, decimal), decimal)
        if value is not None:
            numbers[text] = value
    return numbers


def _kind(
    texts: Sequence[str], numbers: Mapping[str, float], stored: str, labels: Mapping[str, str]
) -> str:
    if stored == DATE or (texts and all(_is_day(text) for text in texts)):
        return DAY
    if labels and len(labels) > 1:
        return INDICATOR if yes_no(dict.fromkeys([*labels.values()], 0)) else CATEGORY
    levels = Counter(texts)
    if yes_no(levels):
        return INDICATOR
    if texts and mostly(text in numbers for text in texts):
        return NUMBER
    few = len(levels) <= max(_MOST_LEVELS, len(texts) // 3)
    return CATEGORY if few and len(levels) < max(2, len(texts)) else TEXT


def _of_numbers(numbers: Mapping[str, float], codes: SuspectedCodes, kind: str) -> str:
    meant = [value for text, value in numbers.items() if text not in codes.counts]
    if kind == INDICATOR or (meant and set(meant) == {0.0, 1.0}):
        return INDICATOR
    return INTEGER if all(value.is_integer() for value in meant) else NUMBER


def yes_no(levels: Mapping[str, int]) -> dict[str, str]:
    """Return 1 or 0 for each of two values that mean yes and no; nothing if they do not.

    Parameters
    ----------
    levels : mapping of str to int
        Cells by value.
    """
    meant = {
        level: "1" if folded(level) in _YES else "0" if folded(level) in _NO else ""
        for level in levels
    }
    return meant if set(meant.values()) == {"0", "1"} else {}


def _is_day(text: str) -> bool:
    if not re.match(r"\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}", text):
        return False
    return day_of(text) is not None or any(_fits(text, pattern) for pattern in _DATES)


def _fits(text: str, pattern: str) -> bool:
    try:
        datetime.strptime(text, pattern)
    except ValueError:
        return False
    return True


def _date_pattern(texts: Sequence[str], stored: str) -> tuple[str, bool]:
    if stored == DATE or all(day_of(text) is not None for text in texts):
        return "", False
    fitting = [pattern for pattern in _DATES if all(_fits(text, pattern) for text in texts)]
    both = {"%d/%m/%Y", "%m/%d/%Y"} <= set(fitting)
    return (fitting[0] if fitting else ""), both


def _several(texts: Sequence[str]) -> bool:
    """Tell whether cells hold several answers of one small list, with spaces between."""
    answers = Counter(answer for text in texts for answer in answers_of(text, " "))
    more = sum(" " in text for text in texts)
    repeated = len(texts) > 10 and len(answers) <= min(_MOST_ANSWERS, len(texts) // 4)
    alone = any(text in answers for text in texts)
    if not alone or _JOINING & {*map(str.lower, answers)} or not all(map(_CODE.fullmatch, answers)):
        return False
    chosen = [
        frozenset(row for row, text in enumerate(texts) if answer in answers_of(text, " "))
        for answer in (answers if repeated else ())
    ]
    if len(set(chosen)) < len(chosen):
        return False  # words that only stand together are a phrase
    return repeated and more > len(texts) // 5 and alone and min(answers.values()) > 1
