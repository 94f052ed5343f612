"""A row with the sum of all others is a total, whatever it is called and wherever it stands."""

import re

import numpy as np
import pandas as pd
import pytest

from ruralimpact.errors import DataError
from ruralimpact.survey.summary_rows import refuse_summary_rows

N = 12


def rows(place: int, *, called: str = "999999", mark: str = ".") -> pd.DataFrame:
    """Return a survey with a total among its rows; ages and codes have none."""
    rng = np.random.default_rng(4)
    table = pd.DataFrame(
        {
            "id": [str(100 + unit) for unit in range(N)],
            "region": [str(1 + unit % 3) for unit in range(N)],
            "sales": np.round(rng.uniform(50, 900, N), 2),
            "costs": np.round(rng.uniform(20, 300, N), 2),
            "age": rng.integers(20, 70, N),
        }
    )
    total = {"id": called, "region": "", "sales": table["sales"].sum(), "age": ""}
    total["costs"] = table["costs"].sum()
    parts = [table[:place], pd.DataFrame([total]), table[place:]]
    cells = pd.concat(parts).astype(str).map(lambda text: text.replace(".", mark))
    return cells.set_axis(pd.RangeIndex(2, N + 3))


@pytest.mark.parametrize("place", [0, 5, N])
@pytest.mark.parametrize("mark", [".", ","])
def test_a_total_that_has_an_identifier_is_refused(place, mark):
    with pytest.raises(DataError, match=rf"row {place + 2}: (has the sum of all|reads like)"):
        refuse_summary_rows(rows(place, mark=mark), ["id"], file="a.csv", decimal=mark)


def test_codes_for_missing_and_rounding_hide_no_total():
    cells = rows(0)
    cells.loc[5, "sales"] = "-99"
    cells.loc[2, "sales"] = str(cells["sales"].astype(float)[1:].where(lambda own: own > 0).sum())
    with pytest.raises(DataError, match="row 2: has the sum of all other rows in 'sales' and"):
        refuse_summary_rows(cells, ["id"], file="a.csv")


def test_what_is_as_it_is_written_is_no_total():
    refuse_summary_rows(rows(0), ["id"], file="a.csv", passed_over=["id"])


@pytest.mark.parametrize(
    "change",
    [
        {"costs": "7"},  # one sum alone
        {"sales": "1", "costs": "1"},
        {"age": "44", "region": "2", "land": "3", "cows": "2", "costs": "5"},
    ],
    ids=["one", "none", "few"],
)
def test_other_rows_are_none(change):
    cells = rows(0).assign(land="1", cows="2")
    for column, text in change.items():
        cells.loc[2, column] = text
    refuse_summary_rows(cells, ["id"], file="a.csv")


def test_counts_that_are_sums_by_chance_are_none():
    """A rare animal: five farms have one, and the largest has five; the same of a rare tool."""
    rng = np.random.default_rng(2)
    table = pd.DataFrame({"id": range(40), "sales": rng.uniform(1, 9, 40), "age": 30})
    table = table.assign(costs=rng.uniform(1, 9, 40), land=rng.uniform(1, 9, 40), goats=0, carts=0)
    table.loc[:4, ["goats", "carts"]] = 1
    table.loc[9, ["goats", "carts"]] = 5
    refuse_summary_rows(table.astype(str), ["id"], file="a.csv")


def test_the_message_names_the_columns_and_the_way_out():
    said = "file a.csv, column 'sales', row 2: has the sum of all other rows in 'sales' and 'costs'"
    with pytest.raises(DataError, match=re.escape(said)) as error:
        refuse_summary_rows(rows(0), ["id"], file="a.csv")
    assert "`keep`" in str(error.value) and "`as_written`" in str(error.value)
