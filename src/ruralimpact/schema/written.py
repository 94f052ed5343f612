"""The base of what one stage writes as JSON and another reads."""

from pydantic import BaseModel, ConfigDict


class Written(BaseModel):
    """A part of such a file: only what is declared, and not changed afterwards."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)
