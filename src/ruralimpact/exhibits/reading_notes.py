"""How the raw files were read, where a reader may want to look again: every report says so."""

from collections.abc import Iterator, Mapping
from typing import Any

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.results import StudyResults


def reading_notes(results: StudyResults) -> list[dict[str, Any]]:
    """Return what is worth knowing about how each raw file was read.

    Returns
    -------
    list of dict
        ``label`` of the source and ``lines``; files of which there is nothing to say are passed over.
    """
    cases = [
        {"label": source["label"], "lines": [*_lines(results.quality[source["name"]])]}
        for source in results.study["sources"]
    ]
    return [item for item in cases if item["lines"]]


def _lines(report: Mapping[str, Any]) -> Iterator[str]:
    if "identifier" in report:
        yield f"units are identified by {report['identifier']}"
    for item in report.get("joined", []):
        yield (
            f"{item['file']}: {formatting.count(item['matched'])} of "
            f"{formatting.count(item['matched'] + item['without'])} rows found theirs; "
            f"{formatting.plural(item['unused'], 'row')} of it belong to none"
        )
    yield from report.get("notes", [])
    for name, codes in report.get("codes_not_found", {}).items():
        yield f"{name}: no row has {', '.join(codes)}, which would mean missing"
    for column, values in report.get("values_not_found", {}).items():
        yield f"column {column}: no row has {_values(len(values))} that a table of recodes lists"
    for edit in report.get("edits", []):
        if not edit["count"]:
            yield f"column {edit['column']}: the edit {edit['rule']} changed nothing"
    for column, pairs in report.get("near_names", {}).items():
        words = formatting.plural(len(pairs), "name")
        yield (
            f"column {column}: {words} much like another, left as they are "
            f"(near_names in survey/{report['source']}.quality.json)"
        )


def _values(count: int) -> str:
    return formatting.plural(count, "value")
