"""Labels that a raw file gives to codes, beside those of the codebook."""

import re
from collections.abc import Mapping
from pathlib import Path

from ruralimpact.errors import DataError
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import code_of, normalised, plain_words

_NO = ("no", "nein", "non", "nao")
_BEGINS_WITH_NO = re.compile(
    r"(?:no|nein|non|nao|sin|sem|sans|without|not|none|ningun[oa]?|never|nunca|control)\b.*"
)


def by_form(labels: Mapping[str, str]) -> dict[str, str]:
    """Return labels by their code as written and in the form of `values.code_of`."""
    return {code_of(code): label for code, label in labels.items()} | {
        normalised(code): label for code, label in labels.items()
    }


def refuse_shared(labels: Mapping[str, str], entry: Entry, file: str | Path) -> None:
    """Refuse labels of a file that would make two codes one value."""
    first: dict[str, str] = {}
    for code, label in labels.items():
        if first.setdefault(label, code) != code:
            problem = (
                f"the file gives the codes {first[label]} and {code} the same label '{label}'."
            )
            hint = f"Give the labels of '{entry.variable}' in the codebook."
            raise DataError(problem, file=file, column=entry.raw_name, hint=hint)


def refuse_exchanged(entry: Entry, described: Mapping[str, str], file: str | Path) -> None:
    """Refuse labels of the codebook that the file itself gives to another code, or 1 for what it calls no."""
    given = {code_of(code): label for code, label in entry.labels.items()}
    if entry.type == "indicator":
        given = given or {"1": "yes"}
        says_no = [
            code
            for code, label in described.items()
            if plain_words(label) in _NO
            or (
                (not entry.labels or entry.role == "treatment")
                and _BEGINS_WITH_NO.fullmatch(plain_words(label)) is not None
            )
        ]
        exchanged = [code for code in says_no if given.get(code) in ("1", "yes")]
        exchanged = exchanged if len(says_no) < len(described) else []
    else:
        codes = {folded(label): code for code, label in given.items()}
        exchanged = [
            code
            for code, label in described.items()
            if code in given and codes.get(folded(label), code) != code
        ]
    if exchanged:
        code = exchanged[0]
        raise DataError(
            f"the file labels {code} '{described[code]}', and the codebook takes it for '{given[code]}' "
            f"('{entry.variable}').",
            file=file,
            column=entry.raw_name,
        )
