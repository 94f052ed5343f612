"""Portfolios of projects: sums, ratios, shares and their concentration, and what print has of them."""

import csv
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from exhibit_entries import written
from study_models import study_of, with_parts

from ruralimpact.config.exhibits import check_exhibits
from ruralimpact.description.records import DescriptionTables, RecordedStudy
from ruralimpact.errors import ConfigError, DataError
from ruralimpact.exhibits.figures.portfolio_shares import ShareOptions, share_figure, share_words
from ruralimpact.exhibits.portfolio_findings import portfolio_headlines, portfolio_numbers
from ruralimpact.exhibits.registry import package_kinds
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.portfolio.printed import PrintedNumber, agreement
from ruralimpact.portfolio.study import portfolio_study
from ruralimpact.schema.exhibit import Exhibits
from ruralimpact.schema.validation import validated

ROOT = Path(__file__).parents[2]
ASKED: dict[str, Any] = {
    "name": "all",
    "sample": "all",
    "method": "portfolio",
    "project": "title",
    "by": "country",
    "start": "begin",
    "end": "finish",
    "reach": [{"name": "groups", "label": "Groups", "target": "planned", "actual": "formed"}],
    "ratios": [
        {"name": "size", "label": "Size", "unit": "members", "of": "members", "over": "formed"}
    ],
    "financing": {"label": "Financing", "unit": "US$", "of": ["loan", "own"], "total": "sum"},
    "focus": ["market"],
    "words": ["agency"],
    "status": "agency",
}
NAN = float("nan")
PROJECTS = pd.DataFrame(
    {
        "unit_id": ["a", "b", "c"],
        "group": ["a", "b", "c"],
        "id": ["a", "b", "c"],
        "title": ["One", "Two", "Three"],
        "country": ["Peru", "Peru", "Chile"],
        "begin": [2001.0, 2005.0, 2010.0],
        "finish": [2006.0, 2009.0, NAN],
        "planned": [100.0, 50.0, 200.0],
        "formed": [80.0, 60.0, NAN],
        "members": [1600.0, 600.0, 10.0],
        "loan": [75.0, 0.0, 10.0],
        "own": [25.0, 10.0, NAN],
        "sum": [100.0, 12.0, 10.0],
        "market": [1.0, 3.0, 2.0],
        "agency": ["Ministry", None, "Ministry"],
    }
)


def computed(projects: pd.DataFrame = PROJECTS, **keys: Any) -> DescriptionTables:
    study = study_of(analyses=[{**ASKED, **keys}], samples={"all": {}})
    blank = projects[["unit_id"]]
    return portfolio_study(RecordedStudy(study, {"all": projects}, {"all": blank}))


def value(tables: DescriptionTables, column: str = "value", **where: str) -> Any:
    frame = tables.tables["portfolio"]
    for key, wanted in where.items():
        frame = frame[frame[key] == wanted]
    assert len(frame) == 1, frame
    return frame[column].iloc[0]


def test_targets_and_reach_by_hand() -> None:
    made = computed()
    assert value(made, name="groups", measure="target", project="") == 350
    assert value(made, name="groups", measure="actual", project="") == 140
    assert value(made, name="groups", measure="percent", project="b") == pytest.approx(120)
    # 140 of 150, over the two projects of which both are known.
    assert value(made, name="groups", measure="percent", project="") == pytest.approx(1400 / 15)


def test_a_project_without_a_target_above_zero_is_in_no_percent() -> None:
    made = computed(PROJECTS.assign(planned=[0.0, 50.0, 200.0], formed=[80.0, 60.0, 100.0]))
    assert value(made, name="groups", measure="percent", project="") == pytest.approx(160 / 2.5)
    assert value(made, name="groups", measure="with_both", project="") == 2
    zero = [lost for lost in made.excluded if lost.reason == "the target is zero"]
    assert [(lost.about, lost.units, lost.column) for lost in zero if lost.rows] == [
        ("Groups", ("a",), "planned")
    ]


def test_ratios_are_of_sums_and_not_means_of_ratios() -> None:
    made = computed()
    assert value(made, name="size", project="a") == 20
    assert value(made, name="size", project="") == pytest.approx(2200 / 140)


