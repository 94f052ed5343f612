"""What a file can hold that reading used to change without a word: now right, or refused with its rows."""

import os
import struct
import zipfile
from datetime import date, datetime

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from study_models import codebook_of, edits_of, source_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey import readers
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.edits import apply_edits
from ruralimpact.survey.file_digest import (
    file_digest,
    require_stated,
    require_unchanged,
    stated_digests,
)
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


class TestNumbers:
    @pytest.mark.parametrize("code", ["-99 | -88", "-99|-88.0", "-99.0|-88"])
    def test_missing_codes_match_as_numbers(self, tmp_path, code):
        found = column(tmp_path, "-99", "-88", "5", entry={"missing_codes": code})
        assert found.table["age"].isna().sum() == 2
        assert list(found.quality["variables"]["age"]["missing_codes"].values()) == [1, 1]

    @pytest.mark.parametrize("cell", ["-99,-88", "-99;-88", "-99 -88", "-99/-88"])
    def test_several_codes_in_one_are_refused(self, cell):
        with pytest.raises(ConfigError, match="separated by |"):
            parse_codebook(codebook_of(AGE, missing_codes=cell), ["s"])

    def test_a_code_that_no_row_has_is_said(self, tmp_path):
        found = column(tmp_path, "1", "-99", entry={"missing_codes": "-99|-88"})
        assert found.quality["codes_not_found"] == {"age": ["-88"]}

    @pytest.mark.parametrize("bound", ["nan", "inf", "-inf", "1_000", "0x10"])
    def test_a_range_is_of_numbers(self, bound):
        with pytest.raises(ConfigError, match="is not a number"):
            parse_codebook(codebook_of(AGE, maximum=bound), ["s"])

    def test_a_code_that_has_a_label_is_not_missing(self):
        row = {**AGE, "type": "category", "labels": "1=a|9=b", "missing_codes": "9.0"}
        with pytest.raises(ConfigError, match="'9' has a label and means missing"):
            parse_codebook(codebook_of(row), ["s"])

    @pytest.mark.parametrize("values", [["5.016", "2541", "847"], ["1.250", "2.375", ""]])
    def test_a_mark_that_may_be_for_thousands_is_refused(self, tmp_path, values):
        with pytest.raises(DataError, match=r"'\d\.\d{3}' may be for thousands.*`thousands`"):
            column(tmp_path, *values)
        assert column(tmp_path, *values, decimal=".").table["age"].max() < 2542

    @pytest.mark.parametrize("values", [["5.016", "2.5"], ["0.125", "3"], ["1234.567", "1"]])
    def test_a_mark_that_is_for_decimals_is_read(self, tmp_path, values):
        assert column(tmp_path, *values).table["age"].tolist() == [float(one) for one in values]

    def test_decimal_comma_does_not_take_thousands(self):
        raw = pd.DataFrame({"x": ["5,016", "2,541", "800"]}, index=[2, 3, 4])
        with pytest.raises(DataError, match="may be for thousands"):
            apply_edits(raw, edits_of({"rule": "decimal_comma", "columns": ["x"]}), file="f.csv")

    @pytest.mark.parametrize(
        ("mark", "decimal", "texts", "expected"),
        [
            (
                ",",
                ".",
                ["5,016", "12,345,678.5", "12,34", "800"],
                ["5016", "12345678.5", "12,34", "800"],
            ),
            (".", ",", ["2.742,66", "5.016", "1.5"], ["2742,66", "5016", "1.5"]),
            (".", ".", ["5.016", "5.01", "0.016"], ["5016", "5.01", "0.016"]),
            ("'", ".", ["1'000.25"], ["1000.25"]),
        ],
    )
    def test_thousands_marks_are_taken_out(self, mark, decimal, texts, expected):
        raw = pd.DataFrame({"x": texts}, dtype="str")
        rule = {"rule": "thousands", "columns": ["x"], "mark": mark}
        assert (
            apply_edits(raw, edits_of(rule), file="f", decimal=decimal).table["x"].tolist()
            == expected
        )

    def test_a_format_is_not_called_missing(self, tmp_path):
        with pytest.raises(DataError, match="`decimal` and the edit `thousands`") as error:
            column(tmp_path, "2.742,66", "10")
        assert "missing_codes" not in str(error.value)

    def test_codes_of_an_arm_are_not_called_missing(self, tmp_path):
        with pytest.raises(DataError, match="under labels which values are 1") as error:
            column(tmp_path, *["1", "2"] * 20, entry={"type": "indicator", "role": "treatment"})
        assert "missing_codes" not in str(error.value)

    def test_what_stands_in_many_rows_is_not_called_missing(self, tmp_path):
        with pytest.raises(DataError) as error:
            column(tmp_path, *["high"] * 10, *["1"] * 40)
        assert "missing_codes" not in str(error.value)


