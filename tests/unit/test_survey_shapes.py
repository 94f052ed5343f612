"""Surveys as they are shaped: keys of several columns or none, filters, joined files, tables of cleaning."""

from contextlib import nullcontext

import openpyxl
import pandas as pd
import pytest
from study_models import codebook_of, edits_of, source_of

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.quality import EditReport, ExcludedRows
from ruralimpact.schema.source import Source
from ruralimpact.schema.validation import validated
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.edits import apply_edits
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.readers import read_source
from ruralimpact.survey.similar import folded

X = {"variable": "x", "raw_name": "x", "type": "number", "role": "outcome"}
PLACE = {"variable": "place", "raw_name": "prov + muni", "type": "category", "role": "group"}


def survey(folder, text, *rows, others=None, **options):
    path = folder / "s.csv"
    path.write_text(text, encoding="utf-8")
    entries = parse_codebook(codebook_of(*rows), ["s"])
    given = source_of(path=str(path), **options)
    tables = {}
    for joined in given.join:
        other = folder / joined.path
        other.write_text(others[joined.name], encoding="utf-8")
        tables[joined.name] = read_source(joined, other)
    return harmonise(read_source(given), given, entries, file="s.csv", others=tables)


def table(**columns):
    frame = pd.DataFrame(columns, dtype="str")
    return frame.set_axis(pd.RangeIndex(2, len(frame) + 2, name="row"), axis=0)


class TestKeys:
    def test_number_of_the_row(self, tmp_path):
        found = survey(tmp_path, "x\n5\n6\n", X, id="$row")
        assert found.table["id"].tolist() == ["2", "3"]
        assert found.quality.identifier == "the number of the row"

    def test_no_identifier_is_a_mistake(self, tmp_path):
        keys = {"name": "s", "path": "s.csv"}
        with pytest.raises(ConfigError, match="the key 'id' is missing"):
            validated(Source, keys)

    def test_several_columns(self, tmp_path):
        text = "prov,muni,hh,x\n1,1,1,5\n1,2,1,6\n2,1,1,7\n"
        found = survey(tmp_path, text, X, PLACE, id=["prov", "muni", "hh"])
        assert found.table["id"].tolist() == ["1/1/1", "1/2/1", "2/1/1"]
        assert found.table["place"].tolist() == ["1/1", "1/2", "2/1"]
        assert found.quality.columns_not_used == ()

    def test_a_blank_part_makes_all_blank(self, tmp_path):
        text = "prov,muni,id,x\n1,,a,5\n1,2,b,6\n"
        assert survey(tmp_path, text, PLACE).table["place"].isna().tolist() == [True, False]
        with pytest.raises(
            DataError, match=r"column 'prov \+ muni', row 2: the identifier is missing"
        ):
            survey(tmp_path, text, id=["prov", "muni"])

    def test_parts_that_cannot_be_told_apart(self, tmp_path):
        text = "prov,muni,id\n1/2,3,a\n1,2/3,b\n"
        with pytest.raises(DataError, match="put together, give the same text"):
            survey(tmp_path, text, PLACE)

    def test_a_name_with_a_plus_is_a_name(self, tmp_path):
        text = "id,prov + muni\na,7\n"
        assert survey(tmp_path, text, PLACE).table["place"].tolist() == ["7"]


class TestFilter:
    TEXT = "id,x,g\na,1,u\nb,2,\nc,3,v\nd,,v\n"

    @pytest.mark.parametrize(
        ("condition", "kept"),
        [
            ({"column": "g", "known": True}, ["a", "c", "d"]),
            ({"column": "g", "values": ["u"]}, ["a"]),
            ({"column": "g", "other_than": ["v"]}, ["a", "b"]),
            ({"column": "x", "values": [1, 3.0]}, ["a", "c"]),
            ({"column": "x", "minimum": 2}, ["b", "c"]),
            ({"column": "x", "minimum": 1, "maximum": 2}, ["a", "b"]),
        ],
    )
    def test_kept_and_counted(self, tmp_path, condition, kept):
        found = survey(tmp_path, self.TEXT, X, keep=[{**condition, "reason": "why"}])
        assert found.table["id"].tolist() == kept
        assert found.quality.excluded == (ExcludedRows(reason="why", rows=4 - len(kept)),)
        assert (found.quality.rows_read, found.quality.rows_kept) == (4, len(kept))

    def test_a_value_that_no_row_has(self, tmp_path):
        text = "id,crop\na,Maíz\nb,Papa\n"
        keep = [{"column": "crop", "values": ["Maiz"], "reason": "why"}]
        with pytest.raises(
            ConfigError, match="no row has 'Maiz' in the column 'crop'. Did you mean 'Maíz'"
        ):
            survey(tmp_path, text, keep=keep)

    def test_nothing_left(self, tmp_path):
        keep = [{"column": "x", "minimum": 99, "reason": "why"}]
        with pytest.raises(DataError, match="no row is left by the filter"):
            survey(tmp_path, self.TEXT, X, keep=keep)

    def test_identifiers_of_rows_left_out_are_not_looked_at(self, tmp_path):
        keep = [{"column": "g", "known": True, "reason": "no group"}]
        text = "id,x,g\na,1,u\n,2,\na,3,\n"
        assert survey(tmp_path, text, X, keep=keep).table["id"].tolist() == ["a"]


