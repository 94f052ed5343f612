"""Footnote marks of estimates, and what they mean."""

from collections.abc import Iterable, Mapping

import pandas as pd

from ruralimpact.exhibits.shown import Record
from ruralimpact.language import gettext, marked

UNBALANCED, SUPPORTED = "\N{DAGGER}", "\N{DOUBLE DAGGER}"
_LETTERS = "abcdefghij"
BALANCE_RULE = marked(
    "The strategy fails balance: after it some covariate has a standardised mean "
    "difference of 0.1 or more, or a variance ratio outside 0.5 to 2."
)
SUPPORT_RULE = marked(
    "ATT, supported: treated units are dropped that have no acceptable match, or "
    "whose outcome (or that of all their matches) is missing; the estimate is "
    "for those that remain."
)


def balance_mark(record: Record) -> str:
    """Return the mark of an estimate whose strategy fails balance."""
    return UNBALANCED if record["balanced"] == "no" else ""


def estimate_marks(record: Record) -> str:
    """Return the marks of an estimate that fails balance, or from which treated units were dropped."""
    return balance_mark(record) + (SUPPORTED if _is_supported(record) else "")


def _is_supported(record: Record) -> bool:
    """Tell whether an estimate is for those left of the treated; one that cannot be made is for nobody."""
    nobody = record["n_treated"] == 0 and record["n_control"] == 0
    return bool(record["dropped"] > 0 and not nobody)


def balance_notes(frame: pd.DataFrame) -> list[str]:
    """Return what `balance_mark` means, where one of the estimates has it."""
    return [f"{UNBALANCED} {gettext(BALANCE_RULE)}"] if (frame["balanced"] == "no").any() else []


def estimate_notes(frame: pd.DataFrame) -> list[str]:
    """Return what `estimate_marks` mean, where one of the estimates has them."""
    supported = any(_is_supported(record) for record in frame.to_dict("records"))
    return balance_notes(frame) + ([f"{SUPPORTED} {gettext(SUPPORT_RULE)}"] if supported else [])


def letters_of(reasons: Iterable[str]) -> dict[str, str]:
    """Return a footnote letter for each reason why a number is missing, in order of appearance."""
    distinct = [reason for reason in dict.fromkeys(reasons) if reason]
    return dict(zip(distinct, _LETTERS, strict=False))


def letter_notes(letters: Mapping[str, str]) -> list[str]:
    """Return what the letters of `letters_of` mean, where they stand for percents that are missing."""
    return [
        gettext("{letter}. No percent: {reason}.").format(letter=letter, reason=reason)
        for reason, letter in letters.items()
    ]