class TestIdentifiers:
    @pytest.mark.parametrize(
        ("one", "other"),
        [
            ("A01", "a01"),
            ("7", "07"),
            ("7", "7.0"),
            ("Potosí", "Potosi"),
            ("A 1", "A1"),
            ("ß", "ss"),
        ],
    )
    def test_two_ways_of_writing_are_refused(self, tmp_path, one, other):
        group = {"variable": "village", "raw_name": "v", "type": "category", "role": "group"}
        path = csv_file(tmp_path, "id,v", f"{one},x", f"{other},x")
        with pytest.raises(DataError, match=r"column 'id', rows 2, 3: identifiers differ only"):
            survey(path, group)
        path = csv_file(tmp_path, "id,v", f"p,{one}", f"q,{other}")
        with pytest.raises(
            DataError, match=f"'village' differ only.*'{one}' and '{other}'|'{other}'"
        ):
            survey(path, group)

    def test_what_cannot_be_seen_is_taken_out(self, tmp_path):
        path = csv_file(tmp_path, "id", "Jose\u0301", "A\u200b1", "B\u00a0 2", "C\u00ad3")
        assert survey(path).table["id"].tolist() == ["A1", "B 2", "C3", "José"]

    @pytest.mark.parametrize("one", ["#N/A", "#REF!", "#¡VALOR!", "1.23457E+11"])
    def test_no_identifier(self, tmp_path, one):
        with pytest.raises(DataError, match="column 'id', row 3: the identifier is"):
            survey(csv_file(tmp_path, "id", "1", one))

    @pytest.mark.parametrize(("kind", "value"), [("float32", 2**24 + 2), ("float64", 2**53 + 2)])
    def test_numbers_that_are_not_exact(self, tmp_path, kind, value):
        path = tmp_path / "s.dta"
        pd.DataFrame({"id": np.array([1, value], dtype=kind)}).to_stata(path, write_index=False)
        with pytest.raises(DataError, match=r"row 2: numbers above .* are not exact"):
            survey(path)


