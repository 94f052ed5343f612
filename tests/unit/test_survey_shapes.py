"""Surveys as they are shaped: keys of several columns or none, filters, joined files."""

import pytest
from one_file_surveys import PLACE, X, survey

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.schema.quality import ExcludedRows
from ruralimpact.schema.source import Source
from ruralimpact.schema.validation import validated


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
