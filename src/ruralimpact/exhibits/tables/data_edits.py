"""What was wrong with the raw files, and what was done about it."""

from collections.abc import Iterator

from ruralimpact.exhibits import columns, kinds
from ruralimpact.exhibits.earlier_words import translated
from ruralimpact.exhibits.model import Cell, Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.language import gettext, marked
from ruralimpact.schema.quality import QualityReport

_WORDS = {
    "spellings": marked("Other spelling of a name"),
    "decimal_comma": marked("Decimal comma"),
    "scale": marked("Another unit of measure, converted"),
    "year_to_age": marked("Birth year for an age"),
    "currency": marked("Stated to be in another currency, converted"),
    "implausible": marked("Far from the median of its class, set to missing"),
}
_COLUMNS = (
    columns.words(marked("Raw column"), width=1.6, of="column", kept=("column",)),
    columns.number(marked("Number"), of="count"),
)
_NOTE = marked(
    "Edits are declared before the data are read and applied in this order. What "
    "cannot be told, such as a currency that no row states, is set to missing, "
    "never guessed. Rows that hold each case are listed in the quality reports."
)


def data_edits_table(results: StudyResults, exhibit: Exhibit) -> Iterator[Table]:
    """Build the table of rows excluded, cells edited and values set to missing, by raw file."""
    yield table_of(
        results,
        exhibit,
        stub=gettext("What was found"),
        columns=_COLUMNS,
        rows=_rows(results),
        notes=(gettext(_NOTE),),
    )


def _rows(results: StudyResults) -> Iterator[Row]:
    for source in results.study.sources:
        yield heading(
            gettext("Raw file: {value}").format(value=source.label or source.name), "panel"
        )
        cases = list(_cases(results.quality[source.name]))
        for what, column, count in cases:
            record = {"found": what, "column": column, "count": count}
            yield columns.row_of(results, _COLUMNS, record, what, keys=("found",))
        if not cases:
            nothing = columns.cells_of(results, _COLUMNS, {"column": "", "count": None})
            yield Row(Cell(gettext("Nothing to edit")), nothing, {})


def _cases(report: QualityReport) -> Iterator[tuple[str, str, int]]:
    """What was wrong, in which raw column, and in how many rows."""
    for excluded in report.excluded:
        yield (
            gettext("Row excluded: {reason}").format(reason=translated(excluded.reason)),
            "",
            excluded.rows,
        )
    for edit in report.edits:
        if edit.count:
            yield _WORDS.get(edit.rule, edit.rule), edit.column, edit.count
    for variable in report.variables.values():
        if variable.out_of_range is not None:
            what = gettext("Outside the codebook's range, set to missing")
            yield what, variable.raw_name, variable.out_of_range.count


KIND = kinds.TableKind(
    kind="data_edits",
    shows="what was wrong with the raw files",
    section=kinds.SAMPLE,
    rank=10,
    needs=(),
    options=Exhibit,
    methods="",
    annex=True,
    build=data_edits_table,
)
