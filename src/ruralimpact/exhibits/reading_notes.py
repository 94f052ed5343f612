"""How the raw files were read, where a reader may want to look again: every report says so."""

from collections.abc import Iterator

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import SourceLines
from ruralimpact.exhibits.missing_values import lines_by_source
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext
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
        yield gettext("units are identified by {identifier}").format(identifier=report.identifier)
    for joined in report.joined:
        yield (
            gettext(
                "{file}: {matched} of {matched_2} rows found theirs; {count} of it belong to none"
            ).format(
                file=joined.file,
                matched=formatting.count(joined.matched),
                matched_2=formatting.count(joined.matched + joined.without),
                count=formatting.plural(joined.unused, "row"),
            )
        )
    yield from report.notes
    for name, codes in report.codes_not_found.items():
        yield gettext("{name}: no row has {codes}, which would mean missing").format(
            name=name, codes=", ".join(codes)
        )
    for name, labels in report.labels_of_numbers.items():
        listed = ", ".join(f"{code} ({label})" for code, label in labels.items())
        yield gettext("{name}: kept as numbers though the file labels them: {labels}").format(
            name=name, labels=listed
        )
    for column, values in report.values_not_found.items():
        count = formatting.plural(len(values), "value")
        yield gettext("column {column}: no row has {count} that a table of recodes lists").format(
            column=column, count=count
        )
    for edit in report.edits:
        if not edit.count:
            yield gettext("column {column}: the edit {rule} changed nothing").format(
                column=edit.column, rule=edit.rule
            )
    for column, names in report.near_names.items():
        words = formatting.plural(len(names), "name")
        yield (
            gettext(
                "column {column}: {words} much like another, left as they are (near_names in "
                "survey/{source}.quality.json)"
            ).format(column=column, words=words, source=report.source)
        )
