"""Broken variants of the example survey, made by code: formats by mutations.

A mutation takes the example's rows (lists of texts under a header) and returns them broken in one way.
What may come of it is one of

- ``SAME``: the tables are those of the example, byte for byte;
- ``REFUSED``: one error that names the file (or the configuration's key);
- ``SAID``: cells became missing or rows were excluded, and the quality report counts each of them.
"""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat

SAME, REFUSED, SAID = "same", "refused", "said"
Rows = list[list[str]]
Mutation = Callable[[Rows], Rows]
COLUMNS = ["id", "alliance", "region", "supported", "age", "hectares", "sales", "costs"]


def cells(column: str, change: Callable[[str], str], *, every: int = 1, first: int = 0) -> Mutation:
    """Change the cells of a column in every so many rows."""

    def mutate(rows: Rows) -> Rows:
        place = rows[0].index(column)
        return [
            rows[0],
            *(
                [*row[:place], change(row[place]), *row[place + 1 :]]
                if number >= first and (number - first) % every == 0
                else row
                for number, row in enumerate(rows[1:])
            ),
        ]

    return mutate


def cell(column: str, text: str, row: int = 5) -> Mutation:
    """Write one cell."""
    return cells(column, lambda _: text, every=10_000, first=row)


def _thousands(mark: str) -> Callable[[str], str]:
    return lambda text: f"{int(text):,}".replace(",", mark) if text.lstrip("-").isdigit() else text


