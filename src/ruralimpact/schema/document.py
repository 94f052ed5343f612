"""YAML files read with line and column of every key, and without what YAML makes of texts unasked."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from ruralimpact.errors import ConfigError, Mark
from ruralimpact.schema.two_readings import two_readings
from ruralimpact.schema.yaml_words import in_plain_words

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
KeyPath = tuple[str | int | float, ...]

Contents = Mapping[str, Any]
"""Keys and values of a file, or of an entry of one, that no model has checked yet."""

LARGEST_BYTES, DEEPEST, MOST_ENTRIES, MOST_DIGITS = 2_000_000, 40, 100_000, 18


@dataclass(frozen=True)
class Document:
    """Contents of a configuration, and where its keys stand.

    Attributes
    ----------
    content : mapping, list or scalar
    file : path, optional
        Name of the file in messages; none for what was written in Python.
    marks : mapping
        Line and column of a key or entry by its path: keys, and positions in lists from 0.
    """

    content: Any
    file: str | Path | None = None
    marks: Mapping[KeyPath, Mark] = field(default_factory=dict)

    def mark(self, position: Sequence[str | int | float]) -> Mark | None:
        """Return where a key stands; the nearest around it where it is not there itself."""
        for length in range(len(position), 0, -1):
            if tuple(position[:length]) in self.marks:
                return self.marks[tuple(position[:length])]
        return None

    def path_of(self, key: str) -> KeyPath:
        """Return the path that a dotted key names, as far as the document has it.

        Parameters
        ----------
        key : str
            As in messages: entries of lists by their name, or by their number from 1.
        """
        return tuple(_followed(self.content, key.split(".")))

    def named_below(self, path: KeyPath, name: str) -> KeyPath:
        """Return the path of a name among keys and values below a path; that path if it is not there."""
        content = self.content
        for part in path:
            content = content[part]
        return next(_named(content, path, name), path)


def read_document(path: Path, *, shown: str | Path) -> Document:
    """Read a YAML file.

    Parameters
    ----------
    path : path
    shown : path
        Its name in messages.

    Returns
    -------
    Document
        Empty (no keys) where the file is.

    Raises
    ------
    ConfigError
        The file is missing, no YAML, too large or deep; a key stands twice or is no text or number; a number
        that YAML would read as another.
    """
    try:
        text = _text(path, shown)
        _refuse_depth(text, shown)
        loader = _ConfigurationLoader(text)
        try:
            node = loader.get_single_node()
            if node is None:
                return Document({}, shown)
            marks = dict(_marks(node, (), [MOST_ENTRIES], ()))
            return Document(loader.construct_document(node), shown, marks)
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = _from_one(mark) if mark else None
        problem = in_plain_words(str(error.problem or error.context)).rstrip(".")
        raise ConfigError(f"{problem}.", file=shown, mark=where) from None
    except yaml.YAMLError:
        raise ConfigError("the file holds characters that no text has.", file=shown) from None


def _text(path: Path, shown: str | Path) -> str:
    try:
        if path.stat().st_size > LARGEST_BYTES:
            problem = f"the file is larger than {LARGEST_BYTES:,} bytes, which no configuration is."
            raise ConfigError(problem, file=shown)
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ConfigError("there is no such file.", file=shown) from None
    except IsADirectoryError:
        raise ConfigError("this is a folder, not a file.", file=shown) from None
    except UnicodeDecodeError:
        raise ConfigError("the file is not UTF-8 text.", file=shown) from None


def _refuse_depth(text: str, shown: str | Path) -> None:
    """Refuse what is nested without end before anything follows it down."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                problem = f"keys are nested more than {DEEPEST} deep."
                raise ConfigError(problem, file=shown, mark=_from_one(event.start_mark))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


