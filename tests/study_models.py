"""Studies for tests: what a test leaves open is filled in."""

from collections.abc import Mapping
from typing import Any

from ruralimpact.schema.source import Source
from ruralimpact.schema.stages import study_of_stage
from ruralimpact.schema.study import Study

_SOURCE = {"path": "x.csv", "id": "id"}
_BUILT = {"build": "variable", "of": "x"}
_MATCHED = {"strategies": ["nn1"], "covariates": ["x"]}


def study_of(parts: Mapping[str, Any] | None = None, **more: Any) -> Study:
    """Return a study of the parts given, with labels, units, paths and the like filled in."""
    given = {"name": "test", **(parts or {}), **more}
    matched = ("matching", "matched_difference")
    return study_of_stage(
        {
            **given,
            "sources": [{**_SOURCE, **one} for one in given.get("sources", ())],
            "variables": _filled(given, "variables", {"role": "input"}),
            "outcomes": {
                name: one if "build" in one or "of" in one else {**_BUILT, **one}
                for name, one in _filled(given, "outcomes", {}).items()
            },
            "samples": _filled(given, "samples", {"sources": ["survey"]}),
            "analyses": [
                {**(_MATCHED if one["method"] in matched else {}), **one}
                for one in given.get("analyses", ())
            ],
        }
    )


def source_of(**keys: Any) -> Source:
    """Return a source with path and identifier filled in."""
    return Source(**{**_SOURCE, **keys})


def _filled(
    given: Mapping[str, Any], block: str, blank: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    return {
        name: {"label": name, **blank, **one} for name, one in dict(given.get(block, {})).items()
    }
