"""Tables of cleaning, repairs of cells and dates."""

from contextlib import nullcontext

import openpyxl
import pytest
from one_file_surveys import PLACE, X, survey, table
from study_models import codebook_of, edits_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.quality import EditReport, ExcludedRows
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.edits import apply_edits
from ruralimpact.survey.similar import folded


class TestTables:
    def write(self, folder, text, name="table.csv"):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    def test_recodes(self, tmp_path):
        path = self.write(
            tmp_path,
            "column;raw;clean;why;by\nv;Sta. Cruz;Santa Cruz;abbreviated;AM\nv;Nowhere;;?;AM\n",
        )
        raw = table(v=["Sta. Cruz", "Santa Cruz", "Beni"])
        found = apply_edits(raw, edits_of({"rule": "recodes", "file": path}), file="f.csv")
        assert found.table["v"].tolist() == ["Santa Cruz", "Santa Cruz", "Beni"]
        assert found.edits == (EditReport(rule="recodes", column="v", count=1, rows=(2,)),)
        assert found.not_found == {"v": ["Nowhere"]}

    def test_a_value_near_one_that_is_listed(self, tmp_path):
        path = self.write(tmp_path, "column,raw,clean\nv,Sta. Cruz,Santa Cruz\n")
        with pytest.raises(DataError, match="'SANTA CRUZ' differs from 'Santa Cruz', .* under"):
            apply_edits(
                table(v=["SANTA CRUZ"]), edits_of({"rule": "recodes", "file": path}), file="f.csv"
            )

    def test_recodes_that_contradict(self, tmp_path):
        path = self.write(tmp_path, "column,raw,clean\nv,a,b\nv,a,c\n")
        with pytest.raises(DataError, match="rows 2, 3: 'a' is to be 'b' and 'c'"):
            apply_edits(table(v=["a"]), edits_of({"rule": "recodes", "file": path}), file="f.csv")

    def test_corrections_from_a_workbook(self, tmp_path):
        book = openpyxl.Workbook()
        for row in (["id", "variable", "old", "new", "by"], [7, "x", 207, 27, "AM"]):
            book.active.append(row)
        book.save(tmp_path / "t.xlsx")
        raw = table(id=["7", "8"], x=["207.0", "5"])
        rule = {"rule": "corrections", "file": str(tmp_path / "t.xlsx")}
        found = apply_edits(raw, edits_of(rule), file="f.csv", keys=["id"], identifier="id")
        assert found.table["x"].tolist() == ["27", "5"]
        assert found.edits == (EditReport(rule="corrections", column="x", count=1, rows=(2,)),)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("a,x,6,7", "column 'old', row 2: 'x' of 'a' is '5', not '6'"),
            ("P0002,x,5,7", "no row has the identifier 'P0002'. Did you mean 'P0001'"),
            ("c,x,1,7", "2 rows have the identifier 'c'"),
            ("a,y,5,7", "row 2: 'y' is no column of f.csv. Known: id, x."),
            (",x,5,7", "column 'id', row 2: the cell is empty"),
            ("a,x,5,7\na,x,7,8", "rows 2, 3: 'x' of 'a' is corrected twice"),
        ],
    )
    def test_a_correction_that_does_not_fit(self, tmp_path, line, message):
        path = self.write(tmp_path, f"id,variable,old,new\n{line}\n")
        raw = table(id=["a", "P0001", "c", "c"], x=["5", "5", "1", "1"])
        with pytest.raises(DataError, match=message):
            apply_edits(
                raw, edits_of({"rule": "corrections", "file": path}), file="f.csv", identifier="id"
            )

    def test_duplicates_as_a_report_decides(self, tmp_path):
        path = self.write(
            tmp_path,
            "id,key,correct,drop,newid,initials,notes\na,k1,yes,,,AM,\na,k2,,yes,,AM,twice\nb,k4,,,b2,AM,\n",
        )
        raw = table(id=["a", "a", "b", "b"], key=["k1", "k2", "k3", "k4"])
        rule = {"rule": "duplicates", "file": path, "key": "key"}
        found = apply_edits(raw, edits_of(rule), file="f.csv", keys=["id"], identifier="id")
        assert found.table["id"].tolist() == ["a", "b", "b2"]
        reason = "dropped as a duplicate by a table of decisions"
        assert found.excluded == (ExcludedRows(reason=reason, rows=1),)
        assert found.edits == (EditReport(rule="duplicates", column="id", count=1, rows=(5,)),)

    @pytest.mark.parametrize(
        ("line", "message"),
        [
            ("a,k9,,yes,", "row 2: no rows of the data have the identifier of this line and 'k9'"),
            ("a,k1,yes,,\na,k1,,yes,", "rows 2, 3: one row of the data, 'k1', is decided twice"),
            ("a,k1,yes,yes,", "row 2: fill in one of"),
            ("a,k1,,,", "row 2: fill in one of"),
            ("a,k1,,no,", "'no' is not yes"),
        ],
    )
    def test_a_decision_that_does_not_fit(self, tmp_path, line, message):
        path = self.write(tmp_path, f"id,key,correct,drop,newid\n{line}\n")
        rule = {"rule": "duplicates", "file": path, "key": "key"}
        with pytest.raises(DataError, match=message):
            apply_edits(table(id=["a"], key=["k1"]), edits_of(rule), file="f.csv", identifier="id")

    @pytest.mark.parametrize(
        ("lines", "message"),
        [
            (
                "a,k1,yes,,\na,k2,yes,,",
                "rows 2, 3: two lines leave one identifier to the rows 2 and 3",
            ),
            ("a,k1,yes,,\na,k2,,,b", "'newid', row 3: the row 4 of the data has this new"),
            ("a,k1,,,c\na,k2,,,c", "rows 2, 3: two lines leave one identifier"),
            ("a,k1,yes,,\na,k2,,,b\nb,k3,,yes,", ""),
            ("a,k1,yes,,\na,k2,,,d", ""),
        ],
    )
    def test_decisions_that_leave_an_identifier_to_two_rows(self, tmp_path, lines, message):
        path = self.write(tmp_path, f"id,key,correct,drop,newid\n{lines}\n")
        raw = table(id=["a", "a", "b", "b"], key=["k1", "k2", "k3", "k4"], wave=list("1112"))
        rule = edits_of({"rule": "duplicates", "file": path, "key": "key"})
        told = pytest.raises(DataError, match=message) if message else nullcontext()
        with told as error:
            apply_edits(raw, rule, file="f.csv", keys=["id", "wave"], identifier="id")
        assert error is None or "'a'" not in str(error.value)

    def test_near_duplicates_are_those_of_one_wave(self, tmp_path):
        source = {"edits": [{"rule": "near_duplicates", "cells": 1}], "wave_variable": "year"}
        year = {**X, "variable": "year", "raw_name": "year", "type": "integer", "role": "wave"}
        text = "id,year,x\na,2012,5\na,2014,5\nb,2012,6\nb,2012,7\n"
        found = survey(tmp_path, text, X, year, **source).table
        assert found[["id", "year"]].to_numpy().tolist() == [["a", 2012], ["a", 2014], ["b", 2012]]
        assert found["x"].fillna(-1).tolist() == [5, 5, -1]

    @pytest.mark.parametrize(
        "waves", [("2012.0", "2014.0"), ("2012", "2014.00"), ("02012", "2014")]
    )
    def test_a_wave_is_its_number_however_it_is_written(self, tmp_path, waves):
        year = {**X, "variable": "year", "raw_name": "year", "type": "category", "role": "wave"}
        text = f"id,year,x\na,{waves[0]},5\na,{waves[1]},6\n"
        found = survey(tmp_path, text, X, year, wave_variable="year").table
        assert found["wave"].tolist() == found["year"].tolist() == ["2012", "2014"]

    @pytest.mark.parametrize(
        "misread",
        ["\u00c3\u2018uflo", "&Ntilde;uflo", "Ñuflo".encode().decode("latin-1"), "&#209;uflo"],
    )
    def test_groups_of_which_one_was_misread_are_refused(self, tmp_path, misread):
        place = {**PLACE, "raw_name": "g"}
        with pytest.raises(
            DataError, match=r"rows 2, 3: values of 'place' differ only .*or encoding"
        ):
            survey(tmp_path, f"id,g\na,Ñuflo\nb,{misread}\n", place)

    @pytest.mark.parametrize("pair", [("María", "Mara"), ("São", "Sao Paulo"), ("R&D", "R D E")])
    def test_other_names_are_not_misread_ones(self, tmp_path, pair):
        place = {**PLACE, "raw_name": "g"}
        assert len(survey(tmp_path, f"id,g\na,{pair[0]}\nb,{pair[1]}\n", place).table) == 2

    def test_letters_of_which_half_is_unseen_are_misread_ones(self):
        assert folded("Mar\u00c3\u00ada") == folded("María") == "maria"
        assert folded("\u00c3\u0081vila") == folded("Ávila") == "avila"

    @pytest.mark.parametrize(
        ("cell", "hint"),
        [
            ("½", "by a table of `corrections`"),
            ("TRUE", "by a table of `corrections`"),
            ("9" * 400, "by a table of `corrections`"),
            ("lost", "If it means missing"),
            ("1,2,3", "Which mark is for decimals"),
        ],
    )
    def test_what_is_said_of_a_cell_that_is_no_number(self, tmp_path, cell, hint):
        rows = "".join(f"u{n},{n}\n" for n in range(30))
        with pytest.raises(DataError, match=hint):
            survey(tmp_path, f'id,x\na,"{cell}"\n{rows}', X)

    def test_a_wave_variable_of_another_role(self, tmp_path):
        message = "the codebook variable 'x' has the role outcome, not wave"
        with pytest.raises(ConfigError, match=message):
            survey(tmp_path, "id,x\na,1\n", X, wave_variable="x")

    def test_a_missing_code_with_a_label(self):
        with pytest.raises(ConfigError, match="'-99=no answer' has a label; write the code alone"):
            parse_codebook(codebook_of({**X, "missing_codes": "-99=no answer"}), ["s"])

    def test_a_table_without_a_column(self, tmp_path):
        path = self.write(tmp_path, "column,raw,cleaned\nv,a,b\n")
        with pytest.raises(
            DataError, match="column 'clean': the table needs this column once. Did you mean"
        ):
            apply_edits(table(v=["a"]), edits_of({"rule": "recodes", "file": path}), file="f.csv")


