"""The schemas describe every key, and agree with the code that reads what they allow."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from pydantic import TypeAdapter
from study_models import SHIPPED

from ruralimpact.outcomes.build import CONSTRUCTORS
from ruralimpact.schema.definitions import AnyOutcome, AnyVariable
from ruralimpact.schema.document import read_document

ROOT = Path(__file__).parents[2]
SCHEMAS = sorted((ROOT / "workflow" / "schemas").glob("*.schema.*"))


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
            if value.keys() in ({"const"}, {"enum"}):
                continue  # the condition of an `if`
            target = value
            if "$ref" in value and "description" not in value:
                target = schema["$defs"][value["$ref"].removeprefix("#/$defs/")]
            assert target.get("description"), f"{path.name}: '{key}' has no description"


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.name)
def test_every_set_of_keys_is_closed(path: Path) -> None:
    """A mapping with named keys allows no others (or leaves that to the branches of its kind)."""
    for node in objects(load(path)):
        if node.get("type") == "object" and "properties" in node and "allOf" not in node:
            assert node.get("additionalProperties") is False


def test_ways_to_build_are_those_of_construct() -> None:
    for block in (AnyVariable, AnyOutcome):
        built = TypeAdapter(block).json_schema()["discriminator"]["mapping"]
        lacking = set(built) ^ set(CONSTRUCTORS)
        assert not lacking, (
            f"{sorted(lacking)}: outcomes/build.py or schema/definitions.py lacks it"
        )


@pytest.mark.parametrize("study", SHIPPED)
def test_editors_accept_the_studies_that_ship(study: str) -> None:
    for name in ("study", "strategies"):
        schema = load(ROOT / "workflow" / "schemas" / f"{name}.schema.json")
        content = read_document(
            ROOT / "config/studies" / study / f"{name}.yaml", shown=name
        ).content
        # JSON has texts as keys only.
        Draft202012Validator(schema).validate(json.loads(json.dumps(content)))
