"""Currencies and units that stand in the cells of numbers: ``Q15,737.92``, ``0.43 ha``."""

import re
from collections.abc import Mapping, Sequence

from ruralimpact.draft.number_marks import is_marked_number, mostly
from ruralimpact.draft.proposal import Proposal
from ruralimpact.privacy.scan import kind_by_words

_SIGNS = (
    *(
        "us$",
        "usd",
        "r$",
        "s/.",
        "s/",
        "bs.",
        "bs",
        "q",
        "l.",
        "c$",
        "gs.",
        "gs",
        "ksh",
        "fcfa",
        "f cfa",
    ),
    *("cfa", "birr", "tsh", "ush", "rp", "$", "\u20ac", "\u00a3", "\u20b2", "\u20a1", "\u20b9"),
    *(
        "hect\u00e1reas",
        "hectareas",
        "hectares",
        "has.",
        "has",
        "ha.",
        "ha",
        "manzanas",
        "mz",
        "acres",
        "m2",
    ),
    *(
        "quintales",
        "qq",
        "cargas",
        "arrobas",
        "kgs",
        "kg",
        "lbs",
        "lb",
        "ton",
        "tm",
        "litros",
        "lts",
        "km",
    ),
)
_LISTED = "|".join(map(re.escape, _SIGNS))
_BEFORE = re.compile(rf"({_LISTED})\s*([+-]?[\d.].*)", re.IGNORECASE)
_BEHIND = re.compile(rf"(.*[\d.])\s*({_LISTED})", re.IGNORECASE)


def affixes(columns: Mapping[str, Sequence[str]]) -> list[Proposal]:
    """Return the edits that take a currency or unit out of columns of numbers.

    Parameters
    ----------
    columns : mapping of str to sequence of str
        Cells of text that are not blank, by column.
    """
    proposals = []
    for name, texts in columns.items():
        sign = _sign_of(texts) if not kind_by_words(name) else ""
        if sign:
            edit = {"rule": "affix", "columns": [name], "text": sign}
            cells = sum(_parts(text) is not None for text in texts)
            proposals.append(Proposal("edits", [edit], f"{cells:,} cells of '{name}' have {sign}"))
    return proposals


def without_affix(text: str) -> str:
    """Return a cell without its currency or unit."""
    parts = _parts(text)
    return parts[1] if parts else text


def _sign_of(texts: Sequence[str]) -> str:
    """Return the one sign of a column that is numbers but for it; nothing where there is none."""
    signed = [parts for text in texts if (parts := _parts(text)) is not None]
    signs = {sign.casefold() for sign, _ in signed}
    numbers = mostly(is_marked_number(without_affix(text)) for text in texts)
    # A letter before whole numbers is a code: Q12.
    codes = all(len(sign) == 1 and sign.isalpha() and number.isdigit() for sign, number in signed)
    return signed[0][0] if len(signs) == 1 and numbers and not codes else ""


def _parts(text: str) -> tuple[str, str] | None:
    if before := _BEFORE.fullmatch(text.strip()):
        return before.group(1), before.group(2)
    if behind := _BEHIND.fullmatch(text.strip()):
        return behind.group(2), behind.group(1)
    return None
