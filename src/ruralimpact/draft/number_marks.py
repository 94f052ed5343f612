"""Decimal and thousands marks of numbers that are text."""

import re
from collections.abc import Iterable, Mapping, Sequence

from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.privacy.scan import kind_by_words
from ruralimpact.survey.marks import form_of

_COMMA = re.compile(r"[+-]?\d+,\d+")
_POINT = re.compile(r"[+-]?\d+\.\d+")
_POINT_THOUSANDS = re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d+)?")
_COMMA_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
# Marks of thousands that are no decimal marks, with the numbers that have them.
_ONLY_THOUSANDS = {
    mark: re.compile(rf"[+-]?\d{{1,3}}({form_of(mark)}\d{{3}})+([.,]\d+)?") for mark in (" ", "'")
}
_NO_DECIMAL_MARKS = re.compile("|".join(map(form_of, _ONLY_THOUSANDS)))
_MOSTLY = 0.7


def is_marked_number(text: str) -> bool:
    """Tell whether a text is a number, whatever its marks."""
    return any(
        pattern.fullmatch(text)
        for pattern in (
            *(_PLAIN, _COMMA, _POINT, _POINT_THOUSANDS, _COMMA_THOUSANDS),
            *_ONLY_THOUSANDS.values(),
        )
    )


def without_thousands(text: str, decimal: str) -> str:
    """Return a number without marks of thousands, whatever they are; other texts as they are.

    Parameters
    ----------
    text : str
    decimal : str
        Decimal mark.
    """
    other = "." if decimal == "," else ","
    return _NO_DECIMAL_MARKS.sub("", text.replace(other, "")) if is_marked_number(text) else text


_PLAIN = re.compile(r"[+-]?\d+([.,]\d*)?([eE][+-]?\d+)?|[+-]?[.,]\d+")


def number_marks(columns: Mapping[str, Sequence[str]]) -> list[Proposal]:
    """Return the marks that the numbers of a table are written with.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Texts of the columns that hold mostly numbers, without blanks.

    Returns
    -------
    list of Proposal
        ``decimal`` and ``edits``; nothing where numbers have a point or no mark at all.
    """
    only = [
        edit
        for mark, pattern in _ONLY_THOUSANDS.items()
        for edit in _thousands(columns, pattern, mark)
    ]
    commas = [
        *_matching(columns, _COMMA),
        *(
            text
            for pattern in _ONLY_THOUSANDS.values()
            for text in _matching(columns, pattern)
            if "," in text
        ),
    ]
    # What may as well be a mark of thousands, such as 1,250, speaks for neither.
    sure = [text for text in commas if not _COMMA_THOUSANDS.fullmatch(text)]
    points = [text for text in _matching(columns, _POINT) if not _POINT_THOUSANDS.fullmatch(text)]
    if sure and not points:
        words = f"{len(sure):,} cells{_such_as(columns, sure)} have a comma, none a decimal point"
        edits = _thousands(columns, _POINT_THOUSANDS, ".")
        return [Proposal("decimal", ",", words), *_together([*only, *edits])]
    if sure and points:
        question = (
            f"{len(sure):,} cells{_such_as(columns, sure)} have a decimal comma and "
            f"{len(points):,}{_such_as(columns, points)} a point. Which is the mark of the file, . or ,?"
        )
        return [Proposal("decimal", OPEN, question)]
    edits = _together([*only, *_thousands(columns, _COMMA_THOUSANDS, ",")])
    if edits or points:
        return edits
    doubtful = _matching(columns, _POINT_THOUSANDS)
    if doubtful:
        question = (
            f"{len(doubtful):,} cells{_such_as(columns, doubtful)} may be decimals or thousands. Write . "
            "if the point is for decimals; if it is for thousands, take this key out and use the edit "
            "`thousands`"
        )
        return [Proposal("decimal", OPEN, question)]
    return []


def _matching(columns: Mapping[str, Sequence[str]], pattern: re.Pattern[str]) -> list[str]:
    return [text for texts in columns.values() for text in texts if pattern.fullmatch(text)]


def _such_as(columns: Mapping[str, Sequence[str]], cells: Sequence[str]) -> str:
    """Quote the first of some cells that stands in a column which tells of nobody who it is."""
    quotable = {
        text for name, texts in columns.items() if not kind_by_words(name) for text in texts
    }
    shown = next((text for text in cells if text in quotable), "")
    return f" such as '{shown}'" if shown else ""


def _thousands(
    columns: Mapping[str, Sequence[str]], pattern: re.Pattern[str], mark: str
) -> list[Proposal]:
    """Return the edit that takes out marks of thousands, where there are any."""
    marked = {
        name: [
            text
            for text in texts
            if re.search(form_of(mark), text) is not None and pattern.fullmatch(text)
        ]
        for name, texts in columns.items()
    }
    undecided = {name: texts for name, texts in marked.items() if texts}
    if not undecided:
        return []
    edit = {"rule": "thousands", "columns": list(undecided), "mark": mark}
    cells = [text for texts in undecided.values() for text in texts]
    words = f"{len(cells):,} cells{_such_as(columns, cells) or ' have them'}"
    return [Proposal("edits", [edit], words)]


def _together(edits: Sequence[Proposal]) -> list[Proposal]:
    """Return proposals of edits as one, for a source has one list of them."""
    if len(edits) < 2:
        return list(edits)
    rules = [rule for edit in edits if isinstance(edit.value, list) for rule in edit.value]
    return [Proposal("edits", rules, "; ".join(edit.evidence for edit in edits))]


def mostly(texts: Iterable[bool]) -> bool:
    """Tell whether most of some answers are yes."""
    answers = list(texts)
    return bool(answers) and sum(answers) >= _MOSTLY * len(answers)
