"""Values that a file cannot hold exactly, or of another kind than their column: right, or refused."""

import io
import os
import subprocess
import sys
from datetime import date

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from study_models import codebook_of, source_of

from ruralimpact import cli
from ruralimpact.cli import new
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.quality import ExcludedRows
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.codebook_file import read_codebook
from ruralimpact.survey.edit_tables import read_recodes
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_joined, read_source
from ruralimpact.survey.values import code_of

KNOWN = {"known": True, "reason": "none"}
LONG = 12_345_678_901_234_567


def survey(path, *rows, **options):
    entries = parse_codebook(codebook_of(*({"role": "input", **row} for row in rows)), ["s"])
    given = source_of(path=str(path), **options)
    others = read_joined(given)
    return harmonise(read_source(given), given, entries, file=path.name, others=others)


def workbook(folder, *rows):
    book, path = openpyxl.Workbook(), folder / "s.xlsx"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


def row_of(kind, **more):
    return {"variable": "x", "raw_name": "x", "type": kind, **more}


class TestTrueAndFalse:
    @pytest.mark.parametrize("kind", ["number", "integer", "money", "date"])
    @pytest.mark.parametrize("write", ["xlsx", "parquet", "csv"])
    def test_is_no_amount(self, tmp_path, kind, write):
        frame = pd.DataFrame({"id": [1, 2], "x": [5, True]}, dtype=object)
        path = tmp_path / f"s.{write}"
        if write == "xlsx":
            path = workbook(tmp_path, ["id", "x"], *frame.itertuples(index=False))
        elif write == "parquet":
            frame.assign(x=[False, True]).to_parquet(path)
        else:
            path.write_text("id,x\n1,5\n2,TRUE\n", encoding="utf-8")
        with pytest.raises(DataError, match=r"column 'x', rows? .*'TRUE'"):
            survey(path, row_of(kind))

    @pytest.mark.parametrize("labels", ["", "1=1|0=0", "TRUE=1|FALSE=0"])
    def test_is_an_answer(self, tmp_path, labels):
        path = workbook(tmp_path, ["id", "x"], [1, True], [2, False], [3, None])
        known = survey(path, row_of("indicator", labels=labels)).table["x"]
        np.testing.assert_array_equal(known, [1, 0, np.nan])

    def test_is_a_code(self, tmp_path):
        path = workbook(tmp_path, ["id", "x"], [1, True], [2, False])
        labelled = survey(path, row_of("category", labels="1=own|0=rented")).table["x"]
        assert labelled.tolist() == ["own", "rented"]
        assert survey(path, row_of("category")).table["x"].tolist() == ["TRUE", "FALSE"]


class TestDigits:
    def test_long_codes_of_text_are_compared_digit_by_digit(self):
        assert code_of(str(LONG)) != code_of(str(LONG + 1))
        assert code_of(f"0{LONG}.0") == code_of(str(LONG)) == code_of(LONG)
        assert code_of("-9007199254740993") == "-9007199254740993"

    def test_keys_of_two_text_files(self, tmp_path):
        path, other = tmp_path / "s.csv", tmp_path / "r.csv"
        path.write_text(f"id,k\n1,{LONG}\n2,{LONG + 1}\n", encoding="utf-8")
        other.write_text(f"k,x\n{LONG + 1},20\n{LONG},10\n", encoding="utf-8")
        join = [{"name": "r", "path": str(other), "by": ["k"]}]
        table = survey(path, row_of("number", raw_name="r.x"), join=join).table
        assert table["x"].tolist() == [10, 20]

    @pytest.mark.parametrize("number", [LONG, float(LONG), 10**15])
    def test_a_workbook_keeps_fifteen(self, tmp_path, number):
        path = workbook(tmp_path, ["id", "x"], [1, 3], [number, 4])
        with pytest.raises(DataError, match=r"column 'id', row 3: .*whose last digits are lost"):
            survey(path, row_of("number"))
        path = workbook(tmp_path, ["id", "x"], [1, 3], [2, number])
        with pytest.raises(DataError, match=r"column 'x', row 3: .*whose last digits are lost"):
            survey(path, row_of("category", role="group"))
        known = survey(path, row_of("number")).table["x"].tolist()
        assert known == pytest.approx([3, number], rel=1e-15)

    def test_groups_that_a_spreadsheet_shortened(self, tmp_path):
        path = tmp_path / "s.csv"
        path.write_text("id,x\n1,1.23457E+11\n2,1.23457E+11\n3,12E3\n", encoding="utf-8")
        with pytest.raises(DataError, match=r"column 'x', rows 2, 3: .*last digits are lost"):
            survey(path, row_of("category", role="group"))

    @pytest.mark.parametrize(("kind", "value"), [("float32", 2**24 + 2), ("float64", 2**53 + 2)])
    def test_groups_and_keys_too_long_for_their_kind_of_number(self, tmp_path, kind, value):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": ["a", "b"], "x": np.array([1, value], dtype=kind)})
        frame.to_stata(path, write_index=False)
        with pytest.raises(DataError, match=r"column 'x', row 2: numbers above .* not exact"):
            survey(path, row_of("category", role="group"))
        other = tmp_path / "r.csv"
        other.write_text(f"x,y\n1,1\n{value},2\n", encoding="utf-8")
        join = [{"name": "r", "path": str(other), "by": ["x"]}]
        with pytest.raises(DataError, match=r"column 'x', row 2: numbers above .* not exact"):
            survey(path, row_of("number", raw_name="r.y"), join=join)


