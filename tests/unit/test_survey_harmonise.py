"""From raw text to a survey table: what fits, what is counted, and what is refused with its rows."""

import io

import pandas as pd
import pytest
from study_models import codebook_of, source_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.quality import ExcludedRows, ObservedCategories
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.set_missing import mark_of

CODEBOOK = [
    {"variable": "season", "raw_name": "round", "type": "integer", "role": "wave", "minimum": "1"},
    {"variable": "joined", "raw_name": "ben", "type": "indicator", "role": "treatment"},
    {
        "variable": "age",
        "raw_name": "p1",
        "type": "number",
        "role": "covariate",
        "timing": "pre",
        "minimum": "16",
        "maximum": "98",
        "missing_codes": "-9",
    },
    {
        "variable": "tenure",
        "raw_name": "p2",
        "type": "category",
        "role": "covariate",
        "timing": "pre",
        "labels": "1=owner|2=tenant",
    },
    {"variable": "village", "raw_name": "v", "type": "category", "role": "group"},
]
CLEAN = """hh,round,ben,p1,p2,v,remark
7,1,1,34,1,North,
7,2,1,35,1.0,North,
3,1,0,-9,2,South,moved
3,2,0,,2,South,
"""


def run(folder, text=CLEAN, codebook=CODEBOOK, **options):
    path = folder / "farms.csv"
    path.write_text(text, encoding="utf-8")
    keys = {"name": "farms", "path": str(path), "id": "hh", "wave_variable": "season", **options}
    source = source_of(**keys)
    entries = parse_codebook(codebook_of(*codebook), ["farms"])
    return harmonise(read_source(source), source, entries, file="data/farms.csv")


def replaced(old, new):
    assert CLEAN.count(old) == 1
    return CLEAN.replace(old, new)


def parquet(table):
    buffer = io.BytesIO()
    table.to_parquet(buffer, index=False)
    return buffer.getvalue()


def test_table_is_typed_sorted_and_named(tmp_path):
    table = run(tmp_path).table
    variables = [row["variable"] for row in CODEBOOK]
    assert table.columns.tolist() == ["id", "wave", *variables, mark_of("age")]
    assert table[["id", "wave"]].to_numpy().tolist() == [["3", 1], ["3", 2], ["7", 1], ["7", 2]]
    assert table["age"].isna().tolist() == [True, True, False, False]
    assert table["tenure"].tolist() == ["tenant", "tenant", "owner", "owner"]
    assert table["joined"].dtype == float


def test_row_order_leaves_no_trace(tmp_path):
    header, *lines = CLEAN.splitlines(keepends=True)
    shuffled = header + "".join(lines[i] for i in (2, 0, 3, 1))
    assert parquet(run(tmp_path, shuffled).table) == parquet(run(tmp_path).table)


def test_quality_counts(tmp_path):
    text = replaced("7,1,1,34,", "7,1,1,340,") + ",,,,,,\n\n"
    result = run(tmp_path, text)
    quality = result.quality
    assert (quality.rows_read, quality.rows_kept) == (6, 4)
    assert quality.excluded == (ExcludedRows(reason="every cell is empty", rows=2),)
    age = quality.variables["age"].model_dump()
    assert age.pop("described")["maximum"] == 98
    assert age.pop("observed") == {"median": 35.0, "median_not_zero": 35.0}
    assert age == {
        "raw_name": "p1",
        "missing": 2,
        "missing_codes": {"-9": 1},
        "out_of_range": {"count": 1, "minimum": 16.0, "maximum": 98.0, "rows": (2,)},
    }
    assert result.table["age"].isna().sum() == 3
    village = ObservedCategories(count=2, values=())
    assert quality.unlabelled == {"village": village}, "ten rows have neither"
    assert quality.columns_not_used == ("remark",)


