"""Units and codes that change between waves without the codebook's saying so, from the files' cells."""

import pandas as pd
from study_models import codebook_of

from ruralimpact.schema.quality import QualityReport
from ruralimpact.survey.codebook import Entry, parse_codebook
from ruralimpact.survey.edits import Edited
from ruralimpact.survey.prepare import PreparedTable
from ruralimpact.survey.quality import quality_report
from ruralimpact.survey.raw_table import RawTable
from ruralimpact.survey.recode import Recoded
from ruralimpact.waves.questionnaire_change import questionnaire_changes


def entry(kind: str) -> Entry:
    row = {"variable": "q", "raw_name": "q", "type": kind, "role": "input", "label": "Q"}
    return parse_codebook(codebook_of(row), ["s"])[0]


def report(wave: str, kind: str, values: list[float]) -> QualityReport:
    raw = pd.DataFrame({"q": [str(value) for value in values]})
    recoded = {"q": Recoded(pd.Series(values), [], [])}
    prepared = PreparedTable(RawTable(raw), len(raw), (), Edited(raw), ())
    quality = quality_report(prepared, [entry(kind)], recoded, used=[])
    return QualityReport(**dict(quality), wave=wave)


def aspects(kind: str, first: list[float], *later: list[float]) -> list[str]:
    reports = [report("1", kind, first), *(report("2", kind, values) for values in later)]
    return questionnaire_changes(reports, ["1", "2"])["aspect"].tolist()


LAND = [0.0] * 12 + [1.0, 2.0, 3.0, 4.0, 5.0]


def test_another_unit_is_seen_though_most_have_none() -> None:
    assert aspects("number", LAND, [2.47 * value for value in LAND]) == ["median"]
    assert aspects("number", LAND, [1.5 * value for value in LAND]) == []


def test_codes_that_changed_places_are_seen() -> None:
    member = [1.0] * 3 + [0.0] * 7
    assert aspects("indicator", member, [1 - value for value in member]) == ["share of ones"]
    assert aspects("indicator", member, [1.0] * 5 + [0.0] * 5) == []


def test_sources_of_one_wave_count_by_their_rows() -> None:
    assert aspects("indicator", [1.0] * 5 + [0.0] * 5, [1.0] * 3, [0.0] * 3 + [1.0] * 24) == [
        "share of ones"
    ]
    assert aspects("indicator", [1.0] * 5 + [0.0] * 5, [1.0] * 4, [0.0] * 4) == []
