"""Entries of exhibits.yaml for tests of single tables and figures."""

from typing import Any

from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.schema.validation import validated


def entry(kind: str, **keys: Any) -> Any:
    """Return an entry of a kind as the options that its builder takes."""
    kinds = package_kinds()
    options = {**kinds.tables, **kinds.figures}[kind].options
    return validated(options, written(kind, **keys))


def written(kind: str, **keys: Any) -> dict[str, Any]:
    """Return an entry as it stands in the file."""
    return {"name": kind, "kind": kind, "title": "A title", **keys}