class _ConfigurationLoader(_Loader):  # type: ignore[misc, valid-type]
    """Safe YAML in which no key stands twice, and text and numbers are what they look like."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key, _ in node.value:
            problem = _key_problem(key)
            if problem is None and key.value in seen:
                problem = f"the key '{key.value}' stands twice"
            if problem is not None:
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            seen.add(key.value)
        for key, value in node.value:
            if key.value in _AMOUNTS:
                _refuse_two_readings(value)
        return dict(super().construct_mapping(node, deep=deep))

    def construct_yaml_int(self, node: yaml.ScalarNode) -> int:
        text = node.value.replace("_", "").lstrip("+-")
        problem = None
        if len(text) > MOST_DIGITS:
            problem = (
                f"a number of {len(text)} digits is too long; put it in quotes if it is a name"
            )
        elif re.fullmatch(r"0[0-9]+|.*:.*", text):
            value = super().construct_yaml_int(node)
            problem = f"YAML reads '{node.value}' as the number {value}; put it in quotes"
        if problem is not None:
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        return int(super().construct_yaml_int(node))

    def construct_yaml_float(self, node: yaml.ScalarNode) -> float:
        if ":" in node.value:
            problem = f"YAML reads '{node.value}' as a number of seconds; put it in quotes"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
        if node.value.endswith("0"):
            _refuse_two_readings(node)
        return float(super().construct_yaml_float(node))

    def construct_yaml_timestamp(self, node: yaml.ScalarNode) -> str:
        """Keep a date as the text that it is."""
        return str(node.value)


for _kind in ("int", "float", "timestamp"):
    _ConfigurationLoader.add_constructor(
        f"tag:yaml.org,2002:{_kind}", getattr(_ConfigurationLoader, f"construct_yaml_{_kind}")
    )

# Keys of amounts in the unit of a variable, which may have thousands.
_AMOUNTS = ("line", "lines", "minimum", "maximum", "above")


def _refuse_two_readings(node: yaml.Node) -> None:
    """Refuse a number whose point may be for thousands, and such numbers of a list or of keys."""
    if isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            _refuse_two_readings(entry)
    elif isinstance(node, yaml.MappingNode):
        for _, value in node.value:
            _refuse_two_readings(value)
    elif isinstance(node, yaml.ScalarNode) and node.tag.endswith(":float"):
        readings = two_readings(node.value)
        if readings is not None:
            problem = f"'{node.value}' can be read in two ways; write {readings}"
            raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)


_MERGE = "tag:yaml.org,2002:merge"


def _key_problem(key: yaml.Node) -> str | None:
    if not isinstance(key, yaml.ScalarNode):
        return "a key is a list or a set of keys; it must be a text or a number"
    kind = key.tag.rpartition(":")[2]
    if kind == "bool":
        return f"YAML reads the key '{key.value}' as true or false; put it in quotes"
    if kind == "null":
        return "a key is empty"
    return None


def _from_one(mark: Any) -> Mark:
    """Return a mark of YAML, which counts from 0."""
    return Mark(mark.line + 1, mark.column + 1)


def _marks(
    node: yaml.Node, number: KeyPath, left: list[int], around: tuple[int, ...]
) -> Iterator[tuple[KeyPath, Mark]]:
    """Yield paths with their marks, aliases written out, as many as `left` (one number) allows."""
    left[0] -= 1
    if id(node) in around or left[0] < 0:
        problem = "what '*' stands for (put a text that begins with it in quotes) holds itself, or has no end"
        raise yaml.constructor.ConstructorError(None, None, problem, node.start_mark)
    around = (*around, id(node))
    if isinstance(node, yaml.SequenceNode):
        for position, entry in enumerate(node.value):
            yield (*number, position), _from_one(entry.start_mark)
            yield from _marks(entry, (*number, position), left, around)
    elif isinstance(node, yaml.MappingNode):
        own = sorted(node.value, key=lambda pair: pair[0].tag != _MERGE)  # own keys stand last
        for key, value in own:
            if key.tag == _MERGE:
                for merged in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                    yield from _marks(merged, number, left, around)
            elif isinstance(key, yaml.ScalarNode):
                name = (
                    int(key.value)
                    if key.tag.endswith(":int") and key.value.isdecimal()
                    else key.value
                )
                yield (*number, name), _from_one(key.start_mark)
                yield from _marks(value, (*number, name), left, around)


def _named(content: Any, path: KeyPath, name: str) -> Iterator[KeyPath]:
    """Yield the paths of a name, as a key or a value."""
    if content == name:
        yield path
    inside = content.items() if isinstance(content, Mapping) else ()
    for key, value in enumerate(content) if isinstance(content, list) else inside:
        if key == name:
            yield (*path, key)
        yield from _named(value, (*path, key), name)


def _followed(content: Any, parts: Sequence[str]) -> Iterator[str | int]:
    for part in parts:
        if isinstance(content, Mapping):
            step = next((key for key in content if str(key) == part), None)
        elif isinstance(content, list):
            names = [entry.get("name") if isinstance(entry, Mapping) else None for entry in content]
            number = int(part) - 1 if part.isdecimal() else -1
            step = (
                names.index(part)
                if part in names
                else number
                if 0 <= number < len(content)
                else None
            )
        else:
            step = None
        if step is None:
            return
        yield step
        content = content[step]
