"""Balance, sizes and the answer are those of the units behind each estimate, and their counts add up."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from outcome_missing import (
    CONTROLS,
    KNOWN,
    NAMES,
    STUDY,
    TREATED,
    WITHOUT_AGE,
    frame,
    made,
    results_of,
)

from ruralimpact.exhibits import interpretation
from ruralimpact.exhibits.about_whom import about_whom
from ruralimpact.exhibits.analysed_units import sizes
from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.answer.headline import headlines_of
from ruralimpact.exhibits.figures.love import love_plot
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.tables.balance import balance_tables
from ruralimpact.exhibits.tables.balance_summary import balance_summary_table
from ruralimpact.exhibits.tables.sample import sample_tables
from ruralimpact.tables import schema


@pytest.fixture(scope="module")
def tables() -> dict[str, pd.DataFrame]:
    return made(frame())


@pytest.fixture(scope="module")
def results(
    tables: dict[str, pd.DataFrame], tmp_path_factory: pytest.TempPathFactory
) -> StudyResults:
    written = {"name": "impact", "kind": "impact", "title": "Impact", "analyses": ["matched"]}
    exhibits = {"tables": [written], "figures": []}
    return results_of(tables, Path(tmp_path_factory.mktemp("results")), exhibits=exhibits)


def test_tables_fulfil_their_contracts(tables) -> None:
    for name in ("estimates", "sample_flow", "analysed_balance", "analysed_balance_summary"):
        schema(name).validate(tables[name])


@pytest.mark.parametrize("outcome", ["price", "income"])
@pytest.mark.parametrize("strategy", NAMES)
def test_the_counts_of_every_estimate_add_up(tables, strategy: str, outcome: str) -> None:
    spec = f"matched/{strategy}/{outcome}"
    counts = sizes(tables["sample_flow"].query("spec_id == @spec"))
    row = tables["estimates"].set_index("spec_id").loc[spec]
    design = tables["designs"].set_index("strategy").loc[strategy]
    assert (counts["treated_sample"], counts["control_sample"]) == (TREATED, CONTROLS)
    assert counts["treated_comparison"] + counts["control_comparison"] == WITHOUT_AGE
    assert counts["treated_sample"] - counts["treated_comparison"] == design["n_treated"]
    assert counts["treated_match"] == design["n_dropped"]
    assert counts["treated_estimate"] == row["n_treated"]
    assert counts["control_estimate"] == row["n_control"]
    assert row["n_treated"] + row["dropped"] == design["n_treated"]


def test_arms_without_a_match_are_counted_by_hand(tables) -> None:
    """Without matching everyone but those without an age, and of the treated those who sold, is compared."""
    counts = sizes(tables["sample_flow"].query("spec_id == 'matched/means/price'"))
    data = frame()
    known = data[data["age"].notna() & data["price"].notna()]
    assert counts["treated_estimate"] == (known["treated"] == 1).sum() == KNOWN
    assert counts["treated_outcome"] == TREATED - 1 - KNOWN
    assert counts["control_outcome"] == counts["control_match"] == 0


def test_balance_is_that_of_the_units_behind_the_estimate(tables) -> None:
    """By hand, for the plain comparison: means of those whose price is known over the whole arm's spread."""
    data = frame().dropna(subset="age")
    treated = data["treated"] == 1
    spread = data.loc[treated, "age"].std()
    known = data["price"].notna()
    gap = data.loc[treated & known, "age"].mean() - data.loc[~treated & known, "age"].mean()
    own = tables["analysed_balance"].query("outcome == 'price' and covariate == 'age'")
    smd = own.set_index("strategy")["smd"]
    assert smd["means"] == pytest.approx(gap / spread, rel=1e-12)
    assert smd[""] == smd["means"]
    assert abs(smd["entropy"]) > 0.5  # controls look like all treated, not like those who sold


def test_an_outcome_known_of_all_has_the_balance_of_its_design(tables) -> None:
    assert set(tables["analysed_balance"]["outcome"]) == {"price"}
    rows = tables["estimates"].set_index(["outcome", "strategy"])["balanced"]
    designs = tables["designs"].set_index("strategy")["balanced"]
    assert (rows["income"] == designs.map({True: "yes", False: "no"})[rows["income"].index]).all()
    assert rows["price", "entropy"] == "no" and rows["income", "entropy"] == "yes"


