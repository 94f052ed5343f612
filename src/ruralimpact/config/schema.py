"""Check a configuration against its schema and say in one sentence what is wrong."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from ruralimpact.errors import ConfigError
from ruralimpact.locations import shipped
from ruralimpact.suggestions import nearest

if TYPE_CHECKING:
    from jsonschema import ValidationError

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SCHEMAS = shipped("workflow", "schemas")


class UniqueKeyLoader(_Loader):  # type: ignore[misc, valid-type]
    """Safe YAML in which a repeated key is an error rather than a silent overwrite."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen = set()
        for key_node, _ in node.value:
            if key_node.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key '{key_node.value}' stands twice", key_node.start_mark
                )
            seen.add(key_node.value)
        return dict(super().construct_mapping(node, deep=deep))


def validate(instance: Any, schema: str, *, file: str | Path) -> None:
    """Check a configuration against a schema of ``workflow/schemas``.

    Parameters
    ----------
    instance : mapping or list
        The configuration.
    schema : str
        ``"config"``, ``"study"`` or ``"strategies"``.
    file : path
        Name of the file in messages.

    Raises
    ------
    ConfigError
        Names the first offending key, what is wrong with it, and the nearest known key.
    """
    # The order of the file, and a key that is not known before what its absence causes elsewhere.
    ranks = {"additionalProperties": 0, "required": 2}
    errors = sorted(
        _validator(schema).iter_errors(instance),
        key=lambda error: (ranks.get(str(error.validator), 1), list(map(str, error.path))),
    )
    if errors:
        problem, key = _explain(errors[0])
        raise ConfigError(
            problem, file=file, key=_dotted(instance, [*errors[0].absolute_path, *key])
        )


@cache
def _validator(schema: str) -> Any:
    from jsonschema import Draft202012Validator

    text = (SCHEMAS / f"{schema}.schema.yaml").read_text(encoding="utf-8")
    return Draft202012Validator(yaml.load(text, Loader=UniqueKeyLoader))


def _dotted(instance: Any, path: Sequence[str | int]) -> str | None:
    """Write a path with dots, entries of lists by their name (or number from 1)."""
    parts = []
    for part in path:
        inside = instance[part] if isinstance(instance, list) and isinstance(part, int) else None
        if isinstance(part, int):
            named = isinstance(inside, dict) and isinstance(inside.get("name"), str)
            parts.append(inside["name"] if named else str(part + 1))  # type: ignore[index]
        else:
            parts.append(str(part))
        try:
            instance = instance[part]
        except (KeyError, IndexError, TypeError):
            instance = None
    return ".".join(parts) or None


def _explain(error: "ValidationError") -> tuple[str, list[str]]:
    """Say what is wrong in one sentence, and which key under the error's path is meant."""
    value: Any = error.instance
    rule: Any = error.validator_value
    schema: Any = error.schema
    if error.validator == "additionalProperties":
        known = list(schema["properties"])
        key = next(key for key in value if key not in known)
        kind = str(schema.get("description", ""))
        of = f" of {kind.replace('`', '')}" if kind.startswith("`") else ""
        return f"unknown key '{key}'{of}. {nearest(str(key), known)}", [str(key)]
    if error.validator == "required":
        missing = next(key for key in rule if key not in value)
        return f"the key '{missing}' is missing.", []
    if error.validator == "enum":
        allowed = [str(choice) for choice in rule]
        return (
            f"{_quoted(value)} is not one of {', '.join(allowed)}. {_hint(value, allowed)}".strip(),
            [],
        )
    if error.validator == "type":
        return f"{_quoted(value)} is not {_type_name(rule)}.{_yaml_trap(value, rule)}", []
    return _BOUNDS.get(str(error.validator), "{value} is not allowed here.").format(
        value=_quoted(value), rule=rule
    ), []


_BOUNDS = {
    "minimum": "{value} is below {rule}.",
    "maximum": "{value} is above {rule}.",
    "exclusiveMinimum": "{value} is not above {rule}.",
    "minItems": "the list needs at least {rule} entry.",
    "minLength": "the text is empty.",
    "minProperties": "at least {rule} key is needed.",
    "uniqueItems": "an entry stands twice in {value}.",
    "pattern": "{value} is not a name of small letters, digits and underscores.",
    "dependentRequired": "a quantity and its price must be given together.",
    "oneOf": "{value} is neither true, false nor a list of names.",
}


def _hint(value: Any, allowed: Sequence[str]) -> str:
    hint = nearest(str(value), allowed)
    return hint if hint.startswith("Did") else ""


def _quoted(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "an empty value"}[value]
    return f"'{value}'"


def _type_name(kinds: str | list[str]) -> str:
    names = {
        "string": "a text",
        "number": "a number",
        "integer": "a whole number",
        "boolean": "true or false",
        "array": "a list",
        "object": "a set of keys",
    }
    return " or ".join(names[kind] for kind in ([kinds] if isinstance(kinds, str) else kinds))


def _yaml_trap(value: Any, kinds: str | list[str]) -> str:
    """Say how to write what YAML reads as something else."""
    if isinstance(value, bool) and "string" in kinds:
        return " Put it in quotes: YAML reads a bare yes, no, on or off as true or false."
    if isinstance(value, int | float) and "string" in kinds:
        return " Put it in quotes."
    if isinstance(value, str) and kinds in ("number", "integer") and "e" in value.lower():
        return " Write the number with a point, such as 1.0e-5."
    return ""
