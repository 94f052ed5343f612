"""A codebook is checked before any data are read; a mistake names the line and the nearest name."""

import re

import pytest
from study_models import codebook_of

from ruralimpact.errors import ConfigError
from ruralimpact.survey.codebook import entries_of, marked_columns, parse_codebook
from ruralimpact.survey.codebook_file import read_codebook

BASE = {
    "variable": "age",
    "source": "*",
    "raw_name": "p12",
    "type": "integer",
    "role": "covariate",
    "timing": "pre",
}


def row(**changes):
    return {**BASE, **changes}


def parse(*rows, sources=("farms", "herds")):
    return parse_codebook(codebook_of(*rows), sources, file="codebook.csv")


def test_cells_are_read():
    (entry,) = parse(row(type="category", labels="1=owner|2=tenant", missing_codes="-9|NA"))
    assert entry.labels == {"1": "owner", "2": "tenant"}
    assert entry.missing_codes == ("-9", "NA")
    (bounded,) = parse(row(minimum="16", maximum=""))
    assert (bounded.minimum, bounded.maximum) == (16.0, None)


def test_entries_of_a_source():
    entries = parse(row(), row(variable="herd", source="herds", raw_name="h1"))
    assert [entry.variable for entry in entries_of(entries, "farms")] == ["age"]
    assert [entry.variable for entry in entries_of(entries, "herds")] == ["age", "herd"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": "numbr"}, "unknown type 'numbr'. Did you mean 'number'"),
        ({"role": "covariat"}, "unknown role 'covariat'. Did you mean 'covariate'"),
        ({"role": "weight"}, "'weight' is no role: .* `samples.<name>.weight`"),
        ({"role": "id"}, "'id' is no role: .* `sources.<name>.id`"),
        ({"timing": "prior"}, "unknown timing 'prior'"),
        ({"source": "farm"}, "unknown source 'farm'. Did you mean 'farms'"),
        ({"raw_name": ""}, "column 'raw_name' is empty"),
        ({"variable": "wave"}, "a name that the pipeline uses itself"),
        ({"minimum": "none"}, "the minimum 'none' is not a number"),
        ({"minimum": "5", "maximum": "1"}, "the minimum 5 is above the maximum 1"),
        ({"labels": "1=owner"}, "type integer has no labels"),
        ({"type": "category", "labels": "1:owner"}, "'1:owner' is not a new code=label"),
        ({"type": "category", "labels": "1=a;2=b"}, "'a;2=b' reads like several pairs"),
        ({"type": "category", "labels": "1=a, 2 = b"}, "'a, 2 = b' reads like several pairs"),
        ({"type": "category", "labels": "1=a|1=b"}, "'1=b' is not a new code=label"),
        ({"type": "indicator", "labels": "1=yes"}, "labels of an indicator must be 0 or 1"),
        ({"type": "category", "maximum": "3"}, "a category has no minimum or maximum"),
        ({"timing": ""}, "a covariate needs a timing"),
    ],
)
def test_mistakes_name_file_and_line(changes, message):
    with pytest.raises(ConfigError, match=message) as error:
        parse(row(variable="first"), row(**changes))
    assert "file codebook.csv" in str(error.value)
    assert "line 3" in str(error.value)


def test_what_identifies_somebody_needs_no_type():
    phone = {"variable": "phone", "raw_name": "tel", "type": "", "role": "identifier"}
    entries = parse_codebook(codebook_of(phone), ["s"])
    assert entries_of(entries, "s") == ()
    assert marked_columns(entries, "s") == ("tel",)


def test_a_variable_described_twice_for_a_source():
    with pytest.raises(ConfigError, match="described twice for the source 'farms'"):
        parse(row(), row(source="farms"))


def test_a_variable_means_the_same_in_every_source():
    with pytest.raises(ConfigError, match="unit is 'months' for the source 'herds' and 'years'"):
        parse(row(source="farms", unit="years"), row(source="herds", unit="months"))


@pytest.mark.parametrize("name", ["a ge", "age[1]", "age::x", "age/2", "age=1"])
def test_a_variable_is_called_by_a_word(name):
    with pytest.raises(ConfigError, match=r"is no name of a variable: letters, digits and"):
        parse(row(variable=name))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("variable,source\n".encode("utf-16"), "in the encoding utf-16. Save it as text in UTF-8."),
        ("variable,source\nedád,*\n".encode("cp1252"), "encoding utf-8. Save it as text in UTF-8."),
        (b"PK\x03\x04" + b"0" * 99, "is no .csv file: it is a .zip file or an Excel workbook."),
    ],
)
def test_a_codebook_in_another_form_is_told_without_keys_that_there_are_not(
    tmp_path, content, said
):
    path = tmp_path / "codebook.csv"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(said)):
        read_codebook(path)
