"""CSV files of a study say units in its language."""

from ruralimpact.exhibits.model import Cell, Column, Row, Table
from ruralimpact.exhibits.write_csv import csv_text
from ruralimpact.language import speaking


def test_units_are_in_the_language_of_the_study() -> None:
    row = Row(Cell("a"), (), {"unit": "percentage points", "strategy": "percentage points"})
    table = Table("t", "T", (Column(""),), (row,))
    assert csv_text((table,)).endswith(",,a,percentage points,percentage points\n")
    with speaking("es"):
        assert csv_text((table,)).endswith(",,a,puntos porcentuales,percentage points\n")
