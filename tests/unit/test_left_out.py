"""Rows that a filter keeps out, and units of no known arm, are said with the answer and their reason."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from outcome_missing import STUDY, frame, made, results_of
from study_models import codebook_of

from ruralimpact.exhibits.answer.box import answer_box
from ruralimpact.exhibits.findings import findings
from ruralimpact.exhibits.left_out import filtered_files, units_of_no_arm
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.schema.quality import QualityReport
from ruralimpact.schema.source import Source

ALONE = {
    **STUDY,
    "strategies": STUDY["strategies"][:1],
    "analyses": [{**STUDY["analyses"][0], "strategies": ["means"], "outcomes": ["income"]}],
    "codebook": codebook_of(
        {"variable": "treated", "raw_name": "t", "type": "indicator", "role": "treatment"}
    ),
}
IMPACT = {"name": "impact", "kind": "impact", "title": "Impact", "analyses": ["matched"]}


def said(results: StudyResults) -> str:
    box = answer_box(replace(results, findings=findings(results)))
    return " ".join(line.text for line in (*box.against, *box.further))


def results(folder: Path, unknown: int = 0) -> StudyResults:
    data = frame()
    data["treated"] = data["treated"].mask(np.arange(len(data)) % 10 < unknown)
    exhibits = {"tables": [IMPACT], "figures": []}
    return results_of(made(data, ALONE), folder, **ALONE, exhibits=exhibits)


def with_files(whole: StudyResults, *kept: int, of: int, reason: str = "no land") -> StudyResults:
    """Return results of sources of one file of some rows, each with a filter; the first is of the sample."""
    condition: dict[str, Any] = {"column": "land", "known": True, "reason": reason}
    names = ["farms", "others"][: len(kept)]
    sources = tuple(
        Source.model_validate({"name": name, "path": "a.csv", "id": "id", "keep": [condition]})
        for name in names
    )
    quality = {
        name: QualityReport.model_validate(
            {
                "rows_read": of,
                "rows_kept": rows,
                "excluded": [{"reason": reason, "rows": of - rows}],
            }
        )
        for name, rows in zip(names, kept, strict=True)
    }
    study = whole.study.model_copy(update={"sources": sources})
    return replace(whole, study=study, quality=quality)


def test_a_filter_that_keeps_many_rows_out_is_said_with_its_reason(tmp_path: Path) -> None:
    whole = results(tmp_path)
    assert not list(filtered_files(whole, "farms"))
    assert not list(filtered_files(with_files(whole, 180, of=200), "farms"))  # a tenth
    filtered = with_files(whole, 180, of=240)
    ((name, lost),) = filtered_files(filtered, "farms")
    assert (name, lost.count, lost.among, lost.reasons) == ("farms", 60, 240, ("no land",))
    assert "60 of 240 rows of a file are left out (no land): farms" in said(filtered)


def test_rows_that_another_source_has_are_not_left_out(tmp_path: Path) -> None:
    """One file for two waves: each filter keeps the rows of the other out."""
    whole = results(tmp_path)
    assert not list(filtered_files(with_files(whole, 180, 180, of=360), "farms"))
    ((_, lost),) = filtered_files(with_files(whole, 180, 120, of=360), "farms")
    assert (lost.count, lost.among) == (60, 360)


@pytest.mark.parametrize(("unknown", "count"), [(1, 0), (2, 36)])
def test_units_of_no_known_arm_are_said_with_the_reason(tmp_path, unknown, count):
    """Of 180, 18 are a tenth and 36 are more."""
    whole = results(tmp_path, unknown)
    lost = units_of_no_arm(whole, "matched", "matched/means/income")
    text = said(whole)
    assert (0 if lost is None else lost.count) == count
    assert ("36 of 180 producers are in neither arm (no value of the treatment" in text) == (
        count > 0
    )


def test_a_treatment_that_the_study_builds_leaves_out_whom_it_likes(tmp_path: Path) -> None:
    data = frame()
    data["treated"] = data["treated"].mask(np.arange(len(data)) % 10 < 3)
    study = {**ALONE, "codebook": []}
    whole = results_of(made(data, study), tmp_path, **study)
    assert units_of_no_arm(whole, "matched", "matched/means/income") is None
