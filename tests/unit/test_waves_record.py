"""What a moved estimate is put down to: everything in the configuration that can move it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ruralimpact.config import load_study
from ruralimpact.schema.base import plain
from ruralimpact.waves.changes import changes
from ruralimpact.waves.record import entry_of_run, specification_digest

STUDY = plain(load_study(Path(__file__).parents[2] / "config/studies/bolivia_par"))
ROW = {"analysis": "main", "strategy": "nn1", "outcome": "income_per_head", "sample": "producers"}
LATER = {**ROW, "analysis": "followup", "outcome": "income_later", "sample": "followup"}


def row_of(study: dict[str, Any], variable: str, source: str) -> dict[str, Any]:
    return next(
        one for one in study["codebook"] if (one["variable"], one["source"]) == (variable, source)
    )


def source(study: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in study["sources"] if one["name"] == name)


def edited(change: Any) -> dict[str, Any]:
    study = deepcopy(STUDY)
    change(study)
    return study


MOVING = {
    "a missing code": lambda s: row_of(s, "land", "controls").update(missing_codes="-9"),
    "a range": lambda s: row_of(s, "land", "beneficiaries").update(maximum="500"),
    "labels": lambda s: row_of(s, "woman", "controls").update(labels="Hombre=1|Mujer=0"),
    "an edit": lambda s: source(s, "controls").update(clean=[]),
    "an outcome that it is made from": lambda s: s["outcomes"]["net_income"].update(costs=[]),
    "one further down": lambda s: s["outcomes"]["household_income"].update(of=["net_income"]),
}
WORDS = {
    "a label": lambda s: row_of(s, "land", "controls").update(label="Acres"),
    "a path": lambda s: source(s, "controls").update(path="elsewhere.csv"),
    "another outcome": lambda s: s["outcomes"]["wage_days"].update(of="days_of_family"),
    "a later wave": lambda s: source(s, "followup").update(price_year=2014),
    "the codebook of a later wave": lambda s: row_of(s, "total_net_income", "followup").update(
        missing_codes="-1"
    ),
}


@pytest.mark.parametrize("case", MOVING)
def test_what_can_move_an_estimate_is_its_specification(case: str) -> None:
    assert specification_digest(edited(MOVING[case]), ROW) != specification_digest(STUDY, ROW)


@pytest.mark.parametrize("case", WORDS)
def test_what_cannot_is_not(case: str) -> None:
    assert specification_digest(edited(WORDS[case]), ROW) == specification_digest(STUDY, ROW)


def test_price_years_belong_to_the_wave_that_states_them() -> None:
    changed = edited(WORDS["a later wave"])
    assert specification_digest(changed, LATER) != specification_digest(STUDY, LATER)


def test_a_codebook_that_moves_an_estimate_is_named() -> None:
    def run(study: dict[str, Any], estimate: float) -> dict[str, Any]:
        return entry_of_run(
            study,
            quality={one["name"]: {"content_sha256": "d"} for one in study["sources"]},
            units={"producers": pd.DataFrame({"unit_id": ["a", "b"]})},
            estimates=pd.DataFrame(
                [
                    {
                        **ROW,
                        "spec_id": "main/nn1/income_per_head",
                        "estimate": estimate,
                        "std_error": 1.0,
                    }
                ]
            ),
            code="c",
        )

    found = changes(run(STUDY, 5.0), run(edited(MOVING["a missing code"]), 6.0)).iloc[0]
    assert (found["kind"], found["reasons"]) == ("moved", "specification")


def test_estimates_without_a_number_are_compared_too() -> None:
    entry = {"estimate": None, "std_error": None, "sample": "s", "specification": "x"}
    run = {"code": "c", "sources": {}, "samples": {}, "estimates": {"a/b/y": entry}}
    new = {**run, "estimates": {"a/b/y": {**entry, "std_error": 1.0}}}
    found = changes(run, new).iloc[0]
    assert found["kind"] == "moved" and pd.isna(found["now"] - found["before"])
