"""Formulas, agreements, estimates and statuses of claims, on toys with known answers."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rural_alliances.claims.estimates import Estimate, StudyFindings, absent_findings, estimate_for
from rural_alliances.claims.formula import annuity_rate, evaluate, worked
from rural_alliances.claims.ledger import make_ledger
from rural_alliances.claims.read import read_published
from rural_alliances.claims.recheck import Recheck, agreement_of, recheck
from rural_alliances.claims.records import Check, Claim, PrintedTable, Published
from rural_alliances.claims.status import LABELS, RULES, Status, covers, status_of
from ruralimpact.errors import DataError
from ruralimpact.exhibits.document import Finding

CLAIM = Claim(
    id="P001",
    document="Report",
    place="4.1",
    quantity="Gain",
    population="producers",
    value="63",
    printed="",
    unit="percent",
    base="controls",
    comparison="beneficiaries against matched controls",
    source="Study 2016",
    tier="A",
    direction="",
    computed_by="",
    note="",
    reason="",
)
CHECK = Check("K1", ("P001",), "4.1", "Gain", "P001", "60 + 3", 0, "", 0.0, "inside", True, "")
TABLE = PrintedTable(
    {
        "north": {"count": "3", "percent": "25"},
        "south": {"count": "9", "percent": ""},
        "total": {"count": "12", "percent": "100"},
    },
    ("north", "south"),
)
PUBLISHED = Published(
    {"P001": CLAIM, "P002": replace(CLAIM, id="P002", value="2.50")}, (CHECK,), {"table_1": TABLE}
)
ESTIMATE = Estimate("toy", "Toy", "main/nn/income/percent", 60.0, 50.0, 70.0, "percent", False)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [
        ("100 * P002 / P001", 250 / 63, "100 × 2.50 / 63"),
        ("P001 - (P002 + 1)", 59.5, "63 − (2.50 + 1)"),
        ("-P002", -2.5, "−2.50"),
        ("P001 - -10", 73, "63 − (−10)"),
        ("table_1.north.count / 2", 1.5, "3 / 2"),
        ("sum(table_1.count)", 12.0, "3 + 9"),
        ("sum(table_1.percent) / 2", 12.5, "(25 + 0) / 2"),
        ("dot(table_1.count, table_1.percent)", 75.0, "weighted sum of the lines"),
    ],
)
def test_formulas(text: str, value: float, shown: str) -> None:
    assert evaluate(text, PUBLISHED) == pytest.approx(value, rel=1e-12)
    assert worked(text, PUBLISHED) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("P999", "table_2.north.count", "table_1.west.count", "table_1.south.percent", "P001 +"),
        *("sum(table_1.area)", "abs(P001)", "P001 ** 2", "__import__('os')", "'text'", "True"),
    ],
)
def test_formulas_refuse_what_they_do_not_know(text: str) -> None:
    with pytest.raises(DataError, match="formula"):
        evaluate(text, PUBLISHED)


def test_rate_of_level_benefits() -> None:
    assert annuity_rate(25, 10, 0.0) == pytest.approx(25, abs=1e-9)
    # Benefits that only just repay the outlay return nothing.
    years = 10
    outlay = (1 - 1.1**-years) / 0.1
    assert annuity_rate(10, years, outlay / years - 1) == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize(
    ("decimals", "bound", "margin", "printed", "recomputed", "expected"),
    [
        (0, "", 0.0, 14, 13.5, "agrees"),
        (0, "", 0.0, 14, 14.5, "rounding"),
        (0, "", 0.0, 14, 14.6, "rounding"),
        (0, "", 0.0, 14, 15.0, "differs"),
        (1, "", 0.0, 38.5, 38.46, "agrees"),
        (2, "", 0.0, 79.74, 5.14 + 65.67 + 8.93, "agrees"),
        (-3, "", 0.0, 5000, 5444, "agrees"),
        (0, "", 2.0, 1529, 1530.9, "agrees"),
        (0, ">", 0.0, 20, 22, "agrees"),
        (0, ">", 0.0, 20, 20, "rounding"),
        (0, ">=", 0.0, 20, 20, "agrees"),
        (0, ">=", 0.0, 70, 68, "differs"),
    ],
)
def test_verdicts(
    decimals: int, bound: Any, margin: float, printed: float, recomputed: float, expected: str
) -> None:
    check = replace(CHECK, decimals=decimals, bound=bound, margin=margin)
    assert agreement_of(check, printed, recomputed) == expected


def test_an_assumption_is_never_excused_as_rounding() -> None:
    assert agreement_of(replace(CHECK, scope="assumption"), 19, 18.2) == "differs"
    assert agreement_of(CHECK, 19, 18.2) == "rounding"


def rechecked(**changes: Any) -> Recheck:
    return recheck(replace(CHECK, **changes), PUBLISHED)


WRONG, CUT = {"recomputed": "83"}, {"recomputed": "63.7"}


@pytest.mark.parametrize(
    ("claim", "checks", "estimate", "code", "basis"),
    [
        ({}, [], None, "micro_data", ""),
        ({"comparison": "design"}, [], None, "statement", ""),
        ({}, [{}], None, "agrees", "print"),
        ({}, [{"settles": False}], None, "micro_data", ""),
        ({}, [WRONG], None, "inconsistent", "print"),
        ({}, [WRONG | {"scope": "sources"}], None, "differs", "print"),
        ({}, [WRONG | {"scope": "outside"}, {}], None, "differs", "print"),
        ({}, [CUT, {}], None, "rounding", "print"),
        ({}, [WRONG, CUT, {}], ESTIMATE, "inconsistent", "print"),
        ({}, [CUT], ESTIMATE, "agrees", "estimate"),
        ({"value": "71"}, [], ESTIMATE, "differs", "estimate"),
        ({}, [], replace(ESTIMATE, synthetic=True), "agrees", "synthetic stand-in"),
        ({}, [], replace(ESTIMATE, low=None, high=None), "micro_data", ""),
        ({"comparison": "before and after"}, [{}], ESTIMATE, "not_attributable", ""),
        ({"comparison": "association among beneficiaries"}, [WRONG], None, "not_attributable", ""),
    ],
)
def test_statuses(
    claim: dict[str, str],
    checks: list[dict[str, Any]],
    estimate: Estimate | None,
    code: str,
    basis: str,
) -> None:
    found = status_of(replace(CLAIM, **claim), [rechecked(**one) for one in checks], estimate)
    assert (found.code, found.basis) == (code, basis)


def test_direction_is_the_sign_of_the_estimate() -> None:
    below = replace(CLAIM, value="", printed="narrower", direction="below")
    assert covers(below, replace(ESTIMATE, value=-0.1)) is True
    assert covers(below, ESTIMATE) is False
    assert covers(replace(below, direction="above"), ESTIMATE) is True


def test_a_synthetic_stand_in_is_always_named() -> None:
    for code in LABELS:
        assert "synthetic stand-in" in Status(code, "synthetic stand-in").label
        assert "reproduced" not in Status(code, "synthetic stand-in").label
    assert {code for code, _ in RULES} == set(LABELS)


def toy(**findings: float) -> StudyFindings:
    unit = "percent of the counterfactual"
    numbers = {
        name.replace("__", "/"): Finding(value=value, unit=unit, text="")
        for name, value in findings.items()
    }
    return StudyFindings("Toy", True, numbers)


def test_estimates_are_found_with_their_intervals() -> None:
    claim = replace(CLAIM, computed_by="toy:main/nn/income/percent")
    studies = {
        "toy": toy(
            main__nn__income__percent=60.0,
            main__nn__income__percent_low=50.0,
            main__nn__income__percent_high=70.0,
        )
    }
    found = estimate_for(claim, studies)
    assert found is not None
    assert (found.value, found.low, found.high, found.synthetic) == (60.0, 50.0, 70.0, True)
    assert estimate_for(claim, {}) is None
    assert absent_findings(claim, {}) == []
    other = replace(claim, computed_by="toy:main/nn/sales/percent")
    assert estimate_for(other, studies) is None
    assert absent_findings(other, studies) == ["toy:main/nn/sales/percent"]


def test_lowest_and_highest_of_the_strategies() -> None:
    studies = {"toy": toy(a__percent=28.0, b__percent=39.0)}
    names = "toy:a/percent toy:b/percent"
    lowest = estimate_for(replace(CLAIM, computed_by=f"lowest {names}"), studies)
    highest = estimate_for(replace(CLAIM, computed_by=f"highest {names}"), studies)
    assert lowest is not None
    assert highest is not None
    assert (lowest.value, highest.value) == (28.0, 39.0)
    # One strategy missing: the lowest of the rest would be another quantity.
    assert (
        estimate_for(replace(CLAIM, computed_by=f"lowest {names} toy:c/percent"), studies) is None
    )


def test_percent_is_not_set_beside_percentage_points() -> None:
    studies = {"toy": toy(a__percent=28.0)}
    claim = replace(CLAIM, computed_by="toy:a/percent", unit="percentage points")
    with pytest.raises(DataError, match=r"row P001: .* the claim in percentage points"):
        estimate_for(claim, studies)


def test_a_check_is_charged_to_its_claims() -> None:
    ledger = make_ledger(PUBLISHED, {})
    assert [len(entry.rechecks) for entry in ledger.entries] == [1, 0]
    assert not ledger.synthetic
    assert ledger.estimated == ()


CLAIM_HEAD = ",".join(Claim.__dataclass_fields__)
CHECK_HEAD = ",".join(Check.__dataclass_fields__)
GOOD_CLAIM = "P001,Report,4.1,Gain,producers,63,,percent,,level,Study,A,,,"
GOOD_CHECK = "K1,P001,4.1,Gain,P001,63,0,,,inside,yes,"


@pytest.mark.parametrize(
    ("claims", "checks", "message"),
    [
        (GOOD_CLAIM, GOOD_CHECK.replace("P001,4", "P009,4"), "column 'claims', row P009"),
        (f"{GOOD_CLAIM}\n{GOOD_CLAIM}", GOOD_CHECK, "used twice"),
        (GOOD_CLAIM.replace(",A,", ",D,"), GOOD_CHECK, "'D' is not one of: A, B, C"),
        (GOOD_CLAIM.replace(",63,", ",sixty,"), GOOD_CHECK, "'sixty' is not a number"),
        (GOOD_CLAIM.replace(",63,", ",,"), GOOD_CHECK, "neither a number nor words"),
        (GOOD_CLAIM, GOOD_CHECK.replace("inside", "within"), "column 'scope', row K1"),
        (GOOD_CLAIM, GOOD_CHECK.replace("yes", "perhaps"), "column 'settles', row K1"),
    ],
)
def test_files_that_cannot_be_used(tmp_path: Path, claims: str, checks: str, message: str) -> None:
    (tmp_path / "claims.csv").write_text(f"{CLAIM_HEAD}\n{claims}\n", encoding="utf-8")
    (tmp_path / "checks.csv").write_text(f"{CHECK_HEAD}\n{checks}\n", encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read_published(tmp_path / "claims.csv", tmp_path / "checks.csv", [])


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    (tmp_path / "claims.csv").write_text("id,document\nP001,Report\n", encoding="utf-8")
    with pytest.raises(DataError, match="claims.csv.*place, quantity"):
        read_published(tmp_path / "claims.csv", tmp_path / "claims.csv", [])
