"""Survival in words and tables: times under the name that the study gives them."""

import numpy as np
import pandas as pd
import pytest
from exhibit_entries import entry
from study_models import study_of
from test_survival import ASKED

from ruralimpact.exhibits.answer.statement import identifier
from ruralimpact.exhibits.figures.survival import survival_figure
from ruralimpact.exhibits.load import suppressed_tables
from ruralimpact.exhibits.results import StudyResults
from ruralimpact.exhibits.survival_rows import survival_headlines, survival_numbers
from ruralimpact.exhibits.tables.survival import survival_tables
from ruralimpact.survival.study import survival_study


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
    results = StudyResults(
        study, suppressed_tables(survival_study(study, *frames).tables), quality={}
    )
    (line,) = survival_headlines(results)
    assert line.text.startswith(f"Of 20 alliances, by {words}: lasts: 75 percent")
    # Identifiers have no blanks, whatever the ways to end are called.
    assert set(line.cites) <= {identifier(key) for key, *_ in survival_numbers(results)}
    assert any("new_buyer" in key for key in line.cites)
    (axes,) = survival_figure(results, entry("survival", analyses=["buyer"])).axes
    assert axes.get_xlim()[1] > 4  # what holds at the last time is seen
    (table, *_) = survival_tables(results, entry("survival", analyses=["buyer"]))
    assert f"By {words}" in {column.group for column in table.columns}
