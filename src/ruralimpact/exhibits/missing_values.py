"""Values of the raw files that were set to missing: every report says so, whatever its exhibits are."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from ruralimpact.exhibits import formatting
from ruralimpact.exhibits.document import SourceLines
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.language import gettext, marked
from ruralimpact.schema.quality import OutOfRange, QualityReport

_MOST_ROWS = 10
# Declared data edits that leave a cell empty.
_BLANKING = {"implausible": marked("far from the median of its class")}


def set_to_missing(results: StudyResults) -> list[SourceLines]:
    """Return what was set to missing in each raw file, with the rows as a spreadsheet shows them.

    Returns
    -------
    list of SourceLines
        Files without such values are passed over.
    """
    return lines_by_source(results, _lines)


def lines_by_source(
    results: StudyResults, lines: Callable[[QualityReport], Iterable[str]]
) -> list[SourceLines]:
    """Return what is to be said of each raw file of which there is something to say."""
    by_source = [
        SourceLines(
            label=source.label or source.name, lines=tuple(lines(results.quality[source.name]))
        )
        for source in results.study.sources
    ]
    return [own for own in by_source if own.lines]


def _lines(report: QualityReport) -> Iterator[str]:
    for name, variable in report.variables.items():
        outside, column = variable.out_of_range, variable.raw_name
        if outside is not None:
            named = (
                gettext("{name} (column {column})").format(name=name, column=column)
                if column != name
                else name
            )
            rows = _rows(outside.rows, outside.count)
            yield f"{named}: {_values(outside.count)} {_range(outside)}{rows}"
    for edit in report.edits:
        if edit.count and edit.rule in _BLANKING:
            rows = _rows(edit.rows, edit.count)
            yield gettext("column {column}: {values} {blanking}{rows}").format(
                column=edit.column,
                values=_values(edit.count),
                blanking=gettext(_BLANKING[edit.rule]),
                rows=rows,
            )


def _values(count: int) -> str:
    return formatting.plural(count, "value")


def _range(outside: OutOfRange) -> str:
    low, high = outside.minimum, outside.maximum
    if low is not None and high is not None:
        return gettext("outside {low} to {high}").format(low=f"{low:g}", high=f"{high:g}")
    return (
        gettext("above {high}").format(high=f"{high:g}")
        if low is None
        else gettext("below {low}").format(low=f"{low:g}")
    )


def _rows(first: Sequence[int], count: int) -> str:
    rows = [str(row) for row in first[:_MOST_ROWS]]
    if not rows:
        return ""
    further = count - len(rows)
    more = (
        gettext(" and {further} more").format(further=formatting.count(further))
        if further > 0
        else ""
    )
    sentence = (
        gettext(", row {rows}{more}")
        if len(rows) == 1 and not more
        else gettext(", rows {rows}{more}")
    )
    return sentence.format(rows=", ".join(rows), more=more)
