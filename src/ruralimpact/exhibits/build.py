"""From the results of a study to its exhibits as files' contents; nothing here touches the disk."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from ruralimpact.exhibits import captions, formatting, palette
from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.answer.line_exhibits import statements_of_exhibits, with_exhibits
from ruralimpact.exhibits.arrangement import main_part
from ruralimpact.exhibits.columns import repeated
from ruralimpact.exhibits.conventions import conventions
from ruralimpact.exhibits.document import (
    BriefChoice,
    Finding,
    FindingsDocument,
    RawFile,
    ShownFigure,
    ShownTable,
    Statement,
    StudyWords,
)
from ruralimpact.exhibits.earlier_words import in_the_language
from ruralimpact.exhibits.estimate_notes import estimate_notes
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.identifiers import identifiers
from ruralimpact.exhibits.kinds import TableKind
from ruralimpact.exhibits.missing_values import set_to_missing
from ruralimpact.exhibits.model import Column, Table, TablesOfExhibit, one_line
from ruralimpact.exhibits.printed_brief import printed_brief
from ruralimpact.exhibits.printed_report import printed_report
from ruralimpact.exhibits.reading_notes import reading_notes
from ruralimpact.exhibits.registry import Kinds, numbered
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.subgroup_words import WARNING
from ruralimpact.exhibits.table import table_of
from ruralimpact.exhibits.tables.answer import KIND as ANSWER
from ruralimpact.exhibits.write_csv import csv_text
from ruralimpact.exhibits.write_html import html_page
from ruralimpact.exhibits.write_latex import latex_document
from ruralimpact.exhibits.write_macros import latex_macros
from ruralimpact.exhibits.write_pdf import brief_pdf, report_pdf
from ruralimpact.exhibits.write_word import word_document
from ruralimpact.exhibits.write_word_report import word_report
from ruralimpact.exhibits.write_workbook import workbook
from ruralimpact.language import gettext, marked
from ruralimpact.schema.exhibit import Exhibit
from ruralimpact.schema.study import Study

NO_FINDINGS = marked(
    "Synthetic stand-in: tests and intervals show how the methods behave on data with a known answer; they "
    "are no findings."
)

Shown = TypeVar("Shown", bound=ShownTable)


@dataclass(frozen=True)
class ExhibitFile:
    """A file of exhibits.

    Attributes
    ----------
    name : str
        In the exhibits folder.
    content : bytes
    beside_report : bool
        It lies beside the report instead.
    """

    name: str
    content: bytes
    beside_report: bool = False


def exhibit_files(results: StudyResults, kinds: Kinds) -> Iterator[ExhibitFile]:
    """Make every file of a study's exhibits, tables first, then figures, then what holds several.

    Parameters
    ----------
    results : StudyResults
    kinds : Kinds
        Those that the study may have.

    Yields
    ------
    ExhibitFile
    """
    exhibits = results.study.exhibits
    main = main_part(exhibits, kinds)
    results = in_the_language(results)
    results = replace(results, findings=findings(results))
    shown = [
        tables_of_exhibit(results, table, number, kinds)
        for number, table in numbered(exhibits.tables, kinds.tables, main.tables)
    ]
    for own in shown:
        yield from table_files(own.name, own.tables, results.study.name)
    pictures: dict[str, bytes] = {}
    drawings: dict[str, bytes] = {}
    for figure in exhibits.figures:
        for file in figure_files(results, figure, kinds):
            (pictures if file.name.endswith(".png") else drawings)[figure.name] = file.content
            yield file
    title = captions.with_warning(results, results.study.title)
    yield ExhibitFile("tables.xlsx", workbook(title, shown), beside_report=True)
    document = findings_document(results, kinds, shown)
    yield ExhibitFile("findings.json", document.file())
    yield ExhibitFile("findings.tex", latex_macros(document).encode())
    report = printed_report(document, shown, kinds)
    yield ExhibitFile("report.docx", word_report(report, pictures), beside_report=True)
    yield ExhibitFile("report.pdf", report_pdf(report, drawings), beside_report=True)
    brief = printed_brief(document, shown, kinds, drawings)
    yield ExhibitFile("brief.pdf", brief_pdf(brief, drawings), beside_report=True)


def tables_of_exhibit(
    results: StudyResults, entry: Exhibit, number: int, kinds: Kinds
) -> TablesOfExhibit:
    """Build the tables of an entry of exhibits.yaml, the `number`-th of the report."""
    kind = kinds.tables[entry.kind]
    exhibit = kind.options_of(entry)
    tables = _with_rows(
        results, exhibit, kind.build(results.for_exhibit(exhibit, kind.needs), exhibit)
    )
    if results.synthetic and kind.with_tests:
        tables = tuple(replace(table, interpretation=_without_findings(table)) for table in tables)
    tables = tuple(replace(table, notes=_all_notes(results, kind, table)) for table in tables)
    return TablesOfExhibit(entry.name, number, gettext(kind.section.heading), tables)


def _with_rows(
    results: StudyResults, exhibit: Exhibit, tables: Iterable[Table]
) -> tuple[Table, ...]:
    """The tables of an exhibit; one that has no columns or rows says so, as formats cannot hold it."""
    shown = tuple(tables) or (table_of(results, exhibit, "", (), ()),)
    return tuple(table if table.columns and table.rows else _of_nothing(table) for table in shown)


def _of_nothing(table: Table) -> Table:
    shown = table.columns or (Column(""),)
    row = repeated(shown, gettext("Nothing to show."), formatting.DASH)
    return replace(table, columns=shown, rows=(row,))


def _all_notes(results: StudyResults, kind: TableKind[Any], table: Table) -> tuple[str, ...]:
    """The notes of a table and, wherever it shows estimates, what these note of themselves."""
    of_outcomes = "estimates" in kind.needs
    further = estimate_notes(results, table, of_outcomes=of_outcomes)
    return (*table.notes, *(note for note in further if note not in table.notes))


def _without_findings(table: Table) -> tuple[str, ...]:
    """What may be said of synthetic data: warnings, and that there are no findings."""
    return (
        *(line for line in table.interpretation if line.startswith(gettext(WARNING))),
        gettext(NO_FINDINGS),
    )


def table_files(name: str, tables: tuple[Table, ...], study: str) -> Iterator[ExhibitFile]:
    """Write the tables of an exhibit of a study in every format."""
    yield ExhibitFile(f"{name}.csv", csv_text(tables).encode())
    yield ExhibitFile(f"{name}.tex", latex_document(tables, f"{study}.{name}").encode())
    yield ExhibitFile(f"{name}.html", html_page(tables).encode())
    yield ExhibitFile(f"{name}.docx", word_document(tables))


def figure_files(results: StudyResults, entry: Exhibit, kinds: Kinds) -> Iterator[ExhibitFile]:
    """Draw a figure once and write it in every format."""
    kind = kinds.figures[entry.kind]
    exhibit = kind.options_of(entry)
    title = captions.with_warning(results, exhibit.title)
    with palette.style():
        figure = kind.draw(results.for_exhibit(exhibit, kind.needs), exhibit)
        if results.synthetic:
            figure.suptitle(gettext("Synthetic stand-in"), color=palette.FAINT, fontsize=8)
        palette.settle(figure)
        yield ExhibitFile(f"{exhibit.name}.png", palette.png_bytes(figure, title))
        yield ExhibitFile(f"{exhibit.name}.svg", palette.svg_bytes(figure, title))


def findings_document(
    results: StudyResults, kinds: Kinds, tables: Sequence[TablesOfExhibit] = ()
) -> FindingsDocument:
    """Return what the report needs besides the exhibits themselves: words, captions and numbers.

    Parameters
    ----------
    results : StudyResults
    kinds : Kinds
    tables : sequence of TablesOfExhibit
        In which the numbers of the answer are sought.
    """
    study = results.study
    results = results if results.findings else replace(results, findings=findings(results))
    statements = statements_of_exhibits(results, tables, kinds)
    document = FindingsDocument(
        study=_words(study),
        answer=with_exhibits(answer_box(results), results, tables, kinds),
        tables=tuple(_with_statements(_shown_tables(study, kinds), statements)),
        figures=tuple(_with_statements(_shown_figures(results, kinds), statements)),
        brief=_brief_choice(study),
        conventions=tuple(conventions(results)),
        data=tuple(
            RawFile(label=source.label or source.name, rows=results.quality[source.name].rows_read)
            for source in study.sources
        ),
        set_to_missing=tuple(set_to_missing(results)),
        reading_notes=tuple(reading_notes(results)),
        findings=_with_identifiers(study.name, results.findings),
    )
    return FindingsDocument.model_validate(_in_lines(document.model_dump()))


def _in_lines(content: Any) -> Any:
    """Return contents whose texts have no line ends and control characters, which labels may have."""
    if isinstance(content, str):
        return one_line(content)
    if isinstance(content, Mapping):
        return {key: _in_lines(own) for key, own in content.items()}
    return list(map(_in_lines, content)) if isinstance(content, Sequence) else content


def _with_statements(
    shown: Iterable[Shown], statements: Mapping[str, Sequence[Statement]]
) -> Iterator[Shown]:
    for own in shown:
        yield own.model_copy(update={"statements": tuple(statements.get(own.anchor, ()))})


def _brief_choice(study: Study) -> BriefChoice:
    brief = study.exhibits.brief
    answering = (own.name for own in study.exhibits.tables if own.kind == ANSWER.kind)
    return BriefChoice(table=brief.table or next(answering, ""), figures=brief.figures)


def _shown_tables(study: Study, kinds: Kinds) -> Iterator[ShownTable]:
    main = main_part(study.exhibits, kinds).tables
    for number, table in numbered(study.exhibits.tables, kinds.tables, main):
        yield ShownTable(
            name=table.name,
            kind=table.kind,
            title=table.title,
            number=number,
            annex=table.name not in main,
        )


def _shown_figures(results: StudyResults, kinds: Kinds) -> Iterator[ShownFigure]:
    exhibits = results.study.exhibits
    main = main_part(exhibits, kinds).figures
    for number, figure in numbered(exhibits.figures, kinds.figures, main):
        kind, annex = kinds.figures[figure.kind], figure.name not in main
        yield captions.figure_words(results, kind, figure, number, annex=annex)


def _with_identifiers(study: str, numbers: Mapping[str, Finding]) -> dict[str, Finding]:
    names = identifiers(study, numbers)
    return {
        key: finding.model_copy(update={"identifier": names[key]})
        for key, finding in numbers.items()
    }


def _words(study: Study) -> StudyWords:
    return StudyWords(
        language=study.language,
        name=study.name,
        title=study.title,
        subtitle=study.subtitle or "",
        question=study.question or "",
        citation=study.citation or "",
        currency=study.currency or "",
        design=study.design,
        unit_label=study.unit_label,
        group_label=study.group_label,
        synthetic=study.synthetic,
    )
