"""Flesch's reading ease of English text: 206.835 - 1.015 words a sentence - 84.6 syllables a word.

Numbers count as neither words nor syllables: a sentence is not harder to read for the digits in it.
"""

import re

_SENTENCE_END = re.compile(r"[.;:!?](?:\s|$)")
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_VOWELS = re.compile(r"[aeiouyáéíóú]+")


def reading_ease(text: str) -> float:
    """Return Flesch's reading ease (Flesch 1948): 60 to 70 is plain English, under 30 very difficult.

    Raises
    ------
    ValueError
        There are no words in it.
    """
    words = _WORD.findall(text)
    if not words:
        raise ValueError("there are no words in this text.")
    sentences = sum(bool(_WORD.search(part)) for part in _SENTENCE_END.split(text))
    syllables = sum(map(syllables_of, words))
    return 206.835 - 1.015 * len(words) / sentences - 84.6 * syllables / len(words)


def syllables_of(word: str) -> int:
    """Return the syllables of a word, counted as groups of vowels without a silent e at its end."""
    text = word.lower()
    if text.endswith("e") and not text.endswith(("le", "ee")):
        text = text[:-1]
    if text.endswith(("es", "ed")) and not text.endswith(
        ("ses", "zes", "ches", "shes", "ted", "ded")
    ):
        text = text[:-2]
    return max(1, len(_VOWELS.findall(text)))
