"""The base of all models of the configuration, and the types that their keys are made of."""

import ast
import inspect
from collections.abc import Callable, Mapping
from itertools import pairwise
from textwrap import dedent
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    GetJsonSchemaHandler,
    Strict,
    WrapValidator,
    model_validator,
)
from pydantic_core import CoreSchema, PydanticCustomError

from ruralimpact.suggestions import unknown_key

T = TypeVar("T")

# Keys that choose the model of an entry (pydantic's discriminators).
CHOOSING = ("method", "build", "rule", "kind")


class Settings(BaseModel):
    """A set of keys: none but those declared, each of exactly its type, none changed afterwards.

    The text under a field describes its key, in the JSON schema and in the documentation.
    """

    later_keys: ClassVar[tuple[str, ...]] = ()
    """Keys that are written after the others, in this order."""
    by_design: ClassVar[tuple[str, ...]] = ()
    """Keys that a file need not give although they are needed: they follow from the rest of the study."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        known = list(cls.model_fields)
        for key in data if isinstance(data, Mapping) else ():
            if key not in known:
                chosen = [
                    f"{name}: {data[name]}" for name in CHOOSING if name in known and name in data
                ]
                of = f" of {chosen[0]}" if chosen else ""
                raise fault(f"unknown key '{key}'{of}. {unknown_key(str(key), known)}", key)
        return data

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        """Add the texts under the fields, which are read only here: importing the models stays cheap."""
        schema = handler.resolve_ref_schema(handler(core_schema))
        for model in reversed(cls.__mro__):
            for key, text in _texts_under_fields(model).items():
                if key in schema["properties"]:
                    schema["properties"][key]["description"] = text
        schema["properties"] = {key: schema["properties"][key] for key in cls.written_order()}
        needed = [key for key in schema.pop("required", ()) if key not in cls.by_design]
        if needed:
            schema["required"] = needed
        return schema

    @classmethod
    def written_order(cls) -> list[str]:
        """Return the keys in the order in which they are written and described."""
        last = {key: position for position, key in enumerate(cls.later_keys, start=1)}
        return sorted(cls.model_fields, key=lambda key: last.get(key, 0))

    @property
    def numbers(self) -> dict[str, tuple[str, ...]]:
        """Return the variables that have to be numbers or indicators, by the key that names them."""
        return {}

    def given(self) -> dict[str, Any]:
        """Return the values of the keys that were given, in the order in which they are written."""
        return {
            key: getattr(self, key) for key in self.written_order() if key in self.model_fields_set
        }


def _texts_under_fields(kind: type) -> dict[str, str]:
    try:
        source = inspect.getsource(kind) if issubclass(kind, Settings) else ""
    except OSError:  # a model that no file defines
        source = ""
    if not source:
        return {}
    body = ast.parse(dedent(source)).body[0].body  # type: ignore[attr-defined]
    return {
        field.target.id: " ".join(text.value.value.split())
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def plain(value: Any, *without: str) -> Any:
    """Return settings as plain mappings and lists of the keys that were given.

    Parameters
    ----------
    value : model, or mapping or sequence of models
    *without : str
        Keys of the outermost models that are excluded.
    """
    if isinstance(value, Settings):
        given = value.given().items()
        return {key: plain(inner) for key, inner in given if key not in without}
    if isinstance(value, dict):
        return {key: plain(entry, *without) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry, *without) for entry in value]
    return value


def fault(problem: str, *key: str | int) -> PydanticCustomError:
    """Return what a validator of a model raises: one sentence, and the key that it is about.

    Parameters
    ----------
    problem : str
    *key : str or int
        Keys from the model down; none where it is about the model as a whole.
    """
    return PydanticCustomError("fault", "{problem}", {"problem": problem, "key": list(key)})


def _no_entry_twice(entries: tuple[T, ...]) -> tuple[T, ...]:
    for position, entry in enumerate(entries):
        if entry in entries[:position]:
            raise fault(f"an entry stands twice: '{entry}'.", position)
    return entries


def _as_written(value: Any, check: Callable[[Any], Any]) -> Any:
    """Check a number, and keep it as it was written: digests of configurations tell 2 from 2.0."""
    check(value)
    return value


_LIST = Strict(strict=False)  # lists of a file become tuples
_ONCE = AfterValidator(_no_entry_twice)
_NUMBER = WrapValidator(_as_written)
_UNIQUE = Field(json_schema_extra={"uniqueItems": True})

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Number = Annotated[float, _NUMBER]
Positive = Annotated[float, Field(gt=0), _NUMBER]
NotNegative = Annotated[float, Field(ge=0), _NUMBER]
Entries = Annotated[tuple[T, ...], _LIST]
SomeEntries = Annotated[tuple[T, ...], _LIST, Field(min_length=1)]
DistinctEntries = Annotated[tuple[T, ...], _LIST, _UNIQUE, _ONCE]
SomeDistinctEntries = Annotated[tuple[T, ...], _LIST, Field(min_length=1), _UNIQUE, _ONCE]
Names = SomeDistinctEntries[str]
