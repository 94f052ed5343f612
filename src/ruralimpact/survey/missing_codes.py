"""Values that look as if they meant "missing"."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import code_of, forms_of_code, normalised, number_of, written
from ruralimpact.survey.values_apart import OtherNumbers, stands_apart

_NO_ANSWER = frozenset(
    folded(word)
    for word in (
        *("no sabe", "ns", "nr", "ns/nr", "nsnr", "no responde", "no contesta"),
        *(
            "no sabe/no responde",
            "no sabe / no responde",
            "don't know",
            "dont know",
            "do not know",
            "dk",
        ),
        *("refused", "refused to answer", "no answer", "não sabe", "não respondeu"),
        *("n.s.", "n.r.", "n.c.", "n/s", "n/r", "sin respuesta", "sem resposta", "pas de réponse"),
        *("ne sait pas", "nsp", "sans réponse", "tidak tahu"),
    )
)
_WORDS = _NO_ANSWER | frozenset(
    folded(word)
    for word in (
        *("no aplica", "sin dato", "s/d", "n/a", "na", "n.a.", "n.d.", "nd", "none", "null", "nan"),
        *(".", "-", "--", "missing", "not applicable", "não se aplica"),
    )
)
_NINES = re.compile(r"-?(9{2,}|8{2,}|7{2,}|9+[678]|[6789])(\.0+)?")
_FURTHER = re.compile(r"-1(\.0+)?|9{2,}\.9+")
_REPEATED = re.compile(r"(9{3,}|8{3,}|7{3,}|9{2,}[678])(\.0+)?")
_FAR = 3.0
# Codes of groups have few gaps: 99 is hardly one of 1 to 24.
_FAR_OF_NAMES = 1.5
# Among amounts 9999 may be one: more often than any other, and so often, it is hardly.
_OFTEN, _AT_LEAST = 3, 4
_SURELY_OFTEN = 1000


@dataclass(frozen=True)
class SuspectedCodes:
    """What may mean "missing" in a column.

    Attributes
    ----------
    surely : tuple of str
        Words for it among numbers, negative codes where all else is not negative, and codes whose labels
        say so.
    perhaps : tuple of str
        Numbers such as 9999 that lie far beyond the others, stand several times as often as any, or are
        repeated and stand apart from all others.
    counts : dict of str to int
        Cells of each.
    """

    surely: tuple[str, ...]
    perhaps: tuple[str, ...]
    counts: dict[str, int]

    def with_said(self, counts: Mapping[str, int]) -> "SuspectedCodes":
        """Return the same with codes whose labels say that nobody answered, by how many cells have each."""
        surely = tuple(sorted({*self.surely, *counts}))
        return SuspectedCodes(surely, self.perhaps, {**self.counts, **counts})


def says_no_answer(label: str) -> bool:
    """Tell whether the label of a code says that nobody answered.

    Parameters
    ----------
    label : str
        Such as ``No sabe``.
    """
    return folded(label) in _NO_ANSWER


def reads_like_missing(text: str) -> bool:
    """Tell whether a text is a word or sign for a value that is not there.

    Parameters
    ----------
    text : str
        Such as ``N/A`` or ``-``; ``none`` may be an answer.
    """
    return folded(text) in _WORDS - {"none"}


def may_be_no_answer(text: str) -> bool:
    """Tell whether an answer of a question with several may mean that nobody answered.

    Parameters
    ----------
    text : str
        A word for it, or a number of two digits or more such as 88, 99 or -99.
    """
    coded = _NINES.fullmatch(text) is not None and len(text) > 1
    return coded or reads_like_missing(text)


def suspected_codes(counts: Mapping[str, int], numbers: Mapping[str, float]) -> SuspectedCodes:
    """Look for codes that mean "missing" among the cells of a column of numbers.

    Parameters
    ----------
    counts : mapping of str to int
        Distinct cells that are not blank, and how often each stands.
    numbers : mapping of str to float
        The number that each distinct text is, as far as it is one.
    """
    words = [text for text in counts if text not in numbers and folded(text) in _WORDS]
    coded = {text for text in numbers if _NINES.fullmatch(text)}
    others = sorted(value for text, value in numbers.items() if text not in coded)
    negative = [text for text in coded if numbers[text] < 0 and (not others or others[0] >= 0)]
    high = others[-1] if others else 0.0
    far = [text for text in coded if numbers[text] > _FAR * max(high, 1.0) and len(text) > 1]
    usual = max((counts[text] for text in numbers if text not in coded), default=0)
    often = [
        text
        for text in coded
        if _REPEATED.fullmatch(text) and counts[text] >= max(_AT_LEAST, _OFTEN * usual)
    ]
    apart = _apart(counts, numbers)
    surely = sorted([*words, *negative])
    perhaps = sorted({*far, *often, *apart} - {*surely})
    listed = {text: counts[text] for text in (*surely, *perhaps)}
    return SuspectedCodes(tuple(surely), tuple(perhaps), listed)


def suspected_numbers(numbers: NDArray[np.float64]) -> dict[str, float]:
    """Return the numbers that look like codes for "missing" by how they are written.

    Parameters
    ----------
    numbers : ndarray, shape (n,)
        Without missing ones.
    """
    values, rows = np.unique(numbers, return_counts=True)
    known = {written(value): float(value) for value in values}
    codes = suspected_codes(dict(zip(known, rows.tolist(), strict=True)), known)
    return {code: known[code] for code in (*codes.surely, *codes.perhaps)}


def _apart(counts: Mapping[str, int], numbers: Mapping[str, float]) -> list[str]:
    """Return repeated numbers in the form of a code that stand apart from those of other forms."""
    coded = [text for text in numbers if _NINES.fullmatch(text) or _FURTHER.fullmatch(text)]
    others = _others(counts, {text: numbers[text] for text in numbers if text not in coded})
    # What is among the others, or next to them, is one of them.
    usual = [text for text in coded if not stands_apart(numbers[text], _SURELY_OFTEN, others)]
    known = {text: value for text, value in numbers.items() if text not in coded or text in usual}
    others = _others(counts, known)
    return [
        text
        for text in coded
        if text not in usual and stands_apart(numbers[text], counts[text], others)
    ]


def _others(counts: Mapping[str, int], numbers: Mapping[str, float]) -> OtherNumbers:
    texts = sorted(numbers, key=numbers.__getitem__)
    values, cells = [numbers[text] for text in texts], [counts[text] for text in texts]
    return OtherNumbers(np.array(values, dtype=np.float64), np.array(cells, dtype=np.int64))


def codes_among_names(
    names: Iterable[str], declared: Collection[str] = (), *, far: bool = True
) -> list[str]:
    """Return the numbers among names that look like codes for a value that is not there.

    Parameters
    ----------
    names : iterable of str
        Distinct values of a group, region, wave: words, or numbers as codes.
    declared : collection of str
        Missing codes of other columns.
    far : bool
        Whether a number that is not negative may be one: 99 where the others are words, or 1 to 24. Not where
        numbers are years, of which 99 may be one.

    Returns
    -------
    list of str
        In order. Of 88 and 99 where groups count up to 120 neither.
    """
    distinct = set(names)
    numbers = {
        name: number for name in distinct if (number := number_of(normalised(name))) is not None
    }
    known = {form for code in declared for form in forms_of_code(code)}
    coded = {
        name
        for name in numbers
        if (_NINES.fullmatch(code_of(name)) and len(name) > 1) or code_of(name) in known
    }
    others = [number for name, number in numbers.items() if name not in coded]
    if not len(distinct) > len(coded):
        return []
    low, high = min(others, default=0.0), max(others, default=0.0)
    return sorted(
        name
        for name in coded
        if (numbers[name] < 0 <= low) or (far and numbers[name] > max(_FAR_OF_NAMES * high, 10))
    )
