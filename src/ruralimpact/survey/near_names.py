"""Names of groups, regions or products that may be one, with a slip of the pen: proposed, never changed."""

import re
from collections.abc import Iterator

import pandas as pd
from rapidfuzz import fuzz, process

from ruralimpact.schema.quality import NearName
from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import plain_words

_ALIKE = 85.0  # of 100, rapidfuzz's ratio
_SHORTEST = 5  # letters of a name; two shorter ones are alike by chance
_MOST_NAMES = 3_000  # beyond, a column is free text
_WORDS = re.compile(r"\w+")
# What tells apart names that are otherwise the same: a number, a letter, a Roman numeral.
_COUNTED = re.compile(r"\d+|\w|(?:x{0,3})(?:ix|iv|v?i{0,3})")
_DIGITS = re.compile(r"\d+")
_ALIKE_WORDS = 70.0


def near_names(names: pd.Series) -> list[NearName]:
    """Return the names that are much like another one that occurs at least as often.

    Parameters
    ----------
    names : Series of str
        One a row; missing ones are passed over. Names that differ in a number, a letter or a Roman numeral
        (``A01`` and ``A02``, ``Unión A`` and ``Unión B``) or in a whole word (``Alta`` and ``Baja``), and
        those of fewer than five letters, are not compared.

    Returns
    -------
    list of NearName
        In the order of the names, each with the one that it is most like.
    """
    counts = {str(name): int(count) for name, count in names.dropna().value_counts().items()}
    known = sorted(name for name in counts if len(folded(name)) >= _SHORTEST)
    if not 1 < len(known) <= _MOST_NAMES:
        return []
    plain = [folded(name) for name in known]
    numbers = [_counted(name) for name in known]
    scores = process.cdist(plain, plain, scorer=fuzz.ratio, score_cutoff=_ALIKE)
    return list(_proposals(known, counts, numbers, scores.tolist()))


def _proposals(
    known: list[str], counts: dict[str, int], numbers: list[list[str]], scores: list[list[float]]
) -> Iterator[NearName]:
    for position, name in enumerate(known):
        others = [
            (scores[position][other], counts[known[other]], -other)
            for other in range(len(known))
            if scores[position][other]
            and numbers[position] == numbers[other]
            and _has_like_words(name, known[other])
            and (counts[known[other]], -other) > (counts[name], -position)
        ]
        if others:
            similarity, rows, other = max(others)
            yield NearName(
                raw=name,
                clean=known[-other],
                rows=counts[name],
                rows_of_clean=rows,
                similarity=round(similarity),
            )


def _counted(name: str) -> list[str]:
    """Return what a name counts by: its numbers, and words that are a letter or a Roman numeral."""
    words = _WORDS.findall(plain_words(name))
    return [
        *_DIGITS.findall(folded(name)),
        *(word for word in words if not word.isdigit() and _COUNTED.fullmatch(word)),
    ]


def _has_like_words(name: str, other: str) -> bool:
    """Tell whether names of as many words are alike word by word: none stands for another word."""
    pair = _WORDS.findall(plain_words(name)), _WORDS.findall(plain_words(other))
    if len(pair[0]) != len(pair[1]):
        return True
    return all(fuzz.ratio(*words) >= _ALIKE_WORDS for words in zip(*pair, strict=True))
