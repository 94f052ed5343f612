"""What a draft left to be answered: every `?` in the files of a study, with the question."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from ruralimpact.errors import ConfigError, Mark
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.document import Document, KeyPath

OPEN = "?"
_OF_STUDY = {
    "title": "what is evaluated, where and when?",
    "design": "what can the data bear? Write cross_section (one wave after the project), panel (waves before "
    "and after), before_after (treated units only) or descriptive (no arms)",
    "unit_label": "what are the units called, in the plural: producers, households?",
    "group_label": "what are the groups called, in the plural: villages, cooperatives?",
    "currency": "in which currency, of which year, are amounts: pesos of 2024?",
    "citation": "who collected the data, and when?",
    "id": "which raw column identifies a unit? [province, household] if only both do, $row if none does",
    "wave": "of which year or round is the file? Where a column tells it, write wave_variable: and its name "
    "instead",
    "item": "which variable tells the rows of one unit apart?",
    "decimal": "is the decimal mark . or , ?",
}
_OF_CODEBOOK = {
    "role": "covariate (with a timing), treatment, adoption (when it began), outcome, group, wave ..., or "
    "unused?",
    "timing": "was it measured before the treatment (pre) or after it (post)?",
    "unit": "of an amount, the currency and its year?",
    "labels": "which value is 1 and which is 0, or what does each code mean?",
    "missing_codes": "which of its values mean 'missing'? Leave the cell empty if none does",
    "type": "is it number, integer, money, indicator, category or date?",
}
_OTHERWISE = "write what is right in its place"


def open_in_document(document: Document) -> list[tuple[ConfigError, KeyPath]]:
    """Return the questions that stand in a file of a study, and where.

    Parameters
    ----------
    document : Document
    """
    questions = []
    for path in _paths(document.content, ()):
        names = [part for part in path if isinstance(part, str)]
        question = _OF_STUDY.get(names[-1] if names else "", _OTHERWISE)
        key = ".".join(_named(document.content, path))
        problem = ConfigError(
            f"not answered yet: {question}", file=document.file, key=key, mark=document.mark(path)
        )
        questions.append((problem, path))
    return questions


def _paths(content: Any, path: KeyPath) -> Iterator[KeyPath]:
    if content == OPEN:
        yield path
    inside = content.items() if isinstance(content, Mapping) else ()
    for key, value in enumerate(content) if isinstance(content, list) else inside:
        yield from _paths(value, (*path, key))


def _named(content: Any, path: KeyPath) -> Iterator[str]:
    """Yield the parts of a dotted key, entries of lists by their name or their number from 1."""
    for part in path:
        inside = content[part]
        name = inside.get("name") if isinstance(inside, Mapping) else None
        if isinstance(content, Mapping):
            yield str(part)
        else:
            yield name if isinstance(name, str) else str(int(part) + 1)
        content = inside


def open_in_codebook(lines: Mapping[int, CodebookRow], file: Path) -> Iterator[ConfigError]:
    """Yield the questions that stand in a codebook, those of a line together.

    Parameters
    ----------
    lines : mapping of int to CodebookRow
        Rows by line of the file.
    file : path
        For messages.
    """
    for line, row in lines.items():
        columns = open_columns(row)
        if columns:
            asked = "; ".join(f"{name}: {_OF_CODEBOOK.get(name, _OTHERWISE)}" for name in columns)
            yield ConfigError(
                f"not answered yet: {asked}", file=file, key=row.variable, mark=Mark(line)
            )


def open_columns(row: CodebookRow) -> Sequence[str]:
    """Return the columns of a row of the codebook in which a question stands."""
    return [
        column
        for column, text in row.given().items()
        if text == OPEN or (column == "labels" and f"={OPEN}" in text)
    ]