@pytest.mark.parametrize(
    ("old", "new", "column", "rows", "problem"),
    [
        ("7,1,1,34", "7,1,1,thirty", "p1", "row 2", "'thirty' is not a number"),
        ("7,1,1,34", "7,1,1,1_000", "p1", "row 2", "'1_000' is not a number"),
        ("7,1,1,34", "7,1,1,inf", "p1", "row 2", "'inf' is not a number"),
        ("3,1,0", "3,1,2", "ben", "row 4", r"'2' is not 0 or 1 \(treatment 'joined'\)"),
        ("3,1,0", "3,1,yes", "ben", "row 4", r"'yes' is not 0 or 1 \(treatment 'joined'\)"),
        ("3,2,0,,2", "3,2,0,,7", "p2", "row 5", "'7' is without a label"),
        ("7,2,1", "7,1.5,1", "round", "row 3", "'1.5' is not a whole number"),
        ("7,2,1", "7,,1", "round", "row 3", "the wave is missing or out of range"),
        ("7,2,1", "7,0,1", "round", "row 3", "the wave is missing or out of range"),
        ("7,2,1", ",2,1", "hh", "row 3", "the identifier is missing"),
        ("7,2,1", "7,1,1", "hh", "rows 2, 3", r"not shown\) occurs more than once in wave 1"),
        (",p1,", ",p11,", "p1", "", "no such column. Did you mean 'p11'"),
        (",v,", ",p1,", "p1", "", "2 columns of this name"),
    ],
)
def test_bad_values_name_file_column_and_rows(tmp_path, old, new, column, rows, problem):
    with pytest.raises(DataError, match=problem) as error:
        run(tmp_path, replaced(old, new))
    assert str(error.value).startswith(
        f"file data/farms.csv, column '{column}'" + (f", {rows}: " if rows else ": ")
    )


def test_without_waves_an_identifier_occurs_once(tmp_path):
    with pytest.raises(
        DataError, match=r"rows 4, 5, 2, 3.*not shown\) occurs more than once \(and 1 other"
    ):
        path = tmp_path / "farms.csv"
        path.write_text(CLEAN, encoding="utf-8")
        source = source_of(name="farms", path=str(path), id="hh")
        harmonise(read_source(source), source, [], file=path)


def test_decimal_comma(tmp_path):
    text = replaced("7,1,1,34,", "7,1,1,34.5,").replace("1.0", "1")
    text = text.replace(",", ";").replace("34.5", "34,5")
    table = run(tmp_path, text, delimiter=";", decimal=",").table
    assert table["age"].tolist()[2] == 34.5
    with pytest.raises(DataError, match=r"'34\.5' is not a number"):
        run(tmp_path, text.replace("34,5", "34.5"), delimiter=";", decimal=",")


def test_numbers_are_read_to_the_last_digit(tmp_path):
    written = "34.12345678901234567"
    table = run(tmp_path, replaced("7,1,1,34,", f"7,1,1,{written},")).table
    assert table["age"].tolist()[2] == float(written)


def test_wrong_delimiter_is_guessed(tmp_path):
    with pytest.raises(DataError, match="is its `delimiter` stated"):
        run(tmp_path, CLEAN.replace(",", ";"))


def test_no_rows(tmp_path):
    with pytest.raises(DataError, match="no rows of data"):
        run(tmp_path, CLEAN.splitlines()[0] + "\n")


def test_wave_variable_must_be_one(tmp_path):
    with pytest.raises(ConfigError, match=r"wave_variable.*called 'seasn'. Did you mean 'season'"):
        run(tmp_path, wave_variable="seasn")


def test_constant_wave(tmp_path):
    text = "\n".join(line for line in CLEAN.splitlines() if line.split(",")[1] != "2") + "\n"
    path = tmp_path / "farms.csv"
    path.write_text(text, encoding="utf-8")
    source = source_of(name="farms", path=str(path), id="hh", wave="2014")
    table = harmonise(read_source(source), source, [], file=path).table
    pd.testing.assert_frame_equal(
        table, pd.DataFrame({"id": ["3", "7"], "wave": ["2014", "2014"]}, dtype="str")
    )
