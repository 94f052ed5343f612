"""Files that ask the same: rounds of one questionnaire, or the same round elsewhere."""

from collections.abc import Sequence

from ruralimpact.draft.source import DraftSource
from ruralimpact.draft.variable import DraftVariable
from ruralimpact.survey.similar import folded

_FEWEST_ALIKE, _ALIKE = 4, 0.6


def called_otherwise(
    source: DraftSource, alike: Sequence[DraftSource], rows: Sequence[DraftVariable]
) -> dict[str, str]:
    """Return the columns that another round has under another name, by their label, to their variables."""
    labels = _by_label(source)
    named = {folded(name) for name in source.columns}
    called: dict[str, str] = {}
    for other in alike:
        for label, name in _by_label(other).items():
            own = labels.get(label)
            known = [row for row in rows if (row.source, row.raw_name) == (other.name, name)]
            there = {folded(column) for column in other.columns}
            if own is None or not known or folded(name) in named or folded(own) in there:
                continue
            called.setdefault(own, known[0].variable)
    return called


def _by_label(source: DraftSource) -> dict[str, str]:
    """Return the columns that alone have their label."""
    labels = [folded(column.question) for column in source.columns.values()]
    return {
        folded(column.question): name
        for name, column in source.columns.items()
        if column.question and labels.count(folded(column.question)) == 1
    }


def files_alike(source: DraftSource, sources: Sequence[DraftSource]) -> list[DraftSource]:
    """Return files that have mostly the same columns: another round, or the same round elsewhere.

    What has one name in both is then one variable.
    """
    own = {folded(name) for name in source.columns}
    alike = []
    for other in sources:
        there = {folded(name) for name in other.columns}
        fewest = max(_FEWEST_ALIKE, _ALIKE * min(len(own), len(there)))
        if other is not source and len(own & there) >= fewest:
            alike.append(other)
    return alike
