"""What codebook and study.yaml declare is there and agrees with the file, or is refused with its place."""

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from study_models import codebook_of, conditions_of, edits_of, source_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.chosen import keep_rows
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.edits import apply_edits
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.values import normalised

NUMBER = {"variable": "x", "source": "*", "raw_name": "x", "type": "number", "role": "outcome"}
REGION = {**NUMBER, "type": "category", "role": "input", "labels": "1=Highlands|2=Lowlands"}


def survey(path, entry, **source):
    keys = source_of(path=str(path), **source)
    return harmonise(
        read_source(keys), keys, parse_codebook(codebook_of(entry), ["s"]), file=path.name
    )


def text_file(folder, *values):
    path = folder / "s.csv"
    path.write_text("id,x\n" + "".join(f"{n},{v}\n" for n, v in enumerate(values)), "utf-8")
    return path


def spss_file(folder, values, labels):
    path = folder / "s.sav"
    frame = pd.DataFrame({"id": [f"p{n}" for n in range(len(values))], "x": values})
    pyreadstat.write_sav(frame, path, variable_value_labels={"x": labels})
    return path


class TestMissingCodes:
    @pytest.mark.parametrize(
        "codes", ["-99 | -88", "-99.0|-88.00", "\u221299|\u201388", "'-99'|\"-88\"", "|-99||-88|"]
    )
    def test_ways_to_write_them(self, tmp_path, codes):
        found = survey(text_file(tmp_path, -99, 5, -88.0), {**NUMBER, "missing_codes": codes})
        assert found.table["x"].isna().tolist() == [True, False, True]
        assert found.quality.codes_not_found == {}

    @pytest.mark.parametrize(
        "codes",
        ["-99,-88", "-99;-88", "-99 -88", "-99 y -88", "-99 or -88", "-99..-88", "-99 to -88"],
    )
    def test_several_without_a_bar_are_refused(self, codes):
        with pytest.raises(ConfigError, match="reads like several; they are separated by |"):
            parse_codebook(codebook_of(NUMBER, missing_codes=codes), ["s"])

    @pytest.mark.parametrize("code", ["no sabe", "n/a", ".", "-99, no sabe", "1900-01-01"])
    def test_words_are_one_code(self, code):
        (entry,) = parse_codebook(codebook_of(NUMBER, missing_codes=code), ["s"])
        assert entry.missing_codes == (code,)

    def test_one_that_no_row_has_is_told(self, tmp_path):
        found = survey(text_file(tmp_path, 1, 2), {**NUMBER, "missing_codes": "-99|1"})
        assert found.quality.codes_not_found == {"x": ("-99",)}


class TestLabels:
    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"labels": "1=a|01=b"}, "'1' and '01' are one code"),
            ({"labels": "1=a|1.0=b"}, "'1' and '1.0' are one code"),
            ({"type": "indicator", "labels": "yes=1|no=1"}, "labels of an indicator are all 1"),
        ],
    )
    def test_that_cannot_be(self, changes, message):
        with pytest.raises(ConfigError, match=message):
            parse_codebook(codebook_of(REGION, **changes), ["s"])

    def test_exchanged_against_those_of_the_file(self, tmp_path):
        path = spss_file(tmp_path, [1.0, 2.0], {1: "Lowlands", 2: "Highlands"})
        with pytest.raises(DataError, match="the file labels 1 'Lowlands', and the codebook takes"):
            survey(path, REGION)

    def test_in_other_words_than_those_of_the_file(self, tmp_path):
        path = spss_file(tmp_path, [1.0, 2.0], {1: "Altiplano", 2: "LOWLANDS"})
        assert survey(path, REGION).table["x"].tolist() == ["Highlands", "Lowlands"]

    def test_a_one_that_the_file_calls_no(self, tmp_path):
        path = spss_file(tmp_path, [1.0, 0.0], {0: "Sí", 1: "No"})
        arm = {**NUMBER, "type": "indicator", "role": "treatment"}
        with pytest.raises(
            DataError, match="the file labels 1 'No', and the codebook takes it for 'yes'"
        ):
            survey(path, arm)
        assert survey(path, {**arm, "labels": "1=0|0=1"}).table["x"].tolist() == [0, 1]

    def test_an_arm_is_never_called_missing(self, tmp_path):
        arm = {**NUMBER, "type": "indicator", "role": "treatment", "labels": "yes=1|no=0"}
        path = text_file(tmp_path, *["yes"] * 30, *["no"] * 30, "Yes")
        with pytest.raises(DataError, match="Did you mean 'yes'") as error:
            survey(path, arm)
        assert "missing_codes" not in str(error.value)


def test_a_range_that_holds_no_value_is_refused(tmp_path):
    path = text_file(tmp_path, 1961, 1975, "")
    with pytest.raises(DataError, match=r"rows 2, 3: every value lies outside .* \(maximum 100\)"):
        survey(path, {**NUMBER, "maximum": "100"})


def test_minus_zero_is_zero(tmp_path):
    assert str(survey(text_file(tmp_path, "-0"), NUMBER).table["x"][0]) == "0.0"


