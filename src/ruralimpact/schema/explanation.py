"""What pydantic found wrong, in one sentence that a person can act on."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ruralimpact.suggestions import near

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

_LONGEST = 60
# A number to people, a text to YAML where it has no point or its exponent no sign.
_EXPONENT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)e[+-]?\d+", re.IGNORECASE)


def explanation(errors: Sequence["ErrorDetails"], whole: Any = None) -> str:
    """Say what is wrong with one key.

    Parameters
    ----------
    errors : sequence of ErrorDetails
        Several where it may be of one of several types and is of none.
    whole : optional
        Contents of the document, if the errors are about all of it.

    Returns
    -------
    str
    """
    error = errors[0]
    kinds = [own["type"] for own in errors]
    if all(kind in _TYPES for kind in kinds):
        allowed = {_TYPES[kind] for kind in kinds}
        types = [name for name in dict.fromkeys(_TYPES.values()) if name in allowed]
        return _wrong_type(error["input"], types, is_whole=whole is not None)
    error = next(own for own in errors if own["type"] not in _TYPES)
    context = error.get("ctx", {})
    if error["type"] == "missing":
        return f"the key '{error['loc'][-1]}' is missing."
    if error["type"] in ("literal_error", "enum", "union_tag_invalid"):
        given = context.get("tag", error["input"])
        return _not_one_of(given, str(context.get("expected", context.get("expected_tags", ""))))
    if error["type"] == "union_tag_not_found":
        chosen = str(discriminator(error))
        given = error["input"].get(chosen) if isinstance(error["input"], dict) else None
        if given is None:
            misspelt = meant_for(chosen, error["input"])
            if misspelt is not None:
                return f"unknown key '{misspelt}'. Did you mean '{chosen}'?"
            return f"the key '{chosen}' is missing."
        return f"{quoted(given)} is not a text."
    if error["type"] == "too_short":
        things = "key is" if context["field_type"] == "Dictionary" else "entry is"
        return f"at least {context['min_length']} {things} needed."
    if error["type"] in _BOUNDS:
        return _BOUNDS[error["type"]].format(value=quoted(error["input"]), **context)
    if error["type"] == "value_error":
        return str(context["error"])
    return str(context.get("problem") or f"{quoted(error['input'])}: {error['msg']}.")


def discriminator(error: "ErrorDetails") -> str | None:
    """Return the key that chooses a branch, if the error is that none was chosen."""
    chosen = error.get("ctx", {}).get("discriminator")
    return None if chosen is None else str(chosen).strip("'")


def meant_for(key: str, entry: object) -> str | None:
    """Return the key of an entry that is nearly the one which is missing; None where none is."""
    keys = [own for own in entry if isinstance(own, str)] if isinstance(entry, Mapping) else []
    return next((own for own in keys if near(own, [key])), None)


def quoted(value: object) -> str:
    """Return a value as messages show it."""
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "an empty value"}[value]
    text = str(value)
    return f"'{text if len(text) <= _LONGEST else text[:_LONGEST] + ' ...'}'"


_TYPES = {
    "string_type": "a text",
    "float_type": "a number",
    "finite_number": "a number",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a set of keys",
    "model_type": "a set of keys",
    "model_attributes_type": "a set of keys",
}
_BOUNDS = {
    "greater_than_equal": "{value} is below {ge}.",
    "less_than_equal": "{value} is above {le}.",
    "greater_than": "{value} is not above {gt}.",
    "less_than": "{value} is not below {lt}.",
    "string_too_short": "the text is empty.",
    "string_pattern_mismatch": "{value} is not a name of small letters, digits and underscores.",
}


def _wrong_type(value: object, types: Sequence[str], *, is_whole: bool) -> str:
    if is_whole:
        holds = "a list" if isinstance(value, list) else quoted(value)
        return f"the file holds {holds}, and {types[0]} is wanted."
    return f"{quoted(value)} is not {' or '.join(types)}.{_yaml_trap(value, types)}"


def _yaml_trap(value: object, types: Sequence[str]) -> str:
    """Say how to write what YAML reads as something else."""
    if isinstance(value, bool) and "a text" in types:
        return " Put it in quotes: YAML reads a bare yes, no, on or off as true or false."
    if isinstance(value, int | float) and "a text" in types:
        return " Put it in quotes."
    if isinstance(value, str) and _EXPONENT.fullmatch(value):
        if "a number" in types:
            return " Write it with a point and a sign, such as 1.0e-5 or 1.0e+5."
        if "a whole number" in types:
            return " Write out its digits."
    return ""


def _not_one_of(value: object, expected: str) -> str:
    allowed = re.findall(r"'([^']*)'", expected) or re.split(r", | or ", expected)
    if allowed == ["True"]:
        return f"{quoted(value)} is no choice: write true, or leave the key out."
    proposed = "Write it without quotes." if value in allowed else near(str(value), allowed)
    return f"{quoted(value)} is not one of {', '.join(allowed)}. {proposed}".rstrip()