class TestStata:
    def stata(self, folder, **columns):
        path = folder / "s.dta"
        frame = pd.DataFrame({"id": np.arange(len(next(iter(columns.values())))), **columns})
        frame.to_stata(path, write_index=False)
        return path

    def test_a_32_bit_number_is_its_shortest_decimal(self, tmp_path):
        path = self.stata(tmp_path, age=np.array([0.1, 1001.01, 3e-7, 16777216], dtype="float32"))
        assert read_source(source(path)).cells["age"].tolist() == [
            "0.1",
            "1001.01",
            "3e-07",
            "16777216",
        ]
        assert survey(path, AGE).table["age"].tolist() == [0.1, 1001.01, 3e-7, 16777216]

    def test_missing_integers(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1, 2], "age": pd.array([3, None], dtype="Int16")})
        frame.to_stata(path, write_index=False)
        assert read_source(source(path)).cells["age"].tolist() == ["3", ""]

    def test_extended_missing_values_are_counted_by_kind(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1.0, 2, 3], "age": [30.0, "a", "b"], "kind": ["a", "b", "c"]})
        pyreadstat.write_dta(frame, path, missing_user_values={"age": ["a", "b"]})
        found = survey(
            path, AGE, {**AGE, "variable": "kind", "raw_name": "kind", "type": "category"}
        )
        assert found.quality["variables"]["age"]["missing_codes"] == {".a": 1, ".b": 1}
        assert found.table["kind"].tolist() == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("shown", "stored", "text"),
        [
            ("%td", 23436, "2024-03-01"),
            ("%tdDD/NN/CCYY", 23436, "2024-03-01"),
            ("%d", 23436, "2024-03-01"),
            ("%tc", 23436 * 86400e3 + 3600e3, "2024-03-01T01:00:00"),
            ("%tw", 64 * 52 + 8, "2024w9"),
            ("%tm", 64 * 12 + 2, "2024m3"),
            ("%tq", 64 * 4, "2024q1"),
            ("%th", 64 * 2 + 1, "2024h2"),
            ("%ty", 2024, "2024"),
            ("%tm", -1, "1959m12"),
        ],
    )
    def test_dates_are_written_as_stata_shows_them(self, tmp_path, shown, stored, text):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1.0, 2.0], "when": [float(stored), None]})
        pyreadstat.write_dta(frame, path, variable_format={"when": shown})
        assert read_source(source(path)).cells["when"].tolist() == [text, ""]

    def test_texts_of_another_encoding(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame(
            {"id": ["a", "b"], "v": ["Jos\u00e9", "x"], "w": pd.Categorical(["s\u00ed", "no"])}
        )
        frame.to_stata(path, write_index=False, version=118, variable_labels={"v": "A\u00f1o"})
        content = path.read_bytes()
        for text in ("Jos\u00e9", "s\u00ed", "A\u00f1o"):
            content = content.replace(text.encode(), text.encode("latin-1") + b"\0")
        path.write_bytes(content)
        raw = read_source(source(path))
        assert raw.cells["v"].tolist() == ["Jos\u00e9", "x"]
        assert "s\u00ed" in raw.value_labels["w"].values()
        assert raw.questions == {"v": "A\u00f1o"}
        assert any("read as Windows-1252: 1" in note for note in raw.notes)

    def test_utf8_in_an_old_version(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame(
            {"id": ["a"], "v": ["J\u00c3\u00a9"]}
        )  # the bytes of UTF-8, written as Latin-1
        frame.to_stata(path, write_index=False, version=114)
        assert read_source(source(path)).cells["v"].tolist() == ["J\u00e9"]

    def test_a_label_cut_inside_a_letter(self, tmp_path):
        path = tmp_path / "s.dta"
        text = "Comunidad" * 8 + "1234567"
        pd.DataFrame({"id": ["a"]}).to_stata(
            path, write_index=False, version=118, variable_labels={"id": text + "\u00f1"}
        )
        content = path.read_bytes()
        path.write_bytes(content.replace((text + "\u00f1").encode(), text.encode() + b"\xc3\0"))
        raw = read_source(source(path))
        assert raw.questions == {"id": text}
        assert raw.notes == ("labels cut inside a letter, read without it: 1",)


class TestSpss:
    def test_what_the_file_declares_missing_is(self, tmp_path):
        path = tmp_path / "s.sav"
        frame = pd.DataFrame({"id": ["a", "b", "c"], "age": [30.0, 99.0, 997.0]})
        pyreadstat.write_sav(frame, path, missing_ranges={"age": [99, {"lo": 990, "hi": 999}]})
        found = survey(path, AGE)
        assert found.table["age"].tolist()[0] == 30
        assert found.table["age"].isna().sum() == 2
        assert found.quality["variables"]["age"]["missing_codes"] == {"99": 1, "997": 1}


KIND = {"variable": "kind", "raw_name": "kind", "type": "category", "role": "outcome"}


class TestLabelsOfFiles:
    def labelled(self, folder, suffix, labels):
        path = folder / f"s.{suffix}"
        frame = pd.DataFrame({"id": ["a", "b", "c"], "kind": [1.0, 2.0, 3.0]})
        write = pyreadstat.write_dta if suffix == "dta" else pyreadstat.write_sav
        write(frame, path, variable_value_labels={"kind": labels})
        return path

    @pytest.mark.parametrize("suffix", ["dta", "sav"])
    def test_they_stand_for_the_codebooks(self, tmp_path, suffix):
        path = self.labelled(tmp_path, suffix, {1: "owner", 2: "tenant"})
        found = survey(path, KIND)
        assert found.table["kind"].tolist() == ["owner", "tenant", "3"]
        assert found.quality["unlabelled"] == {}
        own = {**KIND, "labels": "1=x|2=y|3=z"}
        assert survey(path, own).table["kind"].tolist() == ["x", "y", "z"]

    def test_groups_keep_their_codes(self, tmp_path):
        path = self.labelled(tmp_path, "dta", {1: "San Jose", 2: "San Jose"})
        assert survey(path, {**KIND, "role": "group"}).table["kind"].tolist() == [
            "1",
            "2",
            "3",
        ]

    def test_two_codes_with_one_label_are_refused(self, tmp_path):
        path = self.labelled(tmp_path, "sav", {1: "San Jose", 2: "San Jose"})
        with pytest.raises(DataError, match="codes 1 and 2 the same label 'San Jose'"):
            survey(path, KIND)


class TestWorkbooks:
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
        assert "not read: 1" in found.quality["notes"][0]

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