def test_what_is_lost_for_want_of_the_outcome_changes_the_estimand(tables) -> None:
    rows = tables["estimates"].set_index(["outcome", "strategy"])["estimand"]
    assert rows["income", "means"] == "ATT" and rows["price", "means"] == "ATT, supported"
    assert rows["price", "overlap"].endswith(", supported")


def test_row_order_changes_nothing(tables) -> None:
    again = made(frame().sample(frac=1, random_state=3))
    for name in ("sample_flow", "analysed_balance", "analysed_balance_summary"):
        pd.testing.assert_frame_equal(again[name], tables[name], check_exact=True)


def test_the_answer_says_whom_it_is_about(results) -> None:
    box = answer_box(replace(results, findings=findings(results)))
    said = " ".join(line.text for line in (*box.against, *box.further))
    behind = headlines_of(results)[0].record["n_treated"]
    assert f"Only {behind} of {TREATED} treated producers are behind it (the outcome" in said
    assert "control producers" not in said  # one of 120 controls is lost
    text = about_whom(results, "matched", "price")
    assert f"{KNOWN} of {TREATED} treated producers" in text
    assert "the outcome is missing: " in text
    assert "the covariate 'age' is missing: 1" in text


def test_nothing_is_said_of_an_outcome_that_few_lack(results, tmp_path: Path) -> None:
    assert about_whom(results, "matched", "income") == ""
    data = frame()
    data.loc[data.query("treated == 1").index[:5], "income"] = (
        np.nan
    )  # 5 and the one without age: 6 of 60
    assert about_whom(results_of(made(data), tmp_path), "matched", "income") == ""
    data.loc[data.query("treated == 1").index[5], "income"] = np.nan
    text = about_whom(results_of(made(data), tmp_path), "matched", "income")
    assert text.startswith("These estimates are about ") and "of 60 treated producers" in text


def test_units_that_left_before_the_sample_are_said_with_their_reason(
    tables: dict[str, pd.DataFrame], tmp_path: Path
) -> None:
    keys = {"sample": "farms", "treatment": "treated", "reason": "the group 'coop' is missing"}
    rows = [{**keys, "arm": "treated", "rows": 30}, {**keys, "arm": "control", "rows": 2}]
    excluded = pd.DataFrame(rows)[["sample", "treatment", "arm", "reason", "rows"]]
    results = results_of({**tables, "excluded_arms": excluded}, tmp_path)
    text = about_whom(results, "matched", "income")
    assert f"{TREATED - 1} of {TREATED + 30} treated producers" in text
    assert "is missing: 30" in text and "control producers" not in text
    other = excluded.assign(treatment="another")
    results = results_of({**tables, "excluded_arms": other}, tmp_path)
    assert about_whom(results, "matched", "income") == ""


def test_a_caliper_that_loses_many_is_said_with_its_reason(tmp_path: Path) -> None:
    data = frame()
    data.loc[data.query("treated == 1").index[:20], "age"] += 90
    strategies = [one for one in STUDY["strategies"] if one["name"] == "nn"]
    analysis = {**STUDY["analyses"][0], "strategies": ["nn"], "outcomes": ["income"]}
    study = {**STUDY, "strategies": strategies, "analyses": [analysis]}
    text = about_whom(results_of(made(data, study), tmp_path, **study), "matched", "income")
    assert "no candidate within the caliper: " in text and text.startswith(
        "This estimate is about "
    )


def test_what_holds_of_all_outcomes_is_said_once(
    results: StudyResults, monkeypatch: pytest.MonkeyPatch
) -> None:
    def same(*_: object, several: bool = False) -> str:
        return "These are about 9." if several else "This is about 9."

    monkeypatch.setattr(interpretation, "about_whom", same)
    (line,) = interpretation.impact_lines(results, ["matched"])
    assert line.endswith(" These are about 9.") and "This is" not in line
    monkeypatch.setattr(interpretation, "about_whom", lambda *names, **_: f"About {names[-1]}.")
    (line,) = interpretation.impact_lines(results, ["matched"])
    assert line.count("About price.") == line.count("About income.") == 1


