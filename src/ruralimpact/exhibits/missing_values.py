"""Values of the raw files that were set to missing: every report says so, whatever its exhibits are."""

from collections.abc import Iterator, Mapping
from typing import Any

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults

_MOST_ROWS = 10
# Declared data edits that leave a cell empty.
_BLANKING = {"implausible": "far from the median of its class"}


def set_to_missing(results: StudyResults) -> list[dict[str, Any]]:
    """Return what was set to missing in each raw file, with the rows as a spreadsheet shows them.

    Returns
    -------
    list of dict
        ``label`` of the source and ``lines``, one a variable; files without such values are passed over.
    """
    cases = [
        {"label": source["label"], "lines": [*_lines(results.quality[source["name"]])]}
        for source in results.study["sources"]
    ]
    return [item for item in cases if item["lines"]]


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    for name, variable in report.get("variables", {}).items():
        if "out_of_range" in variable:
            case = variable["out_of_range"]
            column = variable["raw_name"]
            named = f"{name} (column {column})" if column != name else name
            yield f"{named}: {_values(case)} {_range(case)}{_rows(case)}"
    for edit in report.get("edits", []):
        if edit["count"] and edit["rule"] in _BLANKING:
            why = _BLANKING[edit["rule"]]
            yield f"column {edit['column']}: {_values(edit)} {why}{_rows(edit)}"


def _values(case: Mapping[str, Any]) -> str:
    return formatting.plural(int(case["count"]), "value")


def _range(case: Mapping[str, Any]) -> str:
    low, high = case.get("minimum"), case.get("maximum")
    if low is None or high is None:
        return f"below {low:g}" if high is None else f"above {high:g}"
    return f"outside {low:g} to {high:g}"


def _rows(case: Mapping[str, Any]) -> str:
    rows = [str(row) for row in case.get("rows", [])[:_MOST_ROWS]]
    if not rows:
        return ""
    further = int(case["count"]) - len(rows)
    more = f" and {formatting.count(further)} more" if further > 0 else ""
    return f", {'row' if len(rows) == 1 and not more else 'rows'} {', '.join(rows)}{more}"
