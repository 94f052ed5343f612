"""A configuration with mistakes in it, mended as far as needed to look for further ones.

What is mended here is only looked at, never run: a key that is nearly a known one is taken for it, and an
entry that cannot be understood is taken out, so that one mistake does not hide the others.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ruralimpact.errors import ConfigError
from ruralimpact.schema.document import Document, KeyPath
from ruralimpact.schema.validation import Mistake, mistakes
from ruralimpact.suggestions import proposed

# Keys by which an entry is of a kind, whose own keys follow from the kind.
_OF_KINDS = ("method", "kind", "build", "rule")
_MISSING = re.compile(r"the key '([^']+)' is missing\.")
STAND_IN = "(not understood)"
"""In the place of a text that could not be understood, where one is needed."""
# A document with more mistakes than this is no configuration.
_MOST_MISTAKES = 200


@dataclass(frozen=True)
class Mended:
    """What could be understood of a document, and what could not.

    Attributes
    ----------
    document : Document
        Valid for the model that was asked for as `lenient`.
    problems : tuple of ConfigError
        In the order in which they are to be mended.
    taken_out : frozenset of str
        Names of entries that could not be understood.
    """

    document: Document
    problems: tuple[ConfigError, ...]
    taken_out: frozenset[str]


def mended(strict: Any, document: Document, *, lenient: Any, depth: int) -> Mended:
    """Find all mistakes of a document.

    Parameters
    ----------
    strict : type
        Model of the document, see `ruralimpact.schema.validation.validated`.
    document : Document
    lenient : type
        The same model with nothing required of the document as a whole.
    depth : int
        Keys down to an entry: 1 where the document is a list of entries, 2 where it has sections.
    """
    problems = [mistake.error for mistake in mistakes(strict, document)]
    texts, taken_out = set(map(str, problems)), set[str]()
    tried: set[tuple[Any, ...]] = set()
    of_no_kind: set[KeyPath] = set()
    for _ in range(_MOST_MISTAKES):
        current = mistakes(lenient, document)
        if not current:
            break
        of_no_kind |= {
            mistake.path[:-1]
            for mistake in current
            if mistake.path[-1:] and mistake.path[-1] in _OF_KINDS and not is_absence(mistake.error)
        }
        # What an entry of a misspelt kind lacks might follow from its kind.
        errors = [
            mistake.error
            for mistake in current
            if not (is_absence(mistake.error) and _is_inside(mistake.path, of_no_kind))
        ]
        new = [error for error in errors if str(error) not in texts]
        problems += new
        texts |= set(map(str, new))
        first, path = current[0].error, current[0].path
        if not path:
            return Mended(Document({}, document.file), tuple(problems), frozenset(taken_out))
        name = proposed(first.problem)
        if name and (path, name) not in tried:
            tried.add((path, name))
            document = _taken_for(document, path, name, first)
            continue
        standing_in = _with_stand_in(lenient, document, current[0])
        if standing_in is not None and len(path) > depth - bool(missing_key(first)):
            document = standing_in
            continue
        taken = path if "unknown key" in first.problem else path[:depth]
        taken_out |= {_name(document.content, taken)} if len(taken) == depth else set()
        document = without(document, taken)
    return Mended(document, tuple(problems), frozenset(taken_out))


def with_known_words(kind: Any, document: Document) -> tuple[Document, tuple[ConfigError, ...]]:
    """Return a document with known words in the place of those that are nearly them, and these mistakes.

    What a study leaves to its design follows from the keys that it has; a misspelt one must be among them.

    Parameters
    ----------
    kind : type
        Model of the document, see `ruralimpact.schema.validation.validated`.
    document : Document
    """
    problems: list[ConfigError] = []
    for _ in range(_MOST_MISTAKES):
        nearly = (
            (own, name)
            for own in mistakes(kind, document)
            if own.path and (name := proposed(own.error.problem)) and _is_free(document, own, name)
        )
        mistake, name = next(nearly, (None, ""))
        if mistake is None:
            break
        problems.append(mistake.error)
        document = _taken_for(document, mistake.path, name, mistake.error)
    return document, tuple(problems)


def _is_free(document: Document, mistake: Mistake, name: str) -> bool:
    """Whether a word can stand in the place of one that is nearly it: it does not stand there already."""
    around = document.content
    for part in mistake.path[:-1]:
        around = around[part]
    of_key = mistake.error.problem.startswith("unknown key")
    return name not in around if of_key else around[mistake.path[-1]] != name


def is_absence(problem: ConfigError) -> bool:
    """Tell whether a mistake is that a key is missing."""
    return missing_key(problem) is not None


def missing_key(problem: ConfigError) -> str | None:
    """Return the key that is missing, if that is the mistake."""
    missing = _MISSING.fullmatch(problem.problem)
    return missing.group(1) if missing else None


def with_known_name(document: Document, key: str, name: str, known: str) -> Document | None:
    """Return a document with another name in the place of one, at or below a key; None where it is not there.

    Parameters
    ----------
    document : Document
    key : str
        Dotted, as in messages.
    name, known : str
    """
    path = document.named_below(document.path_of(key), name)
    content = document.content
    for part in path:
        content = content[part]
    if content != name:
        return None
    around = document.content
    for part in path[:-1]:
        around = around[part]
    if isinstance(around, list) and known in around:
        return without(document, path)
    return replace(document, content=_changed(document.content, path, lambda _: known))


def _with_stand_in(kind: Any, document: Document, mistake: Mistake) -> Document | None:
    """Return a document with a value that can stand at a place, or without it; None where none can."""
    if "unknown key" in mistake.error.problem:
        return None
    missing = missing_key(mistake.error)
    if missing in _OF_KINDS or (missing is None and mistake.path[-1] in _OF_KINDS):
        return None
    before = {(own.path, own.error.problem) for own in mistakes(kind, document)}
    for tried in _stand_ins(document, mistake.path, missing):
        after = {(own.path, own.error.problem) for own in mistakes(kind, tried)}
        if after < before:
            return tried
    return None


def _stand_ins(document: Document, path: KeyPath, missing: str | None) -> Iterator[Document]:
    """Yield documents without the key at a path, and with values of each kind in its place."""
    if missing is None and isinstance(path[-1], str):
        yield without(document, path)
    for value in _VALUES:
        content = _changed(document.content, path, _given(value, missing))
        yield replace(document, content=content)


_VALUES: tuple[object, ...] = (STAND_IN, 1, True, [STAND_IN], [1], {})


def _given(value: object, key: str | None) -> Callable[[Any], Any]:
    """Return what puts a value in the place of whatever is there, or under a key of it."""
    return (lambda _: value) if key is None else (lambda entry: {**entry, key: value})


def _is_inside(path: KeyPath, entries: Collection[KeyPath]) -> bool:
    return any(path[: len(entry)] == entry for entry in entries)


def _name(content: Any, path: KeyPath) -> str:
    for part in path:
        content = content[part]
    name = content.get("name") if isinstance(content, Mapping) else None
    return str(path[-1] if name is None else name)


def _taken_for(document: Document, path: KeyPath, proposed: str, problem: ConfigError) -> Document:
    """Return a document with a key, or a value, in the place of the one that is nearly it."""
    if not problem.problem.startswith("unknown key"):
        return replace(document, content=_changed(document.content, path, lambda _: proposed))
    renamed = (*path[:-1], proposed)
    marks = {
        (*renamed, *key[len(path) :]) if key[: len(path)] == path else key: mark
        for key, mark in document.marks.items()
    }

    def rename(entry: Any) -> Any:
        others = {key: value for key, value in entry.items() if key != path[-1]}
        return {proposed: entry[path[-1]], **others}

    return Document(_changed(document.content, path[:-1], rename), document.file, marks)


def without(document: Document, path: KeyPath) -> Document:
    """Return a document without an entry or key; entries behind it in a list keep their marks.

    Parameters
    ----------
    document : Document
    path : tuple
        Keys, and positions in lists from 0.
    """
    around, last = path[:-1], path[-1]

    def remove(entry: Any) -> Any:
        if isinstance(entry, list):
            return [value for number, value in enumerate(entry) if number != last]
        return {key: value for key, value in entry.items() if key != last}

    marks = {}
    for key, mark in document.marks.items():
        inside = len(key) >= len(path) and key[: len(around)] == around
        own = key[len(around)] if inside else None
        if inside and own == last:
            continue
        moved = inside and isinstance(own, int) and isinstance(last, int) and own > last
        marks[(*around, own - 1, *key[len(path) :]) if moved else key] = mark  # type: ignore[operator]
    return Document(_changed(document.content, around, remove), document.file, marks)


def _changed(content: Any, path: KeyPath, change: Any) -> Any:
    """Return contents in which what stands at a path is changed; the contents are not."""
    if not path:
        return change(content)
    part = path[0]
    if isinstance(content, list):
        return [
            _changed(value, path[1:], change) if number == part else value
            for number, value in enumerate(content)
        ]
    return {
        key: _changed(value, path[1:], change) if key == part else value
        for key, value in content.items()
    }
