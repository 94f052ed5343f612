"""Tables and figures of subgroups, of the decomposition and of associations."""

import re
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry, with_tables
from study_models import with_parts
from test_exhibits_study import build_results

from ruralimpact.errors import ConfigError
from ruralimpact.estimation.informative_weights import INFORMATIVE, NOT_SHOWN
from ruralimpact.exhibits import disclosure
from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.detail_findings import detail_numbers
from ruralimpact.exhibits.figures.subgroup_forest import subgroup_plot, subgroup_words
from ruralimpact.exhibits.figures.waterfall import waterfall_plot, waterfall_words
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.model import Row, Table
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.association import association_table
from ruralimpact.exhibits.tables.decomposition import decomposition_tables
from ruralimpact.exhibits.tables.impact import impact_table
from ruralimpact.exhibits.tables.subgroups import subgroup_table
from ruralimpact.heterogeneity.rows import SubgroupRow
from ruralimpact.schema.exhibit import Exhibits
from ruralimpact.tables import schema

SPEC = "psid_matching/nn5/earnings"
AGE = {"title": "By age", "analyses": ["psid_matching"], "subgroup": "age"}
SUBGROUPS = entry("subgroups", **AGE)
PARTS = entry("decomposition", analyses=["psid_matching"])
HEADING = {
    "spec_id": SPEC,
    "analysis": "psid_matching",
    "sample": "psid",
    "method": "matching",
    "outcome": "earnings",
    "unit": "US dollars of 1982",
    "strategy": "nn5",
    "estimand": "ATT",
    "subgroup": "age",
    "subgroup_label": "Age",
    "basis": "declared",
    "synthetic": False,
}


def row(kind: str, level: str = "", **values: Any) -> dict[str, Any]:
    return asdict(SubgroupRow(**{**HEADING, "kind": kind, "level": level, **values}))


def effect(estimate: float, error: float) -> dict[str, float]:
    ends = {"conf_low": estimate - 2 * error, "conf_high": estimate + 2 * error}
    return {"estimate": estimate, "std_error": error, "p_value": 0.04, "p_adjusted": 0.07, **ends}


def subgroup_frame(**young: Any) -> pd.DataFrame:
    counts = {"n_treated": 90, "n_control": 80, "n_clusters": 170, "percent": 20.0}
    means = {"treated_mean": 6000.0, "control_mean": 5000.0}
    rows = [
        row("level", "Young", **effect(2000, 500), **means, **{**counts, **young}),
        row(
            "level",
            "Old",
            **effect(-300, 600),
            **means,
            **{**counts, "n_treated": 80},
            balanced="no",
        ),
        row("difference", "Young", against="Old", **effect(2300, 800), n_clusters=340),
        row("equality", statistic=4.2, df=1.0, df_denominator=339.0, p_value=0.041),
    ]
    return schema("subgroups").validate(pd.DataFrame(rows))


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> StudyResults:
    folder: Path = tmp_path_factory.mktemp("subgroups")
    return build_results(folder)


def with_subgroups(results: StudyResults, frame: pd.DataFrame) -> StudyResults:
    return with_tables(results, **suppressed_tables({"subgroups": frame}, after=results.tables))


def texts(table: Table) -> dict[str, list[str]]:
    return {row.label.text: [cell.text for cell in row.cells] for row in table.rows if row.cells}


def data(table: Table) -> list[Row]:
    return [row for row in table.rows if row.kind == "data"]


def test_levels_everyone_the_difference_and_the_test(results: StudyResults) -> None:
    (table,) = subgroup_table(with_subgroups(results, subgroup_frame()), SUBGROUPS)
    shown = texts(table)
    assert shown["Young"][2:7] == ["2,000", "(500)", "1,000 to 3,000", "0.040", "0.070"]
    everyone = results["estimates"].set_index("spec_id").loc[SPEC]
    assert shown["Everyone"][2] == f"{everyone['estimate']:,.0f}"
    assert shown["Young less Old"][2] == "2,300"
    assert shown[""] == ["Equal effects: F(1, 339) = 4.20, p = 0.041"]
    marks = {row.label.text: row.label.mark for row in data(table)}
    assert marks["Old"] == "†"
    assert "is rejected at the 5 percent level (p = 0.041)" in table.interpretation[0]


def test_small_levels_and_their_differences_are_suppressed(results: StudyResults) -> None:
    (table,) = subgroup_table(with_subgroups(results, subgroup_frame(n_treated=9)), SUBGROUPS)
    shown = texts(table)
    assert shown["Young"][:8] == ["[s]"] * 8
    assert shown["Young"][8] == "[s]"
    assert set(shown["Young less Old"]) == {"[s]", ""}
    record = next(row.record for row in data(table) if row.label.text == "Young")
    assert record is not None
    assert np.isnan(record["estimate"])
    assert disclosure.NOTE in table.notes


