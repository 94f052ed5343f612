"""What must hold for any survey: formats agree, the way of writing does not matter."""

import csv
import io
import unicodedata
from decimal import Decimal

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from study_models import codebook_of, source_of

from ruralimpact.errors import DataError, RuralImpactError
from ruralimpact.schema.codebook import COLUMNS
from ruralimpact.survey.codebook import ROLES, TYPES, parse_codebook
from ruralimpact.survey.codebook_file import read_codebook
from ruralimpact.survey.join import join_file
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.recode import recode_variable
from ruralimpact.survey.similar import folded, near_forms, written_in_two_ways
from ruralimpact.survey.values import code_of, day_of, normalised, number_of, written

FEW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=12)
plain = st.text("abcXYZ 019éñ._-", min_size=1, max_size=8)


class TestValues:
    @FEW
    @given(numbers)
    def test_a_number_reads_back(self, value):
        assert number_of(written(value)) == value

    @FEW
    @given(st.floats(width=32, allow_nan=False, allow_infinity=False))
    def test_a_32_bit_number_reads_back_and_is_no_longer_than_it_must_be(self, value):
        text = written(np.float32(value))
        assert np.float32(number_of(text)) == np.float32(value)
        assert len(Decimal(text).normalize().as_tuple().digits) <= len(
            Decimal(written(value)).normalize().as_tuple().digits
        )

    @FEW
    @given(words)
    def test_normal_forms_stay(self, text):
        once = normalised(text)
        assert normalised(once) == once
        assert unicodedata.is_normalized("NFC", once)
        assert once == once.strip()
        assert normalised(f"\u200b {text}\u00a0") == once

    @FEW
    @given(words)
    def test_codes_stay(self, text):
        assert code_of(code_of(text)) == code_of(text)

    @FEW
    @given(st.integers(-(10**12), 10**12))
    def test_a_whole_number_is_one_code(self, value):
        forms = {str(value), f"{value}.0", f" {value}", value, float(value), np.float64(value)}
        assert {code_of(form) for form in forms} == {str(value)}

    @FEW
    @given(st.from_regex(r"-?[0-9]{1,12}(\.[0-9]{0,8})?", fullmatch=True))
    def test_the_code_of_a_number_is_its_shortest_decimal(self, text):
        assert code_of(text) == code_of(f" {text}") == written(float(text) + 0.0)

    @FEW
    @given(st.from_regex(r"[A-Za-z]{0,3}[0-9]{0,9}[a-z]?", fullmatch=True))
    def test_spaces_change_no_near_form(self, name):
        assert near_forms(name) == near_forms(f" {name} ")

    @FEW
    @given(plain, plain)
    def test_folding_ignores_case_spaces_and_accents(self, one, other):
        assert (
            folded(one) == folded(one.upper()) == folded(f" {one} ") == folded(one.replace(" ", ""))
        )
        pairs = written_in_two_ways([normalised(one), normalised(other)])
        alike = folded(one) == folded(other) and normalised(one) != normalised(other)
        assert bool(pairs) >= alike
        if not {*"._-"} & {*one, *other}:
            assert bool(pairs) == alike

    @FEW
    @given(st.dates())
    def test_days_are_counted(self, day):
        assert day_of(day.isoformat()) == (day.toordinal() - 719163)
        assert day_of(day.strftime("%d/%m/") + f"{day.year:04d}", "%d/%m/%Y") == day_of(
            day.isoformat()
        )

    @FEW
    @given(words)
    def test_any_text_is_a_number_or_none(self, text):
        for mark in (".", ","):
            found = number_of(text, mark)
            assert found is None or np.isfinite(found)


def csv_text(table, delimiter):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(
        [list(table), *zip(*table.values(), strict=True)]
    )
    return out.getvalue()


@st.composite
def tables(draw):
    rows = draw(st.integers(1, 6))
    texts = st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=8)
    return {
        "id": [f"u{i}" for i in range(rows)],
        "text": draw(st.lists(texts.map(str.strip), min_size=rows, max_size=rows)),
        "number": draw(st.lists(numbers, min_size=rows, max_size=rows)),
    }


