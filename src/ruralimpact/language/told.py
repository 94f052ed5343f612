"""Messages in the language of their reader: made in English everywhere, told by their form at the border.

What computes knows no language, and logs are in English, so that they can be searched for. A catalogue holds
the forms of messages as they stand in the source, with ``{0}``, ``{1}`` for what is put in. What no form fits
stays as it is.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import pairwise
from textwrap import fill

from ruralimpact.language.catalogue import (
    SOURCE,
    current,
    gettext,
    marked,
    message_forms,
    number_marks,
)
from ruralimpact.schema.language import Language

HIDDEN = marked("(not shown)")
"""What stands in a message in the place of a cell of an identifier."""
PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_NUMBERED = re.compile(r"\{(\d+)\}")
_IN_WORDS = re.compile(r"^[(\"'`]*[A-Za-z]+[A-Za-z'-]*[)\"'`.,:;?!]*$")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NUMBER = re.compile(r"[-+]?\d{1,3}(,\d{3})*(\.\d+)?|[-+]?\d+(\.\d+)?")
_QUOTES = ("'", '"', "`")
LEAD = re.compile(r"(error|note): ")
_NOTE = marked("note")
_NEXT = r"(?=, (?:line|sheet|column|key|rows?|units?|variable|analysis|sample) |: |$)"
# Where something is, as `ruralimpact.errors` writes it, part by part.
_PLACES = tuple(
    (re.compile(pattern + _NEXT), form)
    for pattern, form in (
        (r"file (.+?)", marked("file {0}")),
        (r"sheet of (.+?)", marked("sheet of {0}")),
        (r"sheet (.+?)", marked("sheet {0}")),
        (r"analysis (.+?)", marked("analysis {0}")),
        (r"sample (.+?)", marked("sample {0}")),
        (r"line (\d+)", marked("line {0}")),
        (r"column (.+?)", marked("column {0}")),
        (r"variable (.+?)", marked("variable {0}")),
        (r"key (.+?)", marked("key {0}")),
        (r"row (\S+?)", marked("row {0}")),
        (r"rows (.+?) and ([\d,]+) more", marked("rows {0} and {1} more")),
        (r"rows (.+?)", marked("rows {0}")),
        (r"unit (\S+?)", marked("unit {0}")),
        (r"units (.+?) and ([\d,]+) more", marked("units {0} and {1} more")),
        (r"units (.+?)", marked("units {0}")),
    )
)
_END = re.compile(r"[.?!:;,]['\")]*\s+|\s+(?=\()")
_MOST_ENDS = 12
_ASIDE = re.compile(r"\((.*)\)([.]?)")
_FEW = 3
_LINE = 100  # characters of a line of help
_OF_SENTENCE = 100
_PUT_IN = "(.*?)"
_QUOTED = re.compile(r"'[^']*'|`[^`]*`")
# Words by which a text says something, rather than names it.
_SAYING = frozenset(
    {
        *("the", "a", "an", "is", "are", "was", "were", "be", "has", "have", "had", "does", "do"),
        *("not", "no", "of", "in", "to", "for", "with", "by", "from", "at", "on", "or", "and"),
        *("it", "that", "this", "which", "there", "they", "as", "than", "more", "if"),
    }
)


def is_form(text: str) -> bool:
    """Whether a text of the source says something: two words, or one beside what is put in."""
    if "\\" in text:  # a pattern
        return False
    words = [word for word in PLACEHOLDER.sub("0", text).split() if _IN_WORDS.search(word)]
    if " " in text and PLACEHOLDER.search(text):
        return bool(words)
    return len(words) > 1 and any(word.islower() for word in words)


def paragraphs(text: str) -> list[str]:
    """Return the paragraphs of a text, each in one line."""
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def told_paragraphs(text: str) -> str:
    """Return a text of several paragraphs in the language that is spoken."""
    if current() == SOURCE:
        return text
    return "\n\n".join(fill(told(part), _LINE) for part in paragraphs(text))


def told(text: str) -> str:
    """Return a message in the language that is spoken.

    Parameters
    ----------
    text : str
        One line in English: where something is, and what is to be said of it.
    """
    if current() == SOURCE:
        return text
    indent = text[: len(text) - len(text.lstrip())]
    lead = LEAD.match(text.lstrip())
    said = text[len(indent) + (lead.end() if lead else 0) :]
    label = f"{gettext(_NOTE) if lead[1] == 'note' else lead[1]}: " if lead else ""
    where, problem = _placed(said)
    # What stands in the place of a cell is read like one.
    quoted = f"'{HIDDEN}'"
    sentences = _cut(problem.replace(HIDDEN, quoted))[1].replace(quoted, gettext(HIDDEN))
    return f"{indent}{label}{where}{sentences}"


def _placed(text: str) -> tuple[str, str]:
    """Return where something is, with its colon, and what is said of it."""
    places, rest = _places(text)
    return (f"{places}: ", rest[2:]) if places and rest.startswith(": ") else ("", text)


def _places(text: str) -> tuple[str, str]:
    """Return the places that a text begins with, and the rest."""
    places: list[str] = []
    rest = text
    while True:
        matches = ((pattern.match(rest), form) for pattern, form in _PLACES)
        stated, form = next((own for own in matches if own[0]), (None, ""))
        if stated is None:
            return "", text
        parts = (part if "'" in part else _in_marks(part) for part in stated.groups())
        places.append(gettext(form).format(*parts))
        rest = rest[stated.end() :]
        if not rest.startswith(", "):
            return ", ".join(places), rest
        rest = rest[2:]


@lru_cache(maxsize=4096)
def _cut(text: str) -> tuple[int, str]:
    """Return how many words stay in English, and the text: whole, or in stretches that a form fits."""
    best = _with_or_without_stop(text) or (_english(text), text)
    if best[0] == 0:
        return best
    ends = [end.end() for end in _END.finditer(text)][:_MOST_ENDS]
    for end in reversed(ends):
        head, gap = text[:end].rstrip(), text[len(text[:end].rstrip()) : end]
        fitted = _with_or_without_stop(head) or (_english(head), head)
        if fitted[0] >= best[0]:
            continue
        left, said = _cut(text[end:])
        if fitted[0] + left < best[0]:
            best = fitted[0] + left, f"{fitted[1]}{gap}{said}"
    return best


@dataclass(frozen=True)
class _Form:
    """A form with its translation, and what tells whether a message may be of it."""

    translation: str
    words: int
    literals: tuple[str, ...]
    pattern: re.Pattern[str]
    quoted: tuple[bool, ...]


@cache
def _forms(language: Language) -> tuple[_Form, ...]:
    """Return the forms of a language, those first that say most."""
    forms = message_forms(language).items()
    return tuple(
        _form(source, translation)
        for source, translation in sorted(
            forms, key=lambda own: len(PLACEHOLDER.sub("", own[0])), reverse=True
        )
    )


def _form(source: str, translation: str) -> _Form:
    literals = PLACEHOLDER.split(source)
    pattern = _PUT_IN.join(map(re.escape, literals))
    # What leads or ends a sentence may be left out: the analysis, a hint.
    if literals[0] == "" and literals[1].startswith(": "):
        pattern = f"(?:{_PUT_IN}: )?{pattern.removeprefix(_PUT_IN + re.escape(': '))}"
    if literals[-1] == "" and literals[-2].endswith(" "):
        pattern = f"{pattern.removesuffix(re.escape(' ') + _PUT_IN)}(?: {_PUT_IN})?"
    pairs = pairwise(literals)
    quoted = tuple(before.endswith(_QUOTES) and before[-1:] == after[:1] for before, after in pairs)
    words = len(_WORD.findall(PLACEHOLDER.sub(" ", source)))
    said = tuple(filter(None, (literal.strip(" :") for literal in literals)))
    return _Form(translation, words, said, re.compile(pattern), quoted)


@lru_cache(maxsize=4096)
def _fitted(text: str) -> tuple[int, str] | None:
    """Return how many words stay in English by the form that leaves fewest, and the text, if one fits."""
    if not _WORD.search(text):
        return 0, _in_marks(text)
    aside = _ASIDE.fullmatch(text)
    if aside and (inside := _fitted(aside[1])):
        return inside[0], f"({inside[1]}){aside[2]}"
    places, rest = _places(text)
    if places and not rest:
        return 0, places
    best: tuple[int, str] | None = None
    for form in _forms(current()):
        match = _match(form, text)
        if match is None:
            continue
        left, said = _filled(form, match)
        if left >= _OF_SENTENCE and form.words < _FEW:  # such as "{0} in {1}"
            continue
        if best is None or left < best[0]:
            best = left, said
        if best[0] == 0:
            break
    return best


def _with_or_without_stop(text: str) -> tuple[int, str] | None:
    """Return `_fitted`, where forms have a full stop or texts were put into longer sentences."""
    fitted = _fitted(text)
    if fitted is not None and fitted[0] == 0:
        return fitted
    if text.endswith("."):
        other = _fitted(text[:-1])
        other = other and (other[0], f"{other[1]}.")
    else:
        other = _fitted(f"{text}.")
        other = other and (other[0], other[1].removesuffix("."))
    return min(filter(None, (fitted, other)), default=None)


def _match(form: _Form, text: str) -> re.Match[str] | None:
    if not all(literal in text for literal in form.literals):
        return None
    return form.pattern.fullmatch(text)


def _filled(form: _Form, match: re.Match[str]) -> tuple[int, str]:
    """Return how many words stay in English, and the translation."""
    left, parts = 0, []
    for part, quoted in zip(match.groups(default=""), form.quoted, strict=True):
        bare = part.strip()
        if quoted or not bare:
            parts.append(part)
            continue
        untold, said = _cut(bare)
        left += untold
        parts.append(part.replace(bare, said))
    said = _NUMBERED.sub(lambda number: parts[int(number[1])], form.translation)
    return left, said.strip().removeprefix(": ")


def _english(text: str) -> int:
    """Count the words of a text that nothing translates; those of one that only names things count little."""
    words = re.findall(r"[^\W\d_]+", _QUOTED.sub(" ", text))
    return len(words) * (_OF_SENTENCE if _SAYING.intersection(words) else 1)


def _in_marks(text: str) -> str:
    """Return a number with the marks of the language; other texts as they are."""
    if not _NUMBER.fullmatch(text):
        return text
    marks = number_marks()
    return text.translate(str.maketrans(",.", f"{marks.group}{marks.decimal}"))