class TestWorkbooks:
    def write(self, folder, fill):
        path, book = folder / "s.xlsx", openpyxl.Workbook()
        for row in (["id", "x"], ["a", 1], ["b", 2]):
            book.active.append(row)
        fill(book.active)
        book.save(path)
        return path

    def test_a_value_far_below_the_others(self, tmp_path):
        path = self.write(tmp_path, lambda sheet: sheet.cell(20_000, 1, "stray"))
        with pytest.raises(
            DataError, match="row 20000: has a value in row 20,000, after 19,996 blank"
        ):
            survey(path, NUMBER)

    def test_hidden_rows_are_told(self, tmp_path):
        def hide(sheet):
            sheet.row_dimensions[2].hidden = True

        found = survey(self.write(tmp_path, hide), NUMBER)
        assert found.table["x"].tolist() == [1, 2]
        assert found.quality.notes == ("hidden rows, which are read like others: 1",)

    @pytest.mark.parametrize(
        ("fill", "hint"),
        [
            (
                lambda sheet: sheet.cell(2, 2, "=1+1"),
                "open the workbook in a spreadsheet and save it",
            ),
            (lambda sheet: sheet.merge_cells("B2:B3"), "state `merged: fill` of the source"),
        ],
        ids=["formula", "merged"],
    )
    def test_a_cell_without_a_value_is_not_called_missing(self, tmp_path, fill, hint):
        with pytest.raises(DataError, match=hint) as error:
            survey(self.write(tmp_path, fill), NUMBER)
        assert "missing_codes" not in str(error.value)


def test_bytes_are_no_text(tmp_path):
    path = tmp_path / "s.parquet"
    pd.DataFrame({"id": ["a"], "x": [b"A"]}).to_parquet(path)
    with pytest.raises(DataError, match="column 'x', row 1: .*holds a list, a structure or bytes"):
        survey(path, NUMBER)


class TestFilters:
    ROWS = pd.DataFrame({"x": ["1", "2", "", "ten"]}, index=[2, 3, 4, 5])

    def test_words_among_numbers(self):
        with pytest.raises(DataError, match="column 'x', row 5: 'ten' is not a number"):
            keep_rows(self.ROWS, conditions_of({"column": "x", "minimum": 1}), "f.csv", ".")

    def test_a_value_that_no_row_has_is_named_with_its_key(self):
        condition = conditions_of({"column": "x", "values": [1, 3]})
        with pytest.raises(ConfigError, match=r"key 'sources\.s\.keep\.1\.values': no row has '3'"):
            keep_rows(self.ROWS, condition, "f.csv", ".", "sources.s.keep")
        kept = keep_rows(self.ROWS, condition, "f.csv", ".", one_of_several=True)
        assert kept.table["x"].tolist() == ["1"]

    def test_of_several_files_each_needs_one_of_the_values(self):
        condition = conditions_of({"column": "x", "values": [3]})
        with pytest.raises(ConfigError, match="no row has '3'"):
            keep_rows(self.ROWS, condition, "f.csv", ".", one_of_several=True)


