"""Turn contents of the configuration into models, and what is wrong with them into one sentence.

`validated` is the one way in: for a file read by `ruralimpact.schema.document.read_document`, whose
messages then name the file, the line and the key, and for a plain mapping that someone wrote in Python,
whose messages name the key. Both know the same keys and values, and suggest the nearest known one:

    study = validated(StudyFile, read_document(path, shown=path))
    strategy = validated(Strategy, {"method": "nearest", "k": 5})
    strategies = validated(tuple[Strategy, ...], document)

The models are subclasses of `ruralimpact.schema.base.Settings`. Their own validators raise `fault(...)`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from pydantic import TypeAdapter, ValidationError

from ruralimpact.errors import ConfigError, UnknownNameError
from ruralimpact.schema.base import CHOOSING
from ruralimpact.schema.document import Document, KeyPath
from ruralimpact.schema.explanation import discriminator, explanation, meant_for

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

T = TypeVar("T")


@dataclass(frozen=True)
class Mistake:
    """Something that is wrong with a document.

    Attributes
    ----------
    error : ConfigError
    path : tuple
        Keys, and positions in lists from 0, of what is wrong.
    """

    error: ConfigError
    path: KeyPath


@overload
def validated(
    kind: type[T], content: Any, *, file: str | Path | None = None, key: str | None = None
) -> T: ...
@overload
def validated(
    kind: Any, content: Any, *, file: str | Path | None = None, key: str | None = None
) -> Any: ...
def validated(
    kind: Any, content: Any, *, file: str | Path | None = None, key: str | None = None
) -> Any:
    """Return contents of the configuration as a model.

    Parameters
    ----------
    kind : type
        A model, or a type made of models such as ``tuple[Source, ...]`` or an annotated union.
    content : Document, mapping or list
        What a file holds with its lines, or the plain keys and values.
    file : path, optional
        Name of the file in messages, for plain contents.
    key : str, optional
        Dotted key that the contents stand under, for messages.

    Returns
    -------
    model
        Instance of `kind`.

    Raises
    ------
    ConfigError
        Names the first thing that is wrong: an unknown key or value with the nearest known one, a key that
        is missing, a value of another type or out of range.
    """
    document = content if isinstance(content, Document) else Document(content, file)
    try:
        model = _adapter(kind).validate_python(document.content)
    except ValidationError as error:
        raise _explained(error, document, key)[0].error from None
    for mistake in _empty_keys(document) if isinstance(content, Document) else ():
        raise mistake.error
    return model


def mistakes(kind: Any, document: Document) -> list[Mistake]:
    """Return all that is wrong with a document, in the order in which `validated` would raise it.

    Parameters
    ----------
    kind : type
        See `validated`.
    document : Document
    """
    try:
        _adapter(kind).validate_python(document.content)
    except ValidationError as error:
        return _explained(error, document, None)
    return list(_empty_keys(document))


def _empty_keys(document: Document) -> Iterator[Mistake]:
    for position in _empty(document.content, ()):
        problem = "the key is empty; give it a value, or leave it out."
        dotted, mark = _dotted(document.content, position), document.mark(position)
        error = ConfigError(problem, file=document.file, key=dotted, mark=mark)
        yield Mistake(error, position)


def _empty(content: Any, position: KeyPath) -> Iterator[KeyPath]:
    """Yield the places without a value: a key may be excluded, but not without a word."""
    if content is None:
        yield position
    inside = content.items() if isinstance(content, Mapping) else ()
    for key, value in enumerate(content) if isinstance(content, list) else inside:
        yield from _empty(value, (*position, key))


def located(error: ConfigError, document: Document) -> ConfigError:
    """Return an error about a document with line and column of its key, or of the wrong name below it."""
    if error.mark is not None or error.key is None:
        return error
    path = document.path_of(error.key)
    if isinstance(error, UnknownNameError):
        path = document.named_below(path, error.name)
    return error.at(file=document.file, key=error.key, mark=document.mark(path))


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def _explained(error: ValidationError, document: Document, under: str | None) -> list[Mistake]:
    """Describe the errors: unknown keys come before what their absence causes elsewhere."""
    by_place: dict[KeyPath, list[ErrorDetails]] = {}
    for entry in error.errors(include_url=False):
        if entry["type"] == "too_short" and len(entry["input"]) >= entry["ctx"]["min_length"]:
            continue  # pydantic counts the entries that are right
        by_place.setdefault(_place(entry, document.content), []).append(entry)

    for position in _of_another_kind(by_place):
        del by_place[position]

    def rank(pair: tuple[KeyPath, list["ErrorDetails"]]) -> tuple[int, tuple[int, int]]:
        position, errors = pair
        kinds = {entry["type"] for entry in errors}
        problem = str(errors[0].get("ctx", {}).get("problem", ""))
        first = 0 if problem.startswith("unknown key") else 2 if "missing" in kinds else 1
        mark = document.mark(position)
        return first, (0, 0) if mark is None else (mark.line, mark.column or 0)

    ranked = sorted(by_place.items(), key=rank)
    return [
        Mistake(
            ConfigError(
                explanation(part, document.content if not position else None),
                file=document.file,
                key=".".join(filter(None, (under, _dotted(document.content, position)))) or None,
                mark=document.mark(position),
            ),
            position,
        )
        for position, errors in ranked
        for part in _by_absence(errors)
    ]


def _of_another_kind(by_place: Mapping[KeyPath, list["ErrorDetails"]]) -> list[KeyPath]:
    """Places that are no number, say, but the list that they may be as well, with a mistake inside."""
    return [
        position
        for position, errors in by_place.items()
        if all(entry["type"].endswith("_type") for entry in errors)
        and any(len(p) > len(position) and p[: len(position)] == position for p in by_place)
    ]


def _by_absence(errors: list["ErrorDetails"]) -> list[list["ErrorDetails"]]:
    """Part the errors of one place: each key that is missing is a mistake of its own."""
    missing = [[entry] for entry in errors if entry["type"] == "missing"]
    if len(missing) < len(errors):
        return [errors]
    return missing


def _place(error: "ErrorDetails", content: Any) -> KeyPath:
    """Return the keys that lead to an error; pydantic's own words for branches of unions excluded."""
    parts: list[str | int] = [*error["loc"], *error.get("ctx", {}).get("key", ())]
    position: list[str | int] = []
    entered = True  # the last part was a key, so that the name of a branch may follow
    for part in parts[:-1] if error["type"] == "missing" else parts:
        if entered and isinstance(content, Mapping) and part in _branches(content):
            entered = False
        elif _leads(content, part):
            position.append(part)
            content, entered = content[part], True
    chosen = discriminator(error)
    if chosen is not None and not _leads(content, chosen):
        chosen = meant_for(chosen, content)
    return tuple(position) if chosen is None else (*position, chosen)


def _branches(entry: Mapping[Any, Any]) -> set[Any]:
    """Return the values that may have chosen the model of an entry."""
    return {entry[key] for key in CHOOSING if isinstance(entry.get(key), str)}


def _leads(content: Any, part: str | int) -> bool:
    if isinstance(content, Mapping):
        return part in content
    return isinstance(content, list | tuple) and isinstance(part, int) and part < len(content)


def _dotted(content: Any, position: KeyPath) -> str:
    """Write a place with dots, entries of lists by their name (or number from 1)."""
    parts = []
    for part in position:
        in_list = not isinstance(content, Mapping)
        content = content[part]
        name = content.get("name") if in_list and isinstance(content, Mapping) else None
        number = str(int(part) + 1) if in_list else str(part)
        parts.append(name if isinstance(name, str) else number)
    return ".".join(parts)
