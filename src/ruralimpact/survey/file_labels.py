"""Labels that a raw file gives to codes, beside those of the codebook."""

import re
from collections.abc import Mapping
from pathlib import Path

from ruralimpact.errors import DataError
from ruralimpact.survey.codebook import Entry
from ruralimpact.survey.similar import folded
from ruralimpact.survey.values import code_of, normalised, plain_words

_NO = ("no", "nein", "non", "nao", "tidak", "false", "falso", "faux", "n")
_YES = ("yes", "si", "sim", "oui", "ja", "ya", "true", "verdadero", "verdadeiro", "vrai", "y")
_NOT = (
    *(
        "no",
        "not",
        "non",
        "un",
        "in",
        "never",
        "nunca",
        "jamas",
        "sin",
        "sem",
        "sans",
        "without",
        "nao",
    ),
    *("ne", "pas", "nicht", "kein", "keine", "ohne", "bukan", "tidak", "tanpa", "hors"),
)
_BEGINS_WITH_YES = re.compile(
    r"(?:treat(?:ed|ment)|tratad[oa]s?|tratamiento|traite|project|proyecto|projet|projeto|intervention|"
    r"intervencion|beneficiar(?:y|ies|io|ia|ios|ias)|beneficiaire|participants?|participantes?|"
    r"supported|with|con|com|avec)\b.*"
)
_OF_CONTROLS = re.compile(
    r"\b(?:controls?|controles|comparison|comparacion|comparaison|untreated|contrafactual|counterfactual)\b"
)
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
        given = given or {"1": "yes", "0": "no"}
        code = _reversed(entry, given, described)
    else:
        codes = {folded(label): code for code, label in given.items()}
        code = next(
            (
                code
                for code, label in described.items()
                if code in given and codes.get(folded(label), code) != code
            ),
            None,
        )
    if code is not None:
        raise DataError(
            f"the file labels {code} '{described[code]}', and the codebook takes it for '{given[code]}' "
            f"('{entry.variable}').",
            file=file,
            column=entry.raw_name,
        )


def _reversed(entry: Entry, given: Mapping[str, str], described: Mapping[str, str]) -> str | None:
    """Return a code of an indicator that the file calls the contrary of what the codebook takes it for."""
    yes = [code for code in described if given.get(code) in ("1", "yes")]
    no = [code for code in described if given.get(code) in ("0", "no")]
    words = {code: plain_words(label) for code, label in described.items()}
    of_arms = not entry.labels or entry.role == "treatment"
    denied = [
        code
        for code, label in words.items()
        if label in _NO
        or (of_arms and _BEGINS_WITH_NO.fullmatch(label) is not None)
        or any(_denies(label, other) for other in words.values())
    ]
    if len(denied) < len(described) and (wrong := [code for code in denied if code in yes]):
        return wrong[0]
    affirmed = [
        code
        for code, label in words.items()
        if label in _YES
        or (entry.role == "treatment" and _BEGINS_WITH_YES.fullmatch(label) is not None)
        or (entry.role == "treatment" and label == plain_words(entry.label))
    ]
    if not set(affirmed) & set(yes) and (wrong := [code for code in affirmed if code in no]):
        return wrong[0]
    compared = [code for code, label in words.items() if _OF_CONTROLS.search(label) is not None]
    if entry.role == "treatment" and set(no).isdisjoint([*compared, *denied]):
        return next((code for code in compared if code in yes), None)
    return None


def _denies(label: str, other: str) -> bool:
    """Tell whether a label is another with a word or syllable for "not" before it."""
    before = label.removesuffix(other).strip(" -") if other else label
    return label != other and label.endswith(other) and before in _NOT


def says_yes_or_no(label: str) -> bool:
    """Tell whether a label of an indicator is plainly a yes or a no.

    Parameters
    ----------
    label : str
        Such as ``No`` or ``Sin riego``.
    """
    plain = plain_words(label)
    return plain in (*_YES, *_NO) or _BEGINS_WITH_NO.fullmatch(plain) is not None