def test_notes_of_levels_that_everyone_has_not_are_printed_with_whose_they_are(
    results: StudyResults,
) -> None:
    noted = with_subgroups(results, subgroup_frame(notes=f"{INFORMATIVE}; {NOT_SHOWN}"))
    estimates = results["estimates"].copy()
    estimates.loc[estimates["spec_id"] == SPEC, "notes"] = NOT_SHOWN
    (table,) = subgroup_table(with_tables(noted, estimates=estimates), SUBGROUPS)
    assert f"Young: {INFORMATIVE}." in table.notes
    assert not any(NOT_SHOWN in note for note in table.notes)


def test_realised_classes_are_titled_a_warning(results: StudyResults) -> None:
    frame = subgroup_frame().iloc[:2].assign(basis="realised", warning="treatment moves units")
    (table,) = subgroup_table(with_subgroups(results, frame), SUBGROUPS)
    assert "a warning, not a result" in table.full_title
    assert table.interpretation == ("A warning, not a result: treatment moves units.",)


def test_subgroup_figure_has_a_row_a_level_and_everyone(results: StudyResults) -> None:
    full = with_subgroups(results, subgroup_frame())
    (axes,) = subgroup_plot(full, SUBGROUPS).axes
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == ["Five nearest neighbours", "Young", "Old", "Everyone"]
    assert "F(1, 339) = 4.20" in subgroup_words(full, SUBGROUPS)


def parts_frame(p_value: float) -> pd.DataFrame:
    values = {"total": 1500.0, "volume": 1000.0, "price": 800.0, "cost": -300.0}
    rows = [
        {
            **{key: HEADING[key] for key in ("spec_id", "analysis", "outcome", "unit", "strategy")},
            "part": part,
            "product": "",
            "estimate": value,
            "std_error": 100.0,
            "df": 9.0,
            "statistic": 1.0,
            "p_value": p_value,
            "conf_low": value - 200,
            "conf_high": value + 200,
            "reason": "",
            "synthetic": False,
        }
        for part, value in values.items()
    ]
    return schema("decomposition").validate(pd.DataFrame(rows))


def with_decomposition(results: StudyResults, p_value: float) -> StudyResults:
    raw = {"decomposition": parts_frame(p_value)}
    return with_tables(results, **suppressed_tables(raw, after=results.tables))


def test_parts_and_their_share_of_an_effect_that_differs_from_zero(results: StudyResults) -> None:
    (table,) = decomposition_tables(with_decomposition(results, 0.01), PARTS)
    shown = texts(table)
    assert list(shown) == ["Volume", "Price", "Unit cost", "Effect on net income"]
    assert shown["Unit cost"] == ["−300", "(100)", "−500 to −100", "0.010", "−20"]
    assert "accounting" in table.notes[0]


def test_no_share_of_an_effect_that_may_be_zero(results: StudyResults) -> None:
    (table,) = decomposition_tables(with_decomposition(results, 0.3), PARTS)
    assert len(table.columns) == 4
    assert all(len(cells) == 4 for cells in texts(table).values())


def test_parts_of_a_suppressed_effect_are_not_shown(results: StudyResults) -> None:
    hidden = results["estimates"].assign(suppressed=results["estimates"]["spec_id"] == SPEC)
    own = with_decomposition(with_tables(results, estimates=hidden), 0.01)
    (table,) = decomposition_tables(own, PARTS)
    assert not data(table)
    assert not [key for key in findings(own) if f"{SPEC}::" in key]
    assert disclosure.NOTHING_LEFT in [text.get_text() for text in waterfall_plot(own, PARTS).texts]


def test_waterfall_steps_end_at_the_effect(results: StudyResults) -> None:
    own = with_decomposition(results, 0.01)
    (axes,) = waterfall_plot(own, PARTS).axes
    volume, price, cost, total = (patch for patch in axes.patches)
    assert price.get_y() == volume.get_height() == 1000
    assert cost.get_y() + cost.get_height() == total.get_height() == 1500
    assert "volume 1,000, price 800, unit cost −300" in waterfall_words(own, PARTS)


def test_associations_are_labelled_so(results: StudyResults) -> None:
    values = {**effect(700, 300), "statistic": 2.1, "df": 59.0, "df_denominator": np.nan}
    values.pop("p_adjusted")
    common = {
        "analysis": "psid_matching",
        "association": "services",
        "label": "Services",
        "outcome": "earnings",
        "unit": "US dollars of 1982",
        "n_clusters": 60,
        "n_units": 185,
        "r_squared": 0.2,
        "reason": "",
        "synthetic": False,
    }
    coefficient = {"kind": "coefficient", "variable": "advice", "variable_label": "Advice"}
    frame = pd.DataFrame([{**common, **coefficient, **values, "mean": 0.6}])
    checked = schema("associations").validate(frame)
    own = with_tables(results, **suppressed_tables({"associations": checked}))
    (table,) = association_table(own, PARTS)
    assert "(association)" in table.title
    assert texts(table)["Advice"] == ["700", "(300)", "100 to 1,300", "0.040", "0.60"]
    small = suppressed_tables({"associations": checked.assign(n_units=9)})
    (table,) = association_table(with_tables(own, **small), PARTS)
    assert set(texts(table)["Advice"]) == {"[s]"}


