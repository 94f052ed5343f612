"""The report's own tables: every cell that can be is recomputed, and wrong ones carry the right number."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from rural_alliances.claims.cells import read_cells, recheck_cells
from rural_alliances.claims.formula import attainable
from rural_alliances.claims.read import read_published
from rural_alliances.exhibits.report_tables import read_layouts, read_rows, report_table
from ruralimpact.errors import DataError
from ruralimpact.exhibits.model import Table

FOLDER = Path(__file__).parents[2] / "data" / "published"
FILES = {path.stem: path for path in sorted((FOLDER / "tables").glob("*.csv"))}
PUBLISHED = read_published(FOLDER / "claims.csv", FOLDER / "checks.csv", list(FILES.values()))
RECHECKS = recheck_cells(read_cells(FOLDER / "cells.csv"), PUBLISHED)
LAYOUTS = {layout.table: layout for layout in read_layouts(FOLDER / "layouts.yaml")}


def table(name: str) -> Table:
    return report_table(LAYOUTS[name], read_rows(FILES[name]), RECHECKS)


def test_every_table_of_the_report_is_set() -> None:
    assert set(LAYOUTS) == {name for name in FILES if name.startswith("table_")}


def test_every_cell_that_is_recomputed_is_shown() -> None:
    shown = {
        (name, row.name, column)
        for name, layout in LAYOUTS.items()
        for row in read_rows(FILES[name])
        for cell in layout.cells
        for column in cell.columns
    }
    assert set(RECHECKS) <= shown


@pytest.mark.parametrize(
    ("place", "printed", "right"),
    [
        # Worked by hand from the report.
        (("table_3_1", "alliances", "percent"), 193, 275.0),
        (("table_3_1", "administration", "percent"), 276, 201.58),
        (("table_3_1", "total", "appraisal"), 33.93, 34.93),
        (("table_a_2", "fy06", "actual"), 500, 0.5),
        (("table_d_4", "warehouse", "have_percent"), 67, 65.625),
        (("table_d_4", "warehouse", "lack_percent"), 33, 34.375),
        (("table_d_6", "valles", "kept"), 9, 11),
        (("table_d_6", "valles", "kept_percent"), 69, 73.33),
        (("table_d_6", "valles", "changed_percent"), 31, 26.67),
        (("table_d_6", "valles", "total"), 13, 15),
        (("table_d_6", "all", "kept"), 43, 41),
        (("table_d_6", "all", "total"), 64, 62),
        (("table_d_6", "cohort_2011", "changed"), 16, 0),
    ],
)
def test_wrong_cells(place: tuple[str, str, str], printed: float, right: float) -> None:
    found = RECHECKS[place]
    assert (found.printed, found.agreement) == (printed, "differs")
    assert found.recomputed == pytest.approx(right, abs=0.01)


@pytest.mark.parametrize(
    ("place", "printed", "right"),
    [
        # Of Table 3.1's own lines; 6 of 16, 9 of 62 and 6 of 27 groups; worked by hand.
        (("table_3_1", "total", "percent"), 229, 100 * 79.74 / 34.93),
        (("table_a_1", "cost", "percent"), 228, 100 * 79.74 / 34.88),
        (("table_d_2", "lago", "from_1_to_10_percent"), 37, 37.5),
        (("table_d_2", "all", "over_10_percent"), 14, 14.516),
        (("table_d_2", "milk", "over_10_percent"), 23, 22.222),
    ],
)
def test_cells_cut_off_or_adjusted(
    place: tuple[str, str, str], printed: float, right: float
) -> None:
    found = RECHECKS[place]
    assert (found.printed, found.agreement) == (printed, "rounding")
    assert found.recomputed == pytest.approx(right, abs=0.001)


def sums_and_percents() -> Iterator[tuple[str, str, str, float]]:
    """Yield every total of lines, and every percent of a total or of the appraisal, from the files alone."""
    for name, path in FILES.items():
        frame = pd.read_csv(path, index_col="row").drop(columns="label")
        if not name.startswith("table_"):
            continue
        lines = frame[frame["role"] == "line"].select_dtypes("number").fillna(0)
        numbers = [column for column in lines if "percent" not in column and "per_" not in column]
        for row in frame.index[frame["role"] == "total"]:
            yield from (
                (name, row, column, lines[column].sum())
                for column in numbers
                if column != "members" and row != "lending"
            )
        for column in (column for column in numbers if f"{column}_percent" in frame):
            if column != "total":
                percents = 100 * frame[column] / frame["total"]
                yield from ((name, row, f"{column}_percent", percents[row]) for row in frame.index)
        if {"appraisal", "actual", "percent"} <= set(frame):
            percents = 100 * frame["actual"] / frame["appraisal"]
            in_millions = frame.index[frame["actual"] < 500]  # that of FY06 is printed in thousands
            yield from ((name, row, "percent", percents[row]) for row in in_millions)


def test_every_total_and_percent_that_differs_from_print_is_marked() -> None:
    """Found by adding up the files, whatever cells.csv lists."""
    marked = {
        (name, place[1], place[2])
        for name in LAYOUTS
        for place, recheck in RECHECKS.items()
        if place[0] == name and recheck.agreement != "agrees"
    }
    differing = set()
    for name, row, column, value in sums_and_percents():
        printed = str(pd.read_csv(FILES[name], index_col="row", dtype=str).at[row, column])
        if printed != "nan":
            decimals = len(printed.partition(".")[2])
            if math.floor(value * 10**decimals + 0.5 + 1e-9) / 10**decimals != float(printed):
                differing.add((name, row, column))
    assert differing <= marked
    assert len(differing) == 8 + 9  # totals and shares; percents of the appraisal


def test_every_mark_has_a_footnote_with_a_number() -> None:
    for name in LAYOUTS:
        shown = table(name)
        marks = [mark for row in shown.rows for cell in row.cells for mark in cell.mark.split()]
        notes = {note[0]: note for note in shown.notes if note[1:4] == " = "}
        assert sorted(marks) == sorted(notes)
        off = [
            place
            for place in RECHECKS
            if place[0] == name and RECHECKS[place].agreement != "agrees"
        ]
        assert len(marks) == len(off)
        assert all(re.search(r"(it is|add up to) \d", note) for note in notes.values())


def test_cells_that_are_right_are_not_marked() -> None:
    for name in ("table_c_1", "table_d_3", "table_d_5", "table_d_7", "table_d_8"):
        marks = [cell.mark for row in table(name).rows for cell in row.cells]
        assert not any(marks), name


def test_shape_dashes_and_marks_of_table_d_6() -> None:
    shown = table("table_d_6")
    assert [row.label.text for row in shown.rows] == ["None", "Change", "Total"]
    assert [column.label for column in shown.columns][:2] == ["Lago", "Salar"]
    none, change, _ = shown.rows
    assert [cell.text for cell in none.cells][:2] == ["15 (94)", "12 (100)"]
    assert change.cells[1].text == "\N{EN DASH}"
    assert none.cells[-1].mark and change.cells[-1].mark == ""
    assert any("add up to 41 (15 + 12 + 9 + 5)" in note for note in shown.notes)


def test_a_percent_of_few_is_one_of_few_percents() -> None:
    assert attainable(57, 21) == pytest.approx(100 * 12 / 21)
    assert attainable(75, 86) == pytest.approx(100 * 64 / 86)


def test_a_cell_that_stands_twice_is_refused(tmp_path: Path) -> None:
    lines = (FOLDER / "cells.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "cells.csv").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(DataError, match="stand twice"):
        read_cells(tmp_path / "cells.csv")
