"""Surveys of the study of every kind that no stage can use, and what each is refused with."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from every_kind import STUDY, read_rows, write_rows


def cells(file: str, column: str, *changes: tuple[int, Any]) -> Callable[[Path], None]:
    """Return what writes other values into rows of a raw file, counted from 0."""

    def change(root: Path) -> None:
        rows = read_rows(root, file)
        for row, value in changes:
            rows[row][column] = value
        write_rows(root, file, rows)

    return change


def column(file: str, name: str, value: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    """Return what gives every row of a raw file another value, from the texts of its cells."""

    def change(root: Path) -> None:
        write_rows(root, file, [{**row, name: value(row)} for row in read_rows(root, file)])

    return change


def key(*path: Any, value: Any) -> Callable[[Path], None]:
    """Return what gives a key of study.yaml another value."""

    def change(root: Path) -> None:
        file = root / STUDY / "study.yaml"
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        inside = content
        for part in path[:-1]:
            inside = inside[part]
        inside[path[-1]] = value
        file.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")

    return change


@dataclass(frozen=True)
class Refused:
    """A mistake that a stage refuses: how it is made, and what its one line says.

    `alone`: it leaves nothing of which other mistakes could be told.
    """

    make: Callable[[Path], None]
    words: tuple[str, ...]
    alone: bool = False


def _treated(treated: Callable[[dict[str, Any]], bool]) -> Callable[[Path], None]:
    return column("homes_2014", "joined", lambda row: int(treated(row)))


REFUSED = {
    "arm changes": Refused(
        cells("homes_2014", "joined", (2, 0)),
        ("homes_2012.csv", "the arm of a unit changes", "analysis changes"),
    ),
    "arm since the baseline": Refused(
        cells("homes_2014", "joined", (4, 0)), ("in another arm than in the sample 'before'",)
    ),
    "adopted at two times": Refused(
        cells("homes_2014", "began", (2, 2011), (4, 2010)), ("rows 4, 6", "first treated")
    ),
    "treated within groups": Refused(
        _treated(lambda row: row["id"] < "h20"),
        ("'analyses.matched': power: treatment differs",),
        True,
    ),
    "level without a label": Refused(
        cells("homes_2014", "size", (3, "huge")), ("'analyses.matched': subgroup 'size'", "'huge'")
    ),
    "products do not add up": Refused(
        cells("homes_2014", "sales", (4, 1), (7, 3)), ("rows 6, 9", "value less cost")
    ),
    "shares as percents": Refused(
        column("homes_2014", "poor", lambda row: 100 * float(row["poor"])),
        ("'share_poor'", "shares"),
    ),
    "no baseline for power": Refused(
        key("power", 0, "designs", value=["ancova"]), ("'power.autocorrelation'",), True
    ),
    "places with two indices": Refused(
        cells("homes_2012", "poverty", (0, 0.9)),
        ("'poverty' differs between the units of zone z0",),
    ),
    "ends before it begins": Refused(
        cells("deals", "left", (1, 2004)), ("deals.csv", "row 3", "ends before it begins")
    ),
    "ends without a word": Refused(cells("deals", "how", (3, "")), ("row 5", "nothing says how")),
    "ends otherwise": Refused(cells("deals", "how", (5, "sold")), ("row 7", "not among new, none")),
    "two currencies": Refused(cells("flows", "money", (0, "US$")), ("row 2", "one currency")),
    "a crop that changes": Refused(
        cells("flows", "crop", (5, "wool")), ("differs between the years",)
    ),
    "a scenario of no crop": Refused(
        key("analyses", 5, "scenarios", 0, "factors", value={"milkk": 0.7}),
        ("'milkk'", "Did you mean 'milk'"),
    ),
    "no cash flow": Refused(
        column("flows", "earned", lambda _: ""), ("no unit has a cash flow",), True
    ),
    "an answer not offered": Refused(
        cells("answers", "buyer", (2, 7)), ("answers.csv", "row 4", "not among 0, 1")
    ),
    "a stratum the register lacks": Refused(
        cells("answers", "area", (6, "a9")), ("row 8", "no such stratum")
    ),
    "more drawn than there are": Refused(
        key("analyses", 7, "allocation", "a0", value=40), ("'analyses.drawn.allocation'",)
    ),
    "a project ends before": Refused(cells("projects", "to", (2, 1990)), ("row 4", "ends before")),
    "less than nothing": Refused(cells("projects", "target", (1, -5)), ("row 3", "below zero")),
    "no income at all": Refused(
        column("homes_2014", "income", lambda _: ""), ("variable 'net'", "value less cost"), True
    ),
    "a sampling weight below zero": Refused(
        lambda root: (
            key("samples", "after", "weight", value="poverty")(root),
            cells("homes_2014", "poverty", (9, -1))(root),
        ),
        ("homes_2014.csv", "row 11", "sampling weight is negative"),
        True,
    ),
}