@pytest.mark.parametrize(
    "text", ["2.742,66", "5016-", "5O16", "501²", "1/2", "2024-01-05", "about 5000"]
)
def test_no_message_proposes_to_delete_a_number(tmp_path, text):
    path = tmp_path / "s.csv"
    lines = [f"{number},{number}" for number in range(2, 50)]
    path.write_text("\n".join(["id,x", f'1,"{text}"', *lines]), encoding="utf-8")
    with pytest.raises(DataError) as refused:
        survey(path, row_of("number"))
    assert "missing" not in str(refused.value)


def test_a_million_blank_lines(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,x\n1,2\n" + "\n" * 500_000 + ",\n" * 500_000 + "2,3\n", encoding="utf-8")
    read = survey(path, row_of("number"))
    assert read.table["x"].tolist() == [2, 3]
    assert read.rows.tolist() == [2, 1_000_003]
    assert read.quality.excluded == (ExcludedRows(reason="every cell is empty", rows=1_000_000),)
    assert read.quality.rows_read == 1_000_002


def test_output_that_nobody_reads(monkeypatch):
    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    read_end, write_end = os.pipe()
    os.close(read_end)
    command = [sys.executable, "-m", "ruralimpact", "check", "--help"]
    ended = subprocess.run(
        command, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(write_end)
    assert "Traceback" not in ended.stderr
    unread = []
    monkeypatch.setattr(cli, "_unread", lambda: unread.append(1) or 141)
    monkeypatch.setattr(new, "main", lambda options: print("made"))
    monkeypatch.setattr(sys, "stdout", Closed())
    assert cli.main(["new", "folder"]) == 141
    assert unread


class TestParquet:
    def parquet(self, folder, **columns):
        path = folder / "s.parquet"
        given = {"id": pa.array(["a", "b"]), "x": pa.array([1.0, 2.5]), **columns}
        pq.write_table(pa.Table.from_arrays(list(given.values()), list(given)), path)
        return path

    @pytest.mark.parametrize(
        "cells",
        [
            pa.array([[1, 2], None]),
            pa.array([{"lat": 1.0}, None]),
            pa.array([[("k", 1)], None], type=pa.map_(pa.string(), pa.int64())),
            pa.array([b"\xff", None]),
        ],
        ids=["lists", "structures", "maps", "bytes"],
    )
    def test_what_is_no_value_is_refused_where_it_is_used(self, tmp_path, cells):
        path = self.parquet(tmp_path, y=cells)
        assert survey(path, row_of("number")).table["x"].tolist() == [1, 2.5]
        with pytest.raises(DataError, match=r"column 'y', row 1: .*a list, a structure or bytes"):
            survey(path, row_of("category", raw_name="y"))
        with pytest.raises(DataError, match="column 'y', row 1"):
            survey(path, row_of("number"), id="y", keep=[{**KNOWN, "column": "y"}])

    def test_names_that_stand_twice(self, tmp_path):
        path = tmp_path / "s.parquet"
        cells = [pa.array(["a", "b"]), pa.array([1, 2]), pa.array([3, 4]), pa.array([5, 6])]
        pq.write_table(pa.Table.from_arrays(cells, ["id", "x", "y", "y"]), path)
        assert survey(path, row_of("number")).table["x"].tolist() == [1, 2]
        with pytest.raises(DataError, match="column 'y': the file has 2 columns of this name"):
            survey(path, row_of("number", raw_name="y"))

    def test_a_folder_that_looks_like_a_partition_adds_no_column(self, tmp_path):
        folder = tmp_path / "x=7"
        folder.mkdir()
        assert survey(self.parquet(folder), row_of("number")).table["x"].tolist() == [1, 2.5]

    @pytest.mark.parametrize("kind", [np.float16, np.float32])
    def test_short_numbers_are_their_shortest_decimal(self, tmp_path, kind):
        path = self.parquet(tmp_path, x=pa.array(np.array([3.4, 0.1], dtype=kind)))
        assert survey(path, row_of("number")).table["x"].tolist() == [3.4, 0.1]


class TestDates:
    @pytest.mark.parametrize("pattern", ["%H:%M", "%d/%m", "%m/%Y", "%Q", "%", "day", "%d/%d/%Y"])
    def test_a_pattern_tells_the_whole_date(self, pattern):
        with pytest.raises(ConfigError, match="day, month and year"):
            source_of(path="s.csv", dates=pattern)

    def test_dates_of_a_workbook_beside_texts(self, tmp_path):
        path = workbook(tmp_path, ["id", "x"], [1, date(2024, 2, 1)], [2, "1/2/2024"])
        days = survey(path, row_of("date"), dates="%d/%m/%Y").table["x"]
        assert days[0] == days[1] == (date(2024, 2, 1) - date(1970, 1, 1)).days


def test_labels_of_the_file_are_matched_by_those_of_the_codebook(tmp_path):
    path = tmp_path / "s.dta"
    frame = pd.DataFrame({"id": ["a", "b"], "x": [1, 2]})
    frame.to_stata(path, write_index=False, value_labels={"x": {1: "no", 2: "yes"}})
    known = survey(path, row_of("indicator", labels="yes=1|no=0")).table["x"]
    assert known.tolist() == [0, 1]


@pytest.mark.parametrize(
    ("key", "problem"),
    [("#N/A", "an error"), ("1.23457E+11", "a number in exponent form"), ("1,2e+5", "a number in")],
)
def test_keys_that_are_errors(tmp_path, key, problem):
    path, other = tmp_path / "s.csv", tmp_path / "r.csv"
    path.write_text(f'id,k\n1,a\n2,"{key}"\n', encoding="utf-8")
    other.write_text("k,x\na,20\n", encoding="utf-8")
    join = [{"name": "r", "path": str(other), "by": ["k"]}]
    with pytest.raises(DataError, match=rf"column 'k', row 3: the key is {problem}"):
        survey(path, row_of("number", raw_name="r.x"), join=join)


def test_keys_of_several_columns_that_read_alike_when_put_together(tmp_path):
    path, other = tmp_path / "s.csv", tmp_path / "r.csv"
    path.write_text("id,a,b\n1,1,2/3\n2,9%,9\n", encoding="utf-8")
    other.write_text("a,b,x\n1/2,3,5\n9%,9,6\n", encoding="utf-8")
    join = [{"name": "r", "path": str(other), "by": ["a", "b"]}]
    found = survey(path, row_of("number", raw_name="r.x"), join=join).table["x"]
    np.testing.assert_array_equal(found, [np.nan, 6])


@pytest.mark.parametrize("text", ["k,x\n", "k,x\n,\n\n"])
def test_a_joined_file_without_rows(tmp_path, text):
    path, other = tmp_path / "s.csv", tmp_path / "r.csv"
    path.write_text("id,k\n1,a\n", encoding="utf-8")
    other.write_text(text, encoding="utf-8")
    join = [{"name": "r", "path": str(other), "by": ["k"]}]
    with pytest.raises(DataError, match=r"r\.csv: has no rows of data"):
        survey(path, row_of("number", raw_name="r.x"), join=join)


@pytest.mark.parametrize("kind", ["merged", "formula"])
def test_cells_without_a_value_in_codebooks_and_tables_of_edits(tmp_path, kind):
    def write(name, *rows):
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        if kind == "merged":
            book.active.merge_cells("B2:B3")
        else:
            book.active["B3"] = '="a"'
        book.save(tmp_path / name)
        return tmp_path / name

    header = ["variable", "source", "raw_name", "type", "role"]
    rows = [["x", "*", "x", "number", "input"], ["y", "*", "y", "number", "input"]]
    with pytest.raises(ConfigError, match="line 3.*'source' has no value of its own"):
        read_codebook(write("codebook.xlsx", header, *rows))
    table = write("t.xlsx", ["column", "raw", "clean"], ["x", "a", "b"], ["x", "b", "c"])
    with pytest.raises(DataError, match="column 'raw', row 3: the cell has no value of its own"):
        read_recodes(table)


@pytest.mark.parametrize(
    ("one", "other"),
    [("A-02", "A\u201102"), ("A-02", "A\u201302"), ("O'Higgins", "O\u2019Higgins")],
)
def test_groups_that_differ_by_the_kind_of_a_dash_or_an_apostrophe(tmp_path, one, other):
    path = tmp_path / "s.csv"
    path.write_text(f"id,x\n1,{one}\n2,{other}\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"column 'x', rows 2, 3: .* differ only in"):
        survey(path, row_of("category", role="group"))


def test_a_message_is_one_line_whatever_it_quotes(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text('id,x\n1,"5\n6"\n2,"7\u20288"\n', encoding="utf-8")
    with pytest.raises(DataError) as refused:
        survey(path, row_of("number"))
    assert len(str(refused.value).splitlines()) == 1
