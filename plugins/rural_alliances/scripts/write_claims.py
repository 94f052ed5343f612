"""Make the claims ledger: what reports print, recomputed, and set beside the estimates of studies."""

from collections.abc import Sequence
from pathlib import Path

from ruralimpact import stage
from ruralimpact.plugins import load_plugins

FOLDER = Path(__file__).resolve().parents[1]
load_plugins(FOLDER.parent, [FOLDER.name])

from rural_alliances.claims.cells import read_cells, recheck_cells
from rural_alliances.claims.estimates import StudyFindings
from rural_alliances.claims.ledger import Ledger, make_ledger
from rural_alliances.claims.printed_exhibits import read_printed_exhibits
from rural_alliances.claims.ratings import rated_evidence, read_ratings
from rural_alliances.claims.read import read_published
from rural_alliances.claims.records import Published
from rural_alliances.exhibits.claims_page import claims_page
from rural_alliances.exhibits.claims_plot import claims_plot
from rural_alliances.exhibits.claims_tables import inconsistency_table, ledger_tables
from rural_alliances.exhibits.printed_exhibits_table import printed_exhibits_table
from rural_alliances.exhibits.ratings_table import ratings_table
from rural_alliances.exhibits.report_tables import read_layouts, read_rows, report_table
from ruralimpact.errors import DataError
from ruralimpact.exhibits import palette
from ruralimpact.exhibits.document import FindingsDocument
from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.write_csv import csv_text
from ruralimpact.exhibits.write_html import fragment_of, html_page
from ruralimpact.exhibits.write_latex import latex_document
from ruralimpact.exhibits.write_word import word_document
from ruralimpact.language import SOURCE, Language, add_catalogues, gettext, marked, speaking

TEMPLATE = FOLDER / "templates" / "claims.html.j2"
FIGURE, TITLE = "published_against_estimated", marked("Published against estimated")


def write_claims(
    *,
    claims: str,
    checks: str,
    tables: Sequence[str],
    cells: str,
    layouts: str,
    ratings: str,
    printed_exhibits: str,
    findings: Sequence[str],
    page: str,
    exhibits: Sequence[str],
    template: str | Path = TEMPLATE,
) -> None:
    """Write the page, its tables and its figure.

    Parameters
    ----------
    claims, checks : path
        Files of `data/published`.
    tables : sequence of path
        Printed tables that checks recompute.
    cells, layouts : path
        What cells of these tables should be, and how the report sets them.
    ratings : path
        What each rating of the report rests on.
    printed_exhibits : path
        Tables and figures of the documents.
    findings : sequence of path
        findings.json of the studies that have been built; may be empty.
    page : path
        Output.
    exhibits : sequence of path
        Outputs: the tables in four formats, the figure in two.
    template : path
        Template of the page.

    Raises
    ------
    DataError
        A file of `data/published` is missing, or see `read_published`.
    """
    for path in (claims, checks, cells, layouts):
        if not Path(path).is_file():
            raise DataError("there is no such file.", file=path)
    documents = [FindingsDocument.model_validate_json(Path(path).read_bytes()) for path in findings]
    studies = {
        document.study.name: StudyFindings(
            document.study.title, document.study.synthetic, document.findings
        )
        for document in documents
    }
    published = read_published(claims, checks, tables)
    ledger = make_ledger(published, studies)
    for name in ledger.absent:
        print(f"no such finding: {name}")
    add_catalogues(FOLDER.name, FOLDER / "locale")
    with speaking(_language(documents)):
        own_tables = report_tables(published, tables, cells, layouts)
        contents = exhibit_contents(ledger)
        rated = rated_evidence(read_ratings(ratings), ledger, ratings)
        contents |= table_contents("ratings", (ratings_table(rated),))
        listed = printed_exhibits_table(read_printed_exhibits(printed_exhibits))
        contents |= table_contents("exhibits", (listed,))
        for name, table in own_tables.items():
            contents |= table_contents(name, (table,))
        text = claims_page(
            Path(template).read_text(encoding="utf-8"),
            ledger,
            contents[f"{FIGURE}.svg"],
            [fragment_of(contents[f"{name}.html"].decode()) for name in own_tables],
            ratings=fragment_of(contents["ratings.html"].decode()),
            printed_exhibits=fragment_of(contents["exhibits.html"].decode()),
        )
    for path in exhibits:
        with stage.replacing(path) as partial:
            partial.write_bytes(contents[Path(path).name])
    with stage.replacing(page) as partial:
        partial.write_text(text, encoding="utf-8")


def _language(documents: Sequence[FindingsDocument]) -> Language:
    """Return the language of the studies, where it is one."""
    languages = {document.study.language for document in documents}
    return languages.pop() if len(languages) == 1 else SOURCE


def report_tables(
    published: Published, tables: Sequence[str], cells: str, layouts: str
) -> dict[str, Table]:
    """Return the report's own tables by file name, with wrong cells marked."""
    rechecks = recheck_cells(read_cells(cells), published)
    files = {Path(path).stem: path for path in tables}
    return {
        layout.table: report_table(layout, read_rows(files[layout.table]), rechecks)
        for layout in read_layouts(layouts)
    }


def exhibit_contents(ledger: Ledger) -> dict[str, bytes]:
    """Return the contents of every file of the exhibits by its name."""
    contents = table_contents("claims", ledger_tables(ledger))
    contents |= table_contents("inconsistencies", (inconsistency_table(ledger),))
    title = gettext("{title} (synthetic stand-in)") if ledger.synthetic else "{title}"
    title = title.format(title=gettext(TITLE))
    with palette.style():
        figure = claims_plot(ledger)
        if ledger.synthetic:
            figure.suptitle(gettext("Synthetic stand-in"), color=palette.FAINT, fontsize=8)
        palette.settle(figure)
        contents[f"{FIGURE}.png"] = palette.png_bytes(figure, title)
        contents[f"{FIGURE}.svg"] = palette.svg_bytes(figure, title)
    return contents


def table_contents(name: str, tables: tuple[Table, ...]) -> dict[str, bytes]:
    """Return tables in every format by file name."""
    return {
        f"{name}.csv": csv_text(tables).encode(),
        f"{name}.tex": latex_document(tables, name).encode(),
        f"{name}.html": html_page(tables).encode(),
        f"{name}.docx": word_document(tables),
    }


if "snakemake" in globals():
    stage.run(write_claims, **stage.keywords(snakemake))