def test_findings_have_stable_identifiers(results: StudyResults) -> None:
    own = with_decomposition(with_subgroups(results, subgroup_frame()), 0.01)
    found = {key: value for key, value, *_ in detail_numbers(own)}
    assert found[f"{SPEC}::age=Young/estimate"] == 2000
    assert found[f"{SPEC}::age=Young-Old/estimate"] == 2300
    assert found[f"{SPEC}::age/equality_p_value"] == 0.041
    assert found[f"{SPEC}::volume/estimate"] == 1000


def ordered(results: StudyResults) -> StudyResults:
    """Two levels whose order is uncertain: the difference has a standard error of 800 over 2,300."""
    own = with_subgroups(results, subgroup_frame())
    groups = np.arange(len(results["scores"]))
    young = np.where(groups % 2, 1.0, -1.0) * 500 / np.sqrt(len(groups))
    old = np.where(groups % 3, 0.5, -1.0) * 600 / np.sqrt(len(groups))
    columns = {
        f"{SPEC}::age=Young": young,
        f"{SPEC}::age=Old": old,
        f"{SPEC}::age=Young::treated_mean": 0 * young,
        f"{SPEC}::age=Old::treated_mean": 0 * old,
    }
    return with_tables(own, scores=results["scores"].assign(**columns))


def test_ranks_and_the_published_order(results: StudyResults) -> None:
    order = {"published": ["Old", "Young"], "place": "page 3"}
    exhibit = entry("subgroups", **AGE, name="by_age", order=order)
    own = ordered(results)
    (table,) = subgroup_table(own, exhibit)
    shown = texts(table)
    assert shown["Young"][8:11] == ["1", "1", "2"]
    assert shown["Old"][8:11] == ["2", "2", "1"]
    foot = [row for row in table.rows if row.kind == "foot"][-1]
    assert foot.cells[0].text == (
        "Published order (page 3): Old > Young; in less than 1 percent of draws (a blind shuffle: 50)"
    )
    widths = {sum(cell.span for cell in row.cells) for row in table.rows if row.cells}
    assert widths == {len(table.columns)}
    (again,) = subgroup_table(own, exhibit)
    assert texts(again) == shown
    study = with_parts(own.study, exhibits=Exhibits(tables=(exhibit,)))
    found = {key: value for key, value, *_ in detail_numbers(replace(own, study=study))}
    assert found[f"{SPEC}::age=Young/rank"] == 1
    assert found[f"{SPEC}::age=Young/percent"] == 20
    assert found[f"{SPEC}::age/published_order"] < 1


def test_no_ranks_beside_a_level_that_cannot_be_shown(results: StudyResults) -> None:
    order = {"published": ["Old", "Young"], "place": "page 3"}
    exhibit = entry("subgroups", **AGE, name="by_age", order=order)
    own = with_subgroups(ordered(results), subgroup_frame(n_treated=9))
    (table,) = subgroup_table(own, exhibit)
    assert "Published order" not in str(table.rows)


def test_an_order_of_levels_that_do_not_exist(results: StudyResults) -> None:
    order = {"published": ["Old", "Ancient"], "place": "page 3"}
    with pytest.raises(ConfigError, match="no level 'Ancient'; the levels are: Young, Old"):
        list(
            subgroup_table(ordered(results), entry("subgroups", **AGE, name="by_age", order=order))
        )


def test_without_a_unit_nothing_stands_in_its_place(results: StudyResults) -> None:
    """No empty brackets, no two spaces, in tables, notes and the answer."""
    bare = {
        name: outcome.model_copy(update={"unit": ""})
        for name, outcome in results.study.outcomes.items()
    }
    study = results.study.model_copy(update={"outcomes": bare})
    estimates = results["estimates"].assign(unit="")
    full = with_tables(replace(results, study=study), estimates=estimates)
    full = with_subgroups(full, subgroup_frame().assign(unit=""))
    full = replace(full, findings=findings(full))
    impact = next(own for own in study.exhibits.tables if own.name == "impact")
    tables = [*subgroup_table(full, SUBGROUPS), *impact_table(full, impact)]
    printed = [cell.text for table in tables for own in table.rows for cell in own.cells]
    printed += [own.label.text for table in tables for own in table.rows]
    printed += [text for own in tables for text in (*own.interpretation, *own.notes)]
    printed += [line.text for line in answer_box(full).lines]
    assert len(printed) > 100
    assert [text for text in printed if re.search(r"\(\)|\S  \S| [.,;)]", text)] == []
