"""Files that are not what they seem: each is read right, or refused in one line that says what it is."""

import datetime
import gzip
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pyreadstat
import pytest
from broken_surveys import (
    REFUSED,
    SAME,
    write_csv,
    write_excel,
    write_parquet,
    write_spss,
    write_stata,
)
from openpyxl.worksheet.formula import ArrayFormula
from test_broken_surveys import ROWS, ingest, right, sample

from ruralimpact.errors import RuralImpactError

__all__ = ["right"]  # the fixture
TEXT = "".join(",".join(row) + "\n" for row in ROWS)
LINES = TEXT.splitlines(keepends=True)
Make = Callable[[Path], Path]


def file(name: str, content: str | bytes) -> Make:
    """Write one file."""

    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return make


def text(change: Callable[[str], str]) -> Make:
    return file("producers.csv", change(TEXT))


def zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("producers.csv", TEXT)
    return stream.getvalue()


TEXTS: dict[str, tuple[Make, str]] = {
    **{
        f"encoding_{name}": (file("producers.csv", ("ñ" + TEXT).encode(name)), REFUSED)
        for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "cp037", "mac-roman")
    },
    **{
        f"line_ends_{name}": (text(lambda whole, mark=mark: whole.replace("\n", mark)), outcome)
        for name, mark, outcome in (
            ("mac", "\r", SAME),
            ("windows", "\r\n", SAME),
            ("twice", "\r\r\n", SAME),
            ("turned", "\n\r", SAME),
            ("unicode", "\u2028", REFUSED),
            ("next_line", "\x85", REFUSED),
            ("vertical", "\x0b", REFUSED),
            ("records", "\x1e", REFUSED),
        )
    },
    **{
        f"separated_by_{ord(mark)}": (
            text(lambda whole, mark=mark: whole.replace(",", mark)),
            REFUSED,
        )
        for mark in "\t;| :~^\x1f"
    },
    "separated_twice": (text(lambda whole: whole.replace(",", ",,")), SAME),
    "line_ends_mixed": (
        text(lambda _: "".join(LINES[:50]) + "".join(LINES[50:]).replace("\n", "\r\n")),
        SAME,
    ),
    "last_line_open": (text(str.rstrip), SAME),
    "nul_in_a_cell": (text(lambda whole: whole.replace("2541", "25\x0041")), REFUSED),
    "nul_at_the_end": (text(lambda whole: whole + "\0" * 999), REFUSED),
    "end_of_file_mark": (text(lambda whole: whole + "\x1a"), REFUSED),
    "a_row_longer": (text(lambda whole: whole.replace("2541,847", "2,541,847")), REFUSED),
    "a_row_shorter": (text(lambda whole: whole.replace(",2541,847", ",2541")), REFUSED),
    "commas_after_all_rows": (text(lambda whole: whole.replace("\n", ",\n")), SAME),
    "commas_after_the_data": (
        text(lambda whole: LINES[0] + "".join(LINES[1:]).replace("\n", ",\n")),
        REFUSED,
    ),
    "quotation_not_ended": (text(lambda whole: whole.replace("2541", '"2541')), REFUSED),
    "quotation_inside": (text(lambda whole: whole.replace("2541", '25"41')), REFUSED),
    "quotation_escaped": (text(lambda whole: whole.replace("A01", '"A\\"01"')), REFUSED),
    "quotation_single": (text(lambda whole: whole.replace("2541", "'2541'")), REFUSED),
    "quotation_curled": (text(lambda whole: whole.replace("2541", "“2541”")), REFUSED),
    "separator_stated": (text(lambda whole: "sep=,\n" + whole), REFUSED),
    "comment_above": (text(lambda whole: "# of 2014\n" + whole), REFUSED),
    "capital_suffix": (file("producers.CSV", TEXT), SAME),
    **{
        f"suffix_{suffix}": (file(f"producers.{suffix}", TEXT), outcome)
        for outcome, suffixes in (
            (REFUSED, ("tsv", "xls", "ods", "xlsm", "por", "json")),
            (SAME, ("txt", "dat")),
        )
        for suffix in suffixes
    },
}
OTHERWISE: dict[str, tuple[str, bytes, str]] = {
    "gzip": ("csv", gzip.compress(TEXT.encode()), "compressed with gzip"),
    "zip": ("csv", zipped(), "a .zip file"),
    "zip_as_stata": ("dta", zipped(), "a .zip file"),
    "web_page": ("csv", b"\xef\xbb\xbf\n<!DOCTYPE html><html>Sign in</html>", "a web page"),
    "web_table": ("xlsx", b"<html><table><tr><td>id</td></tr></table></html>", "a web page"),
    "old_workbook": ("xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), "before 2007"),
    "pointer": ("csv", b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS"),
    "pointer_as_spss": ("sav", b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
    "document": ("csv", b"%PDF-1.7\n", "a PDF document"),
    "database": ("parquet", b"SQLite format 3\0" + bytes(99), "a database"),
    "stata_as_text": ("csv", b"<stata_dta><header>" + bytes(99), "a Stata file"),
    "stata_as_spss": ("sav", b"<stata_dta><header>" + bytes(99), "a Stata file"),
    "spss_as_stata": ("dta", b"$FL2@(#) SPSS DATA FILE" + bytes(99), "an SPSS file"),
    "parquet_as_workbook": ("xlsx", b"PAR1" + bytes(99), "a Parquet file"),
}


def damaged(write: Callable[..., Path], damage: Callable[[bytearray], bytes]) -> Make:
    def make(folder: Path) -> Path:
        path = write(ROWS, folder)
        path.write_bytes(damage(bytearray(path.read_bytes())))
        return path

    return make


WRITERS = {"dta": write_stata, "sav": write_spss, "xlsx": write_excel, "parquet": write_parquet}
DAMAGED: dict[str, tuple[Make, str]] = {
    **{
        f"{suffix}_cut_at_{share}": (
            damaged(write, lambda content, share=share: content[: int(len(content) * share)]),
            REFUSED,
        )
        for suffix, write in WRITERS.items()
        for share in (0.0, 0.25, 0.6, 0.95)
    },
    **{f"{suffix}_is_text": (file(f"producers.{suffix}", TEXT), REFUSED) for suffix in WRITERS},
}


def book(change: Callable[[Any, Any], None]) -> Make:
    """Write the example as a workbook after a change of the book and its sheet."""

    def make(folder: Path) -> Path:
        whole = openpyxl.load_workbook(write_excel(ROWS, folder))
        change(whole, whole.active)
        whole.save(folder / "producers.xlsx")
        return folder / "producers.xlsx"

    return make


def cell(place: str, value: Any, form: str | None = None) -> Make:
    def change(_: Any, sheet: Any) -> None:
        sheet[place] = value
        if form is not None:
            sheet[place].number_format = form

    return book(change)


def shown_as(column: str, form: str) -> Make:
    def change(_: Any, sheet: Any) -> None:
        for row in range(2, 98):
            sheet[f"{column}{row}"].number_format = form

    return book(change)


def hidden_rows(_: Any, sheet: Any) -> None:
    sheet.row_dimensions[5].hidden = True


def very_hidden_first(whole: Any, _: Any) -> None:
    whole.create_sheet("codes", 0).sheet_state = "veryHidden"


def moved(_: Any, sheet: Any) -> None:
    sheet.insert_rows(1)
    sheet.insert_cols(1)


WORKBOOKS: dict[str, tuple[Make, str]] = {
    "date": (cell("G3", datetime.datetime(2024, 3, 1)), REFUSED),
    "time": (cell("G3", datetime.time(5, 1)), REFUSED),
    "duration": (cell("G3", datetime.timedelta(hours=30)), REFUSED),
    "formula": (cell("G3", "=1+1"), REFUSED),
    "array_formula": (cell("G3", ArrayFormula("G3:G5", "=A1:A3")), REFUSED),
    "percent_in_one_cell": (cell("G3", 0.5, "0%"), REFUSED),
    "percent_in_one_cell_own_format": (cell("G3", 0.5, "0.00%;[Red]-0.00%"), REFUSED),
    "nothing_in_percent": (cell("G3", 2541, "0"), SAME),
    "percent_in_the_column": (shown_as("F", "0.0%"), SAME),
    "shown_in_thousands": (shown_as("G", '#,##0,"k"'), SAME),
    "shown_as_dates": (shown_as("G", "yyyy-mm-dd"), REFUSED),
    "merged_groups": (book(lambda _, sheet: sheet.merge_cells("B2:B5")), REFUSED),
    "hidden_row": (book(hidden_rows), SAME),
    "hidden_first_sheet": (book(very_hidden_first), SAME),
    "empty_first_sheet": (book(lambda whole, _: whole.create_sheet("empty", 0)), SAME),
    "two_sheets": (book(lambda whole, sheet: whole.copy_worksheet(sheet)), REFUSED),
    "table_below_and_to_the_right": (book(moved), REFUSED),
}


def columns(**changed: Any) -> pd.DataFrame:
    """Return the example with numbers as numbers, some columns put in the place of their own."""
    frame = pd.DataFrame(ROWS[1:], columns=ROWS[0])
    numbers = {"region": float, "age": float, "hectares": float, "sales": float, "costs": float}
    return frame.astype(numbers).assign(**changed)


def stata(frame: pd.DataFrame, **options: Any) -> Make:
    def make(folder: Path) -> Path:
        frame.to_stata(folder / "producers.dta", write_index=False, **options)
        return folder / "producers.dta"

    return make


def spss(frame: pd.DataFrame, **options: Any) -> Make:
    def make(folder: Path) -> Path:
        pyreadstat.write_sav(frame, folder / "producers.sav", **options)
        return folder / "producers.sav"

    return make


def parquet(**changed: Any) -> Make:
    def make(folder: Path) -> Path:
        table = pa.Table.from_pandas(columns(), preserve_index=False)
        for name, values in changed.items():
            table = table.set_column(table.column_names.index(name), name, values)
        pyarrow.parquet.write_table(table, folder / "producers.parquet")
        return folder / "producers.parquet"

    return make


DAY = datetime.datetime(2024, 1, 1)
N = len(ROWS) - 1
FRAME = columns()
TYPED: dict[str, tuple[Make, str]] = {
    "stata_13": (stata(FRAME, version=114), SAME),
    "stata_15": (stata(FRAME, version=119), SAME),
    "stata_floats": (stata(columns(hectares=FRAME["hectares"].astype("float32"))), SAME),
    "stata_labels_for_codes": (
        stata(columns(region=pd.Categorical(FRAME["region"].map({1: "Valley", 2: "High"})))),
        REFUSED,
    ),
    "stata_labels_of_the_arm": (stata(columns(supported=pd.Categorical(FRAME["supported"]))), SAME),
    "stata_ids_not_exact": (
        stata(columns(id=(1e8 + np.arange(N)).astype("float32"))),
        REFUSED,
    ),
    "stata_date_for_a_number": (stata(columns(age=DAY), convert_dates={"age": "td"}), REFUSED),
    "stata_long_text": (
        stata(
            columns(alliance=FRAME["alliance"] + " " * 3000),
            version=117,
            convert_strl=["alliance"],
        ),
        SAME,
    ),
    "stata_arm_of_zeros": (stata(columns(supported=FRAME["supported"] == "yes")), REFUSED),
    "spss_labels": (spss(FRAME, variable_value_labels={"region": {1.0: "A", 2.0: "B"}}), SAME),
    "spss_label_of_an_age": (spss(FRAME, variable_value_labels={"age": {98.0: "98+"}}), SAME),
    "spss_compressed": (spss(FRAME, compress=True), SAME),
    "spss_date_for_a_number": (spss(columns(age=DAY.date())), REFUSED),
    "decimals": (
        parquet(sales=pa.array([Decimal(row[6]) for row in ROWS[1:]], pa.decimal128(20, 2))),
        SAME,
    ),
    "half_floats": (
        parquet(hectares=pa.array([np.float16(row[5]) for row in ROWS[1:]], pa.float16())),
        SAME,
    ),
    "dictionary": (parquet(alliance=pa.array(FRAME["alliance"]).dictionary_encode()), SAME),
    "long_texts": (parquet(alliance=pa.array(FRAME["alliance"], pa.large_string())), SAME),
    "lists": (parquet(sales=pa.array([[1]] * N)), REFUSED),
    "structures": (parquet(sales=pa.array([{"a": 1}] * N)), REFUSED),
    "maps": (parquet(sales=pa.array([[("a", 1)]] * N, pa.map_(pa.string(), pa.int64()))), REFUSED),
    "bytes": (parquet(alliance=pa.array(FRAME["alliance"].str.encode("utf-8"))), REFUSED),
    "instants": (parquet(age=pa.array([DAY] * N)), REFUSED),
    "times": (parquet(age=pa.array([datetime.time(1)] * N)), REFUSED),
    "durations": (parquet(age=pa.array([datetime.timedelta(days=1)] * N)), REFUSED),
    "infinite": (parquet(sales=pa.array([float("inf")] + [1.0] * (N - 1))), REFUSED),
}
CASES = {**TEXTS, **DAMAGED, **WORKBOOKS, **TYPED}
QUICK = {
    "encoding_utf-16",
    "line_ends_mac",
    "separated_by_59",
    "percent_in_one_cell",
    "percent_in_the_column",
    "xlsx_cut_at_0.6",
    "stata_labels_for_codes",
    "maps",
}


@pytest.mark.parametrize(
    "name",
    [name if name in QUICK else pytest.param(name, marks=pytest.mark.long) for name in CASES],
)
def test_right_or_refused(name, tmp_path, right):
    make, outcome = CASES[name]
    path = make(tmp_path)
    if outcome == REFUSED:
        with pytest.raises(RuralImpactError) as error:
            sample(ingest(path))
        words = str(error.value)
        assert path.name in words or "sources." in words
        assert "\n" not in words and len(words) < 700
        return
    survey, (first, built) = ingest(path), right
    pd.testing.assert_frame_equal(survey.table, first.table)
    pd.testing.assert_frame_equal(sample(survey).outcomes, built.outcomes)


@pytest.mark.parametrize("name", OTHERWISE)
def test_files_that_are_of_another_kind(name, tmp_path):
    suffix, content, words = OTHERWISE[name]
    path = file(f"producers.{suffix}", content)(tmp_path)
    with pytest.raises(RuralImpactError, match=f"is no .{suffix} file: it is .*{words}"):
        ingest(path)


def test_a_folder_and_a_link_to_nothing(tmp_path):
    (tmp_path / "producers.csv").mkdir()
    with pytest.raises(RuralImpactError, match="is a folder"):
        ingest(tmp_path / "producers.csv")
    (tmp_path / "gone.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(RuralImpactError, match="there is no such file"):
        ingest(tmp_path / "gone.csv")


def test_what_a_workbook_shows_otherwise_is_said(tmp_path):
    survey = ingest(shown_as("F", "0.0%")(tmp_path))
    assert "columns shown in percent, read as stored (0.5 for 50%): 1" in str(survey.quality)
    survey = ingest(book(hidden_rows)(tmp_path))
    assert "hidden rows, which are read like others: 1" in str(survey.quality)


def test_no_damage_of_single_bytes_ends_in_a_traceback(tmp_path):
    rng = np.random.default_rng(4)
    for suffix, write in {**WRITERS, "csv": write_csv}.items():
        whole = write(ROWS, tmp_path).read_bytes()
        for _ in range(4):
            content = bytearray(whole)
            for place in rng.integers(0, len(content), 12):
                content[place] ^= 0xFF
            path = file(f"producers.{suffix}", bytes(content))(tmp_path)
            try:
                sample(ingest(path))
            except RuralImpactError as error:
                assert "\n" not in str(error)
