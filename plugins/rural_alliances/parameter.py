"""A parameter of a simulation: its value, with where it comes from left behind."""

import zlib
from collections.abc import Mapping
from operator import itemgetter
from typing import Annotated, Any, TypeVar

import numpy as np
from pydantic import Field, GetCoreSchemaHandler
from pydantic_core import core_schema

from ruralimpact.schema.base import NotNegative, fault
from ruralimpact.suggestions import nearest

T = TypeVar("T")
STATUSES = ("seed", "source", "derived", "assumption")
_KEYS = ("value", "status", "why")


class _Stated:
    """Validates the `value` of an entry that says where it comes from, and returns it."""

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        value = {"value": core_schema.typed_dict_field(handler(source))}
        as_settings = core_schema.CoreConfig(strict=True, allow_inf_nan=False)
        entry = core_schema.no_info_before_validator_function(
            _checked, core_schema.typed_dict_schema(value, config=as_settings)
        )
        return core_schema.no_info_after_validator_function(itemgetter("value"), entry)


def _checked(entry: Any) -> Any:
    """Return the entry of a parameter that says where it comes from."""
    if not isinstance(entry, Mapping):
        raise fault("a parameter has `value`, `status` and `why`.")
    for key in entry:
        if key not in _KEYS:
            raise fault(f"unknown key '{key}'. {nearest(str(key), _KEYS)}", key)
    for key in ("value", "status"):
        if key not in entry:
            raise fault(f"the key '{key}' is missing.")
    status = entry["status"]
    if status not in STATUSES:
        raise fault(f"'{status}' is not a status. {nearest(str(status), STATUSES)}", "status")
    if status != "assumption" and not entry.get("why"):
        raise fault("what is no assumption says in `why` where it comes from.")
    return entry


Parameter = Annotated[T, _Stated()]
Count = Annotated[int, Field(ge=0)]
Fraction = Annotated[NotNegative, Field(le=1)]


def stream(seed: int, name: str) -> np.random.Generator:
    """Return the random stream of one part of a process.

    Each part has its own, so that a draw added to one leaves the others as they were.
    """
    return np.random.default_rng([seed, zlib.crc32(name.encode())])
