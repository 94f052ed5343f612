"""What is read at once in large files is what is read cell by cell in small ones."""

import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyreadstat
import pytest

from ruralimpact.errors import DataError
from ruralimpact.schema.source import Reading
from ruralimpact.survey.csv_table import read_csv_table
from ruralimpact.survey.grid import table_of
from ruralimpact.survey.plain_numbers import plain_numbers
from ruralimpact.survey.read_csv import read_csv
from ruralimpact.survey.readers import read_file
from ruralimpact.survey.values import number_of

sys.path.append(str(Path(__file__).parents[2] / "benchmarks"))

TEXTS = [
    "id,x\nA1,1\nA2, 2 \n",
    "id,x\r\nA1,1\r\nA2,2",
    "id,x\nA1,1\n,\nA2,2\n\n\n",
    '"id","x"\nA1,1\n',
    "id,x\nA1,é\n",
    "id,id\nA1,\n",
    'id,x\nA1,"1\n2"\nA2,3\n',
    "id,x\n\nA1,1\n",
    "id\nA1\n",
    "id,x\nA1,1\rA2,2\n",
]


@pytest.mark.parametrize("text", TEXTS)
def test_a_file_read_at_once_is_the_same_table(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode())
    at_once, by_record = read_csv_table(path), table_of(read_csv(path), path)
    pd.testing.assert_frame_equal(at_once.cells, by_record.cells, check_index_type=False)
    assert at_once.blank_lines == by_record.blank_lines


def test_a_row_of_another_length_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("id,x\nA1,1\nA2,2,3\n", encoding="utf-8")
    with pytest.raises(DataError, match="row 3"):
        read_csv_table(path)


@pytest.mark.parametrize("decimal", [".", ","])
def test_plain_numbers_are_those_read_one_by_one(decimal: str) -> None:
    texts = [
        f"{sign}{whole}{decimal}{part}"
        for sign in ("", "-", "+")
        for whole in ("0", "12")
        for part in ("5", "")
    ]
    texts += [
        "7",
        "-99",
        "9007199254740993",
        "1e3",
        "x",
        "",
        "1.2.3",
        f"{decimal}5",
        "٣",
        "1" * 400,
    ]
    numbers = plain_numbers(pd.Index(texts, dtype="str"), decimal, besides={"-99"}, whole=False)
    for text, number in zip(texts, numbers, strict=True):
        assert np.isnan(number) or number == number_of(text, decimal)
    assert np.isfinite(numbers).sum() == 14
    assert np.isnan(numbers[texts.index("-99")])


def test_the_generator_lays_a_project_that_has_no_mistake(tmp_path: Path) -> None:
    from large_project import STUDY, lay_project

    from ruralimpact.checks import check_study
    from ruralimpact.plugins import load_plugins

    lay_project(tmp_path, 2000)
    assert check_study(tmp_path, Path("config/studies") / STUDY, load_plugins(tmp_path, [])) == ()
    products = pd.read_csv(tmp_path / "data" / STUDY / "products.csv")
    assert len(products) == 10_000
    assert not products.duplicated(["folio", "producto"]).any()


def test_growth_and_bars_of_whole_runs() -> None:
    from whole_runs import WHOLE_RUN, StageCost, misses, with_growth

    costs = with_growth(
        [
            StageCost(1000, "design", 1, 2.0, 1.0),
            StageCost(10_000, "design", 900, 40.0, 7.0),
            StageCost(1000, WHOLE_RUN, 1, 2.0, 1.0),
            StageCost(10_000, WHOLE_RUN, 900, 20.0, 1.0),
        ]
    )
    assert [cost.exponent for cost in costs if cost.producers == 10_000] == [1.3, 1.0]
    assert [line.split()[0] for line in misses(costs)] == ["design", "design", "the"]


def test_a_small_file_that_unpacks_to_more_cells_than_a_survey_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ruralimpact.survey.unpacked_size._MOST_CELLS", 100)
    table = pd.DataFrame({"id": ["a"] * 60, "x": [1.0] * 60})
    table.to_parquet(tmp_path / "a.parquet")
    pyreadstat.write_sav(table, tmp_path / "a.sav", compress=True)
    pyreadstat.write_sav(table, tmp_path / "b.sav")
    for name in ("a.parquet", "a.sav"):
        with pytest.raises(DataError, match="unpacks to 60 rows of 2 columns"):
            read_file(tmp_path / name, Reading(), key="sources.a")
    assert len(read_file(tmp_path / "b.sav", Reading(), key="sources.b").cells) == 60
