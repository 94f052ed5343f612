"""What was wrong with the raw files, and what was done about it."""

from ruralimpact.exhibits import formatting, kinds
from ruralimpact.exhibits.model import Cell, Column, Row, Table, heading
from ruralimpact.exhibits.options import Exhibit
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.table import table_of
from ruralimpact.schema.quality import QualityReport

_WORDS = {
    "spellings": "Other spelling of a name",
    "decimal_comma": "Decimal comma",
    "scale": "Another unit of measure, converted",
    "year_to_age": "Birth year for an age",
    "currency": "Stated to be in another currency, converted",
    "implausible": "Far from the median of its class, set to missing",
}
_COLUMNS = (Column("Raw column", "", 1.6), Column("Number", "", 1.0))
_NOTE = (
    "Edits are declared before the data are read and applied in this order. What cannot be told, such as a "
    "currency that no row states, is set to missing, never guessed. Rows that hold each case are listed in "
    "the quality reports."
)


def data_edits_table(results: StudyResults, exhibit: Exhibit) -> tuple[Table, ...]:
    """Build the table of rows excluded, cells edited and values set to missing, by raw file."""
    rows: list[Row] = []
    for source in results.study.sources:
        report = results.quality[source.name]
        rows.append(heading(f"Raw file: {source.label or source.name}", "panel"))
        cases = [*_excluded(report), *_edited(report), *_out_of_range(report)]
        rows += cases or [Row(Cell("Nothing to edit"), (Cell(""), Cell(formatting.DASH)), {})]
    return (
        table_of(
            results,
            exhibit,
            stub="What was found",
            columns=_COLUMNS,
            rows=rows,
            notes=(_NOTE,),
        ),
    )


def _excluded(report: QualityReport) -> list[Row]:
    return [
        _row(f"Row excluded: {excluded.reason}", "", excluded.rows) for excluded in report.excluded
    ]


def _edited(report: QualityReport) -> list[Row]:
    return [
        _row(_WORDS.get(edit.rule, edit.rule), edit.column, edit.count)
        for edit in report.edits
        if edit.count
    ]


def _out_of_range(report: QualityReport) -> list[Row]:
    what = "Outside the codebook's range, set to missing"
    return [
        _row(what, variable.raw_name, variable.out_of_range.count)
        for variable in report.variables.values()
        if variable.out_of_range is not None
    ]


def _row(what: str, column: str, count: int) -> Row:
    cells = (Cell(column), Cell(formatting.count(count)))
    return Row(Cell(what), cells, {"found": what, "column": column, "count": count})


KIND = kinds.TableKind(
    kind="data_edits",
    shows="what was wrong with the raw files",
    section=kinds.SAMPLE,
    rank=10,
    needs=(),
    options=Exhibit,
    methods="",
    build=data_edits_table,
)
