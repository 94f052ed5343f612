"""What a moved estimate is put down to: everything in the configuration that can move it."""

from copy import deepcopy
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ruralimpact.config import load_study
from ruralimpact.errors import DataError
from ruralimpact.exhibits.load import study_of_exhibits
from ruralimpact.exhibits.registry import kinds_of
from ruralimpact.plugins import load_plugins
from ruralimpact.schema.base import plain
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.study import Study
from ruralimpact.waves.changes import changes
from ruralimpact.waves.record import EstimateRecord, Run, read_record, run_of, specification_digest

ROOT = Path(__file__).parents[2]
PLUGINS = load_plugins(ROOT, ["plugins/rural_alliances"])
STUDY = load_study(ROOT / "config/studies/bolivia_par", PLUGINS)
ROW = {"analysis": "main", "strategy": "nn1", "outcome": "income_per_head", "sample": "producers"}
LATER = {**ROW, "analysis": "followup", "outcome": "income_later", "sample": "followup"}


def row_of(study: dict[str, Any], variable: str, source: str) -> dict[str, Any]:
    return next(
        one for one in study["codebook"] if (one["variable"], one["source"]) == (variable, source)
    )


def source(study: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in study["sources"] if one["name"] == name)


def edited(change: Any) -> Study:
    study = deepcopy(plain(STUDY))
    change(study)
    return study_of_exhibits(study, kinds_of(PLUGINS))


MOVING = {
    "a missing code": lambda s: row_of(s, "land", "controls").update(missing_codes="-9"),
    "a range": lambda s: row_of(s, "land", "beneficiaries").update(maximum="500"),
    "labels": lambda s: row_of(s, "woman", "controls").update(labels="Hombre=1|Mujer=0"),
    "an edit": lambda s: source(s, "controls").pop("edits"),
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
    def run(study: Study, estimate: float) -> Run:
        report = QualityReport(content_sha256="d", rows_read=2, rows_kept=2)
        return run_of(
            study,
            quality={source.name: report for source in study.sources},
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
    def run(std_error: float | None) -> Run:
        row = EstimateRecord(estimate=None, std_error=std_error, sample="s", specification="x")
        return Run(code="c", sources={}, samples={}, estimates={"a/b/y": row})

    found = changes(run(None), run(1.0)).iloc[0]
    assert found["kind"] == "moved" and pd.isna(found["now"] - found["before"])


def test_a_file_that_is_no_record_is_named(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    assert read_record(path).now is None
    path.write_text('{"now": {"code": 1}}', encoding="utf-8")
    with pytest.raises(DataError, match="record.json.*no record of runs"):
        read_record(path)
