"""Names that are much like another are proposed with the counts of both, and nothing is changed."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from study_models import codebook_of, source_of

from ruralimpact.schema.quality import NearName
from ruralimpact.survey.codebook import parse_codebook
from ruralimpact.survey.harmonise import harmonise
from ruralimpact.survey.near_names import near_names
from ruralimpact.survey.readers import read_source


def test_the_rarer_is_proposed_as_the_commoner():
    names = pd.Series(["Rio Verde"] * 3 + ["Rio Verdo"] + ["Valle Alto"] * 2)
    # Eight letters, of which seven are the same in order: 2 * 7 / 16.
    assert near_names(names) == [
        NearName(raw="Rio Verdo", clean="Rio Verde", rows=1, rows_of_clean=3, similarity=88)
    ]


def test_equally_rare_ones_are_proposed_once():
    (found,) = near_names(pd.Series(["Santa Clara", "Santa Clata"]))
    assert (found.raw, found.clean) == ("Santa Clata", "Santa Clara")


@pytest.mark.parametrize(
    "names",
    [
        ["A01", "A02"],
        ["Alianza 01", "Alianza 02"],
        ["Norte", "Sur"],
        ["Asociación Unión A", "Asociación Unión B"],
        ["Cooperativa Illimani II", "Cooperativa Illimani III"],
        ["Comunidad Alta", "Comunidad Baja"],
        ["haba", "papa"],
        ["Santa Cruz", None],
        [],
    ],
)
def test_codes_and_other_names_are_not(names):
    assert near_names(pd.Series(names, dtype="str")) == []


@given(
    st.lists(st.sampled_from(["quinua", "quinoa", "quinuas", "canahua", "kanahua"]), max_size=30)
)
def test_the_order_of_rows_does_not_matter(names):
    column = pd.Series(names, dtype="str")
    assert near_names(column) == near_names(column.sort_values())


def test_the_report_has_them_and_the_table_is_as_it_was(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("id,g\n1,Rio Verde\n2,Rio Verdo\n3,Rio Verde\n", encoding="utf-8")
    row = {"variable": "group", "source": "*", "raw_name": "g", "type": "category", "role": "group"}
    entries = parse_codebook(codebook_of(row, variable="alliance"), ["s"])
    source = source_of(path=str(path))
    survey = harmonise(read_source(source), source, entries, file=path)
    assert survey.table["alliance"].tolist() == ["Rio Verde", "Rio Verdo", "Rio Verde"]
    (proposal,) = survey.quality.near_names["g"]
    assert (proposal.raw, proposal.clean, proposal.rows) == ("Rio Verdo", "Rio Verde", 1)
