"""Levels of which one or two units ended, lasted or fell below a threshold, where this is not public."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from printed_subtractions import Row, told_of_levels
from test_complements import rows

from ruralimpact.exhibits.load import suppressed_tables


def level(name: str, n: int, **counts: Any) -> dict[str, Any]:
    by = "region" if name else ""
    return {"by": by, "level": name, "n_units": n, "n_clusters": 9, "reason": "", **counts}


def curves(public: bool, ended: dict[str, tuple[int, int]]) -> dict[str, float]:
    """How many numbers each level shows, of a share by time and state; ended at two times, of 20 each."""
    records = [
        level(name, 20 if name else 20 * (len(ended) - 1), n_ended=count, time=float(time))
        for name, counts in ended.items()
        for time, count in enumerate(counts)
    ]
    same = {"analysis": "buyer", "part": "curve", "state": "new", "public_counts": public}
    frame = rows("survival", [{**same, "estimate": 0.3, **own} for own in records])
    shown = suppressed_tables({"survival": frame})["survival"]
    assert (shown["n_units"].notna() | (shown["level"] != "")).all()
    return dict(shown.groupby("level")["estimate"].count())


def test_a_level_in_which_one_ended_is_hidden_with_the_smallest_other_one() -> None:
    ended = {"": (14, 31), "a": (5, 12), "b": (1, 9), "c": (8, 10)}
    assert curves(False, ended) == {"": 2, "a": 0, "b": 0, "c": 2}
    assert curves(True, ended) == {"": 2, "a": 2, "b": 2, "c": 2}


def test_a_level_in_which_two_last_is_hidden_as_well() -> None:
    assert curves(False, {"": (12, 30), "a": (5, 12), "b": (7, 18)}) == {"": 2, "a": 0, "b": 0}


@pytest.mark.parametrize("public", [False, True])
def test_hazards_name_no_one_or_two_that_ended(public: bool) -> None:
    same = {"analysis": "buyer", "estimate": 0.3, "public_counts": public}
    records = [level("a", 20, n_ended=2), level("b", 30, n_ended=9), level("c", 40, n_ended=9)]
    frame = rows("hazards", [{**same, **own} for own in records])
    shown = suppressed_tables({"hazards": frame})["hazards"]
    assert shown["n_ended"].notna().tolist() == [public, public, True]
    assert shown["estimate"].notna().tolist() == [public, public, True]


@pytest.mark.parametrize(
    ("counts", "shown"),
    [((60, 20, 58, 2), False), ((78, 2, 40, 38), False), ((60, 20, 40, 20), True)],
)
def test_one_or_two_below_the_threshold_are_not_counted(
    counts: tuple[int, int, int, int], shown: bool
) -> None:
    names = ("above_record", "negative_record", "above", "lost")
    own = level("", 80, **dict(zip(names, map(float, counts), strict=True)))
    for public in (False, True):
        frame = rows("returns_crossings", [{**own, "public_counts": public}])
        table = suppressed_tables({"returns_crossings": frame})["returns_crossings"]
        assert table[list(names)].notna().all(axis=None) == (shown or public)


def printed(frame: pd.DataFrame) -> list[Row]:
    own = frame.drop(columns="suppressed", errors="ignore").astype(object)
    return own.where(own.notna(), "").astype(str).to_dict("records")


def drawn_crossings(generator: np.random.Generator) -> pd.DataFrame:
    """Counts of three levels, and of all units, in four scenarios; n of a level from 4 to 40."""
    records: list[dict[str, Any]] = []
    for scenario in ("a", "b", "c", "d"):
        sizes = generator.integers(4, 40, size=3)
        above = generator.integers(0, sizes + 1)
        lost = generator.integers(0, above + 1)
        own = [
            {"n_units": n, "above_record": up, "negative_record": n - up, "above": up - out}
            | {"lost": out, "by": "product", "level": name}
            for n, up, out, name in zip(sizes, above, lost, ("x", "y", "z"), strict=True)
        ]
        numbers = ("n_units", "above_record", "negative_record", "above", "lost")
        whole = {name: sum(int(level[name]) for level in own) for name in numbers}
        records += [{**of, "scenario": scenario} for of in (*own, {**whole, "by": "", "level": ""})]
    frame = rows("returns_crossings", [{**of, "n_clusters": 9} for of in records])
    counts = ["above_record", "negative_record", "above", "lost"]
    return frame.assign(public_counts=False, **frame[counts].astype(float))


@pytest.mark.parametrize("seed", range(5))
def test_no_subtraction_of_levels_tells_one_or_two(seed: int) -> None:
    """Nor how many units a level of fewer than ten has."""
    generator = np.random.default_rng(seed)
    tried = 0
    for _ in range(4):
        frame = drawn_crossings(generator)
        tried += len(told_of_levels({"crossings": printed(frame)}))
        shown = suppressed_tables({"returns_crossings": frame})["returns_crossings"]
        assert told_of_levels({"crossings": printed(shown)}) == []
    assert tried > 10
