"""One delivered table as a source of the study: who its rows are about, and when."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ruralimpact.draft.column_names import called_a_beginning, last_part, slug, subjects
from ruralimpact.draft.column_profile import CATEGORY, ColumnProfile, profile, yes_no
from ruralimpact.draft.delivery import DeliveredTable, cells_of, mark_of, texts_of
from ruralimpact.draft.proposal import OPEN, Proposal
from ruralimpact.draft.xlsform import FormQuestion
from ruralimpact.privacy.ids_in_cells import is_own_key, parent_rank

_YEAR = re.compile(r"(?<!\d)(19[89]\d|20[0-4]\d)(?!\d)")
_ROUND = re.compile(
    r"(?<![a-z])((?:ronda|ola|round|wave|vague|onda|rodada|r|w)[ _-]?)0?(\d{1,2})(?!\d)"
)
_LONG_NUMBER, _DAY = re.compile(r"\d{7,}"), re.compile(r"(19|20)\d{2}[01]\d[0-3]\d")
_MOSTLY = 0.9


@dataclass(frozen=True)
class JoinedTable:
    """A file of which each row of a source finds one.

    Attributes
    ----------
    source : DraftSource
        The file, as it would be by itself.
    own, key : str
        The column of the source that names its rows, and its column that has these names.
    evidence : str
    described : bool
        Whether its columns stand in the codebook.
    """

    source: "DraftSource"
    own: str
    key: str
    evidence: str
    described: bool = True


@dataclass(frozen=True)
class DraftSource:
    """A source of the draft.

    Attributes
    ----------
    name, path : str
        Its path in the project.
    delivered : DeliveredTable
    columns : mapping of str to ColumnProfile
    options : tuple of Proposal
        Its keys, those of reading first.
    joined : tuple of JoinedTable
    called : mapping of str to str
        What a column is called in every wave, of files with several waves side by side.
    """

    name: str
    path: str
    delivered: DeliveredTable
    columns: Mapping[str, ColumnProfile]
    options: tuple[Proposal, ...]
    joined: tuple[JoinedTable, ...] = ()
    called: Mapping[str, str] = field(default_factory=dict)

    def option(self, key: str) -> object | None:
        """Return the value of a key, if it is proposed."""
        return next((option.value for option in self.options if option.key == key), None)

    def texts(self, column: str) -> list[str]:
        """Return the cells of a column in the order of the rows, blanks included."""
        return [str(text) for text in cells_of(self.delivered)[column]]


def profiles(
    delivered: DeliveredTable, questions: Mapping[str, FormQuestion]
) -> dict[str, ColumnProfile]:
    """Describe the columns of a table.

    Parameters
    ----------
    delivered : DeliveredTable
    questions : mapping of str to FormQuestion
        By the name of the question, without the groups that it stands in.
    """
    table, decimal = delivered.table, mark_of(delivered)
    cells = cells_of(delivered)
    described = {}
    for name, texts in texts_of(table.with_cells(cells)).items():
        asked = questions.get(name) or questions.get(last_part(name))
        asked = asked or _answer_of(name, questions)
        labels = table.value_labels.get(name) or (asked.choices if asked else {})
        several = asked.kind == "select_multiple" if asked else None
        described[name] = profile(
            name,
            texts,
            rows=len(cells),
            decimal=decimal,
            stored=table.stored.get(name, ""),
            labels={} if several else labels,
            question=table.questions.get(name) or (asked.label if asked else ""),
            missing=table.missing.get(name, frozenset()),
            several_answers=several,
            choices=asked.choices if asked and several else {},
        )
    return described


def _answer_of(column: str, questions: Mapping[str, FormQuestion]) -> FormQuestion | None:
    """Return what a column of one answer of a question with several is about, as KoBo exports it."""
    name, _, answer = column.rpartition("/")
    asked = questions.get(name) or questions.get(last_part(name))
    if asked is None or asked.kind != "select_multiple" or answer not in asked.choices:
        return None
    return FormQuestion("indicator", f"{asked.label}: {asked.choices[answer]}")


def parent_key(columns: Mapping[str, ColumnProfile]) -> str | None:
    """Return the column that names the row of another table that a row belongs to."""
    ranks = {name: rank for name in columns if (rank := parent_rank(name)) is not None}
    return min(ranks, key=ranks.__getitem__, default=None)


def id_proposal(
    columns: Mapping[str, ColumnProfile],
    texts: Mapping[str, Sequence[str]],
    parents: Sequence[str],
    wave: str | None,
) -> Proposal:
    """Return the column that identifies the unit.

    Parameters
    ----------
    columns : mapping of str to ColumnProfile
    texts : mapping of str to sequence of str
        Cells by column.
    parents : sequence of str
        Values by which repeated rows of other tables name rows of this one.
    wave : str, optional
        Column that tells the wave of each row, in which a unit then has a row each.
    """
    parent = parent_key(columns)
    if parent is not None:
        words = (
            f"it names the row that a repeated row belongs to; {columns[parent].distinct:,} units"
        )
        return Proposal("id", parent, words)
    keys = [name for name, column in columns.items() if column.is_key and _may_identify(column)]
    if parents:
        named = [name for name in keys if set(parents) <= set(texts[name])]
        if named:
            words = f"no value twice in {columns[named[0]].rows:,} rows, and repeated rows name it"
            return Proposal("id", named[0], words)
    called = [name for name in keys if "id" in subjects(name)]
    called = [name for name in called if not is_own_key(name)] or called
    choice = called if len(called) == 1 else [] if called else keys
    if len(choice) == 1 or (called and len(called) == 1):
        name = choice[0]
        return Proposal("id", name, f"no value twice and none blank in {columns[name].rows:,} rows")
    if not keys and wave is not None:
        within = _within_wave(columns, texts, wave)
        if within is not None:
            return within
    if not keys:
        return _nearly(columns, texts)
    shown = ", ".join((called or keys)[:6])
    return Proposal(
        "id", OPEN, f"which column identifies a unit? No value stands twice in: {shown}"
    )


def _may_identify(profile: ColumnProfile) -> bool:
    return profile.kind in ("integer", "text", CATEGORY) and "identifying" not in subjects(
        profile.name
    )


def _within_wave(
    columns: Mapping[str, ColumnProfile], texts: Mapping[str, Sequence[str]], wave: str
) -> Proposal | None:
    """Return the column called an identifier of which no wave has a value twice, if it is one."""
    named = [
        name
        for name, column in columns.items()
        if "id" in subjects(name) and column.blank == 0 and _may_identify(column)
    ]
    once = [
        name
        for name in named
        if len(set(zip(texts[name], texts[wave], strict=True))) == len(texts[name])
    ]
    if len(once) != 1:
        return None
    units = columns[once[0]].distinct
    return Proposal("id", once[0], f"no value twice in one '{wave}'; {units:,} units")


def _nearly(columns: Mapping[str, ColumnProfile], texts: Mapping[str, Sequence[str]]) -> Proposal:
    near = [
        name
        for name, column in columns.items()
        if "id" in subjects(name) and column.distinct >= _MOSTLY * column.rows
    ]
    if len(near) == 1:
        name = near[0]
        values = list(texts[name])
        again = sorted({value for value in values if value and values.count(value) > 1})
        words = [f"one value in rows {_rows(values, value)}" for value in again[:5]]
        blank = values.count("")
        words += [f"{blank:,} rows without one"] if blank else []
        about = (
            f"the only column that nearly identifies rows; mend before it can: {'; '.join(words)}"
        )
        return Proposal("id", name, about)
    question = (
        "which column identifies a unit? None has a value of its own in every row; several that only "
        "together do are written [province, household], and $row numbers the rows"
    )
    return Proposal("id", OPEN, question)


def _rows(values: Sequence[str], value: str) -> str:
    return ", ".join(
        str(position) for position, other in enumerate(values, start=2) if other == value
    )


def wave_proposal(delivered: DeliveredTable, columns: Mapping[str, ColumnProfile]) -> Proposal:
    """Return the wave that a table is of, or the column that tells it."""
    telling = [
        name
        for name, column in columns.items()
        if "wave" in subjects(name)
        and not called_a_beginning(name)
        and column.kind == "integer"
        and 2 <= column.distinct <= 12
        and column.distinct * 5 <= column.rows
        and column.blank == 0
    ]
    if len(telling) == 1:
        seen = ", ".join(sorted(columns[telling[0]].levels))
        return Proposal("wave_variable", telling[0], f"the column '{telling[0]}' has {seen}")
    years = set(_YEAR.findall(f"{delivered.file.name} {delivered.sheet}"))
    years = years or set(_YEAR.findall(delivered.file.parent.name))
    if len(years) == 1:
        year = years.pop()
        return Proposal("wave", year, f"{year} stands in the name of the file, its sheet or folder")
    rounds = set(_ROUND.findall(delivered.file.stem.lower()))
    if not years and len(rounds) == 1:
        ((word, number),) = rounds
        return Proposal("wave", number, f"'{word}{number}' stands in the name of the file")
    question = (
        "of which year or round is the file? Call all files of one round the same; where a column tells "
        "it, write wave_variable: and its name instead; the order of waves that are words is wave_order:"
    )
    return Proposal("wave", OPEN, question)


def item_proposal(
    columns: Mapping[str, ColumnProfile], texts: Mapping[str, Sequence[str]], parent: str
) -> Proposal:
    """Return the column that tells the repeated rows of a unit apart."""
    ids = texts[parent]
    apart = [
        name
        for name, column in columns.items()
        if name != parent
        and column.blank == 0
        and len(set(zip(ids, texts[name], strict=True))) == len(ids)
    ]
    shared = [name for name in apart if not columns[name].is_key and columns[name].kind == CATEGORY]
    own = [name for name in apart if is_own_key(name)]
    for choice in (shared, own, apart):
        if choice:
            words = f"no unit has a value of '{choice[0]}' twice"
            return Proposal("item", choice[0], words)
    return Proposal("item", OPEN, "which column tells the rows of one unit apart?")


def source_name(delivered: DeliveredTable, taken: set[str]) -> str:
    """Return a name for a source: that of its file, with a number from its second sheet on.

    The names of sheets may be those of people, and the name of a source stands in results: so does that of a
    file with a number as long as one of a document or phone, which is not kept.
    """
    numbers = [text for text in _LONG_NUMBER.findall(delivered.file.stem) if not _DAY.match(text)]
    base = "source" if numbers else slug(delivered.file.stem) or "source"
    base = base if base[0].isalpha() else f"source_{base}"
    name, number = base, 2
    while name in taken:
        name, number = f"{base}_{number}", number + 1
    taken.add(name)
    return name


def split_columns(source: DraftSource) -> list[str]:
    """Return the columns with several answers a cell that no columns of the file split already."""
    return [
        name
        for name, column in source.columns.items()
        if column.several_answers
        and not subjects(name) & {"identifying", "paradata", "arm", "group"}
        and not any(
            answered(name, other) and _is_answer(own) for other, own in source.columns.items()
        )
    ]


def _is_answer(profile: ColumnProfile) -> bool:
    """Whether a column says of each row yes or no, or nothing; one of other answers holds texts."""
    return {*profile.levels} <= {*yes_no({"1": 0, "0": 0}), "True", "False", "TRUE", "FALSE"} and (
        len(profile.levels) == profile.distinct
    )


def answered(question: str, column: str) -> bool:
    """Tell whether a column holds one answer of a question with several, as KoBo and SurveyCTO write them."""
    return column.startswith((f"{question}/", f"{question}_"))


def with_options(source: DraftSource, *options: Proposal) -> DraftSource:
    """Return a source with further keys."""
    return replace(source, options=(*source.options, *options))
