"""Numbers and identifiers that reading used to change without a word: now right, or refused."""

import re

import numpy as np
import pandas as pd
import pytest
from study_models import codebook_of, edits_of
from survey_files import AGE, column, csv_file, survey

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.edits import apply_edits
from ruralimpact.survey.similar import written_in_two_ways

# One number with another mark does not tell what the marks of the others are.
FEW_OF_MANY = ["5.016", "2.541", "2180", "2074.25", "2100"]
# Thousands as files write them, and the mark by which the message has them taken out.
THOUSANDS = [
    (["5\u202f016", "2\u00a0541"], " "),
    (["5\u2009016", "12 541"], " "),
    (["5'016", "2\u2019541"], "'"),
    (["5,016", "1,250,000.5"], ","),
]
# An identifier or group, and another way of writing it that differs by punctuation alone.
PUNCTUATED = [
    ("A-01", "A01"),
    ("A_01", "A 01"),
    ("A/01", "A-01"),
    ("A01.", "A01"),
    ('"A01"', "A01"),
    ("1,0", "1"),
    ("1,001", "1001"),
    ("1'001", "1001"),
    ("1\u2019001", "1001"),
    ("#1", "1"),
    ("+1", "1"),
    ("1-12", "112"),
    ("R1-A-01", "R1A01"),
]


class TestNumbers:
    @pytest.mark.parametrize("code", ["-99 | -88", "-99|-88.0", "-99.0|-88"])
    def test_missing_codes_match_as_numbers(self, tmp_path, code):
        found = column(tmp_path, "-99", "-88", "5", entry={"missing_codes": code})
        assert found.table["age"].isna().sum() == 2
        assert list(found.quality.variables["age"].missing_codes.values()) == [1, 1]

    @pytest.mark.parametrize("cell", ["-99,-88", "-99;-88", "-99 -88", "-99/-88"])
    def test_several_codes_in_one_are_refused(self, cell):
        with pytest.raises(ConfigError, match="separated by |"):
            parse_codebook(codebook_of(AGE, missing_codes=cell), ["s"])

    def test_a_code_that_no_row_has_is_said(self, tmp_path):
        found = column(tmp_path, "1", "-99", entry={"missing_codes": "-99|-88"})
        assert found.quality.codes_not_found == {"age": ("-88",)}

    @pytest.mark.parametrize("bound", ["nan", "inf", "-inf", "1_000", "0x10"])
    def test_a_range_is_of_numbers(self, bound):
        with pytest.raises(ConfigError, match="is not a number"):
            parse_codebook(codebook_of(AGE, maximum=bound), ["s"])

    def test_a_code_that_has_a_label_is_not_missing(self):
        row = {**AGE, "type": "category", "labels": "1=a|9=b", "missing_codes": "9.0"}
        with pytest.raises(ConfigError, match="'9' has a label and means missing"):
            parse_codebook(codebook_of(row), ["s"])

    @pytest.mark.parametrize(
        "values", [["5.016", "2541", "847"], ["1.250", "2.375", ""], FEW_OF_MANY]
    )
    def test_a_mark_that_may_be_for_thousands_is_refused(self, tmp_path, values):
        with pytest.raises(DataError, match=r"'\d\.\d{3}' may be for thousands.*`thousands`"):
            column(tmp_path, *values)
        assert column(tmp_path, *values, decimal=".").table["age"].max() < 2542

    @pytest.mark.parametrize("values", [["5.016", "2.5"], ["0.125", "3"], ["1234.567", "1"]])
    def test_a_mark_that_is_for_decimals_is_read(self, tmp_path, values):
        assert column(tmp_path, *values).table["age"].tolist() == [float(one) for one in values]

    @pytest.mark.parametrize("third", ["800", "3,1"])
    def test_decimal_comma_does_not_take_thousands(self, third):
        texts = ["5,016", "2,541", third, "4180", "3875"]
        raw = pd.DataFrame({"x": texts}, index=range(2, 7))
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
            (".", ".", ["5.016", "1.234.567", "-7"], ["5016", "1234567", "-7"]),
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

    @pytest.mark.parametrize("other", ["5.01", "0.016", "12.5"])
    def test_one_mark_is_not_for_thousands_and_for_decimals(self, tmp_path, other):
        edit = {"rule": "thousands", "columns": ["age"], "mark": "."}
        with pytest.raises(DataError, match=rf"column 'age', row 3: the mark '.' of '{other}'"):
            column(tmp_path, "5.016", other, edits=[edit])

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

    @pytest.mark.parametrize(("one", "other"), PUNCTUATED)
    def test_punctuation_alone_tells_nothing_apart(self, one, other):
        assert written_in_two_ways([one, other, "B7"]) == [sorted([one, other])]

    @pytest.mark.parametrize(
        "names",
        [
            ["1-12", "11-2"],
            ["1/A2", "1A/2"],
            ["1001.1", "1001.01"],
            ["1.1", "11"],
            ["-1", "1"],
            ["5+", "5", "<5"],
            ["A", "A+", "A-"],
            ["-", ".", "?"],
        ],
    )
    def test_what_says_something_tells_apart(self, names):
        assert not written_in_two_ways(names)

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


def test_letters_of_other_alphabets_that_look_alike_are_told(tmp_path):
    lines = ["id,age,zone", "a,1,A01", "b,2,\N{CYRILLIC CAPITAL LETTER A}01", "c,3,Κ1", "d,4,K1"]
    zone = {"variable": "zone", "raw_name": "zone", "type": "category", "role": "group"}
    with pytest.raises(DataError, match=r"rows 2, 3, 4, 5: values of 'zone' differ only in"):
        survey(csv_file(tmp_path, *lines), AGE, zone)
    assert survey(csv_file(tmp_path, *lines[:2], "b,2,Б01", *lines[4:]), AGE, zone).table.shape[0]


@pytest.mark.parametrize(("texts", "mark"), THOUSANDS)
def test_marks_of_thousands_are_taken_out_as_the_message_says(texts, mark, tmp_path):
    with pytest.raises(DataError, match="take them out by the edit") as error:
        column(tmp_path, *texts, "17")
    assert f'{{rule: thousands, columns: [age], mark: "{mark}"}}' in str(error.value)
    edit = {"rule": "thousands", "columns": ["age"], "mark": mark}
    numbers = column(tmp_path, *texts, "17", edits=[edit]).table["age"].tolist()
    assert numbers == [
        float("".join(re.findall(r"[\d.]", text.replace(",", "")))) for text in texts
    ] + [17]
