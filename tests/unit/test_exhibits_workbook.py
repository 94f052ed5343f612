"""The workbook of a study: read back, its numbers are those of the CSV files to the last digit."""

import csv
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from test_exhibits_study import build_results, nsw_study

from ruralimpact.exhibits import cells
from ruralimpact.exhibits.arrangement import main_part
from ruralimpact.exhibits.build import exhibit_files, tables_of_exhibit
from ruralimpact.exhibits.model import Cell, Column, Row, Table, TablesOfExhibit, heading
from ruralimpact.exhibits.registry import numbered, package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.write_csv import csv_text
from ruralimpact.exhibits.write_workbook import workbook
from ruralimpact.language import speaking

COLUMNS = (Column("Estimate"), Column("95% interval"), Column("p"), Column("Reason", text=True))
LIVING = TablesOfExhibit(
    "a_name_of_an_exhibit_that_is_longer_than_a_sheet's_may_be",
    2,
    "Estimates",
    (
        Table(
            "First",
            "Row",
            COLUMNS,
            (
                heading("=panel", "panel"),
                Row(
                    Cell("+1 ha", "†"),
                    (
                        replace(cells.number(-0.1 - 0.2, 1), mark="†"),
                        cells.interval(-1234.5, 1 / 3, 1),
                        cells.p_value(0.0001),
                        Cell("@sum"),
                    ),
                    {"estimate": -0.1 - 0.2, "low": -1234.5, "high": 1 / 3, "why": "-x"},
                ),
                Row(Cell("hidden"), (Cell("[s]"), Cell("[s]"), Cell("–"), Cell("few")), {}),
            ),
            notes=("Note.",),
        ),
        Table("Second", "Row", (Column("N", "Group"), Column("%", "Group")), ()),
    ),
)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    return build_results(tmp_path_factory.mktemp("study"), nsw_study())


def read(content: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(content))


def row_named(sheet: Worksheet, label: str) -> list[object]:
    return next([cell.value for cell in row] for row in sheet.iter_rows() if row[0].value == label)


def test_numbers_are_numbers_and_intervals_have_two() -> None:
    sheet = read(workbook("Study", [LIVING])).worksheets[1]
    assert sheet["A1"].value == "First"
    assert row_named(sheet, "Row")[1:6] == [
        "Estimate",
        "95% interval, low",
        "95% interval, high",
        "p",
        "Reason",
    ]
    assert row_named(sheet, "+1 ha†")[1:6] == [-0.1 - 0.2, -1234.5, 1 / 3, 0.0001, "@sum"]
    assert row_named(sheet, "hidden")[1:6] == ["[s]", "[s]", None, "–", "few"]
    formats = [sheet.cell(6, column).number_format for column in range(2, 6)]
    assert formats == ['#,##0.0"†"', "#,##0.0", "#,##0.0", '[<0.001]"<0.001";0.000']
    assert sheet.freeze_panes == "B5"


def test_no_text_is_a_formula() -> None:
    content = workbook("=title", [LIVING])
    sheets = read(content).worksheets
    texts = [cell for sheet in sheets for row in sheet.iter_rows() for cell in row if cell.value]
    assert {"=title", "=panel", "+1 ha†", "@sum"} <= {cell.value for cell in texts}
    assert {cell.data_type for cell in texts} == {"s", "n"}
    assert all(cell.quotePrefix for cell in texts if str(cell.value)[0] in "=+@")
    (record,) = [row for row in csv.DictReader(csv_text(LIVING.tables).splitlines()) if row["why"]]
    assert (record["panel"], record["row"], record["why"]) == ("'=panel", "'+1 ha", "'-x")
    assert record["estimate"] == repr(-0.1 - 0.2)


def test_sheets_are_linked_and_named_as_excel_takes_names() -> None:
    other = replace(LIVING, name="Contents", number=3, tables=LIVING.tables[:1])
    book = read(workbook("Study", [LIVING, other, replace(other, number=4)]))
    names = book.sheetnames
    assert names[0] == "Contents"
    assert len({name.lower() for name in names}) == 5
    assert max(map(len, names)) <= 31
    listed = list(book["Contents"].iter_rows(min_row=4))
    assert [row[0].value for row in listed] == ["2a", "2b", "3", "4"]
    assert [row[1].hyperlink.location for row in listed] == [f"'{n}'!A1" for n in names[1:]]


def test_in_another_language_links_lead_to_sheets_and_heads_are_translated() -> None:
    with speaking("es"):
        book = read(workbook("Study", [LIVING]))
    assert book.sheetnames[0] == "Contenido"
    for sheet in book:
        links = [cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink]
        assert links
        assert all(link.location.split("!")[0].strip("'") in book.sheetnames for link in links)
    heads = {str(cell.value) for row in book.worksheets[1].iter_rows(max_row=6) for cell in row}
    assert not [head for head in heads if head.endswith((", low", ", high"))]


def test_the_bytes_are_the_same_at_every_call() -> None:
    content = workbook("Study", [LIVING])
    assert content == workbook("Study", [LIVING])
    members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    assert {member.date_time[0] for member in members} == {1980}


def numbers_behind(table: Table) -> Iterator[tuple[str, list[float]]]:
    """Labels of rows with a record, and the numbers of their cells."""
    for row in table.rows:
        if row.record is not None:
            label = f"{row.label.text}{row.label.mark}"
            yield label, [own.value for cell in row.cells for own in cell.numbers]


def test_a_study_read_back_has_the_numbers_of_its_csv_files(results: StudyResults) -> None:
    kinds = package_kinds()
    files = {file.name: file.content for file in exhibit_files(results, kinds)}
    sheets = iter(read(files["tables.xlsx"]).worksheets[1:])
    compared = 0
    listed = results.study.exhibits
    main = main_part(listed, kinds).tables
    for number, exhibit in numbered(listed.tables, kinds.tables, main):
        records = csv.reader(files[f"{exhibit.name}.csv"].decode().splitlines()[1:])
        for table in tables_of_exhibit(results, exhibit, number, kinds).tables:
            sheet = next(sheets)
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=4)]
            for label, expected in numbers_behind(table):
                row = rows.pop(0)
                while row[0] != label:
                    row = rows.pop(0)
                values = [value for value in row[1:] if isinstance(value, int | float)]
                assert values == expected
                kept = {float(text) for text in next(records) if is_number(text)}
                assert set(values) <= kept, (exhibit.name, label)
                compared += len(values)
    assert compared > 100


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
