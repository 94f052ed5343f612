"""The rows of a drafted codebook: what each column seems to be, and what is to be answered."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from ruralimpact.draft.assignment import is_repeated, with_assignment
from ruralimpact.draft.code_labels import labels_of, pairs_together
from ruralimpact.draft.column_names import (
    called_a_beginning,
    currency_in,
    interview_length,
    subjects,
    variable_name,
)
from ruralimpact.draft.column_profile import (
    CATEGORY,
    DAY,
    INDICATOR,
    INTEGER,
    NUMBER,
    TEXT,
    ColumnProfile,
)
from ruralimpact.draft.proposal import OPEN
from ruralimpact.draft.rounds import called_otherwise, files_alike
from ruralimpact.draft.source import DraftSource, parent_key, split_columns
from ruralimpact.draft.variable import DraftVariable
from ruralimpact.privacy.ids_in_cells import ids_held, is_key_by_name, is_own_key
from ruralimpact.privacy.scan import are_names, kind_by_words, likely_identifiers
from ruralimpact.survey.codebook import (
    EVERY_SOURCE,
    IDENTIFIER,
    INTERVIEWER,
    MINUTES,
    RESERVED,
    UNUSED,
)
from ruralimpact.survey.select_multiple import answers_of

_IN_BRACKETS = re.compile(r"[(\[]([^)\]]{1,30})[)\]]\s*$")
# Kinds of values that tell who somebody is by themselves.
_TELLING = ("name", "phone", "document number", "e-mail", "coordinate")
_FEW_DIGITS = 100_000
_YEARS = range(1980, 2050)
_NOT_KEPT = (UNUSED, IDENTIFIER)
_LOOKS_LIKE = "its values look like a {kind}: if they are, `identifier`."


def codebook_rows(sources: Sequence[DraftSource]) -> list[DraftVariable]:
    """Return the rows of all sources.

    Parameters
    ----------
    sources : sequence of DraftSource
    """
    rows: list[DraftVariable] = []
    taken: dict[object, set[str]] = {}
    for source in sources:
        alike = files_alike(source, sources)
        apart = parent_key(source.columns) is not None or bool(alike)
        asked_together = source.name if apart else source.option("wave")
        known = called_otherwise(source, alike, rows)
        names = taken.setdefault(asked_together, set(RESERVED))
        names |= set(known.values())
        rows += [
            replace(row, why=f"{row.why}; its label is that of '{row.variable}' in another round")
            if row.raw_name in known
            else row
            for row in _of_source(source, names, known)
        ]
    return _agreeing(rows)


def rows_to_write(rows: Sequence[DraftVariable]) -> list[DraftVariable]:
    """Return one row, for every source, of a variable that all sources call and code alike.

    Parameters
    ----------
    rows : sequence of DraftVariable
    """
    sources = {row.source for row in rows}
    shared: dict[str, DraftVariable] = {}
    for variable in {row.variable for row in rows}:
        same = [row for row in rows if row.variable == variable]
        together = pairs_together([row.labels for row in same])
        alike = {
            _for_every_source(replace(row, labels=together or row.labels), same) for row in same
        }
        if len(same) == len(sources) > 1 and len(alike) == 1:
            shared[variable] = alike.pop()
    written = [shared.get(row.variable, row) for row in rows]
    return list(dict.fromkeys(written))


def _for_every_source(row: DraftVariable, same: Sequence[DraftVariable]) -> DraftVariable:
    codes = [code for other in same for code in other.missing_codes.split("|") if code]
    missing = OPEN if OPEN in codes else "|".join(dict.fromkeys(codes))
    return replace(row, source=EVERY_SOURCE, missing_codes=missing)


def _of_source(
    source: DraftSource, taken: set[str], known: Mapping[str, str]
) -> Iterator[DraftVariable]:
    own_keys = {source.option("id"), source.option("item")} - {None}
    drafted = [*_of_columns(source, taken, known), *_of_joined(source, taken)]
    for row in with_assignment(drafted, source):
        if row.raw_name == source.option("item"):
            yield _item(row, source)
        elif row.raw_name == source.option("wave_variable"):
            yield replace(row, role="wave", why="it tells the wave of each row")
        elif row.profile.is_key and is_own_key(row.raw_name):
            words = "the key of the row itself"
            yield replace(row, role=UNUSED, unit="", missing_codes="", why=words)
        elif row.raw_name not in own_keys:
            yield row
    for row in drafted:
        yield from _answers(row, source, taken)


def _item(row: DraftVariable, source: DraftSource) -> DraftVariable:
    """Return the row of the column that tells a unit's rows apart: an identifier where its cells hold one."""
    words = "it tells the rows of one unit apart"
    cells = set(source.texts(row.raw_name))
    if is_key_by_name(row.raw_name) or ids_held(cells, set(source.texts(str(source.option("id"))))):
        words = f"{words}, and who they are of: a number takes its place"
        return replace(
            row, type=CATEGORY, role=IDENTIFIER, label=row.raw_name, labels="", unit="", why=words
        )
    return replace(row, type=CATEGORY, role="input", why=words)


