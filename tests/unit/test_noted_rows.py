"""What a check names of a sample's rows: what they lack, and what stands for what was set to missing."""

import numpy as np
import pandas as pd
from study_models import study_of

from ruralimpact.outcomes.excluded_arms import Exclusion
from ruralimpact.outcomes.noted_rows import lacking, taken_further
from ruralimpact.survey.set_missing import mark_of

NAN = np.nan


def test_a_later_variable_is_told_where_an_earlier_one_was_set_to_missing_and_not_where_it_is_blank() -> (
    None
):
    """a has the first, b had one that was set to missing, c never had, d's comes after a blank one."""
    table = pd.DataFrame(
        {
            "unit_id": list("abcd"),
            "here": [1.0, NAN, NAN, NAN],
            "there": [5.0, 6.0, 7.0, NAN],
            "last": [8.0, 8.0, 8.0, 8.0],
            mark_of("here"): [False, True, False, True],
            "income": [1.0, 6.0, 7.0, 8.0],
        }
    )
    study = study_of(outcomes={"income": {"build": "first_of", "of": ["here", "there", "last"]}})
    told = {noted.units: noted for noted in taken_further(table, study)}
    assert set(told) == {("b",), ("d",)}
    assert "are those of 'last'" in told["d",].problem
    assert {noted.column for noted in told.values()} == {"income"}


def test_only_rows_that_lack_something_are_named() -> None:
    rows = pd.DataFrame({"unit_id": ["a", "b"]})
    lost = [
        Exclusion("not in the sample 'x'", rows),
        Exclusion("the group 'town' is missing", rows[:1], "town"),
    ]
    (noted,) = lacking(lost)
    assert (noted.units, noted.column) == (("a",), "town")
