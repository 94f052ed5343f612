"""How much of an answer finds room: the same sentences in every language, and few words in each."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ruralimpact.exhibits.answer.statement import word_count
from ruralimpact.exhibits.document import HeadlineLine

Counts = NDArray[np.int64]

MOST_WORDS = 120
_KEPT = 2  # sentences against an answer that find room whatever else is said


@dataclass(frozen=True)
class Draft:
    """All that an answer may say, in one language.

    Attributes
    ----------
    framing : tuple of HeadlineLine
        What is said whatever else is: the verdict, and how to read numbers.
    lines : tuple of tuple of HeadlineLine
        The estimates, from the fullest to the leanest detail; as many in each.
    against : tuple of HeadlineLine
        What speaks against them, the weightiest first.
    """

    framing: tuple[HeadlineLine, ...]
    lines: tuple[tuple[HeadlineLine, ...], ...]
    against: tuple[HeadlineLine, ...]


@dataclass(frozen=True)
class Room:
    """What is said of a draft.

    Attributes
    ----------
    detail : int
        Position of the detail.
    lines, against : int
        How many of the first.
    """

    detail: int
    lines: int
    against: int


def room_for(drafts: Sequence[Draft]) -> Room:
    """Return what finds room in every language.

    Parameters
    ----------
    drafts : sequence of Draft
        One a language, the same sentences in each.

    Returns
    -------
    Room
        The estimates in as much detail as leaves room for the first sentences against them.
    """
    room = MOST_WORDS - _words([draft.framing for draft in drafts]).sum(axis=1)
    against = _words([draft.against for draft in drafts])
    by_detail = [_words(lines) for lines in zip(*(draft.lines for draft in drafts), strict=True)]
    left = room - against[:, :_KEPT].sum(axis=1)
    detail = next(
        (leaner for leaner, words in enumerate(by_detail) if (words.sum(axis=1) <= left).all()),
        len(by_detail) - 1,
    )
    lines = _that_fit(by_detail[detail], room)
    left = room - by_detail[detail][:, :lines].sum(axis=1)
    return Room(detail, lines, _that_fit(against, left))


def _words(texts: Sequence[Sequence[HeadlineLine]]) -> Counts:
    """Return the words of each sentence: a row a language."""
    counts = [[word_count(f"{line.label} {line.text}") for line in lines] for lines in texts]
    return np.array(counts, dtype=np.int64)


def _that_fit(words: Counts, room: Counts) -> int:
    """Return how many of the first sentences find room in every language."""
    return int((words.cumsum(axis=1) <= room[:, None]).all(axis=0).sum())
