"""What follows from a mistake in data is not told beside it: of joined files, edits, waves and items."""

from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import test_unseen_farms as farms
import test_unseen_households as households
import test_unseen_kobo as kobo
from unseen_surveys import written

from ruralimpact.checks import checked_study
from ruralimpact.plugins import Plugins

SHAPES = {
    "farms": farms.TestFarms,
    "households": households.TestHouseholds,
    "kobo": kobo.TestKobo,
}
# Told of the panel as it is: its first wave cannot have an outcome of the second.
KNOWN = "there is no outcome 'income'"
Spoil = Callable[[], None]


def column(path: str, name: str, change: Callable[[str], str], rows: int | None = None) -> Spoil:
    """Change the first cells of a column of a text file."""

    def spoil() -> None:
        mark = ";" if path.endswith("crops.csv") else ","
        table = pd.read_csv(path, dtype=str, keep_default_na=False, sep=mark)
        hit = table.index[:rows]
        table.loc[hit, name] = table.loc[hit, name].map(change)
        table.to_csv(path, index=False, sep=mark)

    return spoil


def renamed(path: str, name: str) -> Spoil:
    def spoil() -> None:
        text = Path(path).read_text(encoding="utf-8")
        first, _, rest = text.partition("\n")
        mark = ";" if path.endswith("crops.csv") else ","
        names = [f"{own}_x" if own == name else own for own in first.split(mark)]
        Path(path).write_text(f"{mark.join(names)}\n{rest}", encoding="utf-8")

    return spoil


def cell(path: str, sheet: str, place: str, value: object) -> Spoil:
    def spoil() -> None:
        book = openpyxl.load_workbook(path)
        book[sheet][place].value = value
        book.save(path)

    return spoil


CROPS, BEFORE, PLACES = "data/crops.csv", "data/before.csv", "data/places.xlsx"
CASES = {
    "an edit and the codebook": ("farms", renamed(CROPS, "kg"), "column 'kg'"),
    "a value declared": ("farms", column(CROPS, "crop", str.lower, 5), "column 'plot + crop'"),
    "an item": ("farms", renamed(CROPS, "crop"), "column 'crop'"),
    "cells of a joined file": (
        "farms",
        cell(PLACES, "Sheet", "C4", "high"),
        "column 'places.Altitude', rows 1, 2",
    ),
    "keys of a joined file": ("farms", cell(PLACES, "Sheet", "B3", "M"), "column 'Municipality'"),
    "the arm of the first wave": ("households", renamed(BEFORE, "arm"), "column 'arm'"),
    "the group of the first wave": ("households", renamed(BEFORE, "village"), "column 'village'"),
    "a covariate of the first wave": (
        "households",
        column(BEFORE, "land", lambda text: f"-{text}"),
        "column 'land'",
    ),
    "identifiers of the first wave": ("households", renamed(BEFORE, "hh"), "column 'hh'"),
    "waves that never meet": (
        "households",
        column(BEFORE, "hh", lambda text: f"9{text}"),
        "none of its 59 units is among the 60",
    ),
    "answers of a question": ("kobo", cell("data/kobo.xlsx", "Hogares", "E3", "x"), "'farm/crops'"),
    "a correction": (
        "kobo",
        column("data/corrections.csv", "variable", lambda _: "farm/lnd"),
        "'farm/lnd' is no column",
    ),
}


@pytest.mark.parametrize(("shape", "spoil", "cause"), CASES.values(), ids=CASES)
def test_the_cause_alone_is_told(shape, spoil, cause, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    own = SHAPES[shape]
    home = written(tmp_path, shape, own.STUDY, own.CODEBOOK)
    own().make(tmp_path)
    asked = Path(), home.relative_to(tmp_path), Plugins()
    before = set(map(str, checked_study(*asked).remarks))
    spoil()
    checked = checked_study(*asked)
    (told,) = [line for line in map(str, checked.problems) if KNOWN not in line]
    assert cause in told
    assert before.issuperset(map(str, checked.remarks))


def test_groups_that_are_refused_are_not_missing(tmp_path, monkeypatch):
    """A group written in two ways is refused; the rows of its cells have one."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").mkdir()
    own = SHAPES["households"]
    home = written(tmp_path, "households", own.STUDY, own.CODEBOOK)
    own().make(tmp_path)
    column(BEFORE, "village", str.lower, 3)()
    checked = checked_study(Path(), home.relative_to(tmp_path), Plugins())
    assert sum("differ only in case" in str(told) for told in checked.problems) == 1
    assert not any("is missing" in str(told) for told in checked.remarks)
