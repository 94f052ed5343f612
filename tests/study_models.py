"""Studies for tests: those that ship, and models of which what a test leaves open is filled in."""

from collections.abc import Mapping
from typing import Any

from ruralimpact.design.strategies import strategies_of_stage
from ruralimpact.exhibits.registry import package_kinds, read_exhibits
from ruralimpact.schema.analysis import AnyAnalysis
from ruralimpact.schema.base import Entries
from ruralimpact.schema.codebook import CodebookRow
from ruralimpact.schema.edit import AnyEdit
from ruralimpact.schema.followup import Attrition
from ruralimpact.schema.source import Condition, Source
from ruralimpact.schema.stages import study_of_stage
from ruralimpact.schema.study import Study
from ruralimpact.schema.validation import validated

# Folders of config/studies and data/ that belong to the project; a user's own stand beside them.
SHIPPED = (
    "alliances_portfolio",
    "bolivia_alliances",
    "bolivia_par",
    "bolivia_survival",
    "bolivia_workshops",
    "indonesia_bimas",
    "jiangxi_insurance",
    "nsw",
)
SHIPPED_DATA = ("indonesia_bimas", "jiangxi_insurance", "nsw", "portfolio", "published")

_SOURCE = {"path": "x.csv", "id": "id"}
_BUILT = {"build": "variable", "of": "x"}
_MATCHED = {"strategies": ["nn1"], "covariates": ["x"]}
_NEEDED: dict[str, dict[str, Any]] = {
    "matching": _MATCHED,
    "matched_difference": _MATCHED,
    "difference_in_differences": {"estimators": ["two_by_two"]},
}
_DESCRIBING = ("portfolio", "rate_of_return", "survival", "responses", "drawn_sample")
_PERIODS = {
    "before": ["1"],
    "after": ["2"],
    "status": "treated",
    "treatment": "began",
}


def study_of(parts: Mapping[str, Any] | None = None, **more: Any) -> Study:
    """Return a study of the parts given, with labels, units, paths and the like filled in."""
    if isinstance(parts, Study) and not more:
        return parts
    given = {"name": "test", **(parts or {}), **more}
    return study_of_stage(
        {
            **given,
            "sources": [{**_SOURCE, **one} for one in given.get("sources", ())],
            "variables": _filled(given, "variables", {"role": "input"}),
            "outcomes": {
                name: one if "build" in one or "of" in one else {**_BUILT, **one}
                for name, one in _filled(given, "outcomes", {}).items()
            },
            "samples": {
                name: {**one, **({"two_periods": periods} if periods else {})}
                for name, one in _filled(given, "samples", {"sources": ["survey"]}).items()
                for periods in [
                    {**_PERIODS, **one["two_periods"]} if "two_periods" in one else None
                ]
            },
            "analyses": [_analysis(one) for one in given.get("analyses", ())],
            "exhibits": read_exhibits(given.get("exhibits", {}), package_kinds()),
        },
        strategies=strategies_of_stage(given),
    )


def with_parts(study: Study, **parts: Any) -> Study:
    """Return a study with other parts."""
    return validated(Study, {**study.given(), **parts})


def analysis_of(keys: Mapping[str, Any], **more: Any) -> AnyAnalysis:
    """Return an analysis with a name, a sample and outcomes filled in."""
    return study_of(analyses=[{**keys, **more}]).analyses[0]


def attrition_of(keys: Mapping[str, Any], **more: Any) -> Attrition:
    """Return a follow-up with a name and a label filled in."""
    return validated(Attrition, {"name": "test", "label": "Test", **keys, **more})


def source_of(**keys: Any) -> Source:
    """Return a source with name, path and identifier filled in."""
    return validated(Source, {"name": "s", **_SOURCE, **keys})


def edits_of(*rules: Mapping[str, Any]) -> tuple[AnyEdit, ...]:
    """Return edits of a raw table."""
    return validated(Entries[AnyEdit], list(rules))


def codebook_of(*rows: Mapping[str, str], **more: str) -> list[CodebookRow]:
    """Return rows of a codebook, of every source where they do not say of which."""
    return [CodebookRow(**{"source": "*", **row, **more}) for row in rows]


def conditions_of(*conditions: Mapping[str, Any]) -> tuple[Condition, ...]:
    """Return conditions that rows are kept by, for a reason that is filled in."""
    return validated(Entries[Condition], [{"reason": "r", **one} for one in conditions])


def _filled(
    given: Mapping[str, Any], block: str, blank: Mapping[str, Any]
) -> dict[str, dict[str, Any]]:
    return {
        name: {"label": name, **blank, **one} for name, one in dict(given.get(block, {})).items()
    }


def _analysis(keys: Mapping[str, Any]) -> dict[str, Any]:
    method = keys.get("method", "matching")
    blank = {
        "name": "test",
        "method": method,
        "sample": "all",
        **({} if method in _DESCRIBING else {"outcomes": ["y"]}),
        **_NEEDED.get(method, {}),
    }
    return {**blank, **{key: value for key, value in keys.items() if value not in ([], ())}}