# What a format of typed columns can hold too: (name, mutation, what may come of it).
OF_CELLS: list[tuple[str, Mutation, str]] = [
    ("nothing", lambda rows: rows, SAME),
    ("groups_half_lower", cells("alliance", str.lower, every=2), REFUSED),
    ("groups_one_lower", cell("alliance", "a02"), REFUSED),
    ("groups_trailing_space", cells("alliance", lambda text: text + " ", every=2), SAME),
    ("groups_no_break_space", cells("alliance", lambda text: "\u00a0" + text, every=3), SAME),
    (
        "groups_zero_width",
        cells("alliance", lambda text: text[:1] + "\u200b" + text[1:], every=2),
        SAME,
    ),
    ("groups_byte_order_mark", cells("alliance", lambda text: "\ufeff" + text, every=5), SAME),
    (
        "groups_inner_space",
        cells("alliance", lambda text: text[0] + " " + text[1:], every=2),
        REFUSED,
    ),
    (
        "groups_zeros_lost",
        cells("alliance", lambda text: text.replace("0", "", 1), every=2),
        REFUSED,
    ),
    ("groups_accent", cells("alliance", lambda text: text.replace("A", "Á"), every=2), REFUSED),
    (
        "groups_full_width",
        cells("alliance", lambda text: text.replace("A", "\uff21"), every=2),
        REFUSED,
    ),
    ("groups_tab", cells("alliance", lambda text: text + "\t", every=2), SAME),
    ("group_blank", cell("alliance", ""), SAID),
    ("group_error", cell("alliance", "#N/A"), REFUSED),
    ("ids_trailing_space", cells("id", lambda text: text + "  ", every=2), SAME),
    ("ids_zero_width", cells("id", lambda text: text + "\u200d", every=2), SAME),
    ("id_twice", cell("id", "P001"), REFUSED),
    ("id_twice_lower", cell("id", "p001"), REFUSED),
    ("id_twice_space", cell("id", "P 001"), REFUSED),
    ("id_twice_zeros", cell("id", "P1"), REFUSED),
    ("id_twice_decimal", cell("id", "P001.0"), REFUSED),
    ("id_blank", cell("id", ""), REFUSED),
    ("id_only_space", cell("id", "\u00a0"), REFUSED),
    ("id_exponent", cell("id", "1.2E+11 "), REFUSED),
    ("id_error", cell("id", "#REF!"), REFUSED),
    ("region_decimal", cells("region", lambda text: text + ".0", every=2), SAME),
    ("region_zero", cells("region", lambda text: "0" + text, every=2), SAME),
    ("region_unknown", cell("region", "3"), REFUSED),
    ("region_label", cell("region", "Highlands"), REFUSED),
    ("region_blank", cell("region", ""), SAID),
    ("region_error", cell("region", "#VALUE!"), REFUSED),
    ("arm_upper", cells("supported", str.upper, every=2), REFUSED),
    ("arm_space", cells("supported", lambda text: f" {text} ", every=2), SAME),
    ("arm_codes", cells("supported", {"yes": "1", "no": "2"}.get), REFUSED),
    ("arm_other_language", cells("supported", {"yes": "sí", "no": "no"}.get), REFUSED),
    ("arm_truths", cells("supported", {"yes": "true", "no": "false"}.get), REFUSED),
    ("arm_blank", cell("supported", ""), SAID),
    ("age_words", cell("age", "fifty"), REFUSED),
    ("age_unit", cell("age", "53 years"), REFUSED),
    ("age_decimal_zero", cells("age", lambda text: text + ".0", every=2), SAME),
    ("age_half", cell("age", "53.5"), REFUSED),
    ("age_negative", cell("age", "-5"), SAID),
    ("age_birth_year", cell("age", "1961"), SAID),
    ("age_blank", cell("age", ""), SAID),
    ("age_not_a_number", cell("age", "nan"), REFUSED),
    ("age_none", cell("age", "None"), REFUSED),
    ("age_full_width", cell("age", "\uff13\uff18"), SAME),
    ("land_comma", cells("hectares", lambda text: text.replace(".", ",")), REFUSED),
    ("land_half_comma", cells("hectares", lambda text: text.replace(".", ","), every=2), REFUSED),
    ("land_square_metres", cell("hectares", "19000"), SAID),
    ("land_date", cell("hectares", "1-Sep"), REFUSED),
    ("land_day", cell("hectares", "2024-09-01"), REFUSED),
    ("land_underscore", cell("hectares", "1_9"), REFUSED),
    ("land_hexadecimal", cell("hectares", "0x13"), REFUSED),
    ("land_zero_width", cells("hectares", lambda text: text + "\u200b", every=2), SAME),
    ("sales_thousands_comma", cells("sales", _thousands(",")), REFUSED),
    ("sales_thousands_point", cells("sales", _thousands(".")), REFUSED),
    ("sales_thousands_space", cells("sales", _thousands(" ")), REFUSED),
    ("sales_thousands_thin_space", cells("sales", _thousands("\u202f")), REFUSED),
    ("sales_thousands_apostrophe", cells("sales", _thousands("'")), REFUSED),
    ("sales_one_point", cells("sales", _thousands("."), every=10_000, first=2), REFUSED),
    ("sales_one_comma", cells("sales", _thousands(","), every=10_000, first=2), REFUSED),
    ("sales_european", cell("sales", "2.992,00"), REFUSED),
    ("sales_currency", cell("sales", "$2992"), REFUSED),
    ("sales_unit", cell("sales", "2992 Bs"), REFUSED),
    ("sales_missing_code", cell("sales", "-99"), SAID),
    ("sales_missing_decimal", cell("sales", "-99.0"), SAID),
    ("sales_other_code", cell("sales", "-88"), SAID),
    ("sales_minus_sign", cell("sales", "\u221299"), REFUSED),
    ("sales_parentheses", cell("sales", "(2992)"), REFUSED),
    ("sales_percent", cell("sales", "50%"), REFUSED),
    ("sales_quote", cell("sales", "'2992"), REFUSED),
    ("sales_infinite", cell("sales", "inf"), REFUSED),
    ("sales_too_large", cell("sales", "9" * 400), REFUSED),
    ("sales_exponent_too_large", cell("sales", "1e400"), REFUSED),
    ("sales_error", cell("sales", "#DIV/0!"), REFUSED),
    ("sales_error_spanish", cell("sales", "#¡VALOR!"), REFUSED),
    ("sales_not_available", cell("sales", "NA"), REFUSED),
    ("sales_point", cell("sales", "."), REFUSED),
    ("sales_dash", cell("sales", "-"), REFUSED),
    ("sales_word", cell("sales", "no sabe"), REFUSED),
    ("sales_true", cell("sales", "TRUE"), REFUSED),
    ("sales_trailing_minus", cell("sales", "2992-"), REFUSED),
    ("sales_letter_for_zero", cell("sales", "299O"), REFUSED),
    ("sales_superscript", cell("sales", "299\u00b2"), REFUSED),
    ("sales_fraction", cell("sales", "2992 1/2"), REFUSED),
    ("sales_interval", cell("sales", "2900-3000"), REFUSED),
    ("sales_time", cell("sales", "05:01:00"), REFUSED),
    ("sales_two_numbers", cell("sales", "2992\n3000"), REFUSED),
    ("sales_arabic_digits", cell("sales", "\u0662\u0669\u0669\u0662"), SAME),
    ("group_shortened", cell("alliance", "1,23457E+11"), REFUSED),
    ("groups_line_break", cells("alliance", lambda text: text + "\n", every=2), SAME),
    ("groups_soft_hyphen", cells("alliance", lambda text: text[0] + "\u00ad" + text[1:]), SAME),
    ("arm_true", cells("supported", {"yes": "TRUE", "no": "FALSE"}.get), REFUSED),
    ("region_true", cells("region", {"1": "TRUE", "2": "2"}.get), SAME),
    ("id_shortened", cell("id", "1,23457E+11"), REFUSED),
    ("age_true", cell("age", "TRUE"), REFUSED),
    ("age_month", cell("age", "Apr-53"), REFUSED),
    ("sales_blank", cell("sales", ""), SAID),
    ("sales_spaces", cell("sales", "   "), SAID),
]


