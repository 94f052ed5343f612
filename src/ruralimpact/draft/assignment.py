"""Which columns may tell the group that treatment was assigned to, and who was treated."""

from collections.abc import Sequence
from dataclasses import replace

from ruralimpact.draft.code_labels import pairs
from ruralimpact.draft.column_names import subjects
from ruralimpact.draft.column_profile import (
    CATEGORY,
    INDICATOR,
    INTEGER,
    TEXT,
    ColumnProfile,
    yes_no,
)
from ruralimpact.draft.proposal import OPEN
from ruralimpact.draft.source import DraftSource
from ruralimpact.draft.variable import DraftVariable
from ruralimpact.survey.similar import folded

_MOST_ARMS, _REPEATED = 6, 0.8


def with_assignment(rows: Sequence[DraftVariable], source: DraftSource) -> list[DraftVariable]:
    """Propose which rows of a source tell groups and arms, or ask.

    Parameters
    ----------
    rows : sequence of DraftVariable
        Those of its columns and of columns joined to it.
    source : DraftSource
    """
    assigned = {row.joined_by for row in rows if _may_be_arm(row)} - {None}
    groups = [row for row in rows if row.raw_name in assigned and row.joined_by is None]
    groups = groups or [row for row in rows if _may_be_group(row)]
    group = groups[0].raw_name if len(groups) == 1 else None
    named = [row for row in rows if _may_be_arm(row)]
    differing = [
        row for row in named if group is not None and not _is_of_groups(row, group, source)
    ]
    arms = [row for row in named if row not in differing]
    proposed = []
    for row in rows:
        if row in arms:
            proposed.append(_arm(row, alone=len(arms) == 1))
        elif row in differing:
            proposed.append(_differing(row, group))
        elif row in groups:
            proposed.append(_group(row, groups))
        elif group is not None and row.role == OPEN and row.type == INDICATOR:
            question = f"all units of one '{group}' have one answer: is it the treatment?"
            own = _is_of_groups(row, group, source)
            proposed.append(replace(row, why=question) if own else row)
        else:
            proposed.append(row)
    return proposed


def is_repeated(profile: ColumnProfile) -> bool:
    """Whether a column has several values, and mostly several rows of each."""
    return 1 < profile.distinct <= _REPEATED * profile.rows


def control_of(row: DraftVariable) -> str | None:
    """Return the one value of a column of arms that means not treated."""
    meant = [level for level in row.profile.levels if yes_no({level: 0, "1": 0}).get(level) == "0"]
    several = row.type == CATEGORY and len(row.profile.levels) > 2
    return meant[0] if several and len(meant) == 1 else None


def _may_be_group(row: DraftVariable) -> bool:
    profile = row.profile
    return (
        row.role == OPEN
        and row.joined_by is None
        and profile.kind in (CATEGORY, INTEGER, TEXT)
        and profile.distinct > 2
        and is_repeated(profile)
        and "group" in subjects(profile.name, profile.question)
    )


def _may_be_arm(row: DraftVariable) -> bool:
    profile = row.profile
    few = 2 <= len(profile.levels) <= _MOST_ARMS
    named = "arm" in subjects(profile.name)
    return row.role == OPEN and named and few and profile.kind in (INDICATOR, CATEGORY)


def _is_of_groups(row: DraftVariable, group: str, source: DraftSource) -> bool:
    """Whether all units of a group have one answer, as of a treatment."""
    if row.joined_by is not None:
        return row.joined_by == group
    profile = row.profile
    meant = yes_no({level: 0 for level in profile.levels if level not in profile.codes.counts})
    told = {
        (folded(name), meant.get(answer, folded(answer)))
        for name, answer in zip(source.texts(group), source.texts(row.raw_name), strict=True)
        if answer and answer not in profile.codes.counts
    }
    return len(told) == len({name for name, _ in told})


def _group(row: DraftVariable, groups: Sequence[DraftVariable]) -> DraftVariable:
    size = row.profile.rows / row.profile.distinct
    words = f"{row.profile.distinct:,} values, {size:.1f} rows each"
    if len(groups) == 1:
        return replace(row, type=CATEGORY, role="group", unit="", why=f"its name, and {words}")
    question = (
        f"is it the group that treatment was assigned to ({words})? Then `group`, else another role"
    )
    return replace(row, type=CATEGORY, why=question)


def _differing(row: DraftVariable, group: str | None) -> DraftVariable:
    question = f"its name says that it is the treatment, but units of one '{group}' differ: is it?"
    return replace(row, role=OPEN, why=f"{question} {_shown(row)}")


def _arm(row: DraftVariable, *, alone: bool) -> DraftVariable:
    shown = _shown(row)
    if _is_coded(row):
        row = replace(row, type=INDICATOR, labels="")
    if row.type == INDICATOR and alone:
        return replace(row, role="treatment", why=f"its name, and its values: {shown}")
    if row.type != INDICATOR and len(row.profile.levels) == 2 and not row.profile.labels:
        labels = pairs(dict.fromkeys(row.profile.levels, OPEN))
        question = f"is it the treatment, and which value is 1? {shown}"
        role = "treatment" if alone else OPEN
        return replace(row, type=INDICATOR, labels=labels, role=role, why=question)
    if control_of(row) is not None and alone:
        words = f"arms, compared in study.yaml with '{control_of(row)}': {shown}"
        return replace(row, role="input", why=words)
    question = f"is it the treatment, and which values are treated? {shown}"
    if len(row.profile.levels) > 2:
        kept = f"{{column: {row.raw_name}, other_than: [VALUE], reason: WHY}}"
        question += f"; to leave an arm out, write keep: [{kept}] into the source"
    return replace(row, why=question)


def _shown(row: DraftVariable) -> str:
    labels = row.profile.labels
    return ", ".join(
        f"{level}{f' {labels[level]}' if level in labels else ''} ({count:,})"
        for level, count in row.profile.levels.items()
    )


def _is_coded(row: DraftVariable) -> bool:
    """Whether the codes are 0 and 1, and no label says the contrary."""
    labels = row.profile.labels
    if row.type != CATEGORY or set(row.profile.levels) != {"0", "1"}:
        return False
    contrary = [yes_no({labels.get(code, code): 0, code: 0}) for code in ("0", "1")]
    return not any(contrary)
