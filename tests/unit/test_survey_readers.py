"""Raw files: formats that must agree, and files that must be refused with the rows to look at."""

import pandas as pd
import pytest
from study_models import source_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.readers import read_source

ROWS = {"id": ["A1", "A2", "A3"], "age": [31, 44, 58], "area": [0.1, 1.0, 2.25]}
TEXT = {"id": ["A1", "A2", "A3"], "age": ["31", "44", "58"], "area": ["0.1", "1", "2.25"]}


def read_raw(path, **options):
    return read_source(source_of(name="wave1", path=str(path), **options))


def read(path, **options):
    return read_raw(path, **options).cells


def write(folder, text, name="wave1.csv", encoding="utf-8"):
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def write_stata(frame, path):
    frame.to_stata(path, write_index=False)


def write_spss(frame, path):
    import pyreadstat

    pyreadstat.write_sav(frame, str(path))


def write_excel(frame, path):
    frame.to_excel(path, index=False)


@pytest.mark.parametrize(
    ("suffix", "writer", "first_row"),
    [("dta", write_stata, 1), ("sav", write_spss, 1), ("xlsx", write_excel, 2)],
)
def test_formats_give_the_same_text(tmp_path, suffix, writer, first_row):
    path = tmp_path / f"wave1.{suffix}"
    writer(pd.DataFrame(ROWS), path)
    table = read(path)
    assert table.to_dict("list") == TEXT
    assert table.index[0] == first_row


def test_csv_rows_are_lines_of_the_file(tmp_path):
    table = read(write(tmp_path, "id,age\nA1,31\n\nA2, 44 \n"))
    assert table.loc[4].to_dict() == {"id": "A2", "age": "44"}
    assert table.index.tolist() == [2, 4]


def test_csv_options_and_byte_order_mark(tmp_path):
    text = "id;área\nA1;0,5\n"
    latin = read(
        write(tmp_path, text, encoding="latin-1"), delimiter=";", decimal=",", encoding="latin-1"
    )
    marked = read(write(tmp_path, text, encoding="utf-8-sig"), delimiter=";", decimal=",")
    assert latin.columns.tolist() == marked.columns.tolist() == ["id", "área"]


def test_rows_are_counted_right_after_a_cell_of_two_lines(tmp_path):
    table = read(write(tmp_path, 'id,remark\nA1,"moved\naway"\nA2,\n'))
    assert table.index.tolist() == [2, 4]
    assert table["remark"].tolist() == ["moved\naway", ""]


def test_words_that_pandas_takes_for_missing_are_kept(tmp_path):
    assert read(write(tmp_path, "id,village\nA1,NA\nA2,nan\n"))["village"].tolist() == ["NA", "nan"]


def test_missing_values_of_stata_are_empty(tmp_path):
    path = tmp_path / "wave1.dta"
    write_stata(pd.DataFrame({"id": ["A1", "A2"], "age": [31.0, None]}), path)
    assert read(path)["age"].tolist() == ["31", ""]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is empty"),
        ("id,age\nA1\nA2,44\n", "row 2: the header has 2 fields, and row 2 has 1"),
        ("id,age\nA1,31\nA2,44,9\n", "row 3: the header has 2 fields, and row 3 has 3"),
        ('id,age\nA1,31\nA2,"44\n', "row 3: cannot be read as a table"),
    ],
)
def test_malformed_csv_names_file_and_line(tmp_path, text, message):
    path = write(tmp_path, text)
    with pytest.raises(DataError, match=message) as error:
        read(path)
    assert str(path) in str(error.value)


def test_missing_file_names_path_and_key(tmp_path):
    with pytest.raises(DataError) as error:
        read(tmp_path / "nowhere.csv")
    assert str(tmp_path / "nowhere.csv") in str(error.value)
    assert "'sources.wave1.path'" in str(error.value)


@pytest.mark.parametrize("suffix", ["dta", "sav", "xlsx"])
def test_damaged_file_names_it(tmp_path, suffix):
    path = write(tmp_path, "not what the suffix says", name=f"wave1.{suffix}")
    with pytest.raises(DataError, match=f"cannot be read as a .{suffix} file") as error:
        read(path)
    assert str(path) in str(error.value)


def test_unknown_sheet_names_the_key(tmp_path):
    path = tmp_path / "wave1.xlsx"
    write_excel(pd.DataFrame(ROWS), path)
    with pytest.raises(ConfigError, match=r"'sources\.wave1\.sheet'.*'wave 1'"):
        read(path, sheet="wave 1")


def test_wrong_encoding_names_the_key(tmp_path):
    with pytest.raises(DataError, match=r"key 'sources\.wave1\.encoding'"):
        read(write(tmp_path, "id,área\nA1,1\n", encoding="latin-1"))


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("wave1.tsv", {}),
        ("wave1.TAB", {}),
        ("wave1.txt", {"delimiter": "\t"}),
        ("wave1.dat", {"delimiter": "\t"}),
    ],
)
def test_text_files_of_other_names(tmp_path, name, options):
    cells = read(write(tmp_path, "id\tx\nA1\t1,5\n", name=name), **options)
    assert cells.to_dict("list") == {"id": ["A1"], "x": ["1,5"]}


def test_unknown_format_and_option_out_of_place(tmp_path):
    with pytest.raises(ConfigError, match=r"'\.rds' cannot be read"):
        read(write(tmp_path, "", name="wave1.rds"))
    with pytest.raises(ConfigError, match=r"sources\.wave1\.sheet.*does not apply to a \.csv"):
        read(write(tmp_path, "id\n1\n"), sheet="data")