def _moved(rows: Rows) -> Rows:
    order = [*range(4, 8), *range(4)]
    return [[row[place] for place in order] for row in rows]


def _renamed(old: str, new: str) -> Mutation:
    return lambda rows: [[new if name == old else name for name in rows[0]], *rows[1:]]


def _without(column: str) -> Mutation:
    def mutate(rows: Rows) -> Rows:
        place = rows[0].index(column)
        return [row[:place] + row[place + 1 :] for row in rows]

    return mutate


def _with(name: str, text: str) -> Mutation:
    return lambda rows: [[*rows[0], name], *([*row, text] for row in rows[1:])]


# What changes the shape of a table.
OF_SHAPE: list[tuple[str, Mutation, str]] = [
    ("columns_moved", _moved, SAME),
    ("rows_reversed", lambda rows: [rows[0], *reversed(rows[1:])], SAME),
    ("row_twice", lambda rows: [*rows, rows[7]], REFUSED),
    ("all_rows_twice", lambda rows: [*rows, *rows[1:]], REFUSED),
    ("no_rows", lambda rows: rows[:1], REFUSED),
    ("total_row", lambda rows: [*rows, ["Total", "", "", "", "", "", "361000", "96000"]], REFUSED),
    ("header_again", lambda rows: [*rows[:40], rows[0], *rows[40:]], REFUSED),
    ("column_more", _with("remark", "nothing"), SAME),
    ("column_name_case", _renamed("sales", "Sales"), REFUSED),
    ("column_misspelt", _renamed("hectares", "hectarea"), REFUSED),
    ("column_of_id_misspelt", _renamed("id", "folio"), REFUSED),
    *((f"column_lost_{name}", _without(name), REFUSED) for name in COLUMNS),
]
# Only where a format knows of names that stand twice, of blank rows and of names with anything in them.
OF_LINES: list[tuple[str, Mutation, str]] = [
    ("names_with_spaces", lambda rows: [[f" {name}\u00a0" for name in rows[0]], *rows[1:]], SAME),
    ("name_zero_width", _renamed("sales", "sa\u200bles"), SAME),
    ("name_byte_order_mark", _renamed("id", "\ufeffid"), SAME),
    ("column_used_twice", _with("sales", "1"), REFUSED),
    ("columns_unused_twice", lambda rows: _with("x", "1")(_with("x", "2")(rows)), SAME),
    ("column_without_a_name", _with("", "1"), SAME),
    ("blank_rows_between", lambda rows: [*rows[:9], [""] * 8, [""] * 8, *rows[9:]], SAME),
    ("blank_rows_at_the_end", lambda rows: [*rows, *([[""] * 8] * 20)], SAME),
    ("title_above", lambda rows: [["A survey", *[""] * 7], *rows], REFUSED),
    ("note_below", lambda rows: [*rows, ["Source: a survey", *[""] * 7]], REFUSED),
    ("nothing_at_all", lambda rows: [], REFUSED),
    ("only_blank_rows", lambda rows: [[""] * 8] * 5, REFUSED),
]