class TestReaders:
    @FEW
    @given(
        tables(),
        st.sampled_from([",", ";", "\t", "|"]),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    )
    def test_text_files(self, tmp_path, table, delimiter, encoding):
        written_out = {name: [written(value) for value in values] for name, values in table.items()}
        path = tmp_path / "s.csv"
        path.write_bytes(csv_text(written_out, delimiter).encode(encoding))
        given_as = {
            "delimiter": delimiter,
            "encoding": "utf-16" if encoding == "utf-16" else "utf-8",
        }
        cells = read_source(source_of(path=str(path), **given_as)).cells
        assert cells.to_dict("list") == written_out

    @FEW
    @given(tables())
    def test_formats_agree(self, tmp_path, table):
        # An Excel sheet of text that looks like a formula holds a formula; Stata ends texts at a NUL.
        assume(not any(text.startswith("=") for text in table["text"]))
        frame = pd.DataFrame(table)
        assume((frame["number"].abs() < 1e300).all())
        frame.to_parquet(tmp_path / "s.parquet")
        frame.to_stata(tmp_path / "s.dta", write_index=False, version=118)
        import pyreadstat

        pyreadstat.write_sav(frame, tmp_path / "s.sav")
        expected = {
            "id": table["id"],
            "text": table["text"],
            "number": [written(value) for value in table["number"]],
        }
        for suffix in ("parquet", "dta", "sav"):
            cells = read_source(source_of(path=str(tmp_path / f"s.{suffix}"))).cells
            assert cells.to_dict("list") == expected, suffix

    @settings(FEW, max_examples=25)
    @given(tables())
    def test_workbooks_agree(self, tmp_path, table):
        frame = pd.DataFrame(table)
        assume((frame["number"].abs() < 1e300).all())
        book = openpyxl.Workbook()
        book.active.append(list(table))
        for place, row in enumerate(zip(*table.values(), strict=True), start=2):
            for column, value in enumerate(row, start=1):
                one = book.active.cell(place, column)
                one.value = None if value == "" else value
                one.data_type = "s" if isinstance(value, str) and value else one.data_type
        book.save(tmp_path / "s.xlsx")
        cells = read_source(source_of(path=str(tmp_path / "s.xlsx"))).cells
        assert cells["text"].tolist() == table["text"]
        read = [number_of(text) for text in cells["number"]]
        assert read == pytest.approx(table["number"], rel=1e-15)  # the library writes 16 digits

    @FEW
    @given(st.binary(max_size=300), st.sampled_from(["csv", "dta", "sav", "xlsx", "parquet"]))
    def test_any_bytes_are_read_or_refused(self, tmp_path, content, suffix):
        path = tmp_path / f"s.{suffix}"
        path.write_bytes(content)
        try:
            read_source(source_of(path=str(path)))
        except RuralImpactError as error:
            assert str(path) in str(error)
            assert "\n" not in str(error)

    @pytest.mark.parametrize("suffix", ["dta", "sav", "xlsx", "parquet"])
    @settings(FEW, max_examples=40)
    @given(data=st.data())
    def test_a_damaged_file_is_read_as_it_was_or_refused(self, tmp_path, suffix, data):
        path = tmp_path / f"whole.{suffix}"
        frame = pd.DataFrame({"id": ["a", "b", "c"], "x": [1.5, 2.5, -99.0]})
        if not path.exists():
            {
                "dta": lambda: frame.to_stata(path, write_index=False),
                "sav": lambda: __import__("pyreadstat").write_sav(frame, path),
                "xlsx": lambda: frame.to_excel(path, index=False),
                "parquet": lambda: frame.to_parquet(path),
            }[suffix]()
        content = path.read_bytes()
        cut = data.draw(st.integers(0, len(content) - 1))
        broken = tmp_path / f"broken.{suffix}"
        broken.write_bytes(content[:cut])
        try:
            found = read_source(source_of(path=str(broken))).cells
        except RuralImpactError:
            return
        whole = read_source(source_of(path=str(path))).cells
        pd.testing.assert_frame_equal(found, whole)


