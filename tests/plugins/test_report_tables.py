"""The report's own tables: every cell that can be is recomputed, and wrong ones carry the right number."""

from pathlib import Path

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
        (("table_a_2", "fy06", "actual"), 500, 0.4935),
        (("table_d_4", "warehouse", "have_percent"), 67, 65.625),
        (("table_d_4", "warehouse", "lack_percent"), 33, 34.375),
        (("table_d_6", "all", "kept"), 43, 41),
        (("table_d_6", "all", "total"), 64, 62),
        (("table_d_6", "cohort_2011", "changed"), 16, 0),
    ],
)
def test_wrong_cells(place: tuple[str, str, str], printed: float, right: float) -> None:
    found = RECHECKS[place]
    assert (found.printed, found.agreement) == (printed, "differs")
    assert found.recomputed == pytest.approx(right, abs=0.01)


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
    assert any("it is 41 (15 + 12 + 9 + 5)" in note for note in shown.notes)


def test_a_percent_of_few_is_one_of_few_percents() -> None:
    assert attainable(57, 21) == pytest.approx(100 * 12 / 21)
    assert attainable(75, 86) == pytest.approx(100 * 64 / 86)


def test_a_cell_that_stands_twice_is_refused(tmp_path: Path) -> None:
    lines = (FOLDER / "cells.csv").read_text(encoding="utf-8").splitlines()
    (tmp_path / "cells.csv").write_text("\n".join([*lines, lines[1]]), encoding="utf-8")
    with pytest.raises(DataError, match="stand twice"):
        read_cells(tmp_path / "cells.csv")
