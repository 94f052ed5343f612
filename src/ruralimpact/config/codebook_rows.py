"""All that is wrong with the rows of a codebook, and what of them can be looked at further."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ruralimpact.errors import ConfigError
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.suggestions import nearest_of
from ruralimpact.survey.codebook import EVERY_SOURCE, ROLES, TYPES, parse_codebook

# A row has as many mistakes as cells at most.
_MOST_MISTAKES = 13


@dataclass(frozen=True)
class RowsExamined:
    """What was found in the rows of a codebook.

    Attributes
    ----------
    problems : tuple of ConfigError
        All of them, row by row, then those between rows of a variable.
    rows : tuple of CodebookRow
        Rows that a raw column can be read by; those with a mistake as what they are nearly.
    mistaken : frozenset of str
        Variables of which a row has a mistake.
    """

    problems: tuple[ConfigError, ...]
    rows: tuple[CodebookRow, ...]
    mistaken: frozenset[str]


def examine_rows(
    lines: Mapping[int, CodebookRow], sources: Sequence[str], file: Path
) -> RowsExamined:
    """Find all mistakes in the rows of a codebook.

    Parameters
    ----------
    lines : mapping of int to CodebookRow
        By line of the file.
    sources : sequence of str
        Names of the study's sources.
    file : path
        Its name in messages.
    """
    try:
        parse_codebook(list(lines.values()), sources, file=str(file), lines=list(lines))
        return RowsExamined((), tuple(lines.values()), frozenset())
    except ConfigError:
        pass
    problems: list[ConfigError] = []
    mistaken: set[str] = set()
    usable: dict[str, dict[int, CodebookRow]] = {}
    for line, row in lines.items():
        own, mended = _mistakes(row, line, sources, file)
        problems += own
        mistaken |= {row.variable} if own else set()
        if mended is not None:
            usable.setdefault(mended.variable, {})[line] = mended
    rows: list[CodebookRow] = []
    for variable, kept in usable.items():
        try:
            parse_codebook(list(kept.values()), sources, file=str(file), lines=list(kept))
        except ConfigError as problem:
            if variable not in mistaken:  # of mended rows it may be a consequence
                problems.append(problem)
            mistaken.add(variable)
        else:
            rows += kept.values()
    return RowsExamined(tuple(problems), tuple(rows), frozenset(mistaken))


def _mistakes(
    row: CodebookRow, line: int, sources: Sequence[str], file: Path
) -> tuple[list[ConfigError], CodebookRow | None]:
    """Return what is wrong with a row, and the row as what it is nearly; None where it is nothing."""
    problems: list[ConfigError] = []

    def problem_of(tried: CodebookRow) -> ConfigError | None:
        try:
            parse_codebook([tried], sources, file=str(file), lines=[line])
        except ConfigError as problem:
            return problem
        return None

    for _ in range(_MOST_MISTAKES):
        problem = problem_of(row)
        if problem is None:
            return problems, row
        problems.append(problem)
        told = {own.problem for own in problems}
        tried = ((mended, problem_of(mended)) for mended in _mended(row, sources))
        better = (mended for mended, left in tried if left is None or left.problem not in told)
        following = next(better, None)
        if following is None:
            return problems, None
        row = following
    return problems, None


def _mended(row: CodebookRow, sources: Sequence[str]) -> Iterator[CodebookRow]:
    """Yield a row with one of its cells as what it is nearly, or as what a raw column can be read with."""
    known = (("source", (*sources, EVERY_SOURCE)), ("type", TYPES), ("role", ROLES))
    for column, names in known:
        word = getattr(row, column)
        close = nearest_of(word, names) if word not in names else None
        if close is not None:
            yield row.model_copy(update={column: close})
    if row.type not in TYPES:
        yield row.model_copy(
            update={"type": "category", "minimum": "", "maximum": "", "labels": ""}
        )
    for cells in (("timing",), ("minimum", "maximum"), ("missing_codes",), ("labels",)):
        yield row.model_copy(update=dict.fromkeys(cells, ""))
    yield row.model_copy(update={"timing": "pre"})
    yield row.model_copy(update={"role": "input", "timing": ""})
