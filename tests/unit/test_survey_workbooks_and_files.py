"""What workbooks hold that reading used to change without a word, and files that are not what they were."""

import hashlib
import os
import struct
import zipfile
from datetime import date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pytest
from survey_files import AGE, csv_file, source, survey, workbook

from ruralimpact.errors import DataError
from ruralimpact.survey import readers
from ruralimpact.survey.file_digest import (
    file_digest,
    require_stated,
    require_unchanged,
    stated_digests,
)
from ruralimpact.survey.readers import read_source


class TestWorkbooks:
    @pytest.mark.parametrize("first", [True, False])
    def test_a_sheet_that_is_an_empty_chart_is_no_sheet_of_cells(self, tmp_path, first):
        path = workbook(tmp_path, ["id", "age"], [1, 30], [2, 40])
        book = openpyxl.load_workbook(path)
        book.create_chartsheet("Graph", 0 if first else 1)
        book.save(path)
        assert survey(path, AGE).table["age"].tolist() == [30, 40]

    def test_errors_are_no_values(self, tmp_path):
        path = workbook(tmp_path, ["id", "age", "x"], [1, 30, 1], [2, "#DIV/0!", 1], [3, 2, "#N/A"])
        with pytest.raises(DataError, match=r"column 'age', row 3: '#DIV/0!' is what stands"):
            survey(path, AGE)
        assert len(survey(path).table) == 3  # nothing uses the column
        kind = {**AGE, "variable": "kind", "raw_name": "x", "type": "category"}
        with pytest.raises(DataError, match=r"column 'x', row 4"):
            survey(path, kind)

    def test_formulas_that_were_never_computed(self, tmp_path):
        path = workbook(tmp_path, ["id", "age"], [1, 30], [2, "=B2+1"])
        with pytest.raises(DataError, match=r"column 'age', row 3: '#NOT CALCULATED!'"):
            survey(path, AGE)

    def test_merged_cells(self, tmp_path):
        path = workbook(tmp_path, ["id", "age"], [1, 30], [2, None], [3, 5], merge=["B2:B3"])
        with pytest.raises(DataError, match=r"column 'age', row 3: '#MERGED!'"):
            survey(path, AGE)
        assert survey(path, AGE, merged="fill").table["age"].tolist() == [30, 30, 5]

    def test_a_hidden_first_sheet(self, tmp_path):
        more = [("Survey", [["id", "age"], [1, 30]])]
        path = workbook(tmp_path, ["id", "age"], [9, 99], hide=["Data"], more=more)
        assert survey(path, AGE).table["age"].tolist() == [30]
        assert survey(path, AGE, sheet="Data").table["age"].tolist() == [99]

    def test_several_sheets(self, tmp_path):
        path = workbook(tmp_path, ["id"], [1], more=[("South", [["id"], [2]]), ("Empty", [])])
        with pytest.raises(DataError, match=r"2 sheets with cells.*sources\.s\.sheet"):
            survey(path)

    def test_header_below_a_title(self, tmp_path):
        rows = [["Survey of 2024"], ["Household", None, "Farm"], ["id", "age", "x"], [1, 30, 2]]
        path = workbook(tmp_path, *rows, merge=["A1:C1", "A2:B2"])
        assert read_source(source(path, header=3)).cells.columns.tolist() == ["id", "age", "x"]
        both = read_source(source(path, header=[2, 3])).cells
        assert both.columns.tolist() == ["Household/id", "Household/age", "Farm/x"]
        assert both.index.tolist() == [4]

    def test_a_stray_cell_far_to_the_right(self, tmp_path):
        book = openpyxl.Workbook()
        for row in (["id", "age"], [1, 30]):
            book.active.append(row)
        book.active["XFD5000"] = "x"
        book.save(tmp_path / "s.xlsx")
        found = survey(tmp_path / "s.xlsx", AGE)
        assert found.table["age"].tolist() == [30]
        assert "not read: 1" in found.quality.notes[0]

    def test_too_large_to_be_unpacked(self, tmp_path):
        path = workbook(tmp_path, ["id"], [1])
        with (
            zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
            archive.open("xl/worksheets/more.xml", "w", force_zip64=True) as part,
        ):
            for _ in range(200):
                part.write(b" " * 1_000_000)
        with pytest.raises(DataError, match=r"unpacks to 200 MB.*Save the sheet as \.csv"):
            survey(path)

    def test_dates_and_truths(self, tmp_path):
        path = workbook(
            tmp_path,
            ["id", "a", "b"],
            [1, datetime(2024, 3, 1), True],
            [2, date(2024, 3, 2), False],
        )
        cells = read_source(source(path)).cells
        assert cells["a"].tolist() == ["2024-03-01", "2024-03-02"]
        assert cells["b"].tolist() == ["TRUE", "FALSE"]