def _of_columns(
    source: DraftSource, taken: set[str], known: Mapping[str, str]
) -> Iterator[DraftVariable]:
    """Yield the rows of the columns of a source but its identifier."""
    telling = {**_of_names(source), **_telling_by_values(source)}
    keys = {source.option("id"), *(table.own for table in source.joined if not table.described)}
    for name, profile in source.columns.items():
        if name in keys:
            continue
        row = _row(profile, source, taken, known.get(name))
        if name in telling and row.role == OPEN:
            row = replace(
                row,
                labels="",
                label=name,
                why=f"{_LOOKS_LIKE.format(kind=telling[name])} {row.why}",
            )
        elif telling.get(name) in _TELLING and row.role == UNUSED and profile.distinct > 1:
            words = f"its values look like a {telling[name]}: nothing of it leaves the raw file"
            row = replace(row, role=IDENTIFIER, label=name, labels="", missing_codes="", why=words)
        yield replace(row, quoted=name not in telling)


def _of_joined(source: DraftSource, taken: set[str]) -> Iterator[DraftVariable]:
    """Yield the rows of the columns of files that are joined to a source, but of their keys."""
    for joined in filter(lambda table: table.described, source.joined):
        for row in _of_columns(joined.source, taken, {}):
            if row.raw_name != joined.key:
                raw_name = f"{joined.source.name}.{row.raw_name}"
                yield replace(row, source=source.name, raw_name=raw_name, joined_by=joined.own)


def _telling_by_values(source: DraftSource) -> dict[str, str]:
    """Return what the values of columns look like that may tell who somebody is, less amounts by name."""
    return {
        identifier.column: identifier.kind
        for identifier in likely_identifiers(source.delivered.table.cells, {}, ())
        if not subjects(identifier.column) & {"amount", "price", "quantity"}
    }


def _of_names(source: DraftSource) -> dict[str, str]:
    """Return the columns of few values of which the values, or their labels, are mostly names of people."""
    return {
        name: "name"
        for name, column in source.columns.items()
        if column.levels
        and "group" not in subjects(name, column.question)
        and are_names([*column.labels.values()] or [*column.levels])
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
            label=f"{row.label}: {row.profile.choices.get(answer, answer)}",
        )


