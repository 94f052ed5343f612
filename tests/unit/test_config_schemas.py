"""The schemas describe every key, and agree with the code that reads what they allow."""

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from ruralimpact.design.strategies import METHODS

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


@pytest.mark.parametrize("method", METHODS)
def test_strategy_keys_are_those_of_the_engine(method: str) -> None:
    definitions = load(ROOT / "workflow" / "schemas" / "strategies.schema.yaml")["$defs"]
    allowed = set(definitions[method]["properties"]) - {"name", "label", "method"}
    assert allowed == {field.name for field in fields(METHODS[method]) if field.init}