class TestFiles:
    def test_parquet(self, tmp_path):
        frame = pd.DataFrame(
            {
                "id": ["a", "b"],
                "x": np.array([0.1, np.nan], dtype="float32"),
                "d": [date(2024, 3, 1), None],
            }
        )
        frame.to_parquet(tmp_path / "s.parquet")
        raw = read_source(source(tmp_path / "s.parquet"))
        assert raw.cells.to_dict("list") == {
            "id": ["a", "b"],
            "x": ["0.1", ""],
            "d": ["2024-03-01", ""],
        }
        assert raw.stored == {"x": "float32", "d": "date"}

    def test_a_file_that_changes_while_it_is_read(self, tmp_path, monkeypatch):
        path = csv_file(tmp_path, "id", "1")
        by_format = readers._by_format

        def changing(file, *others):
            table = by_format(file, *others)
            file.write_text("id\n2\n", encoding="utf-8")
            os.utime(file, (0, 0))
            return table

        monkeypatch.setattr(readers, "_by_format", changing)
        with pytest.raises(DataError, match="changed while it was being read"):
            read_source(source(path))

    def test_a_file_that_changed_since_the_run_began(self, tmp_path):
        path = csv_file(tmp_path, "id", "1")
        before = {str(path): file_digest(path)}
        require_unchanged(before)
        path.write_text("id\n2\n", encoding="utf-8")
        with pytest.raises(DataError, match=r"s\.csv: has changed since this run began"):
            require_unchanged(before)
        path.unlink()
        with pytest.raises(DataError, match="has changed"):
            require_unchanged(before)

    def test_checksums_of_the_source_page(self, tmp_path):
        path = csv_file(tmp_path, "id", "1")
        assert stated_digests(path)[1] == []
        page = tmp_path / "SOURCE.md"
        page.write_text(
            f"| other_s.csv | x | {'0' * 64} |\n| s.csv | x | {file_digest(path)} |\n"
            f"| later/s.csv | x | {'1' * 64} |\n",
            "utf-8",
        )
        assert stated_digests(path) == (page, [file_digest(path)])
        assert stated_digests(tmp_path / "later" / "s.csv")[1] == [file_digest(path), "1" * 64]
        require_stated([path])
        path.write_text("id\n2\n", encoding="utf-8")
        with pytest.raises(DataError, match=r"s\.csv: is not the file that .*SOURCE\.md describes"):
            require_stated([path])

    @pytest.mark.parametrize("kind", ["md5", "sha1", "sha512"])
    def test_other_checksums_are_looked_at_where_the_page_names_them(self, tmp_path, kind):
        path = csv_file(tmp_path, "id", "1")
        own = hashlib.new(kind, path.read_bytes()).hexdigest()
        page = tmp_path / "source.md"
        for checksum in (own, "0" * len(own)):
            page.write_text(f"| file | x |\n|---|---|\n| s.csv | {checksum} |\n", "utf-8")
            require_stated([path])  # digits of no kind that is named: a commit, say
        page.write_text(f"{kind.upper()} (s.csv) = {own.upper()}\n", "utf-8")
        require_stated([path])
        page.write_text(f"s.csv {'0' * len(own)} ({kind[:3]}-{kind[3:]})\n".replace("md5-", "md5"))
        with pytest.raises(DataError, match=rf"source\.md describes: its .* is {own}, not 000"):
            require_stated([path])

    @pytest.mark.parametrize("encoding", ["latin-1", "cp1252"])
    def test_utf8_called_something_else(self, tmp_path, encoding):
        with pytest.raises(DataError, match="is text in UTF-8, and the key 'sources.s.encoding'"):
            survey(csv_file(tmp_path, "id", "Ñuflo"), encoding=encoding)

    def test_utf16(self, tmp_path):
        path = csv_file(tmp_path, "id", "Ñuflo", encoding="utf-16")
        with pytest.raises(DataError, match="is text in the encoding utf-16"):
            survey(path)
        assert survey(path, encoding="utf-16").table["id"].tolist() == ["Ñuflo"]

    def test_names_twice_that_nothing_uses(self, tmp_path):
        assert len(survey(csv_file(tmp_path, "id,x,x,", "1,2,3,4")).table) == 1

    def test_names_with_spaces_around(self, tmp_path):
        path = csv_file(tmp_path, " id ,\u00a0age\u200b", "1,30")
        assert survey(path, AGE).table["age"].tolist() == [30]

    @pytest.mark.parametrize(
        "content", [b"\0\0\0", b"id,x\n1,\0\n", struct.pack("<10d", *range(10))]
    )
    def test_what_is_no_text(self, tmp_path, content):
        path = tmp_path / "s.csv"
        path.write_bytes(content)
        with pytest.raises(DataError):
            survey(path, {**AGE, "raw_name": "x"})


