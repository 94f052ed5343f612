"""Labels of codes as the cells of a codebook: ``code=label`` pairs."""

from collections.abc import Mapping, Sequence

from ruralimpact.draft.column_profile import CATEGORY, INDICATOR, ColumnProfile, yes_no
from ruralimpact.survey.similar import folded


def labels_of(profile: ColumnProfile) -> str:
    """Return labels of codes: of an indicator the 0 and 1, of a category one form of each value."""
    if profile.kind == INDICATOR:
        named = {code: label for code, label in profile.labels.items() if not code.startswith(".")}
        meant = yes_no(dict.fromkeys(named.values(), 0))
        if named and meant:
            coded = {code: meant[label] for code, label in named.items()}
            return "" if all(code == value for code, value in coded.items()) else pairs(coded)
        values = yes_no(profile.levels)
        ordered = dict(sorted(values.items(), key=lambda pair: (pair[1] == "0", pair)))
        return "" if set(values) <= {"0", "1"} else pairs(ordered)
    if profile.kind != CATEGORY:
        return ""
    named = {code: label for code, label in profile.labels.items() if not code.startswith(".")}
    if named:
        labels = _forms_of(named, profile.levels)
        return pairs(labels) if _writable(labels) else ""
    forms: dict[str, list[str]] = {}
    for level in sorted(
        profile.levels, key=lambda level: (folded(level), -profile.levels[level], level)
    ):
        forms.setdefault(folded(level), []).append(level.strip())
    if all(len(set(same)) == 1 for same in forms.values()):
        return ""
    return pairs({form: same[0] for same in forms.values() for form in sorted({*same})})


def _forms_of(labels: Mapping[str, str], levels: Mapping[str, int]) -> dict[str, str]:
    """Return labels by code, and by each way in which the file writes a code or its label otherwise."""
    known = {folded(text): label for code, label in labels.items() for text in (label, code)}
    others = {level: known[folded(level)] for level in levels if folded(level) in known}
    return {**labels, **others}


def _writable(pairs: Mapping[str, str]) -> bool:
    return not any(mark in text for pair in pairs.items() for text in pair for mark in "|=")


def pairs(codes: Mapping[str, str]) -> str:
    """Write labels by code as a cell."""
    return "|".join(f"{code}={label}" for code, label in codes.items())


def pairs_together(cells: Sequence[str]) -> str:
    """Write the labels of several files as one cell; nothing where one has none, or they contradict.

    Parameters
    ----------
    cells : sequence of str
        As `pairs` writes them.
    """
    labels: dict[str, str] = {}
    for cell in cells:
        for code, _, label in (pair.partition("=") for pair in cell.split("|")):
            if not cell or labels.setdefault(code, label) != label:
                return ""
    return pairs(labels) if labels else ""
