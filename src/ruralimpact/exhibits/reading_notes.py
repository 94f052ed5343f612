"""How the raw files were read, where a reader may want to look again: every report says so."""

from collections.abc import Iterator

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import SourceLines
from ruralimpact.exhibits.missing_values import lines_by_source
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.quality import QualityReport


def reading_notes(results: StudyResults) -> list[SourceLines]:
    """Return what is worth knowing about how each raw file was read.

    Returns
    -------
    list of SourceLines
        Files of which there is nothing to say are passed over.
    """
    return lines_by_source(results, _lines)


def _lines(report: QualityReport) -> Iterator[str]:
    if report.identifier:
        yield f"units are identified by {report.identifier}"
    for joined in report.joined:
        yield (
            f"{joined.file}: {formatting.count(joined.matched)} of "
            f"{formatting.count(joined.matched + joined.without)} rows found theirs; "
            f"{formatting.plural(joined.unused, 'row')} of it belong to none"
        )
    yield from report.notes
    for name, codes in report.codes_not_found.items():
        yield f"{name}: no row has {', '.join(codes)}, which would mean missing"
    for column, values in report.values_not_found.items():
        count = formatting.plural(len(values), "value")
        yield f"column {column}: no row has {count} that a table of recodes lists"
    for edit in report.edits:
        if not edit.count:
            yield f"column {edit.column}: the edit {edit.rule} changed nothing"
    for column, names in report.near_names.items():
        words = formatting.plural(len(names), "name")
        yield (
            f"column {column}: {words} much like another, left as they are "
            f"(near_names in survey/{report.source}.quality.json)"
        )