@pytest.mark.parametrize(
    ("written", "stated", "said"),
    [
        ("utf-16", None, "is text in the encoding utf-16. State `encoding: utf-16`"),
        ("utf-32", None, "is text in the encoding utf-32. State `encoding: utf-32`"),
        ("utf-16-le", None, "has NUL bytes, .* state `encoding: utf-16-le`"),
        ("utf-8", "utf-16", "is text in UTF-8, and the key 'sources.s.encoding' says utf-16"),
        ("utf-8", "latin-1", "is text in UTF-8, and the key 'sources.s.encoding' says iso8859-1"),
        ("utf-16", "utf-16", ""),
        ("utf-32", "utf-32", ""),
        ("utf-16-le", "utf-16-le", ""),
        ("latin-1", "latin-1", ""),
    ],
)
def test_text_is_read_in_its_encoding_or_the_encoding_is_named(tmp_path, written, stated, said):
    path = csv_file(tmp_path, "id,age,town", "1,30,Potosí", encoding=written)
    given = source(path, **({"encoding": stated} if stated else {}))
    if said:
        with pytest.raises(DataError, match=said):
            read_source(given)
    else:
        assert read_source(given).cells["town"].tolist() == ["Potosí"]


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ('0 "t"', "none, 't'"),
        ("[$$-409]#,##0.00", "none, '$'"),
        ('_("$"* #,##0_);_("$"* \\(#,##0\\);_("$"* "-"??_)', "none, '$'"),
        ("#,##0 €", "none, '€'"),
        ("#,##0;[Red]-#,##0", None),
        ('_-* #,##0_-;-* #,##0_-;_-* "-"??_-', None),
    ],
)
def test_numbers_that_are_shown_in_another_unit_are_told(form, told, tmp_path):
    path = workbook(tmp_path, ["id", "age"], ["1", 30], ["2", 40])
    book = openpyxl.load_workbook(path)
    book.active["B3"].number_format = form
    book.save(path)
    notes = survey(path, AGE).quality.notes
    words = "column 'age': numbers shown in several units, read alike: {}"
    assert notes == ((words.format(told),) if told else ())
