"""Formatting, by examples whose answers are plain to see."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from ruralimpact.exhibits import cells, formatting
from ruralimpact.exhibits.palette import tick_decimals
from ruralimpact.language import speaking


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (1234567.891, 0, "1,234,568"),
        (-1234.5, 1, "−1,234.5"),
        (-0.04, 1, "0.0"),
        (0.0, 0, "0"),
        (math.nan, 2, "–"),
        (None, 2, "–"),
        (math.inf, 2, "–"),
    ],
)
def test_number(value: float | None, decimals: int, text: str) -> None:
    assert formatting.number(value, decimals) == text


@pytest.mark.parametrize(
    ("value", "decimals", "text"),
    [
        (12.5, 0, "13"),
        (13.5, 0, "14"),
        (-12.5, 0, "−13"),
        (100 * 0.145, 0, "15"),  # 14.499999999999998
        (2.675, 2, "2.68"),
        (12.4999999, 0, "12"),
        (-0.4, 0, "0"),
    ],
)
def test_halves_are_printed_away_from_zero(value: float, decimals: int, text: str) -> None:
    assert formatting.number(value, decimals) == text


@given(st.floats(-1e12, 1e12), st.integers(0, 3))
def test_number_reads_back_within_half_a_unit(value: float, decimals: int) -> None:
    text = formatting.number(value, decimals).replace(",", "").replace("−", "-")
    slack = 1 + 1e-9 + abs(value) * 1e-15
    assert abs(float(text) - value) <= 0.5 * 10**-decimals * slack + abs(value) * 1e-15


def test_p_values_never_print_zero() -> None:
    assert formatting.p_value(0.0) == "<0.001"
    assert formatting.p_value(0.0449) == "0.045"
    assert formatting.p_value(math.nan) == "–"


def test_interval_needs_both_ends() -> None:
    assert formatting.interval(-1.25, 2.0, 1) == "−1.3 to 2.0"
    assert formatting.interval(math.nan, 2.0, 1) == "–"
    assert formatting.parenthesised(math.nan) == "–"


def test_range_of_like_values_is_one_value() -> None:
    assert formatting.range_text([1.01, 0.99], 0, "hectares") == "1 hectares"
    assert formatting.range_text([3.0, -2.0], 0, "hours") == "−2 to 3 hours"


def test_shares_are_printed_in_points() -> None:
    assert formatting.scale("percentage points") == 100
    assert formatting.scale("US dollars of 1982") == 1


def test_words() -> None:
    assert formatting.word(4) == "four"
    assert formatting.word(12) == "12"
    assert formatting.plural(1, "strategy") == "one strategy"
    assert formatting.plural(2, "strategy") == "two strategies"
    assert formatting.lower_first("Net income") == "net income"
    assert formatting.lower_first("BIMAS farms") == "BIMAS farms"


@pytest.mark.parametrize(
    ("part", "total", "noun", "text"),
    [
        (0, 4, "", "none of four"),
        (1, 4, "strategy", "one of four strategies"),
        (4, 4, "strategy", "all four strategies"),
        (0, 2, "", "neither of two"),
        (0, 2, "strategy", "neither of two strategies"),
        (1, 2, "", "one of two"),
        (2, 2, "strategy", "both strategies"),
        (2, 2, "", "both"),
        (0, 1, "strategy", "no strategy"),
        (0, 1, "", "none"),
        (1, 1, "strategy", "the one strategy"),
    ],
)
def test_shares_in_words(part: int, total: int, noun: str, text: str) -> None:
    assert formatting.share_of(part, total, noun) == text


@pytest.mark.parametrize(
    ("ticks", "decimals"),
    [
        ([0, 2.5, 5], 1),
        ([0, 2, 4], 0),
        ([0, 0.25, 0.5], 2),
        ([0, 50_000], 0),
        ([0, 0.1], 1),
        ([3], 0),
    ],
)
def test_ticks_are_printed_as_they_are(ticks: list[float], decimals: int) -> None:
    axes = Figure().add_subplot()
    axes.set_xticks(ticks)
    assert tick_decimals(axes.xaxis) == decimals


@pytest.mark.parametrize(
    ("unit", "text", "sentence"),
    [
        ("US$ million", "US$ 12 million", "A: US$ +12 million."),
        ("€", "€ 12", "A: € +12."),
        ("US dollars of 1982", "12 US dollars of 1982", "A: +12 US dollars of 1982."),
        ("Bs {a}", "12 Bs {a}", "A: +12 Bs {a}."),
        ("", "12", "A: +12."),
    ],
)
def test_the_sign_of_a_currency_stands_before_the_number(
    unit: str, text: str, sentence: str
) -> None:
    assert formatting.with_unit("12", unit) == text
    template = formatting.for_unit("A: {sign}{estimate} {unit}.", unit)
    assert template.format(sign="+", estimate="12", unit=unit) == sentence


@pytest.mark.parametrize(
    ("text", "value", "form"),
    [
        ("−12", -12.0, "#,##0"),
        ("1,584.5", 1584.5, "#,##0.0"),
        ("2018", 2018.0, "0"),
        ("12 to 20", None, ""),
        ("–", None, ""),
        ("<10", None, ""),
    ],
)
def test_what_documents_print_is_a_number_where_it_is_one(
    text: str, value: float | None, form: str
) -> None:
    cell = cells.as_printed(text)
    assert cell.text == text
    assert [(own.value, own.form) for own in cell.numbers] == (
        [] if value is None else [(value, form)]
    )


def test_what_documents_print_has_the_marks_of_the_language() -> None:
    with speaking("es"):
        assert cells.as_printed("1.584,5").numbers[0].value == 1584.5