class TestCells:
    def test_blank_means_no_where_it_was_asked(self):
        raw = table(asked=["1", "1", "2"], x=["", "5", ""])
        rule = {"rule": "fill_blank", "columns": ["x"], "value": "0", "where": {"asked": [1]}}
        found = apply_edits(raw, edits_of(rule), file="f.csv")
        assert found.table["x"].tolist() == ["0", "5", ""]
        assert found.edits == (EditReport(rule="fill_blank", column="x", count=1, rows=(2,)),)

    def test_blank_has_a_label(self, tmp_path):
        entry = {**X, "type": "indicator", "labels": "X=1|(blank)=0"}
        assert survey(tmp_path, "id,x\na,X\nb,\n", entry).table["x"].tolist() == [1, 0]

    def test_several_answers_in_a_cell(self):
        raw = table(crops=["quinua haba  papa", "papa", ""])
        found = apply_edits(
            raw, edits_of({"rule": "select_multiple", "columns": ["crops"]}), file="f.csv"
        )
        assert found.table["crops/papa"].tolist() == ["1", "1", ""]
        assert found.table["crops/haba"].tolist() == ["1", "0", ""]
        with pytest.raises(
            DataError, match="column 'crops/papa': the file has this column already"
        ):
            apply_edits(
                raw.assign(**{"crops/papa": "1"}),
                edits_of({"rule": "select_multiple", "columns": ["crops"]}),
                file="f.csv",
            )

    @pytest.mark.parametrize(
        ("cells", "problem"),
        [
            (["a b", "b", "b;a"], "row 4: the answer 'b;a' reads like several"),
            (["a b", "a,b", "a"], "row 3: the answer 'a,b' reads like several"),
            (["a b", "B", "a"], "rows 2, 3: answers differ only in case.*'B' and 'b'"),
            (["1 2", "1.0", "2"], "rows 2, 3: answers differ only in .*'1' and '1.0'"),
        ],
    )
    def test_answers_that_would_be_columns_of_others(self, cells, problem):
        rules = edits_of({"rule": "select_multiple", "columns": ["q"]})
        with pytest.raises(DataError, match=f"column 'q', {problem}"):
            apply_edits(table(q=cells), rules, file="f.csv")

    def test_a_spelling_that_is_not_listed(self):
        rule = {"rule": "spellings", "columns": ["v"], "forms": {"Maíz": ["Maiz"]}}
        with pytest.raises(DataError, match="rows? 3: 'MAIZ' differs from 'Maiz', .*forms"):
            apply_edits(table(v=["Maiz", "MAIZ"]), edits_of(rule), file="f.csv")


DAY = {**X, "type": "date"}


class TestDates:
    def test_days_between(self, tmp_path):
        found = survey(tmp_path, "id,x\na,1970-01-02\nb,2024-03-01T10:00:00\nc,\n", DAY)
        assert found.table["x"].tolist()[:2] == [1, 19783]
        found = survey(tmp_path, "id,x\na,1/03/2024\n", DAY, dates="%d/%m/%Y")
        assert found.table["x"].tolist() == [19783]

    @pytest.mark.parametrize("text", ["1/03/2024", "2024-02-30", "soon"])
    def test_no_date(self, tmp_path, text):
        with pytest.raises(DataError, match=r"is not a date \('x'\)\. How dates are written"):
            survey(tmp_path, f"id,x\na,{text}\n", DAY)

    def test_ranges_are_dates(self, tmp_path):
        entry = {**DAY, "minimum": "2024-01-01", "maximum": "2024-12-31"}
        found = survey(tmp_path, "id,x\na,2024-03-01\nb,2042-03-01\n", entry)
        assert found.table["x"].isna().tolist() == [False, True]
        with pytest.raises(ConfigError, match="minimum '2024' is not a date"):
            survey(tmp_path, "id,x\na,\n", {**DAY, "minimum": "2024"})