def _row(
    profile: ColumnProfile, source: DraftSource, taken: set[str], known: str | None
) -> DraftVariable:
    """Return the row of a column by itself; `known` is the variable that another round calls otherwise."""
    about = subjects(profile.name, profile.question)
    kind = NUMBER if profile.kind == NUMBER else profile.kind
    row = DraftVariable(
        variable=known or variable_name(source.called.get(profile.name, profile.name), taken),
        source=source.name,
        raw_name=profile.name,
        type=CATEGORY if kind == TEXT else kind,
        profile=profile,
        unit=_unit(profile, about),
        labels=labels_of(profile),
        missing_codes=OPEN if profile.codes.perhaps else "|".join(profile.codes.surely),
        label=profile.question or profile.name,
    )
    if "interviewer" in about and _are_codes(profile):
        words = "codes of who asked, for the page on data quality"
        return replace(
            row, type=CATEGORY, role=INTERVIEWER, unit="", missing_codes="", labels="", why=words
        )
    length = interview_length(profile.name, source.columns)
    if length is not None and profile.is_number and profile.distinct > 1:
        words = "how long the interview took, for the page on data quality"
        asked = "" if length else ": in seconds, minutes or hours?"
        return replace(row, role=MINUTES, unit=length or OPEN, why=f"{words}{asked}")
    if _may_be_adoption(profile):
        words = "its name and its years: did treatment begin then, 0 for never? Then `adoption`"
        return replace(row, unit="", why=words)
    unused, telling = _unused(profile, about), _telling(profile, about)
    if telling or (unused and profile.kind == TEXT):
        row = replace(row, label=profile.name)  # what a file says of it may tell, too
    if telling and profile.distinct:
        return replace(
            row, type=CATEGORY, role=IDENTIFIER, unit="", missing_codes="", labels="", why=telling
        )
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
    if "group" in about and is_repeated(profile):
        return ""
    kind = kind_by_words(profile.name) or kind_by_words(profile.question)
    if kind == "name" and _is_count(profile):  # a number in French
        return ""
    if "identifying" in about or "interviewer" in about or kind:
        return "it may tell who somebody is: nothing of it leaves the raw file"
    return ""


def _may_be_adoption(profile: ColumnProfile) -> bool:
    """Whether a column called like a beginning holds years, and perhaps 0."""
    years = {text for text in profile.levels if text not in ("0", "0.0")}
    named = called_a_beginning(profile.name)
    return bool(named and years and profile.kind in (INTEGER, CATEGORY)) and all(
        text.isdigit() and int(text) in _YEARS for text in years
    )


def _is_count(profile: ColumnProfile) -> bool:
    """Whether its values are small numbers."""
    return profile.is_number and (profile.maximum or 0) < _FEW_DIGITS


def _unused(profile: ColumnProfile, about: frozenset[str]) -> str:
    """Say why a column is not to be used, if so."""
    if profile.name.upper().startswith("SET-OF-"):
        return "it names a set of repeated rows"
    if "paradata" in about:
        return "it is about the interview, not the unit"
    if profile.distinct <= 1:
        return "it has one value only" if profile.distinct else "it is blank"
    if profile.several_answers:
        return "several answers in a cell: the edit select_multiple makes a column of each"
    if profile.kind == TEXT and not ("group" in about and is_repeated(profile)):
        return "free text"
    if profile.kind == DAY:
        return "a date; give it a role if it is wanted"
    return ""


def _are_codes(profile: ColumnProfile) -> bool:
    """Whether the values are a few codes rather than names of people."""
    return bool(profile.levels) and all(any(map(str.isdigit, text)) for text in profile.levels)


def _unit(profile: ColumnProfile, about: frozenset[str]) -> str:
    if not profile.is_number:
        return ""
    words = f"{profile.name} {profile.question}"
    if "amount" in about or "price" in about:
        return currency_in(words) or OPEN
    match = _IN_BRACKETS.search(profile.question)
    if match and any(map(str.isdigit, match.group(1))):  # what codes mean, such as "0 never"
        match = None
    return match.group(1) if match else "years" if "age" in words.lower().split() else ""


def _agreeing(rows: Sequence[DraftVariable]) -> list[DraftVariable]:
    """Give rows of one variable in several sources the type, unit, role and timing of the first."""
    first: dict[str, DraftVariable] = {}
    groups = {
        row.role: row.variable for row in reversed(rows) if row.role in ("group", "treatment")
    }
    agreed = []
    kept = {row.variable for row in rows if row.role not in _NOT_KEPT}
    for row in rows:
        if row.role == IDENTIFIER and row.variable in kept:
            row = replace(row, variable=f"{row.variable}_{row.source}")
        if row.role in groups:
            row = replace(row, variable=groups[row.role])
        known = first.setdefault(row.variable, row)
        if known is not row and not {row.role, known.role} & set(_NOT_KEPT):
            kind = known.type if {known.type, row.type} != {NUMBER, INTEGER} else NUMBER
            row = replace(row, type=kind, unit=known.unit, role=known.role, timing=known.timing)
        agreed.append(row)
    mixed = {row.variable for row in agreed if row.type == NUMBER}
    return [
        replace(row, type=NUMBER) if row.variable in mixed and row.type == INTEGER else row
        for row in agreed
    ]
