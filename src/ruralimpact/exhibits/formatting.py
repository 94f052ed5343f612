"""The only place that rounds: numbers to the strings that a reader sees."""

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from ruralimpact.language import current, gettext, marked, number_marks, spanish

MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"
SUPPRESSED = "[s]"
PERCENTAGE_POINTS = marked("percentage points")
LOG_POINTS = marked("log points")

_NUMBER_AND_UNIT = re.compile(r"((?:\{sign\})?\{\w+\}) \{unit\}")
_LITERAL = str.maketrans({"{": "{{", "}": "}}"})
_EXACT = Context(prec=400)  # a float has at most 309 digits before the point
_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def scale(unit: str) -> float:
    """Return the factor from stored to printed values: shares are stored as fractions."""
    return 100.0 if unit == PERCENTAGE_POINTS else 1.0


def number(value: float | None, decimals: int = 0) -> str:
    """Return a number with thousands separators and a true minus sign; a dash when it is missing.

    Parameters
    ----------
    value : float or None
    decimals : int
        Decimals kept. A value that rounds to zero carries no sign.
    """
    if value is None or not math.isfinite(value):
        return DASH
    shown = rounded(value, decimals)
    text = with_marks(f"{abs(shown):,.{max(decimals, 0)}f}")
    return f"{MINUS}{text}" if shown < 0 else text


def rounded(value: float, decimals: int = 0) -> Decimal:
    """Return a number as it is printed: halves away from zero, as people and spreadsheets round.

    A few units in the last place that a float keeps do not count: 12.499999999999998 is a half.
    """
    value = float(value)
    kept = Decimal(value + math.copysign(4 * math.ulp(value), value))
    return kept.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)


def with_marks(text: str) -> str:
    """Return a number with the marks of the language that is spoken."""
    marks = number_marks()
    return text.translate(str.maketrans(",.", f"{marks.group}{marks.decimal}"))


def decimals_of(text: str) -> int:
    """Return the decimals that a number is printed with."""
    return len(text.partition(number_marks().decimal)[2])


def count(value: float | None) -> str:
    """Return a count with thousands separators."""
    return number(value, 0)


def parenthesised(value: float | None, decimals: int = 0) -> str:
    """Return a standard error in parentheses, or a dash when it is missing."""
    text = number(value, decimals)
    return text if text == DASH else f"({text})"


def interval(low: float | None, high: float | None, decimals: int = 0) -> str:
    """Return ``low to high``, or a dash when either end is missing."""
    ends = number(low, decimals), number(high, decimals)
    return DASH if DASH in ends else span(*ends)


def span(low: str, high: str) -> str:
    """Return ``low to high``."""
    return gettext("{low} to {high}").format(low=low, high=high)


def p_value(value: float | None) -> str:
    """Return a p-value with three decimals, ``<0.001`` below that."""
    if value is not None and 0 <= value < 0.001:
        return f"<{number(0.001, 3)}"
    return number(value, 3)


def p_statement(value: float | None) -> str:
    """Return ``p = 0.012``, or ``p < 0.001``."""
    shown = p_value(value)
    return f"p < {shown[1:]}" if shown.startswith("<") else f"p = {shown}"


def f_test(test: Mapping[Any, Any]) -> str:
    """Return ``F(2, 30) = 4.11, p = 0.026`` of a test with its statistic, degrees of freedom and p-value."""
    df = f"{count(test['df'])}, {count(test['df_denominator'])}"
    return f"F({df}) = {number(test['statistic'], 2)}, {p_statement(test['p_value'])}"


def range_text(values: Sequence[float], decimals: int, unit: str) -> str:
    """Return ``a to b unit`` for the smallest and largest value, or ``a unit`` where they print alike."""
    low, high = number(min(values), decimals), number(max(values), decimals)
    return with_unit(low if low == high else span(low, high), unit)


def translated(unit: str) -> str:
    """Return a unit in the language of the study; nothing where there is none."""
    return gettext(unit) if unit else ""


def in_unit(text: str, unit: str) -> str:
    """Return ``text (unit)``, or the text where there is no unit."""
    return in_brackets(text, translated(unit))


def in_brackets(text: str, about: str) -> str:
    """Return ``text (about)``, or the text where there is nothing to put into brackets."""
    return f"{text} ({about})" if about else text


def with_unit(text: str, unit: str) -> str:
    """Return ``12 members``, and ``US$ 12 million``: signs of currencies stand before what they count."""
    currency, rest = _currency_apart(translated(unit))
    return " ".join(filter(None, (currency, text, rest)))


def for_unit(template: str, unit: str) -> str:
    """Return a template with its unit put in around ``{number} {unit}``; without it where there is none."""
    if not unit:
        return template.replace(" {unit}", "")
    currency, rest = (part.translate(_LITERAL) for part in _currency_apart(translated(unit)))
    before, after = f"{currency} " if currency else "", f" {rest}" if rest else ""
    return _NUMBER_AND_UNIT.sub(
        lambda written: f"{before}{written[1]}{after}" if before else written[0], template
    )


def _currency_apart(unit: str) -> tuple[str, str]:
    """Return the sign of a currency that a unit begins with, and what follows it."""
    first, _, rest = unit.partition(" ")
    signs = any(unicodedata.category(letter) == "Sc" for letter in first)
    return (first, rest) if signs else ("", unit)


def word(value: int) -> str:
    """Return a count up to ten in words, larger ones in figures."""
    if not 0 <= value < len(_WORDS):
        return count(value)
    return spanish.word(value) if current() == "es" else _WORDS[value]


def plural(value: int, noun: str) -> str:
    """Return ``one strategy``, ``two strategies``; for our own words, never for those of a study."""
    if current() == "es":
        return spanish.plural(value, count(value), noun)
    return f"{word(value)} {noun if value == 1 else _several(noun)}"


def _several(noun: str) -> str:
    if noun.endswith("y") and noun[-2] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "z", "ch", "sh")) else f"{noun}s"


def share_of(part: int, total: int, noun: str = "") -> str:
    """Return ``none of four``, ``one of four`` or ``all four``, with the noun if there is one.

    Of two, ``neither`` or ``both``; of one, ``the one`` or none.
    """
    if current() == "es":
        return spanish.share_of(part, total, (count(part), count(total)), noun)
    whole = plural(total, noun) if noun else word(total)
    match part, total:
        case 0, 1:
            return f"no {noun}" if noun else "none"
        case 1, 1:
            return f"the {whole}"
        case 0, 2:
            return f"neither of {whole}"
        case 2, 2:
            return f"both{whole.removeprefix('two')}"
        case _ if part == total:
            return f"all {whole}"
    return f"{word(part) if part else 'none'} of {whole}"


def level_label(level: object) -> str:
    """Return the printed name of a level of a variable; that of all units together where it is empty."""
    return str(level).replace("_", " ").capitalize() or "All"


def lower_first(text: str) -> str:
    """Return `text` for use inside a sentence, leaving acronyms as they are."""
    return text if len(text) > 1 and text[1].isupper() else text[:1].lower() + text[1:]
