"""The table and the figure of what the next wave could detect."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry, written
from study_models import study_of
from test_power_study import data, study

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.errors import ConfigError
from ruralimpact.exhibits import palette
from ruralimpact.exhibits.figures.power_curve import power_plot, power_words
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.model import Table
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.power import power_table
from ruralimpact.power.study import power_study

EXHIBIT = entry("power", analyses=["main"])
EXHIBITS = {"tables": [written("power", analyses=["main"])], "figures": []}


def results_of(power: pd.DataFrame, config: dict[str, Any]) -> StudyResults:
    config = config | {"exhibits": EXHIBITS}
    config["analyses"][0]["label"] = "Farms"
    config["outcomes"] = {
        "income": {"unit": "pesos", "label": "Income", "decimals": 1},
        "poor": {"unit": "percentage points", "label": "Poverty", "decimals": 1},
    }
    return StudyResults(study_of(config), suppressed_tables({"power": power}), quality={})


@pytest.fixture(scope="module")
def results() -> StudyResults:
    config = study(
        outcomes=["income", "poor"], groups=[40, 80], autocorrelation={"unit": 0.4, "group": 0.7}
    )
    return results_of(power_study(study_of(config), *data()), config)


def data_rows(table: Table) -> list[Any]:
    return [row for row in table.rows if row.kind == "data"]


def test_table_prints_the_effects_in_their_units(results: StudyResults) -> None:
    effects, basis = power_table(results, EXHIBIT)
    assert [column.label for column in effects.columns] == ["40", "80"]
    rows = data_rows(effects)
    assert len(rows) == 2 * 3 * 2, "outcomes, designs, and two measures of each"
    power = results["power"].set_index(["outcome", "design", "n_clusters"])
    income, poor = power.loc[("income", "cross_section", 40)], power.loc[("poor", "ancova", 80)]
    assert rows[0].cells[0].text == f"{income['mde']:,.1f}"
    assert rows[1].cells[0].text == f"{income['mde_percent']:.1f}"
    assert rows[10].cells[1].text == f"{100 * poor['mde']:.1f}", "shares in percentage points"
    assert rows[10].record["groups_80"] == pytest.approx(100 * poor["mde"])
    first = data_rows(basis)[0]
    assert first.cells[2].text == f"{income['icc']:.3f}"
    assert first.cells[7].text == "0.70"
    assert any("assumed" in note for note in basis.notes)
    assert "40 groups would detect an effect of" in effects.interpretation[0]


def test_figure_has_a_panel_an_outcome_and_a_line_a_design(results: StudyResults) -> None:
    with palette.style():
        figure = power_plot(results, EXHIBIT)
        assert palette.png_bytes(figure, "x") == palette.png_bytes(figure, "x")
    assert len(figure.axes) == 2
    lines = [line for line in figure.axes[0].lines if len(line.get_xdata()) == 2]
    power = results["power"][results["power"]["outcome"] == "income"]
    drawn = sorted(
        float(np.asarray(line.get_ydata())[0]) for line in lines if line.get_marker() != "None"
    )
    assert drawn == pytest.approx(sorted(power.loc[power["n_clusters"] == 40, "mde"]))
    assert "Poverty, next wave alone" in power_words(results, EXHIBIT)


def test_outcomes_can_be_chosen_and_nothing_is_said_of_nothing(results: StudyResults) -> None:
    effects, _ = power_table(results, entry("power", analyses=["main"], outcomes=["poor"]))
    assert {row.record["outcome"] for row in data_rows(effects)} == {"poor"}
    empty = results_of(results["power"].iloc[:0], study())
    with palette.style():
        assert not power_plot(empty, EXHIBIT).axes


def test_few_controls_are_not_published(results: StudyResults) -> None:
    few = results_of(results["power"].assign(controls_now=9), study(outcomes=["income", "poor"]))
    effects, basis = power_table(few, EXHIBIT)
    assert data_rows(effects)[1].cells[0].text == "–"
    assert [cell.text for cell in data_rows(basis)[0].cells[:2]] == ["–", "–"]
    assert "control mean" not in effects.interpretation[0]


def test_an_exhibit_needs_the_block(tmp_path: Any) -> None:
    config = study() | {"power": [], "exhibits": EXHIBITS}
    with pytest.raises(ConfigError, match="no power of the next wave for 'main'"):
        check_exhibits(study_of(config), package_kinds(), tmp_path / "exhibits.yaml")