def test_the_sample_table_shows_who_is_behind_each_estimate(results) -> None:
    *_, arms, behind = sample_tables(results, entry("sample"))
    assert arms.title == "Arms before and after matching"
    rows = {row.record["spec_id"]: row.record for row in behind.rows if row.record}
    assert set(rows) == {f"matched/{name}/price" for name in NAMES}
    for record in rows.values():
        assert record["treated_estimate"] == record["treated_sample"] - sum(
            record[f"treated_{step}"] for step in ("comparison", "match", "outcome")
        )


def test_the_balance_table_shows_the_units_behind_the_price(results) -> None:
    (table,) = balance_tables(results, entry("balance", analyses=["matched"]))
    own = [row.record for row in table.rows if row.record and row.record["outcome"] == "price"]
    assert [record["covariate"] for record in own] == [
        "age",
        "Treated units",
        "Controls",
        "Effective number of controls",
    ]
    assert own[1]["n_entropy"] == KNOWN
    assert abs(own[0]["smd_entropy"]) > 0.5
    marked = next(row for row in table.rows if row.record is own[0] or row.record == own[0])
    assert any(cell.mark for cell in marked.cells)


def test_the_line_of_pstest_is_that_of_the_units_behind_the_price(results) -> None:
    """By hand, for the plain comparison: the bias of age over the spread of both whole arms."""
    data = frame().dropna(subset="age")
    treated, known = data["treated"] == 1, data["price"].notna()
    spread = np.sqrt((data.loc[treated, "age"].var() + data.loc[~treated, "age"].var()) / 2)
    gap = data.loc[treated & known, "age"].mean() - data.loc[~treated & known, "age"].mean()
    (table,) = balance_summary_table(results, entry("balance_summary", analyses=["matched"]))
    own = {
        row.record["strategy"]: row.record
        for row in table.rows
        if row.record and row.record["outcome"] == "price"
    }
    assert set(own) == {"", *NAMES}
    assert own["means"]["mean_bias"] == pytest.approx(100 * abs(gap) / spread, rel=1e-12)
    assert own[""]["mean_bias"] == own["means"]["mean_bias"]
    assert own["means"]["n_control_matched"] == (~treated).sum()
    whole = {
        row.record["strategy"]: row.record["mean_bias"]
        for row in table.rows
        if row.record and row.record["outcome"] == ""
    }
    assert whole["entropy"] < 1e-3 < 25 < own["entropy"]["mean_bias"]


def test_the_love_plot_has_a_panel_of_the_units_behind_the_price(results) -> None:
    figure = love_plot(results, entry("love", analyses=["matched"]))
    designs, behind = figure.axes
    assert "Behind the estimates:" in behind.get_title()
    drawn = behind.collections[
        1 + results.matched_strategies("matched").index("entropy")
    ].get_offsets()
    smd = results["analysed_balance"].query("strategy == 'entropy'")["smd"].abs()
    assert sorted(drawn[:, 0]) == pytest.approx(sorted(smd))
    assert designs.get_title() not in ("", behind.get_title())


def test_an_arm_in_a_single_zone_has_no_spread_and_no_rounding(tmp_path: Path) -> None:
    """All treated live in the north: the zone cannot balance, and within it the others can be compared."""
    data = frame().dropna(subset="age")
    south = (data["treated"] == 0) & (np.arange(len(data)) % 2 == 0)
    data = data.assign(zone=np.where(south, "south", "north"))
    analysis = {**STUDY["analyses"][0], "strategies": ["means"]}
    plain = made(data, {**STUDY, "analyses": [{**analysis, "covariates": ["age", "zone"]}]})
    zones = plain["balance"].query("covariate.str.startswith('zone')")
    assert zones["smd"].isna().all() and not zones["balanced"].any()
    exact = {**analysis, "strategies": ["nn", "kernel"], "exact": ["zone"], "covariates": ["age"]}
    study = {**STUDY, "analyses": [exact]}
    tables = made(data, study)
    assert tables["estimates"]["estimate"].notna().all()
    results = results_of(tables, tmp_path, analyses=study["analyses"])
    figure = package_kinds().figures["love"]
    figure.draw(results, entry("love", analyses=["matched"]))
    (table,) = balance_tables(results, entry("balance", analyses=["matched"]))
    assert not any("inf" in cell.text for row in table.rows for cell in row.cells)
