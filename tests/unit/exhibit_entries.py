"""Entries of exhibits.yaml, and results with other tables, for tests of single tables and figures."""

from dataclasses import replace
from typing import Any

import pandas as pd

from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.validation import validated


def entry(kind: str, **keys: Any) -> Any:
    """Return an entry of a kind as the options that its builder takes."""
    kinds = package_kinds()
    options = {**kinds.tables, **kinds.figures}[kind].options
    return validated(options, written(kind, **keys))


def with_tables(results: StudyResults, **tables: pd.DataFrame) -> StudyResults:
    """Return results with other tables in the place of those named."""
    return replace(results, tables={**results.tables, **tables})


def written(kind: str, **keys: Any) -> dict[str, Any]:
    """Return an entry as it stands in the file."""
    return {"name": kind, "kind": kind, "title": "A title", **keys}
