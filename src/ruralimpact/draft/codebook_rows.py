"""The rows of a drafted codebook: what each column seems to be, and what is to be answered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ruralimpact.draft.column_names import currency_in, subjects, variable_name
from ruralimpact.draft.column_profile import (
    CATEGORY,
    DAY,
    INDICATOR,
    INTEGER,
    NUMBER,
    TEXT,
    ColumnProfile,
    yes_no,
)
from ruralimpact.draft.proposal import OPEN
from ruralimpact.draft.source import DraftSource, is_own_key, parent_key, split_columns
from ruralimpact.privacy.scan import kind_by_words, likely_identifiers
from ruralimpact.survey.codebook import INTERVIEWER, RESERVED, UNUSED
from ruralimpact.survey.select_multiple import answers_of
from ruralimpact.survey.similar import folded

_IN_BRACKETS = re.compile(r"[(\[]([^)\]]{1,30})[)\]]\s*$")
_MOST_ARMS, _SHOWN, _REPEATED = 6, 8, 0.8
_FEWEST_ALIKE, _ALIKE = 4, 0.6


@dataclass(frozen=True)
class DraftVariable:
    """A row of the codebook, and what was seen in its column.

    Attributes
    ----------
    variable, source, raw_name, type, unit, labels, missing_codes, role, timing, label : str
        As in the codebook.
    why : str
        What speaks for it, or the question to answer.
    profile : ColumnProfile
    quoted : bool
        Values may be shown: they do not look as if they told who somebody is.
    """

    variable: str
    source: str
    raw_name: str
    type: str
    profile: ColumnProfile
    unit: str = ""
    labels: str = ""
    missing_codes: str = ""
    role: str = OPEN
    timing: str = ""
    label: str = ""
    why: str = field(default="what part has it? Choose a role, or `unused`")
    quoted: bool = True


def codebook_rows(sources: Sequence[DraftSource]) -> list[DraftVariable]:
    """Return the rows of all sources.

    Parameters
    ----------
    sources : sequence of DraftSource
    """
    rows: list[DraftVariable] = []
    taken: dict[object, set[str]] = {}
    for source in sources:
        apart = parent_key(source.columns) is not None or _is_alike(source, sources)
        asked_together = source.name if apart else source.option("wave")
        rows += _of_source(source, taken.setdefault(asked_together, set(RESERVED)))
    return _agreeing(rows)


def _is_alike(source: DraftSource, sources: Sequence[DraftSource]) -> bool:
    """Tell whether another file has mostly the same columns: another round, or the same round elsewhere.

    What has one name in both is then one variable.
    """
    own = {folded(name) for name in source.columns}
    others = [{folded(name) for name in other.columns} for other in sources if other is not source]
    return any(
        len(own & other) >= max(_FEWEST_ALIKE, _ALIKE * min(len(own), len(other)))
        for other in others
    )


def _of_source(source: DraftSource, taken: set[str]) -> Iterator[DraftVariable]:
    own_keys = {source.option("id"), source.option("item")} - {None}
    telling = _telling_by_values(source)
    drafted = [
        replace(_row(profile, source, taken), quoted=name not in telling)
        for name, profile in source.columns.items()
        if name != source.option("id")
    ]
    groups = [row for row in drafted if _may_be_group(row)]
    arms = [row for row in drafted if _may_be_arm(row)]
    drafted = [_of_groups(row, groups, source) for row in drafted]
    for row in drafted:
        if row.raw_name == source.option("item"):
            words = "it tells the rows of one unit apart"
            yield replace(row, type=CATEGORY, role="input", why=words)
        elif row.raw_name == source.option("wave_variable"):
            yield replace(row, role="wave", why="it tells the wave of each row")
        elif row in arms:
            yield _arm(row, alone=len(arms) == 1)
        elif row in groups:
            yield _group(row, groups)
        elif row.profile.is_key and is_own_key(row.raw_name):
            words = "the key of the row itself"
            yield replace(row, role=UNUSED, unit="", missing_codes="", why=words)
        elif row.raw_name not in own_keys:
            yield row
    for row in drafted:
        yield from _answers(row, source, taken)


def _telling_by_values(source: DraftSource) -> set[str]:
    """Return the columns whose values have the shape of identifiers, less those that hold amounts by name."""
    return {
        identifier.column
        for identifier in likely_identifiers(source.delivered.table.cells, {}, ())
        if not subjects(identifier.column) & {"amount", "price", "quantity"}
    }


def _answers(row: DraftVariable, source: DraftSource, taken: set[str]) -> Iterator[DraftVariable]:
    """Yield the rows of the columns that the edit select_multiple makes of one with several answers."""
    if row.raw_name not in split_columns(source):
        return
    cells = [answers_of(text, " ") for text in source.texts(row.raw_name) if text]
    for answer in sorted({answer for cell in cells for answer in cell}):
        chosen = sum(answer in cell for cell in cells)
        name = f"{row.raw_name}/{answer}"
        levels = {"1": chosen, "0": len(cells) - chosen}
        profile = replace(
            row.profile, name=name, kind=INDICATOR, distinct=2, levels=levels, several_answers=False
        )
        yield DraftVariable(
            variable=variable_name(f"{row.variable}_{answer}", taken),
            source=source.name,
            raw_name=name,
            type=INDICATOR,
            profile=profile,
            label=f"{row.label}: {answer}",
        )


def _row(profile: ColumnProfile, source: DraftSource, taken: set[str]) -> DraftVariable:
    """Return the row of a column by itself."""
    about = subjects(profile.name, profile.question)
    kind = NUMBER if profile.kind == NUMBER else profile.kind
    row = DraftVariable(
        variable=variable_name(profile.name, taken),
        source=source.name,
        raw_name=profile.name,
        type=CATEGORY if kind == TEXT else kind,
        profile=profile,
        unit=_unit(profile, about),
        labels=_labels(profile),
        missing_codes=OPEN if profile.codes.perhaps else "|".join(profile.codes.surely),
        label=profile.question or profile.name,
    )
    if "interviewer" in about and _are_codes(profile):
        words = "codes of who asked, for the page on data quality"
        return replace(row, type=CATEGORY, role=INTERVIEWER, unit="", missing_codes="", why=words)
    telling = _telling(profile, about)
    if telling:
        return replace(row, role=UNUSED, unit="", missing_codes="", labels="", why=telling)
    unused = _unused(profile, about)
    if unused:
        return replace(row, role=UNUSED, unit="", missing_codes="", why=unused)
    if "adoption" in about and profile.kind == INTEGER:
        return replace(row, role="adoption", why="its name says when treatment began")
    if "price" in about and profile.is_number:
        return replace(row, role="price", why="its name says that it is a price")
    if "quantity" in about and profile.is_number:
        return replace(row, role="input", why="its name says that it is a quantity")
    if "weight" in about and profile.is_number:
        words = "if it is the sampling weight, name it under `weight` of the sample"
        return replace(row, role="input", unit="", why=words)
    if "fixed" in about:
        words = "its name says what treatment does not change; write post if it could"
        return replace(row, role="covariate", timing="pre", why=words)
    if "amount" in about and profile.is_number:
        words = "an amount: an outcome, or a covariate if it was measured before treatment?"
        return replace(row, why=words)
    return row


def _telling(profile: ColumnProfile, about: frozenset[str]) -> str:
    """Say that a column may tell who somebody is, if its name or its question does."""
    if "group" in about and _is_repeated(profile):
        return ""
    kind = kind_by_words(profile.name) or kind_by_words(profile.question)
    if "identifying" in about or "interviewer" in about or kind:
        return "it may identify people; not needed for estimates"
    return ""


def _unused(profile: ColumnProfile, about: frozenset[str]) -> str:
    """Say why a column is not to be used, if so."""
    if "paradata" in about:
        return "it is about the interview, not the unit"
    if profile.distinct <= 1:
        return "it has one value only" if profile.distinct else "it is blank"
    if profile.several_answers:
        return "several answers in a cell: the edit select_multiple makes a column of each"
    if profile.kind == TEXT and not ("group" in about and _is_repeated(profile)):
        return "free text"
    if profile.kind == DAY:
        return "a date; give it a role if it is wanted"
    return ""


def _are_codes(profile: ColumnProfile) -> bool:
    """Whether the values are a few codes rather than names of people."""
    return bool(profile.levels) and all(any(map(str.isdigit, text)) for text in profile.levels)


def _is_repeated(profile: ColumnProfile) -> bool:
    return 1 < profile.distinct <= _REPEATED * profile.rows


def _unit(profile: ColumnProfile, about: frozenset[str]) -> str:
    if not profile.is_number:
        return ""
    words = f"{profile.name} {profile.question}"
    if "amount" in about or "price" in about:
        return currency_in(words) or OPEN
    match = _IN_BRACKETS.search(profile.question)
    return match.group(1) if match else "years" if "age" in words.lower().split() else ""


def _labels(profile: ColumnProfile) -> str:
    """Return labels of codes: of an indicator the 0 and 1, of a category one form of each value."""
    if profile.kind == INDICATOR:
        named = {code: label for code, label in profile.labels.items() if not code.startswith(".")}
        meant = yes_no(dict.fromkeys(named.values(), 0))
        if named and meant:
            coded = {code: meant[label] for code, label in named.items()}
            return "" if all(code == value for code, value in coded.items()) else _pairs(coded)
        values = yes_no(profile.levels)
        return "" if set(values) <= {"0", "1"} else _pairs(values)
    if profile.kind != CATEGORY:
        return ""
    named = {code: label for code, label in profile.labels.items() if not code.startswith(".")}
    if named:
        labels = _forms_of(named, profile.levels)
        return _pairs(labels) if _writable(labels) else ""
    forms: dict[str, list[str]] = {}
    for level in profile.levels:
        forms.setdefault(folded(level), []).append(level.strip())
    if all(len(set(same)) == 1 for same in forms.values()):
        return ""
    return _pairs({form: same[0] for same in forms.values() for form in dict.fromkeys(same)})


def _forms_of(labels: Mapping[str, str], levels: Mapping[str, int]) -> dict[str, str]:
    """Return labels by code, and by each way in which the file writes a code or its label otherwise."""
    known = {folded(text): label for code, label in labels.items() for text in (label, code)}
    others = {level: known[folded(level)] for level in levels if folded(level) in known}
    return {**others, **labels}


def _writable(pairs: Mapping[str, str]) -> bool:
    return not any(mark in text for pair in pairs.items() for text in pair for mark in "|=")


def _pairs(pairs: Mapping[str, str]) -> str:
    return "|".join(f"{code}={label}" for code, label in pairs.items())


def _may_be_group(row: DraftVariable) -> bool:
    profile = row.profile
    return (
        row.role == OPEN
        and profile.kind in (CATEGORY, INTEGER, TEXT)
        and _is_repeated(profile)
        and "group" in subjects(profile.name, profile.question)
    )


def _may_be_arm(row: DraftVariable) -> bool:
    profile = row.profile
    few = 2 <= len(profile.levels) <= _MOST_ARMS
    named = "arm" in subjects(profile.name)
    return row.role == OPEN and named and few and profile.kind in (INDICATOR, CATEGORY)


def _of_groups(
    row: DraftVariable, groups: Sequence[DraftVariable], source: DraftSource
) -> DraftVariable:
    """Say of a column of yes and no whether all units of a group have one answer, as of a treatment."""
    if row.role != OPEN or row.type != INDICATOR or len(groups) != 1 or _may_be_arm(row):
        return row
    pairs = set(zip(source.texts(groups[0].raw_name), source.texts(row.raw_name), strict=True))
    if len(pairs) != groups[0].profile.distinct:
        return row
    question = f"all units of one '{groups[0].raw_name}' have one answer: is it the treatment?"
    return replace(row, why=question)


def _group(row: DraftVariable, groups: Sequence[DraftVariable]) -> DraftVariable:
    size = row.profile.rows / row.profile.distinct
    words = f"{row.profile.distinct:,} values, {size:.1f} rows each"
    if len(groups) == 1:
        return replace(row, type=CATEGORY, role="group", unit="", why=f"its name, and {words}")
    question = (
        f"is it the group that treatment was assigned to ({words})? Then `group`, else another role"
    )
    return replace(row, type=CATEGORY, why=question)


def _arm(row: DraftVariable, *, alone: bool) -> DraftVariable:
    shown = ", ".join(f"{level} ({count:,})" for level, count in row.profile.levels.items())
    if row.type == INDICATOR and alone:
        return replace(row, role="treatment", why=f"its name, and its values: {shown}")
    if len(row.profile.levels) == 2 and not row.profile.labels:
        labels = _pairs(dict.fromkeys(row.profile.levels, OPEN))
        question = f"is it the treatment, and which value is 1? {shown}"
        role = "treatment" if alone else OPEN
        return replace(row, type=INDICATOR, labels=labels, role=role, why=question)
    if control_of(row) is not None and alone:
        words = f"arms, compared in study.yaml with '{control_of(row)}': {shown}"
        return replace(row, role="input", why=words)
    return replace(row, why=f"is it the treatment, and which values are treated? {shown}")


def control_of(row: DraftVariable) -> str | None:
    """Return the one value of a column of arms that means not treated."""
    meant = [level for level in row.profile.levels if yes_no({level: 0, "1": 0}).get(level) == "0"]
    several = row.type == CATEGORY and len(row.profile.levels) > 2
    return meant[0] if several and len(meant) == 1 else None


def _agreeing(rows: Sequence[DraftVariable]) -> list[DraftVariable]:
    """Give rows of one variable in several sources the type, unit, role and timing of the first."""
    first: dict[str, DraftVariable] = {}
    groups = {
        row.role: row.variable for row in reversed(rows) if row.role in ("group", "treatment")
    }
    agreed = []
    for row in rows:
        if row.role in groups:
            row = replace(row, variable=groups[row.role])
        known = first.setdefault(row.variable, row)
        if known is not row and row.role != UNUSED and known.role != UNUSED:
            kind = known.type if {known.type, row.type} != {NUMBER, INTEGER} else NUMBER
            row = replace(row, type=kind, unit=known.unit, role=known.role, timing=known.timing)
        agreed.append(row)
    mixed = {row.variable for row in agreed if row.type == NUMBER}
    return [
        replace(row, type=NUMBER) if row.variable in mixed and row.type == INTEGER else row
        for row in agreed
    ]


def seen_words(row: DraftVariable) -> str:
    """Say what was seen in the column of a row."""
    profile = row.profile
    words = [f"{profile.rows - profile.blank:,} of {profile.rows:,} rows filled"]
    if not row.quoted or row.role == UNUSED:
        return "; ".join([*words, f"{profile.distinct:,} different values"])
    if profile.is_number and profile.minimum is not None and profile.maximum is not None:
        words.append(f"{profile.minimum:,.6g} to {profile.maximum:,.6g}")
    elif profile.levels:
        shown = list(profile.levels.items())[:_SHOWN]
        more = ", ..." if len(profile.levels) > _SHOWN else ""
        words.append(", ".join(f"{level} ({count:,})" for level, count in shown) + more)
    else:
        words.append(f"{profile.distinct:,} different values")
    for text, count in profile.codes.counts.items():
        doubt = "perhaps " if text in profile.codes.perhaps else ""
        words.append(f"{doubt}missing: {text} ({count:,})")
    if profile.unfit:
        words.append(f"no numbers: {', '.join(profile.unfit[:3])}")
    return "; ".join(words)
