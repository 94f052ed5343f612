"""Survival in words and tables: times under the name that the study gives them."""

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of
from test_survival import ASKED

from ruralimpact.description.records import RecordedStudy, exclusions_of
from ruralimpact.exhibits.answer.statement import identifier
from ruralimpact.exhibits.figures.survival import survival_figure
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.survival_rows import survival_headlines, survival_numbers
from ruralimpact.exhibits.tables.survival import survival_tables
from ruralimpact.schema.study import Study
from ruralimpact.survival.study import survival_study

Frames = dict[str, pd.DataFrame]


def results_of(study: Study, frames: tuple[Frames, Frames]) -> StudyResults:
    made = survival_study(RecordedStudy(study, *frames))
    tables = {**made.tables, "exclusions": exclusions_of(made.excluded)}
    return StudyResults(study, suppressed_tables(tables), quality={})


@pytest.mark.parametrize(("keys", "words"), [({}, "time 4"), ({"time_unit": "year"}, "year 4")])
def test_times_have_the_name_that_the_study_gives(keys: dict[str, str], words: str) -> None:
    ids = [f"u{place:02d}" for place in range(20)]
    records = pd.DataFrame(
        {"unit_id": ids, "id": ids, "group": ids, "begun": 2000.0, "seen": 2005.0}
    )
    records["left"] = np.where(np.arange(20) < 5, 2002.0, np.nan)
    records["how"] = np.where(np.arange(20) < 5, "new buyer", None)
    asked = {**ASKED, **keys, "label": "Buyer", "ends": {"new buyer": "New buyer"}}
    study = study_of(
        analyses=[asked, {**asked, "name": "again"}],  # of which the answer says nothing twice
        samples={"all": {}},
        unit_label="alliances",
    )
    frames = {"all": records}, {"all": records[["unit_id"]]}
    results = results_of(study, frames)
    (line,) = survival_headlines(results)
    assert line.text.startswith(f"Of 20 alliances, by {words}: lasts: 75 percent")
    # Identifiers have no blanks, whatever the ways to end are called.
    assert set(line.cites) <= {identifier(key) for key, *_ in survival_numbers(results)}
    assert any("new_buyer" in key for key in line.cites)
    (axes,) = survival_figure(results, entry("survival", analyses=["buyer"])).axes
    assert axes.get_xlim()[1] > 4  # what holds at the last time is seen
    (table, *_) = survival_tables(results, entry("survival", analyses=["buyer"]))
    assert f"By {words}" in {column.group for column in table.columns}


def test_the_answer_says_what_the_absent_leave_open_and_few_who_came_hide_the_bounds() -> None:
    ids = [f"u{place:02d}" for place in range(40)]
    records = pd.DataFrame(
        {"unit_id": ids, "id": ids, "group": ids, "begun": 2000.0, "seen": 2005.0, "left": np.nan}
    ).assign(how=None, region=["n"] * 20 + ["s"] * 20, came=[1.0] * 20 + [1.0] * 9 + [0.0] * 11)
    records.loc[:4, ["left", "how"]] = 2002.0, "new"
    asked = {**ASKED, "label": "Buyer", "answered": "came", "by": ["region"]}
    study = study_of(analyses=[asked], samples={"all": {}}, unit_label="alliances")
    frames = {"all": records}, {"all": records[["unit_id"]]}
    results = results_of(study, frames)
    (line,) = survival_headlines(results)
    assert "Of all 40, 60 to 88 percent last" in line.text  # 24 of 40, and 35
    assert set(line.cites) <= {identifier(key) for key, *_ in survival_numbers(results)}
    _, bounds, *_ = survival_tables(results, entry("survival", analyses=["buyer"]))
    shown = {row.label.text: [cell.text for cell in row.cells] for row in bounds.rows if row.cells}
    assert shown["All"][1::3] == ["83", "60", "88"]
    # Nine of the south came: 9 of 20, and the others of all, would tell what became of them.
    assert shown["s"][1::3] == shown["n"][1::3] == ["[s]"] * 3