class TestKeys:
    @FEW
    @given(
        st.lists(st.integers(0, 30), min_size=1, max_size=12),
        st.sets(st.integers(0, 30), min_size=1),
    )
    def test_a_join_is_that_of_pandas(self, here, there):
        left = pd.DataFrame({"k": [str(key) for key in here]})
        known = sorted(there)
        right = pd.DataFrame(
            {"k": [f"{key}.0" for key in known], "v": [f"v{key}" for key in known]}
        )
        tables = (RawTable(left), RawTable(right), {"k": "k"})
        if not there & set(here):
            with pytest.raises(
                DataError, match=r"file b\.csv, column 'k': no row has the key of one"
            ):
                join_file(*tables, name="r", file="a.csv", other="b.csv")
            return
        joined = join_file(*tables, name="r", file="a.csv", other="b.csv")
        codes = right.assign(k=[str(key) for key in sorted(there)])
        expected = left.merge(codes, on="k", how="left")["v"].fillna("").tolist()
        assert joined.table.cells["r.v"].tolist() == expected
        assert joined.report.matched == sum(key in there for key in here)
        assert joined.report.unused == len(there - set(here))

    @FEW
    @given(st.permutations(range(6)))
    def test_the_order_of_rows_of_the_other_file_does_not_matter(self, order):
        left = pd.DataFrame({"k": list("abcx")})
        right = pd.DataFrame({"k": list("abcdef"), "v": list("123456")}).iloc[list(order)]
        joined = join_file(
            RawTable(left), RawTable(right), {"k": "k"}, name="r", file="a.csv", other="b.csv"
        )
        assert joined.table.cells["r.v"].tolist() == ["1", "2", "3", ""]


BASE = {"variable": "x", "source": "*", "raw_name": "x", "type": "number", "role": "outcome"}


class TestCodebook:
    @FEW
    @given(
        st.fixed_dictionaries(
            {},
            optional={
                **dict.fromkeys(COLUMNS, words),
                "type": st.sampled_from(TYPES),
                "role": st.sampled_from(ROLES),
                "timing": st.sampled_from(["pre", "post", ""]),
                "labels": st.one_of(words, st.just("1=a|2=b"), st.just("1=1|2=0")),
                "minimum": st.one_of(words, numbers.map(str)),
            },
        )
    )
    def test_any_row_is_read_or_refused(self, changes):
        try:
            (entry,) = parse_codebook(codebook_of(BASE, **changes), ["s"], file="codebook.csv")
        except RuralImpactError as error:
            assert "codebook.csv" in str(error)
            return
        assert entry.variable
        assert entry.type in TYPES
        for bound in (entry.minimum, entry.maximum):
            assert bound is None or np.isfinite(bound)

    @FEW
    @given(st.binary(max_size=200))
    def test_any_bytes_are_a_codebook_or_refused(self, tmp_path, content):
        path = tmp_path / "codebook.csv"
        path.write_bytes(content)
        try:
            read_codebook(path)
        except RuralImpactError as error:
            assert "codebook.csv" in str(error)

    @FEW
    @given(
        st.lists(
            st.one_of(
                numbers.map(lambda value: written(value)), words, st.just(""), st.just("-99")
            ),
            min_size=1,
            max_size=10,
        ),
        st.sampled_from(TYPES),
        st.sampled_from(["", "-99", "-99.0|-88"]),
    )
    def test_every_cell_is_a_value_missing_or_refused(self, texts, kind, codes):
        (entry,) = parse_codebook(codebook_of(BASE, type=kind, missing_codes=codes), ["s"])
        cells = pd.DataFrame({"x": texts}, dtype="str", index=range(2, len(texts) + 2))
        try:
            found = recode_variable(RawTable(cells), entry, file="s.csv", decimal=".")
        except RuralImpactError as error:
            assert "column 'x'" in str(error)
            return
        assert len(found.data) == len(texts)
        known = found.data.notna()
        assert (~known).sum() == len(found.missing_rows)
        for text, value, is_known in zip(texts, found.data, known, strict=True):
            blank = normalised(text) == ""
            assert is_known == (not blank and not (codes and code_of(text) in {"-99", "-88"}))
            if is_known and kind in ("number", "integer", "money"):
                assert value == float(normalised(text))
