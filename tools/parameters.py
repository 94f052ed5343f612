"""JSON schemas of the configuration files and the page on their keys, from the models that check them."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ruralimpact.design.strategies import StrategiesFile
from ruralimpact.exhibits.registry import exhibits_file, package_kinds
from ruralimpact.schema.study import Config, StudyFile

SCHEMAS = Path("workflow") / "schemas"
INTRODUCTION = """\
# Parameters

Every key of the configuration files, from the models that check them (`src/ruralimpact/schema/`). Written by
`make docs`; do not edit. A key that is not listed here is refused, and the message names the nearest one
that is. Editors that know JSON schemas complete and check keys with the files of `workflow/schemas/`.
The columns of a study's `codebook.csv` are described in [codebook.md](codebook.md), the tables and figures of
`exhibits.yaml` in [exhibits.md](exhibits.md).
"""
_MODELS: dict[str, tuple[Any, str]] = {
    "config": (Config, "What a run builds."),
    "study": (StudyFile, "One evaluation, from its raw files to the analyses wanted."),
    "strategies": (
        StrategiesFile,
        "Ways to match or weight, one row each; which keys a row may have depends on its method.",
    ),
    "exhibits": (exhibits_file(package_kinds()), "The tables and figures of a study."),
}
_TYPES = {
    "string": "text",
    "number": "number",
    "integer": "whole number",
    "boolean": "true or false",
    "array": "list",
    "object": "keys",
}


def schemas() -> dict[str, dict[str, Any]]:
    """Return the JSON schema of each file whose keys are models, by the file's name."""
    schemas = {}
    for name, (model, description) in _MODELS.items():
        schema = _tidy(TypeAdapter(model).json_schema())
        head = {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "config/config.yaml" if name == "config" else f"{name}.yaml",
            "description": description,
        }
        schemas[name] = {**schema, **head}
    for strategy in schemas["strategies"]["$defs"].values():
        if "method" in strategy.get("properties", {}):
            strategy["required"] = [
                "name",
                "label",
                "method",
            ]  # in a file; in Python they may be excluded
    return schemas


def schema_files() -> dict[str, str]:
    """Return the contents of the files of `workflow/schemas/` by their names."""
    return {f"{name}.schema.json": _written(schema) for name, schema in schemas().items()}


def _written(schema: dict[str, Any]) -> str:
    """Return a schema as text, one definition a line."""
    definitions = [
        f"  {json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}"
        for name, part in schema.get("$defs", {}).items()
    ]
    lines = [
        f" {json.dumps(name)}: {json.dumps(part, ensure_ascii=False)}"
        for name, part in schema.items()
        if name != "$defs"
    ]
    lines += [' "$defs": {\n' + ",\n".join(definitions) + "\n }"] if definitions else []
    return "{\n" + ",\n".join(lines) + "\n}\n"


def page() -> str:
    """Return the text of docs/parameters.md."""
    pages = [INTRODUCTION]
    for name in ("config", "study", "strategies"):
        schema = schemas()[name]
        pages.append(f"## {schema['title']}\n\n{schema['description']}\n")
        pages += [_table(section, schema) for section in _sections(schema, schema)]
    return "\n".join(pages)


def _tidy(node: Any, is_properties: bool = False) -> Any:
    """Exclude what says nothing: titles made of names, and defaults that are none."""
    if isinstance(node, list):
        return [_tidy(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    kept = {key: _tidy(value, key in ("properties", "$defs")) for key, value in node.items()}
    if "anyOf" in kept:  # typing may hold str | int for int | str, whichever was written first
        kept["anyOf"] = sorted(kept["anyOf"], key=lambda entry: json.dumps(entry, sort_keys=True))
    if not is_properties:
        named = "properties" in kept  # the title of a set of keys
        kept = {key: value for key, value in kept.items() if key != "title" or named}
        if not isinstance(kept.get("default", ""), str | int | float):
            del kept["default"]
    return kept


@dataclass(frozen=True)
class _Section:
    """One set of keys: its heading and its schema."""

    heading: str
    schema: dict[str, Any]


def _sections(node: dict[str, Any], schema: dict[str, Any], at: str = "") -> Iterator[_Section]:
    """Yield every set of keys inside a schema, outer ones first."""
    node = _resolved(node, schema)
    if node.get("type") == "array":
        yield from _sections(node.get("items", {}), schema, f"{at}[]")
    elif "discriminator" in node:
        for branch in node["oneOf"]:
            inner = _resolved(branch, schema)
            yield _Section(_heading(inner, node["discriminator"]["propertyName"], at), inner)
            yield from _inside(inner, schema, at)
    elif "anyOf" in node:
        for branch in node["anyOf"]:
            yield from _sections(branch, schema, at)
    else:
        if "properties" in node:
            yield _Section(f"### `{at}`\n" if at else "", node)
        yield from _inside(node, schema, at)


def _heading(branch: dict[str, Any], chosen_by: str, at: str) -> str:
    """Return the heading of one of several sets of keys, and what it is about."""
    title, about = branch["title"], " ".join(branch["description"].split())
    if not about.startswith(
        "`"
    ):  # the title is the name of a class; the description begins with words
        title = re.split(r"[:,.]", about)[0]
        about = f"`{chosen_by}: {branch['properties'][chosen_by]['const']}`. {about}"
    return f"### {f'`{at}`: ' if at != '[]' else ''}{title}\n\n{about}\n"


def _inside(node: dict[str, Any], schema: dict[str, Any], at: str) -> Iterator[_Section]:
    inside = dict(node.get("properties", {}))
    for free in (node.get("additionalProperties"), *node.get("patternProperties", {}).values()):
        inside |= {"<name>": free} if isinstance(free, dict) else {}
    for key, value in inside.items():
        yield from _sections(value, schema, f"{at}.{key}" if at else key)


def _table(section: _Section, schema: dict[str, Any]) -> str:
    lines = [section.heading] if section.heading else []
    lines += ["| key | value | default | meaning |", "|---|---|---|---|"]
    for key, value in section.schema["properties"].items():
        known = {**_resolved(value, schema), **value}
        needed = " **(required)**" if key in section.schema.get("required", []) else ""
        default = f"`{known['default']}`".lower() if "default" in known else ""
        meaning = " ".join(known.get("description", "").split())
        lines.append(f"| `{key}`{needed} | {_value(known, schema)} | {default} | {meaning} |")
    return "\n".join([*lines, ""])


def _value(node: dict[str, Any], schema: dict[str, Any]) -> str:
    node = _resolved(node, schema)
    if "const" in node:
        return f"`{node['const']}`"
    if "enum" in node:
        return ", ".join(f"`{choice}`" for choice in node["enum"])
    if "discriminator" in node:
        return "keys"
    for several in ("anyOf", "oneOf"):
        if several in node:
            values = [
                _value(branch, schema) for branch in node[several] if branch.get("type") != "null"
            ]
            return " or ".join(dict.fromkeys(values))
    return _TYPES[node.get("type", "string")]


def _resolved(node: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    if "$ref" not in node:
        return node
    target: dict[str, Any] = schema["$defs"][node["$ref"].removeprefix("#/$defs/")]
    return target