LAND = {"name": "land", "path": "land.csv", "by": {"id": "hh"}}
AREA = {"variable": "area", "raw_name": "land.area", "type": "number", "role": "outcome"}


class TestJoin:
    def join(self, folder, land, text="id,x\na,1\nb,2\n", **options):
        return survey(folder, text, X, AREA, others={"land": land}, join=[{**LAND, **options}])

    def test_one_to_one_and_what_is_not_found(self, tmp_path):
        found = self.join(tmp_path, "hh,area\nb,2.25\nc,9\n")
        assert found.table["area"].isna().tolist() == [True, False]
        assert found.table["area"][1] == 2.25
        (report,) = found.quality.joined
        assert report.model_dump() == {
            "name": "land",
            "file": "land.csv",
            "rows": 2,
            "matched": 1,
            "without": 1,
            "unused": 1,
            "rows_without": (2,),
            "rows_unused": (3,),
        }

    def test_rows_that_find_none_are_told_with_the_reason(self, tmp_path):
        """Also where the key itself is missing: the first file may have such rows."""
        text = "id,v,x\na,1,1\nb,,2\nc,7,3\nd,1,4\n"
        join = [{"name": "places", "path": "places.csv", "by": {"v": "village"}}]
        entry = {**AREA, "raw_name": "places.altitude"}
        places = "village,altitude\n1,300\n2,4000\n3,9\n"
        harmonised = survey(tmp_path, text, entry, others={"places": places}, join=join)
        assert [
            (own.file, own.column, own.rows, own.reason.partition(":")[0].split(",")[0])
            for own in harmonised.unmatched
        ] == [
            ("s.csv", "v", (3,), "the key is missing"),
            ("s.csv", "v", (4,), "places.csv has no such key"),
            ("places.csv", "village", (3, 4), "no row of s.csv has such a key"),
        ]

    def test_many_to_one_by_several_keys(self, tmp_path):
        text = "id,p,m\na,1,1\nb,1,1\nc,2,1\n"
        join = [{"name": "places", "path": "places.csv", "by": ["p", "m"]}]
        places = "p,m,altitude\n1,1,300\n2,1,4000\n"
        entry = {**AREA, "raw_name": "places.altitude"}
        found = survey(tmp_path, text, entry, others={"places": places}, join=join)
        assert found.table["area"].tolist() == [300, 300, 4000]

    def test_keys_are_codes(self, tmp_path):
        text = "id,x\n1,1\n2,2\n"
        assert self.join(tmp_path, "hh,area\n1.0,5\n02,6\n", text).table["area"].tolist() == [5, 6]

    def test_marks_of_the_other_file(self, tmp_path):
        found = self.join(tmp_path, "hh;area\na;2,25\n", delimiter=";", decimal=",")
        assert found.table["area"].tolist()[0] == 2.25

    def test_several_rows_a_key(self, tmp_path):
        with pytest.raises(
            DataError,
            match=r"file land\.csv, column 'hh', rows 2, 3: the key \(not shown\).*`item`",
        ):
            self.join(tmp_path, "hh,area\na,1\na,2\n")

    def test_a_key_that_is_blank(self, tmp_path):
        with pytest.raises(DataError, match=r"column 'hh', row 3: the key is missing"):
            self.join(tmp_path, "hh,area\na,1\n,2\n")

    def test_keys_written_in_two_ways(self, tmp_path):
        with pytest.raises(
            DataError, match=r"column 'id', row 2: \(not shown\) is \(not shown\) in land\.csv"
        ):
            self.join(tmp_path, "hh,area\nA,1\nb,2\n")

    def test_a_misspelt_column(self, tmp_path):
        with pytest.raises(DataError, match="column 'land.area': .* Did you mean 'land.area1'"):
            self.join(tmp_path, "hh,area1\na,1\n")


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
