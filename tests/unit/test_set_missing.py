"""Variables that are unknown and were not left blank, also those that are built of others."""

import numpy as np
import pandas as pd
from pydantic import TypeAdapter

from ruralimpact.outcomes.set_missing import marks
from ruralimpact.schema.construction import Construction
from ruralimpact.schema.definitions import AnyOutcome
from ruralimpact.survey.set_missing import mark_of, was_set_missing

NAN = float("nan")
# One unit has both parts, one left the first blank, of one it was set to missing, one left both blank.
TABLE = pd.DataFrame(
    {
        "first": [1.0, NAN, NAN, NAN],
        "second": [2.0, 3.0, 4.0, NAN],
        mark_of("first"): [False, False, True, False],
    }
)


def built(name: str, **keys: object) -> dict[str, Construction]:
    definition = {"label": name, "unit": "US$", **keys}
    return {name: TypeAdapter(AnyOutcome).validate_python(definition)}


def unknown(name: str, values: list[float], **keys: object) -> list[bool]:
    table = TABLE.assign(**{name: values})
    made = marks(table, [name], built(name, **keys))
    rows: list[bool] = made.get(mark_of(name), np.zeros(len(table), dtype=bool)).tolist()
    return rows


def test_a_variable_as_it_stands_is_unknown_where_it_was_set_to_missing() -> None:
    assert marks(TABLE, ["first", "second"], {}).keys() == {mark_of("first")}
    rows = TABLE["first"].tolist()
    assert unknown("same", rows, build="variable", of="first") == [False, False, True, False]


def test_a_blank_amount_in_another_unit_of_measure_is_a_blank() -> None:
    rows = TABLE["first"].tolist()
    assert unknown("millions", rows, build="ratio", of="first", times=1e6) == [
        *(False, False, True, False)
    ]


def test_a_sum_is_blank_only_where_all_of_it_is() -> None:
    keys = {"build": "sum", "of": ["first", "second"]}
    assert unknown("total", [3.0, NAN, NAN, NAN], **keys) == [False, True, True, False]


def test_what_has_a_value_by_now_is_known() -> None:
    filled = TABLE.assign(first=[1.0, 1.0, 1.0, NAN])
    assert not was_set_missing(filled, "first").any()
    assert not was_set_missing(filled, "second").any()
