"""Codebooks as they come: any mark between cells, workbooks, and mistakes with their lines."""

import openpyxl
import pytest

from ruralimpact.errors import ConfigError
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.codebook_file import codebook_path, further_columns, read_codebook

HEADER = "variable,source,raw_name,type,unit,minimum,maximum,labels,missing_codes,role,timing,label"
LINE = "land,*,ha,number,hectares,0.5,500,,-99,covariate,pre,Land"


class TestCodebookFile:
    def read(self, folder, text, encoding="utf-8"):
        path = folder / "codebook.csv"
        path.write_bytes(text.encode(encoding))
        return read_codebook(path)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
    @pytest.mark.parametrize("mark", [",", ";", "\t"])
    def test_any_mark_between_cells(self, tmp_path, mark, encoding):
        line = LINE.replace("0.5", "0,5") if mark == ";" else LINE
        line = (
            line.replace(",", mark).replace(f"0{mark}5", "0,5")
            if mark == ";"
            else line.replace(",", mark)
        )
        found = self.read(tmp_path, f"{HEADER.replace(',', mark)}\r\n{line}\r\n", encoding)
        (entry,) = parse_codebook(list(found.values()), ["s"])
        assert (entry.minimum, entry.maximum, entry.missing_codes) == (0.5, 500, ("-99",))
        assert list(found) == [2]

    def test_a_workbook(self, tmp_path):
        book = openpyxl.Workbook()
        for text in (HEADER, LINE):
            book.active.append(text.split(","))
        book.active.append(
            ["age", "*", "age", "integer", None, 16, 98, None, None, "covariate", "pre"]
        )
        book.save(tmp_path / "codebook.xlsx")
        found = read_codebook(codebook_path(tmp_path))
        entries = parse_codebook(list(found.values()), ["s"])
        assert [(one.variable, one.minimum) for one in entries] == [("land", 0.5), ("age", 16)]

    def test_blank_lines_and_cells_are_passed_over(self, tmp_path):
        found = self.read(tmp_path, f"{HEADER},,\n\n,,,\n{LINE},,\n")
        assert list(found) == [4]

    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("", "codebook is empty"),
            (
                HEADER.replace("type", "typ"),
                "line 1.*no codebook column 'typ'. Did you mean 'type'",
            ),
            (HEADER.replace(",type", ""), "line 1.*codebook has no column 'type'"),
            (f"{HEADER},missing_codes", "column 'missing_codes' stands twice"),
            (f"{HEADER}\n{LINE},x", "line 2.*more fields than the header"),
            (f'{HEADER}\n"{LINE}', "line 2.*cannot be read as a table"),
            (
                f"{HEADER}\n{LINE.replace('500', '9.000')}",
                "'9.000' can be read in two ways.*9 or 9000",
            ),
            (f"{HEADER},labels_en\n{LINE},x", "column 'labels_en'. Did you mean 'labels'"),
            ("just some words", "no codebook column 'just some words'"),
            (f"{HEADER}\n{LINE}\0", "NUL"),
        ],
    )
    def test_mistakes_name_the_line(self, tmp_path, text, message):
        with pytest.raises(ConfigError, match=message) as error:
            rows = self.read(tmp_path, text)
            parse_codebook(list(rows.values()), ["s"], file="codebook.csv", lines=list(rows))
        assert "codebook.csv" in str(error.value)

    def test_columns_of_the_authors_own_are_passed_over(self, tmp_path):
        rows = self.read(tmp_path, f"notas,{HEADER},comment,comment\nx,{LINE},see p. 3,\n")
        assert rows == self.read(tmp_path, f"{HEADER}\n{LINE}\n")
        self.read(tmp_path, f"notas,{HEADER},comment\nx,{LINE},see p. 3\n")
        assert further_columns(tmp_path / "codebook.csv") == ["notas", "comment"]

    def test_not_utf8(self, tmp_path):
        with pytest.raises(ConfigError, match="not text in the encoding utf-8"):
            self.read(tmp_path, f"{HEADER}\n{LINE}ñ", "latin-1")

    def test_two_codebooks(self, tmp_path):
        for name in ("codebook.csv", "codebook.xlsx"):
            (tmp_path / name).touch()
        with pytest.raises(ConfigError, match=r"there is codebook\.xlsx too"):
            codebook_path(tmp_path)

    def test_none(self, tmp_path):
        with pytest.raises(ConfigError, match="there is no such file"):
            read_codebook(codebook_path(tmp_path))
