"""Files of one source, as tests of reading write them, and the survey that is read from them."""

import openpyxl
from study_models import codebook_of, source_of

from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source

AGE = {"variable": "age", "raw_name": "age", "type": "number", "role": "outcome"}


def source(path, **options):
    return source_of(path=str(path), **options)


def survey(path, *rows, **options):
    entries = parse_codebook(codebook_of(*rows), ["s"])
    given = source(path, **options)
    return harmonise(read_source(given), given, entries, file=path.name)


def csv_file(folder, *lines, encoding="utf-8"):
    path = folder / "s.csv"
    path.write_bytes("".join(f"{line}\n" for line in lines).encode(encoding))
    return path


def column(folder, *values, **options):
    lines = [f'{i},"{value}"' for i, value in enumerate(values)]
    return survey(
        csv_file(folder, "id,age", *lines), {**AGE, **options.pop("entry", {})}, **options
    )


def workbook(folder, *rows, hide=(), more=(), merge=()):
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Data"
    for row in rows:
        sheet.append(row)
    for area in merge:
        sheet.merge_cells(area)
    for name, lines in more:
        other = book.create_sheet(name)
        for row in lines:
            other.append(row)
    for name in hide:
        book[name].sheet_state = "hidden"
        book.active = next(i for i, one in enumerate(book.worksheets) if one.title not in hide)
    path = folder / "s.xlsx"
    book.save(path)
    return path