def test_shares_and_concentration_by_hand() -> None:
    made = computed()
    index = {"part": "financing", "measure": "concentration"}
    assert value(made, project="a", **index) == pytest.approx(0.75**2 + 0.25**2)
    assert value(made, project="b", **index) == 1
    assert value(made, "share", name="loan", measure="part", project="") == pytest.approx(85 / 120)
    equal = PROJECTS.assign(own=PROJECTS["loan"].clip(lower=1), loan=PROJECTS["loan"].clip(lower=1))
    assert value(computed(equal), project="a", **index) == pytest.approx(1 / 2)


@pytest.mark.parametrize(
    ("loans", "shown"), [([75.0, 0.0, 10.0], {"0.63", "–", "1.00"}), ([0.0] * 3, {"–"})]
)
def test_projects_whose_parts_are_all_nil_have_a_dash(loans: list[float], shown: set[str]) -> None:
    nil = PROJECTS.assign(loan=loans, own=[25.0 if any(loans) else 0.0, 0.0, NAN])
    study = study_of(analyses=[ASKED], samples={"all": {}})
    results = StudyResults(study, computed(nil).tables, quality={})
    exhibit = validated(
        ShareOptions, written("portfolio_shares", analyses=["all"], part="financing")
    )
    texts = {text.get_text() for text in share_figure(results, exhibit).axes[0].texts}
    assert {text.split()[0] for text in texts - {"Index"}} == shown
    assert share_words(results, exhibit)


def test_the_answer_says_reach_cost_and_who_pays() -> None:
    study = study_of(analyses=[ASKED], samples={"all": {}})
    results = StudyResults(study, computed().tables, quality={})
    (line,) = portfolio_headlines(results)
    assert line.text == (
        "Reached: 140 groups. In two projects where target and reach are known: 93 percent of the "
        "target. Size: 16 members. Financing: US$ 120.0 (loan 71 percent, own 29 percent)."
    )
    numbers = {number.key: number.value for number in portfolio_numbers(results)}
    assert [numbers[key] for key in line.cites] == pytest.approx([140, 2, 280 / 3, 110 / 7, 120])


def test_parts_that_add_up_to_another_total_are_marked() -> None:
    made = computed()
    total = {"part": "financing", "measure": "total"}
    assert value(made, "agreement", project="a", **total) == "agrees"
    assert value(made, "agreement", project="b", **total) == "differs"
    assert value(made, "printed", project="b", **total) == 12


def test_what_does_not_fit_is_noted_with_the_projects() -> None:
    odd = PROJECTS.assign(
        title=["One", "One", None], country=["Peru", "Peru", None], sum=[100.0, 12.0, NAN]
    )
    made = computed(odd)
    noted = {(line.column, line.problem[:6], line.units) for line in made.inconsistent}
    assert {note for note in noted if note[2]} == {
        ("title", "1 of 3", ("c",)),
        ("title", "2 of 3", ("a", "b")),
        ("country", "1 of 3", ("c",)),
        ("sum", "1 of 3", ("b",)),
        ("sum", "1 of 3", ("c",)),
    }
    labels = made.tables["portfolio"].set_index("project")["project_label"]
    assert labels["c"].unique().tolist() == ["c"]


def test_what_is_not_known_is_excluded_and_counted() -> None:
    excluded = {(item.about, item.rows) for item in computed().excluded}
    assert ("period", 1) in excluded and ("Groups", 1) in excluded and ("Size", 1) in excluded
    years = computed().tables["portfolio"].query("part == 'period' and measure == 'years'")
    assert years.set_index("project")["value"].to_dict() == {"a": 5.0, "b": 4.0}


def test_projects_are_counted_by_status_with_those_of_unknown_status() -> None:
    rows = computed().tables["portfolio"].query("part == 'status'")
    assert dict(zip(rows["words"], rows["value"], strict=True)) == {"Ministry": 2, "not known": 1}


def test_the_order_of_rows_changes_nothing() -> None:
    pd.testing.assert_frame_equal(
        computed().tables["portfolio"], computed(PROJECTS.iloc[::-1]).tables["portfolio"]
    )


@pytest.mark.parametrize(
    ("column", "change", "message"),
    [
        ("finish", [2000.0, 2009.0, NAN], "ends before it begins"),
        ("loan", [-1.0, 0.0, 10.0], "below zero"),
        ("formed", ["x", "y", "z"], "is a category"),
    ],
)
def test_bad_records_name_the_column_and_the_project(
    column: str, change: list[Any], message: str
) -> None:
    with pytest.raises(DataError, match=message) as raised:
        computed(PROJECTS.assign(**{column: change}))
    assert raised.value.column == column
    assert raised.value.units in (["a"], None)