class TestNearForms:
    """A value that is declared is compared with cells everywhere in one way: near forms are an error."""

    CELLS = ("Refused", "refused", "REFUSED\u200b", "R\u00e9fused ", "ok", "Refused")
    TABLE = pd.DataFrame({"id": list("abcdef"), "x": CELLS, "y": ""}, index=range(2, 8))
    MESSAGE = "column 'x', rows 3, 4, 5: 'REFUSED', 'R\u00e9fused', 'refused' differ from 'Refused', which"

    @pytest.mark.parametrize("way", ["values", "other_than"])
    def test_of_filters(self, way):
        conditions = conditions_of({"column": "x", way: ["Refused"]})
        for several in (True, False):
            with pytest.raises(DataError, match=self.MESSAGE):
                keep_rows(self.TABLE, conditions, "f.csv", ".", one_of_several=several)
        kept = keep_rows(self.TABLE, conditions, "f.csv", ".", as_written=["x"])
        assert len(kept.table) == {"values": 2, "other_than": 4}[way]
        listed = conditions_of(
            {"column": "x", way: list(dict.fromkeys(map(normalised, self.CELLS)))[:4]}
        )
        assert (
            len(keep_rows(self.TABLE, listed, "f.csv", ".").table)
            == {"values": 5, "other_than": 1}[way]
        )

    def test_of_a_series_in_which_this_file_has_the_near_form_only(self):
        conditions = conditions_of({"column": "x", "other_than": ["Refused", "ok"]})
        with pytest.raises(DataError, match="row 2: 'refused' differs from 'Refused'"):
            rows = pd.DataFrame({"x": ["refused", "ok"]}, index=[2, 3])
            keep_rows(rows, conditions, "f.csv", ".", one_of_several=True)

    @pytest.mark.parametrize("cell", ["TRUE", "-99", "1.5", "5+", "<5"])
    def test_other_values_are_none(self, cell):
        rows = pd.DataFrame({"x": ["1", "99", "15", "5", cell]})
        condition = conditions_of({"column": "x", "other_than": ["1", "99", "15", "5"]})
        assert keep_rows(rows, condition, "f.csv", ".").table["x"].tolist() == [cell]

    def test_where_an_edit_applies(self):
        rule = {"rule": "fill_blank", "columns": ["y"], "value": "0", "where": {"x": ["Refused"]}}
        with pytest.raises(DataError, match=self.MESSAGE):
            apply_edits(self.TABLE, edits_of(rule), file="f.csv")
        edited = apply_edits(self.TABLE, edits_of(rule), file="f.csv", as_written=["x"])
        assert edited.table["y"].tolist() == ["0", "", "", "", "", "0"]

    def test_of_codes_that_mean_missing(self, tmp_path):
        entry = {**NUMBER, "type": "category", "missing_codes": "Refused"}
        path = text_file(tmp_path, "Refused", "refused", "yes")
        with pytest.raises(
            DataError, match="row 3: 'refused' differs from 'Refused', .*missing_codes"
        ):
            survey(path, entry)
        assert survey(path, entry, as_written=["x"]).table["x"].tolist()[1:] == ["refused", "yes"]

    def test_a_code_is_missing_where_its_label_is_declared_to_be(self, tmp_path):
        path = spss_file(tmp_path, [1.0, 998.0, 4.0], {998.0: "Don't know"})
        found = survey(path, {**NUMBER, "missing_codes": "Don't know"})
        assert found.table["x"].isna().tolist() == [False, True, False]
        assert found.quality.codes_not_found == {}

    def test_what_means_missing_is_no_blank_and_stays_unknown(self, tmp_path):
        keep = [{"column": "x", "known": True, "reason": "no region"}]
        entry = {**NUMBER, "missing_codes": "-99"}
        found = survey(text_file(tmp_path, 3, "-99.0", "", 5), entry, keep=keep)
        assert found.table["x"].isna().tolist() == [False, True, False]
        assert [(own.reason, own.rows) for own in found.quality.excluded] == [("no region", 1)]


def test_several_answers_of_which_one_means_missing(tmp_path):
    """Whichever variable of the question declares it, and in whatever form."""
    a, b = (
        {**NUMBER, "variable": v, "raw_name": f"x/{v[1]}", "type": "indicator"}
        for v in ("v1", "v2")
    )
    rule = [{"rule": "select_multiple", "columns": ["x"]}]
    path = text_file(tmp_path, "1 2", "2", "-99", "-99.0", "don't know", "", "2 -99")
    source = source_of(path=str(path), edits=rule)
    for first, second in (("-99|don't know", ""), ("", "-99|don't know"), ("don't know", "-99")):
        rows = [codebook_of(a, missing_codes=first)[0], codebook_of(b, missing_codes=second)[0]]
        table = harmonise(
            read_source(source), source, parse_codebook(rows, ["s"]), file="s.csv"
        ).table
        assert table["v1"].fillna(-1).tolist() == [1, 0, -1, -1, -1, -1, -1]
        assert table["v2"].fillna(-1).tolist() == [1, 1, -1, -1, -1, -1, -1]


def test_a_spelling_that_no_row_has():
    raw = pd.DataFrame({"x": ["Norte", "Nte"]})
    rule = {"rule": "spellings", "columns": ["x"], "forms": {"Norte": ["Nte", "Nrte"]}}
    with pytest.raises(
        ConfigError, match=r"edits\.1\.forms': no row has 'Nrte' .* Did you mean 'Norte'"
    ):
        apply_edits(raw, edits_of(rule), file="f.csv")
    edited = apply_edits(raw, edits_of(rule), file="f.csv", one_of_several=True)
    assert edited.table["x"].tolist() == ["Norte", "Norte"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("column,raw,clean\n", "the table has no rows"),
        ("column,raw,clean\ny,a,b\n", r"row 2: 'y' is no column of f\.csv"),
        ("column,raw,clean\nx,R\u00edo,b\n".encode("latin-1"), "Save it as text in UTF-8"),
    ],
)
def test_tables_of_recodes_that_cannot_be_used(tmp_path, content, message):
    path = tmp_path / "recodes.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DataError, match=message) as error:
        apply_edits(
            pd.DataFrame({"x": ["a"]}),
            edits_of({"rule": "recodes", "file": str(path)}),
            file="f.csv",
        )
    assert "recodes.csv" in str(error.value)


def test_more_columns_than_a_spreadsheet_has(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text(",".join(f"c{n}" for n in range(20_000)) + "\n", encoding="utf-8")
    with pytest.raises(DataError, match="has 20,000 columns; at most 16,384 are read"):
        read_source(source_of(path=str(path)))


def test_rows_of_a_unit_that_name_no_item(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,x\na,\na,\n", encoding="utf-8")
    item = {**NUMBER, "type": "category", "role": "input"}
    with pytest.raises(DataError, match=r"not shown\) occurs more than once without an item"):
        survey(path, item, item="x")
