"""The schemas describe every key, and agree with the code that reads what they allow."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ruralimpact.design.strategies import METHODS
from ruralimpact.outcomes.build import CONSTRUCTORS

ROOT = Path(__file__).parents[2]
SCHEMAS = sorted((ROOT / "workflow" / "schemas").glob("*.schema.yaml"))


def load(path: Path) -> dict[str, Any]:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def objects(node: Any) -> Iterator[dict[str, Any]]:
    """Yield every mapping inside a schema."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for value in node:
            yield from objects(value)


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_schema_is_valid(path: Path) -> None:
    Draft202012Validator.check_schema(load(path))


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_key_is_described(path: Path) -> None:
    schema = load(path)
    for node in objects(schema):
        for key, value in node.get("properties", {}).items():
            if "const" in value or set(value) == {"enum"}:
                continue  # the condition of an `if`
            target = value
            if "$ref" in value:
                target = schema["$defs"][value["$ref"].removeprefix("#/$defs/")]
            assert target.get("description"), f"{path.name}: '{key}' has no description"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_set_of_keys_is_closed(path: Path) -> None:
    """A mapping with named keys allows no others (or leaves that to the branches of its kind)."""
    for node in objects(load(path)):
        if node.get("type") == "object" and "properties" in node and "allOf" not in node:
            assert node.get("additionalProperties") is False


def resolved(value: dict[str, Any], definitions: dict[str, Any]) -> dict[str, Any]:
    return definitions[value["$ref"].removeprefix("#/$defs/")] if "$ref" in value else value


def branch(method: str) -> dict[str, Any]:
    """Return the keys that the schema allows a method, with their schemas."""
    schema = load(ROOT / "workflow" / "schemas" / "strategies.schema.yaml")
    for rule in schema["items"]["allOf"]:
        condition = rule["if"]["properties"]["method"]
        if method in condition.get("enum", [condition.get("const")]):
            properties = resolved(rule["then"], schema["$defs"])["properties"]
            return {key: resolved(value, schema["$defs"]) for key, value in properties.items()}
    raise AssertionError(f"the schema has no branch for {method}")


def test_methods_are_those_of_the_engine() -> None:
    schema = load(ROOT / "workflow" / "schemas" / "strategies.schema.yaml")
    assert set(schema["$defs"]["method"]["enum"]) == set(METHODS)


@pytest.mark.parametrize("method", METHODS)
def test_strategy_keys_and_defaults_are_those_of_the_engine(method: str) -> None:
    allowed = branch(method)
    fields = METHODS[method].model_fields
    assert set(allowed) == set(fields)
    for key, value in allowed.items():
        if "default" in value:
            assert value["default"] == fields[key].default, key


def test_ways_to_build_are_those_of_construct() -> None:
    definitions = load(ROOT / "workflow" / "schemas" / "study.schema.yaml")["$defs"]
    assert set(definitions["build"]["enum"]) == set(CONSTRUCTORS)