@pytest.mark.parametrize(
    ("number", "printed", "expected"),
    [
        (116.83, PrintedNumber(116, 0), "rounding"),
        (116.83, PrintedNumber(117, 0), "agrees"),
        (115.5, PrintedNumber(117, 0), "differs"),
        (998.0, PrintedNumber(1000, -2), "agrees"),
        (11667.0, PrintedNumber(7000, -3), "differs"),
        (9380.0, PrintedNumber(7000, -3, at_least=True), "agrees"),
        (5000.0, PrintedNumber(7000, -3, at_least=True), "differs"),
    ],
)
def test_agreement_allows_for_the_digits_in_print(
    number: float, printed: PrintedNumber, expected: str
) -> None:
    assert agreement(number, printed) == expected


def against(key: str) -> DescriptionTables:
    names = {"sample": "printed", "value": "number", "decimals": "digits"}
    study = study_of(analyses=[{**ASKED, "printed": names}], samples={"all": {}, "printed": {}})
    rows = pd.DataFrame({"unit_id": ["x"], "id": [key], "number": [1.0], "digits": [0.0]})
    units = {"all": PROJECTS, "printed": rows}
    outcomes = {name: item[["unit_id"]] for name, item in units.items()}
    return portfolio_study(RecordedStudy(study, units, outcomes))


@pytest.mark.parametrize("key", ["ratio/size/zz", "ratio/sise/a", "size/a"])
def test_a_printed_number_that_names_nothing_is_refused(key: str) -> None:
    with pytest.raises(DataError, match="names nothing .* Did you mean|names nothing .* Known"):
        against(key)


def test_a_printed_number_of_a_project_of_which_it_is_not_known_is_noted() -> None:
    """Nobody knows what c formed."""
    made = against("ratio/size/c")
    (noted,) = [line for line in made.inconsistent if "prints" in line.problem]
    assert noted.units == ("c",) and "'ratio/size/c'" in noted.problem
    assert not made.tables["portfolio"]["printed"].eq(1).any()


def test_the_register_has_the_numbers_that_the_claims_are_recomputed_from() -> None:
    """Two files hold what the review prints: one by project number, one by the ledger's names."""

    def rows(path: str, role: str = "") -> list[list[float]]:
        with (ROOT / "data" / path).open(encoding="utf-8", newline="") as file:
            lines = [line for line in csv.DictReader(file) if line.get("role", "line") == "line"]
        words = {"row", "label", "role", "project_number", "other_source"}
        return sorted(
            [float(cell or -1) for key, cell in line.items() if key not in words] for line in lines
        )

    assert rows("portfolio/table_2_reach.csv") == rows("published/tables/review_table_2.csv")
    assert rows("portfolio/figure_8_financing.csv") == rows("published/tables/review_figure_8.csv")


@pytest.mark.parametrize(
    ("listed", "part", "keys"),
    [
        ("tables", "reach", {}),
        ("tables", "ratios", {}),
        ("tables", "financing", {}),
        ("figures", "focus", {}),
        ("figures", "ratios", {"ratios": ["size"]}),
        ("figures", "financing", {"kind": "shares", "part": "financing"}),
        ("tables", "words", {"variables": ["agency"]}),
        ("tables", "status", {"kind": "words", "variables": ["agency"], "status": True}),
    ],
)
def test_an_exhibit_of_what_an_analysis_has_not_is_refused(
    listed: str, part: str, keys: dict[str, Any], tmp_path: Path
) -> None:
    """It would have no columns, which ended in a fault of the program."""
    own = {**keys}
    kind = getattr(package_kinds(), listed)[f"portfolio_{own.pop('kind', part)}"]
    exhibit = validated(kind.options, written(kind.kind, analyses=["all"], **own))
    without = {key: value for key, value in ASKED.items() if key != part}
    study = with_parts(
        study_of(analyses=[without], samples={"all": {}}), exhibits=Exhibits(**{listed: (exhibit,)})
    )
    with pytest.raises(ConfigError, match=f"declares? no {part} in study.yaml"):
        check_exhibits(study, package_kinds(), tmp_path / "exhibits.yaml")
