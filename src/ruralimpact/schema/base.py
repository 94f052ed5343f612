"""The base of all models of the configuration, and the types that their keys are made of."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    Strict,
    WrapValidator,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ruralimpact.suggestions import nearest

T = TypeVar("T")

# Keys that choose the model of an entry (pydantic's discriminators).
CHOOSING = ("method", "build", "rule", "kind")


class Settings(BaseModel):
    """A set of keys: none but those declared, each of exactly its type, none changed afterwards."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        allow_inf_nan=False,
        use_attribute_docstrings=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, data: Any) -> Any:
        known = list(cls.model_fields)
        for key in data if isinstance(data, Mapping) else ():
            if key not in known:
                chosen = [f"{one}: {data[one]}" for one in CHOOSING if one in known and one in data]
                of = f" of {chosen[0]}" if chosen else ""
                raise fault(f"unknown key '{key}'{of}. {nearest(str(key), known)}", key)
        return data


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
    for place, entry in enumerate(entries):
        if entry in entries[:place]:
            raise fault(f"an entry stands twice: '{entry}'.", place)
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