def write_csv(rows: Rows, folder: Path) -> Path:
    """Write a text file."""
    path = folder / "producers.csv"
    quoted = [",".join('"' + text.replace('"', '""') + '"' for text in row) for row in rows]
    path.write_text("".join(f"{line}\n" for line in quoted), encoding="utf-8")
    return path


def write_excel(rows: Rows, folder: Path) -> Path:
    """Write a workbook, numbers as numbers."""
    path, book = folder / "producers.xlsx", openpyxl.Workbook()
    for row in rows:
        book.active.append([_typed(text) for text in row])
    book.save(path)
    return path


def write_text_excel(rows: Rows, folder: Path) -> Path:
    """Write a workbook in which everything is text."""
    path, book = folder / "producers.xlsx", openpyxl.Workbook()
    for row in rows:
        book.active.append([None if text == "" else text for text in row])
    for line in book.active.iter_rows():
        for one in line:
            if one.value is not None:
                one.data_type = "s"
    book.save(path)
    return path


def write_stata(rows: Rows, folder: Path) -> Path:
    """Write a Stata file, columns of numbers as numbers."""
    path = folder / "producers.dta"
    _frame(rows).to_stata(path, write_index=False, version=118)
    return path


def write_stata_float(rows: Rows, folder: Path) -> Path:
    """Write a Stata file, numbers in 32 bits."""
    path, frame = folder / "producers.dta", _frame(rows)
    numbers = frame.select_dtypes("number").columns
    frame.astype(dict.fromkeys(numbers, "float32")).to_stata(path, write_index=False, version=118)
    return path


def write_spss(rows: Rows, folder: Path) -> Path:
    """Write an SPSS file."""
    path = folder / "producers.sav"
    pyreadstat.write_sav(_frame(rows), path)
    return path


def write_parquet(rows: Rows, folder: Path) -> Path:
    """Write a Parquet file."""
    path = folder / "producers.parquet"
    _frame(rows).to_parquet(path, index=False)
    return path


def _typed(text: str) -> str | float | int | None:
    if text == "":
        return None
    try:
        number = float(text)
    except ValueError:
        return text
    if "_" in text or not abs(number) < 1e300 or text != text.strip() or not text.isascii():
        return text
    return int(number) if number.is_integer() and "." not in text and "e" not in text else number


def _frame(rows: Rows) -> pd.DataFrame:
    """Return columns as numbers where all of their cells are, else as text."""
    frame = pd.DataFrame(rows[1:], columns=rows[0], dtype=object)
    for name in frame:
        typed = [_typed(text) for text in frame[name]]
        if all(value is None or not isinstance(value, str) for value in typed) and len(typed):
            frame[name] = pd.Series(typed, dtype=float)
        else:
            frame[name] = frame[name].astype(str)
    return frame


LINES = {"csv": write_csv, "xlsx": write_excel, "text_xlsx": write_text_excel}
TYPED = {
    "dta": write_stata,
    "float_dta": write_stata_float,
    "sav": write_spss,
    "parquet": write_parquet,
}


def variants() -> list[tuple[str, Mutation, Callable[[Rows, Path], Path], str]]:
    """Return every format by every mutation that it can hold: name, mutation, writer, what may come of it."""
    found = []
    for format_name, write in {**LINES, **TYPED}.items():
        listed = OF_CELLS + OF_SHAPE + (OF_LINES if format_name in LINES else [])
        for name, mutate, outcome in listed:
            found.append((f"{format_name}-{name}", mutate, write, outcome))
    return found


def example_rows(path: Path) -> Rows:
    """Return the lines of the example's file."""
    return [line.split(",") for line in path.read_text(encoding="utf-8").splitlines()]
