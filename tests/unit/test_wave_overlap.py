"""Identifiers that waves share, counted by hand."""

import pandas as pd

from ruralimpact.outcomes.wave_overlap import wave_overlap
from ruralimpact.tables import schema


def test_who_stayed_left_and_came() -> None:
    asked = {"8": "abcd", "9": "bcde", "10": "cefg"}
    units = pd.DataFrame(
        [(wave, name) for wave, ids in asked.items() for name in ids], columns=["wave", "id"]
    )
    found = wave_overlap("farms", units)
    schema("wave_overlap").validate(found)
    assert found.drop(columns="sample").to_numpy().tolist() == [
        ["8", "9", 3, 1, 1],
        ["9", "10", 2, 2, 2],
        ["8", "10", 1, 3, 3],
    ]


def test_two_waves_of_a_declared_order_are_one_pair() -> None:
    units = pd.DataFrame({"wave": ["end", "base", "end"], "id": ["a", "a", "b"]})
    found = wave_overlap("farms", units, ["base", "end"])
    assert found[["wave", "later", "n_both", "n_came"]].to_numpy().tolist() == [
        ["base", "end", 1, 1]
    ]


def test_a_sample_of_one_wave_has_no_pair() -> None:
    assert wave_overlap("farms", pd.DataFrame({"id": ["a"]})).empty
    assert wave_overlap("farms", pd.DataFrame({"id": ["a"], "wave": ["1"]})).empty
