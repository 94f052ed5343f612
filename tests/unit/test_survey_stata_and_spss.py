"""What files of Stata and SPSS hold that reading used to change without a word, and the labels of files."""

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from survey_files import AGE, source, survey

from ruralimpact.errors import ConfigError, DataError
from ruralimpact.survey.readers import read_source


class TestStata:
    def stata(self, folder, **columns):
        path = folder / "s.dta"
        frame = pd.DataFrame({"id": np.arange(len(next(iter(columns.values())))), **columns})
        frame.to_stata(path, write_index=False)
        return path

    def test_a_32_bit_number_is_its_shortest_decimal(self, tmp_path):
        path = self.stata(tmp_path, age=np.array([0.1, 1001.01, 3e-7, 16777216], dtype="float32"))
        assert read_source(source(path)).cells["age"].tolist() == [
            "0.1",
            "1001.01",
            "3e-07",
            "16777216",
        ]
        assert survey(path, AGE).table["age"].tolist() == [0.1, 1001.01, 3e-7, 16777216]

    @pytest.mark.parametrize(
        ("form", "number", "day"),
        [
            ("%tm", 770, "2024-03-01"),
            ("%tq", 257, "2024-04-01"),
            ("%th", 129, "2024-07-01"),
            ("%tw", 3336, "2024-02-26"),
        ],
    )
    def test_a_period_is_its_first_day(self, form, number, day, tmp_path):
        """Numbers of Stata's ``tm(2024m3)``, ``tq(2024q2)``, ``th(2024h2)`` and ``tw(2024w9)``."""
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1.0], "age": [float(number)]})
        pyreadstat.write_dta(frame, path, variable_format={"age": form})
        days = survey(path, {**AGE, "type": "date"}, dates="%d/%m/%Y").table["age"]
        assert days.tolist() == [(pd.Timestamp(day) - pd.Timestamp(0)).days]

    @pytest.mark.parametrize(
        ("labels", "role", "refused"),
        [
            ({0: "Con proyecto", 1: "Sin proyecto"}, "input", True),
            ({0: "Treated", 1: "Control"}, "treatment", True),
            ({0: "True", 1: "False"}, "input", True),
            ({0: "Peserta", 1: "Bukan peserta"}, "input", True),
            ({0: "Grupo tratado", 1: "Grupo de control"}, "treatment", True),
            ({0: "Beneficiarios", 1: "Otros"}, "treatment", True),
            ({0: "None", 1: "Pest control"}, "treatment", False),
            ({0: "Project A", 1: "Project B"}, "treatment", False),
            ({0: "Unido", 1: "Reunido"}, "input", False),
            ({0: "Sin riego", 1: "Con riego"}, "input", False),
            ({0: "Nativo", 1: "Nocturno"}, "input", False),
        ],
    )
    def test_an_indicator_of_what_the_file_calls_without(self, labels, role, refused, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1.0, 2], "age": [0.0, 1.0]})
        pyreadstat.write_dta(frame, path, variable_value_labels={"age": labels})
        entry = {**AGE, "type": "indicator", "role": role}
        if refused:
            with pytest.raises(
                DataError, match="labels [01] '.*', and the codebook takes it for '(yes|no)'"
            ):
                survey(path, entry)
        else:
            assert survey(path, entry).table["age"].tolist() == [0, 1]

    def test_missing_integers(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1, 2], "age": pd.array([3, None], dtype="Int16")})
        frame.to_stata(path, write_index=False)
        assert read_source(source(path)).cells["age"].tolist() == ["3", ""]

    def test_extended_missing_values_are_counted_by_kind(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1.0, 2, 3], "age": [30.0, "a", "b"], "kind": ["a", "b", "c"]})
        pyreadstat.write_dta(frame, path, missing_user_values={"age": ["a", "b"]})
        found = survey(
            path, AGE, {**AGE, "variable": "kind", "raw_name": "kind", "type": "category"}
        )
        assert found.quality.variables["age"].missing_codes == {".a": 1, ".b": 1}
        assert found.table["kind"].tolist() == ["a", "b", "c"]

    @pytest.mark.parametrize(
        ("shown", "stored", "text"),
        [
            ("%td", 23436, "2024-03-01"),
            ("%tdDD/NN/CCYY", 23436, "2024-03-01"),
            ("%d", 23436, "2024-03-01"),
            ("%tc", 23436 * 86400e3 + 3600e3, "2024-03-01T01:00:00"),
            ("%tw", 64 * 52 + 8, "2024w9"),
            ("%tm", 64 * 12 + 2, "2024m3"),
            ("%tq", 64 * 4, "2024q1"),
            ("%th", 64 * 2 + 1, "2024h2"),
            ("%ty", 2024, "2024"),
            ("%tm", -1, "1959m12"),
        ],
    )
    def test_dates_are_written_as_stata_shows_them(self, tmp_path, shown, stored, text):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame({"id": [1.0, 2.0], "when": [float(stored), None]})
        pyreadstat.write_dta(frame, path, variable_format={"when": shown})
        assert read_source(source(path)).cells["when"].tolist() == [text, ""]

    def test_texts_of_another_encoding(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame(
            {"id": ["a", "b"], "v": ["Jos\u00e9", "x"], "w": pd.Categorical(["s\u00ed", "no"])}
        )
        frame.to_stata(path, write_index=False, version=118, variable_labels={"v": "A\u00f1o"})
        content = path.read_bytes()
        for text in ("Jos\u00e9", "s\u00ed", "A\u00f1o"):
            content = content.replace(text.encode(), text.encode("latin-1") + b"\0")
        path.write_bytes(content)
        raw = read_source(source(path))
        assert raw.cells["v"].tolist() == ["Jos\u00e9", "x"]
        assert "s\u00ed" in raw.value_labels["w"].values()
        assert raw.questions == {"v": "A\u00f1o"}
        assert any("read as Windows-1252: 1" in note for note in raw.notes)

    def test_utf8_in_an_old_version(self, tmp_path):
        path = tmp_path / "s.dta"
        frame = pd.DataFrame(
            {"id": ["a"], "v": ["J\u00c3\u00a9"]}
        )  # the bytes of UTF-8, written as Latin-1
        frame.to_stata(path, write_index=False, version=114)
        assert read_source(source(path)).cells["v"].tolist() == ["J\u00e9"]

    def test_a_label_cut_inside_a_letter(self, tmp_path):
        path = tmp_path / "s.dta"
        text = "Comunidad" * 8 + "1234567"
        pd.DataFrame({"id": ["a"]}).to_stata(
            path, write_index=False, version=118, variable_labels={"id": text + "\u00f1"}
        )
        content = path.read_bytes()
        path.write_bytes(content.replace((text + "\u00f1").encode(), text.encode() + b"\xc3\0"))
        raw = read_source(source(path))
        assert raw.questions == {"id": text}
        assert raw.notes == ("labels cut inside a letter, read without it: 1",)


class TestSpss:
    def test_what_the_file_declares_missing_is(self, tmp_path):
        path = tmp_path / "s.sav"
        frame = pd.DataFrame({"id": ["a", "b", "c"], "age": [30.0, 99.0, 997.0]})
        pyreadstat.write_sav(frame, path, missing_ranges={"age": [99, {"lo": 990, "hi": 999}]})
        found = survey(path, AGE)
        assert found.table["age"].tolist()[0] == 30
        assert found.table["age"].isna().sum() == 2
        assert found.quality.variables["age"].missing_codes == {"99": 1, "997": 1}


KIND = {"variable": "kind", "raw_name": "kind", "type": "category", "role": "outcome"}


class TestLabelsOfFiles:
    def labelled(self, folder, suffix, labels):
        path = folder / f"s.{suffix}"
        frame = pd.DataFrame({"id": ["a", "b", "c"], "kind": [1.0, 2.0, 3.0]})
        write = pyreadstat.write_dta if suffix == "dta" else pyreadstat.write_sav
        write(frame, path, variable_value_labels={"kind": labels})
        return path

    @pytest.mark.parametrize("suffix", ["dta", "sav"])
    def test_they_stand_for_the_codebooks(self, tmp_path, suffix):
        path = self.labelled(tmp_path, suffix, {1: "owner", 2: "tenant"})
        found = survey(path, KIND)
        assert found.table["kind"].tolist() == ["owner", "tenant", "3"]
        assert found.quality.unlabelled == {}
        own = {**KIND, "labels": "1=x|2=y|3=z"}
        assert survey(path, own).table["kind"].tolist() == ["x", "y", "z"]

    def test_groups_keep_their_codes(self, tmp_path):
        path = self.labelled(tmp_path, "dta", {1: "San Jose", 2: "San Jose"})
        assert survey(path, {**KIND, "role": "group"}).table["kind"].tolist() == [
            "1",
            "2",
            "3",
        ]

    @pytest.mark.parametrize(
        ("labels", "told"),
        [
            ({3: "does not know", 9: "refuses"}, {"kind": {"3": "does not know"}}),
            ({1: "never", 2: "seldom", 3: "often"}, {}),  # a scale, of which every value has a name
            ({9: "refuses"}, {}),
        ],
    )
    def test_a_value_with_a_label_among_numbers_is_told(self, tmp_path, labels, told):
        entry = {**KIND, "type": "integer"}
        path = self.labelled(tmp_path, "sav", labels)
        assert survey(path, entry).quality.labels_of_numbers == told
        assert survey(path, {**entry, "missing_codes": "3"}).quality.labels_of_numbers == {}

    def test_two_codes_with_one_label_are_refused(self, tmp_path):
        path = self.labelled(tmp_path, "sav", {1: "San Jose", 2: "San Jose"})
        with pytest.raises(DataError, match="codes 1 and 2 the same label 'San Jose'"):
            survey(path, KIND)


class TestTextsOfSpss:
    """A file that says UTF-8 and holds bytes of Windows-1252: `Potosí` used to lose its last letter."""

    def latin(self, folder):
        path = folder / "s.sav"
        frame = pd.DataFrame({"id": [1.0, 2.0, 3.0], "town": ["Potosí", "Caranaví2", "La Paz"]})
        pyreadstat.write_sav(
            frame,
            path,
            column_labels=["Id", "Población"],
            variable_value_labels={"id": {1.0: "Sí", 2.0: "no"}},
        )
        content = path.read_bytes()
        for letter in "íó":
            content = content.replace(letter.encode(), letter.encode("cp1252") + b" ")
        path.write_bytes(content)
        return path

    def test_texts_in_another_encoding_are_read_and_noted(self, tmp_path):
        table = read_source(source(self.latin(tmp_path)))
        assert table.cells["town"].tolist() == ["Potosí", "Caranaví 2", "La Paz"]
        assert table.questions["town"].startswith("Població")
        assert table.value_labels["id"]["1"].strip() == "Sí"
        assert table.notes == (
            "cells that are not UTF-8, read as Windows-1252: 2",
            "labels that are not UTF-8, read as Windows-1252: 2",
        )

    def test_the_encoding_that_is_stated_holds(self, tmp_path):
        path = self.latin(tmp_path)
        towns = read_source(source(path, encoding="cp1252")).cells["town"].tolist()
        assert towns == ["Potosí", "Caranaví 2", "La Paz"]
        with pytest.raises(
            DataError, match=r"s\.sav: has cells that are no text in the encoding utf-8"
        ):
            read_source(source(path, encoding="utf-8"))
        with pytest.raises(ConfigError, match=r"there is no encoding 'latin-9x'"):
            read_source(source(path, encoding="latin-9x"))
