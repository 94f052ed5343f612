"""Price scenarios from a table, and whom a scenario carries below the threshold."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from cash_flow_records import many, study_with
from exhibit_entries import entry

from ruralimpact.config.price_scenarios import read_price_scenarios
from ruralimpact.description.records import RecordedStudy
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.returns_findings import returns_numbers
from ruralimpact.exhibits.tables.scenario_crossings import scenario_crossings_table
from ruralimpact.returns.study import returns_study, returns_uncertainty
from ruralimpact.schema.rate_of_return import PriceTable

TABLE = PriceTable(file="prices.csv", by="product", lines=("revenue",))
GOOD = (
    "scenario,product,relative_price\nLow milk,milk,0.7\nLow milk,quinoa,0.88\nDear milk,milk,1.2\n"
)


def read(folder: Path, text: str) -> Any:
    (folder / "prices.csv").write_text(text, encoding="utf-8")
    return read_price_scenarios(TABLE, folder, Path("config/studies/a"))


def test_each_label_is_a_scenario(tmp_path: Path) -> None:
    low, dear = read(tmp_path, GOOD)
    assert (low.name, low.label, low.by, low.lines) == (
        "low_milk",
        "Low milk",
        "product",
        ("revenue",),
    )
    assert low.factors == {"milk": 0.7, "quinoa": 0.88}
    assert dear.factors == {"milk": 1.2}


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    read(tmp_path, GOOD)
    table = PriceTable(file="prices.xlsx", by="product", lines=("revenue",))
    pd.read_csv(tmp_path / "prices.csv").to_excel(tmp_path / "prices.xlsx", index=False)
    assert read_price_scenarios(table, tmp_path, tmp_path) == read(tmp_path, GOOD)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("relative_price", "price", "column 'relative_price': no such column"),
        ("product,", "produkt,", "Did you mean 'produkt'"),
        ("0.88", "88", "column 'relative_price', row 3: is no price over that of the record"),
        ("0.88", "low", "row 3: is no price"),
        ("0.88", "-1", "row 3: is no price"),
        ("0.88", "", "column 'relative_price', row 3: is empty"),
        ("quinoa", "milk", "column 'product', row 3: the scenario has another price of it"),
        ("Dear milk", "...", "column 'scenario', row 4"),
    ],
)
def test_mistakes_name_file_column_and_row(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError) as raised:
        read(tmp_path, GOOD.replace(old, new))
    assert "file config/studies/a/prices.csv" in str(raised.value)
    assert message in str(raised.value)


def test_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"prices\.csv: there is no such file"):
        read_price_scenarios(TABLE, tmp_path, Path("config/studies/a"))


def crossings(factors: dict[str, float]) -> tuple[dict[str, pd.DataFrame], Any]:
    units, outcomes = many(60)
    lines = ["sales", "feed"]
    scenario = {"name": "low", "label": "Low", "by": "product", "lines": lines, "factors": factors}
    study = study_with(by=["product"], scenarios=[scenario], public_counts=True)
    frames = {"flows": units}, {"flows": outcomes}
    tables = returns_study(RecordedStudy(study, *frames)).tables
    return {**tables, **returns_uncertainty(RecordedStudy(study, *frames), seed=1)}, study


def test_who_is_carried_below_the_threshold() -> None:
    tables, study = crossings({"milk": 0.0})
    own = tables["returns_crossings"].query("account == 'all'").set_index("level")
    everyone, milk = own.loc[""], own.loc["milk"]
    assert everyone["n_units"] == milk["n_units"] > 0
    # Without any net income nobody is above; who was before no longer is.
    assert (everyone["above"], everyone["lost"]) == (0, everyone["above_record"])
    assert everyone["above_record"] + everyone["negative_record"] == everyone["n_units"]
    results = StudyResults(study, suppressed_tables(tables), quality={})
    (table,) = scenario_crossings_table(results, entry("scenario_crossings", analyses=["efa"]))
    row = next(row for row in table.rows if row.label.text == "All")
    assert row.cells[1].text == f"{everyone['above_record']:.0f}"
    numbers = {key: value for key, value, *_ in returns_numbers(results)}
    assert numbers["returns/efa/all/low/units/lost"] == everyone["lost"]


def test_a_value_that_is_nearly_that_of_some_unit_is_refused() -> None:
    with pytest.raises(DataError, match="'milks', which no unit has. Did you mean 'milk'"):
        crossings({"milks": 0.7})
    with pytest.raises(DataError, match="no unit has. Known: "):
        crossings({"xyz": 0.7})
    frame = crossings({"milk": 0.7, "xyz": 0.5})[0]["returns_crossings"]
    assert set(frame["level"]) == {"", "milk"}
    assert np.isfinite(frame["above"]).all()
